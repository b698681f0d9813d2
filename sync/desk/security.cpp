#include "sync/desk/security.hpp"

#include "shared/base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sodium.h>
#include <stdexcept>

namespace walkin::desk {

namespace {

// No 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: read aloud and copied from a screen.
constexpr std::string_view k_code_letters = "34679ACDEFGHJKMNPQRTWXY";

std::string make_code(base::Random& random, std::size_t groups) {
  std::string code;
  for (std::size_t group = 0; group < groups; ++group) {
    if (group > 0) code += '-';
    for (int i = 0; i < 4; ++i) code += k_code_letters[random.next() % k_code_letters.size()];
  }
  return code;
}

using TokenBytes = std::array<std::uint8_t, 32>;

TokenBytes form_secret(std::string_view session_token) {
  return base::Hasher().text("walkin form").text(session_token).finish().bytes;
}

} // namespace

base::Status check_password_rule(std::string_view password) {
  if (!base::is_valid_utf8(password))
    return base::fail(base::ErrorCode::invalid, "The password has characters that cannot be read.",
                      "password");
  if (password.size() > k_password_bytes_max)
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("The password is too long. At most {} bytes.", k_password_bytes_max),
                      "password");
  if (base::count_code_points(password) < k_password_characters_min)
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("The password is too short. Take at least {} characters; a few words are "
                                  "easy to remember.",
                                  k_password_characters_min),
                      "password");
  return {};
}

Passwords::Passwords(Cost cost)
    : operations_(cost == Cost::light ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE),
      memory_bytes_(cost == Cost::light ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE),
      nobodys_hash_(hash("nobody has this password")) {}

std::string Passwords::hash(std::string_view password) {
  places_.acquire();
  std::array<char, crypto_pwhash_STRBYTES> out{};
  int failed = crypto_pwhash_str_alg(out.data(), password.data(), password.size(), operations_, memory_bytes_,
                                     crypto_pwhash_ALG_ARGON2ID13);
  places_.release();
  if (failed != 0) throw std::runtime_error("not enough memory to work on a password");
  return out.data();
}

bool Passwords::verify(std::string_view password, const std::optional<std::string>& hash) {
  if (password.size() > k_password_bytes_max) password = {};
  const std::string& against = hash ? *hash : nobodys_hash_;
  places_.acquire();
  bool same = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  places_.release();
  return same && hash.has_value();
}

std::string make_token(base::Random& random) {
  TokenBytes bytes{};
  random.fill(bytes);
  return base::to_hex(bytes);
}

std::string rehome_token(const base::Hash& key) { return base::hash_of("walkin-rehome" + key.raw()).str(); }

base::Hash token_hash(std::string_view token) {
  return base::Hasher().text("walkin token").text(token).finish();
}

base::Hash code_hash(std::string_view typed) {
  std::string plain;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    plain += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return base::Hasher().text("walkin code").text(plain).finish();
}

std::string make_station_code(base::Random& random) { return make_code(random, 2); }
std::string make_setup_code(base::Random& random) { return make_code(random, 3); }

std::string make_form_token(std::string_view session_token, base::Random& random) {
  TokenBytes mask{}, masked = form_secret(session_token);
  random.fill(mask);
  for (std::size_t i = 0; i < mask.size(); ++i) masked[i] ^= mask[i];
  return base::to_hex(mask) + base::to_hex(masked);
}

bool is_form_token(std::string_view form_token, std::string_view session_token) {
  TokenBytes mask{}, masked{};
  constexpr std::size_t half = 2 * std::tuple_size_v<TokenBytes>;
  if (form_token.size() != 2 * half || !base::from_hex(form_token.substr(0, half), mask) ||
      !base::from_hex(form_token.substr(half), masked))
    return false;
  for (std::size_t i = 0; i < mask.size(); ++i) masked[i] ^= mask[i];
  TokenBytes secret = form_secret(session_token);
  return sodium_memcmp(masked.data(), secret.data(), secret.size()) == 0;
}

int TryLimit::left(std::string_view key, base::Instant now) {
  std::scoped_lock lock(mutex_);
  auto found = tries_.find(key);
  if (found == tries_.end()) return tries_max_;
  if (now - found->second.since > k_window || now < found->second.since) {
    tries_.erase(found);
    return tries_max_;
  }
  return std::max(0, tries_max_ - found->second.failed);
}

void TryLimit::failed(std::string_view key, base::Instant now) {
  std::scoped_lock lock(mutex_);
  if (tries_.size() >= k_keys_max) forget_old(now);
  Tries& tries = tries_[std::string(key)];
  if (tries.failed == 0 || now - tries.since > k_window) tries = {0, now};
  ++tries.failed;
  // Each failure starts the wait anew only up to the limit; afterwards the key simply sits it out.
  if (tries.failed <= tries_max_) tries.since = now;
}

void TryLimit::succeeded(std::string_view key) {
  std::scoped_lock lock(mutex_);
  if (auto found = tries_.find(key); found != tries_.end()) tries_.erase(found);
}

void TryLimit::forget_old(base::Instant now) {
  std::erase_if(tries_, [&](const auto& entry) { return now - entry.second.since > k_window; });
  // A flood of names must not let anyone's count be forgotten early, but memory has an end: drop the least.
  while (tries_.size() >= k_keys_max) {
    auto least = std::ranges::min_element(
        tries_, {}, [](const auto& entry) { return std::pair(entry.second.failed, entry.second.since); });
    tries_.erase(least);
  }
}

} // namespace walkin::desk
