// A desk put back to an earlier state, and stations that hand in again what it lost (row 13 of what must be
// survived).
#include "sync/desk/storage/backup.hpp"
#include "tests/unit/recovery_world.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::test;

TEST_CASE("a desk restored to any earlier backup has every station's events again, once, in the same order "
          "everywhere") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    FakeClock clock;
    SeededRandom random(seed);
    fixtures::TempDirectory directory;
    fs::path folder = directory.path() / "desk", backup = directory.path() / "desk.backup";
    RecoveryDesk desk(folder, clock, random);
    std::mt19937_64 dice(seed);
    auto roll = [&](std::uint64_t sides) { return dice() % sides; };
    std::vector<std::unique_ptr<Machine>> machines;
    for (const char* name : {"a", "b", "c"})
      machines.push_back(std::make_unique<Machine>(desk, directory.path() / name, clock, random));
    std::multiset<std::string> words;
    auto work = [&](int steps, bool loses) {
      for (auto& machine : machines) {
        machine->link.lose_answer = loses ? std::function<bool()>([&] { return roll(5) == 0; }) : nullptr;
        machine->link.lose_request = machine->link.lose_answer;
      }
      for (int step = 0; step < steps; ++step) {
        clock.advance(base::Millis{static_cast<std::int64_t>(roll(90'000))});
        Machine& who = *machines[roll(machines.size())];
        std::string text = "event " + std::to_string(words.size());
        auto rows = who.station->list({.limit = 1000});
        if (roll(3) == 0) {
          who.sync();
        } else if (rows.empty() || roll(3) == 0) {
          who.add(text);
          words.insert(text);
        } else {
          who.note(rows[roll(rows.size())].ticket, text);
          words.insert(text);
        }
      }
    };
    work(static_cast<int>(20 + roll(60)), true);
    REQUIRE(desk::back_up(folder, backup, std::nullopt, clock.now(), random));
    work(80, true);
    std::string epoch = desk.log->epoch();
    desk.close();
    auto restored = desk::restore(folder, backup, std::nullopt, clock.now(), random);
    REQUIRE_MESSAGE(restored.has_value(), restored.error().message);
    CHECK(fs::exists(*restored->before / "tickets.db"));
    desk.open();
    CHECK(desk.log->epoch() != epoch);
    work(40, true);
    work(0, false);
    clock.advance(std::chrono::hours(2));
    for (int i = 0; i < 4; ++i)
      for (auto& machine : machines) machine->sync();

    std::multiset<std::string> at_desk;
    for (const std::string& code : desk.codes()) at_desk.merge(entered(desk.log->find(code).value()));
    CHECK(at_desk == words);
    CHECK(desk.log->check_integrity());
    for (auto& machine : machines) {
      auto status = machine->station->status();
      CHECK_MESSAGE(status.in_sync, status.trouble);
      CHECK(machine->station->check());
      CHECK(machine->station->digest() == machines.front()->station->digest());
      for (const auto& row : machine->station->list({.limit = 1000})) {
        auto here = machine->station->load(row.ticket).value(), there = desk.log->find(row.code).value();
        auto ids = [](const domain::Ticket& ticket) {
          std::vector<domain::EventId> out;
          for (const auto& entry : ticket.history) out.push_back(entry.id);
          return out;
        };
        CHECK(ids(here) == ids(there));
      }
    }
    CHECK(desk.enroll().prefix.size() == 4);
    CHECK(desk.accounts->stations().size() == 4); // nobody was taken for a copy
  }
}
