// What people do at the stations and in the desk's console.
#include "tests/sim/world.hpp"

#include <algorithm>

namespace walkin::sim {

namespace {

domain::EventParts status_to(const std::string& to) {
  return {domain::EventKind::status_changed, {{"status", to}}, {}};
}

// Moves a ticket between scopes.
std::vector<domain::EventParts> words_to_move(Dice& dice) {
  using domain::EventKind;
  auto somebody = [&](const std::vector<std::string>& names) {
    return dice.chance(20) ? domain::Value{} : domain::Value{dice.pick(names)};
  };
  switch (dice.number(0, 5)) {
  case 0: return {{EventKind::assigned, {{"assignee", somebody(k_persons)}}, {}}};
  case 1: return {{EventKind::assigned, {{"group", somebody(k_groups)}}, {}}};
  case 2:
    return {{EventKind::assigned, {{"assignee", somebody(k_persons)}, {"group", somebody(k_groups)}}, {}}};
  case 3: return {status_to("solved"), status_to("closed")};
  case 4: return {status_to("closed")};
  default: return {{EventKind::reopened, {}, {{"text", std::string("Black again.")}}}};
  }
}

} // namespace

const char* word_of(Ended ended) {
  switch (ended) {
  case Ended::done: return "done";
  case Ended::failed: return "failed";
  case Ended::died: return "died";
  case Ended::down: return "down";
  }
  return "";
}

Deed World::new_deed(int who) const {
  Deed deed;
  deed.number = static_cast<int>(deeds_.size());
  deed.who = who;
  return deed;
}

void World::register_ticket(StationMachine& station, Dice dice) {
  Deed deed = new_deed(station.who);
  deed.is_registration = true;
  domain::Registration registration;
  registration.contact.name = fmt::format("Maria Núñez {}", deed.number);
  registration.contact.email = "maria@company.example";
  registration.description = deed.label() + ": both screens are black.";
  if (dice.chance(50)) registration.severity = domain::Degree::high;
  registration.channel = dice.chance(50) ? domain::Channel::walk_in : domain::Channel::phone;
  deed.parts = {{domain::EventKind::registered,
                 {},
                 {{"description", registration.description}, {"contact.name", registration.contact.name}}}};
  base::Result<store::Registered> told = base::fail(base::ErrorCode::internal, "");
  Ended ended = station.run([&] { told = station.station->register_ticket(registration); });
  say("station {} registers {}: {} {}", station.who, deed.label(), word_of(ended),
      told ? told->code : told.error().message);
  if (ended == Ended::done) deed.state = told ? Deed::State::done : Deed::State::refused;
  if (ended == Ended::done && !told)
    throw Violation{"refused", "a registration was refused: " + told.error().message};
  if (deed.state == Deed::State::done) {
    deed.ticket = told->ticket;
    bool is_new = codes_.emplace(told->code, told->ticket).second;
    if (!is_new && !station.may_repeat_codes)
      throw Violation{"code twice", "the code " + told->code + " was given out twice"};
  }
  deeds_.push_back(std::move(deed));
  if (ended == Ended::done) look_again(station, told->ticket);
}

std::vector<domain::EventParts> World::words_to_write(Dice& dice, int number) {
  using domain::EventKind;
  auto text = [&](const char* what) { return fmt::format("{} p{}", what, number); };
  static const std::vector<std::string> k_statuses{"in_work", "waits_customer", "waits_supplier", "solved",
                                                   "closed"};
  domain::EventParts note{
      EventKind::note, {{"visibility", std::string("internal")}}, {{"text", text("Looked at it.")}}};
  if (has_scopes() && dice.chance(45)) return words_to_move(dice);
  switch (dice.number(0, 13)) {
  case 0: return {{EventKind::field_changed, {{"priority", fmt::format("P{}", dice.number(1, 4))}}, {}}};
  case 1:
    return {{EventKind::field_changed,
             {{"category", std::string("printer")}},
             {{"title", text("Black screen")}}}};
  case 2:
    return {{EventKind::contact_changed, {}, {{"contact.phone", fmt::format("+34 555 {:04}", number)}}}};
  case 3:
  case 4:
  case 5: return {status_to(dice.pick(k_statuses))};
  case 6: return {{EventKind::assigned, {{"assignee", text("ana")}}, {}}};
  case 7:
    return {
        {EventKind::escalated, {{"level", std::int64_t{dice.number(2, 3)}}}, {{"text", text("Too hard.")}}}};
  case 8: return {{EventKind::resolved, {}, {{"text", text("Plugged it in.")}}}};
  case 9: return {{EventKind::reopened, {}, {{"text", text("Black again.")}}}};
  case 10: return {{EventKind::confirmed, {{"solved", dice.chance(50)}}, {}}};
  case 11: return {{EventKind::work_time, {{"minutes", std::int64_t{dice.number(1, 90)}}}, {}}};
  case 12: return {note, {EventKind::owner_changed, {{"owner", text("ingrid")}}, {}}, status_to("in_work")};
  default: return {note};
  }
}

void World::write_at(store::Station& station, Deed& deed, StationMachine& at) {
  auto told = station.append(deed.ticket, deed.parts, deed.label());
  if (!at.is_alive()) return;
  deed.state = told ? Deed::State::done : Deed::State::refused;
  if (!told) return;
  // Whoever wrote sees it at once, whatever else is under way.
  auto seen = station.load(deed.ticket);
  if (!at.is_alive()) return;
  domain::Fields wrote;
  for (const auto& part : deed.parts) {
    bool is_there = seen && std::any_of(seen->history.begin(), seen->history.end(), [&](const auto& entry) {
                      return entry.by == deed.label() && entry.kind == domain::name_of(part.kind);
                    });
    if (!is_there) throw Violation{"own write", fmt::format("{} does not see what they wrote", deed.label())};
    for (const domain::Fields* fields : {&part.body, &part.contact})
      for (const auto& [name, value] : *fields) wrote[name] = value;
  }
  for (const auto& [name, value] : wrote)
    if (auto held = seen->fields.find(name); held != seen->fields.end() && held->second.value != value)
      throw Violation{"own write", fmt::format("{} wrote {} and sees another value", deed.label(), name)};
}

void World::write(StationMachine& station, Dice dice) {
  if (station.identity.kind == "kiosk") return look_again(station); // a customer asks how far it is
  Deed deed = new_deed(station.who);
  std::vector<store::TicketRow> rows;
  if (station.run([&] { rows = station.station->list(store::TicketFilter{}); }) != Ended::done ||
      rows.empty())
    return;
  deed.ticket = dice.pick(rows).ticket;
  deed.parts = words_to_write(dice, deed.number);
  bool is_second = has(plan_.faults, Fault::second) && dice.chance(30);
  Ended ended = is_second ? station.run_second([&](store::Station& other) { write_at(other, deed, station); })
                          : station.run([&] { write_at(*station.station, deed, station); });
  const char* outcome = deed.state == Deed::State::done      ? "done"
                        : deed.state == Deed::State::refused ? "refused"
                                                             : "unknown";
  say("station {}{} writes {} ({}) on {}: {}, {}", station.who, is_second ? ", second program," : "",
      deed.label(), domain::name_of(deed.parts.front().kind), deed.ticket.str(), word_of(ended), outcome);
  rewrite(station, deed, dice);
  deeds_.push_back(std::move(deed));
  if (ended == Ended::done) look_again(station, deeds_.back().ticket);
}

// As if another program had written what was just written here.
void World::rewrite(StationMachine& station, Deed& deed, Dice& dice) {
  std::vector<Fault> possible;
  for (Fault fault : {Fault::newer, Fault::poison})
    if (has(plan_.faults, fault)) possible.push_back(fault);
  if (possible.empty() || deed.state != Deed::State::done || deed.parts.size() > 1 ||
      station.is_in_trouble() || !dice.chance(25))
    return;
  Fault fault = dice.pick(possible);
  auto how = fault == Fault::newer ? StationMachine::Rewrite::newer_kind : StationMachine::Rewrite::poison;
  domain::EventId id;
  Ended ended = station.run([&] { station.rewrite_newest(deed.ticket, how, id); });
  if (!id.is_nil()) deed.rewritten = id;
  say("  {}: {} {}", name_of(fault), id.str(), word_of(ended));
}

void World::desk_write(Dice dice) {
  if (codes_.empty()) return;
  Deed deed = new_deed(k_desk);
  auto chosen = std::next(codes_.begin(), static_cast<std::ptrdiff_t>(dice.below(codes_.size())));
  deed.ticket = chosen->second;
  deed.parts = {words_to_write(dice, deed.number).front()};
  base::Status told;
  bool is_it = false;
  desk_.run([&] {
    auto held = desk_.log->find(chosen->first);
    is_it = !held || held->id == chosen->second;
  });
  if (!is_it) return;
  bool is_file = false;
  if (has_scopes() && dice.chance(20))
    deed.parts = {{domain::EventKind::field_changed, {{"site", dice.pick(k_sites)}}, {}}};
  else if (has(plan_.faults, Fault::files) && dice.chance(20))
    is_file = true;
  Ended ended = desk_.run([&] {
    if (deed.parts.front().body.contains("site")) // the console cannot; an administrator's import can
      desk_.log->import(
          std::vector{desk::DatedEvent{deed.ticket, desk_.clock.now(), deed.parts.front(), deed.label()}});
    else if (is_file)
      desk_attach(chosen->first, deed, dice, told);
    else
      told = desk_.log->append(chosen->first, deed.label(), deed.parts.front(), {});
  });
  say("the desk writes {} ({}) on {}: {}, {}", deed.label(), domain::name_of(deed.parts.front().kind),
      chosen->first, word_of(ended), told ? "told done" : told.error().message);
  if (ended == Ended::done) deed.state = told ? Deed::State::done : Deed::State::refused;
  deeds_.push_back(std::move(deed));
}

} // namespace walkin::sim
