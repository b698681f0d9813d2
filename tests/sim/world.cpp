#include "tests/sim/world.hpp"

#include <algorithm>

namespace walkin::sim {

namespace {

constexpr std::int64_t k_minute_ms = 60'000, k_hour_ms = 60 * k_minute_ms, k_year_ms = 365 * 24 * k_hour_ms;

store::StationIdentity identity_of(int who, const domain::ReplicaId& replica, bool is_kiosk) {
  const char letter = static_cast<char>('A' + who);
  store::StationIdentity identity;
  identity.replica = replica;
  identity.prefix = std::string("L") + letter;
  identity.letter = std::string(1, letter);
  identity.site = who == 3 ? k_sites[1] : k_sites[0]; // three that share their tickets, one that does not
  identity.token = fmt::format("token {}", who);
  identity.kind = is_kiosk ? "kiosk" : "technician";
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

} // namespace

World::World(const Places& places, const Plan& plan, std::function<void(const std::string&)> trace)
    : places_(places),
      plan_(plan),
      trace_(std::move(trace)),
      random_(plan.seed),
      desk_(places, time_, random_, plan.seed ^ 1, has(plan.faults, Fault::files)),
      network_(desk_, time_, plan.seed ^ 2) {
  Disk::seed_sqlite(plan.seed);
  desk_replicas_.insert(desk_.replica());
  network_.after_file = [this] { demand_names(); };
  Dice dice(plan.seed ^ 3);
  for (int who = 0; who < plan.stations; ++who) add_station(who, dice);
}

World::~World() = default;

StationMachine& World::add_machine(const store::StationIdentity& identity, Dice& dice) {
  links_.push_back(std::make_unique<SimLink>(network_));
  stations_.push_back(std::make_unique<StationMachine>(places_, static_cast<int>(stations_.size()), identity,
                                                       *links_.back(), *links_.back(), tuning_of(plan_, dice),
                                                       time_, random_, dice.next()));
  links_.back()->station = stations_.back().get();
  links_.back()->set_token(identity.token);
  shown_.emplace_back();
  return *stations_.back();
}

void World::add_station(int who, Dice& dice) {
  auto replica = domain::ReplicaId::make(base::from_ms(time_.now_ms), random_);
  bool is_kiosk = has(plan_.faults, Fault::kiosk) && who == plan_.stations - 1;
  store::StationIdentity identity = identity_of(who, replica, is_kiosk);
  identity.desk_public_key = places_.desk_key();
  identity.desk_epoch = places_.desk_epoch();
  add_machine(identity, dice);
  desk::SyncPeer peer;
  peer.replica = identity.replica;
  peer.site = identity.site;
  peer.prefix = identity.prefix;
  peer.is_kiosk = is_kiosk;
  if (has_scopes() && !is_kiosk) {
    peer.person = k_persons[static_cast<std::size_t>(who)];
    peer.group = k_groups[static_cast<std::size_t>(who) % k_groups.size()];
  }
  network_.enrol(identity.token, peer);
}

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
  if (action.who >= static_cast<int>(stations_.size())) return;
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
  case Do::copy: return copy(station, dice);
  case Do::attack: return network_.attack(dice);
  case Do::give_away: return give_away(station, dice);
  case Do::upgrade: return upgrade(station);
  case Do::back_up_desk: return back_up_desk();
  case Do::restore_desk: return restore_desk();
  case Do::erase: return erase(dice);
  case Do::attach: return attach(station, dice);
  case Do::fetch: return fetch(station, dice);
  case Do::rot: return rot(machine(action.who), dice);
  case Do::let_expire: return let_expire();
  }
}

void World::look_again(StationMachine& station) {
  for (const auto& [ticket, events] : std::map(shown_[static_cast<std::size_t>(station.who)]))
    look_again(station, ticket);
}

// A ticket that is closed, or goes to somebody else, leaves stations; it comes back whole.
bool World::may_have_left(const domain::TicketId& ticket) const {
  auto moves = [&](const domain::EventParts& parts) {
    auto status = parts.body.find("status");
    bool to_closed = status != parts.body.end() && status->second == domain::Value{std::string("closed")};
    if (to_closed || parts.kind == domain::EventKind::confirmed) return true;
    return has_scopes() && (parts.kind == domain::EventKind::assigned || parts.body.contains("site"));
  };
  return was_given_away_ || std::ranges::any_of(deeds_, [&](const Deed& deed) {
           return deed.ticket == ticket && std::ranges::any_of(deed.parts, moves);
         });
}

// What was shown at a station once is shown there ever after, or the whole ticket has left it.
void World::look_again(StationMachine& station, const domain::TicketId& ticket) {
  // A row that was damaged here, and lost at a desk that was put back, is nowhere.
  if (was_restored_ && station.harmed.contains(ticket)) {
    shown_[static_cast<std::size_t>(station.who)][ticket].clear();
    return;
  }
  std::optional<domain::Ticket> seen;
  bool waits = false;
  auto look = [&] {
    seen = station.station->load(ticket);
    if (!seen)
      waits = std::ranges::any_of(station.station->outbox(k_all_events, k_all_bytes),
                                  [&](const domain::Event& event) { return event.ticket == ticket; });
  };
  if (station.run(look) != Ended::done) return;
  if (waits && !station.was_harmed)
    throw Violation{"own write",
                    fmt::format("ticket {} is out of sight at station {}, where something written "
                                "on it waits",
                                ticket.str(), station.who)};
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

void World::blow(Dice dice) {
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
  blow(Fault::file_cut, weather.cut_file);
}

void World::sync(StationMachine& station, Dice dice, const std::function<void()>& prepare) {
  blow(Dice(dice.next()));
  if (prepare) prepare();
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
  if (ended == Ended::done && has(plan_.faults, Fault::files) && desk_.is_alone())
    station.run([&] { carry_files(station, dice.pick(std::vector<int>{0, 2, 5, 1'000, 1'000})); });
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
        if (own.chance(50)) network_.repeat();
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

void World::tell_holdings() {
  if (!trace_) return;
  auto tell = [this](const Fact& fact) {
    const domain::Event& e = fact.event;
    say("  {} of {}: {} {} of {}, contact {}, {}", e.replica_seq, e.replica.str().substr(24), e.id.str(),
        e.kind, e.ticket.str().substr(24), static_cast<int>(e.contact_state), domain::name_of(fact.verdict));
  };
  say("the desk holds");
  desk_.run([&] { std::ranges::for_each(desk_.read_facts(), tell); });
  for (const auto& station : stations_) {
    say("station {}, a {} of {}, holds", station->who, station->identity.kind, station->identity.site);
    station->run([&] {
      std::ranges::for_each(station->read_facts(), tell);
      store::StationStatus status = station->station->status();
      say("  as {}, {} in the outbox, {}", station->station->identity().replica.str().substr(24),
          status.outbox, status.trouble);
    });
  }
}

void World::harm_row(StationMachine& station, Dice dice) {
  if (station.is_in_trouble()) return;
  bool was_harmed = false;
  Ended ended = station.run([&] { was_harmed = station.harm_row(dice); });
  if (ended == Ended::done && !was_harmed) return;
  station.was_harmed = true;
  shown_[static_cast<std::size_t>(station.who)].clear();
  say("a row of station {} is harmed", station.who);
}

// Whatever waits in the outbox waits in it after the upgrade, and drains.
void World::upgrade(StationMachine& station) {
  if (station.is_in_trouble()) return;
  station.repair();
  station.age_file();
  say("station {} is upgraded", station.who);
}

void World::take_image(StationMachine& station) {
  if (station.is_in_trouble() || !station.image.empty()) return;
  station.image = station.disk.image();
  station.deeds_at_image = deeds_.size();
  say("an image of station {} is taken", station.who);
}

// Neither of the two knows of the other.
void World::copy(StationMachine& station, Dice dice) {
  if (std::ssize(stations_) > plan_.stations || station.is_in_trouble()) return;
  StationMachine& copy = add_machine(station.identity, dice);
  copy.disk.put_image(station.disk.image());
  network_.forget_uploads();
  copy.copied_from = station.who;
  copy.deeds_at_copy = deeds_.size();
  copy.harmed = station.harmed;
  copy.was_harmed = station.was_harmed;
  copy.may_repeat_codes = station.may_repeat_codes = true;
  say("station {} is copied, {} is the copy", station.who, copy.who);
}

// To another person and group, at once or in the middle of what it asks the desk.
void World::give_away(StationMachine& station, Dice dice) {
  if (station.identity.kind == "kiosk") return;
  std::string token = station.identity.token;
  station.run([&] { token = station.station->refresh_identity().token; });
  Belongs to;
  to.person = dice.pick(k_persons);
  to.group = dice.pick(k_groups);
  auto give = [this, token, to, who = station.who] {
    was_given_away_ = true;
    network_.give(token, to);
    say("station {} is given to {} of {}", who, to.person, to.group);
  };
  if (dice.chance(40)) return give();
  int exchange = dice.number(1, 6);
  Dice weather(dice.next());
  sync(station, weather, [&] { network_.interrupt_at(exchange, give); });
}

// What was not sent since the image is gone with the disk that held it.
void World::roll_back(StationMachine& station) {
  if (station.image.empty() || station.is_in_trouble()) return;
  station.die(Death::power);
  station.disk.put_image(station.image);
  network_.forget_uploads();
  excuse(station.who, station.deeds_at_image);
  station.was_harmed = station.may_repeat_codes = true;
  for (Deed& deed : deeds_)
    if (deed.who == station.who && static_cast<std::size_t>(deed.number) >= station.deeds_at_image &&
        deed.state == Deed::State::done) {
      deed.state = Deed::State::unknown;
      deed.may_be_cut = true;
    }
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
