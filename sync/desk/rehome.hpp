// A new identity for a station whose folder was copied or put back to an earlier state.
#pragma once

#include "sync/desk/accounts.hpp"
#include "sync/desk/storage/desk_log.hpp"

namespace walkin::desk {

struct NewIdentity {
  Station station;
  std::string token;
};

// The same one for the same key, as an answer may be lost. Errors: conflict (fork: another copy of the
// station has written under it, so that it asks with a new key), denied, busy.
base::Result<NewIdentity> rehome(Accounts& accounts, DeskLog& log, const base::ReplicaId& from,
                                 const base::Hash& key, base::Instant now);

} // namespace walkin::desk
