// Where what a station says of its own chain does not fit what the desk has of it: the station was copied, or
// put back to an earlier state.
#pragma once

#include "shared/domain/ticket.hpp"
#include "shared/protocol/messages.hpp"
#include "shared/store/event_log.hpp"

namespace walkin::desk {

// What a station is told that must go on under an identity of its own.
tl::unexpected<base::Error> forked();

// The last link of a replica's chain that the desk has, quarantined events included.
store::ChainHead chain_head_of(store::Database& db, const domain::ReplicaId& replica);

// Hashes, chains, verdicts and digests of the whole log; the first that does not fit, by name. `db` is inside
// a read transaction.
base::Status check_log(store::Database& db);

// That head, or what follows it in the log since others have given events of this replica back.
store::ChainHead advanced_head(store::Database& db, const domain::ReplicaId& replica, store::ChainHead head);

// What a station is told that knows of more than this desk does.
tl::unexpected<base::Error> put_back();

// Whether the station knows this desk as it is now, and its last acknowledged event is in the desk's history
// of it. Errors: conflict (epoch, behind, fork).
base::Status check_standing(store::Database& db, const domain::ReplicaId& replica,
                            const protocol::Standing& standing);
// The same of a pull, with which nothing is on its way: the head must be the desk's own.
base::Status check_standing_of_pull(store::Database& db, const domain::ReplicaId& replica,
                                    const protocol::Standing& standing);

// Whether its customer's data is erased and its history does not say so: the erasure came back to a desk that
// was put back before the ticket did.
bool lacks_erasure(store::EventLog& log, const domain::Ticket& ticket);

} // namespace walkin::desk
