#include "shared/base/seal.hpp"

#include <sodium.h>
#include <stdexcept>

namespace walkin::base {

static_assert(k_box_key_bytes == crypto_box_PUBLICKEYBYTES && k_box_key_bytes == crypto_box_SECRETKEYBYTES);

namespace {

std::uint8_t* writable(Bytes& bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }

} // namespace

BoxKeys make_box_keys(Random& random) {
  std::array<std::uint8_t, crypto_box_SEEDBYTES> seed{};
  random.fill(seed);
  BoxKeys keys{Bytes(k_box_key_bytes, '\0'), Bytes(k_box_key_bytes, '\0')};
  crypto_box_seed_keypair(writable(keys.public_key), writable(keys.secret_key), seed.data());
  sodium_memzero(seed.data(), seed.size());
  return keys;
}

// As crypto_box_seal does it, which would ask the system for the one-time key instead of `random`.
std::optional<Bytes> seal(std::string_view plain, std::string_view public_key, Random& random) {
  if (public_key.size() != k_box_key_bytes) return std::nullopt;
  BoxKeys once = make_box_keys(random);
  std::array<std::uint8_t, crypto_box_NONCEBYTES> nonce{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, nonce.size());
  crypto_generichash_update(&state, as_bytes(once.public_key).data(), once.public_key.size());
  crypto_generichash_update(&state, as_bytes(public_key).data(), public_key.size());
  crypto_generichash_final(&state, nonce.data(), nonce.size());
  Bytes sealed = once.public_key;
  sealed.resize(plain.size() + crypto_box_SEALBYTES);
  int failed = crypto_box_easy(writable(sealed) + k_box_key_bytes, as_bytes(plain).data(), plain.size(),
                               nonce.data(), as_bytes(public_key).data(), as_bytes(once.secret_key).data());
  sodium_memzero(once.secret_key.data(), once.secret_key.size());
  if (failed != 0) return std::nullopt; // a key that is no point of the curve's main group
  return sealed;
}

std::optional<Bytes> open_seal(std::string_view sealed, const BoxKeys& keys) {
  if (keys.public_key.size() != k_box_key_bytes || keys.secret_key.size() != k_box_key_bytes)
    throw std::invalid_argument("a key of a sealed box has 32 bytes");
  if (sealed.size() < crypto_box_SEALBYTES) return std::nullopt;
  Bytes plain(sealed.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(writable(plain), as_bytes(sealed).data(), sealed.size(),
                           as_bytes(keys.public_key).data(), as_bytes(keys.secret_key).data()) != 0)
    return std::nullopt;
  return plain;
}

} // namespace walkin::base
