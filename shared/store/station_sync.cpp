// The station's side of sync: what it hands out and what it takes in.
#include "shared/base/seal.hpp"
#include "shared/base/text.hpp"
#include "shared/store/station.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace walkin::store {

using domain::Verdict;

namespace {

constexpr base::Millis k_digest_age_max = std::chrono::minutes(10);
constexpr base::Millis k_contact_age_max{30'000};
constexpr base::Millis k_clock_drift_min{1'000};

std::int64_t to_number(std::string_view text) { return base::parse_integer(text).value_or(0); }

} // namespace

std::vector<ScopeDigest> Station::recent_digest() {
  auto row = db_->query("PRAGMA data_version"); // differs after another connection has committed
  row.step();
  std::int64_t version = row.integer(0);
  base::Instant at = clock_.now();
  bool is_fresh =
      recent_ && recent_->data_version == version && at >= recent_->at && at - recent_->at < k_digest_age_max;
  if (!is_fresh) recent_ = RecentDigest{digest(), version, at};
  return recent_->digests;
}

void Station::store_repair(std::span<const StoredEvent> events) {
  recent_.reset();
  Transaction transaction(*db_);
  std::set<domain::TicketId> touched;
  for (const StoredEvent& incoming : events) {
    // Another event of ours in this place of the chain waits for the desk: it is not to be written over.
    auto other =
        db_->query("SELECT received FROM events WHERE replica = ?1 AND replica_seq = ?2 AND id <> ?3");
    other.bind(1, incoming.event.replica)
        .bind(2, static_cast<std::int64_t>(incoming.event.replica_seq))
        .bind(3, incoming.event.id);
    if (other.step() && other.is_null(0)) continue;
    log_.replace(transaction, incoming);
    touched.insert(incoming.event.ticket);
  }
  for (const domain::TicketId& ticket : touched) tickets_.project(transaction, ticket);
  transaction.commit();
}

std::vector<domain::Event> Station::outbox(std::size_t events_max, std::size_t bytes_max,
                                           std::uint64_t after) {
  std::vector<domain::Event> batch;
  std::size_t bytes = 0;
  std::vector<domain::EventId> ids;
  {
    auto row = db_->query("SELECT event FROM outbox WHERE replica_seq > ?2 ORDER BY replica_seq LIMIT ?1");
    row.bind(1, static_cast<std::int64_t>(events_max)).bind(2, static_cast<std::int64_t>(after));
    while (row.step()) ids.push_back(row.id<domain::EventId>(0));
  }
  for (const domain::EventId& id : ids) {
    domain::Event event = log_.find(id).value().event;
    bytes += event.body.size() + event.contact.size() + 400;
    if (!batch.empty() && bytes > bytes_max) break;
    batch.push_back(std::move(event));
  }
  return batch;
}

void Station::store_verdicts(std::span<const EventVerdict> verdicts) {
  recent_.reset();
  Transaction transaction(*db_);
  refresh_identity();
  std::map<domain::TicketId, Settled> settled;
  for (const EventVerdict& verdict : verdicts) {
    if (verdict.verdict == Verdict::pending && !verdict.held) continue;
    auto own = log_.find_placed(verdict.id);
    if (!own || own->replica != identity_.replica || own->verdict != Verdict::pending) continue;
    if (verdict.held) {
      db_->query("INSERT OR IGNORE INTO held_events VALUES (?1)").bind(1, verdict.id).run();
      db_->query("DELETE FROM outbox WHERE replica_seq = ?1")
          .bind(1, static_cast<std::int64_t>(own->replica_seq))
          .run();
      continue; // it stays in view as what waits
    }
    if (verdict.elsewhere && comes_with_feed(verdict, own->ticket)) {
      log_.forget(transaction, log_.find(verdict.id).value().event);
      set_meta(transaction, "cursor", ""); // the desk's form of it may have gone by already
    } else {
      log_.settle(transaction, verdict.id, verdict.verdict, verdict.reason, verdict.effective,
                  verdict.received, verdict.receipt);
    }
    db_->query("DELETE FROM outbox WHERE replica_seq = ?1")
        .bind(1, static_cast<std::int64_t>(own->replica_seq))
        .run();
    Settled& of_ticket = settled[own->ticket];
    if (of_ticket.count++ == 0) {
      of_ticket.first_seq = own->replica_seq;
      of_ticket.first_effective = own->effective;
    }
    of_ticket.last_seq = own->replica_seq;
    of_ticket.as_expected &= verdict.verdict == Verdict::applied && verdict.effective == own->effective;
  }
  for (const auto& [ticket, events] : settled) {
    if (stays_in_place(ticket, events))
      tickets_.count_sent(transaction, ticket, events.count);
    else
      tickets_.project(transaction, ticket);
  }
  let_go(transaction);
  transaction.commit();
}

// Another copy of this station brought the same event, and the desk has placed it under that one's name.
// Where nothing more is asked of the desk about this one's, for it has been judged or set aside, that form is
// taken here too; else the push settles which holds.
bool Station::takes_other_form(Transaction& transaction, const EventLog::Placed& own,
                               const StoredEvent& incoming) {
  if (own.replica != identity_.replica || incoming.event.replica == own.replica) return false;
  {
    auto waits = db_->query("SELECT 1 FROM outbox WHERE replica_seq = ?1 AND event = ?2");
    waits.bind(1, static_cast<std::int64_t>(own.replica_seq)).bind(2, incoming.event.id);
    if (waits.step()) return false;
  }
  log_.forget(transaction, log_.find(incoming.event.id).value().event);
  db_->query("DELETE FROM held_events WHERE event = ?1").bind(1, incoming.event.id).run();
  log_.append(transaction, incoming);
  return true;
}

// Whether the desk's form of an event comes here. Of a ticket whose registration it has refused nothing does:
// that stays with its author, as it is here.
bool Station::comes_with_feed(const EventVerdict& verdict, const domain::TicketId& ticket) {
  if (verdict.verdict != Verdict::rejected) return true;
  auto registration = db_->query("SELECT 1 FROM events WHERE ticket = ?1 AND kind = 'registered' AND "
                                 "(verdict = 2 OR id = ?2)");
  return !registration.bind(1, ticket).bind(2, verdict.id).step();
}

// Whether the fold of a ticket is the same after these verdicts as before them: all were applied where the
// station had them already, behind everything that others had placed and before what still waits.
bool Station::stays_in_place(const domain::TicketId& ticket, const Settled& events) {
  if (!events.as_expected) return false;
  auto row = db_->query(
      "SELECT max(effective) FILTER (WHERE received IS NOT NULL AND NOT (replica = ?2 AND replica_seq >= "
      "?3)), "
      "min(replica_seq) FILTER (WHERE received IS NULL), "
      "count(*) FILTER (WHERE replica = ?2 AND received IS NOT NULL AND replica_seq BETWEEN ?3 AND ?4) "
      "FROM events WHERE ticket = ?1");
  row.bind(1, ticket)
      .bind(2, identity_.replica)
      .bind(3, static_cast<std::int64_t>(events.first_seq))
      .bind(4, static_cast<std::int64_t>(events.last_seq));
  row.step();
  bool is_behind_all = row.is_null(0) || row.integer(0) < events.first_effective;
  bool is_before_waiting = row.is_null(1) || row.integer(1) > static_cast<std::int64_t>(events.last_seq);
  return is_behind_all && is_before_waiting && row.integer(2) == events.count;
}

bool Station::is_place_taken(const domain::Event& incoming) {
  auto row = db_->query("SELECT 1 FROM events WHERE replica = ?1 AND replica_seq = ?2 AND id <> ?3");
  row.bind(1, incoming.replica).bind(2, static_cast<std::int64_t>(incoming.replica_seq)).bind(3, incoming.id);
  return row.step();
}

void Station::store_page(const FeedPage& page) {
  if (!page.events.empty() || !page.left.empty() || !page.statuses.empty() || page.is_first ||
      !page.erasures.empty())
    recent_.reset();
  Transaction transaction(*db_);
  refresh_identity();
  if (page.is_first) begin_sweep(transaction);
  store_scopes(transaction, page.scopes);
  // A ticket that comes whole with this page is folded from it, without reading back what was just written.
  struct Touched {
    bool is_new = false;
    std::vector<domain::TicketEvent> events;
  };
  std::map<domain::TicketId, Touched> touched;
  std::uint64_t own_seq = log_.chain_head(identity_.replica).replica_seq;
  for (const StoredEvent& incoming : page.events) {
    const domain::TicketId& ticket = incoming.event.ticket;
    // Where the desk holds another event in this place of the chain, or more of it, the station was copied or
    // put back, and the desk says so when its own is pushed. Until then the rest of the page must not wait.
    if (incoming.event.replica == identity_.replica &&
        (incoming.event.replica_seq > own_seq || is_place_taken(incoming.event)))
      continue;
    auto known = touched.find(ticket);
    if (known == touched.end()) came(transaction, ticket);
    bool is_new = known == touched.end() ? !log_.has_ticket(ticket) : known->second.is_new;
    if (!log_.append_if_free(transaction, incoming)) {
      is_new = false;
      auto held = log_.find_placed(incoming.event.id);
      bool is_new_verdict =
          held && incoming.received && held->replica == incoming.event.replica &&
          (!held->is_received || held->effective != incoming.effective || held->verdict != incoming.verdict);
      // A restored desk may have placed it anew; where it stands is the desk's to say.
      // The ticket may have come back into view.
      Touched& entry = touched[ticket];
      entry.is_new = false;
      if (held && takes_other_form(transaction, *held, incoming)) continue;
      log_.give_back_contact(transaction, incoming.event);
      if (!is_new_verdict) { // or another form of it: the push settles which holds
        if (held && held->is_received && held->replica == incoming.event.replica)
          log_.keep_receipt(transaction, incoming.event.id, incoming.receipt);
        continue;
      }
      log_.settle(transaction, incoming.event.id, incoming.verdict, incoming.reason, incoming.effective,
                  *incoming.received, incoming.receipt);
      db_->query("DELETE FROM outbox WHERE replica_seq = ?1 AND event = ?2")
          .bind(1, static_cast<std::int64_t>(held->replica_seq))
          .bind(2, incoming.event.id)
          .run();
      db_->query("DELETE FROM held_events WHERE event = ?1").bind(1, incoming.event.id).run();
    }
    Touched& entry = touched[ticket];
    entry.is_new = is_new;
    if (is_new) entry.events.push_back(to_ticket_event(incoming));
  }
  for (const auto& [ticket, entry] : touched) {
    if (entry.is_new)
      tickets_.put(transaction, domain::fold(ticket, entry.events));
    else
      tickets_.project(transaction, ticket);
  }
  const bool has_erased = apply_erasures(transaction, page.erasures);
  if (is_kiosk()) {
    store_statuses(transaction, page);
  } else {
    for (const domain::TicketId& ticket : page.left) left(transaction, ticket);
    if (page.is_last) end_sweep(transaction);
    let_go(transaction);
  }
  set_meta(transaction, "cursor", page.cursor);
  transaction.commit();
  if (has_erased) db_->execute("PRAGMA wal_checkpoint(TRUNCATE)"); // or it would stand there for a while
}

std::string Station::cursor() { return meta("cursor"); }

void Station::store_contact(base::Millis clock_offset, bool digests_agree) {
  base::Millis drift = clock_offset - base::Millis{to_number(meta("clock_offset_ms"))};
  base::Millis age = clock_.now() - base::from_ms(to_number(meta("last_contact_ms")));
  bool says_nothing_new = meta("trouble").empty() && meta("digests_agree") == (digests_agree ? "1" : "0") &&
                          std::chrono::abs(drift) < k_clock_drift_min && age >= base::Millis{0} &&
                          age < k_contact_age_max;
  if (says_nothing_new) return; // a durable write every few seconds, all day, wears a disk out
  Transaction transaction(*db_);
  set_meta(transaction, "clock_offset_ms", std::to_string(clock_offset.count()));
  set_meta(transaction, "last_contact_ms", std::to_string(base::to_ms(clock_.now())));
  set_meta(transaction, "digests_agree", digests_agree ? "1" : "0");
  set_meta(transaction, "trouble", "");
  transaction.commit();
}

void Station::store_desk_key(std::string_view public_key) {
  std::array<std::uint8_t, base::k_box_key_bytes> read{};
  if (!base::from_hex(public_key, read) || meta("desk_public_key") == public_key) return;
  Transaction transaction(*db_);
  set_meta(transaction, "desk_public_key", public_key);
  transaction.commit();
  identity_.desk_public_key = public_key;
}

void Station::store_trouble(std::string_view words) {
  if (meta("trouble") == words) return; // an offline station that tries all day must not write all day
  Transaction transaction(*db_);
  set_meta(transaction, "trouble", words);
  transaction.commit();
}

} // namespace walkin::store
