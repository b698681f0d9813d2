#include "sync/desk/storage/scopes.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::desk {

using domain::TicketId;

const std::string_view k_scopes_sql = R"sql(
CREATE TABLE commits (            -- where a page of the feed may end
  last_position INTEGER PRIMARY KEY,
  chain BLOB NOT NULL             -- BLAKE2b of the chain of the commit before and the hashes of this one's events
);
CREATE TABLE digests (            -- of each scope: count and sum of event hashes, or of public statuses
  scope TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  sum BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE ticket_sums (        -- of each ticket in the projection: what it adds to the digests of its scopes
  ticket BLOB PRIMARY KEY,
  count INTEGER NOT NULL,
  sum BLOB NOT NULL,
  public_scope TEXT NOT NULL,
  public_hash BLOB NOT NULL,
  public_position INTEGER NOT NULL -- of the commit that last changed its public status
) WITHOUT ROWID;
CREATE INDEX ticket_sums_public ON ticket_sums (public_scope, public_position);
CREATE TABLE ticket_scopes (
  ticket BLOB NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (ticket, scope)
) WITHOUT ROWID;
CREATE INDEX ticket_scopes_by_scope ON ticket_scopes (scope);
CREATE TABLE scope_moves (        -- at the last position of the commit that moved the ticket
  position INTEGER NOT NULL,
  ticket BLOB NOT NULL,
  scope TEXT NOT NULL,
  entered INTEGER NOT NULL,
  PRIMARY KEY (position, ticket, scope)
) WITHOUT ROWID;
CREATE INDEX scope_moves_of_ticket ON scope_moves (ticket, scope);
CREATE INDEX scope_moves_public ON scope_moves (scope, position) WHERE scope GLOB 'public:*';
)sql";

namespace {

base::Hash hash_in(const store::Query& row, int column) {
  return base::Hash::from_raw(row.text(column)).value_or(base::Hash{});
}

std::vector<std::string> held_scopes(store::Database& db, const TicketId& ticket) {
  auto row = db.query("SELECT scope FROM ticket_scopes WHERE ticket = ?1 ORDER BY scope");
  row.bind(1, ticket);
  std::vector<std::string> scopes;
  while (row.step()) scopes.push_back(row.text(0));
  return scopes;
}

// Of the tickets table, in the order of read_row().
constexpr std::string_view k_row_columns =
    "t.ticket, t.code, t.queue_number, t.status, t.updated, t.site, t.assignee, t.\"group\"";

} // namespace

struct FeedCommit::Row {
  std::string site, assignee, group;
  domain::PublicStatus status;

  static Row read(const store::Query& row) {
    Row out{row.text(5), row.text(6), row.text(7), {}};
    out.status = {row.id<TicketId>(0), row.text(1), row.text(2),
                  domain::parse_status(row.text(3)).value_or(domain::TicketStatus::created),
                  base::from_ms(row.integer(4))};
    return out;
  }
  std::vector<std::string> scopes() const {
    return domain::scopes_of({status.status, site, assignee, group});
  }
};

void FeedCommit::Sum::add(const Sum& other) {
  count += other.count;
  hashes.add(other.hashes.value());
}

void FeedCommit::Sum::remove(const Sum& other) {
  count -= other.count;
  hashes.remove(other.hashes.value());
}

void FeedCommit::placed(std::int64_t position, const domain::Event& event) {
  last_position_ = position;
  hashes_ += event.hash.raw();
  Sum& added = added_[event.ticket];
  ++added.count;
  added.hashes.add(event.hash);
}

std::optional<FeedCommit::Row> FeedCommit::row_of(const TicketId& ticket) {
  static const std::string k_select =
      fmt::format("SELECT {} FROM tickets t WHERE t.ticket = ?1", k_row_columns);
  auto row = db_.query(k_select);
  row.bind(1, ticket);
  if (!row.step()) return std::nullopt; // its registration was refused: in no scope
  return Row::read(row);
}

void FeedCommit::move(const std::string& scope, const TicketId& ticket, bool entered) {
  db_.query("INSERT INTO scope_moves (position, ticket, scope, entered) VALUES (?1, ?2, ?3, ?4)")
      .bind(1, last_position_)
      .bind(2, ticket)
      .bind(3, scope)
      .bind(4, std::int64_t{entered ? 1 : 0})
      .run();
  if (domain::is_public_scope(scope)) return;
  db_.query(entered ? "INSERT INTO ticket_scopes (ticket, scope) VALUES (?1, ?2)"
                    : "DELETE FROM ticket_scopes WHERE ticket = ?1 AND scope = ?2")
      .bind(1, ticket)
      .bind(2, scope)
      .run();
}

void FeedCommit::settle(const TicketId& ticket, const Sum& added) {
  Sum held, held_public;
  std::string public_scope;
  std::int64_t public_position = 0;
  bool is_known = false;
  {
    auto row = db_.query("SELECT count, sum, public_scope, public_hash, public_position FROM ticket_sums "
                         "WHERE ticket = ?1");
    row.bind(1, ticket);
    is_known = row.step();
    if (is_known) {
      held.count = row.integer(0);
      held.hashes.add(hash_in(row, 1));
      public_scope = row.text(2);
      held_public.hashes.add(hash_in(row, 3));
      held_public.count = public_scope.empty() ? 0 : 1;
      public_position = row.integer(4);
    }
  }
  // Whoever holds something of a ticket is told again that it was erased.
  db_.query("UPDATE erasures SET position = ?2 WHERE ticket = ?1")
      .bind(1, ticket)
      .bind(2, last_position_)
      .run();
  Sum total = held;
  total.add(added);
  auto row = row_of(ticket);
  auto before = held_scopes(db_, ticket);
  auto after = row ? row->scopes() : std::vector<std::string>{};
  for (const std::string& scope : before)
    if (!std::ranges::binary_search(after, scope)) {
      changes_[scope].remove(held);
      move(scope, ticket, false);
    }
  for (const std::string& scope : after) {
    bool was_there = std::ranges::binary_search(before, scope);
    changes_[scope].add(was_there ? added : total);
    if (!was_there) move(scope, ticket, true);
  }
  // Closed before the desk heard of it, say: no scope is left, and yet its author is to let go of it.
  for (const std::string& scope : author_scopes_)
    if (!domain::is_public_scope(scope) && !std::ranges::binary_search(before, scope) &&
        !std::ranges::binary_search(after, scope))
      move(scope, ticket, false);
  std::string next_public = row ? domain::public_scope(row->site) : std::string{};
  Sum shown;
  if (row) {
    shown.count = 1;
    shown.hashes.add(domain::hash_of(row->status));
  }
  if (next_public != public_scope || shown.hashes.value() != held_public.hashes.value()) {
    if (!public_scope.empty()) changes_[public_scope].remove(held_public);
    if (row) changes_[next_public].add(shown);
    if (!public_scope.empty() && next_public != public_scope) move(public_scope, ticket, false);
    public_position = last_position_;
  }
  // Not INSERT OR REPLACE: for that SQLite opens a savepoint, at which FTS5 writes out all it has gathered.
  db_.query(is_known ? "UPDATE ticket_sums SET count = ?2, sum = ?3, public_scope = ?4, public_hash = ?5, "
                       "public_position = ?6 WHERE ticket = ?1"
                     : "INSERT INTO ticket_sums VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(1, ticket)
      .bind(2, total.count)
      .bind_blob(3, total.hashes.value().raw())
      .bind(4, next_public)
      .bind_blob(5, shown.hashes.value().raw())
      .bind(6, public_position)
      .run();
}

namespace {

base::Hash next_chain(store::Database& db, std::string_view hashes) {
  auto before = db.query("SELECT chain FROM commits ORDER BY last_position DESC LIMIT 1");
  return chained(before.step() ? hash_in(before, 0) : base::Hash{}, hashes);
}

} // namespace

base::Hash chained(const base::Hash& before, std::string_view hashes) {
  return base::Hasher().raw(before.bytes).raw(hashes).finish();
}

void FeedCommit::finish(store::Transaction&) {
  if (added_.empty()) return;
  db_.query("INSERT INTO commits VALUES (?1, ?2)")
      .bind(1, last_position_)
      .bind_blob(2, next_chain(db_, hashes_).raw())
      .run();
  for (const auto& [ticket, added] : added_) settle(ticket, added);
  for (auto& [scope, sum] : changes_) {
    {
      auto before = db_.query("SELECT count, sum FROM digests WHERE scope = ?1");
      before.bind(1, scope);
      if (before.step()) {
        sum.count += before.integer(0);
        sum.hashes.add(hash_in(before, 1));
      }
    }
    db_.query("INSERT OR REPLACE INTO digests VALUES (?1, ?2, ?3)")
        .bind(1, scope)
        .bind(2, sum.count)
        .bind_blob(3, sum.hashes.value().raw())
        .run();
  }
}

bool is_in_scope(store::Database& db, const TicketId& ticket, const std::vector<std::string>& scopes) {
  return std::ranges::any_of(held_scopes(db, ticket), [&](const std::string& held) {
    return std::ranges::find(scopes, held) != scopes.end();
  });
}

bool was_in_scope(store::Database& db, const TicketId& ticket, const std::vector<std::string>& scopes) {
  return std::ranges::any_of(scopes, [&](const std::string& scope) {
    auto row = db.query("SELECT 1 FROM scope_moves WHERE ticket = ?1 AND scope = ?2 AND entered = 1 LIMIT 1");
    return row.bind(1, ticket).bind(2, scope).step();
  });
}

std::vector<protocol::ScopeDigest> read_digests(store::Database& db, const std::vector<std::string>& scopes) {
  std::vector<protocol::ScopeDigest> digests;
  for (const std::string& scope : scopes) {
    protocol::ScopeDigest digest{scope, 0, {}};
    auto row = db.query("SELECT count, sum FROM digests WHERE scope = ?1");
    row.bind(1, scope);
    if (row.step()) {
      digest.count = row.integer(0);
      digest.hash = hash_in(row, 1);
    }
    digests.push_back(std::move(digest));
  }
  return digests;
}

base::Status check_scopes(store::Database& db) {
  auto wrong = [](const std::string& what) {
    return base::fail(base::ErrorCode::unusable,
                      what + " does not fit the log. Restore the desk from a backup.", "scopes");
  };
  struct Sum {
    std::int64_t count = 0;
    base::HashSum hashes;
  };
  std::map<std::string, Sum> expected;
  auto tickets = db.query("SELECT t.ticket, t.code, t.queue_number, t.status, t.updated, t.site, t.assignee, "
                          "t.\"group\" FROM tickets t");
  while (tickets.step()) {
    domain::PublicStatus status{tickets.id<TicketId>(0), tickets.text(1), tickets.text(2),
                                domain::parse_status(tickets.text(3)).value_or(domain::TicketStatus::created),
                                base::from_ms(tickets.integer(4))};
    std::string site = tickets.text(5), assignee = tickets.text(6), group = tickets.text(7);
    Sum own;
    auto hashes = db.query("SELECT hash FROM events WHERE ticket = ?1");
    hashes.bind(1, status.ticket);
    for (; hashes.step(); ++own.count) own.hashes.add(hash_in(hashes, 0));
    auto scopes = domain::scopes_of({status.status, site, assignee, group});
    if (scopes != held_scopes(db, status.ticket)) return wrong("The list of scopes of ticket " + status.code);
    for (const std::string& scope : scopes) {
      expected[scope].count += own.count;
      expected[scope].hashes.add(own.hashes.value());
    }
    Sum& shown = expected[domain::public_scope(site)];
    ++shown.count;
    shown.hashes.add(domain::hash_of(status));
  }
  auto held = db.query("SELECT scope, count, sum FROM digests");
  while (held.step()) {
    const Sum& sum = expected[held.text(0)];
    if (sum.count != held.integer(1) || sum.hashes.value() != hash_in(held, 2))
      return wrong("The digest of " + held.text(0));
    expected.erase(held.text(0));
  }
  if (!expected.empty()) return wrong("The digest of " + expected.begin()->first);
  return {};
}

} // namespace walkin::desk
