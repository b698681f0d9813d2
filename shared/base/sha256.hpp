// SHA-256 (FIPS 180-4), through libsodium: the name of an attachment's content.
#pragma once

#include "shared/base/bytes.hpp"

#include <compare>
#include <memory>

namespace walkin::base {

struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};

  static std::optional<Sha256> parse(std::string_view hex);
  std::string str() const { return to_hex(bytes); }
  std::string raw() const { return {bytes.begin(), bytes.end()}; }
  auto operator<=>(const Sha256&) const = default;
};

class Sha256Hasher {
public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(const Sha256Hasher&) = delete;
  Sha256Hasher& operator=(const Sha256Hasher&) = delete;

  Sha256Hasher& add(std::string_view bytes);
  Sha256 finish(); // once

private:
  struct State;
  std::unique_ptr<State> state_;
};

Sha256 sha256_of(std::string_view bytes);

} // namespace walkin::base
