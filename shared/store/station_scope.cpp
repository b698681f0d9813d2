// Which tickets a station shows: those that came into its scopes, and are there still or wait to be sent.
#include "shared/base/seal.hpp"
#include "shared/store/station.hpp"

#include <algorithm>

namespace walkin::store {

using domain::ContactState;
using domain::TicketId;

const std::string_view k_station_scope_sql = R"sql(
CREATE TABLE leaving_tickets (ticket BLOB PRIMARY KEY) WITHOUT ROWID; -- out of view when the outbox has let go of them
CREATE TABLE swept_tickets (ticket BLOB PRIMARY KEY) WITHOUT ROWID;   -- told since a pull from the beginning began
CREATE TABLE public_status (      -- of a kiosk: all it knows of the tickets of its site
  ticket BLOB PRIMARY KEY,
  code TEXT NOT NULL,
  queue_number TEXT NOT NULL,
  status TEXT NOT NULL,
  updated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX public_status_by_code ON public_status (code);
)sql";

namespace {

std::vector<TicketId> read_ids(Database& db, std::string_view sql) {
  std::vector<TicketId> ids;
  auto row = db.query(sql);
  while (row.step()) ids.push_back(row.id<TicketId>(0));
  return ids;
}

domain::PublicStatus read_status(const Query& row) {
  return {row.id<TicketId>(0), row.text(1), row.text(2),
          domain::parse_status(row.text(3)).value_or(domain::TicketStatus::created),
          base::from_ms(row.integer(4))};
}

} // namespace

std::vector<std::string> Station::scopes() {
  std::vector<std::string> scopes;
  std::string told = meta("scopes");
  for (std::size_t start = 0; start < told.size();) {
    auto end = std::min(told.find('\n', start), told.size());
    scopes.push_back(told.substr(start, end - start));
    start = end + 1;
  }
  if (scopes.empty())
    scopes.push_back(is_kiosk() ? domain::public_scope(identity_.site) : domain::site_scope(identity_.site));
  return scopes;
}

void Station::store_scopes(Transaction& transaction, const std::vector<std::string>& scopes) {
  std::string told;
  for (const std::string& scope : scopes) told += (told.empty() ? "" : "\n") + scope;
  if (!told.empty() && told != meta("scopes")) set_meta(transaction, "scopes", told);
}

std::map<TicketId, std::vector<std::string>> Station::tickets_in(const std::vector<std::string>& scopes) {
  std::map<TicketId, std::vector<std::string>> out;
  auto row = db_->query("SELECT ticket, status, site, assignee, \"group\" FROM tickets");
  while (row.step()) {
    std::string site = row.text(2), assignee = row.text(3), group = row.text(4);
    auto held = domain::scopes_of(
        {domain::parse_status(row.text(1)).value_or(domain::TicketStatus::created), site, assignee, group});
    std::erase_if(held,
                  [&](const std::string& scope) { return std::ranges::find(scopes, scope) == scopes.end(); });
    if (!held.empty()) out.emplace(row.id<TicketId>(0), std::move(held));
  }
  return out;
}

std::vector<ScopeDigest> Station::digest() {
  std::vector<std::string> scopes = this->scopes();
  std::vector<ScopeDigest> digests;
  std::vector<base::HashSum> sums(scopes.size());
  for (const std::string& scope : scopes) digests.push_back({scope, 0, {}});
  auto add = [&](std::string_view scope, const base::Hash& hash) {
    auto at = static_cast<std::size_t>(std::ranges::find(scopes, scope) - scopes.begin());
    if (at == scopes.size()) return;
    sums[at].add(hash);
    ++digests[at].count;
  };
  if (is_kiosk()) {
    auto row = db_->query("SELECT ticket, code, queue_number, status, updated FROM public_status");
    while (row.step()) add(scopes.front(), domain::hash_of(read_status(row)));
  } else {
    auto held = tickets_in(scopes);
    log_.scan_sound([&](const StoredEvent& stored) {
      if (auto found = held.find(stored.event.ticket); found != held.end())
        for (const std::string& scope : found->second) add(scope, stored.event.hash);
    });
  }
  for (std::size_t i = 0; i < scopes.size(); ++i) digests[i].hash = sums[i].value();
  return digests;
}

std::vector<base::Hash> Station::event_hashes(std::string_view scope) {
  std::vector<base::Hash> hashes;
  auto held = tickets_in({std::string(scope)});
  log_.scan_sound([&](const StoredEvent& stored) {
    if (held.contains(stored.event.ticket)) hashes.push_back(stored.event.hash);
  });
  return hashes;
}

std::optional<domain::PublicStatus> Station::public_status(std::string_view code) {
  auto row =
      db_->query("SELECT ticket, code, queue_number, status, updated FROM public_status WHERE code = ?1");
  row.bind(1, code);
  if (!row.step()) return std::nullopt;
  return read_status(row);
}

base::Status Station::append_reply(const TicketId& id, std::vector<domain::EventParts> parts) {
  Transaction transaction(*db_);
  refresh_identity();
  const auto ticket = tickets_.load(id);
  for (domain::EventParts& part : parts) {
    auto kept = append_own(transaction, id, part, ticket ? domain::seen_of(*ticket, part) : domain::Seen{});
    if (!kept) return kept;
    tickets_.project(transaction, id);
  }
  transaction.commit();
  return {};
}

std::vector<TicketRow> Station::list(const TicketFilter& filter) {
  auto rows = tickets_.list(filter);
  if (!is_kiosk()) return rows;
  // A kiosk is told no events, so what it has written itself is all that its own rows know.
  for (TicketRow& row : rows)
    if (auto told = public_status(row.code)) {
      row.status = told->status;
      row.updated = std::max(row.updated, told->updated);
    }
  return rows;
}

void Station::store_statuses(Transaction&, const FeedPage& page) {
  for (const domain::PublicStatus& status : page.statuses)
    db_->query("INSERT OR REPLACE INTO public_status VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, status.ticket)
        .bind(2, status.code)
        .bind(3, status.queue_number)
        .bind(4, domain::name_of(status.status))
        .bind(5, base::to_ms(status.updated))
        .run();
  for (const TicketId& ticket : page.left)
    db_->query("DELETE FROM public_status WHERE ticket = ?1").bind(1, ticket).run();
}

void Station::begin_sweep(Transaction& transaction) {
  db_->execute("DELETE FROM swept_tickets; DELETE FROM public_status;");
  set_meta(transaction, "sweeping", "1");
}

void Station::came(Transaction&, const TicketId& ticket) {
  db_->query("DELETE FROM hidden_tickets WHERE ticket = ?1").bind(1, ticket).run();
  db_->query("DELETE FROM leaving_tickets WHERE ticket = ?1").bind(1, ticket).run();
  if (meta("sweeping") == "1")
    db_->query("INSERT OR IGNORE INTO swept_tickets VALUES (?1)").bind(1, ticket).run();
}

void Station::end_sweep(Transaction& transaction) {
  if (meta("sweeping") != "1") return;
  for (const TicketId& ticket : read_ids(
           *db_, "SELECT DISTINCT ticket FROM events WHERE ticket NOT IN (SELECT ticket FROM swept_tickets) "
                 "AND ticket NOT IN (SELECT ticket FROM hidden_tickets)"))
    left(transaction, ticket);
  db_->execute("DELETE FROM swept_tickets");
  set_meta(transaction, "sweeping", "");
}

// By its events: a damaged registration may have taken it out of the list. One that the desk refused stays
// with its author.
void Station::left(Transaction&, const TicketId& ticket) {
  auto held = db_->query("SELECT count(*), count(*) FILTER (WHERE kind = 'registered' AND verdict = 2) "
                         "FROM events WHERE ticket = ?1");
  held.bind(1, ticket).step();
  if (held.integer(0) == 0) return;
  // No page tells of this ticket any more: what came of those that the desk had set aside is asked for.
  db_->query("INSERT OR IGNORE INTO outbox SELECT e.replica_seq, e.id FROM held_events h "
             "JOIN events e ON e.id = h.event WHERE e.ticket = ?1 AND e.replica = ?2")
      .bind(1, ticket)
      .bind(2, identity_.replica)
      .run();
  db_->query("DELETE FROM held_events WHERE event IN (SELECT event FROM outbox)").run();
  if (held.integer(1) == 0)
    db_->query("INSERT OR IGNORE INTO leaving_tickets VALUES (?1)").bind(1, ticket).run();
}

// What waits for the desk keeps its ticket in view.
void Station::let_go(Transaction& transaction) {
  auto gone = read_ids(*db_, "SELECT ticket FROM leaving_tickets WHERE ticket NOT IN "
                             "(SELECT e.ticket FROM (SELECT event FROM outbox UNION ALL SELECT event FROM "
                             "held_events) o JOIN events e ON e.id = o.event)");
  if (gone.empty()) return;
  for (const TicketId& ticket : gone) hide(transaction, ticket);
  rewrite_words();
  recent_.reset();
}

// Words that are gone would stay in the index until it is merged some day.
void Station::rewrite_words() { db_->execute("INSERT INTO ticket_words (ticket_words) VALUES ('optimize')"); }

// Also of tickets that are out of view, and of what waits: the desk refuses that in words.
bool Station::apply_erasures(Transaction& transaction, std::span<const domain::Erasure> erasures) {
  bool is_any_new = false;
  for (const domain::Erasure& erasure : erasures) {
    if (!log_.erase(transaction, erasure, 0)) continue;
    is_any_new = true;
    tickets_.project(transaction, erasure.ticket);
  }
  if (is_any_new) rewrite_words();
  return is_any_new;
}

// The events stay, for a desk that was put back to an earlier state to ask for; what names people in them is
// sealed, for the desk alone to read.
void Station::hide(Transaction& transaction, const TicketId& ticket) {
  db_->query("DELETE FROM leaving_tickets WHERE ticket = ?1").bind(1, ticket).run();
  db_->query("INSERT OR IGNORE INTO hidden_tickets (ticket, since) VALUES (?1, ?2)")
      .bind(1, ticket)
      .bind(2, base::to_ms(now()))
      .run();
  tickets_.project(transaction, ticket);
  for (StoredEvent& stored : log_.of_ticket(ticket)) {
    domain::Event& event = stored.event;
    if (event.contact_state != ContactState::plain) continue;
    if (!seal_contact(event)) event.contact_state = ContactState::erased, event.contact.clear();
    log_.set_contact(transaction, event.id, event.contact_state, event.contact);
  }
}

} // namespace walkin::store
