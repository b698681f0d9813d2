// Versions of the sync protocol and the names by which both ends speak of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace walkin::protocol {

inline constexpr std::uint32_t k_version_min = 1;
inline constexpr std::uint32_t k_version_max = 1;

// In every request "MIN-MAX" as the client knows them, in every answer the one version that is spoken. An
// answer without it is not from a desk (a captive portal, a proxy's error page).
inline constexpr const char* k_version_header = "Walkin-Protocol";

// BLAKE2b-256 of the unpacked message, hexadecimal: an event whose bytes changed on the way would otherwise
// be judged as its author's.
inline constexpr const char* k_digest_header = "Walkin-Digest";

inline constexpr const char* k_json_type = "application/json";
inline constexpr const char* k_cbor_type = "application/cbor";

struct VersionRange {
  std::uint32_t min = k_version_min;
  std::uint32_t max = k_version_max;
};

// "1-3", or "2" for "2-2".
std::optional<VersionRange> parse_version_range(std::string_view text);

// The newest version that both know.
std::optional<std::uint32_t> negotiate(VersionRange ours, VersionRange theirs);

} // namespace walkin::protocol
