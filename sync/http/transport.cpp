#include "sync/http/transport.hpp"

#include "shared/base/hash.hpp"
#include "shared/protocol/gzip.hpp"
#include "shared/protocol/version.hpp"
#include "sync/http/answer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <httplib.h>

namespace walkin::sync {

using base::ErrorCode;

namespace {

tl::unexpected<Failure> failure(ErrorCode code, std::string message) {
  return tl::unexpected(Failure{{code, std::move(message), {}}, {}});
}

struct UrlParts {
  std::string scheme, host;
};

std::optional<UrlParts> split(std::string_view url) {
  auto end = url.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  UrlParts parts{std::string(url.substr(0, end)), std::string(url.substr(end + 3))};
  if (parts.host.starts_with('[')) {
    auto close = parts.host.find(']');
    if (close == std::string::npos) return std::nullopt;
    parts.host = parts.host.substr(1, close - 1);
  } else {
    parts.host = parts.host.substr(0, parts.host.find_first_of(":/"));
  }
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string in_words(httplib::Error error, const DeskAddress& address) {
  switch (error) {
  case httplib::Error::Connection: return fmt::format("The desk at {} cannot be reached.", address.url);
  case httplib::Error::ConnectionTimeout: return fmt::format("The desk at {} does not answer.", address.url);
  case httplib::Error::SSLServerVerification:
    return fmt::format(
        "The certificate at {} is not the desk's. Check the authority's file, or whether this network "
        "redirects.",
        address.url);
  case httplib::Error::SSLConnection:
    return fmt::format("No secure connection to {} could be made.", address.url);
  case httplib::Error::SSLLoadingCerts:
    return fmt::format("The authority's file {} cannot be read.", address.ca_file);
  case httplib::Error::Success:
  case httplib::Error::Unknown:
  case httplib::Error::BindIPAddress:
  case httplib::Error::Read:
  case httplib::Error::Write:
  case httplib::Error::ExceedRedirectCount:
  case httplib::Error::Canceled:
  case httplib::Error::UnsupportedMultipartBoundaryChars:
  case httplib::Error::Compression:
  default: return "The connection to the desk was lost on the way. It will be tried again.";
  }
}

constexpr std::size_t k_file_reply_bytes_max = 32 * 1024 * 1024; // more than a whole attachment

} // namespace

base::Status check_desk_url(std::string_view url) {
  auto parts = split(url);
  if (!parts || (parts->scheme != "http" && parts->scheme != "https"))
    return base::fail(ErrorCode::invalid,
                      "The desk's address looks like https://desk.example.org or http://127.0.0.1:8080.",
                      "desk");
  if (parts->scheme == "http" && !is_loopback(parts->host))
    return base::fail(
        ErrorCode::invalid,
        fmt::format("Plain http is allowed to this machine itself only. Use https://{} with the desk's "
                    "certificate.",
                    parts->host),
        "desk");
  return {};
}

// The client and the watch that ends a request which takes longer than it may.
struct Transport::Http {
  Http(const DeskAddress& address, const TransportLimits& limits)
      : client(address.url), watch([this](std::stop_token stop) { run(stop); }) {
    client.set_connection_timeout(limits.connect);
    client.set_read_timeout(limits.idle);
    client.set_write_timeout(limits.idle);
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_follow_location(false);
    if (!address.ca_file.empty()) client.set_ca_cert_path(address.ca_file);
    client.enable_server_certificate_verification(true);
  }

  void start(Millis limit) {
    std::lock_guard lock(mutex);
    deadline = std::chrono::steady_clock::now() + limit;
    changed.notify_all();
  }
  void finish() {
    std::lock_guard lock(mutex);
    deadline.reset();
  }
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      if (!deadline) {
        changed.wait(lock, stop, [this] { return deadline.has_value(); });
      } else if (std::chrono::steady_clock::now() >= *deadline) {
        deadline.reset();
        client.stop();
      } else {
        auto until = *deadline;
        changed.wait_until(lock, stop, until, [this, until] { return deadline != until; });
      }
    }
  }

  httplib::Client client;
  std::mutex in_use;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::optional<std::chrono::steady_clock::time_point> deadline;
  std::jthread watch; // last: it uses the others
};

Transport::Transport(DeskAddress address, protocol::Format format, TransportLimits limits)
    : address_(std::move(address)), format_(format), limits_(limits) {
  lines_.front() = std::make_unique<Http>(address_, limits_);
}

Transport::~Transport() = default;

void Transport::cancel() {
  cancelled_ = true;
  std::lock_guard lock(lines_mutex_);
  for (const auto& http : lines_)
    if (http) http->client.stop();
}

Transport::Line Transport::free_line() {
  {
    std::lock_guard lock(lines_mutex_);
    for (auto& http : lines_) {
      if (!http) http = std::make_unique<Http>(address_, limits_);
      if (std::unique_lock held(http->in_use, std::try_to_lock); held) return {*http, std::move(held)};
    }
  }
  return {*lines_.front(), std::unique_lock(lines_.front()->in_use)};
}

tl::expected<std::string, Failure> Transport::post(const std::string& path, std::string body) {
  if (cancelled_) return failure(ErrorCode::offline, "The program is stopping.");
  auto [http, held] = free_line();
  if (!http.client.is_valid())
    return failure(ErrorCode::offline, fmt::format("{} is no address of a desk.", address_.url));
  httplib::Request request;
  request.method = "POST";
  request.path = path;
  request.headers = {
      {protocol::k_version_header, fmt::format("{}-{}", protocol::k_version_min, protocol::k_version_max)},
      {"Content-Type", protocol::media_type(format_)},
      {"Accept", protocol::media_type(format_)},
      {"Accept-Encoding", "gzip"},
      {"User-Agent", "walkin/" WALKIN_VERSION}};
  if (!address_.token.empty()) request.headers.emplace("Authorization", "Bearer " + address_.token);
  request.headers.emplace(protocol::k_digest_header, base::hash_of(body).str());
  request.body = std::move(body);
  if (request.body.size() >= protocol::k_gzip_from_bytes) {
    request.body = protocol::gzip(request.body);
    request.set_header("Content-Encoding", "gzip");
  }
  std::string answer;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (answer.size() + size > protocol::k_message_bytes_max) return false;
    answer.append(data, size);
    return true;
  };
  bytes_sent_ += static_cast<std::int64_t>(request.body.size());
  http.start(limits_.request);
  auto result = http.client.send(request);
  http.finish();
  if (!result) return failure(ErrorCode::offline, in_words(result.error(), address_));
  bytes_received_ += static_cast<std::int64_t>(answer.size());
  return read_answer({.status = result->status,
                      .version = result->get_header_value(protocol::k_version_header),
                      .content_type = result->get_header_value("Content-Type"),
                      .retry_after = result->get_header_value("Retry-After"),
                      .digest = result->get_header_value(protocol::k_digest_header),
                      .body = std::move(answer)},
                     address_.url);
}

tl::expected<FileReply, Failure> Transport::exchange(const FileRequest& asked) {
  if (cancelled_) return failure(ErrorCode::offline, "The program is stopping.");
  auto [http, held] = free_line();
  if (!http.client.is_valid())
    return failure(ErrorCode::offline, fmt::format("{} is no address of a desk.", address_.url));
  httplib::Request request;
  request.method = asked.method;
  request.path = asked.path;
  for (const auto& [name, value] : asked.headers) request.headers.emplace(name, value);
  request.headers.emplace("Accept", protocol::media_type(protocol::Format::json));
  request.headers.emplace("User-Agent", "walkin/" WALKIN_VERSION);
  if (!address_.token.empty()) request.headers.emplace("Authorization", "Bearer " + address_.token);
  request.body = asked.body;
  FileReply reply;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (reply.body.size() + size > k_file_reply_bytes_max) return false;
    reply.body.append(data, size);
    return true;
  };
  bytes_sent_ += static_cast<std::int64_t>(request.body.size());
  http.start(limits_.request);
  auto result = http.client.send(request);
  http.finish();
  if (!result) return failure(ErrorCode::offline, in_words(result.error(), address_));
  bytes_received_ += static_cast<std::int64_t>(reply.body.size());
  if (!protocol::parse_version_range(result->get_header_value(protocol::k_version_header)))
    return failure(ErrorCode::offline, not_a_desk(address_.url));
  reply.status = result->status;
  reply.retry_after = read_retry_after(result->get_header_value("Retry-After"));
  for (const auto& [name, value] : result->headers) reply.headers.emplace_back(name, value);
  return reply;
}

template <class Message, class Decode>
tl::expected<Message, Failure> Transport::exchange(const std::string& path, std::string body, Decode decode) {
  auto answer = post(path, std::move(body));
  if (!answer) return tl::unexpected(std::move(answer.error()));
  auto message = decode(*answer, format_);
  if (!message)
    return failure(ErrorCode::invalid, "The desk's answer cannot be read: " + message.error().message);
  return std::move(*message);
}

tl::expected<protocol::EnrollReply, Failure> Transport::enroll(const protocol::EnrollRequest& request) {
  return exchange<protocol::EnrollReply>("/sync/v1/enroll", protocol::encode(request, format_),
                                         protocol::decode_enroll_reply);
}

tl::expected<protocol::PushReply, Failure> Transport::push(const protocol::PushRequest& request) {
  return exchange<protocol::PushReply>("/sync/v1/push", protocol::encode(request, format_),
                                       protocol::decode_push_reply);
}

tl::expected<protocol::MissingReply, Failure> Transport::missing(const protocol::MissingRequest& request) {
  return exchange<protocol::MissingReply>("/sync/v1/missing", protocol::encode(request, format_),
                                          protocol::decode_missing_reply);
}

tl::expected<protocol::GiveBackReply, Failure>
Transport::give_back(const protocol::GiveBackRequest& request) {
  return exchange<protocol::GiveBackReply>("/sync/v1/recover", protocol::encode(request, format_),
                                           protocol::decode_give_back_reply);
}

tl::expected<protocol::RehomeReply, Failure> Transport::rehome(const protocol::RehomeRequest& request) {
  return exchange<protocol::RehomeReply>("/sync/v1/rehome", protocol::encode(request, format_),
                                         protocol::decode_enroll_reply);
}

tl::expected<protocol::PullReply, Failure> Transport::pull(const protocol::PullRequest& request) {
  return exchange<protocol::PullReply>("/sync/v1/pull", protocol::encode(request, format_),
                                       protocol::decode_pull_reply);
}

tl::expected<protocol::RangesReply, Failure> Transport::ranges(const protocol::RangesRequest& request) {
  return exchange<protocol::RangesReply>("/sync/v1/ranges", protocol::encode(request, format_),
                                         protocol::decode_ranges_reply);
}

tl::expected<protocol::EventsReply, Failure> Transport::events(const protocol::EventsRequest& request) {
  return exchange<protocol::EventsReply>("/sync/v1/events", protocol::encode(request, format_),
                                         protocol::decode_events_reply);
}

tl::expected<protocol::DocumentsReply, Failure>
Transport::pull_documents(const protocol::DocumentsRequest& request) {
  return exchange<protocol::DocumentsReply>("/sync/v1/documents", protocol::encode(request, format_),
                                            protocol::decode_documents_reply);
}

} // namespace walkin::sync
