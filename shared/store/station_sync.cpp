// The station's side of sync: what it hands out and what it takes in.
#include "shared/base/seal.hpp"
#include "shared/base/text.hpp"
#include "shared/store/station.hpp"

#include <algorithm>
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

std::vector<ScopeDigest> Station::digest() {
  ScopeDigest digest{.scope = "site:" + identity_.site, .count = 0, .hash = {}};
  base::HashSum sum;
  log_.scan_sound([&](const StoredEvent& stored) {
    sum.add(stored.event.hash);
    ++digest.count;
  });
  digest.hash = sum.value();
  return {digest};
}

std::vector<base::Hash> Station::event_hashes(std::string_view scope) {
  std::vector<base::Hash> hashes;
  if (scope != "site:" + identity_.site) return hashes;
  log_.scan_sound([&](const StoredEvent& stored) { hashes.push_back(stored.event.hash); });
  return hashes;
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

std::vector<domain::Event> Station::outbox(std::size_t events_max, std::size_t bytes_max) {
  std::vector<domain::Event> batch;
  std::size_t bytes = 0;
  std::vector<domain::EventId> ids;
  {
    auto row = db_->query("SELECT event FROM outbox ORDER BY replica_seq LIMIT ?1");
    row.bind(1, static_cast<std::int64_t>(events_max));
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
  std::set<domain::TicketId> touched;
  for (const EventVerdict& verdict : verdicts) {
    if (verdict.verdict == Verdict::pending) continue;
    auto own = log_.find(verdict.id);
    if (!own || own->event.replica != identity_.replica || own->verdict != Verdict::pending) continue;
    log_.settle(transaction, verdict.id, verdict.verdict, verdict.reason, verdict.effective,
                verdict.received);
    db_->query("DELETE FROM outbox WHERE replica_seq = ?1")
        .bind(1, static_cast<std::int64_t>(own->event.replica_seq))
        .run();
    touched.insert(own->event.ticket);
  }
  for (const domain::TicketId& ticket : touched) tickets_.project(transaction, ticket);
  transaction.commit();
}

void Station::store_page(std::span<const StoredEvent> events, std::string_view cursor) {
  if (!events.empty()) recent_.reset();
  Transaction transaction(*db_);
  std::set<domain::TicketId> touched;
  for (const StoredEvent& incoming : events) {
    auto held = log_.find(incoming.event.id);
    if (!held) {
      // The desk holds another event in this place of the chain: the station was restored from an image, and
      // the desk says so when this one is pushed. Until then the rest of the page must not wait for it.
      if (log_.find(incoming.event.replica, incoming.event.replica_seq)) continue;
      log_.append(transaction, incoming);
    } else if (!held->received && incoming.received) {
      log_.settle(transaction, incoming.event.id, incoming.verdict, incoming.reason, incoming.effective,
                  *incoming.received);
      db_->query("DELETE FROM outbox WHERE replica_seq = ?1 AND event = ?2")
          .bind(1, static_cast<std::int64_t>(held->event.replica_seq))
          .bind(2, held->event.id)
          .run();
    } else {
      continue;
    }
    touched.insert(incoming.event.ticket);
  }
  for (const domain::TicketId& ticket : touched) tickets_.project(transaction, ticket);
  set_meta(transaction, "cursor", cursor);
  transaction.commit();
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
