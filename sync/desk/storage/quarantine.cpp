#include "sync/desk/storage/quarantine.hpp"

namespace walkin::desk {

using domain::EventId;
using protocol::PushVerdict;
using State = SetAside::State;

const std::string_view k_quarantine_sql = R"sql(
CREATE TABLE quarantine (         -- what could not be read, for an administrator to look at
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  replica BLOB NOT NULL,
  replica_seq INTEGER NOT NULL,
  ticket BLOB NOT NULL,           -- zeros where not even that could be read
  event BLOB NOT NULL,
  reason TEXT NOT NULL,
  received INTEGER NOT NULL,
  state INTEGER NOT NULL
);
CREATE INDEX quarantine_of_ticket ON quarantine (ticket, replica) WHERE state < 2;
)sql";

namespace {

constexpr std::string_view k_columns = "id, replica, replica_seq, ticket, event, reason, received, state";

std::string select(std::string_view tail) {
  return "SELECT " + std::string(k_columns) + " FROM quarantine " + std::string(tail);
}

PushVerdict verdict_of(const EventId& id, State state, std::string reason, base::Instant received,
                       bool is_duplicate) {
  PushVerdict verdict{id, domain::Verdict::quarantined, is_duplicate, std::move(reason), 0, received};
  if (state == State::held_back) verdict.verdict = domain::Verdict::pending, verdict.held = true;
  return verdict;
}

} // namespace

std::string_view name_of(State state) {
  switch (state) {
  case State::unreadable: return "unreadable";
  case State::held_back: return "held_back";
  case State::dropped: return "dropped";
  }
  return {};
}

PushVerdict Quarantine::add(store::Transaction&, const SetAside& aside) {
  if (!aside.id.is_nil())
    db_.query("INSERT INTO quarantine (id, replica, replica_seq, ticket, event, reason, received, state) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET replica = "
              "excluded.replica, replica_seq = excluded.replica_seq, event = excluded.event WHERE state < 2")
        .bind(1, aside.id)
        .bind(2, aside.replica)
        .bind(3, static_cast<std::int64_t>(aside.replica_seq))
        .bind(4, aside.ticket)
        .bind_blob(5, aside.bytes)
        .bind(6, aside.reason)
        .bind(7, base::to_ms(aside.received))
        .bind(8, static_cast<std::int64_t>(aside.state))
        .run();
  return verdict_of(aside.id, aside.state, aside.reason, aside.received, false);
}

std::optional<PushVerdict> Quarantine::verdict_on(const EventId& id) {
  auto row = db_.query("SELECT state, reason, received FROM quarantine WHERE id = ?1");
  if (!row.bind(1, id).step()) return std::nullopt;
  return verdict_of(id, static_cast<State>(row.integer(0)), row.text(1), base::from_ms(row.integer(2)), true);
}

std::optional<std::string> Quarantine::holds_back(const domain::ReplicaId& replica,
                                                  const domain::TicketId& ticket) {
  auto row = db_.query("SELECT 1 FROM quarantine WHERE ticket = ?1 AND replica = ?2 AND state < 2 LIMIT 1");
  if (ticket.is_nil() || !row.bind(1, ticket).bind(2, replica).step()) return std::nullopt;
  return "It waits at the desk, behind an entry of this ticket that the desk cannot read. An administrator "
         "decides about that one.";
}

std::vector<SetAside> Quarantine::read(store::Query row) {
  std::vector<SetAside> out;
  while (row.step())
    out.push_back({row.id<EventId>(0), row.id<domain::ReplicaId>(1),
                   static_cast<std::uint64_t>(row.integer(2)), row.id<domain::TicketId>(3), row.text(4),
                   row.text(5), base::from_ms(row.integer(6)), static_cast<State>(row.integer(7))});
  return out;
}

std::vector<SetAside> Quarantine::list() {
  return read(db_.query(select("WHERE state < 2 ORDER BY number")));
}

std::optional<SetAside> Quarantine::find(const EventId& id) {
  auto row = db_.query(select("WHERE id = ?1"));
  row.bind(1, id);
  auto found = read(std::move(row));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<SetAside> Quarantine::chain_of(const EventId& id) {
  auto first = find(id);
  if (!first) return {};
  if (first->ticket.is_nil())
    return first->state == State::dropped ? std::vector<SetAside>{} : std::vector{*first};
  // Two copies of a station may have handed in the same event, each under its own name; it stands here under
  // that of the later one. What the other wrote behind it waits for it as well.
  auto row = db_.query(select(
      "WHERE ticket = ?1 AND state < 2 AND (replica = ?2 OR replica NOT IN (SELECT replica FROM quarantine "
      "WHERE ticket = ?1 AND state = 0)) ORDER BY replica <> ?2, replica, replica_seq"));
  row.bind(1, first->ticket).bind(2, first->replica);
  return read(std::move(row));
}

std::vector<EventId> Quarantine::given_back(const domain::ReplicaId& replica) {
  auto row = db_.query("SELECT q.id FROM quarantine q JOIN events e ON e.id = q.id "
                       "WHERE q.replica = ?1 AND q.state = 0");
  row.bind(1, replica);
  std::vector<EventId> out;
  while (row.step()) out.push_back(row.id<EventId>(0));
  return out;
}

void Quarantine::drop(store::Transaction&, const EventId& id) {
  db_.query("UPDATE quarantine SET state = 2 WHERE id = ?1").bind(1, id).run();
}

void Quarantine::keep(store::Transaction&, const EventId& id, std::string_view reason) {
  db_.query("UPDATE quarantine SET state = 0, reason = ?2 WHERE id = ?1").bind(1, id).bind(2, reason).run();
}

void Quarantine::remove(store::Transaction&, const EventId& id) {
  db_.query("DELETE FROM quarantine WHERE id = ?1").bind(1, id).run();
}

void Quarantine::erase(store::Transaction&, const domain::TicketId& ticket) {
  auto row = db_.query(select("WHERE ticket = ?1"));
  row.bind(1, ticket);
  for (const SetAside& aside : read(std::move(row))) {
    auto event = protocol::decode_event(aside.bytes, protocol::Format::cbor);
    std::string bytes; // of what cannot be read nothing stays
    if (event) {
      if (event->contact_state != domain::ContactState::none)
        event->contact_state = domain::ContactState::erased;
      event->contact.clear();
      bytes = protocol::encode(*event, protocol::Format::cbor);
    }
    db_.query("UPDATE quarantine SET event = ?2 WHERE id = ?1").bind(1, aside.id).bind_blob(2, bytes).run();
  }
}

} // namespace walkin::desk
