#include "shared/domain/ticket_code.hpp"
#include "tests/fixtures/stations.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fstream>
#include <set>
#include <sys/stat.h>

using namespace walkin;
using base::ErrorCode;
using fixtures::any_registration;
using fixtures::note_parts;
using fixtures::StationOnDisk;
using store::Station;

namespace {

// Changes the file behind the station's back, as a failing disk does.
void tamper(const StationOnDisk& on_disk, const std::string& sql) {
  SQLite::Database db(on_disk.file().string(), SQLite::OPEN_READWRITE);
  REQUIRE_MESSAGE(db.exec(sql) > 0, sql);
}

store::Registered registered(Station& station, std::string description = "The screen stays black.") {
  auto done = station.register_ticket(any_registration(std::move(description)));
  REQUIRE_MESSAGE(done.has_value(), done.error().message);
  return *done;
}

} // namespace

TEST_CASE("a registration is there after opening the station again") {
  StationOnDisk on_disk;
  const auto done = registered(*on_disk.station);
  Station& again = on_disk.reopen();
  const auto found = again.find_code(done.code);
  REQUIRE(found);
  CHECK(*found == done.ticket);
  const auto ticket = again.load(done.ticket);
  REQUIRE(ticket);
  CHECK(ticket->text("contact.name") == "Maria Ruiz");
  CHECK(ticket->code() == done.code);
  CHECK(again.status().outbox == 1);
  CHECK(again.outbox(10, 1'000'000).size() == 1);
  CHECK(again.check());
}

TEST_CASE("a station keeps what enrolment gave it") {
  StationOnDisk on_disk;
  const auto& kept = on_disk.reopen().identity();
  CHECK(kept.replica == on_disk.identity.replica);
  CHECK(kept.prefix == "LB");
  CHECK(kept.letter == "A");
  CHECK(kept.site == "Main");
  CHECK(kept.token == "token");
  CHECK(kept.desk_url == on_disk.identity.desk_url);
}

TEST_CASE("a station's folder and file are its user's alone") {
  StationOnDisk on_disk;
  struct stat folder {
  }, file{};
  REQUIRE(stat(on_disk.folder().c_str(), &folder) == 0);
  REQUIRE(stat(on_disk.file().c_str(), &file) == 0);
  CHECK((folder.st_mode & 0777) == 0700);
  CHECK((file.st_mode & 0777) == 0600);
}

TEST_CASE("a second station in the same folder is refused and the first stays") {
  StationOnDisk on_disk;
  const auto done = registered(*on_disk.station);
  const auto refused = Station::create(on_disk.folder(), fixtures::any_identity(on_disk.random, "XX"),
                                       on_disk.clock, on_disk.random);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(on_disk.reopen().identity().prefix == "LB");
  CHECK(on_disk.station->find_code(done.code));
}

TEST_CASE("an enrolment that was cut off before it was written can be done again") {
  StationOnDisk on_disk;
  on_disk.station.reset();
  tamper(on_disk, "DELETE FROM meta");
  const auto never = Station::open(on_disk.folder(), on_disk.clock, on_disk.random);
  REQUIRE(!never);
  CHECK(never.error().code == ErrorCode::unusable);
  CHECK(Station::create(on_disk.folder(), on_disk.identity, on_disk.clock, on_disk.random));
  CHECK(on_disk.reopen().identity().prefix == "LB");
}

TEST_CASE("what is no station is said to be none, and how to mend it") {
  StationOnDisk on_disk;
  const auto nowhere = Station::open(on_disk.directory.path() / "nowhere", on_disk.clock, on_disk.random);
  REQUIRE(!nowhere);
  CHECK(nowhere.error().code == ErrorCode::not_found);
  CHECK(nowhere.error().message.find("walkin enroll") != std::string::npos);

  const auto empty_folder = on_disk.directory.path() / "empty";
  std::filesystem::create_directory(empty_folder);
  const auto empty = Station::open(empty_folder, on_disk.clock, on_disk.random);
  REQUIRE(!empty);
  CHECK(empty.error().code == ErrorCode::not_found);

  { std::ofstream file(empty_folder / "station.db"); }
  const auto empty_file = Station::open(empty_folder, on_disk.clock, on_disk.random);
  REQUIRE(!empty_file);
  CHECK(empty_file.error().code == ErrorCode::unusable);

  std::ofstream(empty_folder / "station.db") << std::string(9000, 'x');
  const auto rubbish = Station::open(empty_folder, on_disk.clock, on_disk.random);
  REQUIRE(!rubbish);
  CHECK(rubbish.error().code == ErrorCode::unusable);
}

TEST_CASE("a station written by a newer program is refused as such") {
  StationOnDisk on_disk;
  on_disk.station.reset();
  {
    SQLite::Database db(on_disk.file().string(), SQLite::OPEN_READWRITE);
    db.exec("PRAGMA user_version=99");
  }
  const auto refused = Station::open(on_disk.folder(), on_disk.clock, on_disk.random);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::too_new);
}

TEST_CASE("a refused registration leaves nothing, not even a used code") {
  StationOnDisk on_disk;
  auto wrong = any_registration();
  wrong.contact.email = "maria@company";
  const auto refused = on_disk.station->register_ticket(wrong);
  REQUIRE(!refused);
  CHECK(refused.error().context == "contact.email");
  CHECK(on_disk.station->status().outbox == 0);
  CHECK(registered(*on_disk.station).code == domain::next_ticket_code("LB", 0).code);
}

TEST_CASE("codes are never given twice, however often the station is opened again") {
  StationOnDisk on_disk;
  std::set<std::string> codes;
  for (int i = 0; i < 60; ++i) {
    CHECK(codes.insert(registered(*on_disk.station).code).second);
    if (i % 7 == 0) on_disk.reopen();
  }
  CHECK(codes.size() == 60);
}

TEST_CASE("queue numbers begin anew with each local day and only walk-in customers get one") {
  StationOnDisk on_disk;
  on_disk.clock.set_utc_offset(std::chrono::hours(9));
  Station& station = *on_disk.station;
  CHECK(registered(station).queue_number == "A1");
  CHECK(registered(station).queue_number == "A2");
  auto by_phone = any_registration();
  by_phone.channel = domain::Channel::phone;
  CHECK(station.register_ticket(by_phone)->queue_number.empty());
  on_disk.clock.set(base::from_ms(fixtures::FakeClock::k_start_ms + 6 * 3'600'000)); // 23:15 there
  CHECK(registered(station).queue_number == "A3");
  on_disk.clock.advance(std::chrono::hours(1)); // after midnight there, still the same day in UTC
  CHECK(registered(station).queue_number == "A1");
  CHECK(registered(on_disk.reopen()).queue_number == "A2");
}

TEST_CASE("a clock that jumps to another day and back does not give a queue number of today twice") {
  StationOnDisk on_disk;
  std::set<std::string> today;
  for (int i = 0; i < 3; ++i) today.insert(registered(*on_disk.station).queue_number);
  on_disk.clock.advance(std::chrono::hours(24 * 3650));
  registered(*on_disk.station);
  on_disk.clock.advance(std::chrono::hours(-24 * 3650));
  CHECK(today.insert(registered(*on_disk.station).queue_number).second);
}

TEST_CASE("a station without a letter gives no queue numbers") {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  auto identity = fixtures::any_identity(random);
  identity.letter.clear();
  auto station = Station::in_memory(identity, clock, random);
  CHECK(station->register_ticket(any_registration())->queue_number.empty());
}

TEST_CASE("stamps are corrected by the measured difference to the desk") {
  StationOnDisk on_disk;
  on_disk.station->store_contact(std::chrono::hours(2), true);
  const auto done = registered(*on_disk.station);
  CHECK(on_disk.station->load(done.ticket)->created == on_disk.clock.now() + std::chrono::hours(2));
  CHECK(on_disk.station->status().last_contact == on_disk.clock.now());
}

TEST_CASE("a change is checked, written and shown") {
  StationOnDisk on_disk;
  Station& station = *on_disk.station;
  const auto done = registered(station);
  const auto after = station.append(
      done.ticket,
      domain::parts_for_changes({{"status", std::string("in_work")}, {"title", std::string("Black screen")}}),
      "ana");
  REQUIRE(after);
  CHECK(after->status() == domain::TicketStatus::in_work);
  CHECK(after->title() == "Black screen");
  CHECK(after->history.back().by == "ana");
  CHECK(fixtures::rows_of(station).front().title == "Black screen");
  CHECK(station.check());
}

TEST_CASE("of several changes all are written or none") {
  StationOnDisk on_disk;
  Station& station = *on_disk.station;
  const auto done = registered(station);
  std::vector<domain::EventParts> parts{
      note_parts("first"), {domain::EventKind::status_changed, {{"status", std::string("closed")}}, {}}};
  const auto refused = station.append(done.ticket, parts, "ana");
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::not_allowed);
  CHECK(station.load(done.ticket)->history.size() == 1);
  CHECK(station.status().outbox == 1);
  CHECK(station.check());
}

TEST_CASE("a change to a ticket that is not here, or by somebody with an impossible name, is refused") {
  StationOnDisk on_disk;
  const auto nowhere = on_disk.station->append(domain::TicketId::make(on_disk.clock.now(), on_disk.random),
                                               {note_parts("x")}, "ana");
  REQUIRE(!nowhere);
  CHECK(nowhere.error().code == ErrorCode::not_found);
  const auto done = registered(*on_disk.station);
  for (const char* name : {"ana\xff", "a\nna", "\u202eana"})
    CHECK(!on_disk.station->append(done.ticket, {note_parts("x")}, name));
}

TEST_CASE("contact parts carry a salt, so that equal contacts have different hashes") {
  StationOnDisk on_disk;
  registered(*on_disk.station);
  registered(*on_disk.station);
  const auto events = on_disk.station->outbox(10, 1'000'000);
  REQUIRE(events.size() == 2);
  CHECK(events[0].contact_hash != events[1].contact_hash);
}

TEST_CASE("the station's events form a chain of hashes") {
  StationOnDisk on_disk;
  const auto done = registered(*on_disk.station);
  for (int i = 0; i < 5; ++i) REQUIRE(on_disk.station->append(done.ticket, {note_parts("again")}, "ana"));
  base::Hash last;
  std::uint64_t seq = 0;
  for (const auto& event : on_disk.reopen().outbox(100, 1'000'000)) {
    CHECK(event.replica_seq == ++seq);
    CHECK(event.previous == last);
    CHECK(domain::compute_hash(event) == event.hash);
    last = event.hash;
  }
  CHECK(seq == 6);
}

TEST_CASE("projections made anew from the log are equal to those that were kept") {
  StationOnDisk on_disk;
  Station& station = *on_disk.station;
  for (int i = 0; i < 30; ++i) {
    const auto done = registered(station, "Problem " + std::to_string(i) + " in the café.");
    on_disk.clock.advance(base::Millis{500});
    if (i % 2)
      REQUIRE(station.append(done.ticket, {note_parts("Looked at printer " + std::to_string(i))}, "ana"));
    if (i % 3 == 0)
      REQUIRE(station.append(done.ticket, domain::parts_for_changes({{"status", std::string("in_work")}}),
                             "ben"));
  }
  const auto before = fixtures::rows_of(station);
  const auto found_before = station.list({.words = "printer 7"});
  station.rebuild();
  CHECK(fixtures::rows_of(station) == before);
  CHECK(station.list({.words = "printer 7"}) == found_before);
  CHECK(station.list({.words = "cafe"}).size() == 30);
  CHECK(station.check());
}

TEST_CASE("check finds every kind of damage") {
  auto found = [](const std::string& sql) {
    StationOnDisk on_disk;
    const auto first = registered(*on_disk.station);
    registered(*on_disk.station);
    registered(*on_disk.station);
    REQUIRE(on_disk.station->append(first.ticket, {note_parts("Looked at it.")}, "ana"));
    REQUIRE(on_disk.station->check());
    tamper(on_disk, sql);
    const auto checked = on_disk.station->check();
    CHECK_MESSAGE(!checked.has_value(), sql);
    if (checked) return std::string{};
    CHECK(checked.error().code == ErrorCode::unusable);
    return checked.error().message;
  };
  found("UPDATE events SET body = replace(body, 'Main', 'Mbin') WHERE position = 1");
  found("UPDATE events SET contact = CAST(replace(CAST(contact AS TEXT), 'Maria', 'Mbria') AS BLOB) WHERE "
        "position = 1");
  found("UPDATE events SET contact_hash = zeroblob(32) WHERE position = 2");
  found("UPDATE events SET claimed = claimed + 1 WHERE position = 2");
  found("UPDATE events SET kind = 'note' WHERE position = 2");
  found("UPDATE events SET previous = zeroblob(32) WHERE position = 2");
  found("DELETE FROM events WHERE position = 2");
  found("DELETE FROM events WHERE position = 1");
  found("DELETE FROM events WHERE position = 4"); // the last of the chain
  found("DELETE FROM outbox WHERE replica_seq = 2");
  found("INSERT INTO outbox VALUES (99, zeroblob(16))");
  found("UPDATE events SET verdict = 2 WHERE position = 1");
  found("UPDATE tickets SET title = 'Mine' WHERE number = 1");
  found("UPDATE tickets SET is_open = 0 WHERE number = 1");
  found("DELETE FROM tickets WHERE number = 2");
  found("INSERT INTO tickets SELECT number + 10, zeroblob(16), code, queue_number, status, is_open, "
        "priority, category, "
        "site, assignee, \"group\", title, person, created, updated, events, conflicts, waiting FROM tickets "
        "LIMIT 1");
  found("DELETE FROM ticket_words WHERE rowid = 1");
  found("UPDATE ticket_words SET words = 'other' WHERE rowid = 1");
  CHECK(found("UPDATE events SET body = body || ' ' WHERE position = 3").find("hash") != std::string::npos);
}

TEST_CASE("what check finds in the projections is mended by making them anew") {
  StationOnDisk on_disk;
  registered(*on_disk.station);
  for (const char* sql : {"UPDATE tickets SET title = 'Mine'", "UPDATE ticket_words SET words = 'other'",
                          "DELETE FROM tickets"}) {
    tamper(on_disk, sql);
    CHECK(!on_disk.station->check());
    on_disk.station->rebuild();
    CHECK(on_disk.station->check());
  }
}

TEST_CASE("a byte flipped anywhere in the file is noticed or harmless, and never crashes") {
  StationOnDisk on_disk;
  for (int i = 0; i < 20; ++i) registered(*on_disk.station, "Problem " + std::to_string(i));
  const auto before = fixtures::rows_of(*on_disk.station);
  on_disk.station.reset();
  std::string original;
  {
    std::ifstream in(on_disk.file(), std::ios::binary);
    original.assign(std::istreambuf_iterator<char>(in), {});
  }
  REQUIRE(original.size() > 10'000);
  int noticed = 0;
  for (int round = 0; round < 150; ++round) {
    std::string damaged = original;
    const std::size_t at = on_disk.random.below(damaged.size());
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << on_disk.random.below(8)));
    std::ofstream(on_disk.file(), std::ios::binary | std::ios::trunc) << damaged;
    try {
      auto opened = Station::open(on_disk.folder(), on_disk.clock, on_disk.random);
      const bool is_sound = opened && (*opened)->check();
      if (!is_sound) ++noticed;
      if (is_sound) CHECK_MESSAGE(fixtures::rows_of(**opened) == before, "byte ", at);
    } catch (const std::exception& caught) {
      CHECK(!store::to_error(caught).message.empty());
      ++noticed;
    }
    for (const char* rest : {"station.db-wal", "station.db-shm"})
      std::filesystem::remove(on_disk.folder() / rest);
  }
  CHECK(noticed > 0);
}
