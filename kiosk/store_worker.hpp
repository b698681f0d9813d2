// Saves what customers hand over and answers what pages ask, on a thread of its own that owns the station's
// store.
#pragma once

#include "kiosk/app/state.hpp"
#include "kiosk/inbox.hpp"
#include "kiosk/site_watch.hpp"
#include "shared/base/clock.hpp"
#include "shared/store/station.hpp"

#include <chrono>
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
  std::function<void()> on_saved; // there is something to send
  LocalClock local;               // at the site
  std::function<void(const domain::SiteSettings&)> on_settings = [](const domain::SiteSettings&) {};
  std::string version = {};
  std::function<std::vector<std::string>()> log = [] { return std::vector<std::string>(); }; // its last lines
  std::chrono::milliseconds watch_every{5'000}; // for what changes without a word: the hour, the disk
};

class StoreWorker {
public:
  // Opens the station in the calling thread and posts what it holds of the site, so that the first frame
  // shows it. Errors: those of Station::open, and not_allowed for a station that was not enrolled as a kiosk.
  static base::Result<std::unique_ptr<StoreWorker>> start(const std::filesystem::path& directory,
                                                          StoreWorkerContext context);
  // Finishes the registration that is being saved and starts no other.
  ~StoreWorker();
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;

  // Posts what answers the command when done. Of RegisterCommand: one of an id that is waiting already is
  // dropped; one whose id was saved is answered with the same ticket again. Of Suggest only the newest
  // counts. Commands that are not of the store are dropped. From any thread.
  void post(Command command);
  // The desk has written something new: what is told of it is told now. From any thread.
  void look();
  // Whether it has hung in one thing for a minute. From any thread. Then only a restart of the program helps,
  // which loses nothing that was committed.
  bool is_stuck() const;

private:
  StoreWorker(std::filesystem::path directory, std::unique_ptr<store::Station> station,
              StoreWorkerContext context);
  void run(const std::stop_token& stop);
  bool accept(Command& command);
  void carry_out(Command command);
  void answer(const Command& command);
  Intent save(RegisterCommand& command);
  base::Result<store::Registered> try_to_save(const RegisterCommand& command);
  void tell_service();
  void watch();
  void open_anew();

  static constexpr std::chrono::seconds k_stuck_after{60};
  static constexpr std::size_t k_waiting_max = 16; // one customer stands at a kiosk

  std::filesystem::path directory_;
  std::unique_ptr<store::Station> station_;
  StoreWorkerContext context_;
  std::optional<Answers> answers_; // of station_, as is the next
  std::optional<SiteWatch> site_;
  std::optional<Registered> last_saved_;
  StoreState told_ = StoreState::fine;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Command> waiting_;
  std::optional<std::chrono::steady_clock::time_point> busy_since_; // guarded by mutex_
  std::optional<RequestId> saving_;
  bool looks_ = false;
  std::jthread thread_; // last: it uses the others
};

// Whether a station in this directory could save now: room on the disk, and the right to write.
StoreState state_of_store(const std::filesystem::path& directory);

} // namespace walkin::kiosk
