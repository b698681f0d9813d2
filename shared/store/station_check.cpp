#include "shared/store/station.hpp"

#include <fmt/format.h>

namespace walkin::store {

using base::ErrorCode;
using domain::Verdict;

base::Status Station::check() {
  if (auto sound = db_->check_integrity(); !sound) return sound;
  base::Status found;
  std::uint64_t last_seq = 0;
  base::Hash last_hash;
  log_.scan(0, [&](StoredEvent&& stored) {
    const domain::Event& event = stored.event;
    auto damaged = [&](std::string_view what) {
      found = base::fail(ErrorCode::unusable,
                         fmt::format("Event {} of ticket {}: {}.", event.id.str(), event.ticket.str(), what),
                         event.id.str());
      return false;
    };
    if (domain::compute_hash(event) != event.hash) return damaged("its hash does not fit what is stored");
    if (event.contact_state == domain::ContactState::plain &&
        domain::compute_contact_hash(event.contact) != event.contact_hash)
      return damaged("the hash of its contact part does not fit what is stored");
    if (event.replica == identity_.replica) {
      if (event.replica_seq != last_seq + 1 || event.previous != last_hash)
        return damaged("the chain of this station is broken");
      last_seq = event.replica_seq;
      last_hash = event.hash;
    }
    return true;
  });
  if (!found) return found;
  auto lost =
      db_->query("SELECT count(*) FROM events WHERE replica = ?1 AND received IS NULL AND verdict = 0 "
                 "AND replica_seq NOT IN (SELECT replica_seq FROM outbox)");
  lost.bind(1, identity_.replica).step();
  if (lost.integer(0) != 0)
    return base::fail(
        ErrorCode::unusable,
        fmt::format("{} events wait for the desk without being in the outbox.", lost.integer(0)), "outbox");
  auto gone = db_->query("SELECT count(*) FROM outbox o LEFT JOIN events e ON e.id = o.event "
                         "WHERE e.replica_seq IS NOT o.replica_seq");
  gone.step();
  if (gone.integer(0) != 0)
    return base::fail(ErrorCode::unusable,
                      fmt::format("{} events of the outbox are not in the log.", gone.integer(0)), "outbox");
  return tickets_.check();
}

} // namespace walkin::store
