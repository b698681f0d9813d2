// The desk's tickets in SQLite: the log of all replicas, which is the feed too, its projection, and what the
// domain's rules say of each event that comes in.
#pragma once

#include "shared/protocol/recovery_messages.hpp"
#include "shared/protocol/repair_messages.hpp"
#include "shared/store/named_files.hpp"
#include "shared/store/ticket_table.hpp"
#include "sync/desk/storage/keys.hpp"
#include "sync/desk/storage/quarantine.hpp"
#include "sync/desk/tickets.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace walkin::desk {

class FeedCommit;
class ScopeContentsCache;
struct ScopeContents;

// Who pushes or pulls, as its token says.
struct SyncPeer {
  base::ReplicaId replica;
  std::string site;
  std::string prefix;
  bool is_kiosk = false;               // gets no events: a kiosk holds nothing about people
  std::string person = {}, group = {}; // whose tickets a technician's station holds besides its site's
};

// A page of the feed ends at a commit's end, unless the commit alone is larger than this: then between two
// events, the first of them told whole tickets at a time.
struct FeedLimits {
  std::size_t events_max = protocol::k_pull_events_max;
  std::size_t bytes_max = 3 * 1024 * 1024;
};

// Appends the desk's event that says that a ticket was erased.
using TellErased = std::function<void(store::Transaction&, FeedCommit&, const domain::TicketId&)>;

// An event that the desk itself writes at a given time, for samples and imports.
struct DatedEvent {
  domain::TicketId ticket;
  base::Instant at;
  domain::EventParts parts;
  std::string by;
};

// Of tickets.db, for what keeps its own connection to it.
const store::Schema& desk_schema();

// Safe to call from any thread: one writer at a time, readers beside it. Faults of the database are
// exceptions.
class DeskLog final : public Tickets {
public:
  // Errors as of store::Database::open. `replica` is the desk's own, `prefix` that of its ticket codes.
  static base::Result<std::unique_ptr<DeskLog>> open(const std::filesystem::path& file, store::Access access,
                                                     const domain::ReplicaId& replica,
                                                     std::string_view prefix, const base::Clock& clock,
                                                     base::Random& random);
  ~DeskLog() override;

  // A push. Every event gets its verdict; what is applied or rejected is durable and in the feed on return.
  // Errors of both: conflict, with the protocol's code as context (fork, cursor); nothing was changed.
  base::Result<protocol::PushReply> intake(const SyncPeer& peer, const protocol::DecodedPush& push);
  // The feed of the peer's scopes after a cursor, which belongs to this desk and to one set of scopes.
  base::Result<protocol::PullReply> feed(const SyncPeer& peer, const protocol::PullRequest& request,
                                         const FeedLimits& limits = {});
  // What the desk holds otherwise than the peer in ranges of event hashes, and events by their hashes.
  // Errors: denied (a scope that is not this peer's).
  base::Result<protocol::RangesReply> ranges(const SyncPeer& peer, const protocol::RangesRequest& request);
  base::Result<protocol::EventsReply> events(const SyncPeer& peer, const protocol::EventsRequest& request);
  // After the desk was put back to an earlier state: what a station holds and the desk does not, and what it
  // gives back of that. What was taken is durable and in the feed on return.
  base::Result<protocol::MissingReply> missing(const SyncPeer& peer, const protocol::MissingRequest& request);
  base::Result<protocol::GiveBackReply> give_back(const SyncPeer& peer,
                                                  const protocol::GiveBackRequest& request);
  // What could not be read and what waits behind it; and the administrator's decision about one that could
  // not: try again, or drop it for good. How many events have their place now. `peer`: its station. Errors:
  // not_found, not_allowed.
  std::vector<SetAside> quarantined();
  base::Result<std::size_t> release(const SyncPeer& peer, const domain::EventId& id, bool is_dropped);
  // Erases the customer's data from these tickets: the contact parts of all their events, here, at every
  // station, and in what comes later. Ids, hashes and what happened stay. Durable on return; the content of
  // attachments is for the caller to remove (remove_erased_files). Those that were erased by this call.
  std::vector<std::string> erase(std::span<const std::string> codes, std::string_view author);
  // Codes of the tickets with this value as name, mail, telephone or number of the customer.
  std::vector<std::string> codes_of_customer(std::string_view value);
  std::string epoch();
  bool has_events_of(const domain::ReplicaId& replica);
  std::optional<domain::Ticket> find(const domain::TicketId& ticket);
  // The one ticket whose slip says this code, be it the ticket's present or a former one; nothing where
  // several do, since nobody can tell then whose slip it is.
  std::optional<domain::Ticket> find_by_slip(std::string_view code);
  // Whether the peer may read this ticket.
  bool is_in_scope(const SyncPeer& peer, const domain::Ticket& ticket);
  // Whether the station may write on it: whoever has ever held it may.
  bool has_held(const SyncPeer& peer, const domain::TicketId& ticket);
  store::NamedFiles files_named();
  // A ticket's page shows something new that is no event: a file has arrived.
  void announce_files(std::string code) { announce({std::move(code)}); }

  // The key to which stations seal contact parts, hexadecimal.
  std::string public_key();
  // All keys, newest first, without their secret halves.
  std::vector<DeskKey> keys();
  // A new key from now on; the old one still opens what was sealed to it.
  DeskKey rotate_key(KeyPurpose purpose);

  // Codes of the desk's own prefix, never given again.
  std::vector<std::string> take_codes(std::size_t count);
  // Appends without asking the workflow, in commits of bounded size.
  void import(std::span<const DatedEvent> events);

  TicketPage list(const TicketQuery& query) override;
  ViewCounts counts(std::string_view me, base::Instant now) override;
  std::optional<domain::Ticket> find(std::string_view code) override;
  base::Status append(std::string_view code, std::string_view author, const domain::EventParts& parts,
                      const domain::Seen& expected) override;
  std::uint64_t position() override;
  Changes wait(std::uint64_t after, base::Millis at_most) override;
  void wake_all() override;
  base::Status check_integrity() override;

private:
  class Reader;
  struct ChangedTicket {
    std::uint64_t position;
    std::string code;
  };
  struct CachedCounts {
    std::uint64_t position;
    base::Instant at;
    ViewCounts counts;
  };

  DeskLog(std::filesystem::path file, std::unique_ptr<store::Database> writer,
          const domain::ReplicaId& replica, std::string_view prefix, const base::Clock& clock,
          base::Random& random);
  std::unique_ptr<store::Database> open_reader();
  std::shared_ptr<const ScopeContents> contents_of(store::Database& db, const SyncPeer& peer,
                                                   std::string_view scope);
  void announce(std::vector<std::string> codes);
  void append_own(store::Transaction&, FeedCommit&, const DatedEvent& event, domain::Seen seen);
  TellErased tell_erased();
  void append_erased(store::Transaction&, FeedCommit&, const domain::TicketId& ticket,
                     std::string_view author);
  std::string erase_ticket(store::Transaction&, const domain::Erasure& erasure, std::string_view author);
  void take_erasures(std::span<const domain::Erasure> erasures);
  void forget_words();
  std::string take_code(store::Transaction&);
  void give_other_code(const domain::TicketId& ticket);

  const std::filesystem::path file_;
  const domain::ReplicaId replica_;
  const std::string prefix_;
  const base::Clock& clock_;
  base::Random& random_;

  std::mutex write_mutex_; // guards writer_
  std::unique_ptr<store::Database> writer_;
  std::mutex readers_mutex_; // guards readers_
  std::vector<std::unique_ptr<store::Database>> readers_;

  std::unique_ptr<ScopeContentsCache> contents_;

  std::mutex change_mutex_; // guards what follows
  std::condition_variable changed_;
  std::uint64_t position_ = 0; // grows by one with each ticket changed
  std::deque<ChangedTicket> recent_;
  base::Instant last_change_{};
  bool stopping_ = false;
  std::map<std::string, CachedCounts, std::less<>> counts_; // by person
};

} // namespace walkin::desk
