#include "sync/desk/web/http_server.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace walkin::desk {

using base::ErrorCode;
using base::fail;

namespace {

constexpr int k_listen_backlog = 512;    // the library asks for 5: too few for a site coming back online
constexpr time_t k_read_timeout_s = 5;   // for the next bytes of a request
constexpr time_t k_write_timeout_s = 10; // for a client to take the next bytes
constexpr time_t k_keep_alive_s = 2;     // a kept connection holds a thread
constexpr std::size_t k_keep_alive_requests_max = 200;

// Reaches the listening socket, which the library keeps to itself.
template <class Base>
class Reachable final : public Base {
public:
  using Base::Base;
  socket_t listening_socket() const { return Base::svr_sock_; }
};

int port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

// The library looks at its stop only between requests, so an idle or slow connection would hold it up. Ends
// every connection of this process that came in at `port`; its thread then sees the end at once.
void cut_connections(int port) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    std::string name = entry.path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    sockaddr_storage own{}, peer{};
    socklen_t own_size = sizeof own, peer_size = sizeof peer;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) != 0) continue;
    if (port_of(own) != port) continue;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) continue;
    ::shutdown(fd, SHUT_RDWR);
  }
}

base::Status check_certificate(const ListenOn& on) {
  for (const std::string& file : {on.certificate_file, on.key_file})
    if (!std::ifstream(file))
      return fail(ErrorCode::invalid,
                  fmt::format("{} cannot be read. Check the path and that this user may read it.", file),
                  file);
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), on.certificate_file.c_str()) != 1)
    return fail(ErrorCode::invalid, fmt::format("{} is not a certificate in PEM form.", on.certificate_file),
                on.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), on.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1)
    return fail(ErrorCode::invalid,
                fmt::format("{} is not the key of the certificate {}.", on.key_file, on.certificate_file),
                on.key_file);
  return {};
}

} // namespace

struct HttpServer::Impl {
  ListenOn on;
  std::unique_ptr<Reachable<httplib::Server>> plain;
  std::unique_ptr<Reachable<httplib::SSLServer>> tls;
  std::atomic<bool> stopping = false;

  httplib::Server& server() { return tls ? static_cast<httplib::Server&>(*tls) : *plain; }
  socket_t listening_socket() const { return tls ? tls->listening_socket() : plain->listening_socket(); }
};

base::Result<ListenOn> parse_listen(std::string_view text) {
  auto colon = text.rfind(':');
  ListenOn on;
  bool fits = colon != std::string_view::npos && colon > 0;
  if (fits) {
    std::string_view host = text.substr(0, colon), port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), on.port);
    fits = error == std::errc{} && end == port.data() + port.size() && !port.empty() && on.port >= 0 &&
           on.port <= 65535 && !host.empty();
    on.host = host;
  }
  if (!fits)
    return fail(
        ErrorCode::invalid,
        fmt::format("\"{}\" is no address to listen on. Give HOST:PORT, such as 127.0.0.1:8080.", text),
        "listen");
  return on;
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

base::Result<std::unique_ptr<HttpServer>> HttpServer::make(const ListenOn& on) {
  auto impl = std::make_unique<Impl>();
  impl->on = on;
  if (!on.certificate_file.empty()) {
    if (auto readable = check_certificate(on); !readable) return base::forward_error(readable);
    impl->tls =
        std::make_unique<Reachable<httplib::SSLServer>>(on.certificate_file.c_str(), on.key_file.c_str());
  } else {
    impl->plain = std::make_unique<Reachable<httplib::Server>>();
  }
  httplib::Server& server = impl->server();
  server.new_task_queue = [] { return new httplib::ThreadPool(k_worker_threads); };
  server.set_read_timeout(k_read_timeout_s);
  server.set_write_timeout(k_write_timeout_s);
  server.set_keep_alive_timeout(k_keep_alive_s);
  server.set_keep_alive_max_count(k_keep_alive_requests_max);
  server.set_payload_max_length(k_payload_bytes_max);
  server.set_tcp_nodelay(true);
  // Without SO_REUSEPORT, which the library sets: two desks on one port would share it without a word.
  server.set_socket_options([](socket_t socket) {
    int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

httplib::Server& HttpServer::routes() { return impl_->server(); }

base::Status HttpServer::bind() {
  ListenOn& on = impl_->on;
  httplib::Server& server = impl_->server();
  errno = 0;
  if (on.port == 0) {
    int port = server.bind_to_any_port(on.host);
    if (port > 0) on.port = port;
  }
  bool bound =
      on.port > 0 && (impl_->listening_socket() != INVALID_SOCKET || server.bind_to_port(on.host, on.port));
  if (!bound) {
    std::string where = fmt::format("{}:{}", on.host, on.port);
    if (errno == EADDRINUSE)
      return fail(
          ErrorCode::busy,
          fmt::format("{} is in use by another program. Stop it, or choose another port with --listen.",
                      where),
          where);
    if (errno == EACCES)
      return fail(ErrorCode::denied,
                  fmt::format("This user may not listen on {}. Choose a port above 1023.", where), where);
    return fail(ErrorCode::invalid,
                fmt::format("Cannot listen on {}. Check that the address belongs to this machine.", where),
                where);
  }
  ::listen(impl_->listening_socket(), k_listen_backlog);
  return {};
}

int HttpServer::port() const { return impl_->on.port; }

std::string HttpServer::url() const {
  const ListenOn& on = impl_->on;
  bool is_v6 = on.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", impl_->tls ? "https" : "http", is_v6 ? "[" + on.host + "]" : on.host,
                     on.port);
}

void HttpServer::run() {
  if (!impl_->stopping) impl_->server().listen_after_bind();
}

void HttpServer::stop() {
  impl_->stopping = true;
  impl_->server().stop();
  cut_connections(impl_->on.port);
}

} // namespace walkin::desk
