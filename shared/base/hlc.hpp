// Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): wall time that never goes back and
// orders what one replica did, even within a millisecond or over a clock that jumps.
#pragma once

#include "shared/base/clock.hpp"

#include <compare>
#include <cstdint>

namespace walkin::base {

// 48 bits of milliseconds since 1970 and a 16-bit counter, as one number that orders by both.
struct Hlc {
  std::int64_t packed = 0;

  static Hlc from(Instant instant, std::uint16_t counter = 0);
  Instant instant() const { return from_ms(packed >> 16); }
  auto operator<=>(const Hlc&) const = default;
};

// The stamp for something done now by a replica whose last stamp was `last`: later than `last`, and as near
// to `now` as that allows. A `last` more than a minute ahead came from a clock that has been put right since,
// and is let go: replica_seq keeps the order. `now` outside of what 46 bits of milliseconds hold is clamped.
Hlc next_hlc(Hlc last, Instant now);

} // namespace walkin::base
