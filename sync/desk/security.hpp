// Passwords, one-time codes, session tokens and the tokens of forms.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/hash.hpp"
#include "shared/base/result.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>

namespace walkin::desk {

inline constexpr std::size_t k_password_characters_min = 10;
inline constexpr std::size_t k_password_bytes_max = 256;

// Errors: invalid, in words for the person who chooses it.
base::Status check_password_rule(std::string_view password);

// Argon2id (RFC 9106) as libsodium has it. Safe to call from any thread; at most two at a time compute, so
// that many sign-ins at once cannot take all memory (64 MiB each).
class Passwords {
public:
  // `light` costs next to nothing and is for tests only.
  enum class Cost { interactive, light };
  explicit Passwords(Cost cost = Cost::interactive);

  std::string hash(std::string_view password);
  // Takes as long for a person who does not exist (no hash) as for one who does.
  bool verify(std::string_view password, const std::optional<std::string>& hash);

private:
  unsigned long long operations_;
  std::size_t memory_bytes_;
  std::counting_semaphore<2> places_{2};
  std::string nobodys_hash_;
};

// 256 random bits as 64 hexadecimal digits.
std::string make_token(base::Random& random);

// The token of the identity that a station asks for with this key: the same for the same key.
std::string rehome_token(const base::Hash& key);

// What is stored of a token or code. Codes are compared without case, blanks and dashes.
base::Hash token_hash(std::string_view token);
base::Hash code_hash(std::string_view typed);

// Eight characters nobody mixes up, in two groups: 4T7K-9MPW.
std::string make_station_code(base::Random& random);
// Twelve in three groups.
std::string make_setup_code(base::Random& random);

// The token of the forms of a session, derived from the session's secret and masked anew each time, so that
// a compressed page gives nothing away about it.
std::string make_form_token(std::string_view session_token, base::Random& random);
bool is_form_token(std::string_view form_token, std::string_view session_token);

// Counts failed tries by key (an address, a name at an address). After `tries_max` failures a key has to wait
// until `k_window` after the last of them. Bounded in memory. Safe to call from any thread.
class TryLimit {
public:
  static constexpr base::Millis k_window = std::chrono::minutes(5);
  explicit TryLimit(int tries_max) : tries_max_(tries_max) {}

  // How many more tries this key has; 0: it has to wait.
  int left(std::string_view key, base::Instant now);
  void failed(std::string_view key, base::Instant now);
  void succeeded(std::string_view key);

private:
  struct Tries {
    int failed = 0;
    base::Instant since;
  };
  static constexpr std::size_t k_keys_max = 10'000;
  void forget_old(base::Instant now);
  const int tries_max_;
  std::mutex mutex_;
  std::map<std::string, Tries, std::less<>> tries_;
};

} // namespace walkin::desk
