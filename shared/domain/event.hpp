// Ticket events: what is appended, hashed, sent and never edited. A ticket is the fold of its events.
#pragma once

#include "shared/base/hash.hpp"
#include "shared/base/hlc.hpp"
#include "shared/base/id.hpp"
#include "shared/base/result.hpp"
#include "shared/domain/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace walkin::domain {

using base::EventId;
using base::Hash;
using base::Hlc;
using base::Instant;
using base::ReplicaId;
using base::TicketId;

// Everything that can happen to a ticket. The name on the wire is that of the enumerator. Kinds that a newer
// program knows and this one does not stay text in Event::kind and are stored and relayed untouched.
enum class EventKind {
  registered,       // body: code, queue_number, site, station, channel, category ...; contact: contact.*,
                    // description
  contact_changed,  // contact: contact.*
  field_changed,    // body: any field of is_writable(); contact: title, description
  note,             // body: visibility ("public" reaches the customer, "internal" never); contact: text
  status_changed,   // body: status
  assigned,         // body: assignee, group
  owner_changed,    // body: owner
  escalated,        // body: level, department; contact: text (why)
  linked,           // body: other (ticket id), relation ("related", "duplicate", "caused_by", "bulletin")
  merged,           // body: into (ticket id)
  attachment_named, // body: sha256, size, media_type; contact: name
  work_time,        // body: minutes
  called,           // body: counter, state ("waiting": taken back)
  served,           // body: counter, state ("serving"; without it: done)
  no_show,          //
  left,             //
  resolved,         // contact: text (the answer); body: article
  confirmed,        // body: solved (bool)
  rated,            // body: stars 1..5; contact: text
  reopened,         // contact: text (why)
  verdict,          // body: event (id), verdict, reason; written by the desk
  erased,           // the customer's data was erased from this ticket; written by the desk
};

std::string_view name_of(EventKind kind);
std::optional<EventKind> parse_event_kind(std::string_view name);

// Why the contact part is what it is. Only its hash enters the event's hash.
enum class ContactState : std::uint8_t { none, plain, sealed, erased };

// For each field that an event writes, the event that had written the value its author saw (nil: none had).
// Values in view that had lost against it (see Parallel) are named too, as "title+1", "title+2" for "title":
// an author settles what they had seen and nothing else.
using Seen = std::map<std::string, EventId, std::less<>>;

inline constexpr std::uint32_t k_envelope_version = 1;

// The envelope. Body and contact part are JSON texts that are kept byte by byte as their author wrote them,
// since hashes are taken over them; shared/protocol reads and writes them.
struct Event {
  EventId id;
  TicketId ticket;
  ReplicaId replica;
  std::uint64_t replica_seq = 0; // 1, 2, 3 ... without gaps for each replica
  Hash previous;                 // hash of this replica's event before this one; zero for its first
  Hlc claimed;                   // when its author says it happened; nobody refuses an event for its clock
  std::uint32_t envelope = k_envelope_version;
  std::string kind;
  std::uint32_t kind_version = 1;
  Seen seen;
  std::string body;
  ContactState contact_state = ContactState::none;
  std::string contact; // JSON text when plain, a libsodium sealed box when sealed, else empty
  Hash contact_hash;   // of the plain JSON text; zero when there is none
  Hash hash;           // of all the above but contact_state and contact
};

// BLAKE2b-256 over the layout that sync/PROTOCOL.md gives under "Event hash".
Hash compute_hash(const Event& event);

// BLAKE2b-256 of a plain contact part. The part carries 128 random bits ("salt"), so that a short telephone
// number can't be guessed from its hash.
Hash compute_contact_hash(std::string_view contact);

// What the desk said of an event; stored with the event, so the same event gets the same verdict again.
enum class Verdict : std::uint8_t { pending, applied, rejected, quarantined };

std::string_view name_of(Verdict verdict);
std::optional<Verdict> parse_verdict(std::string_view name);

// The place of an event in the order by which fields are decided: the effective clock (sync/PROTOCOL.md)
// first, then replica and id so that no two events are ever equal.
struct Order {
  std::int64_t effective = 0; // in the unit of Hlc::packed
  ReplicaId replica;
  EventId id;
  auto operator<=>(const Order&) const = default;
};

// effective = max(based_on + 1, min(claimed, received + 60 s)), `based_on` being the greatest effective clock
// among the events its author had seen of what it writes, and of its own event before on the same ticket.
std::int64_t effective_clock(std::optional<std::int64_t> based_on, Hlc claimed, Instant received);

// The customer's data of a ticket was erased on request: every replica drops the contact parts of its events
// and takes no more. `receipt` is the desk's, by which it knows the erasure again after it was put back.
struct Erasure {
  TicketId ticket;
  Instant at;
  Hash receipt = {};
  bool operator==(const Erasure&) const = default;
};

// What a new event says, before it has an envelope.
struct EventParts {
  EventKind kind;
  Fields body;
  Fields contact;
};

// An event taken apart for the fold.
struct TicketEvent {
  Event envelope;
  std::optional<EventKind> kind; // none: written by a newer program
  Fields body;
  Fields contact;
  std::int64_t effective = 0;
  Verdict verdict = Verdict::pending;
  std::string reason;              // of a rejection or quarantine
  std::optional<Instant> received; // when the desk had it; none while it waits here

  Order order() const { return {effective, envelope.replica, envelope.id}; }
};

} // namespace walkin::domain
