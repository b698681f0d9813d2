// When a site is open, in the local time of its own clock on the wall. Pure; the caller turns instants into
// local times by the site's zone (base::Zone), so that summer time is settled before anything is asked here.
#pragma once

#include "shared/base/result.hpp"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::domain {

// What a clock on the wall shows.
using LocalTime = std::chrono::local_time<std::chrono::minutes>;

// From the first minute to before the last, within one day: 08:00 to 16:00. `until` may be 24:00.
struct OpenSpan {
  std::chrono::minutes from{0}, until{0};
  bool operator==(const OpenSpan&) const = default;
};
using OpenDay = std::vector<OpenSpan>; // in order, apart from each other; none: closed all day

struct OpeningHours {
  std::array<OpenDay, 7> week;                           // Monday first
  std::map<std::chrono::local_days, OpenDay> exceptions; // holidays and other days that differ
  bool operator==(const OpeningHours&) const = default;

  // Nothing is known of this site's hours: it is taken to be open always.
  bool is_unknown() const;
};

struct OpeningState {
  bool is_open = true;
  // When this ends: closing time while open, the next opening while closed. None where that is over two
  // weeks away or never.
  std::optional<LocalTime> until;
  // Calendar days from now to `until`: 0 today, 1 tomorrow.
  int days_ahead = 0;
  bool operator==(const OpeningState&) const = default;
};

// Spans that touch, also over midnight, are one.
OpeningState opening_state(const OpeningHours& hours, LocalTime now);

// "08:00-12:00,13:00-16:00"; "" or "closed" for a day without. Errors: invalid, in words.
base::Result<OpenDay> parse_open_day(std::string_view text);
std::string to_text(const OpenDay& day);

// "2026-12-24". Errors: invalid.
base::Result<std::chrono::local_days> parse_local_day(std::string_view text);
std::string to_text(std::chrono::local_days day);

} // namespace walkin::domain
