// A desk put back to an earlier state, and stations that hand in again what it lost (row 13 of what must be
// survived).
#include "tests/unit/recovery_world.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
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

namespace {

std::vector<std::pair<domain::EventId, std::int64_t>> places_of(const domain::Ticket& ticket) {
  std::vector<std::pair<domain::EventId, std::int64_t>> out;
  for (const auto& entry : ticket.history) out.emplace_back(entry.id, base::to_ms(entry.received.value()));
  return out;
}

} // namespace

TEST_CASE("what people wrote at the desk after the backup comes back from a station that had pulled it, in "
          "its place") {
  RestoredWorld world;
  auto a = world.machine("a");
  std::string code = a->add("black screen");
  a->sync();
  world.back_up();
  world.write_at_desk(code, "called back");
  a->sync();
  a->note(a->station->find_code(code).value(), "will look tomorrow");
  a->sync();
  auto before = places_of(world.desk.log->find(code).value());
  world.restore();
  REQUIRE(entered(world.desk.log->find(code).value()) == std::multiset<std::string>{"black screen"});

  RestoredWorld::sync({a.get()});

  CHECK(places_of(world.desk.log->find(code).value()) == before);
  CHECK(world.words_at_desk() ==
        std::multiset<std::string>{"black screen", "called back", "will look tomorrow"});
  world.check_desk();
}

TEST_CASE("events of a station that is gone come back from another station of its scope, also those of a "
          "ticket that had left it") {
  RestoredWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  world.back_up();
  std::string open_code = a->add("open"), closed_code = a->add("closed");
  a->sync();
  b->sync();
  REQUIRE(world.desk.log->append(closed_code, "ingrid",
                                 {domain::EventKind::status_changed, {{"status", std::string("solved")}}, {}},
                                 {}));
  REQUIRE(world.desk.log->append(closed_code, "ingrid",
                                 {domain::EventKind::status_changed, {{"status", std::string("closed")}}, {}},
                                 {}));
  b->sync();
  REQUIRE_FALSE(b->station->find_code(closed_code)); // out of view, its words sealed for the desk
  a->close();                                        // and never seen again
  world.restore();
  REQUIRE(world.desk.codes().empty());

  RestoredWorld::sync({b.get()});

  CHECK(world.words_at_desk() == std::multiset<std::string>{"open", "closed"});
  world.check_desk();
}

TEST_CASE("a station enrolled after the backup keeps everything and hands all in after a new enrolment") {
  RestoredWorld world;
  world.back_up();
  auto a = world.machine("a");
  std::string sent = a->add("sent before");
  a->sync();
  std::string waiting = a->add("still waits");
  std::string old_prefix = a->prefix();
  world.restore();
  auto failure = a->sync();
  REQUIRE(failure);
  CHECK(failure->error.code == base::ErrorCode::denied);
  CHECK(a->station->status().outbox == 1);

  auto identity = world.desk.enroll();
  identity.desk_epoch = a->station->identity().desk_epoch; // as enrolling a station anew keeps it
  a->station->rehome(identity);
  world.pass_an_hour();
  RestoredWorld::sync({a.get()});

  CHECK(a->prefix() != old_prefix);
  CHECK(world.words_at_desk() == std::multiset<std::string>{"sent before", "still waits"});
  CHECK(world.desk.log->find(sent)->code() == sent);
  CHECK(world.desk.log->find(waiting).has_value()); // by the code on the customer's slip
  world.check_desk();
}

TEST_CASE("a desk and a station put back to the same night keep both what was written before and since") {
  RestoredWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  std::string code = a->add("old");
  a->sync();
  b->sync();
  world.back_up();
  a->copy_to(world.directory.path() / "image");
  for (const char* words : {"lost one", "lost two", "lost three"})
    a->note(a->station->find_code(code).value(), words);
  a->sync();
  b->sync();
  world.restore();
  a->put_back(world.directory.path() / "image");
  a->note(a->station->find_code(code).value(), "new one");
  a->sync(); // takes the places of what was lost in a's chain
  b->sync(); // and gives that back

  RestoredWorld::sync({a.get(), b.get()});

  CHECK(world.words_at_desk() ==
        std::multiset<std::string>{"old", "lost one", "lost two", "lost three", "new one"});
  CHECK(world.desk.accounts->stations().size() == 3); // a has a new identity
  a->note(a->station->find_code(code).value(), "after it");
  RestoredWorld::sync({a.get(), b.get()});
  CHECK(world.words_at_desk().contains("after it"));
  world.check_desk();
}

TEST_CASE("a desk whose file was put back without restore is recognised by the chain of its feed") {
  RestoredWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  std::string code = a->add("old");
  a->sync();
  b->sync();
  world.desk.close();
  fs::copy(world.folder(), world.directory.path() / "snapshot", fs::copy_options::recursive);
  world.desk.open();
  world.write_at_desk(code, "lost at the desk");
  b->sync();
  world.desk.close();
  fs::remove_all(world.folder());
  fs::copy(world.directory.path() / "snapshot", world.folder(), fs::copy_options::recursive);
  world.desk.open();
  world.write_at_desk(code, "written since, in its position");

  RestoredWorld::sync({a.get(), b.get()});

  CHECK(world.words_at_desk() ==
        std::multiset<std::string>{"old", "lost at the desk", "written since, in its position"});
}

TEST_CASE("what is given back is believed only as the desk had given it out") {
  RestoredWorld world;
  auto a = world.machine("a");
  std::string code = a->add("black screen");
  a->sync();
  world.back_up();
  a->note(a->station->find_code(code).value(), "a note");
  a->sync();
  auto held = a->station->held_for_desk(10).events;
  std::vector<domain::EventId> ids;
  for (const auto& event : held) ids.push_back(event.id);
  auto offers = a->station->offers(ids);
  REQUIRE(offers.size() == 2);
  const store::StoredEvent& note = offers.back();
  protocol::PlacedEvent good{note.event,   note.effective, *note.received,
                             note.verdict, note.reason,    note.receipt};
  world.restore();
  desk::SyncPeer peer{a->station->identity().replica, "Main", a->prefix()};
  auto outcome = [&](const protocol::PlacedEvent& placed) {
    return world.desk.log->give_back(peer, {{placed}})->outcomes.at(0).outcome;
  };
  auto altered = [&](auto change) {
    protocol::PlacedEvent placed = good;
    change(placed);
    return outcome(placed);
  };
  using protocol::GivenBack;
  CHECK(altered([](auto& p) { p.receipt = {}; }) == GivenBack::refused);
  CHECK(altered([](auto& p) { p.receipt.bytes[3] ^= 1; }) == GivenBack::refused);
  CHECK(altered([](auto& p) { p.effective += 1; }) == GivenBack::refused);
  CHECK(altered([](auto& p) { p.received += base::Millis{1}; }) == GivenBack::refused);
  CHECK(altered([](auto& p) { p.verdict = domain::Verdict::rejected; }) == GivenBack::refused);
  CHECK(altered([](auto& p) { p.event.hash.bytes[0] ^= 1; }) == GivenBack::refused);
  CHECK(altered([](auto& p) { p.event.body = "{}"; }) == GivenBack::refused);
  CHECK(altered([](auto& p) { p.event.contact = R"({"text":"forged"})"; }) == GivenBack::refused);
  CHECK(entered(world.desk.log->find(code).value()) == std::multiset<std::string>{"black screen"});
  CHECK(outcome(good) == GivenBack::taken);
  CHECK(outcome(good) == GivenBack::held);
  world.check_desk();
}

TEST_CASE("five stations and ten thousand events: all are back after a restore, once, with equal digests") {
  RestoredWorld world(7);
  std::vector<std::unique_ptr<Machine>> machines;
  std::vector<Machine*> all;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    machines.push_back(world.machine(name));
    all.push_back(machines.back().get());
  }
  std::multiset<std::string> words;
  std::mt19937_64 dice(7);
  const std::size_t backup_at = 1 + dice() % 9;
  for (std::size_t part = 0; part < 10; ++part) {
    for (Machine* machine : all)
      for (int ticket = 0; ticket < 20; ++ticket) {
        world.clock.advance(base::Millis{50});
        std::string text = "event " + std::to_string(words.size());
        auto id = machine->station->find_code(machine->add(text)).value();
        words.insert(text);
        std::vector<domain::EventParts> notes;
        for (int i = 0; i < 9; ++i) {
          words.insert(text = "event " + std::to_string(words.size()));
          notes.push_back(fixtures::note_parts(text));
        }
        REQUIRE(machine->station->append(id, std::move(notes), "ana"));
      }
    for (Machine* machine : all) machine->sync();
    if (part == backup_at) world.back_up();
  }
  REQUIRE(words.size() == 10'000);
  world.restore();

  RestoredWorld::sync(all);

  CHECK(world.words_at_desk() == words);
  world.check_desk();
}

TEST_CASE("nobody who was erased after the backup comes back with a restore") {
  RestoredWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  std::string in_backup = a->add("was in the backup"), since = a->add("came after it");
  a->sync();
  b->sync();
  world.desk.close();
  world.desk.open();
  world.back_up();
  std::string later = a->add("registered after it");
  a->sync();
  b->sync();
  CHECK(world.desk.log->erase(std::vector<std::string>{in_backup, later}, "ingrid").size() == 2);
  a->sync(); // b has not heard of it when the desk is put back
  world.restore();
  REQUIRE(world.words_at_desk().contains("was in the backup"));
  b->sync();

  RestoredWorld::sync({a.get(), b.get()});

  CHECK(world.words_at_desk() == std::multiset<std::string>{"came after it"});
  for (const Machine* machine : {a.get(), b.get()})
    for (const std::string& code : {in_backup, later})
      CHECK(entered(machine->station->load(machine->station->find_code(code).value()).value()).empty());
  world.check_desk();
}

TEST_CASE("a ticket whose erasure comes back before it does says in its history that it was erased") {
  RestoredWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  world.back_up();
  const std::string code = a->add("black screen");
  a->sync();
  REQUIRE(world.desk.log->erase(std::vector<std::string>{code}, "ingrid").size() == 1);
  b->sync();
  world.restore();
  protocol::GiveBackRequest told;
  told.erasures = b->station->erasures();
  const store::StationIdentity& of_b = b->station->identity();
  REQUIRE(world.desk.log->give_back({of_b.replica, of_b.site, of_b.prefix}, told));

  RestoredWorld::sync({a.get()}); // which has not heard of it

  CHECK(world.desk.log->find(code).value().is_erased());
  CHECK(entered(world.desk.log->find(code).value()).empty());
  CHECK(a->station->load(a->station->find_code(code).value()).value().is_erased());
  world.check_desk();
}

TEST_CASE("a desk that is put back once more while a station gives back has all of it in the end") {
  for (int answered = 0; answered < 12; ++answered) {
    CAPTURE(answered);
    RestoredWorld world;
    auto a = world.machine("a");
    world.back_up();
    const std::string code = a->add("black screen");
    a->sync();
    world.write_at_desk(code, "called back");
    a->sync();
    world.restore();
    int asked = 0;
    a->link.lose_request = [&] { return ++asked > answered; };
    a->sync();
    a->link.lose_request = {};
    world.restore();

    RestoredWorld::sync({a.get()});

    CHECK(world.words_at_desk() == std::multiset<std::string>{"black screen", "called back"});
    world.check_desk();
  }
}

TEST_CASE("a customer's words come back although another station has brought the event without them first") {
  RestoredWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  world.back_up();
  const std::string code = a->add("black screen");
  a->sync();
  b->sync();
  const domain::TicketId ticket = a->station->find_code(code).value();
  SQLite::Database((world.directory.path() / "b" / "station.db").string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE events SET contact_state = 3, contact = x''");
  world.restore();
  b->sync();
  REQUIRE(entered(world.desk.log->find(code).value()).empty());

  a->sync();

  CHECK(world.words_at_desk() == std::multiset<std::string>{"black screen"});
  CHECK(entered(a->station->load(ticket).value()) == std::multiset<std::string>{"black screen"});
}
