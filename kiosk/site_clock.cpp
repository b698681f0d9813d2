#include "kiosk/site_clock.hpp"

#include <spdlog/spdlog.h>

namespace walkin::kiosk {

void SiteClock::use(const domain::SiteSettings& settings) {
  std::optional<base::Zone> zone;
  if (!settings.time_zone.empty()) {
    if (auto loaded = zones_(settings.time_zone))
      zone = std::move(*loaded);
    else
      spdlog::warn("The clock goes by this machine's time zone: {}", loaded.error().message);
  }
  const std::lock_guard lock(mutex_);
  zone_ = std::move(zone);
}

std::chrono::sys_days SiteClock::local_day(base::Instant instant) const {
  const std::lock_guard lock(mutex_);
  if (!zone_) return machine_.local_day(instant);
  return std::chrono::sys_days{zone_->local_day(instant).time_since_epoch()};
}

i18n::LocalTime SiteClock::local(base::Instant instant) const {
  const std::lock_guard lock(mutex_);
  if (!zone_) return machine_local_(instant);
  const auto time = zone_->local(instant);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day{day}, time - day};
}

} // namespace walkin::kiosk
