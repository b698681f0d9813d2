#include "sync/desk/rehome.hpp"

#include "sync/desk/security.hpp"
#include "sync/desk/storage/recovery.hpp"

namespace walkin::desk {

base::Result<NewIdentity> rehome(Accounts& accounts, DeskLog& log, const base::ReplicaId& from,
                                 const base::Hash& key, base::Instant now) {
  std::string token = rehome_token(key);
  auto station = accounts.split_station(from, token_hash(token), now);
  if (!station) return base::forward_error(station);
  if (log.has_events_of(station->replica)) return forked();
  return NewIdentity{std::move(*station), std::move(token)};
}

} // namespace walkin::desk
