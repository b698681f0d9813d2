// The time at the site: by the zone that its settings name, by the machine's where they name none that this
// machine knows.
#pragma once

#include "kiosk/answers.hpp"
#include "shared/base/zone.hpp"

#include <mutex>

namespace walkin::kiosk {

using ZoneSource = std::function<base::Result<base::Zone>(std::string_view name)>;

// Safe to call from any thread. What it is made of must outlive it and be safe to call from any thread too.
class SiteClock final : public base::Clock {
public:
  SiteClock(const base::Clock& machine, LocalClock machine_local, ZoneSource zones)
      : machine_(machine), machine_local_(std::move(machine_local)), zones_(std::move(zones)) {}

  void use(const domain::SiteSettings& settings);
  base::Instant now() const override { return machine_.now(); }
  std::chrono::sys_days local_day(base::Instant instant) const override;
  i18n::LocalTime local(base::Instant instant) const;

private:
  const base::Clock& machine_;
  const LocalClock machine_local_;
  const ZoneSource zones_;
  mutable std::mutex mutex_; // guards zone_
  std::optional<base::Zone> zone_;
};

} // namespace walkin::kiosk
