// Which content the events of a log name, and the removal of content that none does any more.
#pragma once

#include "shared/store/blobs.hpp"
#include "shared/store/database.hpp"

#include <set>

namespace walkin::store {

struct NamedFiles {
  std::set<base::Sha256> kept;   // named by at least one event whose contact part is there
  std::set<base::Sha256> erased; // named by erased events only
};

// Of all events in a log (k_event_log_sql).
NamedFiles files_named(Database& db);

// Removes erased content at once and, where `unnamed_before` is given, content that no event names and that
// nobody has put since then. Returns how many files were removed. Where a log may have lost events that
// others still hold (a desk restored from a backup), content without a name is not to be removed.
std::size_t remove_unneeded(Blobs& blobs, const NamedFiles& named,
                            std::optional<base::Instant> unnamed_before);

} // namespace walkin::store
