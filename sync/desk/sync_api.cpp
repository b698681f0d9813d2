#include "sync/desk/sync_api.hpp"

#include "shared/protocol/gzip.hpp"
#include "shared/protocol/version.hpp"
#include "shared/store/database.hpp"
#include "sync/desk/security.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

namespace {

// More exchanges at once than this would make people in the console wait; the station is told to come back.
constexpr int k_under_way_max = 16;
constexpr int k_retry_after_s_min = 1, k_retry_after_s_spread = 5;

void answer_error(httplib::Response& response, protocol::Format format, int status, const char* code,
                  std::string message) {
  response.status = status;
  response.set_content(protocol::encode(protocol::ErrorReply{code, std::move(message)}, format),
                       protocol::media_type(format));
}

class UnderWay {
public:
  explicit UnderWay(std::atomic<int>& count) : count_(count), admitted_(++count <= k_under_way_max) {}
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  bool is_admitted() const { return admitted_; }

private:
  std::atomic<int>& count_;
  bool admitted_;
};

// The body, unpacked; nothing when it is larger than a message may be. What is too much, or not wanted, is
// read all the same and dropped: bytes left in the connection would be taken for the next request. A body
// that unpacks without end is given up on.
std::optional<std::string> read_body(const httplib::ContentReader& reader, bool is_wanted) {
  constexpr std::size_t k_dropped_bytes_max = 8 * protocol::k_message_bytes_max;
  std::string body;
  std::size_t bytes = 0;
  bool whole = reader([&](const char* data, std::size_t size) {
    bytes += size;
    if (is_wanted && bytes <= protocol::k_message_bytes_max) body.append(data, size);
    return bytes <= k_dropped_bytes_max;
  });
  if (!whole || bytes > protocol::k_message_bytes_max) return std::nullopt;
  return body;
}

} // namespace

struct SyncApi::Exchange {
  const httplib::Request& request;
  httplib::Response& response;
  protocol::Format in, out;
  std::string body;
  std::optional<Station> station;

  SyncPeer peer() const { return {station->replica, station->site, station->prefix}; }
  // False, so that a check can end with it.
  bool fail(int status, const char* code, std::string message) const {
    answer_error(response, out, status, code, std::move(message));
    return false;
  }
  template <class Message>
  void answer(const Message& message) const {
    response.set_content(protocol::encode(message, out), protocol::media_type(out));
  }
};

void SyncApi::mount(httplib::Server& server) {
  auto route = [&](const char* path, bool needs_token, void (SyncApi::*handle)(Exchange&)) {
    server.Post(path,
                [this, needs_token, handle](const httplib::Request& request, httplib::Response& response,
                                            const httplib::ContentReader& reader) {
                  serve(request, response, reader, needs_token, handle);
                });
  };
  route("/sync/v1/enroll", false, &SyncApi::enroll);
  route("/sync/v1/push", true, &SyncApi::push);
  route("/sync/v1/pull", true, &SyncApi::pull);
  route("/sync/v1/ranges", true, &SyncApi::ranges);
  route("/sync/v1/events", true, &SyncApi::events);
  route("/sync/.*", true, &SyncApi::unknown); // last: the first that fits is taken
}

std::optional<Station> SyncApi::station_of(const httplib::Request& request) {
  constexpr std::string_view k_bearer = "Bearer ";
  std::string header = request.get_header_value("Authorization");
  if (!header.starts_with(k_bearer)) return std::nullopt;
  return accounts_.find_station(token_hash(header.substr(k_bearer.size())), clock_.now());
}

bool SyncApi::admit(Exchange& exchange, bool needs_token) {
  const httplib::Request& request = exchange.request;
  constexpr protocol::VersionRange k_ours{};
  exchange.response.set_header(protocol::k_version_header, std::to_string(k_ours.max));
  auto out = protocol::format_of(request.get_header_value("Accept"));
  exchange.out = out.value_or(protocol::Format::json);
  auto theirs = protocol::parse_version_range(request.get_header_value(protocol::k_version_header));
  if (!theirs || !protocol::negotiate(k_ours, *theirs))
    return exchange.fail(
        426, "version",
        fmt::format("This desk speaks versions {} to {} of the protocol. Send the header {}: MIN-MAX.",
                    k_ours.min, k_ours.max, protocol::k_version_header));
  auto in = protocol::format_of(request.get_header_value("Content-Type"));
  if (!in) return exchange.fail(415, "media_type", "Send application/json or application/cbor.");
  if (!out) return exchange.fail(406, "media_type", "Accept application/json or application/cbor.");
  exchange.in = *in;
  if (needs_token && !(exchange.station = station_of(request)))
    return exchange.fail(401, "unauthorized",
                         "The desk does not know this station, or has revoked it. Enrol it again.");
  return true;
}

void SyncApi::serve(const httplib::Request& request, httplib::Response& response,
                    const httplib::ContentReader& reader, bool needs_token,
                    void (SyncApi::*handle)(Exchange&)) {
  Exchange exchange{request, response, protocol::Format::json, protocol::Format::json, {}, {}};
  try {
    carry_out(exchange, reader, needs_token, handle);
  } catch (const std::exception& fault) {
    base::Error error = store::to_error(fault);
    spdlog::error("sync {}: {}", request.path, error.message);
    if (error.code == base::ErrorCode::no_space || error.code == base::ErrorCode::busy) {
      response.set_header("Retry-After", "30");
      bool is_full = error.code == base::ErrorCode::no_space;
      exchange.fail(is_full ? 507 : 503, is_full ? "no_space" : "busy", "At the desk: " + error.message);
    } else {
      exchange.fail(500, "internal", "The desk could not do this. Its log says why.");
    }
  }
  response.set_header(protocol::k_digest_header, base::hash_of(response.body).str());
}

void SyncApi::carry_out(Exchange& exchange, const httplib::ContentReader& reader, bool needs_token,
                        void (SyncApi::*handle)(Exchange&)) {
  UnderWay under_way(under_way_);
  bool is_wanted = admit(exchange, needs_token);
  if (is_wanted && !under_way.is_admitted()) {
    auto delay = k_retry_after_s_min + static_cast<int>(random_.next() % k_retry_after_s_spread);
    exchange.response.set_header("Retry-After", std::to_string(delay));
    is_wanted = exchange.fail(503, "busy",
                              fmt::format("Many stations are being served. Come back in {} seconds.", delay));
  }
  auto body = read_body(reader, is_wanted);
  if (!is_wanted) return;
  if (!body) {
    exchange.fail(413, "too_large",
                  fmt::format("A message has at most {} bytes, unpacked.", protocol::k_message_bytes_max));
    return;
  }
  std::string digest = exchange.request.get_header_value(protocol::k_digest_header);
  if (!digest.empty() && digest != base::hash_of(*body).str()) {
    exchange.fail(400, "damaged", "The message was damaged on the way. Send it again.");
    return;
  }
  exchange.body = std::move(*body);
  (this->*handle)(exchange);
}

void SyncApi::enroll(Exchange& exchange) {
  auto request = protocol::decode_enroll_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  base::Instant now = clock_.now();
  std::string token = make_token(random_);
  auto station = accounts_.enroll_station(code_hash(request->code), token_hash(token), now);
  if (!station) {
    spdlog::warn("an enrolment from {} was refused", exchange.request.remote_addr);
    exchange.fail(403, "denied", station.error().message);
    return;
  }
  spdlog::info("station {} was enrolled for {}", station->prefix, station->site);
  exchange.answer(protocol::EnrollReply{.replica = station->replica,
                                        .prefix = station->prefix,
                                        .letter = station->letter,
                                        .site = station->site,
                                        .kind = std::string(name_of(station->kind)),
                                        .name = station_name(*station),
                                        .token = token,
                                        .epoch = log_.epoch(),
                                        .public_key = log_.public_key(),
                                        .now = now});
}

void SyncApi::push(Exchange& exchange) {
  auto request = protocol::decode_push_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  protocol::PushReply reply = log_.intake(exchange.peer(), *request);
  for (const auto& verdict : reply.verdicts)
    if (verdict.verdict != domain::Verdict::applied && !verdict.duplicate)
      spdlog::warn("station {}: event {} is {}: {}", exchange.station->prefix, verdict.id.str(),
                   domain::name_of(verdict.verdict), verdict.reason);
  exchange.answer(reply);
}

void SyncApi::pull(Exchange& exchange) {
  auto request = protocol::decode_pull_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  auto reply = log_.feed(exchange.peer(), *request);
  if (reply)
    exchange.answer(*reply);
  else
    exchange.fail(409, "cursor", reply.error().message);
}

// A question about one scope of the station: read, put to the log, answered.
template <class Decode, class Answer>
void SyncApi::answer_about_scope(Exchange& exchange, Decode decode, Answer answer) {
  auto request = decode(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  auto reply = (log_.*answer)(exchange.peer(), *request);
  if (reply)
    exchange.answer(*reply);
  else
    exchange.fail(403, "scope", reply.error().message);
}

void SyncApi::ranges(Exchange& exchange) {
  answer_about_scope(exchange, protocol::decode_ranges_request, &DeskLog::ranges);
}

void SyncApi::events(Exchange& exchange) {
  answer_about_scope(exchange, protocol::decode_events_request, &DeskLog::events);
}

// With the protocol's header, so that a station of a newer program knows that a desk said so.
void SyncApi::unknown(Exchange& exchange) {
  exchange.fail(404, "unknown", "This desk's program does not know this request. A newer one may.");
}

} // namespace walkin::desk
