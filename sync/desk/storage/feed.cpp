#include "sync/desk/storage/feed.hpp"

#include "shared/base/text.hpp"
#include "sync/desk/storage/receipts.hpp"
#include "sync/desk/storage/recovery.hpp"
#include "sync/desk/storage/scopes.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace walkin::desk {

using base::ErrorCode;
using domain::TicketId;
using store::StoredEvent;

namespace {

constexpr std::size_t k_page_bytes_max = 2 * 1024 * 1024;
constexpr std::uint32_t k_page_events_max = 1000;
constexpr std::size_t k_erasures_max = 5000;
constexpr std::size_t k_chain_bytes_told = 8;
constexpr std::size_t k_scanned_rows_max = 5000; // so that a page without anything for a station ends too

// A place in the feed: a commit's end, and, when a page had to end within the commit that follows it, how far
// that one was told. Commits are told ticket by ticket.
struct Place {
  std::int64_t position = 0;
  struct Within {
    TicketId ticket;
    std::int64_t event = 0; // this ticket's events up to this position
  };
  std::optional<Within> within;
};

// "EPOCH.SCOPES.POSITION.CHAIN", or that and ".TICKET.EVENT"; opaque to stations. CHAIN is the beginning of
// the feed's chain hash at POSITION: a desk whose file was put back without a new epoch has another one
// there.
std::string write_place(std::string_view prefix, const Place& place, std::string_view chain) {
  std::string cursor = fmt::format("{}{}.{}", prefix, place.position, chain);
  if (place.within) cursor += fmt::format(".{}.{}", place.within->ticket.str(), place.within->event);
  return cursor;
}

std::string chain_at(store::Database& db, std::int64_t position) {
  auto row = db.query("SELECT chain FROM commits WHERE last_position = ?1");
  if (!row.bind(1, position).step()) return position == 0 ? "0" : "";
  return base::to_hex(base::as_bytes(row.text(0)).first(k_chain_bytes_told));
}

std::optional<Place> read_place(std::string_view prefix, std::string_view cursor, std::string& chain) {
  Place place;
  if (cursor.empty()) return place;
  if (!cursor.starts_with(prefix)) return std::nullopt;
  cursor.remove_prefix(prefix.size());
  auto next = [&] {
    auto part = cursor.substr(0, cursor.find('.'));
    cursor.remove_prefix(std::min(cursor.size(), part.size() + 1));
    return part;
  };
  auto position = base::parse_integer(next());
  if (!position || *position < 0) return std::nullopt;
  place.position = *position;
  chain = next();
  if (cursor.empty()) return place;
  auto ticket = TicketId::parse(next());
  auto event = base::parse_integer(cursor);
  if (!ticket || !event || *event < 0) return std::nullopt;
  place.within = Place::Within{*ticket, *event};
  return place;
}

// Those told between two places, oldest first; the place up to which all are in it.
std::int64_t read_erasures(store::Database& db, std::int64_t after, std::int64_t end,
                           protocol::PullReply& reply) {
  auto row =
      db.query("SELECT ticket, at, receipt, position FROM erasures WHERE position > ?1 AND position <= ?2 "
               "ORDER BY position");
  row.bind(1, after).bind(2, end);
  std::int64_t last = after;
  while (row.step()) {
    if (reply.erasures.size() >= k_erasures_max && row.integer(3) != last) return last;
    last = row.integer(3);
    reply.erasures.push_back({row.id<TicketId>(0), base::from_ms(row.integer(1)),
                              base::Hash::from_raw(row.text(2)).value_or(base::Hash{})});
  }
  return end;
}

// A page for a station that holds tickets. What it tells of is what is in the station's scopes now: a ticket
// whose last move within the page went in comes with its whole history; one that is in none of them and moved
// out is named. That leaves nothing out: take the last move of a ticket that is in a scope in the end; the
// page that covered it was read when the ticket was there already, or there would be a later move.
class EventPage {
public:
  EventPage(store::Database& db, const std::vector<std::string>& scopes, const Place& from,
            std::uint32_t events_max, const FeedLimits& limits, protocol::PullReply& reply)
      : db_(db),
        scopes_(scopes),
        place_(from),
        from_(from.position),
        limits_(limits),
        reply_(reply),
        receipts_(db),
        events_max_(std::min(events_max, k_page_events_max)) {}

  Place read() {
    while (auto end = next_commit()) {
      if (is_full()) {
        reply_.more = true;
        break;
      }
      if (!tell_commit(*end)) {
        reply_.more = true;
        break;
      }
      place_ = {*end, std::nullopt};
    }
    reply_.left.assign(left_.begin(), left_.end());
    read_erasures(db_, from_, place_.position, reply_); // fewer than the rows that were scanned
    return place_;
  }

private:
  std::optional<std::int64_t> next_commit() {
    auto row = db_.query("SELECT min(last_position) FROM commits WHERE last_position > ?1");
    row.bind(1, place_.position);
    if (!row.step() || row.is_null(0)) return std::nullopt;
    return row.integer(0);
  }

  bool is_full() const {
    return reply_.events.size() + left_.size() >= events_max_ || bytes_ >= k_page_bytes_max ||
           scanned_ >= k_scanned_rows_max;
  }

  // The commit that last brought this ticket into one of the scopes; nothing when it is in none of them now.
  // What is older comes with that one.
  std::optional<std::int64_t> came_with(const TicketId& ticket) {
    auto [known, is_new] = came_.try_emplace(ticket);
    if (!is_new || !is_in_scope(db_, ticket, scopes_)) return known->second;
    std::int64_t last = 0;
    for (const std::string& scope : scopes_) {
      auto row =
          db_.query("SELECT max(position) FROM scope_moves WHERE ticket = ?1 AND scope = ?2 AND entered = 1");
      row.bind(1, ticket).bind(2, scope);
      if (row.step() && !row.is_null(0)) last = std::max(last, row.integer(0));
    }
    return known->second = last;
  }

  // False when the page is as large as it may be before the commit's end; place_ says how far it got.
  bool tell_commit(std::int64_t end) {
    std::map<TicketId, std::vector<StoredEvent>> tickets;
    store::EventLog log(db_);
    log.scan(place_.position, [&](StoredEvent&& stored) {
      if (stored.position > end) return false;
      ++scanned_;
      auto came = came_with(stored.event.ticket);
      if (came && *came <= end) tickets[stored.event.ticket].push_back(std::move(stored));
      return true;
    });
    std::set<TicketId> leaving;
    auto moves = db_.query("SELECT ticket, scope, entered FROM scope_moves WHERE position = ?1");
    moves.bind(1, end);
    while (moves.step()) {
      auto ticket = moves.id<TicketId>(0);
      if (std::ranges::find(scopes_, moves.text(1)) == scopes_.end()) continue;
      auto came = came_with(ticket);
      if (moves.integer(2) == 0) {
        if (!came) leaving.insert(ticket);
      } else if (came == end) {
        tickets[ticket] = history(log, ticket, end);
      }
    }
    for (auto& [ticket, events] : tickets) {
      if (place_.within && ticket < place_.within->ticket) continue;
      for (StoredEvent& stored : events)
        if (!tell(ticket, std::move(stored))) return false;
    }
    left_.merge(leaving);
    return true;
  }

  static std::vector<StoredEvent> history(store::EventLog& log, const TicketId& ticket, std::int64_t end) {
    auto events = log.of_ticket(ticket);
    std::erase_if(events, [end](const StoredEvent& stored) { return stored.position > end; });
    return events;
  }

  bool tell(const TicketId& ticket, StoredEvent stored) {
    if (place_.within && place_.within->ticket == ticket && stored.position <= place_.within->event)
      return true;
    if (reply_.events.size() >= limits_.events_max || bytes_ >= limits_.bytes_max) return false;
    bytes_ += stored.event.body.size() + stored.event.contact.size() + 400;
    place_.within = Place::Within{ticket, stored.position};
    base::Hash receipt = receipts_.make(stored);
    reply_.events.push_back({std::move(stored.event), stored.effective, stored.received.value_or(reply_.now),
                             stored.verdict, std::move(stored.reason), receipt});
    return true;
  }

  store::Database& db_;
  const std::vector<std::string>& scopes_;
  Place place_;
  const std::int64_t from_;
  FeedLimits limits_;
  protocol::PullReply& reply_;
  const Receipts receipts_;
  std::size_t events_max_, bytes_ = 0, scanned_ = 0;
  std::unordered_map<TicketId, std::optional<std::int64_t>> came_;
  std::set<TicketId> left_;
};

// A page for a kiosk: the statuses that changed, those that are its site's no longer.
Place read_public_page(store::Database& db, const std::string& scope, std::int64_t after, std::int64_t newest,
                       std::uint32_t count_max, protocol::PullReply& reply) {
  auto row = db.query("SELECT t.ticket, t.code, t.queue_number, t.status, t.updated, s.public_position "
                      "FROM ticket_sums s JOIN tickets t ON t.ticket = s.ticket "
                      "WHERE s.public_scope = ?1 AND s.public_position > ?2 ORDER BY s.public_position");
  row.bind(1, scope).bind(2, after);
  std::int64_t end = after;
  while (row.step()) {
    if (reply.statuses.size() >= std::min(count_max, k_page_events_max) && row.integer(5) != end) {
      reply.more = true;
      break;
    }
    end = row.integer(5);
    reply.statuses.push_back({row.id<TicketId>(0), row.text(1), row.text(2),
                              domain::parse_status(row.text(3)).value_or(domain::TicketStatus::created),
                              base::from_ms(row.integer(4))});
  }
  if (!reply.more) end = newest;
  std::int64_t told = read_erasures(db, after, end, reply);
  reply.more = reply.more || told < end;
  end = told;
  auto gone =
      db.query("SELECT DISTINCT m.ticket FROM scope_moves m JOIN ticket_sums s ON s.ticket = m.ticket "
               "WHERE m.scope = ?1 AND m.scope GLOB 'public:*' AND m.position > ?2 AND m.position <= ?3 "
               "AND s.public_scope <> ?1");
  gone.bind(1, scope).bind(2, after).bind(3, end);
  while (gone.step()) reply.left.push_back(gone.id<TicketId>(0));
  return {end, std::nullopt};
}

} // namespace

std::vector<std::string> scopes_of(const SyncPeer& peer) {
  if (peer.is_kiosk) return {domain::public_scope(peer.site)};
  std::vector<std::string> scopes{domain::site_scope(peer.site)};
  if (!peer.person.empty()) scopes.push_back(domain::person_scope(peer.person));
  if (!peer.group.empty()) scopes.push_back(domain::group_scope(peer.group));
  return scopes;
}

base::Result<protocol::PullReply> read_feed(store::Database& db, std::string_view epoch, const SyncPeer& peer,
                                            const protocol::PullRequest& request, base::Instant now,
                                            const FeedLimits& limits) {
  protocol::PullReply reply;
  reply.scopes = scopes_of(peer);
  std::string prefix = fmt::format("{}.{}.", epoch, domain::scope_set_tag(reply.scopes));
  std::string chain = "0";
  auto from = read_place(prefix, request.cursor, chain);
  auto last = db.query("SELECT max(last_position) FROM commits");
  std::int64_t newest = last.step() && !last.is_null(0) ? last.integer(0) : 0;
  bool is_other_history = from && chain_at(db, from->position) != chain;
  if (is_other_history && !request.standing.epoch.empty()) return put_back();
  if (!from || is_other_history)
    return base::fail(
        ErrorCode::conflict,
        "This cursor is not from this desk, or from before this station was given other tickets. "
        "Start again without one; nothing is lost.",
        protocol::k_error_cursor);
  reply.now = now;
  reply.public_key = base::to_hex(base::as_bytes(Keys(db).current(KeyPurpose::contact).public_key));
  Place place = peer.is_kiosk
                    ? read_public_page(db, reply.scopes.front(), from->position, newest, request.limit, reply)
                    : EventPage(db, reply.scopes, *from, request.limit, limits, reply).read();
  reply.cursor = write_place(prefix, place, chain_at(db, place.position));
  if (!reply.more) reply.digests = read_digests(db, reply.scopes);
  return reply;
}

} // namespace walkin::desk
