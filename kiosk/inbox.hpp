// Where workers leave what the screen is to know: posted from any thread, taken by the UI thread all at once.
#pragma once

#include "kiosk/app/intents.hpp"

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace walkin::kiosk {

class Inbox {
public:
  // `wake` makes the loop take a turn; called from the posting thread, without the lock.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void post(Intent intent) {
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(intent));
    }
    wake_();
  }

  std::vector<Intent> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(posted_, {});
  }

private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<Intent> posted_;
};

} // namespace walkin::kiosk
