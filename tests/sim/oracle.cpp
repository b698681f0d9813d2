#include "tests/sim/oracle.hpp"

#include "tests/sim/scopes.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::sim {

namespace {

using domain::EventId;
using domain::Fields;
using domain::Value;
using domain::Verdict;

std::string words(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return "(nothing)";
  if (const auto* yes = std::get_if<bool>(&value)) return *yes ? "yes" : "no";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return "'" + std::get<std::string>(value) + "'";
}

Value in(const Fields& fields, const std::string& name) {
  auto found = fields.find(name);
  return found == fields.end() ? Value{} : found->second;
}

const std::set<std::string> k_known{
    "registered",    "contact_changed", "field_changed", "note",   "status_changed",   "assigned",
    "owner_changed", "escalated",       "linked",        "merged", "attachment_named", "work_time",
    "called",        "served",          "no_show",       "left",   "resolved",         "confirmed",
    "rated",         "reopened",        "verdict",       "erased"};

bool is_open(const std::string& status) { return status != "solved" && status != "closed"; }

bool may_become(const std::string& from, const std::string& to) {
  static const std::map<std::string, std::set<std::string>> steps{
      {"new", {"in_work", "waits_customer", "waits_supplier", "solved"}},
      {"in_work", {"waits_customer", "waits_supplier", "solved"}},
      {"waits_customer", {"in_work", "waits_supplier", "solved"}},
      {"waits_supplier", {"in_work", "waits_customer", "solved"}},
      {"solved", {"in_work", "closed"}},
      {"closed", {}}};
  return steps.at(from).contains(to);
}

// The status that this event is to bring about; "" for none.
std::string wish_of(const Fact& fact) {
  const std::string& kind = fact.event.kind;
  if (kind == "status_changed") return std::get<std::string>(in(fact.body, "status"));
  if (kind == "resolved") return "solved";
  if (kind == "reopened") return "in_work";
  if (kind == "confirmed") return in(fact.body, "solved") == Value{true} ? "closed" : "in_work";
  return {};
}

std::map<std::string, Value> writes_of(const Fact& fact) {
  std::map<std::string, Value> out;
  const std::string& kind = fact.event.kind;
  auto take = [&out](const Fields& from, const std::string& name, const std::string& as) {
    if (from.contains(name)) out[as] = in(from, name);
  };
  if (kind == "registered" || kind == "contact_changed" || kind == "field_changed") {
    for (const Fields* part : {&fact.contact, &fact.body})
      for (const auto& [name, value] : *part)
        if (name != "by" && name != "salt") out[name] = value;
  }
  if (kind == "registered" && !out.contains("status")) out["status"] = std::string("new");
  if (kind == "assigned") take(fact.body, "assignee", "assignee"), take(fact.body, "group", "group");
  if (kind == "owner_changed") take(fact.body, "owner", "owner");
  if (kind == "escalated") take(fact.body, "level", "level"), take(fact.body, "department", "department");
  if (kind == "merged") take(fact.body, "into", "merged_into");
  if (kind == "resolved") take(fact.contact, "text", "resolution");
  if (kind == "rated") take(fact.body, "stars", "rating"), take(fact.contact, "text", "rating_comment");
  if (kind == "called" || kind == "served" || kind == "no_show" || kind == "left") {
    out["queue_state"] = kind;
    take(fact.body, "counter", "queue_counter");
  }
  if (std::string wish = wish_of(fact); !wish.empty()) out["status"] = wish;
  return out;
}

// Whether the author had this version of the field in view, as the one that held or as one that had lost.
bool saw(const Fact& fact, const std::string& field, const EventId& version) {
  for (const auto& [name, seen] : fact.event.seen)
    if (seen == version && (name == field || name.substr(0, field.size() + 1) == field + "+")) return true;
  return false;
}

bool knew(const NaiveTicket& ticket, const Fact& fact, const std::string& field) {
  auto held = ticket.fields.find(field);
  return held == ticket.fields.end() || saw(fact, field, held->second.by);
}

struct Outcome {
  bool takes_effect, asks;
};

Outcome outcome_of_step(const NaiveTicket& ticket, const Fact& fact, const std::string& wish) {
  const std::string& kind = fact.event.kind;
  const std::string status = ticket.status();
  if (kind == "resolved" && !knew(ticket, fact, "level")) return {false, true};
  if (status == wish) return {true, false};
  bool reopens = kind == "reopened" || (kind == "confirmed" && wish == "in_work");
  if (kind == "reopened" && is_open(status)) return {true, false};
  if (reopens ? !is_open(status) : may_become(status, wish)) return {true, false};
  return {false, !knew(ticket, fact, "status")};
}

Outcome outcome_of(const NaiveTicket& ticket, const Fact& fact) {
  if (ticket.fields.empty()) return {true, false};
  if (std::string wish = wish_of(fact); !wish.empty()) return outcome_of_step(ticket, fact, wish);
  if (knew(ticket, fact, "status") || is_open(ticket.status())) return {true, false};
  const std::string& kind = fact.event.kind;
  bool adds = kind == "note" || kind == "attachment_named" || kind == "work_time";
  return {true, (adds && ticket.status() == "closed") || kind == "escalated"};
}

void write(NaiveTicket& ticket, const Fact& fact) {
  for (const auto& [field, value] : writes_of(fact)) {
    auto held = ticket.fields.find(field);
    if (held != ticket.fields.end()) {
      std::vector<NaiveTicket::Lost> still;
      for (const auto& lost : ticket.lost)
        if (lost.field != field || (!saw(fact, field, lost.by) && lost.value != value)) still.push_back(lost);
      ticket.lost = still;
      if (!saw(fact, field, held->second.by) && held->second.value != value)
        ticket.lost.push_back({field, held->second.value, held->second.by});
    }
    ticket.fields[field] = {value, fact.event.id};
  }
}

void add(NaiveTicket& ticket, const Fact& fact) {
  bool counts = k_known.contains(fact.event.kind) && fact.is_readable && fact.verdict != Verdict::rejected &&
                fact.verdict != Verdict::quarantined;
  bool took_effect = false;
  if (counts) {
    if (auto looked = fact.event.seen.find("review"); looked != fact.event.seen.end()) {
      auto last = std::find(ticket.questions.begin(), ticket.questions.end(), looked->second);
      if (last != ticket.questions.end()) ticket.questions.erase(ticket.questions.begin(), last + 1);
    }
    Outcome outcome = outcome_of(ticket, fact);
    took_effect = outcome.takes_effect;
    if (outcome.asks) ticket.questions.push_back(fact.event.id);
    if (took_effect) write(ticket, fact);
  }
  ticket.history.push_back({fact.event.id, fact.event.kind, took_effect, fact.verdict});
}

const char* word_of(Verdict verdict) {
  switch (verdict) {
  case Verdict::pending: return "pending";
  case Verdict::applied: return "applied";
  case Verdict::rejected: return "rejected";
  case Verdict::quarantined: return "quarantined";
  }
  return "";
}

// What the desk has to say of an event that comes after `before`, from this station.
Verdict verdict_of(const std::vector<Fact>& before, const Fact& fact, const Belongs& station) {
  if (!k_known.contains(fact.event.kind) || !fact.is_readable) return Verdict::applied;
  if (fact.event.kind == "registered")
    return before.empty() && in(fact.body, "site") == Value{station.site} ? Verdict::applied
                                                                          : Verdict::rejected;
  NaiveTicket ticket = naive_fold(before);
  auto held = ticket.fields.find("site");
  if (!ticket.fields.contains("code") || held == ticket.fields.end()) return Verdict::rejected;
  // Whoever has ever held it may write on it.
  if (held->second.value != Value{station.site} && !has_held(station, before, fact.commit))
    return Verdict::rejected;
  auto erases = [](const Fact& other) { return other.event.kind == "erased"; };
  if (!fact.event.contact_hash.is_zero() && std::any_of(before.begin(), before.end(), erases))
    return Verdict::rejected;
  std::string wish = wish_of(fact);
  if (wish.empty()) return Verdict::applied;
  bool may = fact.event.kind == "reopened" ? !is_open(ticket.status()) : may_become(ticket.status(), wish);
  Outcome outcome = outcome_of_step(ticket, fact, wish);
  return may || outcome.takes_effect || outcome.asks ? Verdict::applied : Verdict::rejected;
}

std::string line_of(const EventId& id, const std::string& kind, bool took_effect, Verdict verdict) {
  return fmt::format("  {} {} {}{}\n", id.str().substr(24), kind, word_of(verdict),
                     took_effect ? "" : ", no effect");
}

std::string render(const std::map<std::string, NaiveTicket::Held>& fields, const std::string& history,
                   std::set<std::string> lost, const std::vector<EventId>& questions) {
  std::string out = history;
  for (const auto& [name, held] : fields)
    out += fmt::format("  {} = {} by {}\n", name, words(held.value), held.by.str().substr(24));
  for (const std::string& line : lost) out += line;
  for (const EventId& id : questions) out += "  review " + id.str().substr(24) + "\n";
  return out;
}

std::string lost_line(const std::string& field, const Value& value, const EventId& by) {
  return fmt::format("  parallel {} = {} by {}\n", field, words(value), by.str().substr(24));
}

} // namespace

std::string NaiveTicket::status() const {
  auto held = fields.find("status");
  return held == fields.end() ? "new" : std::get<std::string>(held->second.value);
}

NaiveTicket naive_fold(std::vector<Fact> facts) {
  std::sort(facts.begin(), facts.end(), [](const Fact& a, const Fact& b) {
    if (a.effective != b.effective) return a.effective < b.effective;
    if (a.event.replica != b.event.replica) return a.event.replica < b.event.replica;
    return a.event.id < b.event.id;
  });
  NaiveTicket ticket;
  for (const Fact& fact : facts) add(ticket, fact);
  return ticket;
}

std::string in_words(const NaiveTicket& ticket) {
  std::string history;
  for (const auto& step : ticket.history)
    history += line_of(step.id, step.kind, step.took_effect, step.verdict);
  std::set<std::string> lost;
  for (const auto& entry : ticket.lost) lost.insert(lost_line(entry.field, entry.value, entry.by));
  return render(ticket.fields, history, lost, ticket.questions);
}

std::string in_words(const domain::Ticket& ticket) {
  std::string history;
  for (const auto& entry : ticket.history) // one that could not be read stays with who wrote it
    if (entry.verdict != Verdict::quarantined)
      history += line_of(entry.id, entry.kind, entry.took_effect, entry.verdict);
  std::map<std::string, NaiveTicket::Held> fields;
  for (const auto& [name, state] : ticket.fields) fields[name] = {state.value, state.version};
  std::set<std::string> lost;
  for (const auto& entry : ticket.parallels) lost.insert(lost_line(entry.field, entry.value, entry.version));
  std::vector<EventId> questions;
  for (const auto& review : ticket.reviews) questions.push_back(review.event);
  return render(fields, history, lost, questions);
}

void judge_again(const std::vector<Fact>& feed, const std::map<EventId, Pushers>& pushers,
                 const std::set<domain::ReplicaId>& desks) {
  std::map<domain::TicketId, std::vector<Fact>> placed;
  std::map<EventId, std::int64_t> effective;
  for (const Fact& fact : feed) {
    auto& before = placed[fact.event.ticket];
    std::int64_t latest = std::min(fact.event.claimed.packed, (fact.received_ms + 60'000) * 65'536);
    for (const auto& [field, seen] : fact.event.seen)
      if (effective.contains(seen)) latest = std::max(latest, effective[seen] + 1);
    for (const Fact& other : before)
      if (other.event.replica == fact.event.replica && other.event.replica_seq < fact.event.replica_seq)
        latest = std::max(latest, other.effective + 1);
    if (!fact.was_given_back && latest != fact.effective)
      throw Violation{"order", fmt::format("event {} has the place {} in the order instead of {}",
                                           fact.event.id.str(), fact.effective, latest)};
    effective[fact.event.id] = fact.effective;

    std::set<Verdict> possible;
    if (desks.contains(fact.event.replica)) {
      possible = {Verdict::applied};
    } else if (auto pusher = pushers.find(fact.event.id); pusher != pushers.end()) {
      for (const Belongs& station : pusher->second) possible.insert(verdict_of(before, fact, station));
    } else {
      throw Violation{"forged", "event " + fact.event.id.str() + " is at the desk, and nobody has sent it"};
    }
    if (!fact.was_given_back && !possible.contains(fact.verdict))
      throw Violation{"verdict",
                      fmt::format("event {} ({}) was {}, and should be {}", fact.event.id.str(),
                                  fact.event.kind, word_of(fact.verdict), word_of(*possible.begin()))};
    before.push_back(fact);
  }
}

} // namespace walkin::sim
