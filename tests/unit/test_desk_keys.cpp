#include "sync/desk/storage/desk_log.hpp"
#include "tests/fixtures/world.hpp"

#include <doctest/doctest.h>

namespace walkin {

namespace {

struct DeskOnDisk {
  DeskOnDisk() { open(store::Access::create); }
  void open(store::Access access) {
    log.reset();
    log = desk::DeskLog::open(folder.path() / "tickets.db", access, replica, "HD", clock, random).value();
  }

  fixtures::TempDirectory folder;
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  domain::ReplicaId replica = domain::ReplicaId::make(clock.now(), random);
  std::unique_ptr<desk::DeskLog> log;
};

} // namespace

TEST_CASE("a new desk has a key for each purpose, and keeps them when it is opened again") {
  DeskOnDisk desk;
  auto made = desk.log->keys();
  REQUIRE(made.size() == desk::k_key_purposes.size());
  CHECK(made[0].purpose == desk::KeyPurpose::contact);
  CHECK(made[0].public_key.size() == base::k_box_key_bytes);
  CHECK(made[1].purpose == desk::KeyPurpose::receipt);
  CHECK(made[1].public_key.empty());
  std::string before = desk.log->public_key();
  desk.open(store::Access::read_write);
  CHECK(desk.log->public_key() == before);
  CHECK(desk.log->keys().size() == desk::k_key_purposes.size());
}

TEST_CASE("after a rotation the new key is given out and the old one still opens what was sealed to it") {
  DeskOnDisk desk;
  std::string before = desk.log->public_key();
  auto old_key = desk.log->keys().front();
  auto sealed = base::seal("maria@company.example", old_key.public_key, desk.random).value();
  desk.clock.advance(base::Millis{5});
  auto made = desk.log->rotate_key(desk::KeyPurpose::contact);
  CHECK(made.secret_key.empty());
  CHECK(desk.log->public_key() == base::to_hex(base::as_bytes(made.public_key)));
  CHECK(desk.log->public_key() != before);

  auto file =
      store::Database::open(desk.folder.path() / "tickets.db", desk::desk_schema(), store::Access::read_write)
          .value();
  auto keys = desk::Keys(*file).all(desk::KeyPurpose::contact);
  REQUIRE(keys.size() == 2);
  CHECK_FALSE(keys[0].retired);
  CHECK(keys[1].retired == desk.clock.now());
  CHECK_FALSE(base::open_seal(sealed, {keys[0].public_key, keys[0].secret_key}));
  CHECK(base::open_seal(sealed, {keys[1].public_key, keys[1].secret_key}) == "maria@company.example");
}

TEST_CASE("an answer to a pull tells the key that is in use") {
  DeskOnDisk desk;
  desk::SyncPeer peer{domain::ReplicaId::make(desk.clock.now(), desk.random), "Library", "LB"};
  CHECK(desk.log->feed(peer, {}).value().public_key == desk.log->public_key());
  desk.log->rotate_key(desk::KeyPurpose::contact);
  auto reply = desk.log->feed(peer, {}).value();
  CHECK(reply.public_key == desk.log->public_key());
  for (auto format : {protocol::Format::json, protocol::Format::cbor})
    CHECK(protocol::decode_pull_reply(protocol::encode(reply, format), format).value().public_key ==
          reply.public_key);
}

} // namespace walkin
