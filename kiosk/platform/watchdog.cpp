#include "kiosk/platform/watchdog.hpp"

#include <utility>

namespace walkin::kiosk::platform {

namespace {

// A machine that was suspended has lost one look, not the patience.
constexpr int k_looks = 12;

} // namespace

Watchdog::Watchdog(std::chrono::milliseconds patience, std::function<void()> on_stuck)
    : on_stuck_(std::move(on_stuck)),
      thread_([this, patience](const std::stop_token& stop) { watch(stop, patience); }) {}

void Watchdog::watch(const std::stop_token& stop, std::chrono::milliseconds patience) {
  std::uint64_t seen = 0;
  for (int unmoved = 0; unmoved < k_looks;) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, patience / k_looks, [] { return false; });
    if (stop.stop_requested()) return;
    const std::uint64_t turns = turns_;
    unmoved = is_busy_ && turns == seen ? unmoved + 1 : 0;
    seen = turns;
  }
  on_stuck_();
}

} // namespace walkin::kiosk::platform
