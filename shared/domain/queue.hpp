// The queue at the counter: its states, what may follow what, the order, and how long one is likely to wait.
// Pure.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/result.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::domain {

enum class QueueState { waiting, called, serving, done, no_show, left };

// What somebody at the counter does. `undo` takes a no-show or a leaving back: the number waits again, at the
// place that it had.
enum class QueueAction { call, serve, done, no_show, left, undo };

std::string_view name_of(QueueState state); // "waiting", "no_show"
std::string_view name_of(QueueAction action);
std::optional<QueueState> parse_queue_state(std::string_view name);
std::optional<QueueAction> parse_queue_action(std::string_view name);

inline constexpr base::Millis k_no_show_after{std::chrono::minutes(3)}; // where the site says nothing else

struct QueueEntry {
  std::string number; // of the day: A12
  QueueState state = QueueState::waiting;
  std::string counter; // that called it; empty while it waits
  base::Instant came;
  base::Instant since; // in this state
  bool operator==(const QueueEntry&) const = default;
};

// The entry after the action. Calling again while called renews the call, perhaps to another counter. No-show
// is refused before `no_show_after` from the call. Errors: not_allowed, in words.
base::Result<QueueEntry> apply(QueueEntry entry, QueueAction action, std::string_view counter,
                               base::Instant now, base::Millis no_show_after = k_no_show_after);

// A called number that nobody came for is a no-show after that time, without anybody saying so.
bool is_overdue(const QueueEntry& entry, base::Instant now, base::Millis no_show_after = k_no_show_after);

// Who is next: came first, waits first; by number where the time is the same. nullptr: no one waits.
const QueueEntry* next_waiting(const std::vector<QueueEntry>& entries);

// Whole minutes, as a range that people are told; never a promise.
struct WaitRange {
  int least_min = 0, most_min = 0;
  bool operator==(const WaitRange&) const = default;
};

// `ahead` people before one, the median time of serving one at this site in this hour, and how many people
// serve. None where either is unknown (0). Nobody ahead: 0 to 5 minutes. Else the mean estimate widened by a
// third each way, rounded outwards to 5 minutes.
std::optional<WaitRange> estimated_wait(std::int64_t ahead, int median_service_min, int people_serving);

// The median of times of serving, in whole minutes rounded up; 0 (unknown) with fewer than 5 of them.
int median_service_min(std::vector<base::Millis> served);

struct QueueCall {
  std::string number, counter;
  base::Instant at;
  bool operator==(const QueueCall&) const = default;
};

inline constexpr std::size_t k_board_calls_max = 3, k_board_numbers_max = 200;

// What the waiting room and the kiosk's first page show of one site.
struct QueueBoard {
  std::string site;
  std::int64_t waiting = 0;
  int people_serving = 0;           // counters that called or served somebody of late; 0: unknown
  int median_service_min = 0;       // of this hour; 0: unknown
  std::vector<QueueCall> calls;     // newest first, at most k_board_calls_max
  std::vector<std::string> numbers; // that wait, in the order of their turn, at most k_board_numbers_max
  base::Instant as_of;              // when the desk said so
  bool operator==(const QueueBoard&) const = default;

  // For who takes a number now.
  std::optional<WaitRange> wait() const {
    return estimated_wait(waiting, median_service_min, people_serving);
  }
  // How many wait in front of this number; none where it does not wait, or too far behind.
  std::optional<std::int64_t> ahead_of(std::string_view number) const {
    const auto found = std::ranges::find(numbers, number);
    return found == numbers.end() ? std::nullopt : std::optional<std::int64_t>(found - numbers.begin());
  }
};

} // namespace walkin::domain
