// Who is served now, and how long the others are to wait.
#include "sync/desk/admission.hpp"
#include "tests/fixtures/world.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <set>
#include <thread>
#include <vector>

using namespace walkin;
using namespace walkin::desk;

namespace {

struct Fixture {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  base::ReplicaId station() { return base::ReplicaId::make(clock.now(), random); }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a bucket gives its burst at once, then as fast as it fills") {
  RateLimit limit({3, 2});
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limit.take("a", clock.now()));
  auto wait = limit.take("a", clock.now());
  REQUIRE(wait);
  CHECK(*wait == base::Millis{500});
  CHECK_FALSE(limit.take("b", clock.now()));
  clock.advance(base::Millis{500});
  CHECK_FALSE(limit.take("a", clock.now()));
  CHECK(limit.take("a", clock.now()));
  clock.advance(std::chrono::hours(1));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limit.take("a", clock.now()));
  CHECK(limit.take("a", clock.now()));
}

TEST_CASE_FIXTURE(Fixture, "a clock that is put back neither fills a bucket nor locks it") {
  RateLimit limit({2, 1});
  CHECK_FALSE(limit.take("a", clock.now()));
  clock.advance(-std::chrono::hours(24));
  CHECK_FALSE(limit.take("a", clock.now()));
  CHECK(limit.take("a", clock.now()));
  clock.advance(base::Millis{1'000});
  CHECK_FALSE(limit.take("a", clock.now()));
}

TEST_CASE_FIXTURE(
    Fixture, "a flood of addresses is not remembered without end, and does not free the one that floods") {
  RateLimit limit({1, 0.001});
  for (int i = 0; i < 25'000; ++i) CHECK_FALSE(limit.take(fmt::format("10.0.0.{}", i), clock.now()));
  CHECK_FALSE(limit.take("last", clock.now()));
  CHECK(limit.take("last", clock.now()));
}

TEST_CASE_FIXTURE(Fixture, "a code that was good does not count as a try") {
  Admission admission(random, {.enrolment = {2, 0.01}});
  for (int i = 0; i < 20; ++i) {
    CHECK_FALSE(admission.count_enrolment("a", clock.now()));
    admission.forgive_enrolment("a");
  }
  CHECK_FALSE(admission.count_enrolment("a", clock.now()));
  CHECK_FALSE(admission.count_enrolment("a", clock.now()));
  CHECK(admission.count_enrolment("a", clock.now()) == 100);
}

TEST_CASE_FIXTURE(Fixture, "places are limited, a station's own more so, and given back") {
  Admission admission(random, {.exchanges_max = 3, .exchanges_of_station_max = 2, .waiting_max = 0});
  auto greedy = station();
  auto first = admission.enter(greedy), second = admission.enter(greedy);
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(admission.enter(greedy));
  CHECK_FALSE(admission.is_crowded());
  auto third = admission.enter(station());
  CHECK(third);
  CHECK(admission.is_crowded());
  CHECK_FALSE(admission.enter(station()));
  second.reset();
  CHECK(admission.enter(greedy));
}

TEST_CASE_FIXTURE(Fixture, "who finds no place waits for one that gets free, but not for long") {
  Admission admission(random, {.exchanges_max = 1, .waiting_max = 1, .wait_max = std::chrono::seconds(30)});
  auto first = admission.enter(station());
  REQUIRE(first);
  CHECK_FALSE(admission.is_crowded());
  std::atomic<bool> got_in = false;
  auto second_station = station();
  std::jthread second([&] { got_in = admission.enter(second_station).has_value(); });
  while (!admission.is_crowded()) std::this_thread::yield();
  CHECK_FALSE(admission.enter(station()));
  first.reset();
  second.join();
  CHECK(got_in);

  Admission hasty(random, {.exchanges_max = 1, .wait_max = base::Millis{1}});
  auto held = hasty.enter(station());
  CHECK_FALSE(hasty.enter(station()));
}

TEST_CASE_FIXTURE(Fixture,
                  "the more have been turned away, the longer the next are to wait, and not all as long") {
  Admission admission(random, {.exchanges_max = 2});
  for (int i = 0; i < 50; ++i) admission.note_served(base::Millis{1'000}); // each takes a second
  int first = admission.turn_away();
  CHECK(first >= 1);
  CHECK(first <= 3);
  std::set<int> later;
  for (int i = 0; i < 60; ++i) later.insert(admission.turn_away());
  CHECK(*later.rbegin() > first + 5);
  CHECK(later.size() > 5);
  for (int i = 0; i < 2'000; ++i) CHECK(admission.turn_away() <= 120);
  for (int i = 0; i < 5'000; ++i) admission.note_served(base::Millis{1'000});
  CHECK(admission.turn_away() <= 3);
}
