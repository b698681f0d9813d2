// Bytes and their text forms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace walkin::base {

using Bytes = std::string; // raw bytes; std::string so that SQLite, HTTP and hashes take it as it is

std::span<const std::uint8_t> as_bytes(std::string_view text);

// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> bytes);

// Fills `out` from exactly 2 * out.size() hexadecimal digits of either case; false leaves `out` unspecified.
bool from_hex(std::string_view hex, std::span<std::uint8_t> out);

// RFC 4648 section 4, with its padding and with zero bits behind the last byte: one text for each value.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

} // namespace walkin::base
