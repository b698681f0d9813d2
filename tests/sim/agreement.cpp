// In the end everybody holds what they ought to hold, as it ought to be, and nothing else.
#include "tests/sim/world.hpp"

#include <algorithm>

namespace walkin::sim {

namespace {
const std::string k_nothing = "not there\n";

std::string words_of(const std::optional<domain::Ticket>& ticket) {
  return ticket ? in_words(*ticket) : k_nothing;
}
} // namespace

void World::demand_agreement(const Stories& stories) {
  std::map<std::string, domain::TicketId> codes;
  for (const auto& [id, story] : stories) {
    auto held = story.ticket.fields.find("code");
    if (held == story.ticket.fields.end()) continue; // its registration was refused
    auto code = std::get<std::string>(held->second.value);
    if (!codes.emplace(code, id).second)
      throw Violation{"code twice", "two tickets have the code " + code + " in the end"};
    std::optional<domain::Ticket> seen;
    desk_.run([&] { seen = desk_.log->find(code); });
    if (const std::string expected = in_words(story.ticket); words_of(seen) != expected)
      throw Violation{"desk differs", fmt::format("ticket {} should be\n{}and is at the desk\n{}", code,
                                                  expected, words_of(seen))};
  }
  for (auto& station : stations_) {
    std::string token;
    station->run([&] { token = station->station->refresh_identity().token; });
    Belongs belongs = network_.belongs(token);
    if (belongs.is_kiosk)
      demand_statuses(*station, belongs, stories);
    else
      demand_agreement(*station, belongs, stories);
    if (station->copied_from) demand_two_replicas(*station);
  }
}

void World::demand_agreement(StationMachine& station, const Belongs& belongs, const Stories& stories) {
  for (const auto& [id, story] : stories) {
    if (!story.ticket.fields.contains("code")) continue;
    const std::string expected = holds(belongs, story.ticket) ? in_words(story.ticket) : k_nothing;
    std::optional<domain::Ticket> seen;
    station.run([&] { seen = station.station->load(id); });
    if (words_of(seen) != expected)
      throw Violation{"station differs", fmt::format("ticket {} should be\n{}and is at station {}\n{}",
                                                     id.str(), expected, station.who, words_of(seen))};
  }
  std::map<std::string, NaiveDigest> digests;
  for (const std::string& scope : scopes_of(belongs)) digests[scope] = digest_of(stories, scope);
  demand_digests(station, digests);
  if (has_scopes()) demand_secrets(station, belongs, stories);
}

void World::demand_digests(StationMachine& station, const std::map<std::string, NaiveDigest>& expected) {
  std::vector<store::ScopeDigest> digests;
  station.run([&] { digests = station.station->digest(); });
  bool are_equal = digests.size() == expected.size();
  for (const store::ScopeDigest& digest : digests) {
    auto other = expected.find(digest.scope);
    are_equal = are_equal && other != expected.end() && digest.count == other->second.count &&
                digest.hash.raw() == other->second.sum;
  }
  if (!are_equal)
    throw Violation{"digest", fmt::format("station {} has other digests than its events give", station.who)};
}

// Where both copies have written something, they have become two.
void World::demand_two_replicas(StationMachine& copy) {
  auto has_written = [&](int who) {
    return std::ranges::any_of(deeds_, [&](const Deed& deed) {
      return deed.who == who && deed.state == Deed::State::done &&
             static_cast<std::size_t>(deed.number) >= copy.deeds_at_copy;
    });
  };
  StationMachine& original = *stations_[static_cast<std::size_t>(*copy.copied_from)];
  domain::ReplicaId one, other;
  original.run([&] { one = original.station->identity().replica; });
  copy.run([&] { other = copy.station->identity().replica; });
  if (one == other && has_written(original.who) && has_written(copy.who))
    throw Violation{"one replica",
                    fmt::format("station {} and its copy {} have both written as the same replica",
                                original.who, copy.who)};
}

// What is still on the disk of a ticket that is somebody else's now can be read at the desk alone.
void World::demand_secrets(StationMachine& station, const Belongs& belongs, const Stories& stories) {
  std::vector<Fact> facts;
  station.run([&] { facts = station.read_facts(); });
  for (const Fact& fact : facts) {
    auto story = stories.find(fact.event.ticket);
    if (story == stories.end() || !story->second.ticket.fields.contains("code") ||
        holds(belongs, story->second.ticket) || fact.contact.empty())
      continue;
    throw Violation{"readable",
                    fmt::format("station {} keeps event {} of ticket {} readable, which has left it",
                                station.who, fact.event.id.str(), fact.event.ticket.str())};
  }
}

void World::demand_statuses(StationMachine& kiosk, const Belongs& belongs, const Stories& stories) {
  auto expected = statuses_of(stories, belongs.site);
  for (const auto& [code, status] : expected) {
    std::optional<domain::PublicStatus> seen;
    kiosk.run([&] { seen = kiosk.station->public_status(code); });
    if (seen != status)
      throw Violation{"status", fmt::format("kiosk {} tells {} of ticket {}, which is {}", kiosk.who,
                                            seen ? domain::name_of(seen->status) : "nothing", code,
                                            domain::name_of(status.status))};
  }
  NaiveDigest digest = digest_of(expected);
  demand_digests(kiosk, {{*scopes_of(belongs).begin(), digest}});
  std::vector<Fact> facts;
  kiosk.run([&] { facts = kiosk.read_facts(); });
  for (const Fact& fact : facts)
    if (fact.event.contact_state == domain::ContactState::plain ||
        (fact.event.kind != "registered" && fact.event.kind != "attachment_named"))
      throw Violation{"kiosk", fmt::format("kiosk {} holds event {} ({}) readable or of somebody else",
                                           kiosk.who, fact.event.id.str(), fact.event.kind)};
}

} // namespace walkin::sim
