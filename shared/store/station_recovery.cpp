// A station whose directory was copied or put back, and how it goes on under an identity of its own.
#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"
#include "shared/protocol/fields_json.hpp"
#include "shared/store/station.hpp"

#include <set>

namespace walkin::store {

using domain::EventKind;

namespace {

constexpr std::string_view k_split_key = "split_key";
constexpr std::string_view k_given_back_to = "given_back_to"; // a position in this log
constexpr std::string_view k_given_back_epoch = "given_back_epoch";

std::string text_of(const domain::Fields& fields, std::string_view name) {
  auto found = fields.find(name);
  return found == fields.end() ? std::string{} : domain::to_text(found->second);
}

// Gives a registration another code. The one on the customer's slip stays in the body.
class NewCodes {
public:
  NewCodes(std::string_view old_prefix, std::string_view new_prefix)
      : old_start_(std::string(old_prefix) + "-"), prefix_(new_prefix) {}

  void give(domain::Event& event) {
    if (event.kind != domain::name_of(EventKind::registered)) return;
    auto body = protocol::decode_fields(event.body);
    if (!body) return;
    std::string code = text_of(*body, "code");
    if (!code.starts_with(old_start_)) return;
    auto next = domain::next_ticket_code(prefix_, last_);
    last_ = next.counter;
    std::string former = text_of(*body, domain::k_former_code);
    body->insert_or_assign(std::string(domain::k_former_code), former.empty() ? code : former + " " + code);
    body->insert_or_assign("code", next.code);
    event.body = protocol::encode_fields(*body);
  }
  std::uint32_t last() const { return last_; }

private:
  std::string old_start_, prefix_;
  std::uint32_t last_ = 0;
};

} // namespace

Standing Station::standing() {
  refresh_identity();
  Standing out;
  out.epoch = identity_.desk_epoch;
  auto first = db_->query("SELECT min(replica_seq) FROM outbox");
  first.step();
  out.waits = !first.is_null(0);
  out.held = db_->query("SELECT 1 FROM held_events LIMIT 1").step();
  if (!out.waits) {
    out.head = log_.chain_head(identity_.replica);
    return out;
  }
  auto before = static_cast<std::uint64_t>(first.integer(0)) - 1;
  ChainHead floor = log_.chain_floor(identity_.replica);
  if (auto held = log_.find(identity_.replica, before))
    out.head = {before, held->event.hash, held->event.claimed};
  else if (floor.replica_seq == before)
    out.head = floor;
  else if (auto next = log_.find(identity_.replica, before + 1); next && before > 0) // lost on this disk
    out.head = {before, next->event.previous, {}};
  return out;
}

std::optional<base::Hash> Station::begin_split(const std::optional<ChainHead>& head_told, bool anew) {
  Transaction transaction(*db_);
  Standing now = standing();
  // Said of a pull, which told the head because nothing waited: another process may have pushed meanwhile.
  if (head_told &&
      (now.waits || now.head.replica_seq != head_told->replica_seq || now.head.hash != head_told->hash))
    return std::nullopt;
  if (auto kept = base::Hash::parse(meta(k_split_key)); kept && !anew) return kept;
  base::Hash key;
  random_.fill(key.bytes);
  set_meta(transaction, k_split_key, key.str());
  transaction.commit();
  return key;
}

void Station::requeue_own() {
  recent_.reset();
  Transaction transaction(*db_);
  refresh_identity();
  db_->query("INSERT OR IGNORE INTO outbox SELECT replica_seq, id FROM events WHERE replica = ?1")
      .bind(1, identity_.replica)
      .run();
  db_->execute("DELETE FROM held_events");
  db_->query("UPDATE events SET received = NULL, verdict = 0, reason = '' WHERE replica = ?1")
      .bind(1, identity_.replica)
      .run();
  set_meta(transaction, "cursor", "");
  set_meta(transaction, "digests_agree", "0");
  std::vector<domain::TicketId> tickets;
  {
    auto row = db_->query("SELECT DISTINCT ticket FROM events WHERE replica = ?1");
    row.bind(1, identity_.replica);
    while (row.step()) tickets.push_back(row.id<domain::TicketId>(0));
  }
  for (const domain::TicketId& ticket : tickets) tickets_.project(transaction, ticket);
  transaction.commit();
}

HeldBatch Station::held_for_desk(std::size_t count_max) {
  HeldBatch batch;
  batch.epoch = meta(k_given_back_epoch);
  std::int64_t after = batch.epoch.empty() ? 0 : base::parse_integer(meta(k_given_back_to)).value_or(0);
  for (StoredEvent& stored : log_.placed_after(after, count_max)) {
    batch.events.push_back({stored.event.id, stored.event.hash, stored.verdict});
    batch.last_position = stored.position;
  }
  return batch;
}

std::vector<StoredEvent> Station::offers(std::span<const domain::EventId> ids) {
  std::vector<StoredEvent> out;
  for (const domain::EventId& id : ids)
    if (auto stored = log_.find(id); stored && !stored->receipt.is_zero() && is_sound(stored->event))
      out.push_back(std::move(*stored));
  return out;
}

void Station::store_given_back(std::span<const domain::EventId> not_taken,
                               std::span<const domain::EventId> elsewhere,
                               std::span<const EventVerdict> judged) {
  if (not_taken.empty() && elsewhere.empty() && judged.empty()) return;
  recent_.reset();
  Transaction transaction(*db_);
  refresh_identity();
  std::set<domain::TicketId> touched;
  for (const domain::EventId& id : not_taken) {
    auto held = log_.find_placed(id);
    if (!held || held->replica != identity_.replica || !held->is_received) continue;
    db_->query("INSERT OR IGNORE INTO outbox VALUES (?1, ?2)")
        .bind(1, static_cast<std::int64_t>(held->replica_seq))
        .bind(2, id)
        .run();
    db_->query("UPDATE events SET received = NULL, verdict = 0, reason = '' WHERE id = ?1").bind(1, id).run();
    touched.insert(held->ticket);
  }
  for (const EventVerdict& verdict : judged)
    if (auto held = log_.find_placed(verdict.id)) {
      log_.settle(transaction, verdict.id, verdict.verdict, verdict.reason, verdict.effective,
                  verdict.received, verdict.receipt);
      touched.insert(held->ticket);
    }
  for (const domain::EventId& id : elsewhere)
    if (auto held = log_.find(id)) {
      log_.forget(transaction, held->event); // the desk's form of it comes with the feed
      touched.insert(held->event.ticket);
    }
  for (const domain::TicketId& ticket : touched) tickets_.project(transaction, ticket);
  transaction.commit();
}

void Station::store_given_back_to(std::int64_t last_position, std::string_view epoch) {
  Transaction transaction(*db_);
  set_meta(transaction, k_given_back_epoch, epoch);
  set_meta(transaction, k_given_back_to, std::to_string(last_position));
  transaction.commit();
}

void Station::finish_giving_back(std::string_view epoch) {
  recent_.reset();
  Transaction transaction(*db_);
  refresh_identity();
  // A row that was damaged here could not be given back, and what the desk does not have cannot mend it.
  for (const domain::TicketId& ticket : log_.drop_damaged(transaction, identity_.replica))
    tickets_.project(transaction, ticket);
  // What the desk had set aside it may have lost too.
  db_->query("INSERT OR IGNORE INTO outbox SELECT e.replica_seq, e.id FROM held_events h "
             "JOIN events e ON e.id = h.event WHERE e.replica = ?1")
      .bind(1, identity_.replica)
      .run();
  db_->execute("DELETE FROM held_events");
  set_meta(transaction, "desk_epoch", epoch);
  set_meta(transaction, "cursor", "");
  set_meta(transaction, "digests_agree", "0");
  for (std::string_view key : {k_given_back_to, k_given_back_epoch})
    db_->query("DELETE FROM meta WHERE key = ?1").bind(1, key).run();
  transaction.commit();
  refresh_identity();
}

void Station::rehome(const StationIdentity& identity) {
  recent_.reset();
  Transaction transaction(*db_);
  refresh_identity();
  if (identity_.replica == identity.replica) return; // another process has done it
  // What the desk has set aside it will have judged as the other copy's; only as its own is this one told.
  std::vector<StoredEvent> waiting;
  {
    auto row =
        db_->query("SELECT e.id FROM (SELECT event FROM outbox UNION SELECT event FROM held_events) o "
                   "JOIN events e ON e.id = o.event ORDER BY e.replica <> ?1, e.replica, e.replica_seq");
    row.bind(1, identity_.replica);
    while (row.step()) waiting.push_back(log_.find(row.id<domain::EventId>(0)).value());
  }
  db_->execute("DELETE FROM outbox");
  db_->execute("DELETE FROM held_events");
  NewCodes codes(identity_.prefix, identity.prefix);
  std::set<domain::TicketId> touched;
  ChainHead head;
  for (const StoredEvent& stored : waiting) log_.withdraw(transaction, stored.event.id);
  for (StoredEvent& stored : waiting) {
    domain::Event& event = stored.event;
    codes.give(event);
    event.replica = identity.replica;
    event.replica_seq = head.replica_seq + 1;
    event.previous = head.hash;
    event.hash = domain::compute_hash(event);
    head = {event.replica_seq, event.hash, event.claimed};
    log_.append(transaction, stored);
    db_->query("INSERT INTO outbox VALUES (?1, ?2)")
        .bind(1, static_cast<std::int64_t>(event.replica_seq))
        .bind(2, event.id)
        .run();
    touched.insert(event.ticket);
  }
  put_identity(transaction, identity);
  set_meta(transaction, "last_code", std::to_string(codes.last()));
  set_meta(transaction, "cursor", ""); // what the other copy wrote in this one's place was passed over
  set_meta(transaction, "digests_agree", "0");
  db_->query("DELETE FROM meta WHERE key = ?1").bind(1, k_split_key).run();
  for (const domain::TicketId& ticket : touched) tickets_.project(transaction, ticket);
  transaction.commit();
  identity_ = identity;
}

} // namespace walkin::store
