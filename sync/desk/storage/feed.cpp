#include "sync/desk/storage/feed.hpp"

#include "shared/base/text.hpp"
#include "sync/desk/storage/intake.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::desk {

using base::ErrorCode;
using store::StoredEvent;

namespace {

constexpr std::size_t k_page_bytes_max = 2 * 1024 * 1024;
constexpr std::uint32_t k_page_events_max = 1000;

// "EPOCH.POSITION"; opaque to stations.
std::string make_cursor(std::string_view epoch, std::int64_t position) {
  return fmt::format("{}.{}", epoch, position);
}

std::optional<std::int64_t> read_cursor(std::string_view epoch, std::string_view cursor) {
  if (cursor.empty()) return 0;
  if (!cursor.starts_with(epoch) || cursor.size() < epoch.size() + 2 || cursor[epoch.size()] != '.')
    return std::nullopt;
  auto position = base::parse_integer(cursor.substr(epoch.size() + 1));
  return position && *position >= 0 ? position : std::nullopt;
}

} // namespace

base::Result<protocol::PullReply> read_feed(store::Database& db, std::string_view epoch, const SyncPeer& peer,
                                            const protocol::PullRequest& request, base::Instant now) {
  auto after = read_cursor(epoch, request.cursor);
  auto newest = db.query("SELECT max(position) FROM events");
  newest.step();
  // A position that is not there yet was given out before the desk was put back to an earlier state.
  if (!after || *after > newest.integer(0))
    return base::fail(ErrorCode::conflict, "This cursor is not from this desk. Start again without one.",
                      protocol::k_error_cursor);

  protocol::PullReply reply;
  reply.now = now;
  reply.public_key = base::to_hex(base::as_bytes(Keys(db).current(KeyPurpose::contact).public_key));
  if (peer.is_kiosk) {
    reply.cursor = make_cursor(epoch, newest.integer(0));
    return reply;
  }
  std::int64_t page_end = *after, commit_end = *after;
  std::size_t seen_rows = 0, bytes = 0;
  auto in_scope = [&](const domain::TicketId& ticket) {
    auto site = db.query("SELECT site FROM tickets WHERE ticket = ?1");
    site.bind(1, ticket);
    return site.step() && site.text(0) == peer.site;
  };
  auto end_of_commit = [&](std::int64_t position) {
    auto commit = db.query("SELECT min(last_position) FROM commits WHERE last_position >= ?1");
    commit.bind(1, position);
    return commit.step() && !commit.is_null(0) ? commit.integer(0) : position;
  };
  std::uint32_t rows_max = std::min(request.limit, k_page_events_max);
  store::EventLog(db).scan(*after, [&](StoredEvent&& stored) {
    if (stored.position > commit_end) {
      if (seen_rows >= rows_max || bytes >= k_page_bytes_max) {
        reply.more = true;
        return false;
      }
      commit_end = end_of_commit(stored.position);
    }
    ++seen_rows;
    page_end = stored.position;
    if (!in_scope(stored.event.ticket)) return true;
    bytes += stored.event.body.size() + stored.event.contact.size() + 400;
    reply.events.push_back({std::move(stored.event), stored.effective, stored.received.value_or(reply.now),
                            stored.verdict, std::move(stored.reason)});
    return true;
  });
  reply.cursor = make_cursor(epoch, page_end);
  if (!reply.more) {
    protocol::ScopeDigest digest{scope_of_site(peer.site), 0, {}};
    auto row = db.query("SELECT count, sum FROM digests WHERE scope = ?1");
    row.bind(1, digest.scope);
    if (row.step()) {
      digest.count = row.integer(0);
      digest.hash = base::Hash::from_raw(row.text(1)).value_or(base::Hash{});
    }
    reply.digests.push_back(std::move(digest));
  }
  return reply;
}

} // namespace walkin::desk
