#include "sync/desk/sync_api.hpp"

#include "shared/base/hash.hpp"
#include "shared/protocol/recovery_messages.hpp"
#include "shared/protocol/version.hpp"
#include "shared/store/database.hpp"
#include "sync/desk/rehome.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/web/client_address.hpp"
#include "sync/desk/web/request_head.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

namespace {

constexpr std::size_t k_logged_verdicts_max = 3; // of one push
constexpr const char* k_retry_after_fault_s = "30";

void answer_error(httplib::Response& response, protocol::Format format, int status, const char* code,
                  std::string message) {
  response.status = status;
  response.set_content(protocol::encode(protocol::ErrorReply{code, std::move(message)}, format),
                       protocol::media_type(format));
}

struct Body {
  enum class State { whole, too_large, damaged };
  State state = State::whole;
  std::string bytes = {};
};

// Unpacked. What is too much is left in the connection, which the server then ends.
Body read_body(const httplib::ContentReader& reader) {
  Body body;
  bool is_whole = reader([&](const char* data, std::size_t size) {
    if (body.bytes.size() + size > protocol::k_message_bytes_max) body.state = Body::State::too_large;
    if (body.state == Body::State::whole) body.bytes.append(data, size);
    return body.state == Body::State::whole;
  });
  if (!is_whole && body.state == Body::State::whole) body.state = Body::State::damaged;
  return body;
}

// Whether a refusal with this status tells of a peer that does what it should not. The others are steps of
// the protocol, or the desk's own trouble.
bool is_fault_of_peer(int status) { return status >= 400 && status < 500 && status != 404 && status != 409; }

} // namespace

struct SyncApi::Exchange {
  const httplib::Request& request;
  httplib::Response& response;
  protocol::Format in, out;
  std::string body;
  std::optional<Station> station;
  const char* refused = nullptr; // the code of the error that was answered

  Accounts& accounts;

  SyncPeer peer() const { return peer_of(*station, accounts); }
  // Come back after `seconds`.
  bool put_off(int status, const char* code, const char* why, int seconds) {
    response.set_header("Retry-After", std::to_string(seconds));
    return fail(status, code, fmt::format("{} Come back in {} seconds.", why, seconds));
  }
  // False, so that a check can end with it.
  bool fail(int status, const char* code, std::string message) {
    refused = code;
    answer_error(response, out, status, code, std::move(message));
    return false;
  }
  template <class Message>
  void answer(const Message& message) const {
    response.set_content(protocol::encode(message, out), protocol::media_type(out));
  }
};

// Takes path, whether it needs a token, and handler of each.
template <class Visit>
void SyncApi::each_route(Visit visit) {
  visit("/sync/v1/enroll", false, &SyncApi::enroll);
  visit("/sync/v1/push", true, &SyncApi::push);
  visit("/sync/v1/pull", true, &SyncApi::pull);
  visit("/sync/v1/rehome", true, &SyncApi::rehome);
  visit("/sync/v1/ranges", true, &SyncApi::ranges);
  visit("/sync/v1/events", true, &SyncApi::events);
  visit("/sync/v1/missing", true, &SyncApi::missing);
  visit("/sync/v1/recover", true, &SyncApi::give_back);
  visit("/sync/v1/documents", true, &SyncApi::documents);
}

std::vector<std::string> SyncApi::routes() {
  std::vector<std::string> out;
  each_route([&](const char* path, bool, auto) { out.push_back(fmt::format("POST {}", path)); });
  return out;
}

void SyncApi::mount(httplib::Server& server) {
  auto route = [&](const char* path, bool needs_token, void (SyncApi::*handle)(Exchange&)) {
    server.Post(path,
                [this, needs_token, handle](const httplib::Request& request, httplib::Response& response,
                                            const httplib::ContentReader& reader) {
                  serve(request, response, reader, needs_token, handle);
                });
  };
  each_route(route);
  auto wrong_method = [this](const httplib::Request& request, httplib::Response& response) {
    Exchange exchange{request, response, protocol::Format::json, protocol::Format::json, {}, {},
                      nullptr, accounts_};
    response.set_header(protocol::k_version_header, std::to_string(protocol::k_version_max));
    response.set_header("Allow", "POST");
    exchange.out = protocol::format_of(request.get_header_value("Accept")).value_or(exchange.out);
    exchange.fail(405, "method", "The messages of the sync protocol are sent with POST.");
    finish(exchange);
  };
  constexpr const char* k_any_message = "/sync/v1/[a-z]+";
  server.Get(k_any_message, wrong_method).Put(k_any_message, wrong_method);
  server.Patch(k_any_message, wrong_method).Delete(k_any_message, wrong_method);
  route("/sync/.*", true, &SyncApi::unknown); // last: the first that fits is taken
}

std::optional<Station> SyncApi::station_of(const httplib::Request& request) {
  constexpr std::string_view k_bearer = "Bearer ";
  std::string header = request.get_header_value("Authorization");
  if (!header.starts_with(k_bearer)) return std::nullopt;
  return accounts_.find_station(token_hash(header.substr(k_bearer.size())), clock_.now());
}

bool SyncApi::admit(Exchange& exchange, bool needs_token) {
  if (is_understood(exchange, needs_token)) return true;
  if (auto wait = admission_.count_stranger(client_address(exchange.request), clock_.now()))
    exchange.put_off(429, "rate", "Too many requests from this address were refused.", *wait);
  return false;
}

bool SyncApi::is_understood(Exchange& exchange, bool needs_token) {
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
  Exchange exchange{request, response, protocol::Format::json, protocol::Format::json, {}, {},
                    nullptr, accounts_};
  try {
    carry_out(exchange, reader, needs_token, handle);
  } catch (const std::exception& fault) {
    base::Error error = store::to_error(fault);
    spdlog::error("sync {}: {}", request.path, error.message);
    if (error.code == base::ErrorCode::no_space || error.code == base::ErrorCode::busy) {
      response.set_header("Retry-After", k_retry_after_fault_s);
      bool is_full = error.code == base::ErrorCode::no_space;
      exchange.fail(is_full ? 507 : 503, is_full ? "no_space" : "busy", "At the desk: " + error.message);
    } else {
      exchange.fail(500, "internal", "The desk could not do this. Its log says why.");
    }
  }
  finish(exchange);
}

void SyncApi::finish(Exchange& exchange) {
  httplib::Response& response = exchange.response;
  response.set_header(protocol::k_digest_header, base::hash_of(response.body).str());
  if (!exchange.refused) return;
  // What was not read of a long body is not waited for.
  const bool is_long =
      exchange.request.get_header_value<std::uint64_t>("Content-Length") > k_waited_body_bytes_max;
  if (is_long || exchange.request.has_header("Transfer-Encoding")) response.set_header("Connection", "close");
  if (is_fault_of_peer(response.status))
    refusals_.note(exchange.station ? exchange.station->prefix : "", client_address(exchange.request),
                   response.status, exchange.refused, clock_.now());
}

void SyncApi::carry_out(Exchange& exchange, const httplib::ContentReader& reader, bool needs_token,
                        void (SyncApi::*handle)(Exchange&)) {
  if (!admit(exchange, needs_token) || !is_in_time(exchange)) return;
  Body body = read_body(reader);
  if (body.state == Body::State::too_large) {
    exchange.fail(413, "too_large",
                  fmt::format("A message has at most {} bytes, unpacked.", protocol::k_message_bytes_max));
    return;
  }
  std::string digest = exchange.request.get_header_value(protocol::k_digest_header);
  if (body.state == Body::State::damaged || (!digest.empty() && digest != base::hash_of(body.bytes).str())) {
    exchange.fail(400, "damaged", "The message was damaged on the way. Send it again.");
    return;
  }
  exchange.body = std::move(body.bytes);
  if (!exchange.station) return (this->*handle)(exchange);
  auto place = admission_.enter(exchange.station->replica);
  if (!place) {
    exchange.put_off(503, "busy", "Many stations are being served.", admission_.turn_away());
    return;
  }
  const auto start = std::chrono::steady_clock::now();
  (this->*handle)(exchange);
  admission_.note_served(std::chrono::round<base::Millis>(std::chrono::steady_clock::now() - start));
}

// Before anything of the body is read: whether this one comes too often, or now is no time for it.
bool SyncApi::is_in_time(Exchange& exchange) {
  if (!exchange.station) return true;
  if (auto wait = admission_.count_station(exchange.station->replica, clock_.now()))
    return exchange.put_off(429, "rate", "This station asks too often.", *wait);
  if (admission_.is_crowded())
    return exchange.put_off(503, "busy", "Many stations are being served.", admission_.turn_away());
  return true;
}

void SyncApi::enroll(Exchange& exchange) {
  auto request = protocol::decode_enroll_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  base::Instant now = clock_.now();
  const std::string address = client_address(exchange.request);
  if (auto wait = admission_.count_enrolment(address, now)) {
    exchange.put_off(429, "rate", "Too many codes were tried from this address.", *wait);
    return;
  }
  std::string token = make_token(random_);
  auto station = accounts_.enroll_station(code_hash(request->code), token_hash(token), now);
  if (!station) {
    exchange.fail(403, "denied", station.error().message);
    return;
  }
  admission_.forgive_enrolment(address);
  spdlog::info("station {} was enrolled for {}", station->prefix, station->site);
  exchange.answer(identity_of(*station, token));
}

protocol::EnrollReply SyncApi::identity_of(const Station& station, const std::string& token) {
  return {.replica = station.replica,
          .prefix = station.prefix,
          .letter = station.letter,
          .site = station.site,
          .kind = std::string(name_of(station.kind)),
          .name = station_name(station),
          .token = token,
          .epoch = log_.epoch(),
          .public_key = log_.public_key(),
          .now = clock_.now()};
}

void SyncApi::rehome(Exchange& exchange) {
  auto request = protocol::decode_rehome_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  const std::string& prefix = exchange.station->prefix;
  auto made = desk::rehome(accounts_, log_, exchange.station->replica, request->key, clock_.now());
  if (made) {
    spdlog::warn("station {} was copied or put back to an earlier state: this copy of it goes on as {}",
                 prefix, made->station.prefix);
    exchange.answer(identity_of(made->station, made->token));
    return;
  }
  const base::Error& error = made.error();
  spdlog::warn("station {}: {}", prefix, error.message);
  switch (error.code) {
  case base::ErrorCode::conflict: exchange.fail(409, error.context.c_str(), error.message); break;
  case base::ErrorCode::busy:
    exchange.response.set_header("Retry-After", "3600");
    exchange.fail(429, "busy", error.message);
    break;
  default: exchange.fail(403, "denied", error.message);
  }
}

void SyncApi::push(Exchange& exchange) {
  auto request = protocol::decode_push_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  auto reply = log_.intake(exchange.peer(), *request);
  if (!reply) {
    exchange.fail(409, reply.error().context.c_str(), reply.error().message);
    return;
  }
  std::size_t refused = 0;
  for (const auto& verdict : reply->verdicts)
    if (verdict.verdict != domain::Verdict::applied && !verdict.duplicate &&
        ++refused <= k_logged_verdicts_max)
      spdlog::warn("station {}: event {} is {}: {}", exchange.station->prefix, verdict.id.str(),
                   domain::name_of(verdict.verdict), verdict.reason);
  if (refused > k_logged_verdicts_max)
    spdlog::warn("station {}: {} more events of this push were not applied", exchange.station->prefix,
                 refused - k_logged_verdicts_max);
  exchange.answer(*reply);
}

void SyncApi::pull(Exchange& exchange) {
  auto request = protocol::decode_pull_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  auto reply = log_.feed(exchange.peer(), *request);
  if (!reply) {
    exchange.fail(409, reply.error().context.c_str(), reply.error().message);
    return;
  }
  if (!reply->more) reply->documents = documents_.tag(exchange.peer());
  queue_.add_board(exchange.peer(), *request, *reply);
  exchange.answer(*reply);
}

void SyncApi::documents(Exchange& exchange) {
  auto request = protocol::decode_documents_request(exchange.body, exchange.in);
  if (!request) {
    exchange.fail(400, "malformed", request.error().message);
    return;
  }
  auto reply = documents_.feed(exchange.peer(), *request);
  if (reply)
    exchange.answer(*reply);
  else
    exchange.fail(409, reply.error().context.c_str(), reply.error().message);
}

// Read, put to the log, answered. What the log refuses is a scope that is not the station's.
template <class Decode, class Answer>
void SyncApi::answer_from_log(Exchange& exchange, Decode decode, Answer answer) {
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
  answer_from_log(exchange, protocol::decode_ranges_request, &DeskLog::ranges);
}

void SyncApi::events(Exchange& exchange) {
  answer_from_log(exchange, protocol::decode_events_request, &DeskLog::events);
}

void SyncApi::missing(Exchange& exchange) {
  answer_from_log(exchange, protocol::decode_missing_request, &DeskLog::missing);
}

void SyncApi::give_back(Exchange& exchange) {
  spdlog::info("station {} gives back what this desk has lost", exchange.station->prefix);
  answer_from_log(exchange, protocol::decode_give_back_request, &DeskLog::give_back);
  after_give_back_();
}

// With the protocol's header, so that a station of a newer program knows that a desk said so.
void SyncApi::unknown(Exchange& exchange) {
  exchange.fail(404, "unknown", "This desk's program does not know this request. A newer one may.");
}

} // namespace walkin::desk
