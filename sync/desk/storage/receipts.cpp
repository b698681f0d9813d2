#include "sync/desk/storage/receipts.hpp"

#include <algorithm>

namespace walkin::desk {

namespace {

base::Hash receipt(const DeskKey& key, const base::Hash& event, std::int64_t effective,
                   base::Instant received, domain::Verdict verdict, std::string_view reason) {
  return base::Hasher(key.secret_key)
      .text("walkin-receipt-1")
      .raw(event.bytes)
      .u64(static_cast<std::uint64_t>(effective))
      .u64(static_cast<std::uint64_t>(base::to_ms(received)))
      .text(domain::name_of(verdict))
      .text(reason)
      .finish();
}

base::Hash erasure_receipt(const DeskKey& key, const domain::TicketId& ticket, base::Instant at) {
  return base::Hasher(key.secret_key)
      .text("walkin-erasure-1")
      .raw(ticket.bytes)
      .u64(static_cast<std::uint64_t>(base::to_ms(at)))
      .finish();
}

base::Hash document_receipt(const DeskKey& key, const domain::Document& document) {
  return base::Hasher(key.secret_key).text("walkin-document-receipt-1").raw(hash_of(document).bytes).finish();
}

} // namespace

base::Hash Receipts::make(const store::StoredEvent& stored) const {
  if (keys_.empty() || !stored.received) return {};
  return receipt(keys_.front(), stored.event.hash, stored.effective, *stored.received, stored.verdict,
                 stored.reason);
}

base::Hash Receipts::make(const base::Hash& event, const protocol::PushVerdict& verdict) const {
  if (keys_.empty()) return {};
  return receipt(keys_.front(), event, verdict.effective, verdict.received, verdict.verdict, verdict.reason);
}

bool Receipts::fits(const protocol::PlacedEvent& placed) const {
  return !placed.receipt.is_zero() && std::ranges::any_of(keys_, [&](const DeskKey& key) {
    return receipt(key, placed.event.hash, placed.effective, placed.received, placed.verdict,
                   placed.reason) == placed.receipt;
  });
}

base::Hash Receipts::make(const domain::TicketId& ticket, base::Instant erased) const {
  return keys_.empty() ? base::Hash{} : erasure_receipt(keys_.front(), ticket, erased);
}

bool Receipts::fits(const domain::Erasure& erasure) const {
  return std::ranges::any_of(keys_, [&](const DeskKey& key) {
    return erasure_receipt(key, erasure.ticket, erasure.at) == erasure.receipt;
  });
}

base::Hash Receipts::make(const domain::Document& document) const {
  return keys_.empty() ? base::Hash{} : document_receipt(keys_.front(), document);
}

bool Receipts::fits(const domain::Document& document) const {
  return !document.is_deleted && std::ranges::any_of(keys_, [&](const DeskKey& key) {
    return document_receipt(key, document) == document.receipt;
  });
}

} // namespace walkin::desk
