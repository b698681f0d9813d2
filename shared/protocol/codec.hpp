// What the codecs of the messages share: JSON values written in both forms, and bounded, checked reading. For
// the .cpp files of this folder.
#pragma once

#include "shared/protocol/messages.hpp"

#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace walkin::protocol::codec {

using Json = nlohmann::json;

inline constexpr std::size_t k_kind_bytes_max = 64;
inline constexpr std::size_t k_seen_max = 128;
inline constexpr std::size_t k_short_text_bytes_max = 4096;
inline constexpr std::size_t k_cursor_bytes_max = 512;

// Thrown by the readers below and turned into an Error by decode_with().
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
  Json hash(const base::Hash& hash) const;
  // Clocks need all 64 bits, more than a JSON number holds in many languages.
  Json clock(std::int64_t packed) const;
  // Bytes that are no text, in JSON as hexadecimal digits.
  Json bytes(std::string_view raw) const;
  Json event(const domain::Event& event) const;
  Json placed(const PlacedEvent& placed) const;
  Json erasure(const domain::Erasure& erasure) const;
  std::string finish(const Json& json) const;
  // A message with one long list besides, which quick_cbor writes where it can.
  template <class Item>
  std::string finish(Json message, const char* list, const std::vector<Item>& items) const;

private:
  Json item(const domain::Event& e) const { return event(e); }
  Json item(const PlacedEvent& p) const { return placed(p); }
  Json item(const PushVerdict& verdict) const;

  Format format_;
};

inline constexpr std::int64_t k_int64_max = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t k_int64_min = std::numeric_limits<std::int64_t>::min();

// Each names the member that is wrong in what it throws.
const Json& member(const Json& object, const char* name);
const Json* optional_member(const Json& object, const char* name); // nullptr: absent or null
const Json& list_of(const Json& object, const char* name, std::size_t count_max);
std::string read_text(const Json& json, const char* name, std::size_t bytes_max);
std::string text_of(const Json& object, const char* name, std::size_t bytes_max = k_short_text_bytes_max);
std::string optional_text_of(const Json& object, const char* name,
                             std::size_t bytes_max = k_short_text_bytes_max);
std::int64_t read_integer(const Json& json, const char* name, std::int64_t least, std::int64_t most);
std::int64_t integer_of(const Json& object, const char* name, std::int64_t least = k_int64_min,
                        std::int64_t most = k_int64_max);
std::int64_t clock_of(const Json& object, const char* name);
bool bool_of(const Json& object, const char* name); // false when absent
base::Instant instant_of(const Json& object, const char* name);
base::Hash read_hash(const Json& json, const char* name);
std::string read_raw_bytes(const Json& json, const char* name, std::size_t bytes_max);
void read_fixed_bytes(const Json& json, const char* name, std::span<std::uint8_t> out);
domain::Event read_event(const Json& json);
PlacedEvent read_placed(const Json& json);
std::vector<domain::Erasure> read_erasures(const Json& object, std::size_t count_max); // "erasures", or none

template <class Id>
Id read_id(const Json& json, const char* name) {
  Id id;
  if (json.is_string()) {
    auto parsed = Id::parse(json.get_ref<const std::string&>());
    if (!parsed) throw Malformed{name, "it is no UUID"};
    return *parsed;
  }
  read_fixed_bytes(json, name, id.bytes);
  return id;
}

template <class Id>
Id id_of(const Json& object, const char* name) {
  return read_id<Id>(member(object, name), name);
}

// Size and depth are limited while reading, so that hostile input ends early.
Json parse_bounded(std::string_view bytes, Format format);

template <class Message, class Read>
base::Result<Message> decode_with(std::string_view bytes, Format format, Read read) {
  try {
    return read(parse_bounded(bytes, format));
  } catch (const Malformed& malformed) {
    return base::fail(base::ErrorCode::invalid, fmt::format("{}: {}.", malformed.member, malformed.what),
                      malformed.member);
  } catch (const Json::exception& unexpected) {
    return base::fail(base::ErrorCode::invalid, fmt::format("message: {}", unexpected.what()), "message");
  }
}

} // namespace walkin::protocol::codec
