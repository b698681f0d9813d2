#include "sync/engine/engine.hpp"

#include <algorithm>

namespace walkin::sync {

using domain::Verdict;

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
    Action operator()(input::Outbox& in) const { return engine.on_outbox(std::move(in.events)); }
    Action operator()(input::PushAnswer& in) const { return engine.on_push_answer(std::move(in), now); }
    Action operator()(input::PullAnswer& in) const { return engine.on_pull_answer(std::move(in), now); }
    Action operator()(input::Digests& in) const { return engine.on_digests(in.digests, now); }
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
  phase_ = Phase::reading_outbox;
  return action::ReadOutbox{tuning_.push_events_max, tuning_.push_bytes_max};
}

Action Engine::on_outbox(std::vector<domain::Event> events) {
  batch_size_ = events.size();
  outbox_is_empty_ = events.empty();
  if (events.empty()) return pull();
  phase_ = Phase::pushing;
  return action::SendPush{{std::move(events)}};
}

Action Engine::on_push_answer(input::PushAnswer answer, Instant now) {
  if (!answer.reply) return fail_round(std::move(answer.reply.error()));
  measure_offset(answer.reply->now, now, answer.round_trip);
  std::int64_t settled = 0;
  for (const protocol::PushVerdict& verdict : answer.reply->verdicts) {
    if (verdict.verdict == Verdict::pending) continue;
    ++settled;
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
  return action::SendPull{{cursor_, tuning_.pull_events_max}};
}

// Everything is asked for again; what is held already is skipped when it is stored.
Action Engine::pull_from_start(Instant now) {
  pulled_from_start_ = now;
  cursor_.clear();
  return pull();
}

Action Engine::on_pull_answer(input::PullAnswer answer, Instant now) {
  if (!answer.reply) {
    bool cursor_is_unknown = answer.reply.error().error.code == base::ErrorCode::conflict && !cursor_.empty();
    return cursor_is_unknown ? pull_from_start(now) : fail_round(std::move(answer.reply.error()));
  }
  protocol::PullReply& reply = *answer.reply;
  measure_offset(reply.now, now, answer.round_trip);
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
  phase_ = Phase::storing_page;
  if (reply.events.empty() && reply.cursor == cursor_) return on_stored(now);
  cursor_ = reply.cursor;
  return action::StorePage{std::move(reply.events), cursor_};
}

Action Engine::on_stored(Instant now) {
  switch (phase_) {
  case Phase::storing_verdicts:
    if (push_is_stuck_) return pull();
    phase_ = Phase::reading_outbox;
    return action::ReadOutbox{tuning_.push_events_max, tuning_.push_bytes_max};
  case Phase::storing_page:
    if (page_has_more_) return pull();
    phase_ = Phase::reading_digests;
    return action::ReadDigests{};
  case Phase::storing_contact: {
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
  case Phase::reading_digests: break;
  }
  return action::Wait{now};
}

Action Engine::on_digests(const std::vector<protocol::ScopeDigest>& own, Instant now) {
  auto agrees = [&](const protocol::ScopeDigest& theirs) {
    return std::ranges::any_of(own, [&](const protocol::ScopeDigest& ours) {
      return ours.scope == theirs.scope && ours.count == theirs.count && ours.hash == theirs.hash;
    });
  };
  bool agree = std::ranges::all_of(desk_digests_, agrees);
  // Something is missing here, or the desk was put back to an earlier state: the whole feed tells, but not at
  // every poll.
  bool may_start_over = !pulled_from_start_ || now < *pulled_from_start_ ||
                        now - *pulled_from_start_ >= tuning_.from_start_interval;
  if (!agree && outbox_is_empty_ && !cursor_.empty() && may_start_over) return pull_from_start(now);
  summary_.in_sync = agree && outbox_is_empty_;
  phase_ = Phase::storing_contact;
  return action::StoreContact{clock_offset_, agree};
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
