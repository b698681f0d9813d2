#include "kiosk/store_worker.hpp"

#include "shared/store/database.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace walkin::kiosk {

namespace {

using namespace std::chrono_literals;

// A registration takes a few kilobytes; this leaves room for the log that SQLite writes ahead.
constexpr std::uintmax_t k_free_bytes_min = 8 * 1024 * 1024;
constexpr auto k_watch_every = 30s;
constexpr auto k_watch_every_in_trouble = 5s;

SaveTrouble trouble_of(base::ErrorCode code) {
  if (code == base::ErrorCode::busy) return SaveTrouble::busy;
  if (code == base::ErrorCode::no_space) return SaveTrouble::no_space;
  return SaveTrouble::failed;
}

} // namespace

StoreState state_of_store(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory / "station.db", error)) return StoreState::broken;
  if (::access(directory.c_str(), W_OK | X_OK) != 0 ||
      ::access((directory / "station.db").c_str(), R_OK | W_OK) != 0)
    return StoreState::locked;
  const auto space = std::filesystem::space(directory, error);
  if (!error && space.available < k_free_bytes_min) return StoreState::full;
  return StoreState::fine;
}

base::Result<std::unique_ptr<StoreWorker>> StoreWorker::start(const std::filesystem::path& directory,
                                                              StoreWorkerContext context) {
  auto station = store::Station::open(directory, context.clock, context.random);
  if (!station) return base::forward_error(station);
  const auto& identity = (*station)->identity();
  if (identity.kind != "kiosk" || identity.letter.empty())
    return base::fail(
        base::ErrorCode::not_allowed,
        fmt::format("The station in {} was enrolled for a {}, not for a kiosk. Make a code with "
                    "--kind kiosk at the desk and enrol a new folder with it.",
                    directory.string(), identity.kind.empty() ? "person" : identity.kind),
        directory.string());
  return std::unique_ptr<StoreWorker>(new StoreWorker(directory, std::move(*station), std::move(context)));
}

StoreWorker::StoreWorker(std::filesystem::path directory, std::unique_ptr<store::Station> station,
                         StoreWorkerContext context)
    : directory_(std::move(directory)),
      station_(std::move(station)),
      context_(std::move(context)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

StoreWorker::~StoreWorker() {
  thread_.request_stop();
  thread_.join();
  for (auto& command : waiting_) wipe(command.registration);
}

void StoreWorker::post(RegisterCommand command) {
  {
    const std::lock_guard lock(mutex_);
    const bool is_known = saving_ == command.request || std::ranges::any_of(waiting_, [&](const auto& other) {
                            return other.request == command.request;
                          });
    if (is_known) return wipe(command.registration);
    if (waiting_.size() < k_waiting_max) {
      waiting_.push_back(std::move(command));
      wake_.notify_all();
      return;
    }
  }
  wipe(command.registration);
  context_.inbox.post(RegisterFailed{command.request, SaveTrouble::busy});
}

void StoreWorker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    watch();
    std::optional<RegisterCommand> next;
    {
      std::unique_lock lock(mutex_);
      const auto pause = told_ == StoreState::fine ? k_watch_every : k_watch_every_in_trouble;
      wake_.wait_for(lock, stop, pause, [this] { return !waiting_.empty(); });
      if (stop.stop_requested()) return;
      if (!waiting_.empty()) {
        next = std::move(waiting_.front());
        waiting_.pop_front();
        saving_ = next->request;
      }
    }
    if (!next) continue;
    Intent report = save(std::move(*next));
    {
      // Before the report: whoever has read it may send the same visit again and must be answered.
      const std::lock_guard lock(mutex_);
      saving_.reset();
    }
    const bool is_saved = std::holds_alternative<Registered>(report);
    context_.inbox.post(std::move(report));
    if (is_saved) context_.on_saved();
  }
}

base::Result<store::Registered> StoreWorker::try_to_save(const domain::Registration& registration) {
  try {
    return station_->register_ticket(registration);
  } catch (const std::exception& fault) {
    return tl::unexpected(store::to_error(fault));
  }
}

Intent StoreWorker::save(RegisterCommand command) {
  if (last_saved_ && last_saved_->request == command.request) {
    wipe(command.registration);
    return *last_saved_;
  }
  auto saved = try_to_save(command.registration);
  wipe(command.registration);
  if (!saved) {
    // The message is about the disk or a rule, never about what was entered.
    spdlog::error("A registration could not be saved: {}", saved.error().message);
    return RegisterFailed{command.request, trouble_of(saved.error().code)};
  }
  last_saved_ =
      Registered{command.request, saved->code, saved->queue_number, context_.local(context_.clock.now()), {}};
  return *last_saved_;
}

void StoreWorker::watch() {
  const StoreState state = state_of_store(directory_);
  if (state == told_) return;
  told_ = state;
  if (state != StoreState::fine)
    spdlog::error("The station in {} can't save now: check its disk and its rights.", directory_.string());
  context_.inbox.post(StoreChanged{state});
}

} // namespace walkin::kiosk
