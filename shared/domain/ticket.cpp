#include "shared/domain/ticket.hpp"

#include "shared/base/text.hpp"
#include "shared/domain/attachment.hpp"
#include "shared/domain/merge_rules.hpp"

#include <algorithm>

namespace walkin::domain {

namespace {

constexpr std::size_t k_title_characters_max = 80;
constexpr std::size_t k_parallels_seen_max = 4; // of one field and event; more stay to be decided later

std::string_view text_in(const Fields& fields, std::string_view name) {
  auto found = fields.find(name);
  if (found == fields.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  return text ? std::string_view(*text) : std::string_view{};
}

std::int64_t number_in(const Fields& fields, std::string_view name) {
  auto found = fields.find(name);
  if (found == fields.end()) return 0;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number ? *number : 0;
}

// The fields that an event of this kind writes, with their values: what the fold stores and `seen` covers.
Fields written_fields(EventKind kind, const Fields& body, const Fields& contact) {
  Fields out;
  auto copy = [&out](const Fields& from, std::string_view name, std::string_view as = {}) {
    if (auto found = from.find(name); found != from.end()) out.emplace(as.empty() ? name : as, found->second);
  };
  switch (kind) {
  case EventKind::registered:
  case EventKind::contact_changed:
  case EventKind::field_changed:
    out = body;
    out.insert(contact.begin(), contact.end());
    out.erase("by");
    out.erase("salt");
    break;
  case EventKind::assigned:
    copy(body, "assignee");
    copy(body, "group");
    break;
  case EventKind::owner_changed: copy(body, "owner"); break;
  case EventKind::escalated:
    copy(body, "level");
    copy(body, "department");
    break;
  case EventKind::merged: copy(body, "into", "merged_into"); break;
  case EventKind::called:
  case EventKind::served:
  case EventKind::no_show:
  case EventKind::left:
    copy(body, "state", "queue_state"); // what the kind alone does not say: being served, or put back to wait
    out.emplace("queue_state", std::string(name_of(kind)));
    copy(body, "counter", "queue_counter");
    break;
  case EventKind::resolved: copy(contact, "text", "resolution"); break;
  case EventKind::rated:
    copy(body, "stars", "rating");
    copy(contact, "text", "rating_comment");
    break;
  case EventKind::note:
  case EventKind::status_changed:
  case EventKind::linked:
  case EventKind::attachment_named:
  case EventKind::work_time:
  case EventKind::confirmed:
  case EventKind::reopened:
  case EventKind::verdict:
  case EventKind::erased: break;
  }
  if (auto status = wanted_status(kind, body)) out.insert_or_assign("status", std::string(name_of(*status)));
  if (kind == EventKind::registered) out.try_emplace("status", std::string(name_of(TicketStatus::created)));
  return out;
}

// Seen's names of the losing values that were in view beside the one that held.
std::string parallel_name(std::string_view field, std::size_t number) {
  return std::string(field) + "+" + std::to_string(number);
}

HistoryEntry entry_of(const TicketEvent& event) {
  return {.id = event.envelope.id,
          .replica = event.envelope.replica,
          .kind = event.envelope.kind,
          .known = event.kind,
          .at = event.envelope.claimed.instant(),
          .received = event.received,
          .by = std::string(text_in(event.body, "by")),
          .body = event.body,
          .contact = event.contact,
          .contact_state = event.envelope.contact_state,
          .verdict = event.verdict,
          .reason = event.reason,
          .took_effect = true};
}

} // namespace

void TicketFolder::apply(const TicketEvent& event) {
  HistoryEntry entry = entry_of(event);
  if (!event.kind || event.verdict == Verdict::rejected || event.verdict == Verdict::quarantined) {
    entry.took_effect = false;
  } else {
    settle_reviews(event.envelope.seen);
    MergeDecision decision = decide_merge(ticket_, event);
    entry.took_effect = decision.takes_effect;
    if (!decision.takes_effect) entry.reason = decision.reason;
    if (decision.asks_for_review) ticket_.reviews.push_back({event.envelope.id, decision.reason});
    if (decision.takes_effect) write(event);
  }
  bool is_first = ticket_.history.empty();
  if (is_first || entry.known == EventKind::registered) ticket_.created = entry.at;
  ticket_.updated = is_first ? entry.at : std::max(ticket_.updated, entry.at);
  ticket_.history.push_back(std::move(entry));
}

// Whoever writes on a ticket with the question in view has looked at it.
void TicketFolder::settle_reviews(const Seen& seen) {
  auto looked_at = seen.find(k_seen_review);
  if (looked_at == seen.end()) return;
  auto last = std::ranges::find(ticket_.reviews, looked_at->second, &Review::event);
  if (last != ticket_.reviews.end()) ticket_.reviews.erase(ticket_.reviews.begin(), last + 1);
}

void TicketFolder::write(const TicketEvent& event) {
  for (auto& [name, value] : written_fields(*event.kind, event.body, event.contact)) {
    auto [place, is_new] = ticket_.fields.try_emplace(name);
    if (!is_new) note_parallel(name, place->second, value, event);
    place->second = {std::move(value), event.envelope.id, event.order()};
  }
}

void TicketFolder::note_parallel(const std::string& name, const FieldState& before, const Value& value,
                                 const TicketEvent& event) {
  const Seen& seen = event.envelope.seen;
  // What its author looked at and wrote over is settled; what they had not seen is not.
  std::erase_if(ticket_.parallels, [&](const Parallel& parallel) {
    return parallel.field == name && (had_seen(seen, name, parallel.version) || parallel.value == value);
  });
  if (!had_seen(seen, name, before.version) && before.value != value)
    ticket_.parallels.push_back({name, before.value, before.version, event.envelope.id});
  for (Parallel& parallel : ticket_.parallels)
    if (parallel.field == name) parallel.winner = event.envelope.id;
}

std::string Ticket::text(std::string_view field) const {
  auto found = fields.find(field);
  return found == fields.end() ? std::string{} : to_text(found->second.value);
}

TicketStatus Ticket::status() const { return parse_status(text("status")).value_or(TicketStatus::created); }

Priority Ticket::priority() const {
  if (auto chosen = parse_priority(text("priority"))) return *chosen;
  return priority_of(parse_degree(text("severity")), parse_affected(text("affected")),
                     parse_degree(text("consequence")));
}

namespace {

// What a list shows of a ticket whose words can't be read here.
std::string stand_in_title(const Ticket& ticket) {
  auto registration = std::ranges::find(ticket.history, EventKind::registered, &HistoryEntry::known);
  if (registration == ticket.history.end()) return {};
  std::string_view why;
  if (registration->contact_state == ContactState::sealed) why = "kept sealed for the desk";
  if (registration->contact_state == ContactState::erased) why = "personal data erased";
  if (why.empty()) return {};
  std::string about = ticket.text("category");
  if (about.empty()) about = "ticket";
  about[0] = static_cast<char>(about[0] - 'a' + 'A');
  return about + ", " + std::string(why);
}

} // namespace

std::string Ticket::title() const {
  if (std::string given = text("title"); !given.empty()) return given;
  std::string description = text("description");
  if (description.empty()) return stand_in_title(*this);
  auto end = description.find('\n');
  for (std::string_view stop : {". ", "? ", "! "}) {
    auto found = description.find(stop);
    if (found != std::string::npos) end = std::min(end, found + 1);
  }
  return base::shorten(std::string_view(description).substr(0, end), k_title_characters_max);
}

bool Ticket::is_erased() const {
  return std::ranges::any_of(history, [](const HistoryEntry& entry) {
    return entry.known == EventKind::erased && entry.took_effect;
  });
}

std::int64_t Ticket::work_minutes() const {
  std::int64_t sum = 0;
  for (const HistoryEntry& entry : history)
    if (entry.known == EventKind::work_time && entry.took_effect) sum += number_in(entry.body, "minutes");
  return sum;
}

Ticket fold(TicketId id, std::span<const TicketEvent> events) {
  std::vector<const TicketEvent*> ordered;
  ordered.reserve(events.size());
  for (const TicketEvent& event : events) ordered.push_back(&event);
  auto waits = [](const TicketEvent& event) { return event.verdict == Verdict::pending && !event.received; };
  std::ranges::sort(ordered, [&](const TicketEvent* a, const TicketEvent* b) {
    bool a_waits = waits(*a), b_waits = waits(*b);
    if (a_waits != b_waits) return b_waits;
    if (a_waits && a->envelope.replica_seq != b->envelope.replica_seq)
      return a->envelope.replica_seq < b->envelope.replica_seq;
    return a->order() < b->order();
  });
  TicketFolder folder(id);
  for (const TicketEvent* event : ordered) folder.apply(*event);
  return std::move(folder).take();
}

std::vector<std::string> former_codes(const Ticket& ticket) {
  std::vector<std::string> codes;
  if (!ticket.fields.contains(k_former_code)) return codes;
  std::string text = ticket.text(k_former_code);
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = std::min(text.find(' ', start), text.size());
    if (end > start) codes.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return codes;
}

EventParts registered_parts(const Registration& r, std::string_view code, std::string_view queue_number,
                            std::string_view site, std::string_view station) {
  EventParts parts{EventKind::registered, {}, {}};
  auto put = [](Fields& fields, std::string_view name, std::string_view text) {
    if (!text.empty()) fields.emplace(name, std::string(text));
  };
  Fields& body = parts.body;
  put(body, "code", code);
  put(body, "queue_number", queue_number);
  put(body, "site", site);
  put(body, "station", station);
  put(body, "channel", name_of(r.channel));
  if (r.category) put(body, "category", name_of(*r.category));
  if (r.nature) put(body, "nature", name_of(*r.nature));
  if (r.severity) put(body, "severity", name_of(*r.severity));
  if (r.affected) put(body, "affected", name_of(*r.affected));
  if (r.consequence) put(body, "consequence", name_of(*r.consequence));
  put(body, "computer.asset_tag", r.computer.asset_tag);
  put(body, "computer.os", r.computer.os);
  put(body, "computer.os_version", r.computer.os_version);
  put(body, "computer.model", r.computer.model);
  put(body, "computer.serial", r.computer.serial);
  put(body, "computer.hostname", r.computer.hostname);
  if (r.computer.memory_mb) body.emplace("computer.memory_mb", *r.computer.memory_mb);
  put(body, "telephone.extension", r.telephone.extension);
  put(body, "telephone.handset", r.telephone.handset);
  put(body, "telephone.carrier", r.telephone.carrier);
  if (std::holds_alternative<bool>(r.telephone.voicemail))
    body.emplace("telephone.voicemail", r.telephone.voicemail);
  Fields& contact = parts.contact;
  put(contact, "contact.name", r.contact.name);
  put(contact, "contact.email", r.contact.email);
  put(contact, "contact.phone", r.contact.phone);
  put(contact, "contact.employee_id", r.contact.employee_id);
  put(contact, "contact.preferred", r.contact.preferred);
  put(contact, "contact.language", r.contact.language);
  put(contact, "telephone.number", r.telephone.number);
  put(contact, "telephone.voicemail",
      to_text(body.contains("telephone.voicemail") ? Value{} : r.telephone.voicemail));
  put(contact, "description", r.description);
  return parts;
}

namespace {

// Each value that these parts write to the ticket, by the rule of its field.
base::Status check_changes(const EventParts& parts) {
  const Fields written = written_fields(parts.kind, parts.body, parts.contact);
  for (const Fields* fields : {&parts.body, &parts.contact})
    for (const auto& [name, value] : *fields)
      if (written.contains(name))
        if (auto checked = check_change(parts.kind, name, value, fields == &parts.contact); !checked)
          return checked;
  return {};
}

} // namespace

base::Status check_event(const Ticket& ticket, const EventParts& parts) {
  auto invalid = [](std::string message, std::string field) {
    return base::fail(base::ErrorCode::invalid, std::move(message), std::move(field));
  };
  for (const Fields* fields : {&parts.body, &parts.contact})
    for (const auto& [name, value] : *fields)
      if (const auto* text = std::get_if<std::string>(&value))
        if (auto problem = check_text(name, *text)) return invalid(describe(*problem), name);
  // Whoever could not know of it is told, and their words are not lost without a trace: denied, so that no
  // rule of merging lets the rest of the event through.
  if (!parts.contact.empty() && ticket.is_erased())
    return base::fail(base::ErrorCode::denied,
                      "The customer's data was erased from this ticket, and nothing more is written on it. "
                      "Register a new ticket.",
                      "contact");
  switch (parts.kind) {
  case EventKind::note:
    if (text_in(parts.contact, "text").empty()) return invalid("text: a note needs some text.", "text");
    if (auto visibility = text_in(parts.body, "visibility");
        visibility != "public" && visibility != "internal")
      return invalid("visibility: public or internal.", "visibility");
    break;
  case EventKind::status_changed:
    if (!wanted_status(parts.kind, parts.body))
      return invalid("status: one of new, in_work, waits_customer, waits_supplier, solved, closed.",
                     "status");
    break;
  case EventKind::registered:
    if (!ticket.code().empty())
      return base::fail(base::ErrorCode::not_allowed, "This ticket is registered already.", "code");
    if (auto checked = check_changes(parts); !checked) return checked;
    break;
  case EventKind::contact_changed:
  case EventKind::field_changed:
  case EventKind::assigned:
  case EventKind::owner_changed:
  case EventKind::escalated:
    if (auto checked = check_changes(parts); !checked) return checked;
    break;
  case EventKind::rated:
    if (auto stars = number_in(parts.body, "stars"); stars < 1 || stars > 5)
      return invalid("stars: a whole number from 1 to 5.", "stars");
    break;
  case EventKind::work_time:
    if (auto minutes = number_in(parts.body, "minutes"); minutes < 1 || minutes > 24 * 60)
      return invalid("minutes: a whole number from 1 to 1440.", "minutes");
    break;
  case EventKind::linked:
  case EventKind::merged:
  case EventKind::called:
  case EventKind::served:
  case EventKind::no_show:
  case EventKind::left:
  case EventKind::resolved:
  case EventKind::confirmed:
  case EventKind::reopened:
  case EventKind::verdict:
  case EventKind::erased: break;
  case EventKind::attachment_named:
    if (auto checked = check_attachment(ticket, parts); !checked) return checked;
    break;
  }
  if (auto to = wanted_status(parts.kind, parts.body))
    return check_status_step(ticket.status(), *to, parts.kind);
  return {};
}

Seen seen_of(const Ticket& ticket, const EventParts& parts) {
  Seen seen;
  for (const auto& [name, value] : written_fields(parts.kind, parts.body, parts.contact)) {
    auto found = ticket.fields.find(name);
    if (found != ticket.fields.end()) seen.emplace(name, found->second.version);
    std::size_t number = 0;
    for (const Parallel& parallel : ticket.parallels)
      if (parallel.field == name && number < k_parallels_seen_max)
        seen.emplace(parallel_name(name, ++number), parallel.version);
  }
  for (std::string_view context : context_of(parts.kind))
    if (auto found = ticket.fields.find(context); found != ticket.fields.end())
      seen.emplace(context, found->second.version);
  if (!ticket.reviews.empty()) seen.emplace(k_seen_review, ticket.reviews.back().event);
  return seen;
}

base::Result<std::vector<EventParts>> parts_to_take_back(const Ticket& ticket, std::string_view field,
                                                         std::optional<std::string_view> value) {
  const std::string name(field);
  if (!is_writable(field))
    return base::fail(base::ErrorCode::not_allowed,
                      name + ": this is not a field that people set, so it cannot be taken back.", name);
  const Parallel* chosen = nullptr;
  for (const Parallel& parallel : ticket.parallels)
    if (parallel.field == field && (!value || to_text(parallel.value) == *value)) chosen = &parallel;
  if (!chosen)
    return base::fail(base::ErrorCode::not_found,
                      name + ": no value of this field was written at the same time as another" +
                          (value ? " and reads so." : "."),
                      name);
  return parts_for_changes({{name, chosen->value}});
}

} // namespace walkin::domain
