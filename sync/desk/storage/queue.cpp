#include "sync/desk/storage/queue.hpp"

#include "shared/protocol/fields_json.hpp"
#include "shared/protocol/reference_json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace walkin::desk {

using base::ErrorCode;
using domain::QueueAction;
using domain::QueueEntry;
using domain::QueueState;
using store::Transaction;

const std::string_view k_queue_sql = R"sql(
CREATE TABLE queue_entries (
  ticket BLOB PRIMARY KEY,
  code TEXT NOT NULL,
  site TEXT NOT NULL,
  number TEXT NOT NULL,
  came INTEGER NOT NULL,
  state TEXT NOT NULL,
  counter TEXT NOT NULL,
  since INTEGER NOT NULL,           -- in this state
  called INTEGER,
  served_from INTEGER,
  served_until INTEGER
) WITHOUT ROWID;
CREATE INDEX queue_by_site ON queue_entries (site, came);
CREATE TABLE queue_progress (       -- one row: which tickets and events the table knows of
  ticket_number INTEGER NOT NULL,
  position INTEGER NOT NULL
);
INSERT INTO queue_progress VALUES (0, 0);
)sql";

const std::string_view k_queue_called_sql =
    "CREATE INDEX queue_called ON queue_entries (since) WHERE state = 'called';";

namespace {

constexpr const char* k_by_the_clock = "system";
constexpr base::Millis k_board_age_max{1'000};
constexpr base::Millis k_day_at_most{std::chrono::hours(26)}; // a local day, when clocks change
constexpr base::Millis k_serves_within{
    std::chrono::minutes(20)}; // a counter that did something counts as open
constexpr base::Millis k_measured{std::chrono::hours(28 * 24)};

constexpr std::string_view k_entry_columns = "q.number, q.state, q.counter, q.came, q.since, q.code";
// Solved without having been called counts as served.
constexpr std::string_view k_entries =
    "FROM queue_entries q LEFT JOIN tickets t ON t.ticket = q.ticket WHERE q.site = ?1 AND q.came >= ?2 AND "
    "NOT (q.state IN ('waiting', 'called') AND coalesce(t.status, 'closed') IN ('solved', 'closed'))";

QueueRow read_entry(const store::Query& row) {
  return {{row.text(0), domain::parse_queue_state(row.text(1)).value_or(QueueState::done), row.text(2),
           base::from_ms(row.integer(3)), base::from_ms(row.integer(4))},
          row.text(5)};
}

QueueState state_after(domain::EventKind kind, std::string_view state) {
  if (auto said = domain::parse_queue_state(state)) return *said;
  switch (kind) {
  case domain::EventKind::called: return QueueState::called;
  case domain::EventKind::no_show: return QueueState::no_show;
  case domain::EventKind::left: return QueueState::left;
  default: return QueueState::done;
  }
}

domain::EventParts event_of(QueueAction action, const QueueEntry& after) {
  domain::EventParts parts{domain::EventKind::called, {}, {}};
  switch (action) {
  case QueueAction::call: break;
  case QueueAction::undo: parts.body.emplace("state", std::string("waiting")); break;
  case QueueAction::serve:
    parts.kind = domain::EventKind::served;
    parts.body.emplace("state", std::string("serving"));
    break;
  case QueueAction::done:
    parts.kind = domain::EventKind::served;
    parts.body.emplace("state", std::string("done"));
    break;
  case QueueAction::no_show: parts.kind = domain::EventKind::no_show; break;
  case QueueAction::left: parts.kind = domain::EventKind::left; break;
  }
  if (!after.counter.empty()) parts.body.emplace("counter", after.counter);
  return parts;
}

} // namespace

base::Result<std::unique_ptr<Queue>> Queue::open(const std::filesystem::path& file, DeskLog& log,
                                                 Documents& documents, ZoneSource zones,
                                                 const base::Clock& clock) {
  auto db = store::Database::open(file, desk_schema(), store::Access::read_write);
  if (!db) return base::forward_error(db);
  return std::unique_ptr<Queue>(new Queue(std::move(*db), log, documents, std::move(zones), clock));
}

void Queue::refresh() {
  std::int64_t ticket = 0, position = 0, newest_ticket = 0, newest_position = 0;
  {
    auto row = db_->query("SELECT ticket_number, position, (SELECT coalesce(max(number), 0) FROM tickets), "
                          "(SELECT coalesce(max(position), 0) FROM events) FROM queue_progress");
    if (!row.step()) return;
    ticket = row.integer(0);
    position = row.integer(1);
    newest_ticket = row.integer(2);
    newest_position = row.integer(3);
  }
  if (ticket == newest_ticket && position == newest_position) return;
  if (newest_ticket < ticket) ticket = 0; // the tickets' table was made anew
  Transaction transaction(*db_);
  take_registrations(transaction, ticket);
  take_events(transaction, position);
  db_->query("UPDATE queue_progress SET ticket_number = (SELECT coalesce(max(number), 0) FROM tickets), "
             "position = (SELECT coalesce(max(position), 0) FROM events)")
      .run();
  transaction.commit();
}

void Queue::take_registrations(Transaction&, std::int64_t after) {
  db_->query("INSERT OR IGNORE INTO queue_entries (ticket, code, site, number, came, state, counter, since) "
             "SELECT ticket, code, site, queue_number, created, 'waiting', '', created FROM tickets "
             "WHERE number > ?1 AND queue_number <> ''")
      .bind(1, after)
      .run();
}

void Queue::take_events(Transaction&, std::int64_t after) {
  struct Step {
    domain::TicketId ticket;
    std::string kind, body;
    std::int64_t at;
  };
  std::vector<Step> steps;
  {
    auto row =
        db_->query("SELECT ticket, kind, body, coalesce(received, 0) FROM events WHERE position > ?1 AND "
                   "kind IN ('called', 'served', 'no_show', 'left') ORDER BY position");
    row.bind(1, after);
    while (row.step())
      steps.push_back({row.id<domain::TicketId>(0), row.text(1), row.text(2), row.integer(3)});
  }
  for (const Step& step : steps) {
    auto body = protocol::decode_fields(step.body);
    if (!body) continue;
    auto text = [&](const char* name) {
      auto found = body->find(name);
      return found == body->end() ? std::string{} : domain::to_text(found->second);
    };
    const QueueState state =
        state_after(domain::parse_event_kind(step.kind).value_or(domain::EventKind::served), text("state"));
    db_->query("UPDATE queue_entries SET state = ?2, counter = CASE WHEN ?2 = 'waiting' THEN '' WHEN ?3 = '' "
               "THEN counter ELSE ?3 END, since = ?4, called = CASE WHEN ?2 = 'called' THEN ?4 ELSE called "
               "END, served_from = CASE WHEN ?2 = 'serving' THEN ?4 ELSE served_from END, "
               "served_until = CASE WHEN ?2 = 'done' THEN ?4 ELSE served_until END WHERE ticket = ?1")
        .bind(1, step.ticket)
        .bind(2, name_of(state))
        .bind(3, text("counter"))
        .bind(4, step.at)
        .run();
  }
}

base::Zone Queue::zone_of(std::string_view site) {
  auto settings = documents_.settings(site);
  if (!settings) return {};
  auto known = zones_by_name_.find(settings->time_zone);
  if (known == zones_by_name_.end())
    known =
        zones_by_name_.emplace(settings->time_zone, zones_(settings->time_zone).value_or(base::Zone{})).first;
  return known->second;
}

std::vector<QueueRow> Queue::today(std::string_view site) {
  const base::Zone zone = zone_of(site);
  const base::Instant now = clock_.now();
  std::vector<QueueRow> out;
  auto row = db_->query(fmt::format("SELECT {} {} ORDER BY q.came, q.number", k_entry_columns, k_entries));
  row.bind(1, site).bind(2, base::to_ms(now - k_day_at_most));
  while (row.step()) {
    QueueRow entry = read_entry(row);
    if (zone.local_day(entry.entry.came) == zone.local_day(now)) out.push_back(std::move(entry));
  }
  return out;
}

std::vector<QueueRow> Queue::list(std::string_view site) {
  std::lock_guard lock(mutex_);
  refresh();
  return today(site);
}

base::Result<QueueRow> Queue::act(std::string_view site, const QueueStep& step) {
  std::lock_guard lock(mutex_);
  refresh();
  std::vector<QueueRow> rows = today(site);
  const QueueRow* chosen = nullptr;
  if (!step.number.empty()) {
    // The newest of a number that was given twice today.
    for (const QueueRow& row : rows)
      if (row.entry.number == step.number) chosen = &row;
    if (!chosen)
      return base::fail(ErrorCode::not_found,
                        fmt::format("There is no number {} today at {}.", step.number, site), "number");
  } else if (step.action == QueueAction::call) {
    std::vector<QueueEntry> entries;
    for (const QueueRow& row : rows) entries.push_back(row.entry);
    if (const QueueEntry* next = domain::next_waiting(entries))
      chosen = &rows[static_cast<std::size_t>(next - entries.data())];
    if (!chosen) return base::fail(ErrorCode::not_found, fmt::format("No one waits at {}.", site), "number");
  } else {
    for (const QueueRow& row : rows)
      if (row.entry.counter == step.counter &&
          (row.entry.state == QueueState::called || row.entry.state == QueueState::serving))
        chosen = &row;
    if (!chosen)
      return base::fail(ErrorCode::not_found, "Say which number: nobody is at this counter.", "number");
  }
  QueueRow done = *chosen;
  auto after = domain::apply(done.entry, step.action, step.counter, clock_.now(), no_show_after(site));
  if (!after) return base::forward_error(after);
  if (auto appended = log_.append(done.code, step.by, event_of(step.action, *after), {}); !appended)
    return base::forward_error(appended);
  done.entry = std::move(*after);
  boards_.clear();
  return done;
}

std::size_t Queue::note_no_shows() {
  std::lock_guard lock(mutex_);
  refresh();
  struct Called {
    std::string site;
    QueueRow row;
  };
  std::vector<Called> called;
  {
    auto row = db_->query(fmt::format("SELECT {}, q.site FROM queue_entries q JOIN tickets t ON t.ticket = "
                                      "q.ticket WHERE q.state = 'called' AND t.is_open = 1 ORDER BY q.since",
                                      k_entry_columns));
    while (row.step()) called.push_back({row.text(6), read_entry(row)});
  }
  std::size_t noted = 0;
  for (const auto& [site, row] : called) {
    const base::Millis patience = no_show_after(site);
    if (!domain::is_overdue(row.entry, clock_.now(), patience)) continue;
    auto after = domain::apply(row.entry, QueueAction::no_show, "", clock_.now(), patience);
    const auto ticket = log_.find(row.code);
    if (!after || !ticket || ticket->text("queue_state") != name_of(QueueState::called)) continue;
    // Only as an answer to the call that was seen here: another process may have been first, or somebody
    // came.
    const domain::Seen seen{{"queue_state", ticket->fields.at("queue_state").version}};
    if (log_.append(row.code, k_by_the_clock, event_of(QueueAction::no_show, *after), seen)) ++noted;
  }
  if (noted > 0) boards_.clear();
  return noted;
}

base::Millis Queue::no_show_after(std::string_view site) {
  auto settings = documents_.settings(site);
  return settings ? std::chrono::minutes(settings->no_show_min) : domain::k_no_show_after;
}

// Of those who were served in this hour of the day, in the last weeks.
int Queue::median_of_hour(std::string_view site, const base::Zone& zone) {
  auto hour_of = [&](base::Instant instant) {
    auto local = zone.local(instant);
    return std::chrono::floor<std::chrono::hours>(local - std::chrono::floor<std::chrono::days>(local));
  };
  const base::Instant now = clock_.now();
  std::vector<base::Millis> served;
  auto row =
      db_->query("SELECT served_from, served_until FROM queue_entries WHERE site = ?1 AND came >= ?2 AND "
                 "served_from IS NOT NULL AND served_until IS NOT NULL");
  row.bind(1, site).bind(2, base::to_ms(now - k_measured));
  while (row.step()) {
    const base::Instant from = base::from_ms(row.integer(0)), until = base::from_ms(row.integer(1));
    if (until >= from && hour_of(from) == hour_of(now)) served.push_back(until - from);
  }
  return domain::median_service_min(std::move(served));
}

constexpr std::int64_t k_numbers_max{domain::k_board_numbers_max};

const Queue::CachedBoard& Queue::cached_board(std::string_view site) {
  const base::Instant now = clock_.now();
  auto cached = boards_.find(site);
  if (cached != boards_.end() && now >= cached->second.at && now - cached->second.at < k_board_age_max)
    return cached->second;
  refresh();
  domain::QueueBoard board;
  board.site = site;
  std::set<std::string> counters;
  for (const QueueRow& row : today(site)) {
    const QueueEntry& entry = row.entry;
    if (entry.state == QueueState::waiting && ++board.waiting <= k_numbers_max)
      board.numbers.push_back(entry.number);
    const bool is_served = entry.state == QueueState::called || entry.state == QueueState::serving ||
                           (entry.state == QueueState::done && now - entry.since < k_serves_within);
    if (is_served && !entry.counter.empty()) counters.insert(entry.counter);
  }
  board.people_serving = static_cast<int>(counters.size());
  board.median_service_min = median_of_hour(site, zone_of(site));
  auto row =
      db_->query(fmt::format("SELECT q.number, q.counter, q.called {} AND q.called IS NOT NULL AND q.state "
                             "IN ('called', 'serving', 'done') ORDER BY q.called DESC LIMIT ?3",
                             k_entries));
  row.bind(1, site)
      .bind(2, base::to_ms(now - k_day_at_most))
      .bind(3, static_cast<std::int64_t>(domain::k_board_calls_max));
  while (row.step()) board.calls.push_back({row.text(0), row.text(1), base::from_ms(row.integer(2))});
  const std::string tag = base::hash_of(protocol::encode_body(board)).str().substr(0, 16);
  board.as_of = now;
  return boards_.insert_or_assign(std::string(site), CachedBoard{now, std::move(board), tag}).first->second;
}

domain::QueueBoard Queue::board(std::string_view site) {
  std::lock_guard lock(mutex_);
  return cached_board(site).board;
}

std::optional<std::int64_t> Queue::ahead_of(std::string_view site, std::string_view code) {
  std::int64_t ahead = 0;
  for (const QueueRow& row : list(site)) {
    if (row.code == code) return row.entry.state == QueueState::waiting ? std::optional(ahead) : std::nullopt;
    if (row.entry.state == QueueState::waiting) ++ahead;
  }
  return std::nullopt;
}

void Queue::add_board(const SyncPeer& peer, const protocol::PullRequest& request,
                      protocol::PullReply& reply) {
  if (!peer.is_kiosk || reply.more) return;
  std::lock_guard lock(mutex_);
  const CachedBoard& cached = cached_board(peer.site);
  if (cached.tag == request.queue) return;
  reply.queue = cached.board;
  reply.queue_tag = cached.tag;
}

} // namespace walkin::desk
