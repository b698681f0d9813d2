// Takes every connection in and lets it wait for its next request without a thread of its own: one thread
// listens to all of them, and gives a request away once its head, and a short body, are there. People and
// stations have workers of their own, so that a page never waits behind a thousand stations, and stations
// yield the processor.
#pragma once

#include "sync/desk/web/connection.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace walkin::desk {

struct ReceptionLimits {
  std::size_t connections_max = 2'000;
  std::size_t people_threads = 160;  // pages that stay live hold one each
  std::size_t station_threads = 128; // most of them wait for a place, or send away
  int station_nice = 10;
  std::chrono::milliseconds head_max{10'000};     // from a request's first byte to the end of its head
  std::chrono::milliseconds keep_alive{15'000};   // a connection without a request
  std::chrono::milliseconds request_max{120'000}; // a whole request
  std::size_t body_bytes_max = 0;                 // larger ones are refused by their announced length
};

class Reception {
public:
  // Answers one request of a connection; false, or `is_over` set, when no other can follow on it. From
  // workers.
  using Serve = std::function<bool(Connection& connection, bool& is_over)>;
  // Told of each request that was refused before it came to a worker. From the listening thread.
  using Refused = std::function<void(const std::string& address, int status, const char* code)>;

  // `listening`: bound and listening, it stays the caller's. `tls` may be null and must outlive this.
  Reception(int listening, SSL_CTX* tls, const ReceptionLimits& limits, Serve serve, Refused refused);
  ~Reception();
  Reception(const Reception&) = delete;
  Reception& operator=(const Reception&) = delete;

  // Until stop(), which may be called from any thread and more than once: every connection is then cut.
  void run();
  void stop();

private:
  enum class Stage { shaking_hands, waiting, at_work, leaving, gone };
  struct Guest {
    Guest(int socket, SSL_CTX* tls) : connection(socket, tls) {}
    Connection connection;
    Stage stage = Stage::waiting;
    RequestHead head;
    SteadyTime until;
    bool has_begun = false; // a part of a request is there
    std::list<std::unique_ptr<Guest>>::iterator place;
  };
  struct Lane {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Guest*> queue;
    bool is_closed = false;
    std::vector<std::jthread> workers;
  };

  void accept_all();
  bool make_room();
  void step(Guest& guest);
  void look(Guest& guest); // whether a request is whole
  void refuse(Guest& guest, int status, const char* phrase, const char* code, const char* words);
  void leave(Guest& guest); // says no more, hears the rest out
  void hand_over(Guest& guest);
  void take_back();
  void listen_to(Guest& guest, unsigned events);
  void end_overdue();
  void remove(Guest& guest);
  void work(Lane& lane, int nice);
  void serve_one(Guest& guest);

  const int listening_;
  SSL_CTX* const tls_;
  const ReceptionLimits limits_;
  const Serve serve_;
  const Refused refused_;
  int epoll_ = -1, wake_ = -1;
  std::atomic<bool> stopping_ = false;
  bool accepts_ = true;
  std::list<std::unique_ptr<Guest>> guests_; // of the listening thread
  std::list<std::unique_ptr<Guest>> gone_;   // an event that is still to be looked at may name them
  std::mutex back_mutex_;
  std::vector<std::pair<Guest*, bool>> back_; // from the workers: who, and whether they may stay
  Lane people_, stations_;
};

} // namespace walkin::desk
