#include "shared/store/event_log.hpp"

#include "shared/base/bytes.hpp"
#include "shared/protocol/fields_json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace walkin::store {

using domain::Event;
using domain::Verdict;

const std::string_view k_event_log_sql = R"sql(
CREATE TABLE events (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  ticket BLOB NOT NULL CHECK (length(ticket) = 16),
  replica BLOB NOT NULL CHECK (length(replica) = 16),
  replica_seq INTEGER NOT NULL,
  previous BLOB NOT NULL,
  claimed INTEGER NOT NULL,
  envelope INTEGER NOT NULL,
  kind TEXT NOT NULL,
  kind_version INTEGER NOT NULL,
  seen BLOB NOT NULL,             -- for each field: length of the name (4 bytes), name, 16 bytes of event id
  body TEXT NOT NULL,
  contact_state INTEGER NOT NULL,
  contact BLOB NOT NULL,
  contact_hash BLOB NOT NULL,
  hash BLOB NOT NULL,
  effective INTEGER NOT NULL,
  received INTEGER,               -- ms since 1970 at the desk
  verdict INTEGER NOT NULL,
  reason TEXT NOT NULL,
  receipt BLOB NOT NULL DEFAULT x''
);
CREATE INDEX events_of_chain ON events (replica, replica_seq);
CREATE INDEX events_refused ON events (replica) WHERE verdict IN (2, 3);
CREATE INDEX events_of_ticket ON events (ticket);
CREATE TABLE chain_floors (        -- the newest event of each replica that this log has let go
  replica BLOB PRIMARY KEY,
  replica_seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  claimed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE erasures (            -- tickets from which the customer's data was erased
  ticket BLOB PRIMARY KEY,
  at INTEGER NOT NULL,
  receipt BLOB NOT NULL,
  position INTEGER NOT NULL        -- in the feed, at the desk
) WITHOUT ROWID;
CREATE INDEX erasures_of_feed ON erasures (position);
CREATE INDEX events_naming_files ON events (ticket) WHERE kind = 'attachment_named';
)sql";

namespace {

constexpr std::string_view k_columns =
    "position, id, ticket, replica, replica_seq, previous, claimed, envelope, kind, kind_version, seen, "
    "body, "
    "contact_state, contact, contact_hash, hash, effective, received, verdict, reason, receipt";

std::string pack_seen(const domain::Seen& seen) {
  std::string out;
  for (const auto& [field, version] : seen) {
    for (unsigned shift : {24u, 16u, 8u, 0u}) out += static_cast<char>(field.size() >> shift);
    out += field;
    out.append(reinterpret_cast<const char*>(version.bytes.data()), version.bytes.size());
  }
  return out;
}

domain::Seen unpack_seen(std::string_view packed) {
  domain::Seen seen;
  while (!packed.empty()) {
    constexpr std::size_t k_length_bytes = 4;
    domain::EventId version;
    std::size_t length = 0;
    for (std::size_t i = 0; i < std::min(k_length_bytes, packed.size()); ++i)
      length = (length << 8) | static_cast<std::uint8_t>(packed[i]);
    if (packed.size() < k_length_bytes + length + version.bytes.size())
      throw std::runtime_error("a stored event's list of seen versions is damaged");
    packed.remove_prefix(k_length_bytes);
    std::copy_n(packed.begin() + static_cast<std::ptrdiff_t>(length), version.bytes.size(),
                version.bytes.begin());
    seen.emplace(packed.substr(0, length), version);
    packed.remove_prefix(length + version.bytes.size());
  }
  return seen;
}

base::Hash hash_in(const Query& row, int column) {
  auto hash = base::Hash::from_raw(row.text(column));
  if (!hash) throw std::runtime_error("a stored hash does not have 32 bytes");
  return *hash;
}

StoredEvent read_row(const Query& row) {
  StoredEvent out;
  out.position = row.integer(0);
  Event& e = out.event;
  e.id = row.id<domain::EventId>(1);
  e.ticket = row.id<domain::TicketId>(2);
  e.replica = row.id<domain::ReplicaId>(3);
  e.replica_seq = static_cast<std::uint64_t>(row.integer(4));
  e.previous = hash_in(row, 5);
  e.claimed.packed = row.integer(6);
  e.envelope = static_cast<std::uint32_t>(row.integer(7));
  e.kind = row.text(8);
  e.kind_version = static_cast<std::uint32_t>(row.integer(9));
  e.seen = unpack_seen(row.text(10));
  e.body = row.text(11);
  e.contact_state = static_cast<domain::ContactState>(row.integer(12));
  e.contact = row.text(13);
  e.contact_hash = hash_in(row, 14);
  e.hash = hash_in(row, 15);
  out.effective = row.integer(16);
  if (!row.is_null(17)) out.received = base::from_ms(row.integer(17));
  out.verdict = static_cast<Verdict>(row.integer(18));
  out.reason = row.text(19);
  if (auto receipt = base::Hash::from_raw(row.text(20))) out.receipt = *receipt;
  return out;
}

// Nothing for a row that is not as it was written.
std::optional<StoredEvent> read_if_sound(const Query& row) {
  try {
    StoredEvent stored = read_row(row);
    if (is_sound(stored.event)) return stored;
  } catch (const std::runtime_error&) {
    // A value that no program of ours has written.
  }
  return std::nullopt;
}

// 128 random bits in the contact part keep its hash from being guessed.
std::string make_salt(base::Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return base::to_hex(bytes);
}

const std::string& select(std::string_view tail) {
  static thread_local std::map<std::string, std::string, std::less<>> texts;
  auto found = texts.find(tail);
  if (found == texts.end())
    found = texts.emplace(tail, fmt::format("SELECT {} FROM events {}", k_columns, tail)).first;
  return found->second;
}

} // namespace

domain::TicketEvent to_ticket_event(StoredEvent stored) {
  domain::TicketEvent out;
  out.effective = stored.effective;
  out.verdict = stored.verdict;
  out.reason = std::move(stored.reason);
  out.received = stored.received;
  out.envelope = std::move(stored.event);
  out.kind = domain::parse_event_kind(out.envelope.kind);
  if (!out.kind) return out;
  auto body = protocol::decode_fields(out.envelope.body);
  if (body)
    out.body = std::move(*body);
  else
    out.kind.reset();
  if (out.envelope.contact_state == domain::ContactState::plain) {
    auto contact = protocol::decode_fields(out.envelope.contact);
    if (contact) out.contact = std::move(*contact);
  }
  return out;
}

domain::Event EventLog::next_own(const domain::ReplicaId& replica, const domain::TicketId& ticket,
                                 const domain::EventParts& parts, domain::Seen seen, base::Instant at,
                                 base::Random& random) {
  ChainHead head = chain_head(replica);
  Event event;
  event.id = domain::EventId::make(at, random);
  event.ticket = ticket;
  event.replica = replica;
  event.replica_seq = head.replica_seq + 1;
  event.previous = head.hash;
  event.claimed = base::next_hlc(head.claimed, at);
  event.kind = domain::name_of(parts.kind);
  event.seen = std::move(seen);
  event.body = protocol::encode_fields(parts.body);
  if (!parts.contact.empty()) {
    domain::Fields contact = parts.contact;
    contact.insert_or_assign("salt", make_salt(random));
    event.contact = protocol::encode_fields(contact);
    event.contact_state = domain::ContactState::plain;
    event.contact_hash = domain::compute_contact_hash(event.contact);
  }
  event.hash = domain::compute_hash(event);
  return event;
}

bool is_sound(const Event& event) {
  if (domain::compute_hash(event) != event.hash) return false;
  return event.contact_state != domain::ContactState::plain ||
         domain::compute_contact_hash(event.contact) == event.contact_hash;
}

std::int64_t EventLog::append(Transaction&, const StoredEvent& stored) {
  return insert(stored, std::nullopt);
}

bool EventLog::append_if_free(Transaction&, const StoredEvent& stored) {
  insert(stored, std::nullopt, true);
  return db_.changed_rows() != 0;
}

std::int64_t EventLog::insert(const StoredEvent& stored, std::optional<std::int64_t> position,
                              bool only_if_free) {
  const Event& e = stored.event;
  static const std::string k_insert =
      "INSERT INTO events (position, id, ticket, replica, replica_seq, previous, claimed, envelope, kind, "
      "kind_version, seen, body, contact_state, contact, contact_hash, hash, effective, received, verdict, "
      "reason, receipt) VALUES "
      "(?20,?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?21)";
  static const std::string k_insert_if_free = k_insert + " ON CONFLICT DO NOTHING";
  const std::string seen = pack_seen(e.seen);
  const std::span<const std::uint8_t> receipt(stored.receipt.bytes.data(),
                                              stored.receipt.is_zero() ? 0 : stored.receipt.bytes.size());
  auto insert = db_.query(only_if_free ? k_insert_if_free : k_insert);
  insert.bind_in_place(1, e.id.bytes)
      .bind_in_place(2, e.ticket.bytes)
      .bind_in_place(3, e.replica.bytes)
      .bind(4, static_cast<std::int64_t>(e.replica_seq))
      .bind_in_place(5, e.previous.bytes)
      .bind(6, e.claimed.packed)
      .bind(7, std::int64_t{e.envelope})
      .bind_in_place(8, e.kind)
      .bind(9, std::int64_t{e.kind_version})
      .bind_in_place(10, base::as_bytes(seen))
      .bind_in_place(11, e.body)
      .bind(12, static_cast<std::int64_t>(e.contact_state))
      .bind_in_place(13, base::as_bytes(e.contact))
      .bind_in_place(14, e.contact_hash.bytes)
      .bind_in_place(15, e.hash.bytes)
      .bind(16, stored.effective)
      .bind(17, stored.received ? std::optional(base::to_ms(*stored.received)) : std::nullopt)
      .bind(18, static_cast<std::int64_t>(stored.verdict))
      .bind_in_place(19, stored.reason)
      .bind(20, position)
      .bind_in_place(21, receipt)
      .run();
  return db_.last_insert_rowid();
}

void EventLog::set_contact(Transaction&, const domain::EventId& id, domain::ContactState state,
                           std::string_view contact) {
  db_.query("UPDATE events SET contact_state = ?2, contact = ?3 WHERE id = ?1")
      .bind(1, id)
      .bind(2, static_cast<std::int64_t>(state))
      .bind_blob(3, contact)
      .run();
}

bool EventLog::give_back_contact(Transaction& transaction, const Event& event) {
  if (event.contact_state != domain::ContactState::plain) return false;
  {
    auto row =
        db_.query("SELECT 1 FROM events WHERE id = ?1 AND contact_hash = ?2 AND contact_state IN (2, 3) "
                  "AND ticket NOT IN (SELECT ticket FROM erasures)");
    row.bind(1, event.id).bind_blob(2, event.contact_hash.raw());
    if (!row.step() || !is_sound(event)) return false;
  }
  set_contact(transaction, event.id, event.contact_state, event.contact);
  return true;
}

bool EventLog::erase(Transaction&, const domain::Erasure& erasure, std::int64_t position) {
  bool is_new = !is_erased(erasure.ticket);
  db_.query("INSERT INTO erasures VALUES (?1, ?2, ?3, ?4) ON CONFLICT (ticket) DO UPDATE SET "
            "position = max(position, excluded.position), receipt = excluded.receipt, at = excluded.at")
      .bind(1, erasure.ticket)
      .bind(2, base::to_ms(erasure.at))
      .bind_blob(3, erasure.receipt.raw())
      .bind(4, position)
      .run();
  db_.query(
         "UPDATE events SET contact_state = ?2, contact = x'' WHERE ticket = ?1 AND contact_state IN (1, 2)")
      .bind(1, erasure.ticket)
      .bind(2, static_cast<std::int64_t>(domain::ContactState::erased))
      .run();
  return is_new;
}

bool EventLog::is_erased(const domain::TicketId& ticket) {
  auto row = db_.query("SELECT 1 FROM erasures WHERE ticket = ?1");
  return row.bind(1, ticket).step();
}

std::vector<domain::Erasure> EventLog::erasures() {
  std::vector<domain::Erasure> out;
  auto row = db_.query("SELECT ticket, at, receipt FROM erasures ORDER BY ticket");
  while (row.step())
    out.push_back({row.id<domain::TicketId>(0), base::from_ms(row.integer(1)), hash_in(row, 2)});
  return out;
}

void EventLog::replace(Transaction&, const StoredEvent& stored) {
  std::optional<std::int64_t> position;
  {
    auto row = db_.query("SELECT position FROM events WHERE id = ?1");
    row.bind(1, stored.event.id);
    if (row.step()) position = row.integer(0);
  }
  // A row whose id was changed on the disk stands in this place of the chain still.
  std::vector<std::int64_t> damaged;
  {
    auto row = db_.query(select("WHERE replica = ?1 AND replica_seq = ?2 AND id <> ?3"));
    row.bind(1, stored.event.replica).bind(2, static_cast<std::int64_t>(stored.event.replica_seq));
    row.bind(3, stored.event.id);
    while (row.step())
      if (auto held = read_if_sound(row); !held) damaged.push_back(row.integer(0));
  }
  for (std::int64_t other : damaged) db_.query("DELETE FROM events WHERE position = ?1").bind(1, other).run();
  db_.query("DELETE FROM events WHERE id = ?1").bind(1, stored.event.id).run();
  insert(stored, position);
}

void EventLog::scan_sound(const std::function<void(const StoredEvent&)>& visit) {
  auto row = db_.query(select("WHERE received IS NOT NULL AND verdict IN (1, 2) "
                              "AND ticket IN (SELECT ticket FROM tickets) ORDER BY position"));
  while (row.step())
    if (auto stored = read_if_sound(row)) visit(*stored);
}

std::vector<domain::TicketId> EventLog::drop_damaged(Transaction&, const domain::ReplicaId& own) {
  std::vector<std::pair<std::int64_t, domain::TicketId>> damaged;
  {
    auto row = db_.query(select("WHERE received IS NOT NULL AND replica <> ?1"));
    row.bind(1, own);
    while (row.step())
      if (!read_if_sound(row)) damaged.emplace_back(row.integer(0), row.id<domain::TicketId>(2));
  }
  std::vector<domain::TicketId> tickets;
  for (const auto& [position, ticket] : damaged) {
    db_.query("DELETE FROM events WHERE position = ?1").bind(1, position).run();
    tickets.push_back(ticket);
  }
  return tickets;
}

std::vector<StoredEvent> EventLog::placed_after(std::int64_t after, std::size_t count_max) {
  auto row = db_.query(select("WHERE position > ?1 AND received IS NOT NULL ORDER BY position"));
  row.bind(1, after);
  std::vector<StoredEvent> out;
  while (out.size() < count_max && row.step())
    if (auto stored = read_if_sound(row)) out.push_back(std::move(*stored));
  return out;
}

void EventLog::settle(Transaction&, const domain::EventId& id, Verdict verdict, std::string_view reason,
                      std::int64_t effective, base::Instant received, const base::Hash& receipt) {
  db_.query("UPDATE events SET verdict = ?2, reason = ?3, effective = ?4, received = ?5, receipt = ?6 "
            "WHERE id = ?1")
      .bind(1, id)
      .bind(2, static_cast<std::int64_t>(verdict))
      .bind(3, reason)
      .bind(4, effective)
      .bind(5, base::to_ms(received))
      .bind_blob(6, receipt.is_zero() ? std::string{} : receipt.raw())
      .run();
}

void EventLog::keep_receipt(Transaction&, const domain::EventId& id, const base::Hash& receipt) {
  if (receipt.is_zero()) return;
  db_.query("UPDATE events SET receipt = ?2 WHERE id = ?1 AND receipt <> ?2")
      .bind(1, id)
      .bind_blob(2, receipt.raw())
      .run();
}

std::optional<StoredEvent> EventLog::find(const domain::EventId& id) {
  auto row = db_.query(select("WHERE id = ?1"));
  row.bind(1, id);
  if (!row.step()) return std::nullopt;
  return read_row(row);
}

std::optional<StoredEvent> EventLog::find(const domain::ReplicaId& replica, std::uint64_t replica_seq) {
  auto row = db_.query(select("WHERE replica = ?1 AND replica_seq = ?2"));
  row.bind(1, replica).bind(2, static_cast<std::int64_t>(replica_seq));
  if (!row.step()) return std::nullopt;
  return read_row(row);
}

std::optional<EventLog::Placed> EventLog::find_placed(const domain::EventId& id) {
  auto row = db_.query("SELECT ticket, replica, replica_seq, effective, received, verdict FROM events "
                       "WHERE id = ?1");
  row.bind(1, id);
  if (!row.step()) return std::nullopt;
  return Placed{row.id<domain::TicketId>(0),
                row.id<domain::ReplicaId>(1),
                static_cast<std::uint64_t>(row.integer(2)),
                row.integer(3),
                !row.is_null(4),
                static_cast<Verdict>(row.integer(5))};
}

bool EventLog::has_ticket(const domain::TicketId& ticket) {
  auto row = db_.query("SELECT 1 FROM events WHERE ticket = ?1 LIMIT 1");
  row.bind(1, ticket);
  return row.step();
}

std::vector<StoredEvent> EventLog::of_ticket(const domain::TicketId& ticket) {
  auto row = db_.query(select("WHERE ticket = ?1 ORDER BY position"));
  row.bind(1, ticket);
  std::vector<StoredEvent> out;
  while (row.step()) out.push_back(read_row(row));
  return out;
}

namespace {

ChainHead head_in(Query& row, const domain::ReplicaId& replica) {
  if (!row.bind(1, replica).step()) return {};
  return {static_cast<std::uint64_t>(row.integer(0)), hash_in(row, 1), base::Hlc{row.integer(2)}};
}

} // namespace

ChainHead EventLog::chain_floor(const domain::ReplicaId& replica) {
  auto row = db_.query("SELECT replica_seq, hash, claimed FROM chain_floors WHERE replica = ?1");
  return head_in(row, replica);
}

ChainHead EventLog::chain_head(const domain::ReplicaId& replica) {
  auto row = db_.query("SELECT replica_seq, hash, claimed FROM events WHERE replica = ?1 "
                       "ORDER BY replica_seq DESC LIMIT 1");
  ChainHead held = head_in(row, replica), floor = chain_floor(replica);
  return held.replica_seq >= floor.replica_seq ? held : floor;
}

void EventLog::forget(Transaction&, const Event& event) {
  db_.query("DELETE FROM events WHERE id = ?1").bind(1, event.id).run();
  db_.query("INSERT INTO chain_floors VALUES (?1, ?2, ?3, ?4) ON CONFLICT (replica) DO UPDATE SET "
            "replica_seq = excluded.replica_seq, hash = excluded.hash, claimed = excluded.claimed "
            "WHERE excluded.replica_seq > replica_seq")
      .bind(1, event.replica)
      .bind(2, static_cast<std::int64_t>(event.replica_seq))
      .bind_blob(3, event.hash.raw())
      .bind(4, event.claimed.packed)
      .run();
}

std::size_t EventLog::let_go(Transaction&, const domain::TicketId& ticket, const domain::ReplicaId& own) {
  // What another replica wrote stands in no chain of this log; a damaged hash must not become a floor.
  db_.query("INSERT INTO chain_floors SELECT replica, replica_seq, hash, claimed FROM events "
            "WHERE ticket = ?1 AND replica = ?2 AND length(hash) = 32 ORDER BY replica_seq DESC LIMIT 1 "
            "ON CONFLICT (replica) DO UPDATE SET replica_seq = excluded.replica_seq, hash = excluded.hash, "
            "claimed = excluded.claimed WHERE excluded.replica_seq > replica_seq")
      .bind(1, ticket)
      .bind(2, own)
      .run();
  db_.query("DELETE FROM events WHERE ticket = ?1").bind(1, ticket).run();
  return static_cast<std::size_t>(db_.changed_rows());
}

void EventLog::withdraw(Transaction&, const domain::EventId& id) {
  db_.query("DELETE FROM events WHERE id = ?1").bind(1, id).run();
}

std::optional<std::int64_t> EventLog::based_on(const Event& event) {
  std::optional<std::int64_t> greatest;
  auto raise = [&](const Query& row) {
    if (!row.is_null(0)) greatest = std::max(greatest.value_or(row.integer(0)), row.integer(0));
  };
  for (const auto& [field, version] : event.seen) {
    if (version.is_nil()) continue;
    auto row = db_.query("SELECT effective FROM events WHERE id = ?1");
    row.bind(1, version);
    if (row.step()) raise(row);
  }
  // The signs keep SQLite from walking all that the replica ever wrote, by the index over its chain.
  auto row = db_.query(
      "SELECT max(effective) FROM events WHERE ticket = ?1 AND +replica = ?2 AND +replica_seq < ?3");
  row.bind(1, event.ticket).bind(2, event.replica).bind(3, static_cast<std::int64_t>(event.replica_seq));
  if (row.step()) raise(row);
  return greatest;
}

void EventLog::scan(std::int64_t after, const std::function<bool(StoredEvent&&)>& visit) {
  auto row = db_.query(select("WHERE position > ?1 ORDER BY position"));
  row.bind(1, after);
  while (row.step())
    if (!visit(read_row(row))) return;
}

} // namespace walkin::store
