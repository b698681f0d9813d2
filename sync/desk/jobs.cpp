#include "sync/desk/jobs.hpp"

#include <spdlog/spdlog.h>

namespace walkin::desk {

Jobs::Jobs(std::function<void()> work, base::Millis every)
    : work_(std::move(work)), every_(every), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Jobs::~Jobs() {
  thread_.request_stop();
  thread_.join();
}

void Jobs::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      work_();
    } catch (const std::exception& fault) {
      spdlog::error("What is done by the clock failed: {}", fault.what());
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, every_, [] { return false; });
  }
}

} // namespace walkin::desk
