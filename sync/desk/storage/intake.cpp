#include "sync/desk/storage/intake.hpp"

#include "shared/base/text.hpp"
#include "shared/domain/merge_rules.hpp"
#include "shared/protocol/fields_json.hpp"
#include "sync/desk/storage/feed.hpp"
#include "sync/desk/storage/recovery.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::desk {

using domain::Event;
using domain::EventKind;
using domain::Verdict;
using protocol::PushVerdict;

namespace {

// So that a page of the feed, which ends at a commit's end, stays within the limits of a message.
constexpr std::size_t k_commit_bytes_max = 2 * 1024 * 1024;

constexpr const char* k_gap_reason = "The desk has not had the events before this one.";
constexpr const char* k_awaits_reason =
    "The desk was restored; the station that registered this ticket has not "
    "been in touch since.";
constexpr base::Millis k_awaits_at_most = std::chrono::hours(14 * 24);
constexpr const char* k_fork_reason = "The desk knows another history of this station from here on.";

PushVerdict elsewhere_verdict(const domain::EventId& id, const store::StoredEvent& held, base::Instant now) {
  return {id, held.verdict, true, held.reason, held.effective, held.received.value_or(now), true};
}

tl::unexpected<base::Error> refuse(std::string why) {
  return base::fail(base::ErrorCode::not_allowed, std::move(why));
}

// Why this event cannot be taken into the log, if it cannot. Kinds of newer programs can.
std::optional<std::string> unreadable_reason(const Event& event) {
  if (event.envelope > domain::k_envelope_version)
    return fmt::format("The envelope has version {}, this desk reads {}.", event.envelope,
                       domain::k_envelope_version);
  if (domain::compute_hash(event) != event.hash) return "The hash does not fit the event.";
  bool is_plain = event.contact_state == domain::ContactState::plain;
  if (is_plain && domain::compute_contact_hash(event.contact) != event.contact_hash)
    return "The hash of the contact part does not fit it.";
  if (!domain::parse_event_kind(event.kind)) return std::nullopt;
  if (auto body = protocol::decode_fields(event.body); !body) return "body: " + body.error().message;
  if (!is_plain) return std::nullopt;
  if (auto contact = protocol::decode_fields(event.contact); !contact)
    return "contact: " + contact.error().message;
  return std::nullopt;
}

} // namespace

Intake::Intake(store::Database& db, const SyncPeer& peer, base::Instant now)
    : db_(db), log_(db), tickets_(db), peer_(peer), now_(now) {}

base::Status Intake::begin(store::Transaction&, const std::optional<protocol::KnownHead>& head_told) {
  open_.clear();
  head_ = chain_head_of(db_, peer_.replica);
  return check_head(db_, peer_.replica, head_told);
}

base::Result<protocol::PushReply> Intake::run(const protocol::DecodedPush& push) {
  if (push.count == 0)
    if (auto fits = check_head(db_, peer_.replica, push.standing.head); !fits)
      return base::forward_error(fits);
  protocol::PushReply reply;
  reply.verdicts.resize(push.count);
  std::size_t next = 0;
  while (next < push.events.size()) {
    store::Transaction transaction(db_);
    if (auto fits = begin(transaction, push.standing.head); !fits) return base::forward_error(fits);
    FeedCommit commit(db_, scopes_of(peer_));
    for (std::size_t bytes = 0; next < push.events.size() && bytes < k_commit_bytes_max; ++next) {
      const Event& event = push.events[next];
      bytes += event.body.size() + event.contact.size() + 400;
      reply.verdicts[push.indices[next]] = judge(transaction, commit, event);
    }
    for (const domain::TicketId& ticket : touched_) {
      tickets_.put(transaction, open(ticket).folder.ticket());
      codes_.insert(open(ticket).folder.ticket().code());
    }
    touched_.clear();
    commit.finish(transaction);
    // What comes before a fork is settled first; the fork is then the first that is new, and is told.
    bool settles_nothing = std::ranges::all_of(
        reply.verdicts, [](const PushVerdict& verdict) { return verdict.verdict == Verdict::pending; });
    if (is_forked_ && settles_nothing) return forked();
    db_.query("INSERT OR REPLACE INTO replicas VALUES (?1, ?2, ?3)")
        .bind(1, peer_.replica)
        .bind(2, static_cast<std::int64_t>(head_.replica_seq))
        .bind_blob(3, head_.hash.raw())
        .run();
    transaction.commit();
  }
  if (!push.unreadable.empty()) {
    store::Transaction transaction(db_);
    if (auto fits = begin(transaction, push.standing.head); !fits) return base::forward_error(fits);
    for (const protocol::UnreadableEvent& event : push.unreadable)
      reply.verdicts[event.index] = quarantine(transaction, event.id, event.reason);
    transaction.commit();
  }
  codes_.erase("");
  return reply;
}

std::optional<PushVerdict> Intake::known(const Event& event) {
  if (auto held = log_.find(event.id)) {
    if (held->event.hash != event.hash) {
      auto noted = db_.query("SELECT 1 FROM elsewhere WHERE replica = ?1 AND replica_seq = ?2 AND hash = ?3");
      noted.bind(1, event.replica).bind(2, static_cast<std::int64_t>(event.replica_seq));
      if (!noted.bind_blob(3, event.hash.raw()).step()) return std::nullopt;
      return elsewhere_verdict(event.id, *held, now_);
    }
    return PushVerdict{event.id,     held->verdict,   true,
                       held->reason, held->effective, held->received.value_or(now_)};
  }
  auto row = db_.query("SELECT reason, received, replica FROM quarantine WHERE id = ?1");
  row.bind(1, event.id);
  if (!row.step()) return std::nullopt;
  // Handed in again under the new name of a copy, it has yet to take its place in that one's chain.
  if (row.id<domain::ReplicaId>(2) != event.replica && event.replica_seq > head_.replica_seq)
    return std::nullopt;
  return PushVerdict{event.id, Verdict::quarantined, true, row.text(0), 0, base::from_ms(row.integer(1))};
}

bool Intake::forks(const Event& event) const {
  return event.replica_seq <= head_.replica_seq ||
         (event.replica_seq == head_.replica_seq + 1 && event.previous != head_.hash);
}

// On a desk that was restored, the registration may yet come: this must not be refused for want of it.
bool Intake::awaits_ticket(const Event& event) {
  if (event.kind == domain::name_of(EventKind::registered) || log_.has_ticket(event.ticket)) return false;
  auto row = db_.query("SELECT value FROM meta WHERE key = 'restored_ms'");
  if (!row.step()) return false;
  auto restored = base::from_ms(base::parse_integer(row.text(0)).value_or(0));
  return now_ - restored < k_awaits_at_most;
}

// The place in the chain is taken by it; the log keeps the form that came first.
PushVerdict Intake::note_elsewhere(store::Transaction&, const Event& event, const store::StoredEvent& held) {
  db_.query("INSERT OR IGNORE INTO elsewhere VALUES (?1, ?2, ?3, ?4)")
      .bind(1, event.replica)
      .bind(2, static_cast<std::int64_t>(event.replica_seq))
      .bind_blob(3, event.hash.raw())
      .bind(4, event.id)
      .run();
  return elsewhere_verdict(event.id, held, now_);
}

PushVerdict Intake::quarantine(store::Transaction&, const domain::EventId& id, std::string reason) {
  if (!id.is_nil())
    db_.query("INSERT OR IGNORE INTO quarantine (id, replica, reason, received) VALUES (?1, ?2, ?3, ?4)")
        .bind(1, id)
        .bind(2, peer_.replica)
        .bind(3, reason)
        .bind(4, base::to_ms(now_))
        .run();
  return {id, Verdict::quarantined, false, std::move(reason), 0, now_};
}

base::Status Intake::open_contact(Event& event) {
  if (event.contact_state != domain::ContactState::sealed) return {};
  if (contact_keys_.empty()) contact_keys_ = Keys(db_).all(KeyPurpose::contact);
  for (const DeskKey& key : contact_keys_)
    if (auto plain = base::open_seal(event.contact, {key.public_key, key.secret_key})) {
      event.contact = std::move(*plain);
      event.contact_state = domain::ContactState::plain;
      return {};
    }
  return base::fail(base::ErrorCode::unusable,
                    "The contact part is sealed for a key that this desk does not have, or was changed.");
}

PushVerdict Intake::judge(store::Transaction& transaction, FeedCommit& commit, const Event& event) {
  if (event.replica != peer_.replica)
    return {event.id, Verdict::rejected,
            false,    "The event names another station than the one that sends it.",
            0,        now_};
  if (auto before = known(event)) return *before;
  is_forked_ = is_forked_ || forks(event);
  if (is_forked_) return {event.id, Verdict::pending, false, k_fork_reason, 0, now_};
  if (event.replica_seq != head_.replica_seq + 1)
    return {event.id, Verdict::pending, false, k_gap_reason, 0, now_};
  if (awaits_ticket(event)) return {event.id, Verdict::pending, false, k_awaits_reason, 0, now_};
  head_ = {event.replica_seq, event.hash, event.claimed};
  if (auto held = log_.find(event.id)) return note_elsewhere(transaction, event, *held);
  store::StoredEvent stored{event, 0, now_, Verdict::applied, {}, 0};
  if (auto opened = open_contact(stored.event); !opened)
    return quarantine(transaction, event.id, opened.error().message);
  if (auto reason = unreadable_reason(stored.event))
    return quarantine(transaction, event.id, std::move(*reason));
  stored.effective = domain::effective_clock(log_.based_on(event), event.claimed, now_);
  if (auto allowed = check_rules(store::to_ticket_event(stored)); !allowed) {
    stored.verdict = Verdict::rejected;
    stored.reason = allowed.error().message;
  }
  open(event.ticket); // as it is without this event
  commit.placed(log_.append(transaction, stored), event);
  touched_.insert(event.ticket);
  PushVerdict verdict{event.id, stored.verdict, false, stored.reason, stored.effective, now_};
  apply(std::move(stored));
  return verdict;
}

Intake::OpenTicket& Intake::open(const domain::TicketId& ticket) {
  if (auto found = open_.find(ticket); found != open_.end()) return found->second;
  OpenTicket fresh{domain::TicketFolder(ticket), {}, true};
  std::vector<domain::TicketEvent> events;
  for (store::StoredEvent& stored : log_.of_ticket(ticket))
    events.push_back(store::to_ticket_event(std::move(stored)));
  std::ranges::sort(events, {}, &domain::TicketEvent::order);
  for (const domain::TicketEvent& event : events) fresh.folder.apply(event);
  if (!events.empty()) {
    fresh.last = events.back().order();
    fresh.is_new = false;
  }
  return open_.emplace(ticket, std::move(fresh)).first->second;
}

void Intake::apply(store::StoredEvent stored) {
  OpenTicket& ticket = open(stored.event.ticket);
  domain::TicketEvent event = store::to_ticket_event(std::move(stored));
  if (!ticket.is_new && event.order() < ticket.last) {
    open_.erase(event.envelope.ticket); // it belongs in between: folded again from the log when it is needed
    return;
  }
  ticket.folder.apply(event);
  ticket.last = event.order();
  ticket.is_new = false;
}

base::Status Intake::check_rules(const domain::TicketEvent& event) {
  if (!event.kind) return {};
  domain::EventParts parts{*event.kind, event.body, event.contact};
  const OpenTicket& open_ticket = open(event.envelope.ticket);
  const domain::Ticket& ticket = open_ticket.folder.ticket();
  if (parts.kind == EventKind::verdict) return refuse("Only the desk gives verdicts.");
  if (parts.kind == EventKind::registered)
    return open_ticket.is_new ? check_registration(parts) : refuse("This ticket is registered already.");
  if (ticket.code().empty()) return refuse("The desk does not know this ticket.");
  // Whoever had it in view while offline may still write on it.
  if (ticket.text("site") != peer_.site && !was_in_scope(db_, ticket.id, scopes_of(peer_)))
    return refuse("The ticket belongs to another site.");
  return domain::check_incoming(ticket, event);
}

base::Status Intake::check_registration(const domain::EventParts& parts) {
  auto text = [&](std::string_view field) {
    auto found = parts.body.find(field);
    return found == parts.body.end() ? std::string{} : domain::to_text(found->second);
  };
  if (text("site") != peer_.site) return refuse("The ticket names another site than this station's.");
  std::string code = text("code");
  if (!code.starts_with(peer_.prefix + "-"))
    return refuse("The ticket's code does not begin with this station's prefix.");
  if (tickets_.has_code(code)) return refuse("Another ticket has this code.");
  return domain::check_event(domain::Ticket{}, parts);
}

} // namespace walkin::desk
