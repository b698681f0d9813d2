// The end of a round: reference documents, when the desk has others, and that there was contact.
#include "sync/engine/engine.hpp"

namespace walkin::sync {

Action Engine::end_with_documents(Instant now) {
  const bool has_just_failed =
      documents_failed_ && now >= *documents_failed_ && now - *documents_failed_ < tuning_.repair_interval;
  if (!documents_.is_needed(desk_documents_) || has_just_failed) return store_contact();
  return fetch_documents();
}

Action Engine::fetch_documents() {
  phase_ = Phase::fetching_documents;
  return action::SendDocuments{documents_.next()};
}

Action Engine::on_documents_answer(input::DocumentsAnswer answer) {
  if (!answer.reply) {
    const base::ErrorCode code = answer.reply.error().error.code;
    if (code == base::ErrorCode::not_found) return store_contact(); // an older desk: do without
    if (code == base::ErrorCode::conflict && documents_.start_again()) return fetch_documents();
    return fail_round(std::move(answer.reply.error()));
  }
  const bool is_first = documents_.is_first();
  documents_have_more_ = answer.reply->more;
  if (!documents_.advance(*answer.reply))
    return fail_round({{base::ErrorCode::internal,
                        "The desk repeats itself: it says that there are more documents, but gives the same "
                        "place again.",
                        "cursor"},
                       std::nullopt});
  phase_ = Phase::storing_documents;
  return action::StoreDocuments{std::move(*answer.reply), is_first};
}

Action Engine::on_documents_stored() {
  if (documents_have_more_) return fetch_documents();
  phase_ = Phase::reading_document_digest;
  return action::ReadDocumentDigest{};
}

Action Engine::on_document_digest(const protocol::ScopeDigest& own, Instant now) {
  if (!documents_.agrees(own)) {
    if (documents_.start_again()) return fetch_documents();
    // Tickets are in order; what people read here may be older than at the desk. Not asked for at every poll.
    documents_failed_ = now;
    return store_contact();
  }
  documents_failed_.reset();
  phase_ = Phase::storing_document_tag;
  return action::StoreDocumentTag{documents_.tag()};
}

Action Engine::store_contact() {
  phase_ = Phase::storing_contact;
  return action::StoreContact{clock_offset_, digests_agree_, desk_public_key_, queue_, queue_tag_};
}

} // namespace walkin::sync
