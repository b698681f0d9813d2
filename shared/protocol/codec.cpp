#include "shared/protocol/codec.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/cbor_check.hpp"
#include "shared/protocol/quick_cbor.hpp"

#include <algorithm>

namespace walkin::protocol::codec {

using domain::Event;

namespace {

constexpr int k_depth_max = 8;

} // namespace

Json Writer::hash(const base::Hash& hash) const {
  if (format_ == Format::json) return hash.str();
  return Json::binary({hash.bytes.begin(), hash.bytes.end()});
}

Json Writer::clock(std::int64_t packed) const {
  if (format_ == Format::json) return std::to_string(packed);
  return packed;
}

Json Writer::bytes(std::string_view raw) const {
  if (format_ == Format::json) return base::to_hex(base::as_bytes(raw));
  return Json::binary({raw.begin(), raw.end()});
}

Json Writer::event(const Event& e) const {
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
    if (e.contact_state == domain::ContactState::plain) json["contact"] = e.contact;
    if (e.contact_state == domain::ContactState::sealed) json["sealed"] = bytes(e.contact);
  }
  return json;
}

Json Writer::placed(const PlacedEvent& placed) const {
  Json json = event(placed.event);
  json["effective"] = clock(placed.effective);
  json["received"] = base::to_ms(placed.received);
  if (placed.verdict != domain::Verdict::applied) {
    json["verdict"] = domain::name_of(placed.verdict);
    json["reason"] = placed.reason;
  }
  if (!placed.receipt.is_zero()) json["receipt"] = hash(placed.receipt);
  return json;
}

Json Writer::erasure(const domain::Erasure& erasure) const {
  return {
      {"ticket", id(erasure.ticket)}, {"at", base::to_ms(erasure.at)}, {"receipt", hash(erasure.receipt)}};
}

Json Writer::item(const PushVerdict& v) const {
  Json json = {
      {"id", id(v.id)},
      {"verdict", v.verdict == domain::Verdict::pending ? "retry" : std::string(domain::name_of(v.verdict))}};
  if (v.duplicate) json["duplicate"] = true;
  if (v.elsewhere) json["elsewhere"] = true;
  if (v.held) json["held"] = true;
  if (!v.receipt.is_zero()) json["receipt"] = hash(v.receipt);
  if (!v.reason.empty()) json["reason"] = v.reason;
  if (v.verdict != domain::Verdict::pending) {
    json["effective"] = clock(v.effective);
    json["received"] = base::to_ms(v.received);
  }
  return json;
}

std::string Writer::finish(const Json& json) const {
  if (format_ == Format::json) return json.dump();
  std::string bytes;
  Json::to_cbor(json, bytes);
  return bytes;
}

template <class Item>
std::string Writer::finish(Json message, const char* list, const std::vector<Item>& items) const {
  if (format_ == Format::json) {
    Json& written = message[list] = Json::array();
    for (const Item& one : items) written.push_back(item(one));
    return message.dump();
  }
  message[list] = nullptr; // holds its place among the members
  std::string bytes;
  quick::write_map_head(bytes, message.size());
  for (const auto& [name, value] : message.items()) {
    quick::write_text(bytes, name);
    if (name == list) {
      quick::write_list_head(bytes, items.size());
      for (const Item& one : items) quick::write(bytes, one);
    } else {
      Json::to_cbor(value, bytes);
    }
  }
  return bytes;
}

template std::string Writer::finish(Json, const char*, const std::vector<Event>&) const;
template std::string Writer::finish(Json, const char*, const std::vector<PlacedEvent>&) const;
template std::string Writer::finish(Json, const char*, const std::vector<PushVerdict>&) const;

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

std::string text_of(const Json& object, const char* name, std::size_t bytes_max) {
  return read_text(member(object, name), name, bytes_max);
}

std::string optional_text_of(const Json& object, const char* name, std::size_t bytes_max) {
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

std::int64_t integer_of(const Json& object, const char* name, std::int64_t least, std::int64_t most) {
  return read_integer(member(object, name), name, least, most);
}

std::int64_t clock_of(const Json& object, const char* name) {
  const Json& json = member(object, name);
  if (!json.is_string()) return read_integer(json, name, k_int64_min, k_int64_max);
  const auto& digits = json.get_ref<const std::string&>();
  auto value = base::parse_integer(digits);
  if (!value) throw Malformed{name, "it is not a 64-bit number"};
  return *value;
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

void read_fixed_bytes(const Json& json, const char* name, std::span<std::uint8_t> out) {
  if (!json.is_binary() || json.get_binary().size() != out.size())
    throw Malformed{name, fmt::format("it does not have {} bytes", out.size())};
  std::ranges::copy(json.get_binary(), out.begin());
}

base::Hash read_hash(const Json& json, const char* name) {
  base::Hash hash;
  if (json.is_string()) {
    auto parsed = base::Hash::parse(json.get_ref<const std::string&>());
    if (!parsed) throw Malformed{name, "it does not have 64 hexadecimal digits"};
    return *parsed;
  }
  read_fixed_bytes(json, name, hash.bytes);
  return hash;
}

std::string read_raw_bytes(const Json& json, const char* name, std::size_t bytes_max) {
  if (json.is_binary()) {
    if (json.get_binary().size() > bytes_max) throw Malformed{name, "it is too long"};
    return {json.get_binary().begin(), json.get_binary().end()};
  }
  std::string hex = read_text(json, name, 2 * bytes_max);
  std::string bytes(hex.size() / 2, '\0');
  std::span<std::uint8_t> out(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  if (!base::from_hex(hex, out)) throw Malformed{name, "it is not hexadecimal"};
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
    e.contact = read_raw_bytes(*sealed, "sealed", k_event_bytes_max);
    e.contact_state = domain::ContactState::sealed;
  }
  return e;
}

PlacedEvent read_placed(const Json& json) {
  PlacedEvent placed;
  placed.event = read_event(json);
  placed.effective = clock_of(json, "effective");
  placed.received = instant_of(json, "received");
  if (const Json* verdict = optional_member(json, "verdict")) {
    auto parsed = domain::parse_verdict(read_text(*verdict, "verdict", 32));
    if (!parsed) throw Malformed{"verdict", "it is not a known one"};
    placed.verdict = *parsed;
    placed.reason = optional_text_of(json, "reason");
  }
  if (const Json* receipt = optional_member(json, "receipt")) placed.receipt = read_hash(*receipt, "receipt");
  return placed;
}

std::vector<domain::Erasure> read_erasures(const Json& object, std::size_t count_max) {
  std::vector<domain::Erasure> out;
  if (optional_member(object, "erasures") == nullptr) return out;
  for (const Json& item : list_of(object, "erasures", count_max))
    out.push_back({id_of<domain::TicketId>(item, "ticket"), instant_of(item, "at"),
                   read_hash(member(item, "receipt"), "receipt")});
  return out;
}

const Json& list_of(const Json& object, const char* name, std::size_t count_max) {
  const Json& list = member(object, name);
  if (!list.is_array()) throw Malformed{name, "it is not a list"};
  if (list.size() > count_max) throw Malformed{name, fmt::format("it has more than {} members", count_max)};
  return list;
}
Json parse_bounded(std::string_view bytes, Format format) {
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

} // namespace walkin::protocol::codec
