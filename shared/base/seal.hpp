// Sealed boxes: anybody who has the public key can close one, only the owner of the secret key opens it. The
// format is libsodium's crypto_box_seal (X25519, XSalsa20-Poly1305), 48 bytes longer than what is in it.
#pragma once

#include "shared/base/bytes.hpp"
#include "shared/base/clock.hpp"

namespace walkin::base {

inline constexpr std::size_t k_box_key_bytes = 32;

struct BoxKeys {
  Bytes public_key, secret_key; // k_box_key_bytes each
};

BoxKeys make_box_keys(Random& random);

// Nothing when this is no public key. The same text is sealed into other bytes each time.
std::optional<Bytes> seal(std::string_view plain, std::string_view public_key, Random& random);

// Nothing when it was sealed for somebody else, was changed, or is no sealed box.
std::optional<Bytes> open_seal(std::string_view sealed, const BoxKeys& keys);

} // namespace walkin::base
