#include "sync/http/worker.hpp"

namespace walkin::sync {

base::Result<std::unique_ptr<Worker>> Worker::start(const std::filesystem::path& station_directory,
                                                    const base::Clock& clock, base::Random& random,
                                                    std::function<void(const ConnectionState&)> on_change,
                                                    Tuning tuning) {
  auto station = store::Station::open(station_directory, clock, random);
  if (!station) return base::forward_error(station);
  return std::unique_ptr<Worker>(new Worker(std::move(*station), station_blobs(station_directory), clock,
                                            random, std::move(on_change), tuning));
}

Worker::Worker(std::unique_ptr<store::Station> station, store::Blobs blobs, const base::Clock& clock,
               base::Random& random, std::function<void(const ConnectionState&)> on_change, Tuning tuning)
    : station_(std::move(station)),
      blobs_(std::move(blobs)),
      clock_(clock),
      on_change_(std::move(on_change)),
      transport_({station_->identity().desk_url, station_->identity().ca_file, station_->identity().token}),
      runner_(*station_, transport_, clock, random, tuning, AskAhead::yes),
      lane_(*station_, blobs_, transport_, clock),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Worker::~Worker() { stop(); }

void Worker::stop() {
  thread_.request_stop();
  transport_.cancel();
  if (thread_.joinable()) thread_.join();
}

void Worker::nudge() {
  std::lock_guard lock(mutex_);
  nudged_ = true;
  wake_.notify_all();
}

void Worker::run(const std::stop_token& stop) {
  bool nudged = false;
  while (!stop.stop_requested()) {
    Instant until = runner_.run(nudged ? Input{input::LocalWork{}} : Input{input::Tick{}});
    if (stop.stop_requested()) return;
    report();
    if (!runner_.summary().failure) carry_files(stop, until);
    std::unique_lock lock(mutex_);
    // A wall clock that jumps must not put the next try off for years: never longer than the longest wait.
    auto delay = std::clamp(until - clock_.now(), Millis{10}, Millis{std::chrono::hours(1)});
    wake_.wait_for(lock, stop, delay, [this] { return nudged_; });
    nudged = std::exchange(nudged_, false);
  }
}

// Files wait for events, never the other way about: between two chunks it is asked whether something is due.
void Worker::carry_files(const std::stop_token& stop, Instant until) {
  auto is_over = [&] {
    std::lock_guard lock(mutex_);
    return stop.stop_requested() || nudged_ || clock_.now() >= until;
  };
  try {
    lane_.run(is_over);
  } catch (const std::exception&) {
    // The store is out of order; the next round meets the same fault and reports it.
  }
}

void Worker::report() {
  ConnectionState state;
  try {
    store::StationStatus status = station_->status();
    const auto& failure = runner_.summary().failure;
    state = {!failure, status.last_contact, status.outbox, failure ? failure->error.message : std::string{},
             station_->reference().revision()};
  } catch (const std::exception& fault) {
    state.trouble = store::to_error(fault).message;
  }
  if (reported_ && reported_->looks_like(state)) return;
  on_change_(state);
  reported_ = std::move(state);
}

} // namespace walkin::sync
