// Notices that the screen's thread hangs, in a driver or in a loop without an end. A thread can't be ended
// alone, so the process has to end: what was committed is on the disk, and whatever started it starts it
// anew.
//
//   Watchdog watchdog(std::chrono::minutes{1}, [] { std::_Exit(1); });
//   while (runs) { watchdog.turn(); ...; watchdog.rest(); wait_for_events(); }
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace walkin::kiosk::platform {

class Watchdog {
public:
  // `on_stuck` is called once, on the watchdog's own thread, when a turn has taken longer than `patience`.
  Watchdog(std::chrono::milliseconds patience, std::function<void()> on_stuck);

  // From the watched thread: it begins something; it waits for something to happen, however long that takes.
  void turn() {
    ++turns_;
    is_busy_ = true;
  }
  void rest() { is_busy_ = false; }

private:
  void watch(const std::stop_token& stop, std::chrono::milliseconds patience);

  std::atomic<std::uint64_t> turns_ = 0;
  std::atomic<bool> is_busy_ = false;
  std::function<void()> on_stuck_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_; // last: it uses the others
};

} // namespace walkin::kiosk::platform
