#include "shared/domain/opening_hours.hpp"

#include "shared/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::domain {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;

namespace {

constexpr int k_days_ahead_max = 14;
constexpr minutes k_day{24 * 60};

const OpenDay& day_of(const OpeningHours& hours, local_days day) {
  if (auto exception = hours.exceptions.find(day); exception != hours.exceptions.end())
    return exception->second;
  return hours.week[std::chrono::weekday(day).iso_encoding() - 1];
}

const OpenSpan* span_at(const OpenDay& day, minutes of_day) {
  auto found = std::ranges::find_if(
      day, [&](const OpenSpan& span) { return span.from <= of_day && of_day < span.until; });
  return found == day.end() ? nullptr : &*found;
}

base::Result<minutes> parse_minute(std::string_view text) {
  const auto refused = base::fail(base::ErrorCode::invalid,
                                  fmt::format("\"{}\" is no time of day. Write it as 08:00.", text), "hours");
  if (text.size() != 5 || text[2] != ':') return refused;
  auto hour = base::parse_integer(text.substr(0, 2));
  auto minute = base::parse_integer(text.substr(3));
  if (!hour || !minute || *hour < 0 || *minute < 0 || *minute > 59 || *hour * 60 + *minute > k_day.count())
    return refused;
  return minutes{*hour * 60 + *minute};
}

std::string clock_text(minutes of_day) {
  return fmt::format("{:02}:{:02}", of_day.count() / 60, of_day.count() % 60);
}

} // namespace

bool OpeningHours::is_unknown() const {
  return exceptions.empty() && std::ranges::all_of(week, [](const OpenDay& day) { return day.empty(); });
}

OpeningState opening_state(const OpeningHours& hours, LocalTime now) {
  if (hours.is_unknown()) return {};
  const auto today = std::chrono::floor<days>(now);
  const OpenSpan* current = span_at(day_of(hours, today), now - today);
  OpeningState state{current != nullptr, {}, 0};
  if (current) {
    local_days day = today;
    minutes end = current->until;
    for (int ahead = 0; ahead <= k_days_ahead_max; ++ahead) {
      const OpenSpan* next =
          end == k_day ? span_at(day_of(hours, day + days{1}), minutes{0}) : span_at(day_of(hours, day), end);
      if (!next) {
        // Midnight is the first minute of the day after.
        state.until = LocalTime{day + end};
        state.days_ahead = static_cast<int>((std::chrono::floor<days>(*state.until) - today).count());
        return state;
      }
      if (end == k_day) day += days{1};
      end = next->until;
    }
    return state;
  }
  for (int ahead = 0; ahead <= k_days_ahead_max; ++ahead) {
    const local_days day = today + days{ahead};
    for (const OpenSpan& span : day_of(hours, day)) {
      if (LocalTime{day + span.from} < now) continue;
      state.until = LocalTime{day + span.from};
      state.days_ahead = ahead;
      return state;
    }
  }
  return state;
}

base::Result<OpenDay> parse_open_day(std::string_view text) {
  OpenDay day;
  if (text.empty() || text == "closed") return day;
  while (true) {
    std::string_view span = text.substr(0, text.find(','));
    auto dash = span.find('-');
    auto from = parse_minute(span.substr(0, dash));
    auto until = parse_minute(dash == std::string_view::npos ? "" : span.substr(dash + 1));
    if (!from) return base::forward_error(from);
    if (!until) return base::forward_error(until);
    if (*until <= *from || (!day.empty() && *from < day.back().until))
      return base::fail(base::ErrorCode::invalid,
                        fmt::format("{}: each time ends after it begins, and after the one before.", span),
                        "hours");
    day.push_back({*from, *until});
    if (span.size() == text.size()) return day;
    text.remove_prefix(span.size() + 1);
  }
}

std::string to_text(const OpenDay& day) {
  std::string out;
  for (const OpenSpan& span : day)
    out += fmt::format("{}{}-{}", out.empty() ? "" : ",", clock_text(span.from), clock_text(span.until));
  return out;
}

base::Result<local_days> parse_local_day(std::string_view text) {
  const auto refused = base::fail(base::ErrorCode::invalid,
                                  fmt::format("\"{}\" is no day. Write it as 2026-12-24.", text), "date");
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return refused;
  auto year = base::parse_integer(text.substr(0, 4));
  auto month = base::parse_integer(text.substr(5, 2));
  auto day = base::parse_integer(text.substr(8, 2));
  if (!year || !month || !day || *year < 1900 || *month < 1 || *day < 1) return refused;
  std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                   std::chrono::month{static_cast<unsigned>(*month)},
                                   std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return refused;
  return local_days{date};
}

std::string to_text(local_days day) {
  std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

} // namespace walkin::domain
