// Stations whose folder was copied or put back to an earlier state (row 14 of what must be survived).
#include "tests/unit/recovery_world.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::test;

namespace {

struct World {
  explicit World(std::uint64_t seed = 1) : random(seed) {}
  std::unique_ptr<Machine> machine(const std::string& name) {
    return std::make_unique<Machine>(desk, directory.path() / name, clock, random);
  }
  fs::path folder(const std::string& name) { return directory.path() / name; }

  FakeClock clock;
  SeededRandom random;
  fixtures::TempDirectory directory;
  RecoveryDesk desk{directory.path() / "desk", clock, random};
};

// In touch, until nothing moves any more.
void settle(std::vector<Machine*> machines) {
  for (int i = 0; i < 4; ++i)
    for (Machine* machine : machines) machine->sync();
}

void check_agreement(World& world, std::vector<Machine*> machines,
                     const std::multiset<std::string>& all_words) {
  for (Machine* machine : machines) {
    auto status = machine->station->status();
    CHECK_MESSAGE(status.in_sync, status.trouble);
    CHECK(status.refused == 0);
    for (const auto& row : machine->station->list({.limit = 10'000})) {
      const auto ticket = machine->station->load(row.ticket);
      REQUIRE(ticket);
      for (const auto& entry : ticket->history)
        CHECK_MESSAGE(entry.verdict == domain::Verdict::applied, machine->prefix(), " ", entry.kind, ": ",
                      entry.reason);
    }
    CHECK(machine->station->digest() == machines.front()->station->digest());
    auto sound = machine->station->check();
    CHECK_MESSAGE(sound.has_value(), (sound ? "" : sound.error().message));
  }
  CHECK(world.desk.log->check_integrity());
  std::multiset<std::string> words;
  std::set<std::string> codes;
  for (const std::string& code : world.desk.codes()) {
    CHECK_MESSAGE(codes.insert(code).second, code);
    words.merge(entered(world.desk.log->find(code).value()));
  }
  std::vector<std::string> lost, twice;
  std::ranges::set_difference(all_words, words, std::back_inserter(lost));
  std::ranges::set_difference(words, all_words, std::back_inserter(twice));
  CHECK_MESSAGE(lost.empty(), lost.size(), " lost, such as ", lost.empty() ? "" : lost.front());
  CHECK_MESSAGE(twice.empty(), twice.size(), " twice, such as ", twice.empty() ? "" : twice.front());
}

} // namespace

TEST_CASE("a station's folder copied and both used: two replicas, all events, no code twice") {
  World w;
  auto a = w.machine("a");
  a->add("before");
  a->sync();
  a->copy_to(w.folder("b"));
  auto b = w.machine("b");
  std::string slip_a = a->add("at a"), slip_b = b->add("at b");
  CHECK(slip_a == slip_b); // neither can know
  a->sync();
  CHECK_FALSE(b->sync());
  settle({a.get(), b.get()});
  CHECK(a->station->identity().replica != b->station->identity().replica);
  CHECK(a->prefix() != b->prefix());
  check_agreement(w, {a.get(), b.get()}, {"before", "at a", "at b"});
  // The slip of b's customer still leads to their ticket.
  auto former = b->station->find_former(slip_b);
  REQUIRE(former.size() == 1);
  auto ticket = b->station->load(former.front()).value();
  CHECK(ticket.code().starts_with(b->prefix() + "-"));
  CHECK(ticket.text("former_code") == slip_b);
  CHECK(entered(w.desk.log->find(slip_a).value()) == std::multiset<std::string>{"at a"});
  desk::TicketQuery query;
  query.words = slip_b;
  CHECK(w.desk.log->list(query).total == 2);
  auto stations = w.desk.accounts->stations();
  CHECK(std::ranges::count(stations, a->prefix(), &desk::Station::split_from) == 1);
}

TEST_CASE(
    "a folder put back to an earlier copy, without new work in it, gets what it lost and a new identity") {
  World w;
  auto a = w.machine("a");
  a->add("before");
  a->sync();
  a->copy_to(w.folder("image"));
  a->add("lost by the disk");
  a->sync();
  std::string prefix = a->prefix();
  a->put_back(w.folder("image"));
  CHECK_FALSE(a->sync());
  CHECK(a->prefix() != prefix);
  CHECK(a->add("after").starts_with(a->prefix()));
  settle({a.get()});
  check_agreement(w, {a.get()}, {"before", "lost by the disk", "after"});
}

TEST_CASE("a folder put back to an earlier copy, with new work in it, loses neither the old nor the new") {
  World w;
  auto a = w.machine("a");
  a->add("one");
  a->copy_to(w.folder("image")); // with one event that waits
  a->sync();
  a->add("two");
  a->sync();
  a->put_back(w.folder("image"));
  std::string slip = a->add("three");
  CHECK_FALSE(a->sync());
  settle({a.get()});
  check_agreement(w, {a.get()}, {"one", "two", "three"});
  CHECK(a->station->find_former(slip).size() == 1);
}

TEST_CASE("an image taken right after enrolment and used on three machines") {
  World w;
  auto a = w.machine("a");
  a->copy_to(w.folder("b"));
  a->copy_to(w.folder("c"));
  auto b = w.machine("b"), c = w.machine("c");
  a->add("at a");
  a->sync();
  b->sync(); // has nothing of its own yet, and must not go on where a has come to
  b->add("at b");
  c->add("at c");
  settle({a.get(), b.get(), c.get()});
  check_agreement(w, {a.get(), b.get(), c.get()}, {"at a", "at b", "at c"});
  CHECK(w.desk.accounts->stations().size() == 3);
}

TEST_CASE("copies made while an event waits hand it in once, also when both had to go on under new names") {
  World w;
  auto a = w.machine("a");
  a->copy_to(w.folder("c"));
  a->add("waits in two copies");
  a->copy_to(w.folder("b"));
  auto b = w.machine("b"), c = w.machine("c");
  c->add("at c");
  c->sync(); // comes first: neither a's nor b's first event continues this
  a->add("at a");
  b->add("at b");
  settle({a.get(), b.get(), c.get()});
  check_agreement(w, {a.get(), b.get(), c.get()}, {"waits in two copies", "at a", "at b", "at c"});
}

TEST_CASE("what the desk has set aside is handed in anew under a copy's own name, so that it hears of it") {
  World world;
  auto a = world.machine("a");
  a->add("black screen");
  a->sync();
  const domain::TicketId ticket = a->station->list({}).front().ticket;
  a->note(ticket, "cannot be read there");
  a->note(ticket, "comes behind it");
  std::vector<store::EventVerdict> aside;
  for (const domain::Event& event : a->station->outbox(10, 1'000'000))
    aside.push_back({.id = event.id, .reason = "It waits.", .received = world.clock.now(), .held = true});
  a->station->store_verdicts(aside);
  REQUIRE(a->station->status().outbox == 0);
  REQUIRE(a->station->status().held == 2);

  a->station->rehome(world.desk.enroll());

  CHECK(a->station->status().held == 0);
  const auto again = a->station->outbox(10, 1'000'000);
  REQUIRE(again.size() == 2);
  for (std::size_t i = 0; i < again.size(); ++i) {
    CHECK(again[i].id == aside[i].id);
    CHECK(again[i].replica == a->station->identity().replica);
    CHECK(again[i].replica_seq == i + 1);
  }
  CHECK(a->station->check());
}

TEST_CASE("a new identity whose answer was lost is the same when it is asked for again") {
  World w;
  auto a = w.machine("a");
  a->copy_to(w.folder("b"));
  auto b = w.machine("b");
  a->add("at a");
  a->sync();
  b->add("at b");
  int answers = 0;
  b->link.lose_answer = [&] { return ++answers >= 2; }; // the first says "fork"
  for (int i = 0; i < 5; ++i) {
    CHECK(b->sync());
    answers = 0;
    b->close();
    b->open();
  }
  CHECK(w.desk.accounts->stations().size() == 2);
  b->link.lose_answer = {};
  settle({a.get(), b.get()});
  CHECK(w.desk.accounts->stations().size() == 2);
  check_agreement(w, {a.get(), b.get()}, {"at a", "at b"});
}

TEST_CASE("a second program on the same folder goes on under the new identity at once") {
  World w;
  auto a = w.machine("a");
  a->copy_to(w.folder("b"));
  auto b = w.machine("b"), screen = w.machine("b"); // as the kiosk's screen and its worker
  a->add("at a");
  a->sync();
  screen->add("at b");
  b->sync();
  screen->add("at b, after");
  screen->sync();
  settle({a.get(), b.get()});
  check_agreement(w, {a.get(), b.get()}, {"at a", "at b", "at b, after"});
}

TEST_CASE("two programs that sync one folder do not take one another for a copy") {
  World w;
  auto a = w.machine("a"), other = w.machine("a");
  for (int i = 0; i < 20; ++i) {
    (i % 2 == 0 ? a : other)->add("ticket");
    a->sync();
    other->sync();
  }
  CHECK(w.desk.accounts->stations().size() == 1);
}

TEST_CASE("copies of copies, put back at random, with answers lost: everything arrives once") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    World w(seed);
    std::mt19937_64 dice(seed);
    auto roll = [&](std::uint64_t sides) { return dice() % sides; };
    std::vector<std::unique_ptr<Machine>> machines;
    auto join = [&](const std::string& name) {
      machines.push_back(w.machine(name));
      machines.back()->link.lose_request = [&] { return roll(6) == 0; };
      machines.back()->link.lose_answer = [&] { return roll(5) == 0; };
    };
    join("m0");
    std::multiset<std::string> words;
    int images = 0;
    for (int step = 0; step < 150; ++step) {
      w.clock.advance(base::Millis{static_cast<std::int64_t>(roll(120'000))});
      Machine& who = *machines[roll(machines.size())];
      std::string text = "step " + std::to_string(step);
      switch (roll(12)) {
      case 0:
        if (machines.size() < 4) {
          std::string name = "m" + std::to_string(machines.size());
          who.copy_to(w.folder(name));
          join(name);
        }
        break;
      case 1: {
        // What waited there and nowhere else is gone with the disk: only what was handed in must come back.
        who.sync();
        if (who.station->status().outbox > 0 || images == 0) break;
        who.put_back(w.folder("image"));
        break;
      }
      case 2:
        if (images++ == 0) who.copy_to(w.folder("image"));
        break;
      case 3:
      case 4:
      case 5:
      case 6: who.sync(); break;
      case 7:
      case 8:
        who.add(text);
        words.insert(text);
        break;
      default: {
        auto rows = who.station->list({.limit = 100});
        if (rows.empty()) break;
        who.note(rows[roll(rows.size())].ticket, text);
        words.insert(text);
      }
      }
    }
    std::vector<Machine*> all;
    for (auto& machine : machines) {
      machine->link.lose_request = machine->link.lose_answer = {};
      all.push_back(machine.get());
    }
    w.clock.advance(std::chrono::hours(2));
    settle(all);
    check_agreement(w, all, words);
  }
}
