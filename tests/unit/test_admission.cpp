// Who is served now, and how long the others are to wait.
#include "sync/desk/admission.hpp"
#include "tests/fixtures/world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <set>
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
  Admission admission(random, {.exchanges_max = 3, .exchanges_of_station_max = 2});
  auto greedy = station();
  auto first = admission.enter(greedy), second = admission.enter(greedy);
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(admission.enter(greedy));
  CHECK_FALSE(admission.is_full());
  auto third = admission.enter(station());
  CHECK(third);
  CHECK(admission.is_full());
  CHECK_FALSE(admission.enter(station()));
  second.reset();
  CHECK(admission.enter(greedy));
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
