#include "sync/engine/engine.hpp"

#include <algorithm>

namespace walkin::sync {

using domain::Verdict;

namespace {

constexpr int k_splits_a_round_max = 2;

} // namespace

Engine::Engine(std::string cursor, base::Random& random, Tuning tuning)
    : cursor_(std::move(cursor)), random_(random), tuning_(tuning) {}

Action Engine::step(Input received, Instant now) {
  struct Visitor {
    Engine& engine;
    Instant now;

    Action operator()(input::Tick&) const {
      if (engine.phase_ != Phase::waiting) return action::Wait{now};
      // A clock that was set back must not put the next round off by years.
      bool clock_jumped = engine.wait_until_ - now > engine.tuning_.retry_after_max + Millis{2'000};
      if (engine.first_step_ || clock_jumped || now >= engine.wait_until_) return engine.start_round();
      return action::Wait{engine.wait_until_};
    }
    Action operator()(input::LocalWork&) const {
      if (engine.phase_ == Phase::waiting) return engine.start_round();
      engine.work_waits_ = true;
      return action::Wait{now};
    }
    Action operator()(input::Outbox& in) const {
      engine.standing_ = std::move(in.standing);
      engine.held_ = in.is_held_back;
      if (!engine.queue_) engine.queue_tag_ = in.held.queue_tag;
      engine.documents_ = DocumentPull(std::move(in.held));
      return engine.on_outbox(std::move(in.events));
    }
    Action operator()(input::PushAnswer& in) const { return engine.on_push_answer(std::move(in), now); }
    Action operator()(input::PullAnswer& in) const { return engine.on_pull_answer(std::move(in), now); }
    Action operator()(input::Digests& in) const {
      engine.outbox_is_empty_ = engine.outbox_is_empty_ && !in.work_waits;
      return engine.on_digests(in.digests, now);
    }
    Action operator()(input::Hashes& in) const { return engine.on_hashes(std::move(in.hashes)); }
    Action operator()(input::RangesAnswer& in) const { return engine.on_ranges_answer(std::move(in)); }
    Action operator()(input::EventsAnswer& in) const { return engine.on_events_answer(std::move(in)); }
    Action operator()(input::SplitKey& in) const { return engine.on_split_key(in.key); }
    Action operator()(input::RehomeAnswer& in) const { return engine.on_rehome_answer(std::move(in)); }
    Action operator()(input::Erasures& in) const {
      engine.giving_back_.erasures.assign(in.erasures.begin(), in.erasures.end());
      return engine.give_back_next_erasures();
    }
    Action operator()(input::Held& in) const { return engine.on_held(std::move(in)); }
    Action operator()(input::HeldDocuments& in) const { return engine.on_held_documents(std::move(in)); }
    Action operator()(input::MissingAnswer& in) const { return engine.on_missing_answer(std::move(in)); }
    Action operator()(input::Offers& in) const { return engine.on_offers(std::move(in.events)); }
    Action operator()(input::DocumentOffers& in) const {
      return engine.on_document_offers(std::move(in.documents));
    }
    Action operator()(input::GiveBackAnswer& in) const { return engine.on_give_back_answer(std::move(in)); }
    Action operator()(input::DocumentsAnswer& in) const { return engine.on_documents_answer(std::move(in)); }
    Action operator()(input::DocumentDigest& in) const { return engine.on_document_digest(in.digest, now); }
    Action operator()(input::Stored&) const { return engine.on_stored(now); }
    Action operator()(input::StoreFailed& in) const {
      // A store that cannot even note its trouble gets no further request; the worker reports the error
      // itself.
      engine.summary_.failure = Failure{std::move(in.error), std::nullopt};
      return engine.wait_after_failure(now);
    }
  };
  return std::visit(Visitor{*this, now}, received);
}

Action Engine::start_round() {
  first_step_ = false;
  work_waits_ = false;
  push_is_stuck_ = false;
  outbox_is_empty_ = false;
  splits_tried_ = 0;
  requeued_ = false;
  gave_back_ = false;
  repaired_ = false;
  to_repair_.clear();
  return read_outbox();
}

Action Engine::read_outbox() {
  phase_ = Phase::reading_outbox;
  return action::ReadOutbox{tuning_.push_events_max, tuning_.push_bytes_max};
}

Action Engine::on_outbox(std::vector<domain::Event> events) {
  batch_size_ = events.size();
  outbox_is_empty_ = events.empty();
  if (events.empty()) return pull();
  phase_ = Phase::pushing;
  return action::SendPush{{std::move(events), standing_}};
}

Action Engine::on_push_answer(input::PushAnswer answer, Instant now) {
  if (!answer.reply) return on_failure(std::move(answer.reply.error()), std::nullopt);
  measure_offset(answer.reply->now, answer.arrived.value_or(now), answer.round_trip);
  std::int64_t settled = 0;
  for (const protocol::PushVerdict& verdict : answer.reply->verdicts) {
    if (verdict.verdict == Verdict::pending && !verdict.held) continue;
    ++settled;
    if (verdict.held) continue;
    if (verdict.elsewhere) cursor_.clear(); // the desk's form of it may have gone by already
    if (verdict.verdict != Verdict::applied)
      ++summary_.rejected;
    else if (!verdict.duplicate)
      ++summary_.pushed;
  }
  push_is_stuck_ = settled == 0;
  phase_ = Phase::storing_verdicts;
  return action::StoreVerdicts{std::move(answer.reply->verdicts)};
}

Action Engine::pull() {
  phase_ = Phase::pulling;
  protocol::Standing standing{standing_.epoch, {}};
  // Only with nothing on its way does a head behind the desk's say that this directory was put back.
  if (outbox_is_empty_) standing.head = std::exchange(standing_.head, std::nullopt);
  head_told_ = standing.head;
  return action::SendPull{{cursor_, tuning_.pull_events_max, std::move(standing), queue_tag_}};
}

// Everything is asked for again; what is held already is skipped when it is stored.
Action Engine::pull_from_start() {
  cursor_.clear();
  return pull();
}

Action Engine::on_pull_answer(input::PullAnswer answer, Instant now) {
  if (!answer.reply) {
    const base::Error& error = answer.reply.error().error;
    bool cursor_is_unknown = error.code == base::ErrorCode::conflict &&
                             error.context != protocol::k_error_fork &&
                             error.context != protocol::k_error_behind &&
                             error.context != protocol::k_error_epoch && !cursor_.empty();
    return cursor_is_unknown ? pull_from_start() : on_failure(std::move(answer.reply.error()), head_told_);
  }
  protocol::PullReply& reply = *answer.reply;
  measure_offset(reply.now, answer.arrived.value_or(now), answer.round_trip);
  if (reply.more && reply.cursor == cursor_)
    return fail_round({{base::ErrorCode::internal,
                        "The desk repeats itself: it says that there is more, but gives "
                        "the same place again.",
                        "cursor"},
                       std::nullopt});
  summary_.pulled += static_cast<std::int64_t>(reply.events.size());
  page_has_more_ = reply.more;
  poll_after_ = Millis{reply.poll_after_ms};
  desk_digests_ = std::move(reply.digests);
  desk_public_key_ = std::move(reply.public_key);
  desk_documents_ = std::move(reply.documents);
  if (reply.queue) {
    queue_ = std::move(reply.queue);
    queue_tag_ = std::move(reply.queue_tag);
  }
  phase_ = Phase::storing_page;
  next_cursor_ = reply.cursor;
  if (reply.events.empty() && reply.cursor == cursor_) return on_stored(now);
  bool is_first = cursor_.empty();
  return action::StorePage{std::move(reply.events),
                           next_cursor_,
                           is_first,
                           !reply.more,
                           std::move(reply.scopes),
                           std::move(reply.left),
                           std::move(reply.statuses),
                           std::move(reply.erasures)};
}

Action Engine::on_stored(Instant now) {
  switch (phase_) {
  case Phase::storing_verdicts:
    if (push_is_stuck_) return pull();
    return read_outbox();
  case Phase::storing_identity:
  case Phase::requeuing: return read_outbox();
  case Phase::storing_given_back: return offer_next();
  case Phase::storing_given_back_to: return read_held();
  case Phase::storing_given_back_anew:
    return fail_round({{base::ErrorCode::offline,
                        "The desk was put back to an earlier state once more. Nothing is lost: the station "
                        "gives back again what the desk does not have.",
                        {}},
                       std::nullopt});
  case Phase::finishing_giving_back: cursor_.clear(); return read_outbox();
  case Phase::storing_page:
    cursor_ = next_cursor_;
    if (page_has_more_) return pull();
    phase_ = Phase::reading_digests;
    return action::ReadDigests{};
  case Phase::storing_repair: return next_of_repair();
  case Phase::storing_documents: return on_documents_stored();
  case Phase::storing_document_tag: return store_contact();
  case Phase::storing_contact: {
    queue_.reset();
    ++summary_.rounds;
    failures_ = 0;
    summary_.failure.reset();
    if (work_waits_) return start_round();
    Millis delay = std::clamp(poll_after_, tuning_.poll_min, tuning_.poll_max);
    return wait(now, jittered(delay));
  }
  case Phase::storing_trouble: return wait_after_failure(now);
  case Phase::waiting:
  case Phase::reading_outbox:
  case Phase::pushing:
  case Phase::pulling:
  case Phase::reading_digests:
  case Phase::reading_hashes:
  case Phase::comparing:
  case Phase::fetching:
  case Phase::beginning_split:
  case Phase::reading_erasures:
  case Phase::giving_back_erasures:
  case Phase::reading_held:
  case Phase::asking_missing:
  case Phase::reading_offers:
  case Phase::giving_back:
  case Phase::reading_held_documents:
  case Phase::asking_missing_documents:
  case Phase::reading_document_offers:
  case Phase::giving_back_documents:
  case Phase::rehoming:
  case Phase::fetching_documents:
  case Phase::reading_document_digest: break;
  }
  return action::Wait{now};
}

Action Engine::on_digests(const std::vector<protocol::ScopeDigest>& own, Instant now) {
  auto agrees = [&](const protocol::ScopeDigest& theirs) {
    return std::ranges::any_of(own, [&](const protocol::ScopeDigest& ours) {
      return ours.scope == theirs.scope && ours.count == theirs.count && ours.hash == theirs.hash;
    });
  };
  to_repair_.clear();
  for (const protocol::ScopeDigest& theirs : desk_digests_)
    if (!agrees(theirs)) to_repair_.push_back(theirs.scope);
  bool agree = to_repair_.empty();
  if (agree) repair_failed_.reset();
  summary_.in_sync = agree && outbox_is_empty_;
  digests_agree_ = agree;
  // What waits may well change what the desk's digest covers.
  if (agree || !outbox_is_empty_ || held_) return end_with_documents(now);
  bool may_repair =
      !repair_failed_ || now < *repair_failed_ || now - *repair_failed_ >= tuning_.repair_interval;
  if (!repaired_ && may_repair) return repair_next_scope();
  if (repaired_) repair_failed_ = now;
  return fail_round({{base::ErrorCode::conflict,
                      "This station and the desk hold different records and could not bring them together. "
                      "Nothing is lost. Run walkin check here and walkin-desk check at the desk.",
                      "digest"},
                     std::nullopt});
}

Action Engine::repair_next_scope() {
  repaired_ = true;
  if (to_repair_.empty()) {
    repair_.reset();
    phase_ = Phase::reading_digests;
    return action::ReadDigests{};
  }
  // Public statuses are few and small: all of them again.
  if (domain::is_public_scope(to_repair_.front())) {
    to_repair_.clear();
    return pull_from_start();
  }
  phase_ = Phase::reading_hashes;
  return action::ReadHashes{to_repair_.front()};
}

Action Engine::on_hashes(std::vector<base::Hash> own) {
  repair_.emplace(std::move(to_repair_.front()), std::move(own));
  to_repair_.pop_front();
  return next_of_repair();
}

Action Engine::next_of_repair() {
  if (auto request = repair_->next_ranges()) {
    phase_ = Phase::comparing;
    return action::SendRanges{std::move(*request)};
  }
  if (auto request = repair_->next_events()) {
    phase_ = Phase::fetching;
    return action::SendEvents{std::move(*request)};
  }
  return repair_next_scope();
}

Action Engine::on_ranges_answer(input::RangesAnswer answer) {
  if (!answer.reply) {
    // An older desk cannot compare; the whole feed tells as well.
    if (answer.reply.error().error.code == base::ErrorCode::not_found) return pull_from_start();
    return fail_round(std::move(answer.reply.error()));
  }
  if (auto taken = repair_->take(*answer.reply); !taken) return fail_round({taken.error(), std::nullopt});
  return next_of_repair();
}

Action Engine::on_events_answer(input::EventsAnswer answer) {
  if (!answer.reply) return fail_round(std::move(answer.reply.error()));
  if (auto taken = repair_->take(*answer.reply); !taken) return fail_round({taken.error(), std::nullopt});
  summary_.repaired += static_cast<std::int64_t>(answer.reply->events.size());
  phase_ = Phase::storing_repair;
  return action::StoreRepair{std::move(answer.reply->events)};
}

Action Engine::on_failure(Failure failure, std::optional<protocol::KnownHead> head_told) {
  auto is = [&](const char* code) {
    return failure.error.code == base::ErrorCode::conflict && failure.error.context == code;
  };
  if (is(protocol::k_error_epoch) && !gave_back_) {
    gave_back_ = true;
    giving_back_ = {};
    phase_ = Phase::reading_erasures;
    return action::ReadErasures{};
  }
  bool is_behind = is(protocol::k_error_behind);
  if (is_behind && !requeued_) {
    requeued_ = true;
    cursor_.clear();
    phase_ = Phase::requeuing;
    return action::RequeueOwn{};
  }
  // Behind still: what is left here of the station's own chain does not join what the desk has of it.
  bool is_fork = is_behind || is(protocol::k_error_fork);
  if (!is_fork || splits_tried_ == k_splits_a_round_max) return fail_round(std::move(failure));
  ++splits_tried_;
  bool key_is_used = phase_ == Phase::rehoming;
  phase_ = Phase::beginning_split;
  return action::BeginSplit{head_told, key_is_used};
}

Action Engine::on_split_key(const std::optional<base::Hash>& key) {
  if (!key) return read_outbox();
  phase_ = Phase::rehoming;
  return action::SendRehome{{*key}};
}

Action Engine::on_rehome_answer(input::RehomeAnswer answer) {
  if (!answer.reply) return on_failure(std::move(answer.reply.error()), std::nullopt);
  cursor_.clear();
  phase_ = Phase::storing_identity;
  return action::StoreIdentity{std::move(*answer.reply)};
}

Action Engine::fail_round(Failure failure) {
  summary_.in_sync = false;
  std::string words = failure.error.message;
  summary_.failure = std::move(failure);
  phase_ = Phase::storing_trouble;
  return action::StoreTrouble{std::move(words)};
}

Action Engine::wait_after_failure(Instant now) {
  ++summary_.rounds;
  summary_.in_sync = false;
  failures_ = std::min(failures_ + 1, 30);
  const Failure& failure = *summary_.failure;
  bool needs_a_person =
      failure.error.code == base::ErrorCode::denied || failure.error.code == base::ErrorCode::too_new;
  if (failure.retry_after)
    return wait(now, std::min(*failure.retry_after, tuning_.retry_after_max) + jittered(Millis{1'000}));
  if (needs_a_person) return wait(now, jittered(tuning_.refused_wait));
  Millis grown = tuning_.backoff_first * (std::int64_t{1} << std::min(failures_ - 1, 16));
  return wait(now, jittered(std::min(grown, tuning_.backoff_max)));
}

Action Engine::wait(Instant now, Millis delay) {
  phase_ = Phase::waiting;
  wait_until_ = now + delay;
  return action::Wait{wait_until_};
}

// Between half and all of it ("equal jitter"), so that stations that lost the desk together do not return
// together.
Millis Engine::jittered(Millis delay) {
  auto half = static_cast<std::uint64_t>(delay.count() / 2);
  if (half == 0) return delay;
  return Millis{static_cast<std::int64_t>(half + random_.next() % (half + 1))};
}

void Engine::measure_offset(Instant desk_now, Instant now, Millis round_trip) {
  clock_offset_ = desk_now - (now - round_trip / 2);
}

} // namespace walkin::sync
