// The queue at the counter.
#include "shared/domain/queue.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::domain;
using namespace std::chrono_literals;

namespace {

const base::Instant k_start = base::from_ms(1'795'348'800'000);

QueueEntry waiting(std::string number, base::Millis after = 0ms) {
  return {std::move(number), QueueState::waiting, "", k_start + after, k_start + after};
}

QueueEntry after(QueueEntry entry, std::initializer_list<QueueAction> actions) {
  for (QueueAction action : actions) {
    auto next = apply(std::move(entry), action, "2", k_start + 1min);
    REQUIRE(next);
    entry = *next;
  }
  return entry;
}

} // namespace

TEST_CASE("a number waits, is called, served and done, and its counter is remembered") {
  QueueEntry done = after(waiting("A12"), {QueueAction::call, QueueAction::serve, QueueAction::done});
  CHECK(done.state == QueueState::done);
  CHECK(done.counter == "2");
  CHECK(done.came == k_start);
}

TEST_CASE("nobody is a no-show before three minutes have passed, and it can be taken back") {
  QueueEntry called = after(waiting("A12"), {QueueAction::call});
  CHECK(!apply(called, QueueAction::no_show, "", called.since + 2min));
  CHECK(!is_overdue(called, called.since + 2min));
  CHECK(is_overdue(called, called.since + 3min));
  auto gone = apply(called, QueueAction::no_show, "", called.since + 3min);
  REQUIRE(gone);
  auto back = apply(*gone, QueueAction::undo, "", called.since + 4min);
  REQUIRE(back);
  CHECK(back->state == QueueState::waiting);
  CHECK(back->came == k_start);
  CHECK(back->counter.empty());
}

TEST_CASE("what does not follow is refused in words that name the number") {
  QueueEntry done = after(waiting("A12"), {QueueAction::serve, QueueAction::done});
  for (QueueAction action : {QueueAction::call, QueueAction::serve, QueueAction::done, QueueAction::no_show,
                             QueueAction::left, QueueAction::undo}) {
    auto refused = apply(done, action, "2", k_start + 1h);
    REQUIRE(!refused);
    CHECK(refused.error().message.starts_with("A12 has been served."));
  }
  CHECK(!apply(waiting("A12"), QueueAction::done, "2", k_start));
  CHECK(!apply(waiting("A12"), QueueAction::undo, "2", k_start));
}

TEST_CASE("who came first is next, whatever the letter") {
  std::vector<QueueEntry> entries{waiting("B02", 2min), waiting("A12", 1min), waiting("A11", 3min)};
  CHECK(next_waiting(entries)->number == "A12");
  entries[1].state = QueueState::called;
  CHECK(next_waiting(entries)->number == "B02");
  CHECK(next_waiting({}) == nullptr);
}

TEST_CASE("the wait is a range around people ahead by the time of one by those who serve") {
  CHECK(estimated_wait(3, 10, 2) == WaitRange{10, 20}); // 15 minutes
  CHECK(estimated_wait(0, 10, 2) == WaitRange{0, 5});
  CHECK(estimated_wait(1, 1, 5) == WaitRange{0, 5});
  CHECK(estimated_wait(3, 0, 2) == std::nullopt);
  CHECK(estimated_wait(3, 10, 0) == std::nullopt);
}

TEST_CASE("the median of serving is unknown until five were served") {
  CHECK(median_service_min({1min, 2min, 3min, 4min}) == 0);
  CHECK(median_service_min({90min, 2min, 3min, 4min, 1min}) == 3);
  CHECK(median_service_min({1s, 1s, 1s, 1s, 1s}) == 1);
}
