// Which station holds which ticket: rows 15 and 16 of the faults that must be survived, and kiosks' public
// statuses.
#include "tests/fixtures/sync_world.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace walkin {

using domain::EventKind;
using domain::EventParts;
using fixtures::SyncStation;
using fixtures::SyncWorld;

namespace {

EventParts status_to(const char* status) {
  return {EventKind::status_changed, {{"status", std::string(status)}}, {}};
}

EventParts note_of(std::string text) {
  return {EventKind::note, {{"visibility", std::string("internal")}}, {{"text", std::move(text)}}};
}

EventParts assign_to(std::string assignee, std::string group = {}) {
  EventParts parts{EventKind::assigned, {{"assignee", std::move(assignee)}}, {}};
  if (!group.empty()) parts.body.emplace("group", std::move(group));
  return parts;
}

const EventParts k_reopen{EventKind::reopened, {}, {{"text", std::string("Not solved.")}}};

// Whether a station of this peer is to hold the ticket: computed from scratch, by other means than the desk.
bool belongs_to(const desk::SyncPeer& peer, const domain::Ticket& ticket) {
  if (ticket.status() != domain::TicketStatus::closed && ticket.text("site") == peer.site) return true;
  if (!peer.person.empty() && ticket.text("assignee") == peer.person) return true;
  return !peer.group.empty() && ticket.text("group") == peer.group;
}

// All that was registered, by code.
using Codes = std::map<domain::TicketId, std::string>;

void check_holds_what_it_should(SyncWorld& world, SyncStation& who, const Codes& codes) {
  CAPTURE(who.identity.name);
  std::size_t expected = 0;
  for (const auto& [id, code] : codes) {
    auto at_desk = world.desk->find(code);
    if (!at_desk) continue; // the desk refused its registration
    CAPTURE(code);
    if (who.link.peer.is_kiosk) {
      auto told = who.station->public_status(code);
      bool is_here = at_desk->text("site") == who.link.peer.site;
      REQUIRE(told.has_value() == is_here);
      if (told) CHECK(told->status == at_desk->status());
      continue;
    }
    auto here = who.station->load(id);
    bool should = belongs_to(who.link.peer, *at_desk);
    expected += should ? 1 : 0;
    REQUIRE(here.has_value() == should);
    if (here) CHECK(SyncWorld::rendered(*here) == SyncWorld::rendered(*at_desk));
  }
  if (!who.link.peer.is_kiosk) CHECK(who.station->list({.limit = 100'000}).size() == expected);
  CHECK(who.station->status().in_sync);
  CHECK(who.station->status().trouble.empty());
  CHECK(who.station->check());
}

bool stands_in(const std::filesystem::path& folder, std::string_view text) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

} // namespace

TEST_CASE("a ticket that is assigned to somebody elsewhere comes to them with its whole history, and leaves "
          "again") {
  SyncWorld world;
  auto here = world.station("technician", "LA");
  auto folder = world.folder.path() / "bo";
  auto bo = world.station("technician", "CH", "City Hall", folder);
  bo->link.peer.person = "bo";
  auto done = here->station->register_ticket(fixtures::any_registration("Quillfeather hums.")).value();
  REQUIRE(here->station->append(done.ticket, {note_of("Bramblewick looked.")}, "ana"));
  here->sync();
  bo->sync();
  CHECK_FALSE(bo->station->load(done.ticket));

  REQUIRE(world.desk->append(done.code, "ana", assign_to("bo"), {}));
  bo->sync();
  auto ticket = bo->station->load(done.ticket);
  REQUIRE(ticket);
  CHECK(ticket->history.size() == 3);
  CHECK(bo->station->list({.words = "bramblewick"}).size() == 1);
  CHECK(bo->station->status().in_sync);

  REQUIRE(world.desk->append(done.code, "ana", assign_to("carla"), {}));
  bo->sync();
  CHECK_FALSE(bo->station->load(done.ticket));
  CHECK(bo->station->list({}).empty());
  CHECK(bo->station->list({.words = "bramblewick"}).empty());
  CHECK_FALSE(bo->station->find_code(done.code));
  CHECK(bo->station->status().in_sync);
  CHECK(bo->station->digest().front().count == 0);
  bo->station->rebuild();
  CHECK(bo->station->list({}).empty());
  REQUIRE(bo->station->check());

  REQUIRE(world.desk->append(done.code, "ana", assign_to("bo"), {}));
  bo->sync();
  ticket = bo->station->load(done.ticket);
  REQUIRE(ticket);
  CHECK(ticket->history.size() == 5);
  CHECK(ticket->text("description") == "Quillfeather hums.");
  CHECK(SyncWorld::rendered(*ticket) == SyncWorld::rendered(world.desk->find(done.code).value()));
  CHECK(bo->station->status().in_sync);
}

TEST_CASE("what is in the log of a ticket that left can be opened at the desk only") {
  SyncWorld world;
  auto here = world.station("technician", "LA");
  auto folder = world.folder.path() / "bo";
  auto bo = world.station("technician", "CH", "City Hall", folder);
  bo->link.peer.person = "bo";
  auto done = here->station->register_ticket(fixtures::any_registration("Quillfeather hums.")).value();
  here->sync();
  REQUIRE(world.desk->append(done.code, "ana", assign_to("bo"), {}));
  bo->sync();
  CHECK(stands_in(folder, "uillfeather"));
  REQUIRE(world.desk->append(done.code, "ana", assign_to("carla"), {}));
  bo->sync();
  bo->station.reset();
  auto log = store::Database::open(folder / "station.db", {0x57414c4b, "station", fixtures::k_station_steps},
                                   store::Access::read_write)
                 .value();
  auto row = log->query("SELECT count(*), count(*) FILTER (WHERE contact_state = 2) FROM events");
  REQUIRE(row.step());
  CHECK(row.integer(0) == 2);
  CHECK(row.integer(1) == 1);
}

TEST_CASE("a ticket whose registration was damaged on the disk leaves like any other") {
  SyncWorld world;
  auto here = world.station("technician", "LA");
  auto folder = world.folder.path() / "bo";
  auto bo = world.station("technician", "CH", "City Hall", folder);
  bo->link.peer.person = "bo";
  auto done = here->station->register_ticket(fixtures::any_registration("Quillfeather hums.")).value();
  here->sync();
  REQUIRE(world.desk->append(done.code, "ana", assign_to("bo"), {}));
  bo->sync();
  auto log = store::Database::open(folder / "station.db", {0x57414c4b, "station", fixtures::k_station_steps},
                                   store::Access::read_write)
                 .value();
  log->execute("UPDATE events SET body = '{}' WHERE kind = 'registered'");
  REQUIRE(world.desk->append(done.code, "ana", note_of("Still humming."), {}));
  auto page = bo->link.pull({bo->station->cursor(), 100}).value();
  std::vector<store::StoredEvent> events;
  for (auto& e : page.events) events.push_back({e.event, e.effective, e.received, e.verdict, e.reason, 0});
  bo->station->store_page({events, page.cursor, false, true, page.scopes, page.left});
  bool swept = false;
  SUBCASE("told by a page") {}
  SUBCASE("told by a pull from the beginning") { swept = true; }
  if (swept)
    bo->link.peer.person = "carla";
  else
    REQUIRE(world.desk->append(done.code, "ana", assign_to("carla"), {}));
  bo->sync();
  CHECK_FALSE(bo->station->load(done.ticket));
  auto row = log->query("SELECT count(*) FROM events WHERE contact_state = 1");
  REQUIRE(row.step());
  CHECK(row.integer(0) == 0);
}

TEST_CASE(
    "what is written in the middle of a sync and takes its ticket out of a scope is no reason to repair") {
  SyncWorld world;
  auto here = world.station("technician", "LA");
  auto done = here->station->register_ticket(fixtures::any_registration()).value();
  REQUIRE(here->station->append(done.ticket, {status_to("solved")}, "ana"));
  here->sync();
  bool has_written = false;
  here->link.lose_request = [&] {
    if (!has_written) REQUIRE(here->station->append(done.ticket, {status_to("closed")}, "ana"));
    has_written = true;
    return false;
  };
  const auto& summary = here->sync();
  REQUIRE(has_written);
  CHECK(here->link.events_asked == 0);
  CHECK_FALSE(summary.in_sync);
  CHECK_FALSE(summary.failure);
  CHECK(here->sync().in_sync);
  CHECK_FALSE(here->station->load(done.ticket));
}

TEST_CASE("a ticket that left stays in view as long as something written on it waits to be sent") {
  SyncWorld world;
  auto a = world.station("technician", "LA"), b = world.station("technician", "LB");
  auto done = a->station->register_ticket(fixtures::any_registration()).value();
  a->sync();
  b->sync();
  REQUIRE(b->station->append(done.ticket, {note_of("I was there.")}, "bo"));
  REQUIRE(a->station->append(done.ticket, {status_to("solved"), status_to("closed")}, "ana"));
  a->sync();
  CHECK_FALSE(a->station->load(done.ticket));
  int requests = 0;
  b->link.lose_request = [&] { return requests++ == 0; }; // the push; there is no pull then
  b->sync();
  REQUIRE(b->station->load(done.ticket));
  // Told of the ticket's leaving while its own note still waits.
  auto page = b->link.pull({b->station->cursor(), 100}).value();
  REQUIRE(page.left == std::vector{done.ticket});
  b->station->store_page({{}, page.cursor, false, true, page.scopes, page.left});
  REQUIRE(b->station->load(done.ticket));
  CHECK(b->station->load(done.ticket)->history.size() == 2);
  CHECK(b->station->status().outbox == 1);
  b->sync();
  CHECK(b->station->status().outbox == 0);
  CHECK_FALSE(b->station->load(done.ticket));
  CHECK(world.desk->find(done.code)->history.size() == 4);
}

TEST_CASE(
    "row 16: a cursor of another set of scopes is refused, and what belongs to none of them is dropped") {
  SyncWorld world;
  auto here = world.station("technician", "LA");
  auto bo = world.station("technician", "CH", "City Hall");
  Codes codes;
  for (int i = 0; i < 9; ++i) {
    auto done = here->station->register_ticket(fixtures::any_registration()).value();
    codes.emplace(done.ticket, done.code);
    here->sync();
    if (i % 3 == 0) REQUIRE(world.desk->append(done.code, "ana", assign_to(i % 2 == 0 ? "bo" : "carla"), {}));
  }
  bo->link.peer.person = "bo";
  bo->link.page_events_max = 1;
  // In the middle of the pull somebody else takes over this station.
  auto first = bo->link.pull({"", 1}).value();
  REQUIRE(first.more);
  bo->link.peer.person = "carla";
  auto refused = bo->link.pull({first.cursor, 1});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().error.code == base::ErrorCode::conflict);
  for (const char* person : {"bo", "carla", "", "bo"}) {
    bo->link.peer.person = person;
    bo->sync();
    check_holds_what_it_should(world, *bo, codes);
  }
  bo->link.peer.site = "Library";
  bo->sync();
  check_holds_what_it_should(world, *bo, codes);
  CHECK(bo->station->list({}).size() == 9);
}

TEST_CASE("a commit larger than a page may be goes on within, and nothing of it is left out") {
  SyncWorld world;
  auto here = world.station("technician", "LA");
  auto bo = world.station("technician", "CH", "City Hall");
  bo->link.peer.person = "bo";
  Codes codes;
  std::vector<desk::DatedEvent> assignments;
  for (int i = 0; i < 6; ++i) {
    auto done = here->station->register_ticket(fixtures::any_registration()).value();
    codes.emplace(done.ticket, done.code);
    for (int note = 0; note < i; ++note)
      REQUIRE(here->station->append(done.ticket, {note_of("Still looking.")}, "ana"));
    assignments.push_back({done.ticket, world.clock.now(), assign_to("bo"), "ana"});
  }
  here->sync();
  world.desk->import(assignments); // one commit brings all six with their histories
  for (std::size_t most = 1; most <= 30; ++most) {
    CAPTURE(most);
    std::string cursor;
    std::map<domain::TicketId, std::size_t> got;
    for (bool more = true; more;) {
      auto page = world.desk->feed(bo->link.peer, {cursor, 1000}, {most, 1'000'000}).value();
      CHECK(page.events.size() <= most);
      CHECK((!page.more || !page.events.empty()));
      for (const auto& placed : page.events) ++got[placed.event.ticket];
      more = page.more;
      cursor = page.cursor;
    }
    REQUIRE(got.size() == 6);
    for (const auto& [id, count] : got) CHECK(count == world.desk->find(codes.at(id))->history.size());
  }
}

TEST_CASE("a kiosk is told the status of every ticket of its site and nothing about people") {
  SyncWorld world;
  auto kiosk = world.station("kiosk", "LK");
  auto elsewhere = world.station("kiosk", "CK", "City Hall");
  auto technician = world.station("technician", "LT");
  auto registration = fixtures::any_registration("Quillfeather hums.");
  auto own = kiosk->station->register_ticket(registration).value();
  auto other = technician->station->register_ticket(registration).value();
  technician->sync();
  kiosk->sync();
  elsewhere->sync();
  CHECK(kiosk->station->public_status(own.code)->status == domain::TicketStatus::created);
  CHECK(kiosk->station->public_status(other.code)->queue_number == other.queue_number);
  CHECK_FALSE(elsewhere->station->public_status(own.code));
  CHECK(kiosk->station->status().in_sync);

  REQUIRE(world.desk->append(own.code, "ana", status_to("solved"), {}));
  auto page = kiosk->link.pull({kiosk->station->cursor(), 100}).value();
  REQUIRE(page.statuses.size() == 1);
  CHECK(page.events.empty());
  auto text = protocol::encode(page, protocol::Format::json);
  for (const char* personal : {"Quillfeather", "Maria", "maria@", "ana"})
    CHECK(text.find(personal) == std::string::npos);
  kiosk->sync();
  CHECK(kiosk->station->public_status(own.code)->status == domain::TicketStatus::solved);
  CHECK(kiosk->station->list({}).front().status == domain::TicketStatus::solved);
  CHECK(kiosk->station->digest().front().count == 2);
  CHECK(kiosk->station->status().in_sync);
}

TEST_CASE(
    "row 15: tickets that enter and leave scopes at random are where a computation from scratch puts them") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    SyncWorld world(seed);
    auto roll = [&](std::size_t sides) { return world.random.below(sides); };
    const std::vector<std::string> people{"", "ana", "bo", "carla"}, groups{"", "Network", "Printers"},
        sites{"Library", "City Hall"};
    std::vector<std::unique_ptr<SyncStation>> stations;
    stations.push_back(world.station("technician", "LA"));
    stations.push_back(world.station("technician", "LB"));
    stations.push_back(world.station("technician", "CA", "City Hall"));
    stations.push_back(world.station("kiosk", "LK"));
    stations.push_back(world.station("kiosk", "CK", "City Hall"));
    stations[0]->link.peer.person = "ana";
    stations[0]->link.peer.group = "Network";
    stations[2]->link.peer.person = "bo";
    for (auto& station : stations) {
      station->link.lose_request = [&] { return roll(8) == 0; };
      station->link.lose_answer = [&] { return roll(8) == 0; };
    }
    Codes codes;
    auto any_code = [&] {
      return std::next(codes.begin(), static_cast<std::ptrdiff_t>(roll(codes.size())))->second;
    };
    for (int step = 0; step < 150; ++step) {
      world.clock.advance(base::Millis{static_cast<std::int64_t>(roll(60'000)) + 1});
      SyncStation& who = *stations[roll(stations.size())];
      std::size_t what = codes.empty() ? 0 : roll(12);
      if (what == 0) {
        auto done =
            who.station->register_ticket(fixtures::any_registration("Something " + std::to_string(step)));
        codes.emplace(done->ticket, done->code);
      } else if (what <= 3) {
        who.link.page_events_max = static_cast<std::uint32_t>(1 + roll(9));
        who.link.limits = {1 + roll(6), 1'000'000};
        who.sync();
      } else if (what == 4 && !who.link.peer.is_kiosk) {
        if (roll(2) == 0) who.link.peer.person = people[roll(people.size())];
        if (roll(2) == 0) who.link.peer.group = groups[roll(groups.size())];
        if (roll(4) == 0) who.link.peer.site = sites[roll(sites.size())];
      } else if (what <= 8) {
        std::string code = any_code();
        auto assigned = domain::parts_for_changes(
            {{"assignee", people[roll(people.size())]}, {"group", groups[roll(groups.size())]}});
        const EventParts changes[] = {assigned.front(), status_to("solved"), status_to("closed"), k_reopen,
                                      note_of("At the desk.")};
        (void)world.desk->append(code, "ana", changes[roll(5)], {}).has_value(); // some the workflow forbids
      } else if (what == 9) {
        if (auto ticket = world.desk->find(any_code()))
          world.desk->import(std::vector{
              desk::DatedEvent{ticket->id,
                               world.clock.now(),
                               {EventKind::field_changed, {{"site", sites[roll(sites.size())]}}, {}},
                               "import"}});
      } else if (!who.link.peer.is_kiosk) {
        auto rows = who.station->list({.limit = 1000});
        if (rows.empty()) continue;
        const EventParts changes[] = {note_of("On site."), status_to("in_work"), status_to("solved"),
                                      status_to("closed"), assign_to("bo", "Network")};
        (void)who.station->append(rows[roll(rows.size())].ticket, {changes[roll(5)]}, "field").has_value();
      }
    }
    for (auto& station : stations) station->link.lose_request = station->link.lose_answer = {};
    for (int round = 0; round < 3; ++round)
      for (auto& station : stations) station->sync();
    REQUIRE(world.desk->check_integrity());
    for (auto& station : stations) check_holds_what_it_should(world, *station, codes);
  }
}

} // namespace walkin
