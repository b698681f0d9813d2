// Time zones of the system's tz database.
#include "shared/base/system.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace std::chrono_literals;

namespace {

base::Instant utc(int year, unsigned month, unsigned day, int hour, int minute = 0) {
  return base::Instant{std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                                             std::chrono::day{day}}} +
         std::chrono::hours(hour) + std::chrono::minutes(minute);
}

} // namespace

TEST_CASE("a zone keeps summer time from the last Sunday of March to that of October") {
  auto oslo = base::load_zone("Europe/Oslo");
  REQUIRE(oslo);
  CHECK(oslo->offset_at(utc(2026, 1, 15, 12)) == 1h);
  CHECK(oslo->offset_at(utc(2026, 3, 29, 0, 59)) == 1h);
  CHECK(oslo->offset_at(utc(2026, 3, 29, 1)) == 2h);
  CHECK(oslo->offset_at(utc(2026, 10, 25, 0, 59)) == 2h);
  CHECK(oslo->offset_at(utc(2026, 10, 25, 1)) == 1h);
}

TEST_CASE("a day begins at a place's own midnight") {
  auto oslo = base::load_zone("Europe/Oslo");
  auto lima = base::load_zone("America/Lima");
  REQUIRE((oslo && lima));
  const base::Instant late = utc(2026, 11, 22, 23, 30);
  CHECK(oslo->local_day(late) != lima->local_day(late));
  CHECK(base::Zone{}.local(late).time_since_epoch() ==
        std::chrono::floor<std::chrono::minutes>(late.time_since_epoch()));
}

TEST_CASE("what is no zone is refused, and no file besides zones is read") {
  for (const char* wrong : {"Mars/North", "", "../../etc/passwd", "/etc/passwd", "tzdata.zi", "Europe"})
    CHECK_MESSAGE(!base::load_zone(wrong), wrong);
  CHECK(!base::Zone::parse("TZif2"));
}
