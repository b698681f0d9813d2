// Reference documents that stations give back to a desk which was put back to an earlier state: versions that
// it had written and does not know any more. They wait here for an administrator's yes (Documents::decide).
#pragma once

#include "shared/protocol/recovery_messages.hpp"
#include "sync/desk/storage/desk_log.hpp"

namespace walkin::desk {

// Part of the desk's schema, its third step.
extern const std::string_view k_offered_documents_sql;

struct OfferedDocument {
  std::int64_t number = 0; // for the administrator to name it by
  domain::Document document;
  base::Instant offered;
  std::optional<base::Instant>
      present; // when what the desk has in its place was written; none: it has nothing
};

// The hashes of those that this desk neither knows nor has been offered. What it has under another version
// but with the same text is known.
std::vector<base::Hash> unknown_documents(store::Database& db, std::span<const protocol::HeldDocument> held);

// Puts those aside that this desk had given out, as their receipts prove, and does not know. Durable on
// return. How many.
std::size_t take_offers(store::Database& db, const SyncPeer& peer,
                        std::span<const domain::Document> documents, base::Instant now);

// Those that wait for a decision, by kind, id and version.
std::vector<OfferedDocument> waiting_offers(store::Database& db);
void settle_offer(store::Transaction&, store::Database& db, std::int64_t number, bool is_accepted,
                  std::string_view by, base::Instant now);

} // namespace walkin::desk
