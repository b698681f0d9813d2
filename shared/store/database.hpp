// One SQLite database: opened with Walkin's settings, migrated, with cached statements and transactions as
// tokens. Every fault of SQLite itself is a SQLite::Exception; to_error() puts it into words at the boundary.
#pragma once

#include "shared/base/id.hpp"
#include "shared/base/result.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace walkin::store {

// One step of the schema, run in a transaction of its own. The step at index n leads to version n + 1.
struct Migration {
  std::string_view sql;
};

// What a file is: marks it (PRAGMA application_id) and lists how it came to be what it is.
struct Schema {
  std::int32_t application_id;
  std::string_view what; // "station", "help desk": used in messages
  std::span<const Migration> migrations;
  // Of connections that write: memory for pages, and how long the write-ahead log grows before it is taken
  // over.
  std::int32_t cache_kib = 4'000, checkpoint_pages = 4'000;
};

// A prepared statement in use; goes back to the cache, reset and unbound, when it dies. Parameters and
// columns are counted from 1 and 0 as in SQLite. Not thread-safe, like the Database it is from.
class Query {
public:
  Query(Query&&) noexcept;
  ~Query();

  Query& bind(int parameter, std::int64_t value);
  Query& bind(int parameter, std::string_view text); // copied
  Query& bind_blob(int parameter, std::string_view bytes);
  Query& bind_null(int parameter);
  // Not copied: has to stay as it is until the query has run.
  Query& bind_in_place(int parameter, const std::string& text);
  Query& bind_in_place(int parameter, std::string&& text) = delete;
  Query& bind_in_place(int parameter, std::span<const std::uint8_t> blob);
  template <class Tag>
  Query& bind(int parameter, const base::Id<Tag>& id) {
    return bind_blob(parameter, {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
  Query& bind(int parameter, std::optional<std::int64_t> value) {
    return value ? bind(parameter, *value) : bind_null(parameter);
  }

  bool step(); // true: there is a row
  void run();  // to its end, for statements without rows; the statement may then be bound anew

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const; // also for blobs
  bool is_null(int column) const;
  template <class Id>
  Id id(int column) const {
    Id out;
    copy_blob(column, out.bytes);
    return out;
  }

private:
  friend class Database;
  struct Slot;
  explicit Query(std::shared_ptr<Slot> slot);
  void copy_blob(int column, std::span<std::uint8_t> out) const; // throws when the size differs
  std::shared_ptr<Slot> slot_;
};

enum class Access { create, read_write, read_only };

// Belongs to one thread at a time.
class Database {
public:
  // Opens (or with Access::create makes) the file and brings it to the newest version. `path` ":memory:"
  // gives a database in memory. Errors: not_found, unusable (not a file of this schema, damaged), too_new,
  // no_space (read-only or full), busy.
  static base::Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, const Schema& schema,
                                                      Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Query query(std::string_view sql);
  void execute(std::string_view sql); // several statements, no parameters

  std::int64_t last_insert_rowid() const;
  std::int64_t changed_rows() const; // by the last statement

  // Consistency of the file as SQLite sees it (PRAGMA integrity_check); the first finding.
  base::Status check_integrity();

private:
  explicit Database(std::unique_ptr<SQLite::Database> db);
  base::Status migrate(const Schema& schema, bool is_new);

  std::unique_ptr<SQLite::Database> db_;
  std::unordered_map<std::string, std::shared_ptr<Query::Slot>> statements_;
  std::array<std::shared_ptr<Query::Slot>, 256> recent_; // of them, by where their texts stand in memory
};

// BEGIN IMMEDIATE. Rolls back unless committed. Functions that write take it as a token.
class Transaction {
public:
  explicit Transaction(Database& db);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit(); // durable on return
  Database& db() { return db_; }

private:
  Database& db_;
  bool open_ = true;
};

// A caught exception (a SQLite fault or any other) in words: what happened and what to do.
base::Error to_error(const std::exception& caught);

} // namespace walkin::store
