#include "shared/store/database.hpp"
#include "tests/fixtures/world.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <vector>

using namespace walkin;
using base::ErrorCode;
using store::Access;
using store::Database;
using store::Migration;
using store::Schema;
using store::Transaction;

namespace {

constexpr std::int32_t k_mark = 0x54455354;

Schema schema_of(std::span<const Migration> steps, std::int32_t mark = k_mark) {
  return {mark, "test", steps};
}

const std::vector<Migration> k_one{{"CREATE TABLE a (x INTEGER)"}};
const std::vector<Migration> k_two{{"CREATE TABLE a (x INTEGER)"},
                                   {"CREATE TABLE b (y TEXT); INSERT INTO a VALUES (2)"}};
const std::vector<Migration> k_two_broken{
    {"CREATE TABLE a (x INTEGER)"},
    {"INSERT INTO a VALUES (9); CREATE TABLE b (y TEXT); INSERT INTO none VALUES (1)"}};

std::int64_t number(Database& db, std::string_view sql) {
  auto row = db.query(sql);
  REQUIRE(row.step());
  return row.integer(0);
}

std::unique_ptr<Database> opened(const std::filesystem::path& path, std::span<const Migration> steps,
                                 Access access = Access::create) {
  auto db = Database::open(path, schema_of(steps), access);
  REQUIRE_MESSAGE(db.has_value(), db.error().message);
  return std::move(*db);
}

struct Folder {
  fixtures::TempDirectory directory;
  std::filesystem::path file = directory.path() / "test.db";
};

} // namespace

TEST_CASE("a new database gets every step, and an old one those that it lacks") {
  Folder folder;
  {
    auto db = opened(folder.file, k_one);
    CHECK(number(*db, "PRAGMA user_version") == 1);
    CHECK(number(*db, "PRAGMA application_id") == k_mark);
    db->execute("INSERT INTO a VALUES (1)");
  }
  auto db = opened(folder.file, k_two, Access::read_write);
  CHECK(number(*db, "PRAGMA user_version") == 2);
  CHECK(number(*db, "SELECT sum(x) FROM a") == 3);
  CHECK(number(*db, "SELECT count(*) FROM b") == 0);
}

TEST_CASE("a database on disk is opened with the settings that make an answer durable") {
  Folder folder;
  auto db = opened(folder.file, k_one);
  auto mode = db->query("PRAGMA journal_mode");
  REQUIRE(mode.step());
  CHECK(mode.text(0) == "wal");
  CHECK(number(*db, "PRAGMA synchronous") == 2);
  CHECK(number(*db, "PRAGMA foreign_keys") == 1);
  CHECK(number(*db, "PRAGMA trusted_schema") == 0);
  CHECK(number(*db, "PRAGMA busy_timeout") >= 1000);
}

TEST_CASE("a file of a newer program is refused and left as it is") {
  Folder folder;
  { opened(folder.file, k_two); }
  const auto refused = Database::open(folder.file, schema_of(k_one), Access::read_write);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::too_new);
  CHECK(refused.error().message.find("newer") != std::string::npos);
  CHECK(number(*opened(folder.file, k_two), "PRAGMA user_version") == 2);
}

TEST_CASE("a database that is not ours is refused and left as it is") {
  Folder folder;
  {
    auto other = Database::open(folder.file, schema_of(k_one, 0x4f544852), Access::create);
    REQUIRE(other);
  }
  const auto refused = Database::open(folder.file, schema_of(k_two), Access::read_write);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::unusable);
  auto other = Database::open(folder.file, schema_of(k_one, 0x4f544852), Access::read_write);
  REQUIRE(other);
  CHECK(number(**other, "PRAGMA user_version") == 1);
}

TEST_CASE("a database without a mark that holds something is not taken for a new one") {
  Folder folder;
  {
    auto plain = Database::open(folder.file, schema_of({}, 0), Access::create);
    REQUIRE(plain);
    (*plain)->execute("CREATE TABLE theirs (x)");
  }
  const auto refused = Database::open(folder.file, schema_of(k_one), Access::create);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::unusable);
}

TEST_CASE("a file that is no database is refused in words") {
  Folder folder;
  std::ofstream(folder.file) << std::string(5000, 'x');
  const auto refused = Database::open(folder.file, schema_of(k_one), Access::read_write);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::unusable);
  CHECK(!refused.error().message.empty());
  CHECK(std::filesystem::file_size(folder.file) == 5000);
}

TEST_CASE("a file that is not there is not made by reading") {
  Folder folder;
  for (Access access : {Access::read_write, Access::read_only}) {
    const auto refused = Database::open(folder.file, schema_of(k_one), access);
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::not_found);
    CHECK(!std::filesystem::exists(folder.file));
  }
}

TEST_CASE("a step that fails leaves the database as it was before that step") {
  Folder folder;
  {
    const auto refused = Database::open(folder.file, schema_of(k_two_broken), Access::create);
    REQUIRE(!refused);
    CHECK(refused.error().message.find("none") != std::string::npos);
  }
  auto db = opened(folder.file, k_one, Access::read_write);
  CHECK(number(*db, "PRAGMA user_version") == 1);
  CHECK(number(*db, "SELECT count(*) FROM a") == 0);
  CHECK(number(*db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
  db.reset();
  CHECK(number(*opened(folder.file, k_two), "PRAGMA user_version") == 2); // and the mended program goes on
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  auto db = opened(":memory:", k_one);
  {
    Transaction transaction(*db);
    db->execute("INSERT INTO a VALUES (1)");
  }
  CHECK(number(*db, "SELECT count(*) FROM a") == 0);
  try {
    Transaction transaction(*db);
    db->execute("INSERT INTO a VALUES (1)");
    throw std::runtime_error("something else went wrong");
  } catch (const std::runtime_error&) {
  }
  CHECK(number(*db, "SELECT count(*) FROM a") == 0);
  Transaction transaction(*db);
  db->execute("INSERT INTO a VALUES (1)");
  transaction.commit();
  CHECK(number(*db, "SELECT count(*) FROM a") == 1);
}

TEST_CASE("a second writer is told that the database is in use, and in words") {
  Folder folder;
  auto first = opened(folder.file, k_one), second = opened(folder.file, k_one);
  second->execute("PRAGMA busy_timeout=0");
  Transaction transaction(*first);
  CHECK_THROWS(Transaction(*second));
  try {
    Transaction again(*second);
  } catch (const std::exception& caught) {
    CHECK(store::to_error(caught).code == ErrorCode::busy);
    CHECK(store::to_error(caught).message.find("in a moment") != std::string::npos);
  }
}

TEST_CASE("a statement used inside of itself has rows of its own") {
  auto db = opened(":memory:", k_one);
  db->execute("INSERT INTO a VALUES (1), (2), (3)");
  int pairs = 0;
  auto outer = db->query("SELECT x FROM a");
  while (outer.step()) {
    auto inner = db->query("SELECT x FROM a");
    while (inner.step()) ++pairs;
  }
  CHECK(pairs == 9);
}

TEST_CASE("a cached statement forgets its parameters and its rows") {
  auto db = opened(":memory:", k_one);
  db->execute("INSERT INTO a VALUES (1), (2)");
  {
    auto query = db->query("SELECT x FROM a WHERE x >= ?1 ORDER BY x");
    query.bind(1, std::int64_t{1});
    REQUIRE(query.step());
  }
  auto again = db->query("SELECT x FROM a WHERE x >= ?1 ORDER BY x");
  CHECK(!again.step()); // nothing is bound: compared with NULL
}

TEST_CASE("text and bytes come back as they went in, zeros and all") {
  auto db = opened(":memory:", k_one);
  const std::string odd("a\0b\xff\0", 5);
  for (bool as_blob : {true, false}) {
    auto query = db->query("SELECT ?1, length(CAST(?1 AS BLOB))");
    as_blob ? query.bind_blob(1, odd) : query.bind(1, std::string_view(odd));
    REQUIRE(query.step());
    CHECK(query.text(0) == odd);
    CHECK(query.integer(1) == 5);
  }
  auto empty = db->query("SELECT ?1 IS NULL");
  empty.bind_blob(1, "");
  REQUIRE(empty.step());
  CHECK(empty.integer(0) == 0); // an empty blob is not NULL
}

TEST_CASE("an id of the wrong size in the database is a broken invariant and not somebody else's id") {
  auto db = opened(":memory:", k_one);
  auto query = db->query("SELECT x'0102'");
  REQUIRE(query.step());
  CHECK_THROWS((void)query.id<base::EventId>(0));
}
