#include "tests/fixtures/stations.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using domain::Verdict;
using fixtures::any_registration;
using fixtures::applied;
using fixtures::note_parts;
using fixtures::placed;
using store::EventVerdict;
using store::Station;
using store::StoredEvent;

namespace {

struct Pair {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  std::unique_ptr<Station> here = Station::in_memory(fixtures::any_identity(random, "HR"), clock, random);
  std::unique_ptr<Station> there = Station::in_memory(fixtures::any_identity(random, "TH"), clock, random);

  std::vector<domain::Event> waiting(Station& station) { return station.outbox(10'000, 100'000'000); }
  std::vector<StoredEvent> page_of(const std::vector<domain::Event>& events) {
    std::vector<StoredEvent> page;
    for (const auto& event : events) page.push_back(placed(event, clock.now()));
    return page;
  }
};

} // namespace

TEST_CASE("the outbox gives the oldest events, up to both limits, and at least one") {
  Pair pair;
  for (int i = 0; i < 10; ++i) REQUIRE(pair.here->register_ticket(any_registration()));
  CHECK(pair.here->outbox(3, 1'000'000).size() == 3);
  CHECK(pair.here->outbox(3, 1'000'000).front().replica_seq == 1);
  CHECK(pair.here->outbox(100, 1).size() == 1);
  const auto some = pair.here->outbox(100, 4000);
  CHECK(some.size() > 1);
  CHECK(some.size() < 10);
  CHECK(pair.here->outbox(100, 1'000'000).size() == 10);
}

TEST_CASE("a verdict settles its event once, however often it comes") {
  Pair pair;
  const auto done = pair.here->register_ticket(any_registration());
  REQUIRE(done);
  const auto events = pair.waiting(*pair.here);
  REQUIRE(events.size() == 1);
  const std::vector<EventVerdict> yes{applied(events[0], pair.clock.now())};
  pair.here->store_verdicts(yes);
  CHECK(pair.waiting(*pair.here).empty());
  const auto rows = fixtures::rows_of(*pair.here);
  CHECK(rows.front().waiting == 0);
  const auto digest = pair.here->digest();
  CHECK(digest.front().count == 1);

  auto later = yes;
  later[0].received += std::chrono::hours(1);
  later[0].effective += 5;
  pair.here->store_verdicts(yes);
  pair.here->store_verdicts(later);
  later[0].verdict = Verdict::rejected;
  pair.here->store_verdicts(later);
  CHECK(fixtures::rows_of(*pair.here) == rows);
  CHECK(pair.here->digest() == digest);
  CHECK(pair.here->check());
}

TEST_CASE(
    "a copy's event in the same place of the chain is sound where it follows what is here, and not else") {
  Pair pair;
  const auto ticket = pair.here->register_ticket(any_registration()).value().ticket;
  REQUIRE(pair.here->append(ticket, {note_parts("One"), note_parts("Two")}, "ana"));
  const auto events = pair.waiting(*pair.here);
  std::vector<EventVerdict> verdicts;
  for (const auto& event : events) verdicts.push_back(applied(event, pair.clock.now()));
  pair.here->store_verdicts(verdicts);

  domain::Event copys = events[1]; // what the other copy wrote there, which the desk was given back too
  copys.id = domain::EventId::make(pair.clock.now(), pair.random);
  copys.hash = domain::compute_hash(copys);
  pair.here->store_repair(pair.page_of({copys}));
  CHECK(pair.here->check());

  copys.id = domain::EventId::make(pair.clock.now(), pair.random);
  copys.previous = events[2].hash;
  copys.hash = domain::compute_hash(copys);
  pair.here->store_repair(pair.page_of({copys}));
  const auto checked = pair.here->check();
  REQUIRE_FALSE(checked);
  CHECK(checked.error().context == copys.id.str());
}

TEST_CASE("a refused registration that the desk holds under a copy's name stays with its author") {
  Pair pair;
  const auto ticket = pair.here->register_ticket(any_registration()).value().ticket;
  REQUIRE(pair.here->append(ticket, {note_parts("One")}, "ana"));
  std::vector<EventVerdict> verdicts;
  for (const auto& event : pair.waiting(*pair.here))
    verdicts.push_back({.id = event.id,
                        .verdict = Verdict::rejected,
                        .reason = "The ticket names another site than this station's.",
                        .received = pair.clock.now(),
                        .elsewhere = true});
  pair.here->store_verdicts(verdicts);
  CHECK(pair.waiting(*pair.here).empty());
  CHECK(pair.here->status().refused == 2);
  CHECK(pair.here->check());
}

TEST_CASE("of what waits at the desk the form is taken that the desk has placed under a copy's name") {
  Pair pair;
  const auto ticket = pair.here->register_ticket(any_registration()).value().ticket;
  REQUIRE(pair.here->append(ticket, {note_parts("One")}, "ana"));
  const auto events = pair.waiting(*pair.here);
  pair.here->store_verdicts(std::vector<EventVerdict>{
      applied(events[0], pair.clock.now()),
      {.id = events[1].id, .verdict = Verdict::pending, .received = pair.clock.now(), .held = true}});
  auto copys = events[1];
  copys.replica = pair.there->identity().replica;
  copys.replica_seq = 1;
  copys.previous = {};
  copys.hash = domain::compute_hash(copys);
  const auto page = pair.page_of({copys});
  pair.here->store_page({page, "1"});
  const auto shown = pair.here->load(ticket);
  REQUIRE(shown);
  REQUIRE(shown->history.size() == 2);
  CHECK(shown->history.back().verdict == Verdict::applied);
  CHECK(pair.here->digest().front().count == 2);
  CHECK(pair.here->check());
}

TEST_CASE("a verdict that says to try again leaves the event waiting") {
  Pair pair;
  REQUIRE(pair.here->register_ticket(any_registration()));
  const auto events = pair.waiting(*pair.here);
  pair.here->store_verdicts(std::vector<EventVerdict>{{.id = events[0].id, .verdict = Verdict::pending}});
  CHECK(pair.waiting(*pair.here).size() == 1);
}

TEST_CASE("verdicts on what is not here, or not ours, change nothing") {
  Pair pair;
  REQUIRE(pair.there->register_ticket(any_registration()));
  const auto theirs = pair.waiting(*pair.there);
  pair.here->store_page(pair.page_of(theirs), "1");
  const auto rows = fixtures::rows_of(*pair.here);
  std::vector<EventVerdict> verdicts{applied(theirs[0], pair.clock.now()),
                                     applied(theirs[0], pair.clock.now())};
  verdicts[0].verdict = Verdict::rejected;
  verdicts[1].id = domain::EventId::make(pair.clock.now(), pair.random);
  pair.here->store_verdicts(verdicts);
  CHECK(fixtures::rows_of(*pair.here) == rows);
}

TEST_CASE("a rejected change is undone here, stays in the history and is counted") {
  Pair pair;
  const auto done = pair.here->register_ticket(any_registration());
  pair.here->store_verdicts(
      std::vector<EventVerdict>{applied(pair.waiting(*pair.here).front(), pair.clock.now())});
  REQUIRE(
      pair.here->append(done->ticket, domain::parts_for_changes({{"severity", std::string("high")}}), "ana"));
  CHECK(pair.here->load(done->ticket)->text("severity") == "high");
  EventVerdict no = applied(pair.waiting(*pair.here).front(), pair.clock.now());
  no.verdict = Verdict::rejected;
  no.reason = "The ticket is locked.";
  pair.here->store_verdicts(std::vector<EventVerdict>{no});
  const auto ticket = pair.here->load(done->ticket);
  CHECK(ticket->text("severity").empty());
  REQUIRE(ticket->history.size() == 2);
  CHECK(ticket->history.back().reason == "The ticket is locked.");
  CHECK(pair.here->status().refused == 1);
  CHECK(pair.here->status().outbox == 0);
  CHECK(pair.here->check());
}

TEST_CASE("a rejected registration is gone from the list and leaves a store that checks") {
  Pair pair;
  const auto done = pair.here->register_ticket(any_registration("gone soon"));
  EventVerdict no = applied(pair.waiting(*pair.here).front(), pair.clock.now());
  no.verdict = Verdict::rejected;
  no.reason = "This code is taken.";
  pair.here->store_verdicts(std::vector<EventVerdict>{no});
  CHECK(fixtures::rows_of(*pair.here).empty());
  CHECK(pair.here->list({.words = "gone"}).empty());
  CHECK(pair.here->status().refused == 1);
  CHECK(pair.here->load(done->ticket)->history.size() == 1);
  const auto checked = pair.here->check();
  CHECK_MESSAGE(checked.has_value(), checked.error().message);
}

TEST_CASE("a page is stored once, however often it comes and however it is cut") {
  Pair pair;
  for (int i = 0; i < 7; ++i) {
    const auto done = pair.there->register_ticket(any_registration());
    REQUIRE(pair.there->append(done->ticket, {note_parts("seen")}, "ben"));
  }
  const auto page = pair.page_of(pair.waiting(*pair.there));
  pair.here->store_page(page, "all");
  const auto rows = fixtures::rows_of(*pair.here);
  const auto digest = pair.here->digest();
  CHECK(rows.size() == 7);
  CHECK(digest.front().count == 14);
  CHECK(pair.here->cursor() == "all");
  for (std::size_t size = 1; size <= page.size(); ++size)
    for (std::size_t at = 0; at < page.size(); at += size)
      pair.here->store_page(std::span(page).subspan(at, std::min(size, page.size() - at)), "again");
  CHECK(fixtures::rows_of(*pair.here) == rows);
  CHECK(pair.here->digest() == digest);
  CHECK(pair.here->status().outbox == 0);
  CHECK(pair.here->check());
}

TEST_CASE("pages in any order, cut anywhere, end in the same tickets and digests") {
  Pair pair;
  for (int i = 0; i < 5; ++i) {
    const auto done = pair.there->register_ticket(any_registration("Problem " + std::to_string(i)));
    pair.clock.advance(base::Millis{1000});
    for (const char* status : {"in_work", "waits_customer", "solved"})
      REQUIRE(pair.there->append(done->ticket, domain::parts_for_changes({{"status", std::string(status)}}),
                                 "ben"));
  }
  auto page = pair.page_of(pair.waiting(*pair.there));
  pair.here->store_page(page, "x");
  const auto rows = fixtures::rows_of(*pair.here);
  for (int round = 0; round < 20; ++round) {
    auto other = Station::in_memory(fixtures::any_identity(pair.random), pair.clock, pair.random);
    for (std::size_t i = page.size(); i > 1; --i) std::swap(page[i - 1], page[pair.random.below(i)]);
    for (std::size_t at = 0; at < page.size();) {
      const std::size_t size = std::min(1 + pair.random.below(6), page.size() - at);
      other->store_page(std::span(page).subspan(at, size), "x");
      at += size;
    }
    REQUIRE(fixtures::rows_of(*other) == rows);
    REQUIRE(other->digest() == pair.here->digest());
    REQUIRE(other->check());
  }
}

TEST_CASE("an empty page moves the cursor") {
  Pair pair;
  CHECK(pair.here->cursor().empty());
  pair.here->store_page({}, "17");
  CHECK(pair.here->cursor() == "17");
}

TEST_CASE("own events that come back in the feed are settled by it, verdict or not") {
  Pair pair;
  const auto done = pair.here->register_ticket(any_registration());
  const auto events = pair.waiting(*pair.here);
  pair.here->store_page(pair.page_of(events), "1");
  CHECK(pair.waiting(*pair.here).empty());
  CHECK(fixtures::rows_of(*pair.here).front().waiting == 0);
  auto late = applied(events[0], pair.clock.now());
  late.verdict = Verdict::rejected;
  pair.here->store_verdicts(std::vector<EventVerdict>{late});
  CHECK(pair.here->load(done->ticket)->code() == done->code);
  CHECK(pair.here->digest().front().count == 1);
  CHECK(pair.here->check());
}

TEST_CASE("an event of a newer program is stored untouched and goes on") {
  Pair pair;
  REQUIRE(pair.there->register_ticket(any_registration()));
  auto events = pair.waiting(*pair.there);
  domain::Event strange = events[0];
  strange.id = domain::EventId::make(pair.clock.now(), pair.random);
  strange.replica_seq = 2;
  strange.previous = events[0].hash;
  strange.envelope = 9;
  strange.kind = "teleported";
  strange.kind_version = 4;
  strange.body = R"({"nested":{"is":["fine"]},"ratio":0.5})";
  strange.contact_state = domain::ContactState::sealed;
  strange.contact = std::string("\0\xff sealed", 9);
  strange.seen = {{"where", events[0].id}};
  strange.hash = domain::compute_hash(strange);
  events.push_back(strange);
  pair.here->store_page(pair.page_of(events), "1");
  CHECK(pair.here->check());
  const auto ticket = pair.here->load(strange.ticket);
  REQUIRE(ticket);
  CHECK(ticket->history.size() == 2);
  CHECK(std::ranges::count(ticket->history, "teleported", &domain::HistoryEntry::kind) == 1);
  pair.here->rebuild();
  CHECK(pair.here->check());
}

TEST_CASE("an event whose body cannot be read holds nothing up") {
  Pair pair;
  REQUIRE(pair.there->register_ticket(any_registration()));
  auto events = pair.waiting(*pair.there);
  int seq = 1;
  for (const char* body : {"", "[]", "{\"status\": {}}", "not json"}) {
    domain::Event broken = events[0];
    broken.id = domain::EventId::make(pair.clock.now(), pair.random);
    broken.replica_seq = static_cast<std::uint64_t>(++seq);
    broken.body = body;
    broken.hash = domain::compute_hash(broken);
    events.push_back(broken);
  }
  pair.here->store_page(pair.page_of(events), "1");
  CHECK(pair.here->load(events[0].ticket)->code() == fixtures::rows_of(*pair.here).front().code);
  CHECK(pair.here->check());
}

TEST_CASE("what an author had seen survives the store, odd names and all") {
  Pair pair;
  REQUIRE(pair.there->register_ticket(any_registration()));
  auto event = pair.waiting(*pair.there).front();
  event.seen = {
      {"", event.id}, {std::string("a\0b", 3), event.id}, {std::string(200, 'x'), domain::EventId{}}};
  event.hash = domain::compute_hash(event);
  pair.here->store_page(std::vector<StoredEvent>{placed(event, pair.clock.now())}, "1");
  CHECK(pair.here->check());
  CHECK(pair.here->load(event.ticket));
}

TEST_CASE("one event of a page that cannot be stored does not hold back the others") {
  Pair pair;
  for (int i = 0; i < 3; ++i) REQUIRE(pair.there->register_ticket(any_registration()));
  auto events = pair.waiting(*pair.there);
  domain::Event clone =
      events[1]; // the same place in the same chain, as a station restored from an image writes it
  clone.id = domain::EventId::make(pair.clock.now(), pair.random);
  clone.hash = domain::compute_hash(clone);
  events.insert(events.begin() + 2, clone);
  pair.here->store_page(pair.page_of(events), "1");
  CHECK(pair.here->cursor() == "1");
  CHECK(fixtures::rows_of(*pair.here).size() == 3);
}

TEST_CASE("status tells what waits, what is undecided and why the desk was not reached") {
  Pair pair;
  const auto done = pair.here->register_ticket(any_registration());
  auto status = pair.here->status();
  CHECK(status.outbox == 1);
  CHECK(!status.last_contact);
  CHECK(!status.in_sync);
  pair.here->store_verdicts(
      std::vector<EventVerdict>{applied(pair.waiting(*pair.here).front(), pair.clock.now())});
  CHECK(!pair.here->status().in_sync); // nobody has compared digests yet
  pair.here->store_contact(base::Millis{0}, true);
  CHECK(pair.here->status().in_sync);
  pair.here->store_trouble("The desk does not answer.");
  status = pair.here->status();
  CHECK(status.trouble == "The desk does not answer.");
  CHECK(!status.in_sync);
  pair.here->store_contact(base::Millis{0}, true);
  CHECK(pair.here->status().trouble.empty());
  REQUIRE(pair.here->append(done->ticket, {note_parts("x")}, "ana"));
  CHECK(!pair.here->status().in_sync);
}

TEST_CASE("a conflict is counted until somebody decides") {
  Pair pair;
  const auto done = pair.there->register_ticket(any_registration());
  const auto first = pair.waiting(*pair.there);
  pair.there->store_verdicts(std::vector<EventVerdict>{applied(first[0], pair.clock.now())});
  pair.here->store_page(pair.page_of(first), "1");
  pair.clock.advance(base::Millis{1000});
  REQUIRE(
      pair.here->append(done->ticket, domain::parts_for_changes({{"title", std::string("here")}}), "ana"));
  pair.clock.advance(base::Millis{1000});
  REQUIRE(
      pair.there->append(done->ticket, domain::parts_for_changes({{"title", std::string("there")}}), "ben"));
  pair.here->store_page(pair.page_of(pair.waiting(*pair.there)), "2");
  CHECK(pair.here->status().conflicts == 1);
  CHECK(fixtures::rows_of(*pair.here).front().conflicts == 1);
  REQUIRE(
      pair.here->append(done->ticket, domain::parts_for_changes({{"title", std::string("both")}}), "ana"));
  CHECK(pair.here->status().conflicts == 0);
}

TEST_CASE("a digest is that of the stored rows in any order") {
  Pair pair;
  for (int i = 0; i < 4; ++i) REQUIRE(pair.there->register_ticket(any_registration()));
  auto page = pair.page_of(pair.waiting(*pair.there));
  base::HashSum sum;
  for (const auto& stored : page) sum.add(stored.event.hash);
  std::ranges::reverse(page);
  pair.here->store_page(page, "1");
  REQUIRE(pair.here->digest().size() == 1);
  CHECK(pair.here->digest().front().count == 4);
  CHECK(pair.here->digest().front().hash == sum.value());
}
