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
  if (event.contact_state == domain::ContactState::plain &&
      domain::compute_contact_hash(event.contact) != event.contact_hash)
    return "The hash of the contact part does not fit it.";
  return std::nullopt;
}

// For the fold and the rules, or why it cannot be read.
base::Result<domain::TicketEvent> read_parts(const Event& event) {
  domain::TicketEvent out;
  out.envelope = event;
  out.kind = domain::parse_event_kind(event.kind);
  out.verdict = Verdict::applied;
  if (!out.kind) return out;
  auto body = protocol::decode_fields(event.body);
  if (!body) return base::fail(base::ErrorCode::invalid, "body: " + body.error().message);
  out.body = std::move(*body);
  if (event.contact_state != domain::ContactState::plain) return out;
  auto contact = protocol::decode_fields(event.contact);
  if (!contact) return base::fail(base::ErrorCode::invalid, "contact: " + contact.error().message);
  out.contact = std::move(*contact);
  return out;
}

// Of an event whose contact part is not sealed. Errors: why it cannot be taken into the log.
base::Result<Placeable> take_apart(Event event) {
  if (auto reason = unreadable_reason(event)) return base::fail(base::ErrorCode::invalid, std::move(*reason));
  auto parts = read_parts(event);
  if (!parts) return base::forward_error(parts);
  return Placeable{{std::move(event), 0, {}, Verdict::applied, {}, 0}, std::move(*parts)};
}

} // namespace

TakenApart take_apart(const protocol::DecodedPush& push) {
  TakenApart out;
  out.reserve(push.events.size());
  for (const Event& event : push.events) {
    const bool is_sealed = event.contact_state == domain::ContactState::sealed;
    out.push_back(is_sealed ? std::nullopt : std::optional(take_apart(event)));
  }
  return out;
}

Intake::Intake(store::Database& db, const SyncPeer& peer, base::Instant now, TellErased tell_erased)
    : db_(db),
      log_(db),
      tickets_(db),
      peer_(peer),
      now_(now),
      tell_erased_(std::move(tell_erased)),
      sealed_(db),
      receipts_(db) {}

base::Status Intake::begin(store::Transaction&, const protocol::Standing& standing) {
  open_.clear();
  head_ = chain_head_of(db_, peer_.replica);
  was_given_back_ = db_.query("SELECT 1 FROM given_back LIMIT 1").step();
  sets_aside_ = db_.query("SELECT 1 FROM quarantine LIMIT 1").step();
  return check_standing(db_, peer_.replica, standing);
}

void Intake::finish_commit(store::Transaction& transaction, FeedCommit& commit) {
  for (const domain::TicketId& ticket : touched_) {
    if (lacks_erasure(log_, open(ticket).folder.ticket())) {
      tell_erased_(transaction, commit, ticket);
      open_.erase(ticket);
    }
    tickets_.put(transaction, open(ticket).folder.ticket());
    codes_.insert(open(ticket).folder.ticket().code());
  }
  touched_.clear();
  commit.finish(transaction);
}

base::Result<protocol::PushReply> Intake::run(const protocol::DecodedPush& push, TakenApart& taken_apart) {
  if (push.count == 0)
    if (auto fits = check_standing(db_, peer_.replica, push.standing); !fits)
      return base::forward_error(fits);
  protocol::PushReply reply;
  reply.verdicts.resize(push.count);
  std::vector<std::size_t> events(push.count, 0); // where they are among those that can be read
  std::vector<const protocol::UnreadableEvent*> unreadable(push.count, nullptr);
  for (std::size_t i = 0; i < push.events.size(); ++i) events[push.indices[i]] = i;
  for (const protocol::UnreadableEvent& event : push.unreadable) unreadable[event.index] = &event;
  for (std::size_t next = 0; next < push.count;) {
    store::Transaction transaction(db_);
    if (auto fits = begin(transaction, push.standing); !fits) return base::forward_error(fits);
    FeedCommit commit(db_, scopes_of(peer_));
    if (sets_aside_)
      for (const domain::EventId& id : Quarantine(db_).given_back(peer_.replica))
        release(transaction, commit, id);
    for (std::size_t bytes = 0; next < push.count && bytes < k_commit_bytes_max; ++next) {
      if (unreadable[next] != nullptr) {
        reply.verdicts[next] = judge_unreadable(transaction, *unreadable[next]);
        continue;
      }
      const Event& event = push.events[events[next]];
      bytes += event.body.size() + event.contact.size() + 400;
      has_placed_ = false;
      reply.verdicts[next] = judge(transaction, commit, event, taken_apart[events[next]]);
      if (has_placed_) placed_now_.push_back({next, events[next]});
    }
    finish_commit(transaction, commit);
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
  codes_.erase("");
  return reply;
}

void Intake::add_receipts(const protocol::DecodedPush& push, protocol::PushReply& reply) const {
  for (const PlacedNow& placed : placed_now_) {
    PushVerdict& verdict = reply.verdicts[placed.verdict];
    verdict.receipt = receipts_.make(push.events[placed.event].hash, verdict);
  }
}

std::optional<PushVerdict> Intake::known(const Event& event, const std::optional<store::StoredEvent>& held) {
  if (held) {
    if (held->event.hash != event.hash) {
      auto noted = db_.query("SELECT 1 FROM elsewhere WHERE replica = ?1 AND replica_seq = ?2 AND hash = ?3");
      noted.bind(1, event.replica).bind(2, static_cast<std::int64_t>(event.replica_seq));
      if (!noted.bind_blob(3, event.hash.raw()).step()) return std::nullopt;
      return elsewhere_verdict(event.id, *held, now_);
    }
    // Somebody else may have given it back, and with it a link of this chain.
    if (event.replica_seq == head_.replica_seq + 1 && event.previous == head_.hash)
      head_ = {event.replica_seq, event.hash, event.claimed};
    return PushVerdict{event.id,     held->verdict,        true,
                       held->reason, held->effective,      held->received.value_or(now_),
                       false,        receipts_.make(*held)};
  }
  auto aside = sets_aside_ ? Quarantine(db_).find(event.id) : std::nullopt;
  if (!aside) return std::nullopt;
  // Handed in again under the new name of a copy, it has yet to take its place in that one's chain.
  if (aside->replica != event.replica && event.replica_seq > head_.replica_seq) return std::nullopt;
  return Quarantine(db_).verdict_on(event.id);
}

// Of an event that is not known.
bool Intake::forks(const Event& event) {
  if (event.replica_seq <= head_.replica_seq) return true;
  if (event.replica_seq > head_.replica_seq + 1) head_ = advanced_head(db_, peer_.replica, head_);
  if (event.replica_seq == head_.replica_seq + 1 && event.previous != head_.hash) return true;
  return was_given_back_ && log_.find(event.replica, event.replica_seq);
}

// On a desk that was restored, the registration may yet come: this must not be refused for want of it.
bool Intake::awaits_ticket(const Event& event) {
  if (event.kind == domain::name_of(EventKind::registered) || !open(event.ticket).is_new) return false;
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

PushVerdict Intake::judge_unreadable(store::Transaction& transaction,
                                     const protocol::UnreadableEvent& event) {
  if (sets_aside_)
    if (auto before = Quarantine(db_).verdict_on(event.id)) return *before;
  SetAside aside{event.id, peer_.replica, event.seq, event.ticket, event.bytes, event.reason, now_};
  // Its place in the chain is taken: what follows it is not to wait.
  if (event.seq != head_.replica_seq + 1 || event.hash.is_zero())
    aside.replica_seq = 0;
  else
    head_ = {event.seq, event.hash, {}};
  return set_aside(transaction, std::move(aside));
}

PushVerdict Intake::set_aside(store::Transaction& transaction, SetAside aside) {
  sets_aside_ = true;
  return Quarantine(db_).add(transaction, aside);
}

PushVerdict Intake::set_aside(store::Transaction& transaction, const Event& event, std::string reason,
                              SetAside::State state) {
  return set_aside(transaction,
                   {event.id, peer_.replica, event.replica_seq, event.ticket,
                    protocol::encode(event, protocol::Format::cbor), std::move(reason), now_, state});
}

PushVerdict Intake::judge(store::Transaction& transaction, FeedCommit& commit, const Event& event,
                          std::optional<base::Result<Placeable>>& taken_apart) {
  if (event.replica != peer_.replica)
    return {event.id, Verdict::rejected,
            false,    "The event names another station than the one that sends it.",
            0,        now_};
  const auto held = log_.find(event.id);
  if (auto before = known(event, held)) return *before;
  is_forked_ = is_forked_ || forks(event);
  if (is_forked_) return {event.id, Verdict::pending, false, k_fork_reason, 0, now_};
  if (event.replica_seq != head_.replica_seq + 1)
    return {event.id, Verdict::pending, false, k_gap_reason, 0, now_};
  if (awaits_ticket(event)) return {event.id, Verdict::pending, false, k_awaits_reason, 0, now_};
  head_ = {event.replica_seq, event.hash, event.claimed};
  if (held) return note_elsewhere(transaction, event, *held);
  if (!taken_apart) taken_apart = read(event);
  base::Result<Placeable>& placeable = *taken_apart;
  if (!placeable) return set_aside(transaction, event, placeable.error().message);
  if (sets_aside_)
    if (auto before = Quarantine(db_).holds_back(peer_.replica, event.ticket))
      return set_aside(transaction, event, std::move(*before), SetAside::State::held_back);
  return place(transaction, commit, *placeable, now_);
}

// What can be taken into the log. Errors: why this cannot.
base::Result<Placeable> Intake::read(Event event) {
  if (auto opened = sealed_.open(event); !opened) return base::forward_error(opened);
  return take_apart(std::move(event));
}

PushVerdict Intake::place(store::Transaction& transaction, FeedCommit& commit, Placeable& placeable,
                          base::Instant received) {
  auto& [stored, parts] = placeable;
  const Event& event = stored.event;
  stored.received = parts.received = received;
  stored.effective = parts.effective = domain::effective_clock(based_on(event), event.claimed, received);
  if (!event.contact_hash.is_zero() && log_.is_erased(event.ticket))
    for (Event* each : {&stored.event, &parts.envelope})
      each->contact_state = domain::ContactState::erased, each->contact.clear();
  if (parts.envelope.contact_state == domain::ContactState::erased) parts.contact.clear();
  if (auto allowed = check_rules(parts); !allowed) {
    stored.verdict = parts.verdict = Verdict::rejected;
    stored.reason = parts.reason = allowed.error().message;
  }
  commit.placed(log_.append(transaction, stored), event);
  touched_.insert(event.ticket);
  has_placed_ = true;
  PushVerdict verdict{event.id, stored.verdict, false, stored.reason, stored.effective, received, false, {}};
  apply(parts);
  return verdict;
}

// Judges what was set aside once more, and what was held back behind it; what cannot be read still stays.
std::size_t Intake::release(store::Transaction& transaction, const domain::EventId& id, bool is_dropped) {
  FeedCommit commit(db_, scopes_of(peer_));
  (void)begin(transaction, {}).has_value();
  if (is_dropped) Quarantine(db_).drop(transaction, id);
  std::size_t placed = release(transaction, commit, id);
  finish_commit(transaction, commit);
  codes_.erase("");
  return placed;
}

std::size_t Intake::release(store::Transaction& transaction, FeedCommit& commit, const domain::EventId& id) {
  Quarantine quarantine(db_);
  std::size_t placed = 0;
  for (const SetAside& aside : quarantine.chain_of(id)) {
    if (log_.find_placed(aside.id)) { // somebody else has given it back as it was
      quarantine.remove(transaction, aside.id);
      continue;
    }
    auto event = protocol::decode_event(aside.bytes, protocol::Format::cbor);
    auto placeable = event ? read(std::move(*event)) : base::Result<Placeable>(base::forward_error(event));
    if (!placeable) {
      quarantine.keep(transaction, aside.id, placeable.error().message);
      break;
    }
    quarantine.remove(transaction, aside.id);
    place(transaction, commit, *placeable, aside.received);
    ++placed;
  }
  return placed;
}

Intake::Placed Intake::placed_of(const Event& event, std::int64_t effective) {
  return {event.id, event.replica, event.replica_seq, effective};
}

Intake::OpenTicket& Intake::open(const domain::TicketId& ticket) {
  if (auto found = open_.find(ticket); found != open_.end()) return found->second;
  OpenTicket fresh{domain::TicketFolder(ticket), {}, true, {}};
  std::vector<domain::TicketEvent> events;
  for (store::StoredEvent& stored : log_.of_ticket(ticket)) {
    fresh.placed.push_back(placed_of(stored.event, stored.effective));
    events.push_back(store::to_ticket_event(std::move(stored)));
  }
  std::ranges::sort(events, {}, &domain::TicketEvent::order);
  for (const domain::TicketEvent& event : events) fresh.folder.apply(event);
  if (!events.empty()) {
    fresh.last = events.back().order();
    fresh.is_new = false;
  }
  return open_.emplace(ticket, std::move(fresh)).first->second;
}

void Intake::apply(const domain::TicketEvent& event) {
  OpenTicket& ticket = open(event.envelope.ticket);
  if (!ticket.is_new && event.order() < ticket.last) {
    open_.erase(event.envelope.ticket); // it belongs in between: folded again from the log when it is needed
    return;
  }
  ticket.folder.apply(event);
  ticket.placed.push_back(placed_of(event.envelope, event.effective));
  ticket.last = event.order();
  ticket.is_new = false;
}

// As EventLog::based_on() has it, without asking the log for what is open.
std::optional<std::int64_t> Intake::based_on(const Event& event) {
  std::optional<std::int64_t> greatest;
  auto raise = [&](std::int64_t effective) { greatest = std::max(greatest.value_or(effective), effective); };
  const std::vector<Placed>& placed = open(event.ticket).placed;
  for (const Placed& before : placed)
    if (before.replica == event.replica && before.replica_seq < event.replica_seq) raise(before.effective);
  for (const auto& [field, version] : event.seen) {
    auto here = std::ranges::find(placed, version, &Placed::id);
    if (here != placed.end())
      raise(here->effective);
    else if (auto elsewhere = log_.find_placed(version))
      raise(elsewhere->effective);
  }
  return greatest;
}

base::Status Intake::check_rules(const domain::TicketEvent& event) {
  if (!event.kind) return {};
  const OpenTicket& open_ticket = open(event.envelope.ticket);
  const domain::Ticket& ticket = open_ticket.folder.ticket();
  if (*event.kind == EventKind::verdict || *event.kind == EventKind::erased)
    return refuse("Only the desk gives verdicts and erases.");
  if (*event.kind == EventKind::registered)
    return open_ticket.is_new ? check_registration({*event.kind, event.body, event.contact})
                              : refuse("This ticket is registered already.");
  if (ticket.code().empty()) return refuse("The desk does not know this ticket.");
  // Its words were dropped already; the rule is that of every program (domain::check_event).
  if (event.envelope.contact_state == domain::ContactState::erased && ticket.is_erased())
    return domain::check_event(ticket, {*event.kind, event.body, {{"text", std::string("erased")}}});
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
