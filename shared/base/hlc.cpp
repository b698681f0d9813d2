#include "shared/base/hlc.hpp"

#include <algorithm>

namespace walkin::base {

Hlc Hlc::from(Instant instant, std::uint16_t counter) {
  constexpr std::int64_t k_max_ms = (std::int64_t{1} << 46) - 1; // year 4199; leaves room for every later sum
  std::int64_t ms = std::clamp<std::int64_t>(to_ms(instant), 0, k_max_ms);
  return Hlc{(ms << 16) | counter};
}

Hlc next_hlc(Hlc last, Instant now) {
  constexpr Millis k_ahead_max{60'000};
  if (last > Hlc::from(now + k_ahead_max)) return Hlc::from(now);
  return Hlc{std::max(last.packed + 1, Hlc::from(now).packed)};
}

} // namespace walkin::base
