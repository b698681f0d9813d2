// What stations give back to a desk that was put back to an earlier state: events that it had placed and does
// not have any more, whoever wrote them.
#pragma once

#include "shared/protocol/recovery_messages.hpp"
#include "sync/desk/storage/desk_log.hpp"
#include "sync/desk/storage/receipts.hpp"
#include "sync/desk/storage/scopes.hpp"
#include "sync/desk/storage/sealed_contact.hpp"

#include <set>

namespace walkin::desk {

// Those of a station's events that this log does not hold, or not with the customer's words.
std::vector<domain::EventId> missing_of(store::Database& db, std::span<const protocol::HeldEvent> held);

// Works through one request under the writer's lock, in transactions of bounded size. An event comes back
// into the place that its receipt proves; at the end of the feed, so that every station hears of it.
class GiveBack {
public:
  GiveBack(store::Database& db, const SyncPeer& peer, base::Instant now, TellErased tell_erased);

  protocol::GiveBackReply run(const protocol::GiveBackRequest& request);
  // Tickets that came back with a code which another has been given since: their station was put back too.
  const std::vector<domain::TicketId>& repeated() const { return repeated_; }
  std::vector<std::string> changed_codes() const { return {codes_.begin(), codes_.end()}; }

private:
  protocol::GiveBackReply::Outcome take(store::Transaction&, FeedCommit&, protocol::PlacedEvent placed);
  bool is_of_other_history(const domain::Event& event);
  void finish_commit(store::Transaction&, FeedCommit&);

  store::Database& db_;
  store::EventLog log_;
  store::TicketTable tickets_;
  const SyncPeer& peer_;
  const base::Instant now_;
  const TellErased tell_erased_;
  const Receipts receipts_;
  SealedContact sealed_;
  std::set<domain::TicketId> touched_;
  std::set<domain::ReplicaId> authors_;
  std::set<std::string> codes_;
  std::vector<domain::TicketId> repeated_;
};

} // namespace walkin::desk
