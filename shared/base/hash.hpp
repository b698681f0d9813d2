// BLAKE2b with a 256-bit digest (RFC 7693), through libsodium.
#pragma once

#include "shared/base/bytes.hpp"

#include <compare>

namespace walkin::base {

struct Hash {
  std::array<std::uint8_t, 32> bytes{};

  static std::optional<Hash> parse(std::string_view hex);
  static std::optional<Hash> from_raw(std::string_view raw);
  std::string str() const { return to_hex(bytes); }
  std::string raw() const { return {bytes.begin(), bytes.end()}; }
  bool is_zero() const { return bytes == std::array<std::uint8_t, 32>{}; }
  auto operator<=>(const Hash&) const = default;
};

// Feeds bytes and numbers (big-endian, so that the result is the same everywhere) into one digest.
class Hasher {
public:
  Hasher();
  explicit Hasher(std::string_view key); // keyed, 16 to 64 bytes

  Hasher& raw(std::string_view bytes);
  Hasher& raw(std::span<const std::uint8_t> bytes);
  Hasher& text(std::string_view bytes); // u32 length, then the bytes: no two sequences run into one another
  Hasher& u8(std::uint8_t value);
  Hasher& u32(std::uint32_t value);
  Hasher& u64(std::uint64_t value);
  Hash finish(); // once

private:
  // libsodium's crypto_generichash_state, in place: several of these are made for every event.
  alignas(64) std::array<std::uint8_t, 384> state_;
};

Hash hash_of(std::string_view bytes);

// Only who has the key (16 to 64 bytes) can make or check it.
Hash keyed_hash(std::string_view key, std::string_view bytes);

// A set of hashes as one 256-bit number: the sum of its members modulo 2^256, big-endian. Adding and removing
// in any order gives the same sum, so it can be recomputed from rows in any order.
class HashSum {
public:
  void add(const Hash& hash);
  void remove(const Hash& hash);
  const Hash& value() const { return sum_; }

private:
  Hash sum_;
};

} // namespace walkin::base
