// The desk's judgement on what a station pushes: one verdict an event, stored with it.
#pragma once

#include "shared/protocol/messages.hpp"
#include "shared/store/ticket_table.hpp"
#include "sync/desk/storage/desk_log.hpp"
#include "sync/desk/storage/quarantine.hpp"
#include "sync/desk/storage/receipts.hpp"
#include "sync/desk/storage/scopes.hpp"
#include "sync/desk/storage/sealed_contact.hpp"

#include <set>
#include <unordered_map>

namespace walkin::desk {

// An event that can be taken into the log, and the same taken apart.
struct Placeable {
  store::StoredEvent stored;
  domain::TicketEvent parts;
};
// What is to be found out about the events of a push before it is their turn, which needs neither the log nor
// its lock: whether each is as it was hashed, and what is in it, or why it cannot be read. None for a contact
// part that is sealed. In the order of the push; from any thread.
using TakenApart = std::vector<std::optional<base::Result<Placeable>>>;
TakenApart take_apart(const protocol::DecodedPush& push);

// Works through one push under the writer's lock, in transactions of bounded size.
class Intake {
public:
  Intake(store::Database& db, const SyncPeer& peer, base::Instant now, TellErased tell_erased);

  // Moves out of `taken_apart`, which is of this push, what takes its place. Errors: conflict (the first
  // event that is new does not continue what the desk has of this station).
  base::Result<protocol::PushReply> run(const protocol::DecodedPush& push, TakenApart& taken_apart);
  // Afterwards, when the lock is no longer needed: what run() has placed of this push gets its receipts.
  void add_receipts(const protocol::DecodedPush& push, protocol::PushReply& reply) const;
  // Judges an event that was set aside once more, or drops it, and then those that were held back behind it;
  // how many of them have their place now.
  std::size_t release(store::Transaction&, const domain::EventId& id, bool is_dropped);
  std::vector<std::string> changed_codes() const { return {codes_.begin(), codes_.end()}; }

private:
  // What is known from outside the transaction may be out of date: another process may have taken in
  // something, of this station too. Errors: conflict.
  base::Status begin(store::Transaction&, const protocol::Standing& standing);
  void finish_commit(store::Transaction&, FeedCommit&);
  std::size_t release(store::Transaction&, FeedCommit&, const domain::EventId& id);
  struct Placed {
    domain::EventId id;
    domain::ReplicaId replica;
    std::uint64_t replica_seq;
    std::int64_t effective;
  };
  static Placed placed_of(const domain::Event& event, std::int64_t effective);
  // A ticket as far as it has been folded, so that ten events of one are not folded from the first ten times.
  struct OpenTicket {
    domain::TicketFolder folder;
    domain::Order last;
    bool is_new = true;         // nothing of it is in the log
    std::vector<Placed> placed; // what of it is in the log, in any order
  };
  OpenTicket& open(const domain::TicketId& ticket);
  void apply(const domain::TicketEvent& event);
  std::optional<std::int64_t> based_on(const domain::Event& event);
  protocol::PushVerdict judge(store::Transaction&, FeedCommit&, const domain::Event& event,
                              std::optional<base::Result<Placeable>>& taken_apart);
  // `held`: what the log has under its id.
  std::optional<protocol::PushVerdict> known(const domain::Event& event,
                                             const std::optional<store::StoredEvent>& held);
  bool forks(const domain::Event& event);
  bool awaits_ticket(const domain::Event& event);
  protocol::PushVerdict note_elsewhere(store::Transaction&, const domain::Event& event,
                                       const store::StoredEvent& held);
  protocol::PushVerdict judge_unreadable(store::Transaction&, const protocol::UnreadableEvent& event);
  base::Result<Placeable> read(domain::Event event);
  protocol::PushVerdict place(store::Transaction&, FeedCommit&, Placeable& placeable, base::Instant received);
  protocol::PushVerdict set_aside(store::Transaction&, SetAside aside);
  protocol::PushVerdict set_aside(store::Transaction&, const domain::Event& event, std::string reason,
                                  SetAside::State state = SetAside::State::unreadable);
  base::Status check_rules(const domain::TicketEvent& event);
  base::Status check_registration(const domain::EventParts& parts);

  store::Database& db_;
  store::EventLog log_;
  store::TicketTable tickets_;
  const SyncPeer& peer_;
  const base::Instant now_;
  const TellErased tell_erased_;
  store::ChainHead head_;
  SealedContact sealed_;
  const Receipts receipts_;
  bool was_given_back_ = false; // some of the log came back from stations after the desk was put back
  bool sets_aside_ = false;     // there is something in quarantine
  bool is_forked_ = false;      // from here on the batch is of another history
  std::unordered_map<domain::TicketId, OpenTicket> open_;
  std::set<domain::TicketId> touched_;
  std::set<std::string> codes_;
  struct PlacedNow {
    std::size_t verdict, event; // where they are in the reply and in the push
  };
  std::vector<PlacedNow> placed_now_;
  bool has_placed_ = false; // by the last judge()
};

} // namespace walkin::desk
