#include "sync/desk/storage/recovery.hpp"

#include "sync/desk/storage/scopes.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::desk {

namespace {

std::optional<std::string> finding_in(const store::StoredEvent& stored) {
  const domain::Event& event = stored.event;
  if (domain::compute_hash(event) != event.hash) return "its hash does not fit what is stored";
  if (event.contact_state == domain::ContactState::plain &&
      domain::compute_contact_hash(event.contact) != event.contact_hash)
    return "the hash of its contact part does not fit what is stored";
  bool is_judged = stored.verdict == domain::Verdict::applied || stored.verdict == domain::Verdict::rejected;
  if (!is_judged || !stored.received) return "it has no verdict";
  if (stored.verdict == domain::Verdict::rejected && stored.reason.empty())
    return "it was refused without a reason";
  return std::nullopt;
}

// Whether the commits' chain is made of the events as they stand.
base::Status check_feed_chain(store::Database& db) {
  auto commit = db.query("SELECT last_position, chain FROM commits ORDER BY last_position");
  auto event = db.query("SELECT position, hash FROM events ORDER BY position");
  bool has_event = event.step();
  base::Hash chain;
  while (commit.step()) {
    std::string hashes;
    for (; has_event && event.integer(0) <= commit.integer(0); has_event = event.step())
      hashes += event.text(1);
    chain = chained(chain, hashes);
    if (chain.raw() != commit.text(1))
      return base::fail(base::ErrorCode::unusable,
                        fmt::format("The feed up to position {} is not what was given out: an event was "
                                    "changed, taken out or put in.",
                                    commit.integer(0)),
                        "commits");
  }
  if (!has_event) return {};
  return base::fail(base::ErrorCode::unusable,
                    fmt::format("The event at position {} belongs to no commit.", event.integer(0)),
                    "commits");
}

} // namespace

base::Status check_log(store::Database& db) {
  base::Status found;
  store::EventLog(db).scan(0, [&](store::StoredEvent&& stored) {
    auto finding = finding_in(stored);
    if (!finding) return true;
    found = base::fail(
        base::ErrorCode::unusable,
        fmt::format("Event {} of ticket {}: {}.", stored.event.id.str(), stored.event.ticket.str(), *finding),
        stored.event.id.str());
    return false;
  });
  if (!found) return found;
  // An event in quarantine keeps its place without being in the log, so that only neighbours are compared. A
  // place can be there twice (EventLog::append); one of them has to be what follows builds on, or it builds
  // on one that was set aside in the same place. Of two histories that were both given back a part may be
  // lost.
  auto chain = db.query(
      "SELECT e.id FROM events e JOIN events b ON b.replica = e.replica AND b.replica_seq = "
      "e.replica_seq - 1 GROUP BY e.id HAVING max(e.previous = b.hash) = 0 AND NOT EXISTS (SELECT 1 "
      "FROM quarantine q WHERE q.replica = e.replica AND q.replica_seq = e.replica_seq - 1) AND NOT EXISTS "
      "(SELECT 1 FROM forked_replicas f WHERE f.replica = e.replica) LIMIT 1");
  if (chain.step()) {
    std::string id = chain.id<domain::EventId>(0).str();
    return base::fail(base::ErrorCode::unusable,
                      fmt::format("Event {}: the chain of its station is broken before it.", id), id);
  }
  if (auto feed = check_feed_chain(db); !feed) return feed;
  auto ahead =
      db.query("SELECT max(e.replica_seq), r.replica_seq FROM events e JOIN replicas r ON r.replica = "
               "e.replica WHERE e.id NOT IN (SELECT event FROM given_back) "
               "GROUP BY e.replica HAVING max(e.replica_seq) > r.replica_seq LIMIT 1");
  if (ahead.step())
    return base::fail(base::ErrorCode::unusable,
                      fmt::format("A station's chain is noted up to {}, but the log has its event {}.",
                                  ahead.integer(1), ahead.integer(0)),
                      "replicas");
  return {};
}

tl::unexpected<base::Error> forked() {
  return base::fail(
      base::ErrorCode::conflict,
      "The desk knows another history of this station, as if its folder had been copied or put back "
      "to an earlier state. Nothing is lost; it is to ask for an identity of its own.",
      protocol::k_error_fork);
}

store::ChainHead chain_head_of(store::Database& db, const domain::ReplicaId& replica) {
  auto row = db.query("SELECT replica_seq, hash FROM replicas WHERE replica = ?1");
  if (!row.bind(1, replica).step()) return {};
  return {static_cast<std::uint64_t>(row.integer(0)),
          base::Hash::from_raw(row.text(1)).value_or(base::Hash{}),
          {}};
}

store::ChainHead advanced_head(store::Database& db, const domain::ReplicaId& replica, store::ChainHead head) {
  for (;;) {
    auto next = db.query("SELECT hash, claimed FROM events WHERE replica = ?1 AND replica_seq = ?2 "
                         "AND previous = ?3");
    next.bind(1, replica).bind(2, static_cast<std::int64_t>(head.replica_seq) + 1);
    if (!next.bind_blob(3, head.hash.raw()).step()) return head;
    head = {head.replica_seq + 1, base::Hash::from_raw(next.text(0)).value_or(base::Hash{}),
            base::Hlc{next.integer(1)}};
  }
}

tl::unexpected<base::Error> put_back() {
  return base::fail(base::ErrorCode::conflict,
                    "The desk was put back to an earlier state. Nothing is lost: the station gives back what "
                    "the desk does not have any more.",
                    protocol::k_error_epoch);
}

namespace {

base::Status check_head(store::Database& db, const domain::ReplicaId& replica,
                        const std::optional<protocol::KnownHead>& head) {
  if (!head) return {};
  store::ChainHead held = chain_head_of(db, replica);
  if (head->replica_seq > held.replica_seq)
    return base::fail(
        base::ErrorCode::conflict,
        "The desk was put back to an earlier state and does not have all that this station had handed "
        "in. Nothing is lost: the station hands it in again.",
        protocol::k_error_behind);
  if (head->replica_seq == held.replica_seq) {
    if (head->hash != held.hash) return forked();
    return {};
  }
  auto row = db.query("SELECT max(hash = ?3) FROM events WHERE replica = ?1 AND replica_seq = ?2");
  row.bind(1, replica).bind(2, static_cast<std::int64_t>(head->replica_seq)).bind_blob(3, head->hash.raw());
  if (row.step() && !row.is_null(0) && row.integer(0) == 0) return forked();
  return {};
}

} // namespace

base::Status check_standing(store::Database& db, const domain::ReplicaId& replica,
                            const protocol::Standing& standing) {
  if (!standing.epoch.empty()) {
    auto epoch = db.query("SELECT value FROM meta WHERE key = 'epoch'");
    if (epoch.step() && epoch.text(0) != standing.epoch) return put_back();
  }
  auto split = db.query("SELECT 1 FROM forked_replicas WHERE replica = ?1");
  if (split.bind(1, replica).step()) return forked();
  return check_head(db, replica, standing.head);
}

base::Status check_standing_of_pull(store::Database& db, const domain::ReplicaId& replica,
                                    const protocol::Standing& standing) {
  if (auto stands = check_standing(db, replica, {standing.epoch, {}}); !stands || !standing.head)
    return stands;
  auto newest = db.query("SELECT max(replica_seq) FROM events WHERE replica = ?1");
  newest.bind(1, replica).step();
  std::uint64_t held = chain_head_of(db, replica).replica_seq;
  if (!newest.is_null(0)) held = std::max(held, static_cast<std::uint64_t>(newest.integer(0)));
  if (standing.head->replica_seq < held) return forked();
  return check_head(db, replica, standing.head);
}

bool lacks_erasure(store::EventLog& log, const domain::Ticket& ticket) {
  return !ticket.code().empty() && !ticket.is_erased() && log.is_erased(ticket.id);
}

} // namespace walkin::desk
