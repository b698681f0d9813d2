// What becomes of a screen whose thread hangs.
#include "kiosk/platform/watchdog.hpp"

#include <doctest/doctest.h>
#include <future>

using walkin::kiosk::platform::Watchdog;
using namespace std::chrono_literals;

namespace {

// Barks once, for a test that waits for it.
struct Barks {
  std::promise<void> promise;
  std::future<void> future = promise.get_future();
  Watchdog dog{24ms, [this] { promise.set_value(); }};
  bool has_barked() const { return future.wait_for(0s) == std::future_status::ready; }
};

} // namespace

TEST_CASE("a turn without an end is noticed, and a rest without one is none") {
  Barks resting;
  resting.dog.turn();
  resting.dog.rest();
  // Three that hang one after another: time enough for the other to be mistaken for one of them.
  for (int i = 0; i < 3; ++i) {
    Barks hanging;
    hanging.dog.turn();
    REQUIRE(hanging.future.wait_for(60s) == std::future_status::ready);
  }
  CHECK_FALSE(resting.has_barked());
}
