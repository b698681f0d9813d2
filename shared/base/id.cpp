#include "shared/base/id.hpp"

namespace walkin::base {

std::string uuid_to_string(const Uuid& uuid) {
  std::string hex = to_hex(uuid);
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' +
         hex.substr(20);
}

std::optional<Uuid> uuid_from_string(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return std::nullopt;
  std::string hex;
  for (char c : text)
    if (c != '-') hex += c;
  Uuid uuid{};
  if (!from_hex(hex, uuid)) return std::nullopt;
  return uuid;
}

Uuid make_uuid_v7(Instant now, Random& random) {
  Uuid uuid{};
  random.fill(std::span(uuid).subspan(6));
  auto ms = static_cast<std::uint64_t>(to_ms(now));
  for (std::size_t i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  uuid[6] = static_cast<std::uint8_t>(0x70 | (uuid[6] & 0x0f));
  uuid[8] = static_cast<std::uint8_t>(0x80 | (uuid[8] & 0x3f));
  return uuid;
}

} // namespace walkin::base
