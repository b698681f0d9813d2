// The clock and the randomness of this machine. Only a program's main makes them and passes them on; a
// library of its own (walkin_system), so that no other library can reach for them.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/zone.hpp"

namespace walkin::base {

class SystemClock final : public Clock {
public:
  Instant now() const override;
  std::chrono::sys_days local_day(Instant instant) const override; // by the machine's time zone
};

// From libsodium, which takes it from the kernel.
class SystemRandom final : public Random {
public:
  SystemRandom(); // throws when libsodium cannot start
  void fill(std::span<std::uint8_t> out) override;
};

// A zone of the tz database that this machine has ("Europe/Oslo"). Errors: not_found, unusable.
Result<Zone> load_zone(std::string_view name);

} // namespace walkin::base
