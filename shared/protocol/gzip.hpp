// Compression of messages (RFC 1952), at the level that costs least time: stations have slow lines and slow
// processors.
#pragma once

#include <string>
#include <string_view>

namespace walkin::protocol {

// Messages under this size are sent as they are.
inline constexpr std::size_t k_gzip_from_bytes = 1024;

std::string gzip(std::string_view bytes);

} // namespace walkin::protocol
