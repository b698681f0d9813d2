#include "shared/store/station.hpp"

#include "shared/base/seal.hpp"
#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"
#include "shared/protocol/fields_json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace walkin::store {

using base::ErrorCode;
using domain::EventKind;
using domain::EventParts;
using domain::Verdict;

namespace {

constexpr std::string_view k_station_sql = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE own_replicas (replica BLOB PRIMARY KEY) WITHOUT ROWID; -- all that this station has written as
CREATE TABLE outbox (replica_seq INTEGER PRIMARY KEY, event BLOB NOT NULL);
CREATE TABLE held_events (event BLOB PRIMARY KEY) WITHOUT ROWID; -- that the desk has and has not placed yet
CREATE TABLE uploads (             -- the lane of attachments: content that goes to the desk behind its event
  ticket BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  location TEXT NOT NULL DEFAULT '', -- where the desk takes it; empty: not asked yet
  epoch TEXT,                        -- of the desk that has verified it; another one is asked again
  trouble TEXT NOT NULL DEFAULT '',  -- why it did not go on, in words
  is_refused INTEGER NOT NULL DEFAULT 0, -- 1: by the desk, for good; 2: its event was, or was erased
  PRIMARY KEY (ticket, sha256)
) WITHOUT ROWID;
)sql";

const std::string& first_step() {
  static const std::string sql = std::string(k_station_sql) + std::string(k_station_scope_sql) +
                                 std::string(k_event_log_sql) + std::string(k_ticket_table_sql);
  return sql;
}

constexpr std::int32_t k_application_id = 0x57414c4b; // "WALK"

const Schema& schema() {
  static const Migration migrations[] = {
      {first_step()}, {k_reference_sql}, {k_document_receipts_sql}, {k_station_retention_sql}};
  static const Schema station{k_application_id, "station", migrations};
  return station;
}

constexpr const char* k_file_name = "station.db";

std::int64_t to_number(std::string_view text) { return base::parse_integer(text).value_or(0); }

base::Status make_private_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (error)
    return base::fail(ErrorCode::unusable,
                      fmt::format("The folder {} cannot be made: {}.", directory.string(), error.message()),
                      directory.string());
  return {};
}

} // namespace

Station::Station(std::unique_ptr<Database> db, const base::Clock& clock, base::Random& random)
    : db_(std::move(db)), log_(*db_), tickets_(*db_), reference_(*db_), clock_(clock), random_(random) {}

base::Status Station::check_vacant(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (!std::filesystem::exists(directory / k_file_name, ignored)) return {};
  auto db = Database::open(directory / k_file_name, schema(), Access::read_write);
  if (!db) return base::forward_error(db);
  // Without an identity it is what an enrolment left that was cut off.
  if (auto enrolled = (*db)->query("SELECT 1 FROM meta WHERE key = 'replica'"); !enrolled.step()) return {};
  return base::fail(
      ErrorCode::conflict,
      fmt::format("{} is a station already. Choose another folder, or remove it if it is not needed.",
                  directory.string()),
      directory.string());
}

base::Result<std::unique_ptr<Station>> Station::create(const std::filesystem::path& directory,
                                                       const StationIdentity& identity,
                                                       const base::Clock& clock, base::Random& random) {
  if (auto vacant = check_vacant(directory); !vacant) return base::forward_error(vacant);
  auto file = directory / k_file_name;
  std::error_code ignored;
  if (auto made = make_private_directory(directory); !made) return base::forward_error(made);
  auto db = Database::open(file, schema(), Access::create);
  if (!db) return base::forward_error(db);
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               ignored);
  std::unique_ptr<Station> station(new Station(std::move(*db), clock, random));
  station->write_identity(identity);
  return station;
}

base::Result<std::unique_ptr<Station>> Station::open(const std::filesystem::path& directory,
                                                     const base::Clock& clock, base::Random& random) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(directory, ignored))
    return base::fail(
        ErrorCode::unusable,
        fmt::format("{} is a file. A station is the folder that walkin enroll makes.", directory.string()),
        directory.string());
  if (!std::filesystem::is_directory(directory, ignored))
    return base::fail(
        ErrorCode::not_found,
        fmt::format("There is no folder {}. Enrol this station first: walkin enroll --station {} --desk URL "
                    "--code CODE",
                    directory.string(), directory.string()),
        directory.string());
  auto file = directory / k_file_name;
  if (!std::filesystem::exists(file, ignored))
    return base::fail(ErrorCode::not_found,
                      fmt::format("{} is not a station: it has no {}. Enrol it first with walkin enroll.",
                                  directory.string(), k_file_name),
                      directory.string());
  auto db = Database::open(file, schema(), Access::read_write);
  if (!db) return base::forward_error(db);
  std::unique_ptr<Station> station(new Station(std::move(*db), clock, random));
  station->read_identity();
  if (station->identity_.replica.is_nil())
    return base::fail(ErrorCode::unusable,
                      fmt::format("The station in {} was never enrolled.", directory.string()),
                      directory.string());
  return station;
}

std::unique_ptr<Station> Station::in_memory(const StationIdentity& identity, const base::Clock& clock,
                                            base::Random& random) {
  auto db = Database::open(":memory:", schema(), Access::create);
  if (!db) throw std::runtime_error(db.error().message);
  std::unique_ptr<Station> station(new Station(std::move(*db), clock, random));
  station->write_identity(identity);
  return station;
}

void Station::write_identity(const StationIdentity& identity) {
  Transaction transaction(*db_);
  put_identity(transaction, identity);
  transaction.commit();
  identity_ = identity;
}

void Station::put_identity(Transaction& transaction, const StationIdentity& identity) {
  db_->query("INSERT OR IGNORE INTO own_replicas VALUES (?1)").bind(1, identity.replica).run();
  set_meta(transaction, "replica", identity.replica.str());
  set_meta(transaction, "prefix", identity.prefix);
  set_meta(transaction, "letter", identity.letter);
  set_meta(transaction, "site", identity.site);
  set_meta(transaction, "kind", identity.kind);
  set_meta(transaction, "name", identity.name);
  set_meta(transaction, "desk_url", identity.desk_url);
  set_meta(transaction, "token", identity.token);
  set_meta(transaction, "ca_file", identity.ca_file);
  set_meta(transaction, "desk_epoch", identity.desk_epoch);
  set_meta(transaction, "desk_public_key", identity.desk_public_key);
}

void Station::read_identity() {
  identity_ = {.replica = domain::ReplicaId::parse(meta("replica")).value_or(domain::ReplicaId{}),
               .prefix = meta("prefix"),
               .letter = meta("letter"),
               .site = meta("site"),
               .kind = meta("kind"),
               .name = meta("name"),
               .desk_url = meta("desk_url"),
               .token = meta("token"),
               .ca_file = meta("ca_file"),
               .desk_epoch = meta("desk_epoch"),
               .desk_public_key = meta("desk_public_key")};
}

const StationIdentity& Station::refresh_identity() {
  if (meta("replica") != identity_.replica.str() || meta("token") != identity_.token ||
      meta("desk_epoch") != identity_.desk_epoch)
    read_identity();
  return identity_;
}

std::string Station::meta(std::string_view key) {
  auto row = db_->query("SELECT value FROM meta WHERE key = ?1");
  row.bind(1, key);
  return row.step() ? row.text(0) : std::string{};
}

void Station::set_meta(Transaction&, std::string_view key, std::string_view value) {
  db_->query("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .bind(1, key)
      .bind(2, value)
      .run();
}

base::Instant Station::now() { return clock_.now() + base::Millis{to_number(meta("clock_offset_ms"))}; }

namespace {

bool ends_solved(const std::vector<EventParts>& parts) {
  return parts.size() >= 2 && parts[parts.size() - 2].kind == EventKind::resolved &&
         parts.back().kind == EventKind::confirmed;
}

} // namespace

base::Result<Registered> Station::register_ticket(domain::Registration registration,
                                                  const domain::Fields& beside,
                                                  std::vector<EventParts> after) {
  auto valid = domain::validated(std::move(registration));
  if (!valid) return base::forward_error(valid);
  Transaction transaction(*db_);
  refresh_identity();
  if (valid->self_service && (!is_kiosk() || !ends_solved(after)))
    return base::fail(ErrorCode::not_allowed,
                      "Self-service is a question that an answer at a kiosk has solved, and nothing else.",
                      "self_service");
  base::Instant at = now();
  auto next =
      domain::next_ticket_code(identity_.prefix, static_cast<std::uint32_t>(to_number(meta("last_code"))));
  set_meta(transaction, "last_code", std::to_string(next.counter));
  Registered done{domain::TicketId::make(at, random_), next.code, {}};
  // Who was helped already waits for nobody.
  if (valid->channel == domain::Channel::walk_in && !valid->self_service)
    done.queue_number = next_queue_number(transaction, at);
  auto parts = domain::registered_parts(*valid, done.code, done.queue_number, identity_.site, identity_.name);
  for (const auto& [name, value] : beside) parts.body.insert_or_assign(name, value);
  if (auto kept = append_own(transaction, done.ticket, std::move(parts), {}); !kept)
    return base::forward_error(kept);
  auto ticket = tickets_.project(transaction, done.ticket);
  for (EventParts& part : after) {
    if (auto allowed = domain::check_event(ticket, part); !allowed) return base::forward_error(allowed);
    auto kept = append_own(transaction, done.ticket, part, domain::seen_of(ticket, part));
    if (!kept) return base::forward_error(kept);
    ticket = tickets_.project(transaction, done.ticket);
  }
  transaction.commit();
  return done;
}

std::string Station::next_queue_number(Transaction& transaction, base::Instant at) {
  if (identity_.letter.empty()) return {};
  // A counter for each day: a clock that jumps to another day and back must not count today from 1 again.
  std::string counter = "queue_last_" + std::to_string(clock_.local_day(at).time_since_epoch().count());
  std::int64_t number = to_number(meta(counter)) + 1;
  set_meta(transaction, counter, std::to_string(number));
  return identity_.letter + std::to_string(number);
}

base::Result<domain::Ticket> Station::append(const domain::TicketId& id, std::vector<EventParts> parts,
                                             std::string_view by) {
  Transaction transaction(*db_);
  refresh_identity();
  auto ticket = tickets_.load(id);
  if (!ticket) return base::fail(ErrorCode::not_found, "This ticket is not on this station.", id.str());
  for (EventParts& part : parts) {
    if (!by.empty()) part.body.insert_or_assign("by", std::string(by));
    for (domain::Fields* fields : {&part.body, &part.contact})
      for (auto& [name, value] : *fields)
        if (auto* text = std::get_if<std::string>(&value); text && base::is_valid_utf8(*text))
          *text = base::clean(*text);
    if (auto allowed = domain::check_event(*ticket, part); !allowed) return base::forward_error(allowed);
    auto kept = append_own(transaction, id, part, domain::seen_of(*ticket, part));
    if (!kept) return base::forward_error(kept);
    ticket = tickets_.project(transaction, id);
  }
  transaction.commit();
  return std::move(*ticket);
}

// Before anything is written: what is on a kiosk's disk can be opened at the desk and nowhere else.
base::Status Station::seal_contact(domain::Event& event) {
  if (event.contact_state != domain::ContactState::plain) return {};
  base::Bytes key(base::k_box_key_bytes, '\0');
  std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(key.data()), key.size());
  // Read anew: the worker that syncs may have stored a newer one through its own connection.
  std::optional<base::Bytes> sealed;
  if (base::from_hex(meta("desk_public_key"), bytes)) sealed = base::seal(event.contact, key, random_);
  if (!sealed)
    return base::fail(ErrorCode::unusable,
                      "This kiosk has no key of its desk, so it may not keep what customers enter. Enrol it "
                      "again with walkin enroll.",
                      "desk_public_key");
  event.contact = std::move(*sealed);
  event.contact_state = domain::ContactState::sealed;
  return {};
}

base::Status Station::append_own(Transaction& transaction, const domain::TicketId& ticket, EventParts parts,
                                 domain::Seen seen) {
  if (parts.kind == domain::EventKind::attachment_named)
    if (auto allowed = check_attach(); !allowed) return allowed;
  if (is_kiosk()) domain::move_typed_to_contact(parts);
  base::Instant at = now();
  StoredEvent stored;
  stored.event = log_.next_own(identity_.replica, ticket, parts, std::move(seen), at, random_);
  if (is_kiosk())
    if (auto sealed = seal_contact(stored.event); !sealed) return sealed;
  stored.effective = domain::effective_clock(log_.based_on(stored.event), stored.event.claimed, at);
  recent_.reset();
  log_.append(transaction, stored);
  db_->query("INSERT INTO outbox VALUES (?1, ?2)")
      .bind(1, static_cast<std::int64_t>(stored.event.replica_seq))
      .bind(2, stored.event.id)
      .run();
  if (parts.kind == domain::EventKind::attachment_named) begin_upload(transaction, ticket, parts);
  return {};
}

base::Result<domain::TicketId> Station::find_code(std::string_view typed) {
  auto code = domain::parse_ticket_code(typed);
  if (!code) return base::forward_error(code);
  auto ticket = tickets_.find_code(*code);
  if (!ticket)
    return base::fail(ErrorCode::not_found, fmt::format("There is no ticket {} on this station.", *code),
                      *code);
  return *ticket;
}

StationStatus Station::status() {
  auto number = [this](std::string_view sql) {
    auto row = db_->query(sql);
    row.step();
    return row.integer(0);
  };
  StationStatus status;
  status.outbox = number("SELECT count(*) FROM outbox");
  status.conflicts = number("SELECT count(*) FROM tickets WHERE conflicts > 0");
  status.refused = number("SELECT count(*) FROM events WHERE replica IN (SELECT replica FROM own_replicas) "
                          "AND verdict IN (2, 3)");
  status.held = number("SELECT count(*) FROM held_events");
  if (std::string contact = meta("last_contact_ms"); !contact.empty())
    status.last_contact = base::from_ms(to_number(contact));
  status.trouble = meta("trouble");
  status.attachments = attachments();
  status.in_sync = status.outbox == 0 && status.trouble.empty() && meta("digests_agree") == "1";
  return status;
}

void Station::rebuild() {
  Transaction transaction(*db_);
  tickets_.rebuild(transaction);
  transaction.commit();
}

} // namespace walkin::store
