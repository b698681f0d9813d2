#include "kiosk/stop_signals.hpp"

#include <csignal>
#include <pthread.h>
#include <utility>

namespace walkin::kiosk {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

StopSignals::StopSignals(std::function<void()> on_stop) : on_stop_(std::move(on_stop)) {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this, set] {
    int signal = 0;
    sigwait(&set, &signal);
    if (ending_) return;
    stopped_ = true;
    on_stop_();
  });
}

StopSignals::~StopSignals() {
  ending_ = true;
  // Where none came, the thread is still waiting: it is sent one that it alone gets.
  if (!stopped_) pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

} // namespace walkin::kiosk
