// The end of a round: the world is healed, everybody syncs a few times, and then nothing may be wrong.
#include "tests/sim/world.hpp"

#include <algorithm>
#include <limits>

namespace walkin::sim {

namespace {
constexpr std::int64_t k_hour_ms = 60 * 60 * 1000, k_long_ms = 25 * k_hour_ms, k_pause_ms = 2 * k_hour_ms;
constexpr std::int64_t k_awaited_at_most_ms = 15 * 24 * k_hour_ms;
constexpr int k_passes_max = 5; // a station needs one to give and one to take; some were sent back meanwhile
} // namespace

void World::heal() {
  say("the world is healed");
  network_.weather = {};
  for (int who = k_desk; who < static_cast<int>(stations_.size()); ++who) machine(who).repair();
  network_.deliver();
  do sync_all();
  while (decide_quarantine());
  // What is written on a ticket that a desk has lost waits for its registration, for so long; only then does
  // the desk look whether it can be read.
  if (was_restored_) {
    pass_time(k_awaited_at_most_ms);
    do sync_all();
    while (decide_quarantine());
  }
  demand_progress();
  if (has(plan_.faults, Fault::files)) {
    pass_time(k_long_ms); // for what is swept once it has lain about for so long
    sync_all();
    pass_time(desk::k_upload_age_max.count());
    for (int who = k_desk; who < static_cast<int>(stations_.size()); ++who) machine(who).disk.settle();
  }
  // What was agreed on is on the disks, not in some memory.
  for (int who = k_desk; who < static_cast<int>(stations_.size()); ++who) machine(who).die(Death::power);
  std::vector<Fact> feed;
  if (desk_.run([&] { feed = desk_.read_facts(); }) != Ended::done)
    throw Violation{"start", "the desk's log cannot be read: " + desk_.trouble};
  judge_again(feed, network_.pushers(), desk_replicas_);
  demand_deeds(feed);
  demand_agreement(tell_stories(feed));
  demand_erasures(feed);
  demand_files(feed);
  demand_sound_files();
}

// An administrator gives up what nobody can read, and what waited behind it goes on. Whether there was any.
bool World::decide_quarantine() {
  bool had_any = false;
  desk_.run([&] {
    for (bool again = true; again;) { // what waited behind one may be unreadable itself
      again = false;
      for (const desk::SetAside& aside : desk_.log->quarantined()) {
        auto peer = network_.peer_of(aside.replica);
        if (aside.state != desk::SetAside::State::unreadable || !peer) continue;
        if (auto done = desk_.log->release(*peer, aside.id, true); !done)
          throw Violation{"quarantine", done.error().message};
        had_any = again = true;
      }
    }
  });
  network_.forget_waiting();
  return had_any;
}

bool World::is_healed(StationMachine& station, std::string& why) {
  bool healed = false;
  Ended ended = station.run([&] {
    auto status = station.station->status();
    healed = station.runner->summary().in_sync && status.in_sync && status.outbox == 0 &&
             status.attachments.waiting == 0;
    why = fmt::format("outbox {}, files {} {}, {}", status.outbox, status.attachments.waiting,
                      status.attachments.trouble, status.trouble.empty() ? "digests differ" : status.trouble);
  });
  if (ended != Ended::done) why = station.trouble;
  return ended == Ended::done && healed;
}

void World::sync_all() {
  for (auto& station : stations_) {
    pass_time(k_pause_ms);
    network_.forget_exchanges();
    station->run([&] {
      station->runner->run(sync::input::LocalWork{});
      if (has(plan_.faults, Fault::files)) carry_files(*station, std::numeric_limits<int>::max());
    });
  }
}

void World::demand_progress() {
  std::string why;
  for (int pass = 0; pass < k_passes_max; ++pass) {
    bool all = true;
    sync_all();
    for (auto& station : stations_) all = is_healed(*station, why) && all;
    if (all && pass > 0) return;
  }
  for (auto& station : stations_)
    if (!is_healed(*station, why))
      throw Violation{"no progress",
                      fmt::format("station {} is not in sync after {} tries in a whole world: {}",
                                  station->who, k_passes_max, why)};
}

void World::demand_sound_files() {
  for (auto& station : stations_) {
    base::Status sound;
    Ended ended = station->run([&] {
      sound = station->station->check();
      if (!sound && std::ranges::any_of(station->harmed, [&](const domain::TicketId& ticket) {
            return was_restored_ || !station->station->load(ticket);
          }))
        sound = {}; // no desk tells this station of it any more, so nothing can repair it
    });
    if (ended != Ended::done || !sound)
      throw Violation{"check", fmt::format("station {} is not sound: {}", station->who,
                                           sound ? station->trouble : sound.error().message)};
    look_again(*station);
  }
  base::Status sound;
  if (desk_.run([&] { sound = desk_.log->check_integrity(); }) != Ended::done || !sound)
    throw Violation{"check", "the desk is not sound: " + (sound ? desk_.trouble : sound.error().message)};
}

// Every deed is in the log as often as its author was told: once when it was done, never when it was not, and
// whole or not at all when nobody knows.
void World::demand_deeds(const std::vector<Fact>& feed) {
  std::map<std::string, std::vector<const Fact*>> by_author;
  std::map<domain::EventId, int> times;
  std::set<domain::TicketId> erased; // of their words nothing is left to compare
  for (const Fact& fact : feed)
    if (fact.event.kind == "erased") erased.insert(fact.event.ticket);
  std::size_t accounted = 0;
  for (const Fact& fact : feed) {
    if (++times[fact.event.id] > 1)
      throw Violation{"twice", "event " + fact.event.id.str() + " is in the feed twice"};
    std::string author;
    // What the desk writes by itself: an erasure, another code for a ticket whose own was given out again.
    if (fact.event.kind == "erased" ||
        (fact.body.contains("former_code") && fact.event.kind != "registered")) {
      ++accounted;
      continue;
    }
    if (fact.event.kind == "registered" && erased.contains(fact.event.ticket)) {
      auto its = std::ranges::find_if(
          deeds_, [&](const Deed& deed) { return deed.is_registration && deed.ticket == fact.event.ticket; });
      if (its != deeds_.end())
        author = its->label();
      else
        ++accounted; // of one who was never told
    } else if (fact.event.kind == "registered") {
      auto text = fact.contact.find("description");
      if (text != fact.contact.end()) author = domain::to_text(text->second);
      author = author.substr(0, author.find(':'));
    } else if (auto by = fact.body.find("by"); by != fact.body.end()) {
      author = domain::to_text(by->second);
    }
    by_author[author].push_back(&fact);
  }
  for (const Deed& deed : deeds_) {
    if (deed.rewritten) {
      accounted += times.contains(*deed.rewritten) ? 1 : 0;
      continue;
    }
    // Different stations may have given back different parts of it, so that the feed has it in no order.
    auto& facts = by_author[deed.label()];
    if (was_restored_)
      std::ranges::stable_sort(facts, {}, [](const Fact* fact) { return fact->event.replica_seq; });
    accounted += facts.size();
    if (facts.empty() && (deed.state != Deed::State::done || may_be_lost(deed))) continue;
    if (deed.state == Deed::State::refused)
      throw Violation{"refused deed", deed.label() + " was told that it was not done, and it was"};
    if (facts.size() < deed.parts.size() && !deed.may_be_cut && !may_be_lost(deed))
      throw Violation{"lost", fmt::format("{} wrote {} events, the desk has {} of them", deed.label(),
                                          deed.parts.size(), facts.size())};
    if (facts.size() > deed.parts.size())
      throw Violation{"twice", fmt::format("{} wrote {} events, the desk has {}", deed.label(),
                                           deed.parts.size(), facts.size())};
    if (facts.size() < deed.parts.size()) continue;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      const Fact& fact = *facts[i];
      const domain::EventParts& part = deed.parts[i];
      auto is_held = [&](const domain::Fields& held, const domain::Fields& typed) {
        return std::all_of(typed.begin(), typed.end(), [&](const auto& field) {
          auto found = held.find(field.first);
          return found != held.end() && found->second == field.second;
        });
      };
      if (fact.event.kind != domain::name_of(part.kind) || !is_held(fact.body, part.body) ||
          (!erased.contains(fact.event.ticket) && !is_held(fact.contact, part.contact)) ||
          (!deed.ticket.is_nil() && fact.event.ticket != deed.ticket))
        throw Violation{"changed", deed.label() + " is at the desk with other words than were typed"};
    }
  }
  if (accounted != feed.size())
    throw Violation{"unknown",
                    fmt::format("the desk has {} events, {} were written", feed.size(), accounted)};
}

} // namespace walkin::sim
