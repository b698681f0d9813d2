#include "sync/desk/storage/desk_log.hpp"

#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"
#include "shared/protocol/fields_json.hpp"
#include "sync/desk/storage/desk_log_reader.hpp"
#include "sync/desk/storage/documents.hpp"
#include "sync/desk/storage/feed.hpp"
#include "sync/desk/storage/give_back.hpp"
#include "sync/desk/storage/intake.hpp"
#include "sync/desk/storage/offered_documents.hpp"
#include "sync/desk/storage/queue.hpp"
#include "sync/desk/storage/ranges.hpp"
#include "sync/desk/storage/recovery.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <stdexcept>

namespace walkin::desk {

using base::ErrorCode;
using store::StoredEvent;
using store::Transaction;

namespace {

constexpr std::size_t k_recent_max = 1000;
constexpr std::size_t k_import_chunk = 500;
constexpr std::size_t k_counted_people_max = 1000;
constexpr base::Millis k_counts_age_max{15'000};
constexpr base::Millis k_busy_after_change{60'000};
constexpr std::uint32_t k_poll_busy_ms = 2'000, k_poll_quiet_ms = 10'000;

constexpr std::string_view k_desk_sql = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE replicas (           -- last link of each replica's chain, quarantined events included
  replica BLOB PRIMARY KEY,
  replica_seq INTEGER NOT NULL,
  hash BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE elsewhere (          -- events of a copied station that its other copy had sent under its own replica
  replica BLOB NOT NULL,
  replica_seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  id BLOB NOT NULL,
  PRIMARY KEY (replica, replica_seq)
) WITHOUT ROWID;
CREATE TABLE forked_replicas (replica BLOB PRIMARY KEY) WITHOUT ROWID; -- that are to ask for a new identity
CREATE TABLE given_back (         -- events that stations gave back after the desk was put back to an earlier state
  event BLOB PRIMARY KEY,
  replica BLOB NOT NULL,          -- of the station that gave it
  received INTEGER NOT NULL       -- then
) WITHOUT ROWID;
)sql";

} // namespace

const store::Schema& desk_schema() {
  static const std::string first_step = std::string(k_desk_sql) + std::string(k_keys_sql) +
                                        std::string(k_quarantine_sql) + std::string(k_scopes_sql) +
                                        std::string(store::k_event_log_sql) +
                                        std::string(store::k_ticket_table_sql);
  static const std::string second_step = std::string(k_documents_sql) + std::string(k_queue_sql);
  static const store::Migration migrations[] = {
      {first_step}, {second_step}, {k_offered_documents_sql}, {k_queue_called_sql}};
  // One connection writes what all stations send, into tables larger than a station's.
  static const store::Schema desk{0x574b544b, "help desk", migrations, 32'000, 4'000}; // "WKTK"
  return desk;
}

namespace {

std::string meta(store::Database& db, std::string_view key) {
  auto row = db.query("SELECT value FROM meta WHERE key = ?1");
  row.bind(1, key);
  return row.step() ? row.text(0) : std::string{};
}

void set_meta(store::Database& db, std::string_view key, std::string_view value) {
  db.query("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .bind(1, key)
      .bind(2, value)
      .run();
}

std::string make_epoch(base::Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  return base::to_hex(bytes);
}

store::TicketFilter filter_of(const TicketQuery& query) {
  store::TicketFilter filter;
  filter.offset = query.offset;
  filter.limit = query.limit;
  filter.words = query.words;
  if (!query.words.empty()) return filter;
  switch (query.view) {
  case View::open: filter.is_open = true; break;
  case View::mine:
    filter.is_open = true;
    filter.assignee = query.me;
    break;
  case View::nobodys:
    filter.is_open = true;
    filter.assignee = "";
    break;
  case View::waits_customer: filter.status = domain::TicketStatus::waits_customer; break;
  case View::solved: filter.status = domain::TicketStatus::solved; break;
  case View::closed: filter.status = domain::TicketStatus::closed; break;
  case View::older:
    filter.is_open = true;
    filter.created_before = query.now - k_older_than;
    break;
  }
  return filter;
}

TicketRow to_row(store::TicketRow row) {
  return {.code = std::move(row.code),
          .queue_number = std::move(row.queue_number),
          .title = std::move(row.title),
          .person = std::move(row.person),
          .site = std::move(row.site),
          .assignee = std::move(row.assignee),
          .group = std::move(row.group),
          .status = row.status,
          .priority = row.priority,
          .created = row.created,
          .has_conflict = row.conflicts > 0};
}

} // namespace

base::Result<std::unique_ptr<DeskLog>> DeskLog::open(const std::filesystem::path& file, store::Access access,
                                                     const domain::ReplicaId& replica,
                                                     std::string_view prefix, const base::Clock& clock,
                                                     base::Random& random) {
  auto db = store::Database::open(file, desk_schema(), access);
  if (!db) return base::forward_error(db);
  if (access != store::Access::read_only &&
      (meta(**db, "epoch").empty() || Keys(**db).all(KeyPurpose::directory).empty())) {
    Transaction transaction(**db);
    if (meta(**db, "epoch").empty()) set_meta(**db, "epoch", make_epoch(random));
    Keys(**db).make_missing(transaction, clock.now(), random);
    transaction.commit();
  }
  // A restored desk has a prefix of its own for what it registers itself.
  std::string own_prefix = meta(**db, "desk_prefix");
  if (own_prefix.empty()) own_prefix = prefix;
  return std::unique_ptr<DeskLog>(new DeskLog(file, std::move(*db), replica, own_prefix, clock, random));
}

DeskLog::DeskLog(std::filesystem::path file, std::unique_ptr<store::Database> writer,
                 const domain::ReplicaId& replica, std::string_view prefix, const base::Clock& clock,
                 base::Random& random)
    : file_(std::move(file)),
      replica_(replica),
      prefix_(prefix),
      clock_(clock),
      random_(random),
      writer_(std::move(writer)),
      contents_(std::make_unique<ScopeContentsCache>()) {}

DeskLog::~DeskLog() = default;

std::unique_ptr<store::Database> DeskLog::open_reader() {
  auto db = store::Database::open(file_, desk_schema(), store::Access::read_only);
  if (!db) throw std::runtime_error(db.error().message);
  return std::move(*db);
}

base::Result<protocol::PushReply> DeskLog::intake(const SyncPeer& peer, const protocol::DecodedPush& push) {
  TakenApart taken_apart = take_apart(push); // what needs no lock is done before it and after it
  std::unique_lock lock(write_mutex_);
  Intake work(*writer_, peer, clock_.now(), tell_erased());
  auto reply = work.run(push, taken_apart);
  lock.unlock();
  if (!reply) return reply;
  work.add_receipts(push, *reply);
  reply->now = clock_.now();
  announce(work.changed_codes());
  return reply;
}

base::Result<protocol::PullReply> DeskLog::feed(const SyncPeer& peer, const protocol::PullRequest& request,
                                                const FeedLimits& limits) {
  Reader reader(*this);
  Snapshot snapshot(*reader);
  if (auto stands = check_standing_of_pull(*reader, peer.replica, request.standing); !stands)
    return base::forward_error(stands);
  auto reply = read_feed(*reader, meta(*reader, "epoch"), peer, request, clock_.now(), limits);
  if (!reply) return reply;
  std::lock_guard lock(change_mutex_);
  bool is_busy = reply->now - last_change_ < k_busy_after_change;
  reply->poll_after_ms = is_busy ? k_poll_busy_ms : k_poll_quiet_ms;
  return reply;
}

std::shared_ptr<const ScopeContents> DeskLog::contents_of(store::Database& db, const SyncPeer& peer,
                                                          std::string_view scope) {
  auto scopes = scopes_of(peer);
  bool may_see = std::ranges::find(scopes, scope) != scopes.end() && !domain::is_public_scope(scope);
  return may_see ? contents_->get(db, scope) : nullptr;
}

base::Result<protocol::RangesReply> DeskLog::ranges(const SyncPeer& peer,
                                                    const protocol::RangesRequest& request) {
  Reader reader(*this);
  Snapshot snapshot(*reader);
  auto contents = contents_of(*reader, peer, request.scope);
  if (!contents) return base::fail(ErrorCode::denied, "This scope is not the station's.", "scope");
  protocol::RangesReply reply = compare_ranges(*contents, request);
  reply.now = clock_.now();
  return reply;
}

base::Result<protocol::EventsReply> DeskLog::events(const SyncPeer& peer,
                                                    const protocol::EventsRequest& request) {
  Reader reader(*this);
  Snapshot snapshot(*reader);
  auto contents = contents_of(*reader, peer, request.scope);
  if (!contents) return base::fail(ErrorCode::denied, "This scope is not the station's.", "scope");
  protocol::EventsReply reply = read_events(*reader, *contents, request);
  reply.now = clock_.now();
  return reply;
}

base::Result<protocol::MissingReply> DeskLog::missing(const SyncPeer&,
                                                      const protocol::MissingRequest& request) {
  Reader reader(*this);
  Snapshot snapshot(*reader);
  return protocol::MissingReply{missing_of(*reader, request.held), meta(*reader, "epoch"), clock_.now(),
                                unknown_documents(*reader, request.documents)};
}

base::Result<protocol::GiveBackReply> DeskLog::give_back(const SyncPeer& peer,
                                                         const protocol::GiveBackRequest& request) {
  std::lock_guard lock(write_mutex_);
  take_erasures(request.erasures);
  GiveBack work(*writer_, peer, clock_.now(), tell_erased());
  protocol::GiveBackReply reply = work.run(request);
  for (const domain::TicketId& ticket : work.repeated()) give_other_code(ticket);
  take_offers(*writer_, peer, request.documents, clock_.now());
  reply.now = clock_.now();
  announce(work.changed_codes());
  return reply;
}

std::vector<SetAside> DeskLog::quarantined() {
  Reader reader(*this);
  return Quarantine(*reader).list();
}

base::Result<std::size_t> DeskLog::release(const SyncPeer& peer, const domain::EventId& id, bool is_dropped) {
  std::lock_guard lock(write_mutex_);
  Transaction transaction(*writer_);
  auto aside = Quarantine(*writer_).find(id);
  if (!aside || aside->state == SetAside::State::dropped)
    return base::fail(ErrorCode::not_found, fmt::format("There is no event {} in quarantine.", id.str()),
                      id.str());
  if (aside->state == SetAside::State::held_back)
    return base::fail(ErrorCode::not_allowed,
                      "This one can be read and only waits for one before it. Decide about that one.",
                      id.str());
  Intake work(*writer_, peer, clock_.now(), tell_erased());
  std::size_t placed = work.release(transaction, id, is_dropped);
  transaction.commit();
  announce(work.changed_codes());
  return placed;
}

std::string DeskLog::epoch() {
  Reader reader(*this);
  return meta(*reader, "epoch");
}

std::string DeskLog::public_key() {
  Reader reader(*this);
  return base::to_hex(base::as_bytes(Keys(*reader).current(KeyPurpose::contact).public_key));
}

std::vector<DeskKey> DeskLog::keys() {
  Reader reader(*this);
  std::vector<DeskKey> out;
  for (KeyPurpose purpose : k_key_purposes)
    for (DeskKey& key : Keys(*reader).all(purpose)) out.push_back(without_secret(std::move(key)));
  return out;
}

DeskKey DeskLog::rotate_key(KeyPurpose purpose) {
  std::lock_guard lock(write_mutex_);
  Transaction transaction(*writer_);
  DeskKey key = Keys(*writer_).rotate(transaction, purpose, clock_.now(), random_);
  transaction.commit();
  return without_secret(std::move(key));
}

bool DeskLog::has_events_of(const domain::ReplicaId& replica) {
  Reader reader(*this);
  return chain_head_of(*reader, replica).replica_seq > 0;
}

std::optional<domain::Ticket> DeskLog::find(const domain::TicketId& ticket) {
  Reader reader(*this);
  return store::TicketTable(*reader).load(ticket);
}

std::optional<domain::Ticket> DeskLog::find_by_slip(std::string_view code) {
  Reader reader(*this);
  store::TicketTable table(*reader);
  std::set<domain::TicketId> tickets;
  for (const domain::TicketId& former : table.find_former(code)) tickets.insert(former);
  if (auto present = table.find_code(code)) tickets.insert(*present);
  return tickets.size() == 1 ? table.load(*tickets.begin()) : std::nullopt;
}

bool DeskLog::is_in_scope(const SyncPeer& peer, const domain::Ticket& ticket) {
  if (ticket.text("site") == peer.site) return true;
  Reader reader(*this);
  return desk::is_in_scope(*reader, ticket.id, scopes_of(peer));
}

bool DeskLog::has_held(const SyncPeer& peer, const domain::TicketId& ticket) {
  Reader reader(*this);
  return was_in_scope(*reader, ticket, scopes_of(peer));
}

store::NamedFiles DeskLog::files_named() {
  Reader reader(*this);
  return store::files_named(*reader);
}

std::vector<std::string> DeskLog::take_codes(std::size_t count) {
  std::lock_guard lock(write_mutex_);
  Transaction transaction(*writer_);
  std::vector<std::string> codes;
  while (codes.size() < count) codes.push_back(take_code(transaction));
  transaction.commit();
  return codes;
}

std::string DeskLog::take_code(Transaction&) {
  auto last = static_cast<std::uint32_t>(base::parse_integer(meta(*writer_, "last_code")).value_or(0));
  auto next = domain::next_ticket_code(prefix_, last);
  set_meta(*writer_, "last_code", std::to_string(next.counter));
  return std::move(next.code);
}

// One of the desk's own; the one on the customer's slip is found as a former one.
void DeskLog::give_other_code(const domain::TicketId& id) {
  Transaction transaction(*writer_);
  store::TicketTable table(*writer_);
  auto ticket = table.load(id);
  if (!ticket || table.count_code(ticket->code()) < 2) return;
  std::string former = ticket->text(domain::k_former_code);
  FeedCommit commit(*writer_);
  domain::EventParts parts{
      domain::EventKind::field_changed,
      {{"code", take_code(transaction)},
       {std::string(domain::k_former_code), former.empty() ? ticket->code() : former + " " + ticket->code()}},
      {}};
  append_own(transaction, commit, {id, clock_.now(), parts, {}}, domain::seen_of(*ticket, parts));
  table.project(transaction, id);
  commit.finish(transaction);
  transaction.commit();
}

// Appends as the desk's own replica, in its place in the feed at once.
void DeskLog::append_own(Transaction& transaction, FeedCommit& commit, const DatedEvent& dated,
                         domain::Seen seen) {
  store::EventLog log(*writer_);
  domain::EventParts parts = dated.parts;
  if (!dated.by.empty()) parts.body.insert_or_assign("by", dated.by);
  StoredEvent stored;
  stored.event = log.next_own(replica_, dated.ticket, parts, std::move(seen), dated.at, random_);
  stored.received = dated.at;
  stored.effective = domain::effective_clock(log.based_on(stored.event), stored.event.claimed, dated.at);
  stored.verdict = domain::Verdict::applied;
  commit.placed(log.append(transaction, stored), stored.event);
}

void DeskLog::import(std::span<const DatedEvent> events) {
  std::lock_guard lock(write_mutex_);
  std::vector<std::string> codes;
  for (std::size_t start = 0; start < events.size(); start += k_import_chunk) {
    Transaction transaction(*writer_);
    store::TicketTable table(*writer_);
    std::set<domain::TicketId> touched;
    FeedCommit commit(*writer_);
    for (const DatedEvent& event : events.subspan(start, std::min(k_import_chunk, events.size() - start))) {
      // Each author of an import had seen what came before, or every history would be one of conflicts.
      domain::Seen seen;
      if (!touched.insert(event.ticket).second || event.parts.kind != domain::EventKind::registered)
        if (auto ticket = table.load(event.ticket)) seen = domain::seen_of(*ticket, event.parts);
      append_own(transaction, commit, event, std::move(seen));
    }
    for (const domain::TicketId& ticket : touched) codes.push_back(table.project(transaction, ticket).code());
    commit.finish(transaction);
    transaction.commit();
  }
  announce(std::move(codes));
}

base::Status DeskLog::append(std::string_view code, std::string_view author, const domain::EventParts& parts,
                             const domain::Seen& expected) {
  std::lock_guard lock(write_mutex_);
  Transaction transaction(*writer_);
  store::TicketTable table(*writer_);
  auto id = table.find_code(code);
  if (!id)
    return base::fail(ErrorCode::not_found, fmt::format("There is no ticket {}.", code), std::string(code));
  domain::Ticket ticket = table.load(*id).value();
  for (const auto& [field, version] : expected) {
    auto held = ticket.fields.find(field);
    domain::EventId now = held == ticket.fields.end() ? domain::EventId{} : held->second.version;
    if (now != version)
      return base::fail(ErrorCode::conflict, "Somebody else changed this meanwhile. Look at both and decide.",
                        field);
  }
  if (auto allowed = domain::check_event(ticket, parts); !allowed) return allowed;
  FeedCommit commit(*writer_);
  append_own(transaction, commit, {*id, clock_.now(), parts, std::string(author)},
             domain::seen_of(ticket, parts));
  table.project(transaction, *id);
  commit.finish(transaction);
  transaction.commit();
  announce({ticket.code()});
  return {};
}

TicketPage DeskLog::list(const TicketQuery& query) {
  Reader reader(*this);
  store::TicketTable table(*reader);
  store::TicketFilter filter = filter_of(query);
  TicketPage page;
  for (store::TicketRow& row : table.list(filter)) page.rows.push_back(to_row(std::move(row)));
  page.total = table.count(filter);
  return page;
}

ViewCounts DeskLog::counts(std::string_view me, base::Instant now) {
  std::uint64_t at_position = 0;
  {
    std::lock_guard lock(change_mutex_);
    at_position = position_;
    auto cached = counts_.find(me);
    if (cached != counts_.end() && cached->second.position == at_position &&
        now - cached->second.at < k_counts_age_max)
      return cached->second.counts;
  }
  Reader reader(*this);
  store::TicketTable table(*reader);
  ViewCounts counts{};
  for (std::size_t i = 0; i < k_views.size(); ++i) {
    TicketQuery query;
    query.view = k_views[i];
    query.me = me;
    query.now = now;
    counts[i] = table.count(filter_of(query));
  }
  std::lock_guard lock(change_mutex_);
  if (counts_.size() > k_counted_people_max) counts_.clear();
  counts_.insert_or_assign(std::string(me), CachedCounts{at_position, now, counts});
  return counts;
}

std::optional<domain::Ticket> DeskLog::find(std::string_view code) {
  auto proper = domain::parse_ticket_code(code);
  if (!proper) return std::nullopt;
  Reader reader(*this);
  store::TicketTable table(*reader);
  auto id = table.find_code(*proper);
  if (!id) return std::nullopt;
  return table.load(*id);
}

std::uint64_t DeskLog::position() {
  std::lock_guard lock(change_mutex_);
  return position_;
}

void DeskLog::announce(std::vector<std::string> codes) {
  if (codes.empty()) return;
  std::lock_guard lock(change_mutex_);
  for (std::string& code : codes) {
    recent_.push_back({++position_, std::move(code)});
    if (recent_.size() > k_recent_max) recent_.pop_front();
  }
  last_change_ = clock_.now();
  changed_.notify_all();
}

Changes DeskLog::wait(std::uint64_t after, base::Millis at_most) {
  std::unique_lock lock(change_mutex_);
  changed_.wait_for(lock, at_most, [&] { return stopping_ || position_ > after; });
  Changes changes;
  changes.position = position_;
  std::set<std::string> codes;
  for (const ChangedTicket& changed : recent_)
    if (changed.position > after) codes.insert(changed.code);
  bool some_forgotten = position_ > after && recent_.front().position > after + 1;
  changes.is_many = some_forgotten || codes.size() > k_changed_codes_max;
  if (!changes.is_many) changes.codes.assign(codes.begin(), codes.end());
  return changes;
}

void DeskLog::wake_all() {
  std::lock_guard lock(change_mutex_);
  stopping_ = true;
  changed_.notify_all();
}

base::Status DeskLog::check_integrity() {
  Reader reader(*this);
  if (auto sound = (*reader).check_integrity(); !sound) return sound;
  Snapshot snapshot(*reader);
  if (auto sound = check_log(*reader); !sound) return sound;
  if (auto tickets = store::TicketTable(*reader).check(); !tickets) return tickets;
  return check_scopes(*reader);
}

} // namespace walkin::desk
