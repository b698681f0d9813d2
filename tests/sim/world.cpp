#include "tests/sim/world.hpp"

#include "shared/domain/fields.hpp"

#include <algorithm>

namespace walkin::sim {

namespace {

constexpr std::int64_t k_minute_ms = 60'000, k_hour_ms = 60 * k_minute_ms, k_year_ms = 365 * 24 * k_hour_ms;

store::StationIdentity identity_of(int who, const domain::ReplicaId& replica) {
  const char letter = static_cast<char>('A' + who);
  store::StationIdentity identity;
  identity.replica = replica;
  identity.prefix = std::string("L") + letter;
  identity.letter = std::string(1, letter);
  identity.site = who == 3 ? "Annex" : "Library"; // three that share their tickets, one that does not
  identity.token = fmt::format("token {}", who);
  identity.kind = "technician";
  identity.name = fmt::format("Station {}", who);
  return identity;
}

sync::Tuning tuning_of(const Plan& plan, Dice& dice) {
  sync::Tuning tuning;
  if (!has(plan.faults, Fault::small_batches)) return tuning;
  tuning.push_events_max = static_cast<std::size_t>(dice.number(1, 6));
  tuning.pull_events_max = static_cast<std::uint32_t>(dice.number(1, 6));
  return tuning;
}

const char* word_of(Ended ended) {
  switch (ended) {
  case Ended::done: return "done";
  case Ended::failed: return "failed";
  case Ended::died: return "died";
  case Ended::down: return "down";
  }
  return "";
}

} // namespace

World::World(const Places& places, const Plan& plan, std::function<void(const std::string&)> trace)
    : plan_(plan),
      trace_(std::move(trace)),
      random_(plan.seed),
      desk_(places, time_, random_, plan.seed ^ 1),
      network_(desk_, time_, plan.seed ^ 2) {
  Disk::seed_sqlite(plan.seed);
  Dice dice(plan.seed ^ 3);
  for (int who = 0; who < plan.stations; ++who) {
    auto replica = domain::ReplicaId::make(base::from_ms(time_.now_ms), random_);
    links_.push_back(std::make_unique<SimLink>(network_));
    stations_.push_back(std::make_unique<StationMachine>(places, who, identity_of(who, replica),
                                                         *links_.back(), tuning_of(plan, dice), time_,
                                                         random_, dice.next()));
    const store::StationIdentity& identity = stations_.back()->identity;
    links_.back()->station = stations_.back().get();
    links_.back()->set_token(identity.token);
    desk::SyncPeer peer;
    peer.replica = identity.replica;
    peer.site = identity.site;
    peer.prefix = identity.prefix;
    network_.enrol(identity.token, peer);
  }
  shown_.resize(stations_.size());
}

World::~World() = default;

Machine& World::machine(int who) {
  if (who == k_desk) return desk_;
  return *stations_[static_cast<std::size_t>(who)];
}

void World::pass_time(std::int64_t ms) { time_.now_ms += ms; }

void World::live() {
  for (const Action& action : plan_.actions) act(action);
}

void World::act(const Action& action) {
  Dice dice(action.salt);
  pass_time(dice.number(1, 40'000));
  if (action.who >= plan_.stations) return;
  auto& station = *stations_[static_cast<std::size_t>(std::max(action.who, 0))];
  switch (action.what) {
  case Do::register_ticket: return register_ticket(station, dice);
  case Do::write: return write(station, dice);
  case Do::desk_write: return desk_write(dice);
  case Do::read: return look_again(station);
  case Do::sync: return sync(station, dice);
  case Do::wait: return pass_time(dice.number(1, 180) * k_minute_ms);
  case Do::deliver: return network_.deliver();
  case Do::die: return die(machine(action.who), dice);
  case Do::arm_death: return arm_death(machine(action.who), dice);
  case Do::disk_trouble: return disk_trouble(machine(action.who), dice);
  case Do::disk_repair: return machine(action.who).repair();
  case Do::fail_call: return machine(action.who).disk.fail_at(dice.number(1, 30));
  case Do::set_clock: return set_clock(machine(action.who), dice);
  case Do::refused_push: return refused_push(station, dice);
  case Do::beside: return work_beside(station, dice);
  case Do::harm_row: return harm_row(station, dice);
  case Do::take_image: return take_image(station);
  case Do::roll_back: return roll_back(station);
  }
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
    // One that was put back may give its codes again until the desk has told it.
    if (!is_new && station.image.empty())
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
  auto status = [](const std::string& to) {
    return domain::EventParts{EventKind::status_changed, {{"status", to}}, {}};
  };
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
  case 5: return {status(dice.pick(k_statuses))};
  case 6: return {{EventKind::assigned, {{"assignee", text("ana")}}, {}}};
  case 7:
    return {
        {EventKind::escalated, {{"level", std::int64_t{dice.number(2, 3)}}}, {{"text", text("Too hard.")}}}};
  case 8: return {{EventKind::resolved, {}, {{"text", text("Plugged it in.")}}}};
  case 9: return {{EventKind::reopened, {}, {{"text", text("Black again.")}}}};
  case 10: return {{EventKind::confirmed, {{"solved", dice.chance(50)}}, {}}};
  case 11: return {{EventKind::work_time, {{"minutes", std::int64_t{dice.number(1, 90)}}}, {}}};
  case 12: return {note, {EventKind::owner_changed, {{"owner", text("ingrid")}}, {}}, status("in_work")};
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
  for (const auto& part : deed.parts) {
    bool is_there = seen && std::any_of(seen->history.begin(), seen->history.end(), [&](const auto& entry) {
                      return entry.by == deed.label() && entry.kind == domain::name_of(part.kind);
                    });
    if (!is_there) throw Violation{"own write", fmt::format("{} does not see what they wrote", deed.label())};
    for (const domain::Fields* fields : {&part.body, &part.contact})
      for (const auto& [name, value] : *fields)
        if (auto held = seen->fields.find(name); held != seen->fields.end() && held->second.value != value)
          throw Violation{"own write", fmt::format("{} wrote {} and sees another value", deed.label(), name)};
  }
}

void World::write(StationMachine& station, Dice dice) {
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
  Ended ended =
      desk_.run([&] { told = desk_.log->append(chosen->first, deed.label(), deed.parts.front(), {}); });
  say("the desk writes {} ({}) on {}: {}, {}", deed.label(), domain::name_of(deed.parts.front().kind),
      chosen->first, word_of(ended), told ? "told done" : told.error().message);
  if (ended == Ended::done) deed.state = told ? Deed::State::done : Deed::State::refused;
  deeds_.push_back(std::move(deed));
}

void World::look_again(StationMachine& station) {
  for (const auto& [ticket, events] : std::map(shown_[static_cast<std::size_t>(station.who)]))
    look_again(station, ticket);
}

// A ticket that is closed leaves every station; it comes back whole when it is opened again.
bool World::may_have_left(const domain::TicketId& ticket) const {
  auto closes = [](const domain::EventParts& parts) {
    auto status = parts.body.find("status");
    bool to_closed = status != parts.body.end() && status->second == domain::Value{std::string("closed")};
    return to_closed || parts.kind == domain::EventKind::confirmed;
  };
  return std::ranges::any_of(deeds_, [&](const Deed& deed) {
    return deed.ticket == ticket && std::ranges::any_of(deed.parts, closes);
  });
}

// What was shown at a station once is shown there ever after, or the whole ticket has left it.
void World::look_again(StationMachine& station, const domain::TicketId& ticket) {
  std::optional<domain::Ticket> seen;
  if (station.run([&] { seen = station.station->load(ticket); }) != Ended::done) return;
  auto& shown = shown_[static_cast<std::size_t>(station.who)][ticket];
  std::set<domain::EventId> now;
  if (seen)
    for (const auto& entry : seen->history)
      if (!now.insert(entry.id).second)
        throw Violation{"twice", "event " + entry.id.str() + " is in the history twice"};
  if (seen) look_at_own(*seen);
  if (!seen && may_have_left(ticket)) {
    shown.clear();
    return;
  }
  for (const domain::EventId& id : shown)
    if (!now.contains(id))
      throw Violation{"went back", fmt::format("station {} has shown event {} and does not any more",
                                               station.who, id.str())};
  shown = std::move(now);
}

// What was written here and is on its way holds in view, whatever others have sent meanwhile.
void World::look_at_own(const domain::Ticket& ticket) {
  std::map<std::string, domain::Value> own;
  for (const auto& entry : ticket.history) {
    if (entry.received || !entry.took_effect || entry.known == domain::EventKind::registered) continue;
    for (const domain::Fields* fields : {&entry.body, &entry.contact})
      for (const auto& [name, value] : *fields)
        if (name != "text" && ticket.fields.contains(name)) own[name] = value;
    if (entry.kind == "resolved" || entry.kind == "reopened" || entry.kind == "confirmed")
      own.erase("status");
  }
  for (const auto& [name, value] : own)
    if (ticket.fields.at(name).value != value)
      throw Violation{"own write", fmt::format("{} was written here, waits, and is not what is shown", name)};
}

void World::sync(StationMachine& station, Dice dice) {
  Weather& weather = network_.weather;
  weather = {};
  network_.dice = Dice(dice.next());
  network_.forget_exchanges();
  const int strength = dice.pick(std::vector<int>{0, 10, 25, 60});
  auto blow = [&](Fault fault, int& percent, int divisor = 1) {
    if (has(plan_.faults, fault)) percent = strength / divisor;
  };
  blow(Fault::lost, weather.lose_request);
  blow(Fault::lost, weather.lose_reply);
  blow(Fault::delayed, weather.delay);
  blow(Fault::doubled, weather.twice);
  blow(Fault::cut, weather.cut_request, 2);
  blow(Fault::cut, weather.cut_reply, 2);
  blow(Fault::mangled, weather.mangle);
  blow(Fault::portal, weather.portal, 2);
  blow(Fault::busy, weather.busy, 2);
  blow(Fault::newer, weather.newer);
  base::Instant until{};
  bool is_tick = dice.chance(20);
  Ended ended = station.run([&] {
    until = station.runner->run(is_tick ? sync::Input{sync::input::Tick{}}
                                        : sync::Input{sync::input::LocalWork{}});
  });
  if (ended == Ended::done) {
    const auto& summary = station.runner->summary();
    say("station {} syncs: pushed {}, pulled {}, {}", station.who, summary.pushed, summary.pulled,
        summary.failure   ? summary.failure->error.message
        : summary.in_sync ? "in sync"
                          : "");
    if (network_.told_to_wait && summary.failure && summary.failure->retry_after &&
        until < station.clock.now() + *network_.told_to_wait)
      throw Violation{"impatient", "a station that was told to come back later comes back sooner"};
    using enum base::ErrorCode;
    auto code = summary.failure ? summary.failure->error.code : offline;
    if (network_.was_portal && (code == invalid || code == denied || code == conflict || code == too_new))
      throw Violation{"portal", "a station takes a page of another server for an answer of the desk"};
    if (summary.repaired > 0 && !station.was_harmed)
      throw Violation{"repair", fmt::format("station {} had to repair what nothing has harmed", station.who)};
  } else {
    say("station {} syncs: {}", station.who, word_of(ended));
  }
  network_.told_to_wait.reset();
}

// While the desk works for one station, a second desk on the same files works for the others.
void World::work_beside(StationMachine& station, Dice dice) {
  StationMachine& other = *stations_[dice.below(stations_.size())];
  if (&other == &station) return;
  std::uint64_t salt = dice.next();
  std::optional<Violation> seen; // not thrown through SQLite's own frames
  desk_.disk.interrupt_at(dice.number(1, 30), [&] {
    Dice own(salt);
    const auto kept = network_.save();
    Ended ended = Ended::down;
    try {
      ended = desk_.beside([&] {
        say("a second desk works meanwhile");
        desk_write(own);
        sync(other, own);
      });
    } catch (const Violation& violation) {
      seen = violation;
    }
    network_.restore(kept);
    say("the second desk: {}", word_of(ended));
  });
  try {
    sync(station, Dice(dice.next()));
  } catch (const Violation& violation) {
    if (!seen) seen = violation;
  }
  desk_.disk.interrupt_at(0, {});
  if (seen) throw Violation{*seen};
}

void World::harm_row(StationMachine& station, Dice dice) {
  if (station.is_in_trouble()) return;
  bool was_harmed = false;
  if (station.run([&] { was_harmed = station.harm_row(dice); }) != Ended::done || !was_harmed) return;
  station.was_harmed = true;
  shown_[static_cast<std::size_t>(station.who)].clear();
  say("a row of station {} is harmed", station.who);
}

void World::take_image(StationMachine& station) {
  if (station.is_in_trouble() || !station.image.empty()) return;
  station.image = station.disk.image();
  station.deeds_at_image = deeds_.size();
  say("an image of station {} is taken", station.who);
}

// What was not sent since the image is gone with the disk that held it.
void World::roll_back(StationMachine& station) {
  if (station.image.empty() || station.is_in_trouble()) return;
  station.die(Death::power);
  station.disk.put_image(station.image);
  station.was_harmed = true;
  for (Deed& deed : deeds_)
    if (deed.who == station.who && static_cast<std::size_t>(deed.number) >= station.deeds_at_image &&
        deed.state == Deed::State::done)
      deed.state = Deed::State::unknown;
  shown_[static_cast<std::size_t>(station.who)].clear();
  say("station {} is put back to its image", station.who);
}

// For a moment the desk takes the station for another site's: what it pushes is refused.
void World::refused_push(StationMachine& station, Dice dice) {
  network_.moved_to = "Elsewhere";
  network_.weather = {};
  network_.weather.lose_reply = dice.chance(30) ? 50 : 0;
  network_.dice = Dice(dice.next());
  network_.forget_exchanges();
  Ended ended = station.run([&] {
    auto waiting = station.station->outbox(static_cast<std::size_t>(dice.number(1, 50)), 1'000'000);
    if (waiting.empty()) return;
    auto reply = links_[static_cast<std::size_t>(station.who)]->push({std::move(waiting)});
    if (!reply || !station.is_alive()) return;
    std::vector<store::EventVerdict> verdicts;
    for (const auto& v : reply->verdicts)
      verdicts.push_back({v.id, v.verdict, v.reason, v.effective, v.received});
    station.station->store_verdicts(verdicts);
  });
  network_.moved_to.clear();
  say("station {} pushes as of another site: {}", station.who, word_of(ended));
}

void World::set_clock(Machine& at, Dice dice) {
  if (at.who == k_desk) {
    at.clock.set_offset(dice.number(-90'000, 90'000)); // a server's clock is watched
    return;
  }
  if (has(plan_.faults, Fault::drift) && dice.chance(50)) {
    at.clock.set_drift(dice.number(-20'000, 20'000));
    return;
  }
  if (!has(plan_.faults, Fault::clock)) return;
  switch (dice.number(0, 4)) {
  case 0: at.clock.set_offset(10 * k_year_ms); break;
  case 1: at.clock.set_offset(-10 * k_year_ms); break;
  case 2: at.clock.set_offset(-time_.now_ms); break; // 1970
  case 3: at.clock.set_offset(dice.number(-48, 48) * k_hour_ms); break;
  default: at.clock.set_offset(0); break;
  }
  say("the clock of {} says {}", at.who, base::to_rfc3339(at.clock.now()));
}

void World::disk_trouble(Machine& at, Dice dice) {
  std::vector<Fault> possible;
  for (Fault fault : {Fault::full, Fault::read_only, Fault::locked})
    if (has(plan_.faults, fault)) possible.push_back(fault);
  if (possible.empty()) return;
  Fault fault = dice.pick(possible);
  if (fault == Fault::full) at.disk.is_full = true;
  if (fault == Fault::read_only) at.disk.is_read_only = true;
  if (fault == Fault::locked) at.disk.is_locked = true;
  say("the disk of {} is {}", at.who, name_of(fault));
}

void World::die(Machine& at, Dice dice) {
  bool is_power = has(plan_.faults, Fault::power) && (!has(plan_.faults, Fault::kill) || dice.chance(50));
  say("{} {}", at.who, is_power ? "loses its power" : "is killed");
  at.die(is_power ? Death::power : Death::kill);
}

void World::arm_death(Machine& at, Dice dice) {
  bool is_power = has(plan_.faults, Fault::power) && (!has(plan_.faults, Fault::kill) || dice.chance(50));
  int call = dice.chance(50) ? dice.number(1, 8) : dice.number(1, 60);
  at.disk.die_at(call, is_power ? Death::power : Death::kill);
  say("{} will {} at call {}", at.who, is_power ? "lose its power" : "be killed", call);
}

} // namespace walkin::sim
