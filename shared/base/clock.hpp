// Time and randomness are passed in: nothing under shared/ or sync/engine asks the system for either.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace walkin::base {

// A point in time: milliseconds since 1970-01-01T00:00:00Z (may be negative on a machine with a wrong clock).
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

inline std::int64_t to_ms(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant from_ms(std::int64_t ms) { return Instant{Millis{ms}}; }

// RFC 3339 in UTC with milliseconds: 2026-11-22T08:15:00.123Z.
std::string to_rfc3339(Instant instant);

// The wall clock of this machine. Implementations are safe to call from any thread.
class Clock {
public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;

  // The calendar day of this instant where the machine stands; UTC unless the implementation knows better.
  virtual std::chrono::sys_days local_day(Instant instant) const {
    return std::chrono::floor<std::chrono::days>(instant);
  }
};

// Random bytes fit for keys. Implementations are safe to call from any thread.
class Random {
public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
  std::uint64_t next(); // uniform over all 64 bits
};

} // namespace walkin::base
