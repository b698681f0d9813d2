#include "sync/desk/storage/ranges.hpp"

#include "sync/desk/storage/receipts.hpp"

#include <algorithm>

namespace walkin::desk {

namespace {

constexpr std::size_t k_kept_max = 4;
constexpr std::size_t k_reply_bytes_max = 2 * 1024 * 1024;

ScopeContents read_contents(store::Database& db, std::string_view scope, std::int64_t position) {
  ScopeContents out{std::string(scope), position, {}, {}};
  std::vector<base::Hash> hashes;
  auto row = db.query("SELECT e.hash, e.position FROM ticket_scopes s JOIN events e ON e.ticket = s.ticket "
                      "WHERE s.scope = ?1");
  row.bind(1, scope);
  while (row.step()) {
    base::Hash hash = base::Hash::from_raw(row.text(0)).value();
    hashes.push_back(hash);
    out.positions.emplace_back(hash, row.integer(1));
  }
  std::ranges::sort(out.positions);
  out.hashes = protocol::HashSet(std::move(hashes));
  return out;
}

} // namespace

std::shared_ptr<const ScopeContents> ScopeContentsCache::get(store::Database& db, std::string_view scope) {
  auto newest = db.query("SELECT max(last_position) FROM commits");
  newest.step();
  std::int64_t position = newest.integer(0);
  {
    std::lock_guard lock(mutex_);
    for (const auto& contents : kept_)
      if (contents->scope == scope && contents->position == position) return contents;
  }
  auto contents = std::make_shared<const ScopeContents>(read_contents(db, scope, position));
  std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const auto& old) { return old->scope == scope; });
  kept_.push_front(contents);
  if (kept_.size() > k_kept_max) kept_.pop_back();
  return contents;
}

protocol::RangesReply compare_ranges(const ScopeContents& contents, const protocol::RangesRequest& request) {
  protocol::RangesReply reply;
  for (const protocol::HashRange& theirs : request.ranges) {
    protocol::HashRange ours = contents.hashes.range(theirs.prefix);
    if (ours == theirs) continue;
    protocol::RangeDifference difference{theirs.prefix, {}, {}};
    if (static_cast<std::size_t>(ours.count) > protocol::k_range_list_max) {
      difference.parts = contents.hashes.parts(theirs.prefix);
    } else {
      auto members = contents.hashes.under(theirs.prefix);
      difference.members.assign(members.begin(), members.end());
    }
    reply.differences.push_back(std::move(difference));
  }
  return reply;
}

protocol::EventsReply read_events(store::Database& db, const ScopeContents& contents,
                                  const protocol::EventsRequest& request) {
  protocol::EventsReply reply;
  store::EventLog log(db);
  const Receipts receipts(db);
  std::size_t bytes = 0;
  for (const base::Hash& hash : request.hashes) {
    auto found =
        std::ranges::lower_bound(contents.positions, hash, {}, [](const auto& at) { return at.first; });
    if (found == contents.positions.end() || found->first != hash) continue;
    if (bytes >= k_reply_bytes_max) {
      reply.more = true;
      break;
    }
    log.scan(found->second - 1, [&](store::StoredEvent&& stored) {
      bytes += stored.event.body.size() + stored.event.contact.size() + 400;
      base::Hash receipt = receipts.make(stored);
      reply.events.push_back({std::move(stored.event), stored.effective,
                              stored.received.value_or(base::Instant{}), stored.verdict,
                              std::move(stored.reason), receipt});
      return false;
    });
  }
  return reply;
}

} // namespace walkin::desk
