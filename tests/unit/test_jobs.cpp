// What the desk does by the clock.
#include "sync/desk/jobs.hpp"

#include <doctest/doctest.h>
#include <future>
#include <stdexcept>

using namespace walkin;

TEST_CASE("a job is done again and again, also after it has failed, and has ended when its owner has") {
  std::promise<void> third;
  std::atomic<int> times = 0;
  std::atomic<bool> is_at_work = false;
  {
    desk::Jobs jobs(
        [&] {
          is_at_work = true;
          const int time = ++times;
          if (time == 3) third.set_value();
          is_at_work = false;
          if (time == 1) throw std::runtime_error("the disk is full");
        },
        base::Millis{1});
    REQUIRE(third.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  }
  CHECK_FALSE(is_at_work);
  const int done = times;
  CHECK(done >= 3);
}
