#include "shared/store/station.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::store {

using base::ErrorCode;
using domain::Verdict;

// By sequence: a row that was repaired may stand at another position. Events that the desk has may have been
// taken out; all from there on must be here. A place can be there twice, where a copy of this station wrote
// in it too and the desk has lost and was given back both (EventLog::append): each follows one before it.
base::Status Station::check_chain() {
  const std::uint64_t floor = log_.chain_floor(identity_.replica).replica_seq;
  std::uint64_t seq = 0;
  std::vector<std::string> here = {base::Hash{}.raw()},
                           before; // hashes at this place and at the one before it
  auto row = db_->query(
      "SELECT replica_seq, previous, hash, id FROM events WHERE replica = ?1 ORDER BY replica_seq");
  row.bind(1, identity_.replica);
  while (row.step()) {
    const auto next = static_cast<std::uint64_t>(row.integer(0));
    if (next != seq) {
      before = next == seq + 1 ? std::move(here) : std::vector<std::string>{};
      here.clear();
    }
    seq = next;
    if (before.empty() ? seq - 1 > floor : std::ranges::find(before, row.text(1)) == before.end())
      return base::fail(ErrorCode::unusable,
                        fmt::format("Event {}: the chain of this station is broken before it.",
                                    row.id<domain::EventId>(3).str()),
                        row.id<domain::EventId>(3).str());
    here.push_back(row.text(2));
  }
  return {};
}

base::Status Station::check() {
  if (auto sound = db_->check_integrity(); !sound) return sound;
  base::Status found;
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
    return true;
  });
  if (!found) return found;
  if (auto chain = check_chain(); !chain) return chain;
  auto kept = db_->query("SELECT e.id FROM erasures x JOIN events e ON e.ticket = x.ticket "
                         "WHERE e.contact_state IN (1, 2) LIMIT 1");
  if (kept.step())
    return base::fail(
        ErrorCode::unusable,
        fmt::format("Event {} still holds what was to be erased.", kept.id<domain::EventId>(0).str()),
        "erasures");
  auto lost =
      db_->query("SELECT count(*) FROM events WHERE replica = ?1 AND received IS NULL AND verdict = 0 "
                 "AND replica_seq NOT IN (SELECT replica_seq FROM outbox) "
                 "AND id NOT IN (SELECT event FROM held_events)");
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
