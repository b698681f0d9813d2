// A station as the log sees it: what it may read and write, as its account says now.
#pragma once

#include "sync/desk/accounts.hpp"
#include "sync/desk/storage/desk_log.hpp"

namespace walkin::desk {

// With the person whose station it is and their group, unless they are disabled.
SyncPeer peer_of(const Station& station, Peers& peers);

} // namespace walkin::desk
