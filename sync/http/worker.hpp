// Keeps one station in touch with the desk from a thread of its own, with its own connection to the store.
#pragma once

#include "sync/http/runner.hpp"
#include "sync/http/upload.hpp"

#include <functional>

namespace walkin::sync {

// What a screen says of the connection.
struct ConnectionState {
  bool in_touch = false;               // the last round got through
  std::optional<Instant> last_contact; // of the last one that did
  std::int64_t outbox = 0;
  std::string trouble;                 // in words, of the last failure
  std::int64_t reference_revision = 0; // another one: what the desk has written for this station is new

  bool looks_like(const ConnectionState& other) const {
    return in_touch == other.in_touch && outbox == other.outbox && trouble == other.trouble &&
           reference_revision == other.reference_revision;
  }
};

// Starts at once; stops promptly when destroyed, ending a request under way.
class Worker {
public:
  // `on_change` is called from the worker's thread after the first round and after each that changed more
  // than the time of the last contact, so that a quiet screen is not woken; it must not block. Clock and
  // random must outlive the worker. Errors: those of Station::open.
  static base::Result<std::unique_ptr<Worker>> start(const std::filesystem::path& station_directory,
                                                     const base::Clock& clock, base::Random& random,
                                                     std::function<void(const ConnectionState&)> on_change,
                                                     Tuning tuning = {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Nothing is called any more when it has returned. Once and for all; the destructor does it too.
  void stop();
  // There is something to send: do not wait for the next poll. From any thread.
  void nudge();

private:
  Worker(std::unique_ptr<store::Station> station, store::Blobs blobs, const base::Clock& clock,
         base::Random& random, std::function<void(const ConnectionState&)> on_change, Tuning tuning);
  void run(const std::stop_token& stop);
  void carry_files(const std::stop_token& stop, Instant until);
  void report();

  std::unique_ptr<store::Station> station_;
  store::Blobs blobs_;
  const base::Clock& clock_;
  std::function<void(const ConnectionState&)> on_change_;
  Transport transport_;
  Runner runner_;
  FileLane lane_;
  std::optional<ConnectionState> reported_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool nudged_ = false;
  std::jthread thread_; // last: it uses the others
};

} // namespace walkin::sync
