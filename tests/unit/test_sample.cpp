// The sample desk, at whatever hour somebody tries it.
#include "shared/base/system.hpp"
#include "sync/desk/content.hpp"
#include "sync/desk/sample.hpp"
#include "tests/fixtures/world.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace std::chrono_literals;

namespace {

class ClockAt final : public base::Clock {
public:
  explicit ClockAt(base::Instant now) : now_(now) {}
  base::Instant now() const override { return now_; }

private:
  base::Instant now_;
};

} // namespace

TEST_CASE("whatever the hour, the sample's sites are open and somebody waits there") {
  constexpr std::chrono::sys_days k_tuesday = 2026y / 11 / 24d, k_sunday = 2026y / 11 / 29d;
  const auto oslo = base::load_zone("Europe/Oslo").value(); // an hour ahead
  // Just before and after midnight at the site, in the small hours, on a Sunday, and on a working day.
  for (const base::Instant now :
       {base::Instant{k_tuesday} + 22h + 58min, base::Instant{k_tuesday} + 23h + 3min,
        base::Instant{k_tuesday} + 2h, base::Instant{k_sunday} + 12h, base::Instant{k_tuesday} + 10h}) {
    CAPTURE(base::to_rfc3339(now));
    const ClockAt clock(now);
    fixtures::SeededRandom random(1);
    fixtures::TempDirectory folder;
    auto desk = desk::make_desk(folder.path() / "desk", clock, random).value();
    desk::load_content(*desk.documents, desk::read_content(WALKIN_SOURCE_DIR "/assets/kb", now).value(),
                       "sample");
    const auto usual = desk.documents->settings("City Hall")->hours;
    desk::open_sites_now(desk, now, base::load_zone);
    desk::add_sample(desk, 120, 1, now, random, oslo);
    for (const std::string& site : desk.documents->sites()) {
      CAPTURE(site);
      const auto settings = desk.documents->settings(site).value();
      CHECK(domain::opening_state(settings.hours, oslo.local(now)).is_open);
      std::size_t waiting = 0, serving = 0;
      for (const auto& row : desk.queue->list(site)) {
        if (row.entry.state == domain::QueueState::waiting) ++waiting;
        if (row.entry.state == domain::QueueState::serving) ++serving;
      }
      CHECK(waiting >= 1);
      CHECK(serving >= 1);
    }
    const auto hours = desk.documents->settings("City Hall")->hours;
    CHECK(hours.week == usual.week); // only today is another
    CHECK(hours.exceptions.size() - usual.exceptions.size() <= 1);
  }
}
