#include "shared/store/ticket_table.hpp"

#include "shared/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::store {

using domain::Ticket;
using domain::TicketId;

const std::string_view k_ticket_table_sql = R"sql(
CREATE TABLE tickets (
  number INTEGER PRIMARY KEY,     -- local, names the row in ticket_words
  ticket BLOB NOT NULL UNIQUE,
  code TEXT NOT NULL,
  queue_number TEXT NOT NULL,
  status TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  category TEXT NOT NULL,
  site TEXT NOT NULL,
  assignee TEXT NOT NULL,
  "group" TEXT NOT NULL,
  title TEXT NOT NULL,
  person TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  events INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  waiting INTEGER NOT NULL
);
CREATE INDEX tickets_by_code ON tickets (code);
CREATE INDEX tickets_open ON tickets (is_open, created);
CREATE INDEX tickets_open_by_priority ON tickets (is_open, priority, created);
CREATE INDEX tickets_by_status ON tickets (status, created);
CREATE INDEX tickets_in_conflict ON tickets (conflicts) WHERE conflicts > 0;
CREATE INDEX tickets_by_assignee ON tickets (is_open, assignee, created);
CREATE TABLE former_codes (       -- codes on slips of tickets that had to be given another one
  code TEXT NOT NULL,
  ticket BLOB NOT NULL,
  PRIMARY KEY (code, ticket)
) WITHOUT ROWID;
CREATE TABLE hidden_tickets (ticket BLOB PRIMARY KEY) WITHOUT ROWID; -- in the log, but not to be shown
CREATE VIRTUAL TABLE ticket_words USING fts5 (
  words, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
);
)sql";

namespace {

constexpr std::string_view k_row_columns =
    "t.ticket, t.code, t.queue_number, t.status, t.priority, t.category, t.site, "
    "t.assignee, t.\"group\", t.title, t.person, t.created, t.updated, t.events, "
    "t.conflicts, t.waiting";

TicketRow read_row(const Query& row) {
  TicketRow out;
  out.ticket = row.id<TicketId>(0);
  out.code = row.text(1);
  out.queue_number = row.text(2);
  out.status = domain::parse_status(row.text(3)).value_or(domain::TicketStatus::created);
  out.priority = static_cast<domain::Priority>(row.integer(4));
  out.category = row.text(5);
  out.site = row.text(6);
  out.assignee = row.text(7);
  out.group = row.text(8);
  out.title = row.text(9);
  out.person = row.text(10);
  out.created = base::from_ms(row.integer(11));
  out.updated = base::from_ms(row.integer(12));
  out.events = row.integer(13);
  out.conflicts = row.integer(14);
  out.waiting = row.integer(15);
  return out;
}

TicketRow row_of(const Ticket& ticket) {
  TicketRow row;
  row.ticket = ticket.id;
  row.code = ticket.code();
  row.queue_number = ticket.text("queue_number");
  row.status = ticket.status();
  row.priority = ticket.priority();
  row.category = ticket.text("category");
  row.site = ticket.text("site");
  row.assignee = ticket.text("assignee");
  row.group = ticket.text("group");
  row.title = ticket.title();
  for (const char* field : {"contact.name", "contact.email", "contact.employee_id", "contact.phone"})
    if (row.person.empty()) row.person = ticket.text(field);
  row.created = ticket.created;
  row.updated = ticket.updated;
  row.events = static_cast<std::int64_t>(ticket.history.size());
  row.conflicts = static_cast<std::int64_t>(ticket.parallels.size() + ticket.reviews.size());
  row.waiting = std::ranges::count_if(ticket.history, [](const domain::HistoryEntry& entry) {
    return entry.verdict == domain::Verdict::pending && !entry.received;
  });
  return row;
}

// What a search finds the ticket by: all texts of its fields and of its history.
std::string words_of(const Ticket& ticket) {
  std::string words;
  auto add = [&words](std::string_view text) {
    if (text.empty()) return;
    words += text;
    words += '\n';
  };
  for (const auto& [name, state] : ticket.fields)
    if (const auto* text = std::get_if<std::string>(&state.value)) add(*text);
  for (const domain::HistoryEntry& entry : ticket.history) {
    add(entry.by);
    if (entry.known == domain::EventKind::registered) continue;
    if (auto text = entry.contact.find("text"); text != entry.contact.end())
      add(domain::to_text(text->second));
  }
  return words;
}

// Each word of what was typed as a quoted prefix, so that nothing in it is read as FTS5 syntax.
std::string match_expression(std::string_view typed) {
  std::string expression, word;
  auto finish = [&] {
    if (word.empty()) return;
    expression += (expression.empty() ? "\"" : " \"") + word + "\"*";
    word.clear();
  };
  for (char c : typed) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\0')
      finish();
    else
      word += c;
  }
  finish();
  return expression;
}

struct Condition {
  std::string sql;
  std::function<void(Query&, int)> bind;
};

std::vector<Condition> conditions_of(const TicketFilter& filter) {
  std::vector<Condition> out;
  auto text = [&](const char* sql, std::string value) {
    out.push_back({sql, [value = std::move(value)](Query& query, int at) { query.bind(at, value); }});
  };
  auto number = [&](const char* sql, std::int64_t value) {
    out.push_back({sql, [value](Query& query, int at) { query.bind(at, value); }});
  };
  if (!filter.words.empty())
    text("t.number IN (SELECT rowid FROM ticket_words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 1000)",
         match_expression(filter.words));
  if (filter.is_open) number("t.is_open = ?", *filter.is_open ? 1 : 0);
  if (filter.status) text("t.status = ?", std::string(domain::name_of(*filter.status)));
  if (filter.assignee) text("t.assignee = ?", *filter.assignee);
  if (filter.group) text("t.\"group\" = ?", *filter.group);
  if (filter.site) text("t.site = ?", *filter.site);
  if (filter.created_before) number("t.created < ?", base::to_ms(*filter.created_before));
  return out;
}

Query select(Database& db, const TicketFilter& filter, std::string_view columns, std::string_view tail) {
  auto conditions = conditions_of(filter);
  std::string sql = fmt::format("SELECT {} FROM tickets t", columns);
  for (std::size_t i = 0; i < conditions.size(); ++i)
    sql += (i == 0 ? " WHERE " : " AND ") + conditions[i].sql;
  sql += tail;
  auto query = db.query(sql);
  int parameter = 0;
  for (const Condition& condition : conditions) condition.bind(query, ++parameter);
  return query;
}

bool matches_nothing(const TicketFilter& filter) {
  return !filter.words.empty() &&
         (!base::is_valid_utf8(filter.words) || match_expression(filter.words).empty());
}

} // namespace

Ticket TicketTable::project(Transaction& transaction, const TicketId& id) {
  std::vector<domain::TicketEvent> events;
  for (StoredEvent& stored : log_.of_ticket(id)) events.push_back(to_ticket_event(std::move(stored)));
  Ticket ticket = domain::fold(id, events);
  put(transaction, ticket);
  return ticket;
}

void TicketTable::put(Transaction&, const Ticket& ticket) {
  std::optional<std::int64_t> number;
  {
    auto found = db_.query("SELECT number FROM tickets WHERE ticket = ?1");
    found.bind(1, ticket.id);
    if (found.step()) number = found.integer(0);
  }
  if (ticket.code().empty() || is_hidden(ticket.id)) {
    db_.query("DELETE FROM tickets WHERE number = ?1").bind(1, number).run();
    db_.query("DELETE FROM ticket_words WHERE rowid = ?1").bind(1, number).run();
    db_.query("DELETE FROM former_codes WHERE ticket = ?1").bind(1, ticket.id).run();
    return;
  }
  for (const std::string& former : domain::former_codes(ticket))
    db_.query("INSERT OR IGNORE INTO former_codes VALUES (?1, ?2)").bind(1, former).bind(2, ticket.id).run();
  TicketRow row = row_of(ticket);
  // Not INSERT OR REPLACE: for that SQLite opens a savepoint, at which FTS5 writes out all it has gathered.
  constexpr std::string_view k_insert =
      "INSERT INTO tickets (number, ticket, code, queue_number, status, is_open, priority, category, site, "
      "assignee, \"group\", title, person, created, updated, events, conflicts, waiting) "
      "VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)";
  constexpr std::string_view k_update =
      "UPDATE tickets SET code = ?3, queue_number = ?4, status = ?5, is_open = ?6, priority = ?7, category = "
      "?8, "
      "site = ?9, assignee = ?10, \"group\" = ?11, title = ?12, person = ?13, created = ?14, updated = ?15, "
      "events = ?16, conflicts = ?17, waiting = ?18 WHERE number = ?1 AND ticket = ?2";
  auto write = db_.query(number ? k_update : k_insert);
  write.bind(1, number)
      .bind(2, ticket.id)
      .bind(3, row.code)
      .bind(4, row.queue_number)
      .bind(5, domain::name_of(row.status))
      .bind(6, std::int64_t{domain::is_open(row.status) ? 1 : 0})
      .bind(7, static_cast<std::int64_t>(row.priority))
      .bind(8, row.category)
      .bind(9, row.site)
      .bind(10, row.assignee)
      .bind(11, row.group)
      .bind(12, row.title)
      .bind(13, row.person)
      .bind(14, base::to_ms(row.created))
      .bind(15, base::to_ms(row.updated))
      .bind(16, row.events)
      .bind(17, row.conflicts)
      .bind(18, row.waiting)
      .run();
  if (number) {
    // Most events change no word, and writing words is what costs most here.
    std::string words = words_of(ticket);
    auto before = db_.query("SELECT words FROM ticket_words WHERE rowid = ?1");
    before.bind(1, *number);
    if (!before.step() || before.text(0) != words)
      db_.query("INSERT OR REPLACE INTO ticket_words (rowid, words) VALUES (?1, ?2)")
          .bind(1, *number)
          .bind(2, words)
          .run();
  } else {
    db_.query("INSERT INTO ticket_words (rowid, words) VALUES (?1, ?2)")
        .bind(1, db_.last_insert_rowid())
        .bind(2, words_of(ticket))
        .run();
  }
}

void TicketTable::count_sent(Transaction&, const TicketId& ticket, std::int64_t events) {
  db_.query("UPDATE tickets SET waiting = waiting - ?2 WHERE ticket = ?1")
      .bind(1, ticket)
      .bind(2, events)
      .run();
}

std::int64_t TicketTable::count_code(std::string_view code) {
  auto row = db_.query("SELECT count(*) FROM tickets WHERE code = ?1");
  row.bind(1, code).step();
  return row.integer(0);
}

std::optional<TicketId> TicketTable::find_code(std::string_view code) {
  auto row = db_.query("SELECT ticket FROM tickets WHERE code = ?1");
  row.bind(1, code);
  if (row.step()) return row.id<TicketId>(0);
  auto former = find_former(code);
  if (former.empty()) return std::nullopt;
  return former.front();
}

std::vector<TicketId> TicketTable::find_former(std::string_view code) {
  auto row = db_.query("SELECT ticket FROM former_codes WHERE code = ?1 ORDER BY ticket");
  row.bind(1, code);
  std::vector<TicketId> out;
  while (row.step()) out.push_back(row.id<TicketId>(0));
  return out;
}

bool TicketTable::is_hidden(const TicketId& ticket) {
  auto row = db_.query("SELECT 1 FROM hidden_tickets WHERE ticket = ?1");
  row.bind(1, ticket);
  return row.step();
}

std::optional<Ticket> TicketTable::load(const TicketId& id) {
  std::vector<domain::TicketEvent> events;
  if (is_hidden(id)) return std::nullopt;
  for (StoredEvent& stored : log_.of_ticket(id)) events.push_back(to_ticket_event(std::move(stored)));
  if (events.empty()) return std::nullopt;
  return domain::fold(id, events);
}

std::vector<TicketRow> TicketTable::list(const TicketFilter& filter) {
  if (matches_nothing(filter)) return {};
  std::string_view order;
  switch (filter.sort) {
  case SortBy::oldest: order = "t.created, t.code"; break;
  case SortBy::newest: order = "t.created DESC, t.code"; break;
  case SortBy::priority: order = "t.priority, t.created, t.code"; break;
  }
  auto row =
      select(db_, filter, k_row_columns,
             fmt::format(" ORDER BY {} LIMIT {} OFFSET {}", order, std::max<std::int64_t>(filter.limit, 0),
                         std::max<std::int64_t>(filter.offset, 0)));
  std::vector<TicketRow> out;
  while (row.step()) out.push_back(read_row(row));
  return out;
}

std::int64_t TicketTable::count(const TicketFilter& filter) {
  if (matches_nothing(filter)) return 0;
  auto row = select(db_, filter, "count(*)", "");
  row.step();
  return row.integer(0);
}

void TicketTable::rebuild(Transaction& transaction) {
  db_.execute("DELETE FROM tickets; DELETE FROM ticket_words; DELETE FROM former_codes;");
  std::vector<TicketId> ids;
  {
    auto row = db_.query("SELECT ticket FROM events GROUP BY ticket ORDER BY min(position)");
    while (row.step()) ids.push_back(row.id<TicketId>(0));
  }
  for (const TicketId& id : ids) project(transaction, id);
}

base::Status TicketTable::check() {
  std::vector<TicketId> ids;
  {
    auto row = db_.query("SELECT DISTINCT ticket FROM events");
    while (row.step()) ids.push_back(row.id<TicketId>(0));
  }
  std::int64_t expected_rows = 0;
  for (const TicketId& id : ids) {
    auto held = load(id);
    if (!held || held->code().empty()) continue;
    const Ticket& ticket = *held;
    ++expected_rows;
    auto row = db_.query(fmt::format("SELECT {}, t.is_open, w.words FROM tickets t "
                                     "JOIN ticket_words w ON w.rowid = t.number WHERE t.ticket = ?1",
                                     k_row_columns));
    row.bind(1, id);
    if (!row.step() || read_row(row) != row_of(ticket) ||
        (row.integer(16) != 0) != domain::is_open(ticket.status()) || row.text(17) != words_of(ticket))
      return base::fail(base::ErrorCode::unusable,
                        "The list row of ticket " + ticket.code() + " differs from its events.",
                        ticket.code());
  }
  auto words = db_.query("SELECT count(*) FROM ticket_words");
  words.step();
  if (count({}) != expected_rows || words.integer(0) != expected_rows)
    return base::fail(base::ErrorCode::unusable, "The ticket list has rows without events.", "tickets");
  return {};
}

} // namespace walkin::store
