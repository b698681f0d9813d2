#include "sync/desk/storage/prefix_choice.hpp"
#include "tests/unit/desk_world.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace walkin;
using namespace walkin::test;
using base::ErrorCode;

namespace {

Hash some_hash(std::string_view text) { return token_hash(text); }

} // namespace

TEST_CASE("a name is taken once, whatever its case") {
  DeskWorld world;
  world.add_person("ana.ruiz", Role::front_line);
  auto again = world.accounts->add_user(
      {.name = "Ana.Ruiz", .full_name = "", .group = "", .role = Role::manager, .password_hash = "x"},
      world.clock.now());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::conflict);
  CHECK(world.accounts->find_user("ANA.RUIZ")->name == "ana.ruiz");
}

TEST_CASE("a sign-in name has letters, digits, dots and dashes only") {
  DeskWorld world;
  for (const char* name : {"", "ana ruiz", "<script>", "ana/ruiz", "a\nb"})
    CHECK_FALSE(world.accounts->add_user(
        {.name = name, .full_name = "A", .group = "", .role = Role::manager, .password_hash = "x"},
        world.clock.now()));
}

TEST_CASE("a session ends when it is idle, old, signed out or its person is disabled") {
  DeskWorld world;
  world.add_person("root", Role::administrator);
  world.add_person("ana", Role::front_line);
  UserId ana = world.accounts->find_user("ana")->id;
  auto live = [&](const char* token) {
    return world.accounts->find_session(some_hash(token), world.clock.now()).has_value();
  };
  auto start = [&](const char* token) {
    world.accounts->add_session(some_hash(token), ana, world.clock.now());
  };

  start("idle");
  CHECK(live("idle"));
  CHECK_FALSE(live("unknown"));
  world.clock.move(k_session_idle_max + base::Millis(1));
  CHECK_FALSE(live("idle"));

  start("old");
  for (int i = 0; i < 4; ++i) {
    world.clock.move(std::chrono::hours(6));
    CHECK(live("old"));
  }
  world.clock.move(base::Millis(1));
  CHECK_FALSE(live("old"));

  start("out");
  world.accounts->end_session(some_hash("out"));
  CHECK_FALSE(live("out"));

  start("disabled");
  CHECK(world.accounts->set_disabled(ana, true));
  CHECK_FALSE(live("disabled"));
  CHECK_FALSE(world.accounts->password_hash(ana).has_value());
}

TEST_CASE("the last administrator who can sign in cannot be disabled") {
  DeskWorld world;
  world.add_person("root", Role::administrator);
  UserId root = world.accounts->find_user("root")->id;
  auto refused = world.accounts->set_disabled(root, true);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_allowed);
  CHECK_FALSE(world.accounts->find_user("root")->disabled);
  world.add_person("second", Role::administrator);
  CHECK(world.accounts->set_disabled(root, true));
}

TEST_CASE("the first administrator's code is good once and only while there is no administrator") {
  DeskWorld world;
  Hash code = code_hash("4T7K-9MPW-ACDE");
  world.accounts->add_setup_code(code, world.clock.now());
  CHECK(world.accounts->is_setup_code(code, world.clock.now()));
  CHECK_FALSE(world.accounts->is_setup_code(code_hash("other"), world.clock.now()));
  NewUser first{
      .name = "root", .full_name = "Root", .group = "", .role = Role::administrator, .password_hash = "x"};
  CHECK(world.accounts->use_setup_code(code, first, world.clock.now()));
  first.name = "second";
  CHECK_FALSE(world.accounts->use_setup_code(code, first, world.clock.now()));
}

TEST_CASE("a station code enrols one station within ten minutes") {
  DeskWorld world;
  Hash code = code_hash("4T7K-9MPW");
  REQUIRE(world.accounts->add_station_code(code, StationKind::kiosk, "City Hall", world.clock.now()));
  auto station = world.accounts->enroll_station(code, some_hash("bearer"), world.clock.now());
  REQUIRE(station);
  CHECK(station->prefix == "CH");
  CHECK(station->site == "City Hall");
  auto again = world.accounts->enroll_station(code, some_hash("other"), world.clock.now());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::denied);

  Hash late = code_hash("LATE-LATE");
  REQUIRE(world.accounts->add_station_code(late, StationKind::kiosk, "Library", world.clock.now()));
  world.clock.move(k_station_code_age_max + base::Millis(1));
  auto too_late = world.accounts->enroll_station(late, some_hash("late"), world.clock.now());
  REQUIRE_FALSE(too_late);
  CHECK(too_late.error().message == again.error().message);
}

TEST_CASE("two kiosks of a site never share the letter of their numbers, and none has the counter's") {
  DeskWorld world;
  std::set<std::string> letters;
  for (int i = 0; i < 30; ++i) {
    Hash code = code_hash(fmt::format("code {}", i));
    REQUIRE(world.accounts->add_station_code(code, StationKind::kiosk, "City Hall", world.clock.now()));
    auto station = world.accounts->enroll_station(code, some_hash(fmt::format("{}", i)), world.clock.now());
    REQUIRE(station);
    CHECK(letters.insert(station->letter).second);
    if (i == 0) CHECK(station_name(*station) == "Kiosk A");
  }
  CHECK_FALSE(letters.contains("K"));
}

TEST_CASE("a revoked station is unknown from its next request on") {
  DeskWorld world;
  Hash code = code_hash("4T7K-9MPW"), token = some_hash("bearer");
  REQUIRE(world.accounts->add_station_code(code, StationKind::technician, "Library", world.clock.now()));
  auto station = world.accounts->enroll_station(code, token, world.clock.now());
  REQUIRE(station);
  CHECK(world.accounts->find_station(token, world.clock.now()).has_value());
  CHECK(world.accounts->revoke_station(station->prefix, world.clock.now()));
  CHECK_FALSE(world.accounts->find_station(token, world.clock.now()).has_value());
  CHECK_FALSE(world.accounts->revoke_station(station->prefix, world.clock.now()));
}

TEST_CASE("a prefix is never given twice and reminds of the site where it can") {
  std::set<std::string> given{"HD"};
  auto choose = [&](const char* site) {
    std::string prefix = choose_prefix(site, [&](const std::string& p) { return given.contains(p); });
    CHECK(given.insert(prefix).second);
    return prefix;
  };
  CHECK(choose("Library") == "LI");
  CHECK(choose("Harbour School") == "HS");
  CHECK(choose("Århus Syd") == "AS");
  CHECK(choose("図書館") == "AA");
  CHECK(choose("") == "AB");
  for (int i = 0; i < 1000; ++i) CHECK(domain::is_station_prefix(choose("Library")));
}
