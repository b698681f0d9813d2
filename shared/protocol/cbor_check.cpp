#include "shared/protocol/cbor_check.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace walkin::protocol {

namespace {

struct Head {
  unsigned major;
  std::uint64_t argument;
};

// RFC 8949 section 3; nothing for reserved and unknown lengths.
std::optional<Head> take_head(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  unsigned first = static_cast<std::uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  unsigned major = first >> 5u, info = first & 31u;
  if (info < 24) return Head{major, info};
  if (info > 27) return std::nullopt;
  std::size_t length = std::size_t{1} << (info - 24);
  if (bytes.size() < length) return std::nullopt;
  std::uint64_t argument = 0;
  for (std::size_t i = 0; i < length; ++i) argument = (argument << 8) | static_cast<std::uint8_t>(bytes[i]);
  bytes.remove_prefix(length);
  return Head{major, argument};
}

} // namespace

CborShape check_cbor(std::string_view bytes, std::size_t depth_max) {
  enum Major { unsigned_integer, negative_integer, byte_string, text_string, list, map, tag, simple };
  std::vector<std::uint64_t> open; // items still to come, for each list and map that is not complete
  for (;;) {
    auto head = take_head(bytes);
    if (!head || head->major == tag) return CborShape::malformed;
    if (head->major == byte_string || head->major == text_string) {
      if (head->argument > bytes.size()) return CborShape::malformed;
      bytes.remove_prefix(head->argument);
    } else if (head->major == list || head->major == map) {
      if (open.size() == depth_max) return CborShape::too_deep;
      if (head->argument > bytes.size()) return CborShape::malformed; // an item takes a byte at least
      if (head->argument > 0) {
        open.push_back(head->major == map ? 2 * head->argument : head->argument);
        continue;
      }
    }
    while (!open.empty() && --open.back() == 0) open.pop_back();
    if (open.empty()) return bytes.empty() ? CborShape::plain : CborShape::malformed;
  }
}

} // namespace walkin::protocol
