#include "shared/protocol/messages.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/cbor_check.hpp"
#include "shared/protocol/version.hpp"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace walkin::protocol {

using base::ErrorCode;
using base::Result;
using domain::Event;
using Json = nlohmann::json;

namespace {

constexpr int k_depth_max = 8;
constexpr std::size_t k_seen_max = 128;
constexpr std::size_t k_kind_bytes_max = 64;
constexpr std::size_t k_short_text_bytes_max = 4096;
constexpr std::size_t k_scopes_max = 256;

// Thrown inside this file only, by the readers below, and turned into an Error by decode_with().
struct Malformed {
  std::string member, what;
};

// In CBOR, ids and hashes are byte strings; in JSON, text.
class Writer {
public:
  explicit Writer(Format format) : format_(format) {}

  template <class Tag>
  Json id(const base::Id<Tag>& id) const {
    if (format_ == Format::json) return id.str();
    return Json::binary({id.bytes.begin(), id.bytes.end()});
  }
  Json hash(const base::Hash& hash) const {
    if (format_ == Format::json) return hash.str();
    return Json::binary({hash.bytes.begin(), hash.bytes.end()});
  }
  // Clocks need all 64 bits, more than a JSON number holds in many languages.
  Json clock(std::int64_t packed) const {
    if (format_ == Format::json) return std::to_string(packed);
    return packed;
  }
  // A sealed contact part is no text, so it travels as bytes, in JSON as hexadecimal digits.
  Json contact(const Event& event) const {
    if (event.contact_state == domain::ContactState::plain) return event.contact;
    if (format_ == Format::json) return base::to_hex(base::as_bytes(event.contact));
    return Json::binary({event.contact.begin(), event.contact.end()});
  }

  Json event(const Event& e) const {
    Json json = {{"id", id(e.id)},
                 {"ticket", id(e.ticket)},
                 {"replica", id(e.replica)},
                 {"seq", e.replica_seq},
                 {"hlc", clock(e.claimed.packed)},
                 {"kind", e.kind},
                 {"body", e.body},
                 {"hash", hash(e.hash)}};
    if (!e.previous.is_zero()) json["prev"] = hash(e.previous);
    if (e.envelope != 1) json["v"] = e.envelope;
    if (e.kind_version != 1) json["kv"] = e.kind_version;
    if (!e.seen.empty()) {
      Json seen = Json::object();
      for (const auto& [field, version] : e.seen) seen[field] = id(version);
      json["seen"] = std::move(seen);
    }
    if (e.contact_state != domain::ContactState::none) {
      json["contact_hash"] = hash(e.contact_hash);
      if (e.contact_state == domain::ContactState::plain) json["contact"] = contact(e);
      if (e.contact_state == domain::ContactState::sealed) json["sealed"] = contact(e);
    }
    return json;
  }

  std::string finish(const Json& json) const {
    if (format_ == Format::json) return json.dump();
    std::string bytes;
    Json::to_cbor(json, bytes);
    return bytes;
  }

private:
  Format format_;
};

const Json& member(const Json& object, const char* name) {
  if (!object.is_object()) throw Malformed{name, "its container is not an object"};
  auto found = object.find(name);
  if (found == object.end()) throw Malformed{name, "it is missing"};
  return *found;
}

const Json* optional_member(const Json& object, const char* name) {
  if (!object.is_object()) throw Malformed{name, "its container is not an object"};
  auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string read_text(const Json& json, const char* name, std::size_t bytes_max) {
  if (!json.is_string()) throw Malformed{name, "it is not text"};
  const auto& text = json.get_ref<const std::string&>();
  if (text.size() > bytes_max) throw Malformed{name, fmt::format("it is longer than {} bytes", bytes_max)};
  if (!base::is_valid_utf8(text)) throw Malformed{name, "it is not valid UTF-8"};
  return text;
}

std::string text_of(const Json& object, const char* name, std::size_t bytes_max = k_short_text_bytes_max) {
  return read_text(member(object, name), name, bytes_max);
}

std::string optional_text_of(const Json& object, const char* name,
                             std::size_t bytes_max = k_short_text_bytes_max) {
  const Json* json = optional_member(object, name);
  return json ? read_text(*json, name, bytes_max) : std::string{};
}

std::int64_t read_integer(const Json& json, const char* name, std::int64_t least, std::int64_t most) {
  if (!json.is_number_integer()) throw Malformed{name, "it is not a whole number"};
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(most))
    throw Malformed{name, fmt::format("it is greater than {}", most)};
  auto value = json.get<std::int64_t>();
  if (value < least || value > most)
    throw Malformed{name, fmt::format("it is not between {} and {}", least, most)};
  return value;
}

constexpr std::int64_t k_int64_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t k_int64_min = std::numeric_limits<std::int64_t>::min();

std::int64_t integer_of(const Json& object, const char* name, std::int64_t least = k_int64_min,
                        std::int64_t most = k_int64_max) {
  return read_integer(member(object, name), name, least, most);
}

std::int64_t clock_of(const Json& object, const char* name) {
  const Json& json = member(object, name);
  if (!json.is_string()) return read_integer(json, name, k_int64_min, k_int64_max);
  const auto& digits = json.get_ref<const std::string&>();
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size())
    throw Malformed{name, "it is not a 64-bit number"};
  return value;
}

bool bool_of(const Json& object, const char* name) {
  const Json* json = optional_member(object, name);
  if (!json) return false;
  if (!json->is_boolean()) throw Malformed{name, "it is neither true nor false"};
  return json->get<bool>();
}

base::Instant instant_of(const Json& object, const char* name) {
  constexpr std::int64_t k_year_10000_ms = 253'402'300'800'000;
  return base::from_ms(integer_of(object, name, -k_year_10000_ms, k_year_10000_ms));
}

template <std::size_t N>
void read_bytes(const Json& json, const char* name, std::array<std::uint8_t, N>& out) {
  if (!json.is_binary() || json.get_binary().size() != N)
    throw Malformed{name, fmt::format("it does not have {} bytes", N)};
  std::copy_n(json.get_binary().begin(), N, out.begin());
}

template <class Id>
Id read_id(const Json& json, const char* name) {
  Id id;
  if (json.is_string()) {
    auto parsed = Id::parse(json.get_ref<const std::string&>());
    if (!parsed) throw Malformed{name, "it is no UUID"};
    return *parsed;
  }
  read_bytes(json, name, id.bytes);
  return id;
}

template <class Id>
Id id_of(const Json& object, const char* name) {
  return read_id<Id>(member(object, name), name);
}

base::Hash read_hash(const Json& json, const char* name) {
  base::Hash hash;
  if (json.is_string()) {
    auto parsed = base::Hash::parse(json.get_ref<const std::string&>());
    if (!parsed) throw Malformed{name, "it does not have 64 hexadecimal digits"};
    return *parsed;
  }
  read_bytes(json, name, hash.bytes);
  return hash;
}

std::string read_sealed(const Json& json) {
  if (json.is_binary()) {
    if (json.get_binary().size() > k_event_bytes_max) throw Malformed{"sealed", "it is too long"};
    return {json.get_binary().begin(), json.get_binary().end()};
  }
  std::string hex = read_text(json, "sealed", 2 * k_event_bytes_max);
  std::string bytes(hex.size() / 2, '\0');
  std::span<std::uint8_t> out(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  if (!base::from_hex(hex, out)) throw Malformed{"sealed", "it is not hexadecimal"};
  return bytes;
}

Event read_event(const Json& json) {
  Event e;
  e.id = id_of<domain::EventId>(json, "id");
  e.ticket = id_of<domain::TicketId>(json, "ticket");
  e.replica = id_of<domain::ReplicaId>(json, "replica");
  e.replica_seq = static_cast<std::uint64_t>(integer_of(json, "seq", 1));
  e.claimed.packed = clock_of(json, "hlc");
  e.kind = text_of(json, "kind", k_kind_bytes_max);
  e.body = text_of(json, "body", k_event_bytes_max);
  e.hash = read_hash(member(json, "hash"), "hash");
  if (const Json* previous = optional_member(json, "prev")) e.previous = read_hash(*previous, "prev");
  constexpr std::int64_t k_u32_max = std::numeric_limits<std::uint32_t>::max();
  if (const Json* v = optional_member(json, "v"))
    e.envelope = static_cast<std::uint32_t>(read_integer(*v, "v", 1, k_u32_max));
  if (const Json* v = optional_member(json, "kv"))
    e.kind_version = static_cast<std::uint32_t>(read_integer(*v, "kv", 1, k_u32_max));
  if (const Json* seen = optional_member(json, "seen")) {
    if (!seen->is_object() || seen->size() > k_seen_max)
      throw Malformed{"seen", fmt::format("it is no object of at most {} members", k_seen_max)};
    for (const auto& [field, version] : seen->items()) {
      if (field.size() > k_kind_bytes_max || field.find('\0') != std::string::npos ||
          !base::is_valid_utf8(field))
        throw Malformed{"seen", "a field's name is too long, holds a zero or is not valid UTF-8"};
      e.seen.emplace(field, read_id<domain::EventId>(version, "seen"));
    }
  }
  if (const Json* hash = optional_member(json, "contact_hash")) {
    e.contact_hash = read_hash(*hash, "contact_hash");
    e.contact_state = domain::ContactState::erased;
  }
  if (const Json* contact = optional_member(json, "contact")) {
    e.contact = read_text(*contact, "contact", k_event_bytes_max);
    e.contact_state = domain::ContactState::plain;
  } else if (const Json* sealed = optional_member(json, "sealed")) {
    e.contact = read_sealed(*sealed);
    e.contact_state = domain::ContactState::sealed;
  }
  return e;
}

// Depth is limited while reading, so that hostile nesting ends early.
class BoundedDom {
public:
  static Json parse(std::string_view bytes, Format format) {
    if (bytes.size() > k_message_bytes_max)
      throw Malformed{"message", fmt::format("it is larger than {} bytes", k_message_bytes_max)};
    bool too_deep = false;
    if (format == Format::json) {
      Json json = Json::parse(
          bytes,
          [&](int depth, Json::parse_event_t, Json&) {
            too_deep = too_deep || depth > k_depth_max;
            return !too_deep;
          },
          false);
      if (too_deep) throw Malformed{"message", fmt::format("it is nested more than {} deep", k_depth_max)};
      // nlohmann's reader takes a zero byte for the end and would not see what follows it.
      if (json.is_discarded() || bytes.find('\0') != std::string_view::npos)
        throw Malformed{"message", "it is not valid JSON"};
      return json;
    }
    // nlohmann's CBOR reader calls itself for each level, so hostile nesting must not reach it.
    switch (check_cbor(bytes, k_depth_max)) {
    case CborShape::plain: break;
    case CborShape::too_deep:
      throw Malformed{"message", fmt::format("it is nested more than {} deep", k_depth_max)};
    case CborShape::malformed:
      throw Malformed{"message", "it is not valid CBOR, or has tags or parts of unknown length"};
    }
    Json json = Json::from_cbor(bytes, true, false);
    if (json.is_discarded()) throw Malformed{"message", "it is not valid CBOR"};
    return json;
  }
};

template <class Message, class Read>
Result<Message> decode_with(std::string_view bytes, Format format, Read read) {
  try {
    return read(BoundedDom::parse(bytes, format));
  } catch (const Malformed& malformed) {
    return base::fail(ErrorCode::invalid, fmt::format("{}: {}.", malformed.member, malformed.what),
                      malformed.member);
  } catch (const Json::exception& unexpected) {
    return base::fail(ErrorCode::invalid, fmt::format("message: {}", unexpected.what()), "message");
  }
}

const Json& list_of(const Json& object, const char* name, std::size_t count_max) {
  const Json& list = member(object, name);
  if (!list.is_array()) throw Malformed{name, "it is not a list"};
  if (list.size() > count_max) throw Malformed{name, fmt::format("it has more than {} members", count_max)};
  return list;
}

std::string_view trimmed_media_type(std::string_view type) {
  type = type.substr(0, type.find_first_of(";,"));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return type;
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
  Json events = Json::array();
  for (const Event& event : m.events) events.push_back(writer.event(event));
  return writer.finish({{"events", std::move(events)}});
}

std::string encode(const PushReply& m, Format format) {
  Writer writer(format);
  Json verdicts = Json::array();
  for (const PushVerdict& v : m.verdicts) {
    Json json = {{"id", writer.id(v.id)},
                 {"verdict",
                  v.verdict == domain::Verdict::pending ? "retry" : std::string(domain::name_of(v.verdict))}};
    if (v.duplicate) json["duplicate"] = true;
    if (!v.reason.empty()) json["reason"] = v.reason;
    if (v.verdict != domain::Verdict::pending) {
      json["effective"] = writer.clock(v.effective);
      json["received"] = base::to_ms(v.received);
    }
    verdicts.push_back(std::move(json));
  }
  return writer.finish({{"verdicts", std::move(verdicts)}, {"now", base::to_ms(m.now)}});
}

std::string encode(const PullRequest& m, Format format) {
  return Writer(format).finish({{"cursor", m.cursor}, {"limit", m.limit}});
}

std::string encode(const PullReply& m, Format format) {
  Writer writer(format);
  Json events = Json::array();
  for (const PlacedEvent& placed : m.events) {
    Json json = writer.event(placed.event);
    json["effective"] = writer.clock(placed.effective);
    json["received"] = base::to_ms(placed.received);
    if (placed.verdict != domain::Verdict::applied) {
      json["verdict"] = domain::name_of(placed.verdict);
      json["reason"] = placed.reason;
    }
    events.push_back(std::move(json));
  }
  Json json = {{"events", std::move(events)},
               {"cursor", m.cursor},
               {"more", m.more},
               {"poll_after_ms", m.poll_after_ms},
               {"now", base::to_ms(m.now)}};
  if (!m.more) {
    Json digests = Json::array();
    for (const ScopeDigest& digest : m.digests)
      digests.push_back(
          {{"scope", digest.scope}, {"count", digest.count}, {"hash", writer.hash(digest.hash)}});
    json["digests"] = std::move(digests);
  }
  return writer.finish(json);
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

Result<DecodedPush> decode_push_request(std::string_view bytes, Format format) {
  return decode_with<DecodedPush>(bytes, format, [](const Json& json) {
    DecodedPush push;
    const Json& events = list_of(json, "events", k_push_events_max);
    push.count = events.size();
    for (std::size_t i = 0; i < events.size(); ++i) {
      try {
        push.events.push_back(read_event(events[i]));
        push.indices.push_back(i);
      } catch (const Malformed& malformed) {
        UnreadableEvent unreadable{i, {}, fmt::format("{}: {}.", malformed.member, malformed.what)};
        try {
          unreadable.id = id_of<domain::EventId>(events[i], "id");
        } catch (const Malformed&) {
          // Then its place in the batch is all there is to name it by.
        }
        push.unreadable.push_back(std::move(unreadable));
      }
    }
    return push;
  });
}

Result<PushReply> decode_push_reply(std::string_view bytes, Format format) {
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
      verdict.reason = optional_text_of(item, "reason");
      reply.verdicts.push_back(std::move(verdict));
    }
    reply.now = instant_of(json, "now");
    return reply;
  });
}

Result<PullRequest> decode_pull_request(std::string_view bytes, Format format) {
  return decode_with<PullRequest>(bytes, format, [](const Json& json) {
    PullRequest request;
    request.cursor = text_of(json, "cursor", 512);
    request.limit = static_cast<std::uint32_t>(integer_of(json, "limit", 1, k_pull_events_max));
    return request;
  });
}

Result<PullReply> decode_pull_reply(std::string_view bytes, Format format) {
  return decode_with<PullReply>(bytes, format, [](const Json& json) {
    PullReply reply;
    for (const Json& item : list_of(json, "events", k_pull_events_max)) {
      PlacedEvent placed;
      placed.event = read_event(item);
      placed.effective = clock_of(item, "effective");
      placed.received = instant_of(item, "received");
      if (const Json* verdict = optional_member(item, "verdict")) {
        auto parsed = domain::parse_verdict(read_text(*verdict, "verdict", 32));
        if (!parsed) throw Malformed{"verdict", "it is not a known one"};
        placed.verdict = *parsed;
        placed.reason = optional_text_of(item, "reason");
      }
      reply.events.push_back(std::move(placed));
    }
    reply.cursor = text_of(json, "cursor", 512);
    reply.more = bool_of(json, "more");
    reply.poll_after_ms = static_cast<std::uint32_t>(integer_of(json, "poll_after_ms", 0, 3'600'000));
    reply.now = instant_of(json, "now");
    if (optional_member(json, "digests") != nullptr)
      for (const Json& item : list_of(json, "digests", k_scopes_max))
        reply.digests.push_back(
            {text_of(item, "scope"), integer_of(item, "count", 0), read_hash(member(item, "hash"), "hash")});
    return reply;
  });
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
