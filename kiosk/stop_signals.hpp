// SIGTERM and SIGINT as an ordinary call, so that the kiosk ends by itself and everything is put away.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace walkin::kiosk {

// Made before any other thread, since threads inherit which signals they leave alone.
class StopSignals {
public:
  // `on_stop` is called once, from a thread of its own.
  explicit StopSignals(std::function<void()> on_stop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool stopped() const { return stopped_; }

private:
  std::function<void()> on_stop_;
  std::atomic<bool> stopped_ = false, ending_ = false;
  std::thread thread_;
};

} // namespace walkin::kiosk
