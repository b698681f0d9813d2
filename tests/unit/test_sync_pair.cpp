// Stations and a desk without a network between them: real engine, real stores, real verdicts. The link loses
// requests and answers as the seed says; in the end it is whole again and everybody must hold the same.

#include "sync/desk/storage/intake.hpp"
#include "tests/fixtures/sync_world.hpp"

#include <algorithm>
#include <atomic>
#include <doctest/doctest.h>
#include <random>

namespace walkin {

namespace {

domain::Registration registration(std::string description) {
  domain::Registration r;
  r.contact.name = "Maria Lindqvist";
  r.contact.email = "maria@company.example";
  r.description = std::move(description);
  return r;
}

using fixtures::DirectLink;

struct Pair : fixtures::SyncWorld {
  explicit Pair(std::uint64_t seed = 1)
      : SyncWorld(seed), a(station("technician", "LA")), b(station("technician", "LB")) {}

  std::unique_ptr<fixtures::SyncStation> a, b;
};

domain::EventParts note(std::string text) {
  return {domain::EventKind::note, {{"visibility", std::string("internal")}}, {{"text", std::move(text)}}};
}

} // namespace

TEST_CASE("what is registered offline is at the desk after one sync, and an answer comes back") {
  Pair p;
  auto done = p.a->station->register_ticket(registration("Both screens are black.")).value();
  CHECK(p.a->station->status().outbox == 1);
  p.a->sync();
  CHECK(p.a->station->status().outbox == 0);
  CHECK(p.a->station->status().in_sync);
  auto at_desk = p.desk->find(done.code);
  REQUIRE(at_desk);
  CHECK(at_desk->text("contact.email") == "maria@company.example");
  CHECK(at_desk->text("description") == "Both screens are black.");

  domain::EventParts reply{
      domain::EventKind::note, {{"visibility", std::string("public")}}, {{"text", std::string("We come.")}}};
  REQUIRE(p.desk->append(done.code, "ana", reply, {}));
  p.a->sync();
  p.b->sync();
  for (const auto* replica : {p.a.get(), p.b.get()}) {
    auto ticket = replica->station->load(done.ticket);
    REQUIRE(ticket);
    REQUIRE(ticket->history.size() == 2);
    CHECK(ticket->history[1].by == "ana");
    CHECK(domain::to_text(ticket->history[1].contact.at("text")) == "We come.");
  }
  CHECK(p.a->station->digest() == p.b->station->digest());
}

TEST_CASE("an answer lost after the desk has committed leaves nothing twice") {
  Pair p;
  p.a->station->register_ticket(registration("One")).value();
  int answers = 0;
  p.a->link.lose_answer = [&] { return answers++ == 0; };
  p.a->sync();
  CHECK(p.a->station->status().outbox == 1);
  p.a->sync();
  CHECK(p.a->station->status().outbox == 0);
  CHECK(p.desk->list({}).total == 1);
  CHECK(p.a->station->digest().front().count == 1);
}

TEST_CASE("an event in quarantine that comes again under the name of a copy takes its place in that chain") {
  Pair p;
  p.a->station->register_ticket(registration("One")).value();
  auto poison = p.a->station->outbox(10, 100'000).front();
  poison.body = "{what nobody can read";
  poison.hash = domain::compute_hash(poison);
  auto told = p.a->link.push({{poison}, {}}).value().verdicts;
  REQUIRE(told.front().verdict == domain::Verdict::quarantined);

  p.b->station->register_ticket(registration("Two")).value();
  auto next = p.b->station->outbox(10, 100'000).front();
  poison.replica = p.b->identity.replica;
  poison.hash = domain::compute_hash(poison);
  next.replica_seq = 2;
  next.previous = poison.hash;
  next.hash = domain::compute_hash(next);
  for (int time = 0; time < 2; ++time) { // the second time as after an answer that was lost
    CAPTURE(time);
    auto verdicts = p.b->link.push({{poison, next}, {}}).value().verdicts;
    REQUIRE(verdicts.size() == 2);
    CHECK(verdicts[0].verdict == domain::Verdict::quarantined);
    CHECK(verdicts[1].verdict == domain::Verdict::applied);
  }
  CHECK(p.desk->check_integrity());
}

TEST_CASE(
    "row 8: what waits is there after an upgrade of the file, and after one that failed, and is handed in") {
  using Steps = std::vector<store::Migration>;
  Pair p;
  auto folder = p.folder.path() / "old";
  auto old = p.station("technician", "LC", "Library", folder);
  for (const char* what : {"One", "Two", "Three"}) REQUIRE(old->station->register_ticket(registration(what)));
  old->station.reset();
  auto upgrade = [&](const Steps& steps) {
    return store::Database::open(folder / "station.db", {0x57414c4b, "station", steps},
                                 store::Access::read_write);
  };
  auto and_then = [&](const store::Migration& next) {
    Steps steps = fixtures::k_station_steps;
    steps.push_back(next);
    return steps;
  };
  const store::Migration moves_the_outbox{
      "CREATE TABLE moved (replica_seq INTEGER PRIMARY KEY, event BLOB NOT NULL, lane INTEGER DEFAULT 0);"
      "INSERT INTO moved (replica_seq, event) SELECT replica_seq, event FROM outbox;"
      "DROP TABLE outbox; ALTER TABLE moved RENAME TO outbox;"};
  const store::Migration breaks_off{
      "CREATE TABLE moved (replica_seq INTEGER); DROP TABLE outbox; INSERT INTO nowhere VALUES (1);"};
  CHECK_FALSE(upgrade(and_then(breaks_off)));
  {
    auto kept = store::Station::open(folder, p.clock, p.random);
    REQUIRE(kept);
    CHECK((*kept)->status().outbox == 3);
    CHECK((*kept)->check());
  }
  {
    auto upgraded = upgrade(and_then(moves_the_outbox));
    REQUIRE(upgraded);
    CHECK(store::Station::open(folder, p.clock, p.random).error().code == base::ErrorCode::too_new);
    // As if this program were the one that knows the step.
    (*upgraded)->execute("PRAGMA user_version = " + std::to_string(fixtures::k_station_steps.size()));
  }
  auto station = store::Station::open(folder, p.clock, p.random).value();
  CHECK(station->status().outbox == 3);
  sync::Runner runner(*station, old->link, p.clock, p.random);
  runner.run(sync::input::LocalWork{});
  CHECK(runner.summary().in_sync);
  CHECK(station->status().outbox == 0);
  CHECK(p.desk->list({}).total == 3);
}

TEST_CASE(
    "row 5: a push that two processes of the desk work on at once is taken in once, and the chain goes on") {
  Pair p;
  auto file = p.folder.path() / "tickets.db";
  auto db = store::Database::open(file, desk::desk_schema(), store::Access::read_write).value();
  p.a->station->register_ticket(registration("One")).value();
  auto request =
      protocol::encode(protocol::PushRequest{p.a->station->outbox(10, 100'000), {}}, protocol::Format::cbor);
  auto push = protocol::decode_push_request(request, protocol::Format::cbor).value();
  desk::Intake slow(*db, p.a->link.peer, p.clock.now(), [](auto&&...) {});
  p.a->sync(); // the other process is quicker
  auto taken_apart = desk::take_apart(push);
  auto verdicts = slow.run(push, taken_apart).value().verdicts;
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts.front().duplicate);
  CHECK(p.desk->check_integrity());
  p.a->station->register_ticket(registration("Two")).value();
  CHECK(p.a->sync().in_sync);
  CHECK(p.desk->list({}).total == 2);
}

TEST_CASE(
    "a status set without knowing that the ticket was closed is kept, has no effect and asks for review") {
  Pair p;
  auto done = p.a->station->register_ticket(registration("Closed meanwhile")).value();
  p.a->sync();
  p.b->sync();
  auto status = [](const char* to) {
    return domain::EventParts{domain::EventKind::status_changed, {{"status", std::string(to)}}, {}};
  };
  REQUIRE(p.a->station->append(done.ticket, {status("solved"), status("closed")}, "ana"));
  p.clock.advance(base::Millis{1}); // or the replicas' random ids decide which comes first
  REQUIRE(p.b->station->append(done.ticket, {status("waits_supplier")}, "ingrid"));
  p.a->sync();
  p.b->sync();
  p.a->sync();
  auto ticket = p.desk->find(done.code).value();
  CHECK(ticket.status() == domain::TicketStatus::closed);
  const auto& late = *std::ranges::find(ticket.history, "ingrid", &domain::HistoryEntry::by);
  CHECK(late.verdict == domain::Verdict::applied);
  CHECK_FALSE(late.took_effect);
  CHECK(ticket.reviews.size() == 1);
  // Closed, it is in no station's scope any more.
  CHECK_FALSE(p.b->station->load(done.ticket));
  CHECK(p.a->station->digest() == p.b->station->digest());
}

TEST_CASE("an event that the desk refuses writes nothing and tells its author why") {
  Pair p;
  auto done = p.a->station->register_ticket(registration("Mine")).value();
  p.a->sync();
  p.b->sync();
  // A station of another site may not touch it; this one believes that it may.
  DirectLink elsewhere(*p.desk, {p.b->identity.replica, "City Hall", "LB"});
  p.clock.advance(base::Millis{1});
  REQUIRE(p.b->station->append(done.ticket, domain::parts_for_changes({{"priority", std::string("P1")}}),
                               "ingrid"));
  REQUIRE(elsewhere.push({p.b->station->outbox(10, 1'000'000)}));
  p.b->sync(); // the same verdict again
  auto ticket = p.b->station->load(done.ticket).value();
  CHECK(ticket.text("priority").empty());
  CHECK(ticket.history.back().verdict == domain::Verdict::rejected);
  CHECK(ticket.history.back().reason.find("another site") != std::string::npos);
  CHECK(p.b->station->status().refused == 1);
  CHECK(p.b->station->status().outbox == 0);
  p.a->sync();
  CHECK(p.a->station->load(done.ticket).value().text("priority").empty());
}

TEST_CASE("a forged, a broken and an unknown event are judged one by one; the rest passes") {
  Pair p;
  for (int i = 0; i < 4; ++i) p.a->station->register_ticket(registration("Ticket")).value();
  auto events = p.a->station->outbox(10, 1'000'000);
  auto newer = events[1]; // from a program that knows more kinds
  newer.kind = "teleported";
  newer.body = R"({"to":["somewhere",1.5]})";
  newer.hash = domain::compute_hash(newer);
  events[1] = newer;
  events[2].previous = newer.hash;
  events[2].body = "{not json"; // nobody can read it
  events[2].hash = domain::compute_hash(events[2]);
  events[3].previous = events[2].hash;
  events[3].hash = domain::compute_hash(events[3]);
  auto forged = events[0];
  forged.replica = p.b->identity.replica;
  events.push_back(forged);

  auto reply = p.a->link.push({events});
  REQUIRE(reply);
  std::vector<domain::Verdict> verdicts;
  for (const auto& verdict : reply->verdicts) verdicts.push_back(verdict.verdict);
  using enum domain::Verdict;
  CHECK(verdicts == std::vector{applied, applied, quarantined, applied, rejected});
  auto again = p.a->link.push({events});
  REQUIRE(again);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(again->verdicts[i].verdict == verdicts[i]);
    CHECK(again->verdicts[i].duplicate);
  }
}

TEST_CASE("rows that vanished or were changed on the disk are found by the digest and fetched again") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    Pair p(seed);
    for (int i = 0; i < 300; ++i) p.a->station->register_ticket(registration("Ticket")).value();
    p.a->sync();
    auto folder = p.folder.path() / "b";
    p.b->station = store::Station::create(folder, p.b->identity, p.clock, p.random).value();
    std::mt19937_64 dice(seed);
    bool loses = false;
    {
      sync::Runner runner(*p.b->station, p.b->link, p.clock, p.random);
      runner.run(sync::input::LocalWork{});
      REQUIRE(p.b->station->status().in_sync);
    }
    auto whole = p.b->station->digest();
    p.b->station.reset();
    {
      auto db =
          store::Database::open(folder / "station.db", {0x57414c4b, "station", fixtures::k_station_steps},
                                store::Access::read_write)
              .value();
      for (int i = 0; i < 5; ++i) {
        constexpr const char* k_damages[] = {"DELETE FROM events WHERE position = ",
                                             "UPDATE events SET body = '{}' WHERE position = ",
                                             "UPDATE events SET contact = contact || ' ' WHERE position = ",
                                             "UPDATE events SET hash = x'00' WHERE position = ",
                                             "UPDATE events SET received = NULL WHERE position = ",
                                             "UPDATE events SET replica_seq = 9999 WHERE position = "};
        // Another place for each, so that two with the same number do not meet.
        auto place = static_cast<std::uint64_t>(i) * 60 + 1 + dice() % 60;
        db->execute(k_damages[(seed + static_cast<std::uint64_t>(i)) % std::size(k_damages)] +
                    std::to_string(place));
      }
    }
    p.b->station = store::Station::open(folder, p.clock, p.random).value();
    CHECK(p.b->station->digest() != whole);
    p.b->link.lose_request = [&] { return loses && dice() % 3 == 0; };
    p.b->link.events_asked = 0;
    loses = true; // a repair that breaks off is taken up again
    for (int i = 0; i < 20; ++i) {
      sync::Runner runner(*p.b->station, p.b->link, p.clock, p.random);
      runner.run(sync::input::LocalWork{});
    }
    loses = false;
    sync::Runner runner(*p.b->station, p.b->link, p.clock, p.random);
    runner.run(sync::input::LocalWork{});
    CHECK(p.b->station->status().in_sync);
    CHECK(p.b->station->digest() == whole);
    CHECK(p.b->station->check());
    CHECK(p.b->link.events_asked > 0);
    CHECK(p.b->link.events_asked < 100); // what was damaged, not everything
    store::TicketFilter all;
    all.limit = 1000;
    CHECK(p.b->station->list(all).size() == 300);
  }
}

TEST_CASE("an event of an unknown kind on a ticket counts once in the desk's list") {
  Pair p;
  auto done = p.a->station->register_ticket(registration("Mine")).value();
  p.a->sync();
  REQUIRE(p.a->station->append(done.ticket, {note("Looked at it.")}, "ana"));
  auto events = p.a->station->outbox(10, 1'000'000);
  events.front().kind = "teleported";
  events.front().hash = domain::compute_hash(events.front());
  REQUIRE(p.a->link.push({events}));
  CHECK(p.desk->check_integrity());
}

TEST_CASE("a page of the feed ends where a commit ends, for every page size") {
  Pair p;
  for (int i = 0; i < 12; ++i) p.a->station->register_ticket(registration("Ticket")).value();
  auto events = p.a->station->outbox(100, 1'000'000);
  for (std::size_t start = 0; start < 12; start += 4) {
    auto batch = std::vector(events.begin() + static_cast<std::ptrdiff_t>(start),
                             events.begin() + static_cast<std::ptrdiff_t>(start) + 4);
    REQUIRE(p.a->link.push({batch}));
  }
  for (std::uint32_t limit = 1; limit <= 13; ++limit) {
    std::string cursor;
    std::size_t held = 0;
    bool more = true;
    while (more) {
      auto page = p.b->link.pull({cursor, limit}).value();
      CHECK(page.events.size() % 4 == 0);
      held += page.events.size();
      more = page.more;
      cursor = page.cursor;
    }
    CHECK(held == 12);
  }
}

TEST_CASE("a cursor from beyond the feed's end, as after a desk's restore, does not hide what comes") {
  Pair p;
  auto beyond = p.b->link.pull({p.desk->epoch() + ".999", 100});
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().error.code == base::ErrorCode::conflict);
}

TEST_CASE("batches that are pushed ahead arrive once each, whichever answer is lost on the way") {
  constexpr int k_tickets = 20, k_batch = 3, k_answers = (k_tickets + k_batch - 1) / k_batch;
  for (int lost = 0; lost <= k_answers; ++lost) { // the last loses none of these, but the first page
    CAPTURE(lost);
    Pair p;
    sync::Tuning tuning;
    tuning.push_events_max = k_batch;
    sync::Runner ahead(*p.a->station, p.a->link, p.clock, p.random, tuning, sync::AskAhead::yes);
    for (int i = 0; i < k_tickets; ++i)
      p.a->station->register_ticket(registration("Number " + std::to_string(i))).value();
    std::atomic<int> answers = 0; // two are under way at once
    p.a->link.lose_answer = [&] { return answers++ == lost; };
    ahead.run(sync::input::LocalWork{});
    const auto left = p.a->station->status().outbox;
    CHECK(left % k_batch == (left == 0 ? 0 : k_tickets % k_batch)); // whole batches, and the last one
    CHECK(ahead.summary().failure.has_value());
    p.a->link.lose_answer = {};
    ahead.run(sync::input::LocalWork{});
    CHECK(ahead.summary().in_sync);
    CHECK(ahead.summary().rejected == 0);
    CHECK(p.a->station->status().outbox == 0);
    CHECK(p.desk->list({}).total == k_tickets);
    CHECK(p.a->station->digest().front().count == k_tickets);
    CHECK(p.desk->check_integrity());
    CHECK(p.a->station->check());
  }
}

// The first batch arrives when the second one has been answered.
class OvertakenLink final : public sync::Link {
public:
  explicit OvertakenLink(sync::Link& link) : link_(link) {}
  tl::expected<protocol::PushReply, sync::Failure> push(const protocol::PushRequest& request) override {
    ++pushes_;
    const bool is_first = request.events.front().replica_seq == 1;
    if (is_first) second_done_.get_future().wait_for(std::chrono::seconds(20));
    auto reply = link_.push(request);
    if (!is_first && !is_second_done_.exchange(true)) second_done_.set_value();
    return reply;
  }
  tl::expected<protocol::PullReply, sync::Failure> pull(const protocol::PullRequest& request) override {
    return link_.pull(request);
  }
  tl::expected<protocol::RangesReply, sync::Failure> ranges(const protocol::RangesRequest& request) override {
    return link_.ranges(request);
  }
  tl::expected<protocol::EventsReply, sync::Failure> events(const protocol::EventsRequest& request) override {
    return link_.events(request);
  }
  int pushes() const { return pushes_; }

private:
  sync::Link& link_;
  std::atomic<int> pushes_ = 0;
  std::promise<void> second_done_;
  std::atomic<bool> is_second_done_ = false;
};

TEST_CASE("a batch that overtakes the one before it waits for it, and all arrives in the same round") {
  Pair p;
  sync::Tuning tuning;
  tuning.push_events_max = 2;
  OvertakenLink link(p.a->link);
  sync::Runner ahead(*p.a->station, link, p.clock, p.random, tuning, sync::AskAhead::yes);
  for (int i = 0; i < 4; ++i)
    p.a->station->register_ticket(registration("Number " + std::to_string(i))).value();
  ahead.run(sync::input::LocalWork{});
  CHECK(link.pushes() == 3); // the one that was too early comes again
  CHECK(ahead.summary().in_sync);
  CHECK(ahead.summary().pushed == 4);
  CHECK(ahead.summary().rejected == 0);
  CHECK(p.desk->list({}).total == 4);
  CHECK(p.desk->check_integrity());
}

TEST_CASE("behind a batch with an event that the desk refuses what was pushed ahead arrives as well") {
  Pair p;
  sync::Tuning tuning;
  tuning.push_events_max = 1;
  sync::Runner ahead(*p.a->station, p.a->link, p.clock, p.random, tuning, sync::AskAhead::yes);
  auto done = p.a->station->register_ticket(registration("First")).value();
  ahead.run(sync::input::LocalWork{});
  REQUIRE(p.a->station->append(done.ticket, {note("One"), note("Two"), note("Three")}, "ana"));
  p.a->link.peer.site = "City Hall"; // the desk takes the station for one of another site
  p.a->link.peer.prefix = "XX";
  p.a->station->register_ticket(registration("Second")).value();
  ahead.run(sync::input::LocalWork{});
  CHECK(p.a->station->status().outbox == 0);
  CHECK(ahead.summary().rejected == p.a->station->status().refused);
  CHECK(p.a->station->status().refused > 0);
  CHECK(p.desk->check_integrity());
}

TEST_CASE("two people who change and lose the network at random end up with the same tickets") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Pair p(seed);
    std::mt19937_64 dice(seed);
    auto roll = [&](std::uint64_t sides) { return dice() % sides; };
    for (auto* replica : {p.a.get(), p.b.get()}) {
      replica->link.lose_request = [&] { return roll(4) == 0; };
      replica->link.lose_answer = [&] { return roll(4) == 0; };
    }
    std::vector<domain::TicketId> tickets;
    constexpr const char* k_statuses[] = {"in_work", "waits_customer", "solved", "closed"};
    constexpr const char* k_priorities[] = {"P1", "P2", "P3", "P4"};
    for (int step = 0; step < 120; ++step) {
      p.clock.advance(base::Millis{static_cast<std::int64_t>(roll(90'000))});
      fixtures::SyncStation& who = roll(2) == 0 ? *p.a : *p.b;
      if (tickets.empty() || roll(10) == 0) {
        tickets.push_back(who.station->register_ticket(registration("Something")).value().ticket);
        continue;
      }
      const auto& ticket = tickets[roll(tickets.size())];
      std::vector<domain::EventParts> parts;
      switch (roll(5)) {
      case 0: parts = {note("Looked at it.")}; break;
      case 1:
        parts = {{domain::EventKind::status_changed, {{"status", std::string(k_statuses[roll(4)])}}, {}}};
        break;
      case 2: parts = domain::parts_for_changes({{"priority", std::string(k_priorities[roll(4)])}}); break;
      default: who.sync(); continue;
      }
      (void)who.station->append(ticket, std::move(parts), who.identity.name).has_value(); // some are refused
    }
    for (auto* replica : {p.a.get(), p.b.get()}) replica->link.lose_request = replica->link.lose_answer = {};
    for (int i = 0; i < 3; ++i) {
      p.a->sync();
      p.b->sync();
    }
    CHECK(p.a->station->status().in_sync);
    CHECK(p.b->station->status().in_sync);
    CHECK(p.a->station->digest() == p.b->station->digest());
    for (const auto& ticket : tickets) {
      auto at_a = p.a->station->load(ticket), at_b = p.b->station->load(ticket);
      REQUIRE(at_a.has_value() == at_b.has_value());
      if (!at_a) continue; // closed: in no station's scope
      CHECK(Pair::rendered(*at_a) == Pair::rendered(*at_b));
      CHECK(Pair::rendered(*at_a) == Pair::rendered(p.desk->find(at_a->code()).value()));
    }
    CHECK(p.a->station->check());
    CHECK(p.desk->check_integrity());
  }
}

} // namespace walkin
