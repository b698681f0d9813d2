// What the clock on the wall shows in a place: the rules of one time zone, from a TZif file (RFC 8536).
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/result.hpp"

#include <string_view>
#include <vector>

namespace walkin::base {

// A value; UTC unless it was parsed.
class Zone {
public:
  Zone() = default;
  // `tzif`: a file of the tz database, version 2 or later. After its last written change (2037 in Debian's
  // files) the hour stays as it was. Errors: unusable.
  static Result<Zone> parse(std::string_view tzif);

  std::chrono::seconds offset_at(Instant instant) const; // local time less UTC
  std::chrono::local_time<std::chrono::minutes> local(Instant instant) const {
    return std::chrono::local_time<std::chrono::minutes>{
        std::chrono::floor<std::chrono::minutes>(instant.time_since_epoch() + offset_at(instant))};
  }
  std::chrono::local_days local_day(Instant instant) const {
    return std::chrono::floor<std::chrono::days>(local(instant));
  }

private:
  struct Change {
    std::int64_t at_s;
    std::int32_t offset_s;
  };
  std::int32_t first_offset_s_ = 0;
  std::vector<Change> changes_; // in order
};

} // namespace walkin::base
