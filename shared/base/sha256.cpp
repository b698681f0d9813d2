#include "shared/base/sha256.hpp"

#include <sodium.h>

namespace walkin::base {

std::optional<Sha256> Sha256::parse(std::string_view hex) {
  Sha256 hash;
  if (!from_hex(hex, hash.bytes)) return std::nullopt;
  return hash;
}

struct Sha256Hasher::State {
  crypto_hash_sha256_state sha256;
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) { crypto_hash_sha256_init(&state_->sha256); }

Sha256Hasher::~Sha256Hasher() = default;

Sha256Hasher& Sha256Hasher::add(std::string_view bytes) {
  crypto_hash_sha256_update(&state_->sha256, as_bytes(bytes).data(), bytes.size());
  return *this;
}

Sha256 Sha256Hasher::finish() {
  Sha256 hash;
  crypto_hash_sha256_final(&state_->sha256, hash.bytes.data());
  return hash;
}

Sha256 sha256_of(std::string_view bytes) { return Sha256Hasher().add(bytes).finish(); }

} // namespace walkin::base
