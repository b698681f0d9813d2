#include "sync/desk/web/connection.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace walkin::desk {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_read_wait_max{5'000};   // for the next bytes of a request
constexpr milliseconds k_write_wait_max{10'000}; // for a client to take the next bytes
constexpr milliseconds k_reply_wait_max{60'000}; // for it to take a reply, all waits together
constexpr std::size_t k_receive_bytes = 64u << 10;

void name_of_address(const sockaddr_storage& address, std::string& ip, int& port) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    port = ntohs(v6.sin6_port);
  }
  ip = text;
}

// Whether this piece of a reply is a head that ends the connection.
bool says_close(std::string_view piece) {
  if (!piece.starts_with("HTTP/1.")) return false;
  return piece.substr(0, piece.find("\r\n\r\n")).find("\r\nConnection: close") != std::string_view::npos;
}

} // namespace

Connection::Connection(int socket, SSL_CTX* tls) : socket_(socket) {
  if (!tls) return;
  tls_ = SSL_new(tls);
  has_shaken_hands_ = false;
  if (tls_) SSL_set_fd(tls_, socket_);
}

Connection::~Connection() {
  if (tls_) {
    if (has_shaken_hands_) SSL_shutdown(tls_);
    SSL_free(tls_);
    ERR_clear_error();
  }
  ::close(socket_);
}

ssize_t Connection::tls_result(int result) {
  if (result > 0) return result;
  int error = SSL_get_error(tls_, result);
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ) wait_ = POLLIN;
  if (error == SSL_ERROR_WANT_WRITE) wait_ = POLLOUT;
  return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

ssize_t Connection::read_now(char* to, std::size_t size) {
  wait_ = 0;
  if (tls_) return tls_result(SSL_read(tls_, to, static_cast<int>(size)));
  ssize_t got = ::recv(socket_, to, size, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) wait_ = POLLIN;
  return got;
}

ssize_t Connection::write_now(const char* from, std::size_t size) {
  wait_ = 0;
  if (tls_) return tls_result(SSL_write(tls_, from, static_cast<int>(std::min<std::size_t>(size, 1u << 20))));
  ssize_t sent = ::send(socket_, from, size, MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) wait_ = POLLOUT;
  return sent;
}

Connection::Progress Connection::shake_hands() {
  if (!tls_) return Progress::ended;
  wait_ = 0;
  ssize_t done = tls_result(SSL_accept(tls_));
  if (done > 0) {
    has_shaken_hands_ = true;
    return Progress::moved;
  }
  return wait_ == POLLIN    ? Progress::waits_to_read
         : wait_ == POLLOUT ? Progress::waits_to_write
                            : Progress::ended;
}

Connection::Progress Connection::receive() {
  if (at_ > 0) buffer_.erase(0, at_), at_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + k_receive_bytes);
  ssize_t got = read_now(buffer_.data() + before, k_receive_bytes);
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got > 0) return Progress::moved;
  return wait_ == POLLIN    ? Progress::waits_to_read
         : wait_ == POLLOUT ? Progress::waits_to_write
                            : Progress::ended;
}

void Connection::say(std::string_view raw) { write_now(raw.data(), raw.size()); }

void Connection::end_writing() {
  if (tls_) SSL_shutdown(tls_), ERR_clear_error();
  ::shutdown(socket_, SHUT_WR);
}

void Connection::begin_request(const RequestHead& head, SteadyTime deadline) {
  left_ = head.bytes + head.body_bytes;
  is_endless_ = head.is_chunked;
  reply_closes_ = false;
  deadline_ = deadline;
  write_wait_ = k_reply_wait_max;
}

bool Connection::end_request() {
  if (is_endless_ || reply_closes_) return false;
  std::size_t here = std::min(left_, received().size());
  at_ += here;
  left_ -= here;
  return left_ == 0;
}

bool Connection::wait(short events) const {
  auto left = std::chrono::ceil<milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  pollfd what{socket_, events, 0};
  return ::poll(&what, 1, static_cast<int>(std::min(left, k_read_wait_max).count())) > 0;
}

bool Connection::is_readable() const { return !received().empty() || wait(POLLIN); }
bool Connection::is_writable() const {
  pollfd what{socket_, POLLOUT, 0};
  return ::poll(&what, 1, static_cast<int>(k_write_wait_max.count())) > 0 && (what.revents & POLLOUT) != 0;
}

ssize_t Connection::read(char* to, size_t size) {
  if (!is_endless_) size = std::min(size, left_);
  if (size == 0) return 0;
  while (received().empty()) {
    buffer_.clear(), at_ = 0;
    // Not a byte of the request after this one, which is the reception's.
    std::size_t room = is_endless_ ? k_receive_bytes : std::min(k_receive_bytes, left_);
    buffer_.resize(room);
    ssize_t got = read_now(buffer_.data(), room);
    buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) break;
    if (got == 0 || wait_ == 0 || !wait(wait_)) return got == 0 ? 0 : -1;
  }
  std::size_t taken = std::min(size, received().size());
  std::copy_n(received().data(), taken, to);
  at_ += taken;
  if (!is_endless_) left_ -= taken;
  return static_cast<ssize_t>(taken);
}

ssize_t Connection::write(const char* from, size_t size) {
  if (says_close({from, size})) reply_closes_ = true;
  std::size_t sent = 0;
  while (sent < size) {
    ssize_t now = write_now(from + sent, size - sent);
    if (now > 0) {
      sent += static_cast<std::size_t>(now);
      continue;
    }
    if (wait_ == 0 || write_wait_.count() <= 0) return -1;
    pollfd what{socket_, wait_, 0};
    const auto start = std::chrono::steady_clock::now();
    if (::poll(&what, 1, static_cast<int>(std::min(write_wait_, k_write_wait_max).count())) <= 0) return -1;
    write_wait_ -= std::chrono::round<milliseconds>(std::chrono::steady_clock::now() - start);
  }
  return static_cast<ssize_t>(sent);
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    name_of_address(address, ip, port);
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    name_of_address(address, ip, port);
}

} // namespace walkin::desk
