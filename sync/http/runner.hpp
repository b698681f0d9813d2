// Carries out the engine's actions with a station's store and a link to the desk. The engine decides, the
// runner does.
#pragma once

#include "shared/store/station.hpp"
#include "sync/engine/engine.hpp"
#include "sync/http/transport.hpp"

#include <deque>
#include <future>

namespace walkin::sync {

// Whether the desk works while the station does: the next batch is pushed while the desk still works on the
// last one, and the feed's next page asked for while the last one is being stored, on threads of their own.
enum class AskAhead : bool { no, yes };

// Belongs to the thread that owns `station` and `link`; never holds a transaction across the network.
class Runner {
public:
  Runner(store::Station& station, Link& link, const base::Clock& clock, base::Random& random,
         Tuning tuning = {}, AskAhead ask_ahead = AskAhead::no);

  // Steps the engine until it wants to wait; returns until when. `input` is Tick or LocalWork. Faults of the
  // store are noted in the summary, none is thrown. Nothing uses the link when it has returned.
  Instant run(Input input);

  const Summary& summary() const { return engine_.summary(); }

private:
  Input carry_out(Action&& action);
  Input read_outbox(const action::ReadOutbox& limits);
  input::PushAnswer push(protocol::PushRequest request);
  input::PushAnswer push_now(const protocol::PushRequest& request);
  void send(protocol::PushRequest request);
  void send_next();
  std::vector<protocol::ScopeDigest> digests();
  DocumentsHeld documents_held();
  input::HeldDocuments held_documents(const action::ReadHeldDocuments& action);
  void purge();
  void store_documents(const action::StoreDocuments& action);
  input::PullAnswer pull(const protocol::PullRequest& request);
  input::PullAnswer pull_now(const protocol::PullRequest& request);
  Link& link(); // no longer in use by what is asked for ahead

  store::Station& station_;
  Link& link_;
  const base::Clock& clock_;
  Engine engine_;
  const AskAhead ask_ahead_;
  action::ReadOutbox batch_limits_{};
  Instant purge_at_{};
  // Last, for their end waits for their threads. At most one of the two is there.
  struct Ahead {
    std::string cursor;
    std::future<input::PullAnswer> answer;
  };
  std::optional<Ahead> ahead_;
  struct Sent {
    std::shared_ptr<const protocol::PushRequest> request;
    std::future<input::PushAnswer> answer;
    bool is_early; // the batch before it was still under way
  };
  std::deque<Sent> sent_;                        // the batches that are next in the outbox, in their order
  std::optional<protocol::KnownHead> confirmed_; // the last link before them that the desk has said yes to
};

// What the desk gave at enrolment, from a one-time code. Makes the station's directory only after the desk
// has said yes. A station that its desk does not know any more, for it was put back to a time before the
// enrolment or has revoked it, gets a new identity and keeps all that it has. Errors: conflict (a station is
// there already), offline, denied, invalid.
base::Status enroll(const std::filesystem::path& directory, std::string_view desk_url, std::string_view code,
                    std::string_view ca_file, const base::Clock& clock, base::Random& random);

} // namespace walkin::sync
