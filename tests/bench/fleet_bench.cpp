// walkin-fleet-bench: stations by the thousand, and one that begins with nothing. tests/bench/fleet calls it.
// Each has the engine and the transport of the real one; their stores are in memory, for a thousand disks are
// not at hand.
#include "shared/store/station.hpp"
#include "sync/http/runner.hpp"
#include "tests/bench/figures.hpp"
#include "tests/fixtures/world.hpp"

#include <atomic>
#include <fstream>
#include <iostream>
#include <thread>

using namespace walkin;
using bench::report;

namespace {

constexpr auto k_give_up = std::chrono::minutes(5);

class WallClock : public base::Clock {
public:
  base::Instant now() const override {
    return std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
  }
};

WallClock wall_clock;
fixtures::SeededRandom chance(static_cast<std::uint64_t>(base::to_ms(wall_clock.now())));

struct Member {
  std::unique_ptr<store::Station> station;
  std::unique_ptr<sync::Transport> line;
  std::unique_ptr<sync::Runner> runner;
};

Member enrolled(const std::string& url, const std::string& code) {
  sync::Transport stranger({url, "", ""});
  auto reply = stranger.enroll({code, "walkin bench"});
  if (!reply) throw std::runtime_error(reply.error().error.message);
  store::StationIdentity identity{.replica = reply->replica,
                                  .prefix = reply->prefix,
                                  .letter = reply->letter,
                                  .site = reply->site,
                                  .kind = reply->kind,
                                  .name = reply->name,
                                  .desk_url = url,
                                  .token = reply->token,
                                  .ca_file = {},
                                  .desk_epoch = reply->epoch,
                                  .desk_public_key = reply->public_key};
  Member member;
  member.station = store::Station::in_memory(identity, wall_clock, chance);
  member.line = std::make_unique<sync::Transport>(sync::DeskAddress{url, "", identity.token});
  member.runner = std::make_unique<sync::Runner>(*member.station, *member.line, wall_clock, chance);
  return member;
}

domain::Registration customer(std::size_t number) {
  domain::Registration r;
  r.contact.name = fmt::format("Person {}", number);
  r.contact.email = fmt::format("person{}@company.org", number);
  r.category = static_cast<domain::Category>(number % 6);
  r.description = fmt::format("The printer on floor {} is out of paper and blinks red.", number % 40);
  return r;
}

double resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (double kb = 0; word == "VmHWM:" && status >> kb) return kb / 1024;
  return 0;
}

// Comes back, as the program does, when its engine says so; until it is in sync. When that was.
void come_back(Member& member, bench::SteadyClock::time_point start, double& in_sync_ms, int& turned_away) {
  while (bench::SteadyClock::now() - start < k_give_up) {
    const base::Instant until = member.runner->run(sync::input::Tick{});
    const sync::Summary& summary = member.runner->summary();
    if (summary.in_sync) {
      in_sync_ms = bench::ms_since(start);
      return;
    }
    turned_away += summary.failure ? 1 : 0;
    std::this_thread::sleep_for(std::max(base::Millis{1}, until - wall_clock.now()));
  }
}

// Reads one code a line until an empty one; says "ready"; starts when a line comes.
int return_at_once(const std::string& url, std::size_t events) {
  std::vector<Member> fleet;
  for (std::string code; std::getline(std::cin, code) && !code.empty();) fleet.push_back(enrolled(url, code));
  for (Member& member : fleet)
    for (std::size_t i = 0; i < events; ++i) (void)member.station->register_ticket(customer(i)).value();
  std::cout << "ready" << std::endl;
  std::string go;
  std::getline(std::cin, go);

  std::vector<double> in_sync_ms(fleet.size(), -1);
  std::vector<int> turned_away(fleet.size(), 0);
  const auto start = bench::SteadyClock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < fleet.size(); ++i)
      threads.emplace_back([&, i] { come_back(fleet[i], start, in_sync_ms[i], turned_away[i]); });
  }
  bench::Samples times;
  std::size_t never = 0;
  std::int64_t waiting = 0;
  int tries = 0;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    in_sync_ms[i] < 0 ? (void)++never : times.add(in_sync_ms[i]);
    waiting += fleet[i].station->status().outbox;
    tries += turned_away[i];
  }
  report(fmt::format("{} stations return at once, {} events each", fleet.size(), events),
         fmt::format("all in sync after {:.1f} s, half after {:.1f} s", times.quantile(1) / 1000,
                     times.quantile(0.5) / 1000),
         "none left out", never == 0 && waiting == 0);
  report("  times that a station was told to come back",
         fmt::format("{}, {:.1f} each", tries,
                     tries / static_cast<double>(std::max<std::size_t>(1, fleet.size()))),
         "", true);
  return never == 0 && waiting == 0 ? 0 : 1;
}

// Tickets of ten events, pushed by one station as its outbox would be.
int write_tickets(const std::string& url, const std::string& code, std::size_t tickets, std::size_t events) {
  Member author = enrolled(url, code);
  for (std::size_t made = 0; made < tickets; ++made) {
    auto id = author.station->register_ticket(customer(made)).value().ticket;
    for (std::size_t i = 1; i < events; ++i) {
      domain::EventParts note{domain::EventKind::note, {}, {}};
      note.body.emplace("visibility", std::string("internal"));
      note.contact.emplace("text", fmt::format("Looked at it for the {}. time; the fuser is worn.", i));
      (void)author.station->append(id, {std::move(note)}, "bench").value();
    }
  }
  while (author.station->status().outbox > 0) {
    author.runner->run(sync::input::LocalWork{});
    if (const auto& failure = author.runner->summary().failure)
      throw std::runtime_error(failure->error.message);
  }
  return 0;
}

int cold_start(const std::filesystem::path& folder, const std::string& url, const std::string& code,
               std::size_t events) {
  const auto start = bench::SteadyClock::now();
  if (auto done = sync::enroll(folder, url, code, "", wall_clock, chance); !done)
    throw std::runtime_error(done.error().message);
  auto station = store::Station::open(folder, wall_clock, chance).value();
  sync::Transport line({url, "", station->identity().token});
  sync::Runner runner(*station, line, wall_clock, chance);
  runner.run(sync::input::LocalWork{});
  const double ms = bench::ms_since(start);
  const auto& summary = runner.summary();
  const auto pulled = static_cast<double>(summary.pulled);
  report(fmt::format("a fresh technician's station, {} events at the desk", events),
         fmt::format("in sync after {:.1f} s", ms / 1000), "", true);
  report("  events pulled, from enrolment to in sync", fmt::format("{:.0f} events/s", pulled / ms * 1000),
         ">= 25,000 events/s", pulled / ms * 1000 >= 25'000);
  report("  memory of the station's program at most", fmt::format("{:.0f} MB", resident_mb()), "", true);
  if (summary.in_sync && pulled >= static_cast<double>(events)) return 0;
  fmt::print("it is not in sync: {} of {} events. {}\n", summary.pulled, events,
             summary.failure ? summary.failure->error.message : "");
  return 1;
}

int usage() {
  fmt::print(stderr, "walkin-fleet-bench return URL EVENTS   (codes on standard input, an empty line, then a "
                     "line to start)\n"
                     "walkin-fleet-bench write URL CODE TICKETS EVENTS\n"
                     "walkin-fleet-bench cold FOLDER URL CODE EVENTS\n");
  return 2;
}

} // namespace

int main(int count, char** words) try {
  const std::string what = count > 1 ? words[1] : "";
  if (what == "return" && count == 4) return return_at_once(words[2], std::stoull(words[3]));
  if (what == "write" && count == 6)
    return write_tickets(words[2], words[3], std::stoull(words[4]), std::stoull(words[5]));
  if (what == "cold" && count == 6) return cold_start(words[2], words[3], words[4], std::stoull(words[5]));
  return usage();
} catch (const std::exception& caught) {
  fmt::print(stderr, "{}\n", caught.what());
  return 1;
}
