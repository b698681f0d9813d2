#include "shared/base/hlc.hpp"
#include "shared/domain/event.hpp"
#include "tests/fixtures/world.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <limits>

using namespace walkin;
using base::from_ms;
using base::Hlc;
using base::next_hlc;

TEST_CASE("the hybrid clock goes forward while the wall clock stands still or goes back by up to a minute") {
  fixtures::SeededRandom random(11);
  Hlc last;
  std::int64_t wall = fixtures::FakeClock::k_start_ms;
  std::int64_t latest = wall;
  for (int step = 0; step < 20'000; ++step) {
    if (random.below(3) == 0) wall += static_cast<std::int64_t>(random.below(5'000));
    if (random.below(3) == 0) wall -= static_cast<std::int64_t>(random.below(5'000));
    latest = std::max(latest, wall);
    wall = std::max(wall, latest - 59'000);
    const Hlc next = next_hlc(last, from_ms(wall));
    REQUIRE(next > last);
    last = next;
  }
}

TEST_CASE("a clock that stood years ahead and was put right does not spoil the stamps that follow") {
  const auto now = from_ms(fixtures::FakeClock::k_start_ms);
  const Hlc ahead = next_hlc({}, now + std::chrono::hours(24 * 3650));
  const Hlc after = next_hlc(ahead, now);
  CHECK(after.instant() == now);
  CHECK(next_hlc(after, now) > after);
  // A minute is still taken for the jitter of one clock.
  const Hlc near = Hlc::from(now + base::Millis{60'000});
  CHECK(next_hlc(near, now) > near);
}

TEST_CASE("the hybrid clock is the wall clock when that has moved on") {
  const auto now = from_ms(fixtures::FakeClock::k_start_ms);
  const Hlc first = next_hlc({}, now);
  CHECK(first.instant() == now);
  const Hlc second = next_hlc(first, now);
  CHECK(second.packed == first.packed + 1);
  CHECK(second.instant() == now);
  CHECK(next_hlc(second, now + base::Millis{1}).packed == Hlc::from(now + base::Millis{1}).packed);
}

TEST_CASE("more than 65,536 stamps in a millisecond run on into the next one") {
  const auto now = from_ms(fixtures::FakeClock::k_start_ms);
  Hlc last = next_hlc({}, now);
  for (int i = 0; i < 70'000; ++i) last = next_hlc(last, now);
  CHECK(last.instant() == now + base::Millis{1});
}

TEST_CASE("wall clocks outside of what a stamp holds are clamped and leave room to go on") {
  for (std::int64_t ms : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}})
    CHECK(Hlc::from(from_ms(ms)).packed == 0);
  const auto far = from_ms(std::int64_t{1} << 60);
  const Hlc latest = Hlc::from(far);
  CHECK(latest.packed > Hlc::from(from_ms(fixtures::FakeClock::k_start_ms)).packed);
  CHECK(next_hlc(latest, far) > latest);
}

TEST_CASE("an instant is written as in RFC 3339") {
  CHECK(base::to_rfc3339(from_ms(fixtures::FakeClock::k_start_ms)) == "2026-11-22T08:15:00.000Z");
  CHECK(base::to_rfc3339(from_ms(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(base::to_rfc3339(from_ms(-1)) == "1969-12-31T23:59:59.999Z");
  CHECK(base::to_rfc3339(from_ms(1'709'164'800'007)) == "2024-02-29T00:00:00.007Z");
}

TEST_CASE("an effective clock is the claimed one while that is plausible") {
  const auto received = from_ms(fixtures::FakeClock::k_start_ms);
  for (std::int64_t early_ms : {0LL, 1LL, 3'600'000LL, 86'400'000LL * 365}) {
    const Hlc claimed = Hlc::from(received - base::Millis{early_ms}, 7);
    CHECK(domain::effective_clock(std::nullopt, claimed, received) == claimed.packed);
  }
}

TEST_CASE(
    "an effective clock is at most a minute ahead of its reception unless it follows what its author saw") {
  const auto received = from_ms(fixtures::FakeClock::k_start_ms);
  const auto bound = Hlc::from(received + base::Millis{60'000}).packed;
  for (std::int64_t claimed : {bound, bound + 1, bound * 2, std::numeric_limits<std::int64_t>::max()})
    CHECK(domain::effective_clock(std::nullopt, Hlc{claimed}, received) == bound);
  CHECK(domain::effective_clock(bound + 5, Hlc{std::numeric_limits<std::int64_t>::max()}, received) ==
        bound + 6);
}

TEST_CASE("an effective clock is after what its author had seen, however far back the clock stood") {
  const auto received = from_ms(fixtures::FakeClock::k_start_ms);
  for (std::int64_t based_on : {std::int64_t{0}, Hlc::from(received).packed, Hlc::from(received).packed * 2})
    for (std::int64_t claimed : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0}})
      CHECK(domain::effective_clock(based_on, Hlc{claimed}, received) == based_on + 1);
}
