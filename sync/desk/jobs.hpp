// What the desk does by the clock while it is served.
#pragma once

#include "shared/base/clock.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace walkin::desk {

// Does its work every few seconds on a thread of its own, from the beginning until it is destroyed. What the
// work throws is logged, and it is tried again. The work has to bear being done by several processes at once.
class Jobs {
public:
  explicit Jobs(std::function<void()> work, base::Millis every = std::chrono::seconds(5));
  // Waits for the work that is being done.
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

private:
  void run(const std::stop_token& stop);

  const std::function<void()> work_;
  const base::Millis every_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_; // last: it uses the others
};

} // namespace walkin::desk
