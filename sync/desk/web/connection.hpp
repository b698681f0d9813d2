// One client's connection, plain or TLS. The reception takes in what has arrived without ever waiting; a
// worker then reads and writes through httplib::Stream, with a limit on every wait and on the whole request.
#pragma once

#include "sync/desk/web/request_head.hpp"

#include <chrono>
#include <httplib.h>
#include <string>

namespace walkin::desk {

using SteadyTime = std::chrono::steady_clock::time_point;

// Belongs to one thread at a time; whoever hands it on does so under a lock.
class Connection final : public httplib::Stream {
public:
  // Takes the socket, which must not block. `tls`: null for plain HTTP.
  Connection(int socket, SSL_CTX* tls);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- without waiting ---
  enum class Progress { waits_to_read, waits_to_write, moved, ended };
  Progress shake_hands(); // moved: done
  bool has_shaken_hands() const { return has_shaken_hands_; }
  Progress receive(); // more into received()
  std::string_view received() const { return std::string_view(buffer_).substr(at_); }
  void drop_received() { buffer_.clear(), at_ = 0; }
  void say(std::string_view raw); // as much of it as the line takes at once
  void end_writing();

  // --- one request, for a worker ---
  // The next read begins at this head; none goes beyond the request's end.
  void begin_request(const RequestHead& head, SteadyTime deadline);
  // Whether the next request can follow on this connection. Drops what nobody read of the body, if it is
  // here.
  bool end_request();

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

private:
  // Bytes moved; 0 at the end; -1 with `wait_` set when it has to be waited for, without when it failed.
  ssize_t read_now(char* to, std::size_t size);
  ssize_t write_now(const char* from, std::size_t size);
  ssize_t tls_result(int result);
  bool wait(short events) const;

  int socket_;
  SSL* tls_ = nullptr;
  bool has_shaken_hands_ = true;
  short wait_ = 0; // POLLIN or POLLOUT
  std::string buffer_;
  std::size_t at_ = 0;      // of buffer_: what is before it was read
  std::size_t left_ = 0;    // of the request, not read yet
  bool is_endless_ = false; // the request's length is not known
  bool reply_closes_ = false;
  SteadyTime deadline_{};                   // for the whole request to be read
  std::chrono::milliseconds write_wait_{0}; // that the client may still keep its reply waiting
};

} // namespace walkin::desk
