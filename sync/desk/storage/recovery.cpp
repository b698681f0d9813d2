#include "sync/desk/storage/recovery.hpp"

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
  // An event in quarantine keeps its place without being in the log, so that only neighbours are compared.
  auto chain =
      db.query("SELECT e.id FROM events e JOIN events b ON b.replica = e.replica AND b.replica_seq = "
               "e.replica_seq - 1 WHERE e.previous <> b.hash LIMIT 1");
  if (chain.step()) {
    std::string id = chain.id<domain::EventId>(0).str();
    return base::fail(base::ErrorCode::unusable,
                      fmt::format("Event {}: the chain of its station is broken before it.", id), id);
  }
  auto ahead =
      db.query("SELECT max(e.replica_seq), r.replica_seq FROM events e JOIN replicas r ON r.replica = "
               "e.replica GROUP BY e.replica HAVING max(e.replica_seq) > r.replica_seq LIMIT 1");
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
  auto row = db.query("SELECT hash FROM events WHERE replica = ?1 AND replica_seq = ?2");
  row.bind(1, replica).bind(2, static_cast<std::int64_t>(head->replica_seq));
  if (row.step() && row.text(0) != head->hash.raw()) return forked();
  return {};
}

base::Status check_head_of_pull(store::Database& db, const domain::ReplicaId& replica,
                                const std::optional<protocol::KnownHead>& head) {
  if (!head) return {};
  if (head->replica_seq < chain_head_of(db, replica).replica_seq) return forked();
  return check_head(db, replica, head);
}

} // namespace walkin::desk
