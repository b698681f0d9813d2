// The feed: what one station has to know of the desk's log, page by page.
#pragma once

#include "sync/desk/storage/desk_log.hpp"

namespace walkin::desk {

// A page after the request's cursor, and the digests when it is the last. `db` is inside a read transaction,
// so that rows, the feed's end and the digests are of one moment. Leaves poll_after_ms to the caller. Errors:
// conflict (no cursor of this desk).
base::Result<protocol::PullReply> read_feed(store::Database& db, std::string_view epoch, const SyncPeer& peer,
                                            const protocol::PullRequest& request, base::Instant now,
                                            const FeedLimits& limits);

// What a station is given: for a kiosk its site's public statuses, for a technician the site's open tickets
// and those of the person and their group.
std::vector<std::string> scopes_of(const SyncPeer& peer);

} // namespace walkin::desk
