// Carries out the engine's actions with a station's store and a link to the desk. The engine decides, the
// runner does.
#pragma once

#include "shared/store/station.hpp"
#include "sync/engine/engine.hpp"
#include "sync/http/transport.hpp"

#include <future>

namespace walkin::sync {

// Whether the feed's next page is asked for on a thread of its own while the last one is being stored.
enum class PullAhead : bool { no, yes };

// Belongs to the thread that owns `station` and `link`; never holds a transaction across the network.
class Runner {
public:
  Runner(store::Station& station, Link& link, const base::Clock& clock, base::Random& random,
         Tuning tuning = {}, PullAhead pull_ahead = PullAhead::no);

  // Steps the engine until it wants to wait; returns until when. `input` is Tick or LocalWork. Faults of the
  // store are noted in the summary, none is thrown. Nothing uses the link when it has returned.
  Instant run(Input input);

  const Summary& summary() const { return engine_.summary(); }

private:
  Input carry_out(Action&& action);
  Input read_outbox(std::size_t events_max, std::size_t bytes_max);
  std::vector<protocol::ScopeDigest> digests();
  void store_documents(const action::StoreDocuments& action);
  input::PullAnswer pull(const protocol::PullRequest& request);
  input::PullAnswer pull_now(const protocol::PullRequest& request);
  Link& link(); // no longer in use by a page that is asked for ahead

  store::Station& station_;
  Link& link_;
  const base::Clock& clock_;
  Engine engine_;
  const PullAhead pull_ahead_;
  struct Ahead {
    std::string cursor;
    std::future<input::PullAnswer> answer;
  };
  std::optional<Ahead> ahead_; // last: its end waits for its thread
};

// What the desk gave at enrolment, from a one-time code. Makes the station's directory only after the desk
// has said yes. Errors: conflict (a station is there already), offline, denied, invalid.
base::Status enroll(const std::filesystem::path& directory, std::string_view desk_url, std::string_view code,
                    std::string_view ca_file, const base::Clock& clock, base::Random& random);

} // namespace walkin::sync
