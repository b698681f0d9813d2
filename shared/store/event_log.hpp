// The log: every event this replica holds, with what the desk said of it. Rows are appended and never edited
// but for that verdict, the order it gives, and the contact part's state.
#pragma once

#include "shared/domain/event.hpp"
#include "shared/store/database.hpp"

#include <functional>
#include <vector>

namespace walkin::store {

// Part of the schema of stations and of the desk.
extern const std::string_view k_event_log_sql;

struct StoredEvent {
  domain::Event event;
  std::int64_t effective = 0;
  std::optional<base::Instant> received; // at the desk
  domain::Verdict verdict = domain::Verdict::pending;
  std::string reason;
  std::int64_t position = 0; // in this log; at the desk also the position in the feed
  base::Hash receipt = {};   // at stations: by which the desk knows again what it had placed; zero: none
};

// What the fold needs of it. A body that cannot be read makes it an event of unknown kind.
domain::TicketEvent to_ticket_event(StoredEvent stored);

// Whether an event is as it was hashed, its contact part included where it can be read.
bool is_sound(const domain::Event& event);

// Last link of a replica's chain.
struct ChainHead {
  std::uint64_t replica_seq = 0;
  base::Hash hash;
  base::Hlc claimed;
};

class EventLog {
public:
  explicit EventLog(Database& db) : db_(db) {}

  // The next event of a replica's own chain: id, sequence, stamp, texts and hashes. Its contact part is plain
  // and salted. Not appended yet.
  domain::Event next_own(const domain::ReplicaId& replica, const domain::TicketId& ticket,
                         const domain::EventParts& parts, domain::Seen seen, base::Instant at,
                         base::Random& random);

  // Appends; the position is the next one. An id that is there already throws. A replica's place in its chain
  // can be there twice: a desk and a station put back to the same night both go on from there, and then what
  // was lost is given back by others.
  std::int64_t append(Transaction&, const StoredEvent& stored);
  // Appends unless the id is there already; whether it did.
  bool append_if_free(Transaction&, const StoredEvent& stored);

  // The desk's word on an event held already.
  void settle(Transaction&, const domain::EventId& id, domain::Verdict verdict, std::string_view reason,
              std::int64_t effective, base::Instant received, const base::Hash& receipt);
  // A receipt for an event held already, where it has none of this kind.
  void keep_receipt(Transaction&, const domain::EventId& id, const base::Hash& receipt);

  std::optional<StoredEvent> find(const domain::EventId& id);
  // What of it decides how an event that comes again is taken; cheaper than all of it.
  struct Placed {
    domain::TicketId ticket;
    domain::ReplicaId replica;
    std::uint64_t replica_seq = 0;
    std::int64_t effective = 0;
    bool is_received = false;
    domain::Verdict verdict = domain::Verdict::pending;
  };
  std::optional<Placed> find_placed(const domain::EventId& id);
  std::optional<StoredEvent> find(const domain::ReplicaId& replica, std::uint64_t replica_seq);
  bool has_ticket(const domain::TicketId& ticket); // any event of it
  std::vector<StoredEvent> of_ticket(const domain::TicketId& ticket);
  // The last link of a replica's chain as far as it was ever in this log; what was forgotten counts.
  ChainHead chain_head(const domain::ReplicaId& replica);
  ChainHead chain_floor(const domain::ReplicaId& replica); // the newest of those forgotten

  // Takes an event out that the desk has. Its place in the chain stays taken.
  void forget(Transaction&, const domain::Event& event);
  // Takes all events of a ticket out, for good. The places that they have in the chain of `own` stay taken.
  // How many.
  std::size_t let_go(Transaction&, const domain::TicketId& ticket, const domain::ReplicaId& own);
  // Takes an event out that nobody but this replica has ever seen, as if it had not been appended.
  void withdraw(Transaction&, const domain::EventId& id);

  // Greatest effective clock among `seen` and what `replica` had written to this ticket before.
  std::optional<std::int64_t> based_on(const domain::Event& event);

  void set_contact(Transaction&, const domain::EventId& id, domain::ContactState state,
                   std::string_view contact);
  // The plain contact part of an event held here without it; whether there was something to give.
  bool give_back_contact(Transaction&, const domain::Event& event);

  // Drops every contact part of this ticket's events and notes the erasure; false when it is noted already.
  // With `position`, it is told from there on in the feed.
  bool erase(Transaction&, const domain::Erasure& erasure, std::int64_t position);
  bool is_erased(const domain::TicketId& ticket);
  std::vector<domain::Erasure> erasures();

  // Writes a row anew that was damaged or lost; its position stays where it still has one.
  void replace(Transaction&, const StoredEvent& stored);

  // Calls `visit` for every row that the desk has placed, whose ticket is in the projection, and that is as
  // it was hashed: computed from what is stored, so a row that was changed on the disk is left out.
  void scan_sound(const std::function<void(const StoredEvent&)>& visit);

  // Takes out the rows of others that the desk has placed and that are not as they were written; of which
  // tickets. Who still has them whole can give them again.
  std::vector<domain::TicketId> drop_damaged(Transaction&, const domain::ReplicaId& own);

  // Sound rows that the desk has placed, from `after` (exclusive) on in order of position.
  std::vector<StoredEvent> placed_after(std::int64_t after, std::size_t count_max);

  // Calls `visit` for every row from `after` (exclusive) on in order of position, until it returns false.
  void scan(std::int64_t after, const std::function<bool(StoredEvent&&)>& visit);

private:
  std::int64_t insert(const StoredEvent& stored, std::optional<std::int64_t> position,
                      bool only_if_free = false);

  Database& db_;
};

} // namespace walkin::store
