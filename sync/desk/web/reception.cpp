#include "sync/desk/web/reception.hpp"

#include "shared/protocol/version.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace walkin::desk {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_sweep{250};       // between looks at who is overdue
constexpr milliseconds k_leave_max{3'000}; // for a client to have said all that nobody wants to hear
constexpr int k_events_at_once = 64;
constexpr int k_receives_at_once = 16; // one client must not keep the others waiting

SteadyTime now() { return std::chrono::steady_clock::now(); }

} // namespace

Reception::Reception(int listening, SSL_CTX* tls, const ReceptionLimits& limits, Serve serve, Refused refused)
    : listening_(listening),
      tls_(tls),
      limits_(limits),
      serve_(std::move(serve)),
      refused_(std::move(refused)) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (int own : {listening_, wake_}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = own == wake_ ? this : nullptr;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, own, &event);
  }
}

Reception::~Reception() {
  stop();
  guests_.clear();
  ::close(wake_);
  ::close(epoll_);
}

void Reception::stop() {
  stopping_ = true;
  eventfd_write(wake_, 1);
}

void Reception::run() {
  for (std::size_t i = 0; i < limits_.people_threads; ++i)
    people_.workers.emplace_back([this] { work(people_, 0); });
  for (std::size_t i = 0; i < limits_.station_threads; ++i)
    stations_.workers.emplace_back([this] { work(stations_, limits_.station_nice); });

  SteadyTime next_sweep = now() + k_sweep;
  while (!stopping_) {
    std::array<epoll_event, k_events_at_once> events{};
    bool is_empty = guests_.empty() && accepts_;
    int count = epoll_wait(epoll_, events.data(), k_events_at_once, is_empty ? -1 : int{k_sweep.count()});
    for (int i = 0; i < count && !stopping_; ++i) {
      void* who = events[static_cast<std::size_t>(i)].data.ptr;
      if (who == nullptr)
        accept_all();
      else if (who == this)
        take_back();
      else
        step(*static_cast<Guest*>(who));
    }
    if (now() >= next_sweep) {
      end_overdue();
      next_sweep = now() + k_sweep;
    }
    gone_.clear();
  }
  for (const auto& guest : guests_) ::shutdown(guest->connection.socket(), SHUT_RDWR);
  for (Lane* lane : {&people_, &stations_}) {
    {
      std::lock_guard lock(lane->mutex);
      lane->is_closed = true;
    }
    lane->wake.notify_all();
    lane->workers.clear(); // joined
  }
}

void Reception::accept_all() {
  while (true) {
    int socket = ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      bool is_full = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      if (is_full && make_room()) continue;
      if (is_full) { // all are at work: those who come wait in the system's queue until the next sweep
        epoll_ctl(epoll_, EPOLL_CTL_DEL, listening_, nullptr);
        accepts_ = false;
      }
      if (is_full || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINVAL || errno == EBADF) return;
      continue; // the client has gone again
    }
    if (guests_.size() >= limits_.connections_max && !make_room()) {
      ::close(socket);
      continue;
    }
    int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    guests_.push_back(std::make_unique<Guest>(socket, tls_));
    Guest& guest = *guests_.back();
    guest.place = std::prev(guests_.end());
    guest.stage = tls_ ? Stage::shaking_hands : Stage::waiting;
    guest.until = now() + limits_.head_max;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &guest;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }
}

// Ends the connection that has stood idle longest; false when all are in the middle of something.
bool Reception::make_room() {
  Guest* oldest = nullptr;
  for (const auto& guest : guests_)
    if (guest->stage != Stage::at_work && !guest->has_begun && (!oldest || guest->until < oldest->until))
      oldest = guest.get();
  if (!oldest) return false;
  remove(*oldest);
  return true;
}

void Reception::listen_to(Guest& guest, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &guest;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, guest.connection.socket(), &event);
}

void Reception::step(Guest& guest) {
  using Progress = Connection::Progress;
  if (guest.stage == Stage::at_work || guest.stage == Stage::gone) return;
  if (guest.stage == Stage::shaking_hands) {
    Progress progress = guest.connection.shake_hands();
    if (progress == Progress::ended) return remove(guest);
    if (progress != Progress::moved)
      return listen_to(guest, progress == Progress::waits_to_write ? EPOLLOUT : EPOLLIN);
    guest.stage = Stage::waiting;
    listen_to(guest, EPOLLIN);
  }
  for (int i = 0; i < k_receives_at_once; ++i) {
    Progress progress = guest.connection.receive();
    if (progress == Progress::ended) return remove(guest);
    if (progress != Progress::moved) return;
    if (guest.stage == Stage::leaving) {
      guest.connection.drop_received();
      continue;
    }
    look(guest);
    if (guest.stage != Stage::waiting) return;
  }
}

void Reception::look(Guest& guest) {
  std::string_view received = guest.connection.received();
  if (received.empty()) return;
  if (!guest.has_begun) {
    guest.has_begun = true;
    guest.until = now() + limits_.head_max;
  }
  ReadHead read = read_head(received);
  switch (read.state) {
  case HeadState::incomplete: return;
  case HeadState::malformed:
    return refuse(guest, 400, "Bad Request", "malformed", "This is no HTTP request that the desk reads.");
  case HeadState::too_large:
    return refuse(guest, 431, "Request Header Fields Too Large", "too_large",
                  "The headers of a request have at most 100 lines and 32768 bytes.");
  case HeadState::complete: break;
  }
  guest.head = read.head;
  if (limits_.body_bytes_max > 0 && guest.head.body_bytes > limits_.body_bytes_max)
    return refuse(guest, 413, "Payload Too Large", "too_large", "The body of this request is too large.");
  bool is_short = !guest.head.waits_for_continue && !guest.head.is_chunked &&
                  guest.head.body_bytes <= k_waited_body_bytes_max;
  if (is_short && received.size() < guest.head.bytes + guest.head.body_bytes) return;
  hand_over(guest);
}

void Reception::refuse(Guest& guest, int status, const char* phrase, const char* code, const char* words) {
  std::string ip;
  int port = 0;
  guest.connection.get_remote_ip_and_port(ip, port);
  refused_(ip, status, code);
  std::string body = fmt::format(R"({{"error":{{"code":"{}","message":"{}"}}}})", code, words);
  guest.connection.say(fmt::format("HTTP/1.1 {} {}\r\n{}: {}\r\nContent-Type: application/json\r\n"
                                   "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                                   status, phrase, protocol::k_version_header, protocol::k_version_max,
                                   body.size(), body));
  leave(guest);
}

// A socket closed with something unread in it takes back what was said: the other end would see an error.
void Reception::leave(Guest& guest) {
  guest.stage = Stage::leaving;
  guest.until = now() + k_leave_max;
  guest.connection.drop_received();
  guest.connection.end_writing();
}

void Reception::hand_over(Guest& guest) {
  guest.stage = Stage::at_work;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, guest.connection.socket(), nullptr);
  Lane& lane = guest.head.is_sync ? stations_ : people_;
  {
    std::lock_guard lock(lane.mutex);
    lane.queue.push_back(&guest);
  }
  lane.wake.notify_one();
}

void Reception::take_back() {
  eventfd_t ignored = 0;
  eventfd_read(wake_, &ignored);
  std::vector<std::pair<Guest*, bool>> back;
  {
    std::lock_guard lock(back_mutex_);
    back.swap(back_);
  }
  for (auto& [guest, may_stay] : back) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = guest;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, guest->connection.socket(), &event);
    if (!may_stay) {
      leave(*guest);
      continue;
    }
    guest->stage = Stage::waiting;
    guest->has_begun = false;
    guest->until = now() + limits_.keep_alive;
    look(*guest); // the next request may be here already
    // TLS may hold bytes that the socket no longer shows.
    if (tls_ && guest->stage == Stage::waiting) step(*guest);
  }
}

void Reception::end_overdue() {
  if (!accepts_) {
    epoll_event event{};
    event.events = EPOLLIN;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, listening_, &event);
    accepts_ = true;
  }
  const SteadyTime at = now();
  for (auto next = guests_.begin(); next != guests_.end();) {
    Guest& guest = **next++;
    if (guest.stage == Stage::at_work || guest.until > at) continue;
    if (guest.stage == Stage::waiting && guest.has_begun)
      refuse(guest, 408, "Request Timeout", "timeout", "The request came too slowly.");
    else
      remove(guest);
  }
}

void Reception::remove(Guest& guest) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, guest.connection.socket(), nullptr);
  guest.stage = Stage::gone;
  gone_.splice(gone_.end(), guests_, guest.place);
}

void Reception::work(Lane& lane, int nice) {
  // Of this thread alone, as Linux has it.
  if (nice > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);
  while (true) {
    Guest* guest = nullptr;
    {
      std::unique_lock lock(lane.mutex);
      lane.wake.wait(lock, [&] { return lane.is_closed || !lane.queue.empty(); });
      if (lane.is_closed) return;
      guest = lane.queue.front();
      lane.queue.pop_front();
    }
    serve_one(*guest);
  }
}

void Reception::serve_one(Guest& guest) {
  guest.connection.begin_request(guest.head, now() + limits_.request_max);
  bool is_over = false;
  bool may_stay = false;
  try {
    may_stay = serve_(guest.connection, is_over) && !is_over;
  } catch (const std::exception& fault) {
    spdlog::error("a request could not be served: {}", fault.what());
  }
  may_stay = guest.connection.end_request() && may_stay;
  {
    std::lock_guard lock(back_mutex_);
    back_.emplace_back(&guest, may_stay);
  }
  eventfd_write(wake_, 1);
}

} // namespace walkin::desk
