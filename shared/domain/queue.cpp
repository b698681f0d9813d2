#include "shared/domain/queue.hpp"

#include "shared/domain/names.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace walkin::domain {

namespace {

constexpr detail::Names<QueueState, 6> k_states{{{QueueState::waiting, "waiting"},
                                                 {QueueState::called, "called"},
                                                 {QueueState::serving, "serving"},
                                                 {QueueState::done, "done"},
                                                 {QueueState::no_show, "no_show"},
                                                 {QueueState::left, "left"}}};
constexpr detail::Names<QueueAction, 6> k_actions{{{QueueAction::call, "call"},
                                                   {QueueAction::serve, "serve"},
                                                   {QueueAction::done, "done"},
                                                   {QueueAction::no_show, "no_show"},
                                                   {QueueAction::left, "left"},
                                                   {QueueAction::undo, "undo"}}};

constexpr std::size_t k_served_least = 5;
constexpr int k_step_min = 5;

std::string_view in_words(QueueState state) {
  switch (state) {
  case QueueState::waiting: return "waits";
  case QueueState::called: return "has been called";
  case QueueState::serving: return "is being served";
  case QueueState::done: return "has been served";
  case QueueState::no_show: return "did not come when called";
  case QueueState::left: return "has left";
  }
  return "";
}

base::Result<QueueEntry> refused(const QueueEntry& entry, std::string_view mend) {
  return base::fail(base::ErrorCode::not_allowed,
                    fmt::format("{} {}. {}", entry.number, in_words(entry.state), mend), "state");
}

QueueEntry in_state(QueueEntry entry, QueueState state, std::string_view counter, base::Instant now) {
  entry.state = state;
  if (!counter.empty()) entry.counter = counter;
  entry.since = now;
  return entry;
}

int rounded_down(double minutes) { return static_cast<int>(minutes) / k_step_min * k_step_min; }
int rounded_up(double minutes) {
  int down = rounded_down(minutes);
  return minutes > down ? down + k_step_min : down;
}

} // namespace

std::string_view name_of(QueueState state) { return detail::name_in(k_states, state); }
std::string_view name_of(QueueAction action) { return detail::name_in(k_actions, action); }
std::optional<QueueState> parse_queue_state(std::string_view name) {
  return detail::parse_in(k_states, name);
}
std::optional<QueueAction> parse_queue_action(std::string_view name) {
  return detail::parse_in(k_actions, name);
}

base::Result<QueueEntry> apply(QueueEntry entry, QueueAction action, std::string_view counter,
                               base::Instant now, base::Millis no_show_after) {
  using enum QueueState;
  const bool is_waiting = entry.state == waiting, is_called = entry.state == called;
  switch (action) {
  case QueueAction::call:
    if (!is_waiting && !is_called) return refused(entry, "Only who waits can be called.");
    return in_state(std::move(entry), called, counter, now);
  case QueueAction::serve:
    if (!is_waiting && !is_called) return refused(entry, "Only who waits or was called can be served.");
    return in_state(std::move(entry), serving, counter, now);
  case QueueAction::done:
    if (entry.state != serving) return refused(entry, "Say first that they are being served.");
    return in_state(std::move(entry), done, counter, now);
  case QueueAction::no_show:
    if (!is_called) return refused(entry, "Only who was called can have failed to come.");
    if (now - entry.since < no_show_after)
      return refused(entry, fmt::format("Give them {} minutes.", no_show_after.count() / 60'000));
    return in_state(std::move(entry), no_show, "", now);
  case QueueAction::left:
    if (!is_waiting && !is_called) return refused(entry, "Only who waits or was called can leave.");
    return in_state(std::move(entry), left, "", now);
  case QueueAction::undo:
    if (entry.state != no_show && entry.state != left && !is_called)
      return refused(entry, "There is nothing to take back.");
    entry = in_state(std::move(entry), waiting, "", now);
    entry.counter.clear();
    return entry;
  }
  return refused(entry, "There is no such action.");
}

bool is_overdue(const QueueEntry& entry, base::Instant now, base::Millis no_show_after) {
  return entry.state == QueueState::called && now - entry.since >= no_show_after;
}

const QueueEntry* next_waiting(const std::vector<QueueEntry>& entries) {
  const QueueEntry* best = nullptr;
  for (const QueueEntry& entry : entries) {
    if (entry.state != QueueState::waiting) continue;
    if (!best || std::tie(entry.came, entry.number) < std::tie(best->came, best->number)) best = &entry;
  }
  return best;
}

std::optional<WaitRange> estimated_wait(std::int64_t ahead, int median_service, int people_serving) {
  if (median_service <= 0 || people_serving <= 0) return std::nullopt;
  if (ahead <= 0) return WaitRange{0, k_step_min};
  const double mean = static_cast<double>(ahead) * median_service / people_serving;
  WaitRange range{rounded_down(mean * 2 / 3), rounded_up(mean * 4 / 3)};
  if (range.most_min == range.least_min) range.most_min += k_step_min;
  return range;
}

int median_service_min(std::vector<base::Millis> served) {
  if (served.size() < k_served_least) return 0;
  auto middle = served.begin() + static_cast<std::ptrdiff_t>(served.size() / 2);
  std::ranges::nth_element(served, middle);
  return std::max(1, static_cast<int>(std::chrono::ceil<std::chrono::minutes>(*middle).count()));
}

} // namespace walkin::domain
