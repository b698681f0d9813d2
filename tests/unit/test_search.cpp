#include "tests/fixtures/stations.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using fixtures::note_parts;

namespace {

struct Desk {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  std::unique_ptr<store::Station> station =
      store::Station::in_memory(fixtures::any_identity(random), clock, random);

  store::Registered add(const std::string& name, const std::string& description) {
    auto registration = fixtures::any_registration(description);
    registration.contact.name = name;
    clock.advance(base::Millis{1000});
    auto done = station->register_ticket(registration);
    REQUIRE(done);
    return *done;
  }
  std::size_t found(std::string words) { return station->list({.words = std::move(words)}).size(); }
};

} // namespace

TEST_CASE("search takes accents and case as they come") {
  Desk desk;
  desk.add("Señora Ibáñez", "La impresora no funciona.");
  desk.add("Bjørn Ærlig", "Skjermen er svart.");
  for (const char* typed :
       {"senora", "SEÑORA", "señora", "Sen\u0303ora", "ibanez", "Ibáñez señora", "impresora"})
    CHECK_MESSAGE(desk.found(typed) == 1, typed);
  for (const char* typed : {"bjørn", "BJØRN", "ærlig"}) CHECK_MESSAGE(desk.found(typed) == 1, typed);
  CHECK(desk.found("nobody") == 0);
}

TEST_CASE("search finds by the beginning of every word, in any order") {
  Desk desk;
  desk.add("Maria Ruiz", "The printer on floor 3 is out of paper.");
  for (const char* typed :
       {"p", "pr", "printer", "flo pri", "paper maria", "ruiz", "3", "maria@company.org", "maria@comp"})
    CHECK_MESSAGE(desk.found(typed) == 1, typed);
  CHECK(desk.found("rinter") == 0);
  CHECK(desk.found("printer toner") == 0);
}

TEST_CASE("search finds a ticket by its code and by what was noted later") {
  Desk desk;
  const auto done = desk.add("Maria", "Black screen");
  desk.add("Ben", "Other");
  CHECK(desk.found(done.code) == 1);
  REQUIRE(desk.station->append(done.ticket, {note_parts("Replaced the Kaltgerätekabel")}, "ana"));
  CHECK(desk.found("kaltgerate") == 1);
  CHECK(desk.found("ana") == 1);
}

TEST_CASE("what was changed is no longer found by its old words") {
  Desk desk;
  const auto done = desk.add("Maria", "Black screen");
  REQUIRE(desk.station->append(done.ticket, domain::parts_for_changes({{"contact.name", std::string("Zoe")}}),
                               "ana"));
  CHECK(desk.found("zoe") == 1);
  CHECK(desk.found("maria zoe") == 1); // the mail address still holds it
  REQUIRE(desk.station->append(
      done.ticket, domain::parts_for_changes({{"description", std::string("Fan noise")}}), "ana"));
  CHECK(desk.found("noise") == 1);
  CHECK(desk.found("black") == 0);
}

TEST_CASE("nothing that is typed is taken for the search engine's own language") {
  Desk desk;
  desk.add("Maria", "The printer said NOT READY AND OR NEAR words:x");
  for (const char* typed : {"printer OR nothing", "printer AND nothing", "NOT printer2", "NEAR(printer x)",
                            "words:printer", "nothing*"})
    CHECK_MESSAGE(desk.found(typed) == 0, typed);
  for (const char* typed : {"not ready", "and or near", "words:x", "\"printer\"", "printer\"", "\"\"printer",
                            "(printer)", "printer*", "*printer", "-printer", "^printer", "{printer}",
                            "printer AND", "+printer", "printer ;", "printer --", "'printer'"})
    CHECK_MESSAGE(desk.found(typed) == 1, typed);
}

TEST_CASE("odd things typed find nothing and break nothing") {
  Desk desk;
  desk.add("Maria", "printer");
  const std::string odd[] = {"\"",
                             "\"\"\"\"",
                             "*",
                             "(",
                             ")",
                             "'",
                             "\\",
                             ";",
                             "%",
                             "_",
                             "^",
                             ":",
                             "-",
                             "{",
                             "\xff\xfe",
                             "pri\xff",
                             std::string(1, '\0'),
                             "\u202e",
                             "\u200b",
                             "\U0001F600",
                             "NEAR(",
                             "\" OR 1=1 --",
                             "a\"b\"c",
                             std::string(100'000, '"'),
                             std::string(100'000, 'a')};
  for (const std::string& typed : odd) CHECK_MESSAGE(desk.found(typed) == 0, typed.substr(0, 20));
  CHECK(desk.found(std::string("printer\0maria", 13)) == 1);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "printer ";
  CHECK_NOTHROW((void)desk.found(many));
  CHECK(desk.found("   ") == 0);
}

TEST_CASE("lists are filtered, sorted and cut into pages") {
  Desk desk;
  std::vector<domain::TicketId> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(desk.add("Person " + std::to_string(i), "Problem").ticket);
  auto change = [&](std::size_t at, domain::Fields fields) {
    REQUIRE(desk.station->append(ids[at], domain::parts_for_changes(fields), "ana"));
  };
  change(3, {{"assignee", std::string("ana")}, {"group", std::string("Network")}});
  change(4, {{"status", std::string("solved")}});
  change(5, {{"priority", std::string("P1")}});
  auto ids_of = [&](store::TicketFilter filter) {
    std::vector<domain::TicketId> out;
    for (const auto& row : desk.station->list(filter)) out.push_back(row.ticket);
    return out;
  };
  CHECK(ids_of({}) == ids);
  CHECK(ids_of({.is_open = true}).size() == 9);
  CHECK(ids_of({.is_open = false}) == std::vector{ids[4]});
  CHECK(ids_of({.status = domain::TicketStatus::solved}) == std::vector{ids[4]});
  CHECK(ids_of({.assignee = "ana"}) == std::vector{ids[3]});
  CHECK(ids_of({.assignee = ""}).size() == 9);
  CHECK(ids_of({.group = "Network"}) == std::vector{ids[3]});
  CHECK(ids_of({.site = "Elsewhere"}).empty());
  CHECK(ids_of({.words = "problem", .sort = store::SortBy::newest}).front() == ids[9]);
  CHECK(ids_of({.sort = store::SortBy::priority}).front() == ids[5]);
  CHECK(ids_of({.offset = 4, .limit = 2}) == std::vector{ids[4], ids[5]});
  CHECK(ids_of({.offset = -5, .limit = 1}) == std::vector{ids[0]});
  CHECK(ids_of({.limit = -1}).empty());
  const auto fifth = desk.station->load(ids[5])->created;
  CHECK(ids_of({.created_before = fifth}).size() == 5);
}
