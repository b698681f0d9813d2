#include "sync/desk/storage/recovery.hpp"

namespace walkin::desk {

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
  if (head->replica_seq > held.replica_seq) return {}; // the desk has lost something, not the station
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
