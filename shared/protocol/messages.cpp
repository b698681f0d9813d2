#include "shared/protocol/messages.hpp"

#include "shared/protocol/codec.hpp"
#include "shared/protocol/document_codec.hpp"
#include "shared/protocol/quick_cbor.hpp"
#include "shared/protocol/version.hpp"

#include <charconv>

namespace walkin::protocol {

using namespace codec;
using base::Result;
using domain::Event;

namespace {

constexpr std::size_t k_scopes_max = 256;
constexpr std::size_t k_epoch_bytes_max = 64;

std::string_view trimmed_media_type(std::string_view type) {
  type = type.substr(0, type.find_first_of(";,"));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return type;
}

void put_standing(Json& json, const Writer& writer, const Standing& standing) {
  if (!standing.epoch.empty()) json["epoch"] = standing.epoch;
  if (standing.head)
    json["head"] = {{"seq", standing.head->replica_seq}, {"hash", writer.hash(standing.head->hash)}};
}

Standing standing_of(const Json& json) {
  Standing standing{optional_text_of(json, "epoch", k_epoch_bytes_max), {}};
  if (const Json* head = optional_member(json, "head"))
    standing.head = KnownHead{static_cast<std::uint64_t>(integer_of(*head, "seq", 0)),
                              read_hash(member(*head, "hash"), "hash")};
  return standing;
}

} // namespace

std::optional<VersionRange> parse_version_range(std::string_view text) {
  auto number = [](std::string_view digits) -> std::optional<std::uint32_t> {
    std::uint32_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value == 0) return std::nullopt;
    return value;
  };
  auto dash = text.find('-');
  auto min = number(text.substr(0, dash));
  auto max = dash == std::string_view::npos ? min : number(text.substr(dash + 1));
  if (!min || !max || *min > *max) return std::nullopt;
  return VersionRange{*min, *max};
}

std::optional<std::uint32_t> negotiate(VersionRange ours, VersionRange theirs) {
  std::uint32_t newest = std::min(ours.max, theirs.max);
  if (newest < std::max(ours.min, theirs.min)) return std::nullopt;
  return newest;
}

const char* media_type(Format format) { return format == Format::json ? k_json_type : k_cbor_type; }

std::optional<Format> format_of(std::string_view type) {
  std::string_view name = trimmed_media_type(type);
  if (name.empty() || name == "*/*" || name == k_json_type) return Format::json;
  if (name == k_cbor_type) return Format::cbor;
  return std::nullopt;
}

namespace {

constexpr std::size_t k_left_max = 10'000; // also of public statuses in a page

Json write_status(const Writer& writer, const domain::PublicStatus& status) {
  return {{"ticket", writer.id(status.ticket)},
          {"code", status.code},
          {"queue_number", status.queue_number},
          {"status", domain::name_of(status.status)},
          {"updated", base::to_ms(status.updated)}};
}

domain::PublicStatus read_status(const Json& json) {
  domain::PublicStatus status;
  status.ticket = id_of<domain::TicketId>(json, "ticket");
  status.code = text_of(json, "code", 64);
  status.queue_number = optional_text_of(json, "queue_number", 64);
  auto parsed = domain::parse_status(text_of(json, "status", 64));
  if (!parsed) throw Malformed{"status", "it is not a known one"};
  status.status = *parsed;
  status.updated = instant_of(json, "updated");
  return status;
}

void read_scopes(const Json& json, PullReply& reply) {
  if (optional_member(json, "scopes") != nullptr)
    for (const Json& scope : list_of(json, "scopes", k_scopes_max))
      reply.scopes.push_back(read_text(scope, "scopes", k_short_text_bytes_max));
  if (optional_member(json, "left") != nullptr)
    for (const Json& ticket : list_of(json, "left", k_left_max))
      reply.left.push_back(read_id<domain::TicketId>(ticket, "left"));
  if (optional_member(json, "public") != nullptr)
    for (const Json& status : list_of(json, "public", k_left_max))
      reply.statuses.push_back(read_status(status));
  reply.erasures = read_erasures(json, k_left_max);
}

} // namespace

std::string encode(const EnrollRequest& m, Format format) {
  Writer writer(format);
  return writer.finish({{"code", m.code}, {"program", m.program}});
}

std::string encode(const EnrollReply& m, Format format) {
  Writer writer(format);
  return writer.finish({{"replica", writer.id(m.replica)},
                        {"prefix", m.prefix},
                        {"letter", m.letter},
                        {"site", m.site},
                        {"kind", m.kind},
                        {"name", m.name},
                        {"token", m.token},
                        {"epoch", m.epoch},
                        {"public_key", m.public_key},
                        {"now", base::to_ms(m.now)}});
}

std::string encode(const PushRequest& m, Format format) {
  Writer writer(format);
  Json json = Json::object();
  put_standing(json, writer, m.standing);
  return writer.finish(std::move(json), "events", m.events);
}

std::string encode(const PushReply& m, Format format) {
  return Writer(format).finish({{"now", base::to_ms(m.now)}}, "verdicts", m.verdicts);
}

std::string encode(const PullRequest& m, Format format) {
  Writer writer(format);
  Json json = {{"cursor", m.cursor}, {"limit", m.limit}};
  put_standing(json, writer, m.standing);
  if (!m.queue.empty()) json["queue"] = m.queue;
  return writer.finish(json);
}

std::string encode(const PullReply& m, Format format) {
  Writer writer(format);
  Json json = {{"cursor", m.cursor},
               {"more", m.more},
               {"poll_after_ms", m.poll_after_ms},
               {"now", base::to_ms(m.now)}};
  if (!m.public_key.empty()) json["public_key"] = m.public_key;
  put_reference(json, m);
  if (!m.scopes.empty()) json["scopes"] = m.scopes;
  for (const domain::TicketId& ticket : m.left) json["left"].push_back(writer.id(ticket));
  for (const domain::PublicStatus& status : m.statuses)
    json["public"].push_back(write_status(writer, status));
  for (const domain::Erasure& erasure : m.erasures) json["erasures"].push_back(writer.erasure(erasure));
  if (!m.more) {
    Json digests = Json::array();
    for (const ScopeDigest& digest : m.digests)
      digests.push_back(
          {{"scope", digest.scope}, {"count", digest.count}, {"hash", writer.hash(digest.hash)}});
    json["digests"] = std::move(digests);
  }
  return writer.finish(std::move(json), "events", m.events);
}

std::string encode(const ErrorReply& m, Format format) {
  return Writer(format).finish({{"error", {{"code", m.code}, {"message", m.message}}}});
}

std::string encode(const Event& event, Format format) {
  Writer writer(format);
  return writer.finish(writer.event(event));
}

Result<EnrollRequest> decode_enroll_request(std::string_view bytes, Format format) {
  return decode_with<EnrollRequest>(bytes, format, [](const Json& json) {
    return EnrollRequest{text_of(json, "code", 64), optional_text_of(json, "program", 120)};
  });
}

Result<EnrollReply> decode_enroll_reply(std::string_view bytes, Format format) {
  return decode_with<EnrollReply>(bytes, format, [](const Json& json) {
    return EnrollReply{id_of<domain::ReplicaId>(json, "replica"),
                       text_of(json, "prefix"),
                       text_of(json, "letter"),
                       text_of(json, "site"),
                       text_of(json, "kind"),
                       text_of(json, "name"),
                       text_of(json, "token"),
                       text_of(json, "epoch"),
                       text_of(json, "public_key"),
                       instant_of(json, "now")};
  });
}

namespace {

// As much of it as can be read, so that its ticket and its chain are known.
UnreadableEvent unreadable_event(const Json& json, std::size_t index, std::string reason) {
  UnreadableEvent out{index, {}, std::move(reason)};
  auto attempt = [](auto read) {
    try {
      read();
    } catch (const Malformed&) {
      // Then that is not known either.
    }
  };
  attempt([&] { out.id = id_of<domain::EventId>(json, "id"); });
  attempt([&] { out.seq = static_cast<std::uint64_t>(integer_of(json, "seq", 1)); });
  attempt([&] { out.ticket = id_of<domain::TicketId>(json, "ticket"); });
  attempt([&] { out.hash = read_hash(member(json, "hash"), "hash"); });
  std::string bytes;
  Json::to_cbor(json, bytes);
  if (bytes.size() <= 2 * k_event_bytes_max) out.bytes = std::move(bytes);
  return out;
}

Result<DecodedPush> read_push_request(std::string_view bytes, Format format) {
  return decode_with<DecodedPush>(bytes, format, [](const Json& json) {
    DecodedPush push;
    push.standing = standing_of(json);
    const Json& events = list_of(json, "events", k_push_events_max);
    push.count = events.size();
    for (std::size_t i = 0; i < events.size(); ++i) {
      try {
        push.events.push_back(read_event(events[i]));
        push.indices.push_back(i);
      } catch (const Malformed& malformed) {
        push.unreadable.push_back(
            unreadable_event(events[i], i, fmt::format("{}: {}.", malformed.member, malformed.what)));
      }
    }
    return push;
  });
}

} // namespace

Result<DecodedPush> decode_push_request(std::string_view bytes, Format format) {
  auto split = format == Format::cbor ? quick::split_events(bytes, k_push_events_max) : std::nullopt;
  if (!split) return read_push_request(bytes, format);
  auto push = read_push_request(split->rest, format);
  if (!push) return push;
  push->count = split->items.size();
  push->events = std::move(split->items);
  for (std::size_t i = 0; i < push->count; ++i) push->indices.push_back(i);
  return push;
}

namespace {

Result<PushReply> read_push_reply(std::string_view bytes, Format format) {
  return decode_with<PushReply>(bytes, format, [](const Json& json) {
    PushReply reply;
    for (const Json& item : list_of(json, "verdicts", k_push_events_max)) {
      PushVerdict verdict;
      verdict.id = id_of<domain::EventId>(item, "id");
      std::string name = text_of(item, "verdict");
      if (name != "retry") {
        auto parsed = domain::parse_verdict(name);
        if (!parsed || *parsed == domain::Verdict::pending)
          throw Malformed{"verdict", "it is not a known one"};
        verdict.verdict = *parsed;
        verdict.effective = clock_of(item, "effective");
        verdict.received = instant_of(item, "received");
      }
      verdict.duplicate = bool_of(item, "duplicate");
      verdict.elsewhere = bool_of(item, "elsewhere");
      verdict.held = bool_of(item, "held");
      verdict.reason = optional_text_of(item, "reason");
      if (const Json* receipt = optional_member(item, "receipt"))
        verdict.receipt = read_hash(*receipt, "receipt");
      reply.verdicts.push_back(std::move(verdict));
    }
    reply.now = instant_of(json, "now");
    return reply;
  });
}

} // namespace

Result<PushReply> decode_push_reply(std::string_view bytes, Format format) {
  auto split = format == Format::cbor ? quick::split_verdicts(bytes, k_push_events_max) : std::nullopt;
  if (!split) return read_push_reply(bytes, format);
  auto reply = read_push_reply(split->rest, format);
  if (reply) reply->verdicts = std::move(split->items);
  return reply;
}

Result<PullRequest> decode_pull_request(std::string_view bytes, Format format) {
  return decode_with<PullRequest>(bytes, format, [](const Json& json) {
    PullRequest request;
    request.cursor = text_of(json, "cursor", k_cursor_bytes_max);
    request.limit = static_cast<std::uint32_t>(integer_of(json, "limit", 1, k_pull_events_max));
    request.standing = standing_of(json);
    request.queue = optional_text_of(json, "queue", k_tag_bytes_max);
    return request;
  });
}

namespace {

Result<PullReply> read_pull_reply(std::string_view bytes, Format format) {
  return decode_with<PullReply>(bytes, format, [](const Json& json) {
    PullReply reply;
    for (const Json& item : list_of(json, "events", k_pull_events_max))
      reply.events.push_back(read_placed(item));
    reply.cursor = text_of(json, "cursor", k_cursor_bytes_max);
    reply.more = bool_of(json, "more");
    reply.poll_after_ms = static_cast<std::uint32_t>(integer_of(json, "poll_after_ms", 0, 3'600'000));
    reply.now = instant_of(json, "now");
    read_scopes(json, reply);
    read_reference(json, reply);
    reply.public_key = optional_text_of(json, "public_key", 128);
    if (optional_member(json, "digests") != nullptr)
      for (const Json& item : list_of(json, "digests", k_scopes_max))
        reply.digests.push_back(
            {text_of(item, "scope"), integer_of(item, "count", 0), read_hash(member(item, "hash"), "hash")});
    return reply;
  });
}

} // namespace

Result<PullReply> decode_pull_reply(std::string_view bytes, Format format) {
  auto split = format == Format::cbor ? quick::split_placed(bytes, k_pull_events_max) : std::nullopt;
  if (!split) return read_pull_reply(bytes, format);
  auto reply = read_pull_reply(split->rest, format);
  if (reply) reply->events = std::move(split->items);
  return reply;
}

Result<ErrorReply> decode_error_reply(std::string_view bytes, Format format) {
  return decode_with<ErrorReply>(bytes, format, [](const Json& json) {
    const Json& error = member(json, "error");
    return ErrorReply{text_of(error, "code"), text_of(error, "message")};
  });
}

Result<Event> decode_event(std::string_view bytes, Format format) {
  return decode_with<Event>(bytes, format, [](const Json& json) { return read_event(json); });
}

} // namespace walkin::protocol
