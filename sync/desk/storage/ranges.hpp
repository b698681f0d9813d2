// The desk's side of repair: what it holds of a scope, by ranges of event hashes, and events by their hashes.
#pragma once

#include "shared/protocol/repair_messages.hpp"
#include "sync/desk/storage/desk_log.hpp"

#include <list>
#include <memory>
#include <mutex>

namespace walkin::desk {

// The hashes of a scope's events at one position of the feed.
struct ScopeContents {
  std::string scope;
  std::int64_t position = 0;
  protocol::HashSet hashes;
  std::vector<std::pair<base::Hash, std::int64_t>> positions; // of each event, by hash
};

// Keeps what the last repairs read, since a repair asks for the same several times. Safe to call from any
// thread.
class ScopeContentsCache {
public:
  // `db` is inside a read transaction.
  std::shared_ptr<const ScopeContents> get(store::Database& db, std::string_view scope);

private:
  std::mutex mutex_;
  std::list<std::shared_ptr<const ScopeContents>> kept_; // newest first
};

protocol::RangesReply compare_ranges(const ScopeContents& contents, const protocol::RangesRequest& request);
protocol::EventsReply read_events(store::Database& db, const ScopeContents& contents,
                                  const protocol::EventsRequest& request);

} // namespace walkin::desk
