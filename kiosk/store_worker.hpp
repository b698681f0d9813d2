// Saves what customers hand over, on a thread of its own that owns the station's store.
#pragma once

#include "kiosk/app/state.hpp"
#include "kiosk/inbox.hpp"
#include "shared/base/clock.hpp"
#include "shared/store/station.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace walkin::kiosk {

// What stands outside of the worker. All must outlive it and be safe to call from its thread.
struct StoreWorkerContext {
  const base::Clock& clock;
  base::Random& random;
  Inbox& inbox;
  std::function<void()> on_saved;                      // there is something to send
  std::function<i18n::LocalTime(base::Instant)> local; // by the machine's time zone
};

class StoreWorker {
public:
  // Opens the station in the calling thread. Errors: those of Station::open, and not_allowed for a station
  // that was not enrolled as a kiosk.
  static base::Result<std::unique_ptr<StoreWorker>> start(const std::filesystem::path& directory,
                                                          StoreWorkerContext context);
  // Finishes the registration that is being saved and starts no other.
  ~StoreWorker();
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;

  // Posts Registered or RegisterFailed when done. A command of an id that is waiting already is dropped; one
  // whose id was saved is answered with the same ticket again. From any thread.
  void post(RegisterCommand command);

private:
  StoreWorker(std::filesystem::path directory, std::unique_ptr<store::Station> station,
              StoreWorkerContext context);
  void run(const std::stop_token& stop);
  Intent save(RegisterCommand command);
  base::Result<store::Registered> try_to_save(const domain::Registration& registration);
  void watch();

  static constexpr std::size_t k_waiting_max = 4; // one customer stands at a kiosk

  std::filesystem::path directory_;
  std::unique_ptr<store::Station> station_;
  StoreWorkerContext context_;
  std::optional<Registered> last_saved_;
  StoreState told_ = StoreState::fine;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<RegisterCommand> waiting_;
  std::optional<RequestId> saving_;
  std::jthread thread_; // last: it uses the others
};

// Whether a station in this directory could save now: room on the disk, and the right to write.
StoreState state_of_store(const std::filesystem::path& directory);

} // namespace walkin::kiosk
