// The part of the engine that gives events back to a desk which was put back to an earlier state.
#include "sync/engine/engine.hpp"

#include <algorithm>

namespace walkin::sync {

using protocol::GivenBack;

// Before anything else, so that nobody who was erased comes back.
Action Engine::give_back_next_erasures() {
  auto& erasures = giving_back_.erasures;
  if (erasures.empty()) return read_held();
  protocol::GiveBackRequest request;
  while (!erasures.empty() && request.erasures.size() < tuning_.give_back_events_max) {
    request.erasures.push_back(erasures.front());
    erasures.pop_front();
  }
  phase_ = Phase::giving_back_erasures;
  return action::SendGiveBack{std::move(request)};
}

Action Engine::read_held() {
  phase_ = Phase::reading_held;
  return action::ReadHeld{tuning_.held_events_max};
}

Action Engine::on_held(input::Held held) {
  bool is_all = held.events.empty();
  std::string epoch = std::move(giving_back_.epoch.empty() ? held.epoch : giving_back_.epoch);
  giving_back_ = {};
  giving_back_.epoch = std::move(epoch);
  giving_back_.last_position = held.last_position;
  phase_ = Phase::asking_missing;
  if (is_all) return read_held_documents();
  return action::SendMissing{{std::move(held.events)}};
}

Action Engine::on_missing_answer(input::MissingAnswer answer) {
  if (!answer.reply) return fail_round(std::move(answer.reply.error()));
  if (!giving_back_.epoch.empty() && giving_back_.epoch != answer.reply->epoch) {
    phase_ = Phase::storing_given_back_anew;
    return action::StoreGivenBackTo{0, std::move(answer.reply->epoch)};
  }
  giving_back_.epoch = answer.reply->epoch;
  if (phase_ == Phase::asking_missing_documents) return on_missing_documents(answer.reply->documents);
  if (giving_back_.last_position == 0) {
    phase_ = Phase::finishing_giving_back;
    return action::FinishGivingBack{std::move(answer.reply->epoch)};
  }
  giving_back_.missing.assign(answer.reply->missing.begin(), answer.reply->missing.end());
  return offer_next();
}

Action Engine::offer_next() {
  auto& missing = giving_back_.missing;
  if (missing.empty()) {
    phase_ = Phase::storing_given_back_to;
    return action::StoreGivenBackTo{giving_back_.last_position, giving_back_.epoch};
  }
  auto count = std::min(missing.size(), tuning_.give_back_events_max);
  auto end = missing.begin() + static_cast<std::ptrdiff_t>(count);
  giving_back_.asked.assign(missing.begin(), end);
  missing.erase(missing.begin(), end);
  phase_ = Phase::reading_offers;
  return action::ReadOffers{giving_back_.asked};
}

Action Engine::on_offers(std::vector<protocol::PlacedEvent> events) {
  giving_back_.not_taken.clear();
  for (const domain::EventId& id : giving_back_.asked)
    if (std::ranges::none_of(events, [&](const auto& placed) { return placed.event.id == id; }))
      giving_back_.not_taken.push_back(id);
  if (events.empty()) {
    phase_ = Phase::storing_given_back;
    return action::StoreGivenBack{giving_back_.not_taken, {}, {}};
  }
  phase_ = Phase::giving_back;
  return action::SendGiveBack{{std::move(events)}};
}

// Last, and from the beginning where a round was cut off: they are few, and the desk has them once.
Action Engine::read_held_documents() {
  phase_ = Phase::reading_held_documents;
  return action::ReadHeldDocuments{giving_back_.last_document, tuning_.held_events_max};
}

Action Engine::on_held_documents(input::HeldDocuments held) {
  if (held.documents.empty()) {
    // With nothing left to ask about, the question is which desk it is that has been given back all.
    phase_ = Phase::asking_missing;
    return action::SendMissing{};
  }
  giving_back_.last_document = held.last_number;
  giving_back_.documents.assign(held.documents.begin(), held.documents.end());
  phase_ = Phase::asking_missing_documents;
  return action::SendMissing{{{}, std::move(held.documents)}};
}

// An older desk names none.
Action Engine::on_missing_documents(const std::vector<base::Hash>& missing) {
  std::erase_if(giving_back_.documents, [&](const protocol::HeldDocument& held) {
    return std::ranges::find(missing, held.hash) == missing.end();
  });
  return offer_next_documents();
}

Action Engine::offer_next_documents() {
  auto& documents = giving_back_.documents;
  if (documents.empty()) return read_held_documents();
  const auto count = std::min(documents.size(), tuning_.give_back_documents_max);
  const auto end = documents.begin() + static_cast<std::ptrdiff_t>(count);
  action::ReadDocumentOffers read{{documents.begin(), end}};
  documents.erase(documents.begin(), end);
  phase_ = Phase::reading_document_offers;
  return read;
}

Action Engine::on_document_offers(std::vector<domain::Document> documents) {
  if (documents.empty()) return offer_next_documents(); // the desk has sent others meanwhile
  phase_ = Phase::giving_back_documents;
  protocol::GiveBackRequest request;
  request.documents = std::move(documents);
  return action::SendGiveBack{std::move(request)};
}

Action Engine::on_give_back_answer(input::GiveBackAnswer answer) {
  if (!answer.reply) return fail_round(std::move(answer.reply.error()));
  if (phase_ == Phase::giving_back_documents) return offer_next_documents();
  if (phase_ == Phase::giving_back_erasures) return give_back_next_erasures();
  action::StoreGivenBack store{giving_back_.not_taken, {}, {}};
  for (const auto& outcome : answer.reply->outcomes) {
    if (outcome.judged) store.judged.push_back(*outcome.judged);
    if (outcome.outcome == GivenBack::refused) store.not_taken.push_back(outcome.id);
    if (outcome.outcome == GivenBack::elsewhere) store.elsewhere.push_back(outcome.id);
    if (outcome.outcome == GivenBack::taken) ++summary_.given_back;
  }
  phase_ = Phase::storing_given_back;
  return store;
}

} // namespace walkin::sync
