#include "shared/base/hash.hpp"

#include <cstring>
#include <sodium.h>
#include <stdexcept>

namespace walkin::base {

std::optional<Hash> Hash::parse(std::string_view hex) {
  Hash hash;
  if (!from_hex(hex, hash.bytes)) return std::nullopt;
  return hash;
}

std::optional<Hash> Hash::from_raw(std::string_view raw) {
  Hash hash;
  if (raw.size() != hash.bytes.size()) return std::nullopt;
  std::memcpy(hash.bytes.data(), raw.data(), raw.size());
  return hash;
}

namespace {

crypto_generichash_state* blake2b(std::array<std::uint8_t, 384>& state) {
  static_assert(sizeof(crypto_generichash_state) == sizeof state);
  static_assert(alignof(crypto_generichash_state) <= 64);
  return reinterpret_cast<crypto_generichash_state*>(state.data());
}

} // namespace

Hasher::Hasher() : Hasher(std::string_view{}) {}

Hasher::Hasher(std::string_view key) {
  const auto* bytes = key.empty() ? nullptr : as_bytes(key).data();
  const bool fits = key.empty() || (key.size() >= crypto_generichash_KEYBYTES_MIN &&
                                    key.size() <= crypto_generichash_KEYBYTES_MAX);
  if (!fits || crypto_generichash_init(blake2b(state_), bytes, key.size(), sizeof(Hash::bytes)) != 0)
    throw std::invalid_argument("a BLAKE2b key has 16 to 64 bytes");
}

Hasher& Hasher::raw(std::span<const std::uint8_t> bytes) {
  crypto_generichash_update(blake2b(state_), bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::raw(std::string_view bytes) { return raw(as_bytes(bytes)); }

Hasher& Hasher::text(std::string_view bytes) {
  return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

Hasher& Hasher::u8(std::uint8_t value) { return raw(std::span(&value, 1)); }

Hasher& Hasher::u32(std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  return raw(bytes);
}

Hasher& Hasher::u64(std::uint64_t value) {
  return u32(static_cast<std::uint32_t>(value >> 32)).u32(static_cast<std::uint32_t>(value));
}

Hash Hasher::finish() {
  Hash hash;
  crypto_generichash_final(blake2b(state_), hash.bytes.data(), hash.bytes.size());
  return hash;
}

Hash hash_of(std::string_view bytes) { return Hasher().raw(bytes).finish(); }

Hash keyed_hash(std::string_view key, std::string_view bytes) {
  if (key.empty()) throw std::invalid_argument("a keyed hash without a key");
  return Hasher(key).raw(bytes).finish();
}

void HashSum::add(const Hash& hash) {
  unsigned carry = 0;
  for (std::size_t i = 32; i-- > 0;) {
    unsigned sum = sum_.bytes[i] + hash.bytes[i] + carry;
    sum_.bytes[i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
}

void HashSum::remove(const Hash& hash) {
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    int difference = sum_.bytes[i] - hash.bytes[i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    sum_.bytes[i] = static_cast<std::uint8_t>(difference + 256 * borrow);
  }
}

} // namespace walkin::base
