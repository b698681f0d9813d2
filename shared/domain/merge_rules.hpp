// What becomes of an event that was written without knowing what others had done to the ticket meanwhile.
//
// Its author "had not seen" the status when Seen names another version of it than the one that holds where
// the event is placed. Fields are decided by Order alone (ticket.hpp); these are the rules for what a field's
// rule cannot know. Everything is kept in the history in any case.
//
//   Event                  | Status now, unseen       | Outcome
//   -----------------------|--------------------------|----------------------------------------------------------
//   note, file, work time  | closed                   | counts; asks for review: nobody looks at closed
//   tickets status                 | the wanted one           | nothing to do status                 | one
//   that allows it       | takes effect; the other stays visible as written in parallel status | one that
//   does not        | no effect; asks for review solution               | solved                   | its text
//   takes part in the field's rule; nothing else to do solution               | closed                   | no
//   effect; asks for review solution               | any, level raised unseen | no effect; asks for review:
//   the higher level goes on confirmation "solved"  | reopened, in work        | no effect; asks for review:
//   work goes on confirmation "not"     | closed                   | reopens: the customer has the last word
//   reopening              | in work, waiting         | nothing to do: it is open
//   escalation             | solved, closed           | the level counts; asks for review
//
// Where the author had seen the status and the workflow does not allow the step, the event has no effect; the
// desk rejects it.
#pragma once

#include "shared/domain/ticket.hpp"

#include <span>
#include <string_view>

namespace walkin::domain {

// The status that an event of these parts asks for, if it asks for one.
std::optional<TicketStatus> wanted_status(EventKind kind, const Fields& body);

// Whether the workflow allows this step by an event of this kind. A reopening is the one way out of closed.
base::Status check_status_step(TicketStatus from, TicketStatus to, EventKind kind);

// Whether Seen names this version of the field, as the value that held or as one that had lost against it.
bool had_seen(const Seen& seen, std::string_view field, const EventId& version);

// Fields that an event of this kind does not write but whose version it names in Seen, for the rules above.
std::span<const std::string_view> context_of(EventKind kind);

// Seen's name for the newest question (Ticket::reviews) that was in view.
inline constexpr std::string_view k_seen_review = "review";

struct MergeDecision {
  bool takes_effect = true;
  bool asks_for_review = false;
  std::string reason; // in words, of no effect or of the review
};

// Of an event of a known kind, neither rejected nor quarantined, that comes next on this ticket.
MergeDecision decide_merge(const Ticket& ticket, const TicketEvent& event);

// What the desk says of an event that is to come next on this ticket: check_event(), but that steps of the
// workflow which the author could not know to be impossible are left to decide_merge().
base::Status check_incoming(const Ticket& ticket, const TicketEvent& event);

} // namespace walkin::domain
