#include "shared/domain/merge_rules.hpp"

namespace walkin::domain {

namespace {

constexpr std::string_view k_status[] = {"status"};
constexpr std::string_view k_status_and_level[] = {"status", "level"};

bool knew(const Ticket& ticket, const Seen& seen, std::string_view field) {
  auto held = ticket.fields.find(field);
  return held == ticket.fields.end() || had_seen(seen, field, held->second.version);
}

MergeDecision effect() { return {}; }
MergeDecision effect_with_review(std::string reason) { return {true, true, std::move(reason)}; }
MergeDecision no_effect_with_review(std::string reason) { return {false, true, std::move(reason)}; }

std::string was(const Ticket& ticket, std::string_view what) {
  return std::string(what) + " without knowing that the ticket was " + std::string(name_of(ticket.status())) +
         ".";
}

// Of events that ask for a status.
MergeDecision decide_status(const Ticket& ticket, const TicketEvent& event, TicketStatus to) {
  bool knew_status = knew(ticket, event.envelope.seen, "status");
  bool is_solution = *event.kind == EventKind::resolved;
  if (is_solution && !knew(ticket, event.envelope.seen, "level"))
    return no_effect_with_review("Solved without knowing that it had been escalated.");
  if (ticket.status() == to) return effect();
  // The customer's "no" to a solution, and a reopening, find the ticket open already.
  if (*event.kind == EventKind::reopened && is_open(ticket.status())) return effect();
  EventKind step = *event.kind;
  bool says_not_solved = step == EventKind::confirmed && to == TicketStatus::in_work;
  if (says_not_solved) step = EventKind::reopened;
  auto allowed = check_status_step(ticket.status(), to, step);
  if (allowed) return effect();
  if (knew_status) return {false, false, allowed.error().message};
  if (is_solution) return no_effect_with_review(was(ticket, "Solved"));
  if (*event.kind == EventKind::confirmed) return no_effect_with_review(was(ticket, "Confirmed as solved"));
  return no_effect_with_review(was(ticket, "Set to " + std::string(name_of(to))));
}

} // namespace

bool had_seen(const Seen& seen, std::string_view field, const EventId& version) {
  for (auto entry = seen.lower_bound(field); entry != seen.end() && entry->first.starts_with(field);
       ++entry) {
    std::string_view rest = std::string_view(entry->first).substr(field.size());
    if ((rest.empty() || rest.front() == '+') && entry->second == version) return true;
  }
  return false;
}

std::optional<TicketStatus> wanted_status(EventKind kind, const Fields& body) {
  switch (kind) {
  case EventKind::status_changed: {
    auto status = body.find("status");
    const auto* name = status == body.end() ? nullptr : std::get_if<std::string>(&status->second);
    return name ? parse_status(*name) : std::nullopt;
  }
  case EventKind::resolved: return TicketStatus::solved;
  case EventKind::confirmed: {
    auto solved = body.find("solved");
    return solved != body.end() && solved->second == Value{true} ? TicketStatus::closed
                                                                 : TicketStatus::in_work;
  }
  case EventKind::reopened: return TicketStatus::in_work;
  case EventKind::registered:
  case EventKind::contact_changed:
  case EventKind::field_changed:
  case EventKind::note:
  case EventKind::assigned:
  case EventKind::owner_changed:
  case EventKind::escalated:
  case EventKind::linked:
  case EventKind::merged:
  case EventKind::attachment_named:
  case EventKind::work_time:
  case EventKind::called:
  case EventKind::served:
  case EventKind::no_show:
  case EventKind::left:
  case EventKind::rated:
  case EventKind::verdict:
  case EventKind::erased: return std::nullopt;
  }
  return std::nullopt;
}

base::Status check_status_step(TicketStatus from, TicketStatus to, EventKind kind) {
  if (kind != EventKind::reopened) return check_transition(from, to);
  if (!is_open(from)) return {};
  return base::fail(base::ErrorCode::not_allowed, "Only a solved or closed ticket can be reopened.",
                    "status");
}

std::span<const std::string_view> context_of(EventKind kind) {
  switch (kind) {
  case EventKind::note:
  case EventKind::attachment_named:
  case EventKind::work_time:
  case EventKind::escalated: return k_status;
  case EventKind::resolved: return k_status_and_level;
  case EventKind::registered:
  case EventKind::contact_changed:
  case EventKind::field_changed:
  case EventKind::status_changed:
  case EventKind::assigned:
  case EventKind::owner_changed:
  case EventKind::linked:
  case EventKind::merged:
  case EventKind::called:
  case EventKind::served:
  case EventKind::no_show:
  case EventKind::left:
  case EventKind::confirmed:
  case EventKind::rated:
  case EventKind::reopened:
  case EventKind::verdict:
  case EventKind::erased: return {};
  }
  return {};
}

MergeDecision decide_merge(const Ticket& ticket, const TicketEvent& event) {
  if (ticket.fields.empty()) return effect(); // nothing can have happened meanwhile
  if (auto to = wanted_status(*event.kind, event.body)) return decide_status(ticket, event, *to);
  if (knew(ticket, event.envelope.seen, "status") || is_open(ticket.status())) return effect();
  bool is_closed = ticket.status() == TicketStatus::closed;
  switch (*event.kind) {
  case EventKind::note: return is_closed ? effect_with_review(was(ticket, "Written")) : effect();
  case EventKind::attachment_named: return is_closed ? effect_with_review(was(ticket, "Attached")) : effect();
  case EventKind::work_time: return is_closed ? effect_with_review(was(ticket, "Worked on")) : effect();
  case EventKind::escalated: return effect_with_review(was(ticket, "Escalated"));
  case EventKind::registered:
  case EventKind::contact_changed:
  case EventKind::field_changed:
  case EventKind::status_changed:
  case EventKind::assigned:
  case EventKind::owner_changed:
  case EventKind::linked:
  case EventKind::merged:
  case EventKind::called:
  case EventKind::served:
  case EventKind::no_show:
  case EventKind::left:
  case EventKind::resolved:
  case EventKind::confirmed:
  case EventKind::rated:
  case EventKind::reopened:
  case EventKind::verdict:
  case EventKind::erased: return effect();
  }
  return effect();
}

base::Status check_incoming(const Ticket& ticket, const TicketEvent& event) {
  EventParts parts{*event.kind, event.body, event.contact};
  auto checked = check_event(ticket, parts);
  if (checked || checked.error().code != base::ErrorCode::not_allowed ||
      !wanted_status(parts.kind, parts.body))
    return checked;
  MergeDecision decision = decide_merge(ticket, event);
  return decision.takes_effect || decision.asks_for_review ? base::Status{} : checked;
}

} // namespace walkin::domain
