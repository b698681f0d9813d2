// What a station keeps of tickets that have left it: long enough for a desk that is put back to a backup, and
// no longer.
#include "tests/fixtures/sync_world.hpp"
#include "tests/unit/recovery_world.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::test;
using namespace std::chrono_literals;

namespace {

constexpr auto k_day = 24h;

struct RetentionWorld : RestoredWorld {
  // Closed at the desk, so that it is no station's any more.
  void close(const std::string& code) {
    for (const char* status : {"solved", "closed"})
      REQUIRE(desk.log->append(
          code, "ingrid", {domain::EventKind::status_changed, {{"status", std::string(status)}}, {}}, {}));
  }
  void pass(base::Millis time, Machine& machine) {
    clock.advance(time);
    machine.sync();
    clock.advance(2h); // past the hour between two looks
    machine.sync();
  }
  static std::size_t kept(Machine& machine) { return machine.station->held_for_desk(100'000).events.size(); }
};

} // namespace

TEST_CASE("events of a ticket that left are kept for thirty days, and then gone for good") {
  RetentionWorld world;
  auto a = world.machine("a");
  const std::string gone = a->add("black screen"), open = a->add("still open");
  a->sync();
  world.close(gone);
  a->sync();
  REQUIRE_FALSE(a->station->find_code(gone));
  const std::size_t with_all = RetentionWorld::kept(*a);
  world.pass(29 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == with_all);
  world.pass(2 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == 1); // what is open, however old
  CHECK(a->station->find_code(open));
  RestoredWorld::sync({a.get()});
}

TEST_CASE("after the purge a station goes on in its own chain, and a copy of it is still found out") {
  RetentionWorld world;
  auto a = world.machine("a");
  const std::string open = a->add("open");
  a->sync();
  a->copy_to(world.directory.path() / "image");
  std::string gone = a->add("closed soon");
  a->add("the newest");
  a->sync();
  world.close(gone);
  a->sync();
  world.pass(31 * k_day, *a);
  REQUIRE_FALSE(a->station->find_code(gone));
  CHECK(a->station->check());
  a->note(a->station->find_code(open).value(), "goes on");
  RestoredWorld::sync({a.get()});
  CHECK(world.desk.accounts->stations().size() == 1); // nobody was taken for a copy

  a->put_back(world.directory.path() / "image");
  a->note(a->station->find_code(open).value(), "written in the image");
  world.pass_an_hour();
  RestoredWorld::sync({a.get()});
  CHECK(world.desk.accounts->stations().size() == 2);
  CHECK(world.words_at_desk() ==
        std::multiset<std::string>{"open", "closed soon", "the newest", "goes on", "written in the image"});
  world.check_desk();
}

TEST_CASE("the end of a station's own chain stays, whatever its ticket") {
  RetentionWorld world;
  auto a = world.machine("a");
  const std::string last = a->add("its last");
  a->sync();
  world.close(last);
  a->sync();
  world.pass(60 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == 1);
  const std::string another = a->add("another");
  a->sync();
  world.pass(1 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == 1);
  CHECK(a->station->find_code(another));
  RestoredWorld::sync({a.get()});
}

TEST_CASE("a desk put back after the purge to a backup of before has every event") {
  RetentionWorld world;
  auto a = world.machine("a");
  const std::string old = a->add("long gone");
  a->add("stays");
  a->sync();
  world.close(old);
  a->sync();
  world.pass(20 * k_day, *a);
  world.back_up();
  const std::string late = a->add("left after the backup");
  a->add("the newest");
  a->sync();
  world.close(late);
  a->sync();
  world.pass(11 * k_day, *a);
  REQUIRE(RetentionWorld::kept(*a) == 3); // all but the first ticket
  world.restore();
  RestoredWorld::sync({a.get()});
  CHECK(world.words_at_desk() ==
        std::multiset<std::string>{"long gone", "stays", "left after the backup", "the newest"});
  world.check_desk();
}

TEST_CASE("a ticket that comes back after the purge comes whole") {
  RetentionWorld world;
  auto a = world.machine("a");
  const std::string code = a->add("black screen");
  a->add("the newest");
  a->sync();
  world.close(code);
  a->sync();
  world.pass(31 * k_day, *a);
  REQUIRE(RetentionWorld::kept(*a) == 1);
  REQUIRE(world.desk.log->append(code, "ingrid", {domain::EventKind::reopened, {}, {}}, {}));
  RestoredWorld::sync({a.get()});
  REQUIRE(a->station->find_code(code));
  CHECK(entered(a->station->load(a->station->find_code(code).value()).value()) ==
        std::multiset<std::string>{"black screen"});
}

TEST_CASE("it goes in bounded steps, and how long it is kept is the site's to say") {
  RetentionWorld world;
  auto a = world.machine("a");
  std::vector<std::string> codes;
  for (int i = 0; i < 8; ++i) {
    codes.push_back(a->add("one of many"));
    for (const char* words : {"first look", "second look"})
      a->note(a->station->find_code(codes.back()).value(), words);
  }
  a->add("the newest");
  a->sync();
  for (const std::string& code : codes) world.close(code);
  domain::SiteSettings settings;
  settings.site = "Main";
  settings.keep_days = 90;
  const desk::DocumentDraft draft = desk::draft_of(settings);
  world.desk.documents->write(std::span(&draft, 1), "root");
  a->sync();
  world.clock.advance(60 * k_day);
  CHECK(a->station->purge(1000) == 0);
  world.clock.advance(31 * k_day);
  CHECK(a->station->purge(6) == 6); // two tickets of three events
  CHECK(a->station->purge(7) == 9); // whole tickets
  CHECK(a->station->check());
  CHECK(a->station->purge(1000) == 9);
  CHECK(a->station->purge(1000) == 0);
  RestoredWorld::sync({a.get()});
}

TEST_CASE("what left by a clock that was years ahead is kept for thirty days all the same, and no longer") {
  RetentionWorld world;
  auto a = world.machine("a");
  const std::string gone = a->add("black screen");
  a->add("the newest");
  a->sync();
  world.clock.advance(10 * 365 * k_day);
  world.close(gone);
  a->sync();
  world.clock.advance(-10 * 365 * k_day);
  a->sync();
  world.pass(29 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == 2);
  world.pass(2 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == 1);
}

TEST_CASE("what left by a clock that was years behind is not gone as soon as the clock is right") {
  RetentionWorld world;
  auto a = world.machine("a");
  const std::string gone = a->add("black screen");
  a->add("the newest");
  a->sync();
  world.close(gone);
  world.clock.advance(-10 * 365 * k_day);
  a->sync();
  REQUIRE_FALSE(a->station->find_code(gone));
  world.clock.advance(10 * 365 * k_day);
  world.pass(29 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == 2);
  world.pass(2 * k_day, *a);
  CHECK(RetentionWorld::kept(*a) == 1);
}

TEST_CASE("a kiosk keeps what it has handed in for thirty days, nothing that waits is lost") {
  fixtures::SyncWorld world;
  auto kiosk = world.station("kiosk", "LB");
  auto add = [&] {
    domain::Registration registration;
    registration.contact.email = "maria@example.org";
    return kiosk->station->register_ticket(registration).value();
  };
  const auto first = add();
  kiosk->sync();
  world.clock.advance(10 * k_day);
  add();
  kiosk->sync();
  add(); // waits
  world.clock.advance(21 * k_day);
  kiosk->link.lose_request = [] { return true; };
  kiosk->sync();
  CHECK(kiosk->station->purge(1000) == 1);
  CHECK(kiosk->station->status().outbox == 1);
  CHECK(kiosk->station->check());
  kiosk->link.lose_request = nullptr;
  CHECK(kiosk->sync().in_sync);
  CHECK(kiosk->station->public_status(first.code)); // customers find it still
  CHECK(kiosk->station->append_reply(first.ticket, {{domain::EventKind::confirmed, {{"solved", true}}, {}}}));
  CHECK(kiosk->sync().in_sync);
}
