// An event that the desk cannot read holds back its own ticket and nothing else (row 6 of what must be
// survived).
#include "tests/fixtures/sync_world.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace walkin {

using domain::EventKind;
using domain::EventParts;
using domain::Verdict;
using fixtures::SyncStation;
using fixtures::SyncWorld;

namespace {

EventParts note(const char* text) {
  return {EventKind::note, {{"visibility", std::string("internal")}}, {{"text", std::string(text)}}};
}

// A kiosk that seals for a key which the desk does not have: what it sends cannot be opened.
struct SealedElsewhere : SyncWorld {
  SealedElsewhere() {
    keys = base::make_box_keys(random);
    store::StationIdentity identity;
    identity.replica = domain::ReplicaId::make(clock.now(), random);
    identity.prefix = "LK";
    identity.site = "Library";
    identity.kind = "kiosk";
    identity.desk_public_key = base::to_hex(base::as_bytes(keys.public_key));
    kiosk = std::make_unique<SyncStation>(*desk, identity, clock, random);
  }
  desk::SetAside first_aside() { return desk->quarantined().at(0); }

  base::BoxKeys keys;
  std::unique_ptr<SyncStation> kiosk;
};

std::size_t entries(const SyncWorld& world, const std::string& code) {
  auto ticket = world.desk->find(code);
  return ticket ? ticket->history.size() : 0;
}

// With this event of it unreadable, and its chain as it would be with it.
protocol::DecodedPush push_of(std::vector<domain::Event> events, std::size_t unreadable) {
  protocol::DecodedPush push;
  push.count = events.size();
  for (std::size_t i = 0; i < events.size(); ++i) {
    push.indices.push_back(i);
    if (i > unreadable) events[i].previous = events[i - 1].hash;
    if (i == unreadable) events[i].body = "{what nobody can read";
    if (i >= unreadable) events[i].hash = domain::compute_hash(events[i]);
  }
  push.events = std::move(events);
  return push;
}

} // namespace

TEST_CASE(
    "what follows an unreadable event on its ticket waits at the desk, other tickets go on, and dropping "
    "it lets them through") {
  SyncWorld world;
  auto station = world.station("technician", "LT");
  auto one = station->station->register_ticket(fixtures::any_registration()).value();
  auto two = station->station->register_ticket(fixtures::any_registration()).value();
  REQUIRE(station->station->append(one.ticket, {note("will be damaged")}, "ana"));
  REQUIRE(station->station->append(one.ticket, {note("waits behind it")}, "ana"));
  REQUIRE(station->station->append(two.ticket, {note("goes on")}, "ana"));
  const desk::SyncPeer& peer = station->link.peer;
  auto push = push_of(station->station->outbox(100, 1'000'000), 2);

  auto verdicts = world.desk->intake(peer, push)->verdicts;

  REQUIRE(verdicts.size() == 5);
  CHECK(verdicts[2].verdict == Verdict::quarantined);
  CHECK(verdicts[3].verdict == Verdict::pending);
  CHECK(verdicts[3].held);
  CHECK(verdicts[4].verdict == Verdict::applied);
  CHECK(entries(world, one.code) == 1);
  CHECK(entries(world, two.code) == 2);
  CHECK(world.desk->intake(peer, push)->verdicts[3].held);
  auto aside = world.desk->quarantined();
  REQUIRE(aside.size() == 2);
  CHECK(aside[0].state == desk::SetAside::State::unreadable);
  CHECK(aside[1].state == desk::SetAside::State::held_back);
  CHECK_FALSE(world.desk->release(peer, aside[1].id, true)); // that one is not the trouble
  CHECK(world.desk->release(peer, aside[0].id, false).value() == 0);
  CHECK(world.desk->quarantined().size() == 2); // it cannot be read still

  CHECK(world.desk->release(peer, aside[0].id, true).value() == 1);

  CHECK(entries(world, one.code) == 2);
  CHECK(world.desk->quarantined().empty());
  CHECK(world.desk->check_integrity());
  auto last = world.desk->intake(peer, push)->verdicts;
  CHECK(last[2].verdict == Verdict::quarantined); // the same for ever
  CHECK(last[3].verdict == Verdict::applied);
}

TEST_CASE("what two copies of a station wrote behind the same unreadable event is let through with it") {
  SyncWorld world;
  auto station = world.station("technician", "LT");
  auto copy = world.station("technician", "LU");
  auto one = station->station->register_ticket(fixtures::any_registration()).value();
  REQUIRE(station->station->append(one.ticket, {note("will be damaged")}, "ana"));
  REQUIRE(station->station->append(one.ticket, {note("behind it at the first")}, "ana"));
  auto push = push_of(station->station->outbox(100, 1'000'000), 1);
  // Both brought the unreadable one along from before they were two, each under its own name.
  auto behind = push.events[2];
  behind.id = domain::EventId::make(world.clock.now(), world.random);
  std::vector<domain::Event> copys = {push.events[1], behind};
  for (std::size_t i = 0; i < copys.size(); ++i) {
    copys[i].replica = copy->identity.replica;
    copys[i].replica_seq = i + 1;
    copys[i].previous = i == 0 ? base::Hash{} : copys[0].hash;
    copys[i].hash = domain::compute_hash(copys[i]);
  }
  REQUIRE(world.desk->intake(station->link.peer, push)->verdicts[2].held);
  const auto verdicts = world.desk->intake(copy->link.peer, push_of(copys, 0))->verdicts;
  REQUIRE(verdicts[0].verdict == Verdict::quarantined);
  REQUIRE(verdicts[1].held);

  CHECK(world.desk->release(copy->link.peer, push.events[1].id, true).value() == 2);

  CHECK(world.desk->quarantined().empty());
  CHECK(entries(world, one.code) == 3);
  CHECK(world.desk->check_integrity());
}

TEST_CASE("a station tells what waits at the desk apart from what it has to send") {
  SealedElsewhere world;
  auto one = world.kiosk->station->register_ticket(fixtures::any_registration()).value();
  REQUIRE(world.kiosk->station->append(one.ticket, {note("still broken")}, ""));
  world.kiosk->sync();
  // The note is sealed for the wrong key too, so both are unreadable.
  CHECK(world.desk->quarantined().size() == 2);
  auto near = world.station("technician", "LT");
  auto two = near->station->register_ticket(fixtures::any_registration()).value();
  REQUIRE(near->station->append(two.ticket, {note("one")}, "ana"));
  auto push = push_of(near->station->outbox(100, 1'000'000), 0);
  std::vector<store::EventVerdict> told;
  const auto reply = world.desk->intake(near->link.peer, push).value();
  for (const auto& v : reply.verdicts)
    told.push_back({v.id, v.verdict, v.reason, v.effective, v.received, v.elsewhere, v.receipt, v.held});
  near->station->store_verdicts(told);
  auto status = near->station->status();
  CHECK(status.outbox == 0);
  CHECK(status.held == 1);
  CHECK(status.refused == 1);
  CHECK(near->station->load(two.ticket)->history.size() == 2);
}

TEST_CASE("with its key put back an event is read, and what came after it on its ticket has its place") {
  SealedElsewhere world;
  auto one = world.kiosk->station->register_ticket(fixtures::any_registration()).value();
  world.kiosk->sync();
  const auto file = world.folder.path() / "tickets.db";
  const auto replica = domain::ReplicaId::make(world.clock.now(), world.random);
  world.desk.reset();
  {
    SQLite::Database db(file.string(), SQLite::OPEN_READWRITE);
    SQLite::Statement key(db, "INSERT INTO keys (purpose, public_key, secret_key, created, retired) "
                              "VALUES ('contact', ?, ?, 0, 1)");
    auto bind = [&](int at, const base::Bytes& value) {
      key.bind(at, static_cast<const void*>(value.data()), static_cast<int>(value.size()));
    };
    bind(1, world.keys.public_key);
    bind(2, world.keys.secret_key);
    key.exec();
  }
  world.desk =
      desk::DeskLog::open(file, store::Access::read_write, replica, "HD", world.clock, world.random).value();

  CHECK(world.desk->release(world.kiosk->link.peer, world.first_aside().id, false).value() == 1);

  CHECK(world.desk->quarantined().empty());
  CHECK(world.desk->find(one.code)->text("description") == "The screen stays black.");
  CHECK(world.desk->check_integrity());
}

TEST_CASE("an event of which not even the members can be read does not hold up its station's chain") {
  SyncWorld world;
  auto station = world.station("technician", "LT");
  (void)station->station->register_ticket(fixtures::any_registration()).value();
  auto two = station->station->register_ticket(fixtures::any_registration()).value();
  std::string message = protocol::encode(protocol::PushRequest{station->station->outbox(100, 1'000'000), {}},
                                         protocol::Format::json);
  const std::string kind = R"("kind":"registered")";
  message.replace(message.find(kind), kind.size(), R"("kind":17)");

  auto push = protocol::decode_push_request(message, protocol::Format::json).value();
  REQUIRE(push.unreadable.size() == 1);
  auto verdicts = world.desk->intake(station->link.peer, push)->verdicts;

  CHECK(verdicts[0].verdict == Verdict::quarantined);
  CHECK(verdicts[1].verdict == Verdict::applied);
  CHECK(world.desk->find(two.code));
  CHECK(world.desk->quarantined().size() == 1);
}

} // namespace walkin
