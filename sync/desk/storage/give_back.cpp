#include "sync/desk/storage/give_back.hpp"

#include "sync/desk/storage/feed.hpp"
#include "sync/desk/storage/recovery.hpp"

namespace walkin::desk {

using protocol::GivenBack;

namespace {

// So that a page of the feed, which ends at a commit's end, stays within the limits of a message.
constexpr std::size_t k_commit_bytes_max = 2 * 1024 * 1024;

} // namespace

std::vector<domain::EventId> missing_of(store::Database& db, std::span<const protocol::HeldEvent> held) {
  std::vector<domain::EventId> missing;
  for (const protocol::HeldEvent& event : held) {
    auto row =
        db.query("SELECT 1 FROM events WHERE id = ?1 AND hash = ?2 AND verdict = ?3 AND (contact_state "
                 "NOT IN (2, 3) OR ticket IN (SELECT ticket FROM erasures))");
    row.bind(1, event.id).bind_blob(2, event.hash.raw()).bind(3, static_cast<std::int64_t>(event.verdict));
    if (!row.step()) missing.push_back(event.id);
  }
  return missing;
}

GiveBack::GiveBack(store::Database& db, const SyncPeer& peer, base::Instant now, TellErased tell_erased)
    : db_(db),
      log_(db),
      tickets_(db),
      peer_(peer),
      now_(now),
      tell_erased_(std::move(tell_erased)),
      receipts_(db),
      sealed_(db) {}

protocol::GiveBackReply GiveBack::run(const protocol::GiveBackRequest& request) {
  protocol::GiveBackReply reply;
  for (std::size_t next = 0; next < request.events.size();) {
    store::Transaction transaction(db_);
    FeedCommit commit(db_, scopes_of(peer_));
    for (std::size_t bytes = 0; next < request.events.size() && bytes < k_commit_bytes_max; ++next) {
      const protocol::PlacedEvent& placed = request.events[next];
      bytes += placed.event.body.size() + placed.event.contact.size() + 400;
      reply.outcomes.push_back(take(transaction, commit, placed));
    }
    finish_commit(transaction, commit);
  }
  codes_.erase("");
  return reply;
}

protocol::GiveBackReply::Outcome GiveBack::take(store::Transaction& transaction, FeedCommit& commit,
                                                protocol::PlacedEvent placed) {
  domain::Event& event = placed.event;
  if (!receipts_.fits(placed))
    return {event.id, GivenBack::refused, "It has no receipt of this desk for this place."};
  // What is sealed for a key that this desk does not have stays sealed: another may bring it readably.
  (void)sealed_.open(event).has_value();
  if (!store::is_sound(event)) return {event.id, GivenBack::refused, "The hash does not fit the event."};
  if (auto held = log_.find(event.id)) {
    if (held->event.hash != event.hash) return {event.id, GivenBack::elsewhere};
    if (log_.give_back_contact(transaction, event)) touched_.insert(event.ticket);
    protocol::GiveBackReply::Outcome outcome{event.id, GivenBack::held, held->reason};
    if (held->verdict != placed.verdict)
      outcome.judged = {event.id,        held->verdict,   true,  held->reason,
                        held->effective, *held->received, false, receipts_.make(*held)};
    return outcome;
  }
  // The desk and this event's station were both put back, and the station has written something else since:
  // both are kept, and the station goes on under an identity of its own.
  if (is_of_other_history(event))
    db_.query("INSERT OR IGNORE INTO forked_replicas VALUES (?1)").bind(1, event.replica).run();
  if (event.contact_state != domain::ContactState::none && log_.is_erased(event.ticket))
    event.contact_state = domain::ContactState::erased, event.contact.clear();
  domain::EventId id = event.id;
  touched_.insert(event.ticket);
  authors_.insert(event.replica);
  store::StoredEvent stored{std::move(event), placed.effective,         placed.received,
                            placed.verdict,   std::move(placed.reason), 0};
  std::int64_t position = log_.append(transaction, stored);
  commit.placed(position, stored.event);
  db_.query("INSERT INTO given_back VALUES (?1, ?2, ?3)")
      .bind(1, id)
      .bind(2, peer_.replica)
      .bind(3, base::to_ms(now_))
      .run();
  return {id, GivenBack::taken};
}

// Whether what the log has of its replica in this place, before it or behind it is of another chain.
bool GiveBack::is_of_other_history(const domain::Event& event) {
  if (log_.find(event.replica, event.replica_seq)) return true;
  auto before = log_.find(event.replica, event.replica_seq - 1);
  auto behind = log_.find(event.replica, event.replica_seq + 1);
  return (before && before->event.hash != event.previous) || (behind && behind->event.previous != event.hash);
}

void GiveBack::finish_commit(store::Transaction& transaction, FeedCommit& commit) {
  for (const domain::TicketId& ticket : touched_) {
    domain::Ticket projected = tickets_.project(transaction, ticket);
    if (lacks_erasure(log_, projected)) {
      tell_erased_(transaction, commit, ticket);
      projected = tickets_.project(transaction, ticket);
    }
    std::string code = projected.code();
    if (tickets_.count_code(code) > 1) repeated_.push_back(ticket);
    codes_.insert(std::move(code));
  }
  touched_.clear();
  commit.finish(transaction);
  for (const domain::ReplicaId& author : authors_) {
    store::ChainHead head = advanced_head(db_, author, chain_head_of(db_, author));
    db_.query("INSERT OR REPLACE INTO replicas VALUES (?1, ?2, ?3)")
        .bind(1, author)
        .bind(2, static_cast<std::int64_t>(head.replica_seq))
        .bind_blob(3, head.hash.raw())
        .run();
  }
  authors_.clear();
  transaction.commit();
}

} // namespace walkin::desk
