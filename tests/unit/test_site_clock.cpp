// What a kiosk says by the clock on the wall of its site, wherever its machine thinks it is.
#include "kiosk/site_clock.hpp"
#include "kiosk/site_watch.hpp"
#include "shared/base/system.hpp"
#include "shared/protocol/reference_json.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::kiosk;
using namespace std::chrono_literals;

namespace {

// Wednesday in Greenwich; on Kiritimati, 14 hours ahead, it is Thursday, 01:06.
class MachineClock final : public base::Clock {
public:
  base::Instant now() const override { return base::from_ms(1'795'000'000'000); }
  std::chrono::sys_days local_day(base::Instant instant) const override {
    return std::chrono::floor<std::chrono::days>(instant);
  }
};

i18n::LocalTime machine_time(base::Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  return {std::chrono::year_month_day{day}, std::chrono::floor<std::chrono::minutes>(instant - day)};
}

constexpr std::chrono::sys_days k_wednesday = 2026y / 11 / 18d, k_thursday = 2026y / 11 / 19d;

domain::SiteSettings settings_in(std::string zone) {
  domain::SiteSettings settings;
  settings.site = "Main";
  settings.time_zone = std::move(zone);
  for (auto& day : settings.hours.week) day = {{8h, 16h}};
  return settings;
}

struct World {
  MachineClock machine;
  base::SystemRandom random;
  SiteClock clock{machine, machine_time, base::load_zone};
};

} // namespace

TEST_CASE("the day and the time are those of the site, or the machine's where the site names no zone") {
  World world;
  const auto now = world.clock.now();
  CHECK(world.clock.local_day(now) == k_wednesday);
  world.clock.use(settings_in("Pacific/Kiritimati"));
  CHECK(world.clock.now() == now);
  CHECK(world.clock.local_day(now) == k_thursday);
  CHECK(world.clock.local(now).date == std::chrono::year_month_day{k_thursday});
  CHECK(world.clock.local(now).since_midnight == 1h + 6min);
  for (const char* none : {"", "Mars/North"}) {
    world.clock.use(settings_in(none));
    CHECK(world.clock.local_day(now) == k_wednesday);
    CHECK(world.clock.local(now).since_midnight == 11h + 6min);
  }
}

TEST_CASE("whether the desk is open is told by the site's zone from the first time on") {
  World world;
  store::StationIdentity identity;
  identity.replica.bytes[15] = 1;
  identity.kind = "kiosk";
  auto station = store::Station::in_memory(identity, world.clock, world.random);
  const domain::Document settings{"site", "Main", 1, protocol::encode_body(settings_in("Pacific/Kiritimati")),
                                  false};
  station->reference().store_page({std::span(&settings, 1), "1", true, true});
  Inbox inbox([] {});
  SiteWatch watch(
      *station, world.clock, [&](base::Instant instant) { return world.clock.local(instant); },
      [&](const domain::SiteSettings& told) { world.clock.use(told); });
  watch.look(inbox);
  std::vector<OpeningInfo> told;
  for (const auto& intent : inbox.take())
    if (const auto* opening = std::get_if<OpeningChanged>(&intent)) told.push_back(opening->opening);
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told.front().is_open);
  REQUIRE(told.front().until);
  CHECK(told.front().until->since_midnight == 8h);
  CHECK(told.front().days_ahead == 0);
}
