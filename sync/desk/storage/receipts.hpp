// What the desk adds to an event or a document that it gives out, so that it knows it again after it was put
// back to an earlier state: a keyed BLAKE2b (RFC 7693) over its hash and, of an event, its place, by a key
// that is in every backup.
#pragma once

#include "shared/domain/reference.hpp"
#include "shared/protocol/messages.hpp"
#include "shared/store/event_log.hpp"
#include "sync/desk/storage/keys.hpp"

namespace walkin::desk {

// Reads the keys when it is made; belongs to one transaction.
class Receipts {
public:
  explicit Receipts(store::Database& db) : keys_(Keys(db).all(KeyPurpose::receipt)) {}

  base::Hash make(const store::StoredEvent& stored) const;
  base::Hash make(const base::Hash& event, const protocol::PushVerdict& verdict) const; // of one in the log
  // Whether a desk that had one of these keys has given this out, in this place and with this verdict.
  bool fits(const protocol::PlacedEvent& placed) const;

  base::Hash make(const domain::TicketId& ticket, base::Instant erased) const;
  bool fits(const domain::Erasure& erasure) const;

  base::Hash make(const domain::Document& document) const;
  bool fits(const domain::Document& document) const;

private:
  std::vector<DeskKey> keys_; // the one in use first
};

} // namespace walkin::desk
