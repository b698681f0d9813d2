// cpp-httplib's routes behind a reception of our own: every wait and size has a limit, a connection without a
// request costs no thread, people do not wait behind stations, nobody shares the port, and a stop is prompt.
#pragma once

#include "shared/base/result.hpp"

#include <functional>
#include <httplib.h>
#include <memory>
#include <string>

namespace walkin::desk {

struct ListenOn {
  std::string host = "127.0.0.1";
  int port = 8080;                        // 0: a free one
  std::string certificate_file, key_file; // PEM; both or neither
};

// "HOST:PORT", "[::1]:8080". Errors: invalid.
base::Result<ListenOn> parse_listen(std::string_view text);

inline constexpr std::size_t k_live_pages_max = 128; // each holds a thread; the rest answers requests
inline constexpr std::size_t k_payload_bytes_max = 32u << 20; // of any request; routes set tighter ones

class HttpServer {
public:
  // Errors: invalid (the certificate or key cannot be read or do not fit together).
  static base::Result<std::unique_ptr<HttpServer>> make(const ListenOn& on);
  ~HttpServer();

  httplib::Server& routes(); // to be filled before run()

  // Told of each request that no route got to see, from the server's threads. Before bind().
  using Refused = std::function<void(const std::string& address, int status, const char* code)>;
  void on_refused(Refused refused);

  // Takes the port. Errors: busy (in use), denied, invalid (no such address).
  base::Status bind();
  int port() const;
  std::string url() const;

  // Serves until stop(). Call after bind().
  void run();
  // From any thread, not from a signal handler. Connections are cut, whatever goes on in them.
  void stop();

private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

} // namespace walkin::desk
