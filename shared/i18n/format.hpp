// Dates, times and numbers as each language writes them. Pure; the caller has turned instants into local
// time.
#pragma once

#include "shared/i18n/catalogue.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace walkin::i18n {

// What a wall clock in the room shows.
struct LocalTime {
  std::chrono::year_month_day date{};
  std::chrono::minutes since_midnight{0};
};

std::string format_clock(LocalTime time); // "9:42", "16:05": 24 hours in every language
std::string format_date(Language language,
                        LocalTime time); // "22 November 2026", "22 de noviembre de 2026", "22. november 2026"
std::string
format_day(Language language,
           LocalTime time); // "Sunday 22 November", "domingo 22 de noviembre", "søndag 22. november"
std::string format_number(Language language,
                          std::int64_t value); // "12,345", "12.345", "12 345" (no-break space)

} // namespace walkin::i18n
