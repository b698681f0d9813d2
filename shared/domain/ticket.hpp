// A ticket: the fold of its events, with its whole history.
#pragma once

#include "shared/domain/event.hpp"
#include "shared/domain/fields.hpp"
#include "shared/domain/registration.hpp"
#include "shared/domain/workflow.hpp"

#include <span>
#include <vector>

namespace walkin::domain {

// The value of a field, who wrote it, and the version by which a later writer says what they had seen.
struct FieldState {
  Value value;
  EventId version;
  Order order;
};

// A value that lost against another written at the same time by somebody who had not seen it. It stays
// visible, and can be taken back, until somebody who has seen it writes the field.
struct Parallel {
  std::string field;
  Value value;
  EventId version; // the event that wrote it
  EventId winner;  // the event whose value holds
};

// One step of the history, in the order in which it is shown (as the fields were decided).
struct HistoryEntry {
  EventId id;
  ReplicaId replica;
  std::string kind; // as on the wire
  std::optional<EventKind> known;
  Instant at;                      // as its author claimed
  std::optional<Instant> received; // at the desk; none while it waits here to be sent
  std::string by;                  // author's name; "" for the customer or a machine
  Fields body;
  Fields contact;
  ContactState contact_state = ContactState::none;
  Verdict verdict = Verdict::pending;
  std::string reason; // why it was refused, or why it changed nothing here
  bool took_effect = true;
};

// Something that was done without knowing what others had done meanwhile, so that a person should look
// whether the ticket is as it should be. Settled by the next thing that somebody writes with this in view.
struct Review {
  EventId event;
  std::string reason; // in words
};

struct Ticket {
  TicketId id;
  std::map<std::string, FieldState, std::less<>> fields;
  std::vector<HistoryEntry> history;
  std::vector<Parallel> parallels;
  std::vector<Review> reviews;
  Instant created; // claimed time of the registration
  Instant updated; // claimed time of the newest entry

  // Shorthands over `fields`; "" or nothing when not set.
  std::string text(std::string_view field) const;
  TicketStatus status() const;
  Priority priority() const; // from the matrix unless the field "priority" was set by a person
  std::string code() const { return text("code"); }
  // The field "title", else the description's first sentence shortened to 80, else, where that can't be read
  // here, what it is about.
  std::string title() const;
  std::int64_t work_minutes() const;
  bool is_erased() const; // the customer's data, on request
};

// The fold, event by event, where they are known to come in order.
class TicketFolder {
public:
  explicit TicketFolder(TicketId id) { ticket_.id = id; }
  void apply(const TicketEvent& event);
  const Ticket& ticket() const { return ticket_; }
  Ticket take() && { return std::move(ticket_); }

private:
  void settle_reviews(const Seen& seen);
  void write(const TicketEvent& event);
  void note_parallel(const std::string& name, const FieldState& before, const Value& value,
                     const TicketEvent& event);

  Ticket ticket_;
};

// Folds the events of one ticket. `events` may come in any order: those that the desk has placed are taken by
// Order, then those still waiting here (verdict pending and not yet received) by replica_seq, so that a
// person's own work stays in view while it waits. Rejected and quarantined events write nothing and stay in
// the history with their reason. The same events give the same ticket on every replica.
Ticket fold(TicketId id, std::span<const TicketEvent> events);

// The codes that a ticket had before the one it has, as the customer's slip may still say.
inline constexpr std::string_view k_former_code = "former_code";
std::vector<std::string> former_codes(const Ticket& ticket);

// The body and contact part of a registration.
EventParts registered_parts(const Registration& registration, std::string_view code,
                            std::string_view queue_number, std::string_view site, std::string_view station);

// What an event of these parts would do to this ticket: an error when the workflow or a field's rule forbids
// it.
base::Status check_event(const Ticket& ticket, const EventParts& parts);

// For each field that `parts` writes, the version of `ticket` its author has before them.
Seen seen_of(const Ticket& ticket, const EventParts& parts);

// The events that put back a value which lost against another written at the same time: the newest such value
// of the field, or the one that reads `value`. Its author has seen both, so nothing is left to decide.
// Errors: not_found (nothing of this field lost), not_allowed (a field that people don't write).
base::Result<std::vector<EventParts>> parts_to_take_back(const Ticket& ticket, std::string_view field,
                                                         std::optional<std::string_view> value);

} // namespace walkin::domain
