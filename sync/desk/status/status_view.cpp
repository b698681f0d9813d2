#include "sync/desk/status/status_view.hpp"

#include "shared/domain/merge_rules.hpp"
#include "shared/i18n/format.hpp"
#include "sync/desk/status/status_words.hpp"

#include <algorithm>

namespace walkin::desk {

using domain::EventKind;
using domain::HistoryEntry;
using domain::TicketStatus;

namespace {

i18n::LocalTime local_of(base::Instant instant, const base::Zone& zone) {
  const auto local = zone.local(instant);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return {std::chrono::year_month_day{day}, local - day};
}

// "14:02" today, "Monday 22 November 14:02" before.
std::string when(base::Instant at, const StatusFacts& facts, i18n::Language language) {
  const i18n::LocalTime time = local_of(at, facts.zone);
  if (facts.zone.local_day(at) == facts.zone.local_day(facts.now)) return i18n::format_clock(time);
  return i18n::format_day(language, time) + " " + i18n::format_clock(time);
}

bool counts(const HistoryEntry& entry) {
  return entry.took_effect && entry.verdict == domain::Verdict::applied;
}

std::string text_in(const domain::Fields& fields, std::string_view name) {
  auto found = fields.find(name);
  return found == fields.end() ? std::string{} : domain::to_text(found->second);
}

// What the customer may read of an entry: their own words, replies to them, the solution.
bool is_public_message(const HistoryEntry& entry) {
  if (!counts(entry) || text_in(entry.contact, "text").empty()) return false;
  if (entry.known == EventKind::note) return text_in(entry.body, "visibility") == "public";
  return entry.known == EventKind::resolved || entry.known == EventKind::reopened;
}

// When the ticket came to be as it is: the last step that led to its status.
std::optional<base::Instant> reached(const domain::Ticket& ticket, TicketStatus status) {
  std::optional<base::Instant> at;
  for (const HistoryEntry& entry : ticket.history) {
    if (!counts(entry) || !entry.known) continue;
    if (domain::wanted_status(*entry.known, entry.body) == status) at = entry.at;
  }
  return at;
}

std::vector<StatusStep> steps_of(const StatusFacts& facts, i18n::Language language) {
  const domain::Ticket& ticket = facts.ticket;
  const TicketStatus status = ticket.status();
  const bool is_done = !domain::is_open(status), is_new = status == TicketStatus::created;
  using enum StatusStep::State;
  std::vector<StatusStep> steps;
  steps.push_back({std::string(status_text(language, "step_received")), when(ticket.created, facts, language),
                   is_new ? now : done});
  StatusStep work{std::string(status_text(language, "step_in_work")), "",
                  is_done  ? done
                  : is_new ? to_come
                           : now};
  if (auto at = reached(ticket, TicketStatus::in_work); at && !is_new) work.when = when(*at, facts, language);
  steps.push_back(std::move(work));
  StatusStep solved{std::string(status_text(language, "step_solved")), "", is_done ? done : to_come};
  if (auto at = reached(ticket, TicketStatus::solved); at && is_done)
    solved.when = when(*at, facts, language);
  steps.push_back(std::move(solved));
  return steps;
}

std::string queue_words(const StatusFacts& facts, i18n::Language language) {
  if (!facts.ahead) return {};
  std::string out(*facts.ahead == 0 ? status_text(language, "ahead_none")
                  : *facts.ahead == 1
                      ? status_text(language, "ahead_one")
                      : status_text(language, "ahead_many", {{"n", std::to_string(*facts.ahead)}}));
  if (facts.wait)
    out += " " + status_text(language, facts.wait->least_min == 0 ? "wait_most" : "wait",
                             {{"least", std::to_string(facts.wait->least_min)},
                              {"most", std::to_string(facts.wait->most_min)}});
  return out;
}

std::vector<StatusMessage> messages_of(const StatusFacts& facts, i18n::Language language) {
  std::vector<StatusMessage> out;
  for (const HistoryEntry& entry : facts.ticket.history) {
    if (!is_public_message(entry)) continue;
    StatusMessage message{"", when(entry.at, facts, language), text_in(entry.contact, "text"),
                          entry.by.empty() && entry.known != EventKind::resolved};
    if (message.is_from_customer)
      message.who = status_text(language, "from_you");
    else
      message.who = entry.by.empty() || !facts.full_name ? std::string(status_text(language, "from_desk"))
                                                         : facts.full_name(entry.by);
    out.push_back(std::move(message));
  }
  if (out.size() > StatusView::k_messages_max)
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(StatusView::k_messages_max));
  return out;
}

} // namespace

std::optional<base::Instant> closed_at(const domain::Ticket& ticket) {
  if (ticket.status() != TicketStatus::closed) return std::nullopt;
  return reached(ticket, TicketStatus::closed).value_or(ticket.updated);
}

bool is_link_expired(const domain::Ticket& ticket, int link_days, base::Instant now) {
  auto closed = closed_at(ticket);
  return closed && now - *closed > std::chrono::hours(24 * link_days);
}

StatusView make_status_view(const StatusFacts& facts, i18n::Language language) {
  const domain::Ticket& ticket = facts.ticket;
  const TicketStatus status = ticket.status();
  const std::string name(domain::name_of(status));
  StatusView view;
  view.code = ticket.code();
  if (facts.zone.local_day(ticket.created) == facts.zone.local_day(facts.now))
    view.number = ticket.text("queue_number");
  view.title = status_text(language, "title_" + name);
  view.subject = ticket.title();
  std::string until;
  if (auto closed = closed_at(ticket))
    until =
        i18n::format_date(language, local_of(*closed + std::chrono::hours(24 * facts.link_days), facts.zone));
  view.next = status_text(language, "next_" + name, {{"day", until}});
  view.queue = queue_words(facts, language);
  view.steps = steps_of(facts, language);
  view.messages = messages_of(facts, language);
  view.can_write = domain::is_open(status);
  view.asks_solved = status == TicketStatus::solved;
  view.can_reopen = status == TicketStatus::closed;
  view.can_rate = status == TicketStatus::closed && ticket.text("rating").empty();
  view.foot = until.empty() ? status_text(language, "foot", {{"days", std::to_string(facts.link_days)}})
                            : status_text(language, "foot_until", {{"day", until}});
  return view;
}

} // namespace walkin::desk
