#include "sync/desk/web/http_server.hpp"

#include "sync/desk/web/reception.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace walkin::desk {

using base::ErrorCode;
using base::fail;

namespace {

constexpr int k_listen_backlog = 512; // the library asks for 5: too few for a site coming back online
constexpr std::size_t k_keep_alive_requests = 200; // as replies say; the reception decides
constexpr rlim_t k_open_files = 8'192; // the system's usual 1,024 would not do for a thousand stations

// Answers requests that somebody else has read the beginning of; the library's own loop is not used.
class Routes final : public httplib::Server {
public:
  ~Routes() override { close_listening(); }
  socket_t listening_socket() const { return svr_sock_; }
  void close_listening() {
    if (socket_t socket = svr_sock_.exchange(INVALID_SOCKET); socket != INVALID_SOCKET) ::close(socket);
  }
  bool serve(Connection& connection, bool& is_over) {
    return process_request(connection, false, is_over, [](httplib::Request&) {});
  }
};

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

base::Result<TlsContext> load_certificate(const ListenOn& on) {
  for (const std::string& file : {on.certificate_file, on.key_file})
    if (!std::ifstream(file))
      return fail(ErrorCode::invalid,
                  fmt::format("{} cannot be read. Check the path and that this user may read it.", file),
                  file);
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(context.get(), on.certificate_file.c_str()) != 1)
    return fail(ErrorCode::invalid, fmt::format("{} is not a certificate in PEM form.", on.certificate_file),
                on.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), on.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1)
    return fail(ErrorCode::invalid,
                fmt::format("{} is not the key of the certificate {}.", on.key_file, on.certificate_file),
                on.key_file);
  return context;
}

void allow_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= k_open_files) return;
  limit.rlim_cur = std::min(limit.rlim_max, k_open_files);
  setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

struct HttpServer::Impl {
  ListenOn on;
  TlsContext tls{nullptr, SSL_CTX_free};
  Routes routes;
  Refused refused = [](const std::string&, int, const char*) {};
  std::unique_ptr<Reception> reception; // once the port is bound
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
    auto context = load_certificate(on);
    if (!context) return base::forward_error(context);
    impl->tls = std::move(*context);
  }
  httplib::Server& server = impl->routes;
  server.set_keep_alive_max_count(k_keep_alive_requests);
  server.set_payload_max_length(k_payload_bytes_max);
  // Without SO_REUSEPORT, which the library sets: two desks on one port would share it without a word.
  server.set_socket_options([](socket_t socket) {
    int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

httplib::Server& HttpServer::routes() { return impl_->routes; }

void HttpServer::on_refused(Refused refused) { impl_->refused = std::move(refused); }

base::Status HttpServer::bind() {
  ListenOn& on = impl_->on;
  Routes& server = impl_->routes;
  errno = 0;
  if (on.port == 0) {
    int port = server.bind_to_any_port(on.host);
    if (port > 0) on.port = port;
  }
  bool bound =
      on.port > 0 && (server.listening_socket() != INVALID_SOCKET || server.bind_to_port(on.host, on.port));
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
  const int listening = server.listening_socket();
  ::listen(listening, k_listen_backlog);
  fcntl(listening, F_SETFL, fcntl(listening, F_GETFL) | O_NONBLOCK);
  fcntl(listening, F_SETFD, FD_CLOEXEC);
  allow_open_files();
  ReceptionLimits limits;
  limits.body_bytes_max = k_payload_bytes_max;
  impl_->reception = std::make_unique<Reception>(
      listening, impl_->tls.get(), limits,
      [&server](Connection& connection, bool& is_over) { return server.serve(connection, is_over); },
      impl_->refused);
  return {};
}

int HttpServer::port() const { return impl_->on.port; }

std::string HttpServer::url() const {
  const ListenOn& on = impl_->on;
  bool is_v6 = on.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", impl_->tls ? "https" : "http", is_v6 ? "[" + on.host + "]" : on.host,
                     on.port);
}

void HttpServer::run() { impl_->reception->run(); }

void HttpServer::stop() {
  if (impl_->reception) impl_->reception->stop();
}

} // namespace walkin::desk
