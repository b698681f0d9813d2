// What a customer sees of their ticket, and when their link ends.
#include "sync/desk/status/status_view.hpp"
#include "sync/desk/status/status_words.hpp"
#include "tests/fixtures/sync_world.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::domain;
using namespace std::chrono_literals;
using desk::StatusView;
using i18n::Language;

namespace {

struct Told : fixtures::SyncWorld {
  Told() {
    auto parts = registered_parts(registration(), "HD-0001-W", "A12", "Library", "Kiosk");
    desk->import(std::vector<desk::DatedEvent>{{ticket_id, clock.now(), std::move(parts), ""}});
  }
  static Registration registration() {
    Registration r;
    r.contact.email = "maria@example.org";
    r.description = "The dock drops both screens";
    return r;
  }
  void add(std::string by, EventParts parts) {
    clock.advance(10min);
    REQUIRE(desk->append(ticket().code(), by, parts, {}));
  }
  Ticket ticket() { return *desk->find(ticket_id); }
  StatusView view(Language language = Language::en) {
    const Ticket shown = ticket();
    return desk::make_status_view({shown, clock.now(), zone}, language);
  }
  static bool mentions(const StatusView& view, std::string_view text) {
    for (const auto& message : view.messages)
      if (message.text.find(text) != std::string::npos) return true;
    return false;
  }

  base::Zone zone;
  TicketId ticket_id = TicketId::make(clock.now(), random);
};

EventParts note(const char* visibility, const char* text) {
  return {EventKind::note, {{"visibility", std::string(visibility)}}, {{"text", std::string(text)}}};
}

} // namespace

TEST_CASE("a customer reads what was written to them and nothing that staff wrote for staff") {
  Told told;
  told.add("ana", note("internal", "difficult"));
  told.add("ana", note("public", "We swap the dock"));
  told.add("", note("public", "Thank you"));
  told.add("ana", {EventKind::escalated, {{"level", std::int64_t{2}}}, {{"text", std::string("no idea")}}});
  StatusView view = told.view();
  CHECK(view.messages.size() == 2);
  CHECK(told.mentions(view, "We swap the dock"));
  CHECK(view.messages.back().is_from_customer);
  CHECK(view.messages.back().who == "You");
  CHECK(!told.mentions(view, "difficult"));
  CHECK(!told.mentions(view, "no idea"));
}

TEST_CASE("what may be said follows the status") {
  Told told;
  StatusView fresh = told.view();
  CHECK((fresh.can_write && !fresh.asks_solved && !fresh.can_reopen));
  CHECK(fresh.number == "A12");
  told.add("ana", {EventKind::resolved, {}, {{"text", std::string("The dock was swapped")}}});
  StatusView solved = told.view();
  CHECK((!solved.can_write && solved.asks_solved && !solved.can_reopen));
  CHECK(told.mentions(solved, "The dock was swapped"));
  told.add("", {EventKind::confirmed, {{"solved", true}}, {}});
  StatusView closed = told.view();
  CHECK((!closed.can_write && !closed.asks_solved && closed.can_reopen && closed.can_rate));
  told.add("", {EventKind::rated, {{"stars", std::int64_t{4}}}, {}});
  CHECK(!told.view().can_rate);
}

TEST_CASE("a number of the day is shown on its day only") {
  Told told;
  told.clock.advance(24h);
  CHECK(told.view().number == "");
}

TEST_CASE("a link ends so many days after the ticket was closed, and not before") {
  Told told;
  told.clock.advance(24h * 400);
  CHECK(!desk::is_link_expired(told.ticket(), 30, told.clock.now()));
  told.add("ana", {EventKind::status_changed, {{"status", std::string("solved")}}, {}});
  told.add("", {EventKind::confirmed, {{"solved", true}}, {}});
  told.clock.advance(24h * 30);
  CHECK(!desk::is_link_expired(told.ticket(), 30, told.clock.now()));
  told.clock.advance(1min);
  CHECK(desk::is_link_expired(told.ticket(), 30, told.clock.now()));
}

TEST_CASE("the place in the queue is told in words, and the wait where it is known") {
  Told told;
  const Ticket ticket = told.ticket();
  desk::StatusFacts facts{ticket, told.clock.now(), told.zone};
  CHECK(desk::make_status_view(facts, Language::en).queue == "");
  facts.ahead = 1;
  CHECK(desk::make_status_view(facts, Language::nb).queue == "Det er 1 person foran deg.");
  facts.ahead = 3;
  facts.wait = WaitRange{10, 20};
  CHECK(desk::make_status_view(facts, Language::en).queue ==
        "3 people are ahead of you. About 10–20 minutes.");
  facts.wait = WaitRange{0, 10};
  CHECK(desk::make_status_view(facts, Language::es).queue.ends_with(" Hasta 10 minutos."));
}

TEST_CASE("every word of the page is there in three languages with the same values in it") {
  for (const desk::StatusWord& word : desk::status_words())
    for (Language language : i18n::k_languages) {
      CHECK_MESSAGE(!word.in(language).empty(), word.key);
      for (const char* value : {"{n}", "{day}", "{days}", "{least}", "{most}"})
        CHECK_MESSAGE((word.en.find(value) == std::string_view::npos) ==
                          (word.in(language).find(value) == std::string_view::npos),
                      word.key);
    }
}

TEST_CASE("a browser's languages are taken by their weight") {
  CHECK(desk::accepted_language("fr, nb;q=0.5, es;q=0.8") == Language::es);
  CHECK(desk::accepted_language("es-MX") == Language::es);
  CHECK(desk::accepted_language("fr;q=1, de") == std::nullopt);
  CHECK(desk::accepted_language("en;q=0, nb;q=x") == std::nullopt);
  CHECK(desk::accepted_language("") == std::nullopt);
}
