#include "shared/store/database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <cstring>
#include <fmt/format.h>
#include <sqlite3.h>
#include <stdexcept>

namespace walkin::store {

using base::ErrorCode;

namespace {
constexpr int k_busy_timeout_ms = 5000;
constexpr int k_reader_cache_kib = 4'000;
constexpr int k_lookaside_bytes = 1200, k_lookaside_slots = 200;

// Counting memory takes a lock at every allocation, and nobody asks for the count. Refused, and then done
// without, where SQLite is in use already.
void count_no_memory() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(done);
}

} // namespace

struct Query::Slot {
  SQLite::Statement statement;
  std::string sql;
  bool in_use = false;
};

Query::Query(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) { slot_->in_use = true; }
Query::Query(Query&&) noexcept = default;

Query::~Query() {
  if (!slot_) return;
  slot_->statement.tryReset(); // its result repeats the error that step() threw already
  slot_->statement.clearBindings();
  slot_->in_use = false;
}

Query& Query::bind(int parameter, std::int64_t value) {
  slot_->statement.bind(parameter, value);
  return *this;
}

Query& Query::bind(int parameter, std::string_view text) {
  slot_->statement.bind(parameter, std::string(text));
  return *this;
}

Query& Query::bind_blob(int parameter, std::string_view bytes) {
  slot_->statement.bind(parameter, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
  return *this;
}

Query& Query::bind_in_place(int parameter, const std::string& text) {
  slot_->statement.bindNoCopy(parameter, text);
  return *this;
}

Query& Query::bind_in_place(int parameter, std::span<const std::uint8_t> blob) {
  // SQLite takes a blob without an address for NULL.
  static constexpr std::uint8_t k_nothing = 0;
  const std::uint8_t* bytes = blob.empty() ? &k_nothing : blob.data();
  slot_->statement.bindNoCopy(parameter, static_cast<const void*>(bytes), static_cast<int>(blob.size()));
  return *this;
}

Query& Query::bind_null(int parameter) {
  slot_->statement.bind(parameter);
  return *this;
}

bool Query::step() { return slot_->statement.executeStep(); }

void Query::run() {
  while (slot_->statement.executeStep()) {
  }
  slot_->statement.reset();
}

std::int64_t Query::integer(int column) const { return slot_->statement.getColumn(column).getInt64(); }
double Query::real(int column) const { return slot_->statement.getColumn(column).getDouble(); }
std::string Query::text(int column) const { return slot_->statement.getColumn(column).getString(); }
bool Query::is_null(int column) const { return slot_->statement.getColumn(column).isNull(); }

void Query::copy_blob(int column, std::span<std::uint8_t> out) const {
  auto value = slot_->statement.getColumn(column);
  if (value.getBytes() != static_cast<int>(out.size()))
    throw std::runtime_error(
        fmt::format("a stored id or hash has {} bytes instead of {}", value.getBytes(), out.size()));
  std::memcpy(out.data(), value.getBlob(), out.size());
}

Database::Database(std::unique_ptr<SQLite::Database> db) : db_(std::move(db)) {}
Database::~Database() {
  recent_ = {};
  statements_.clear();
}

base::Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path,
                                                       const Schema& schema, Access access) try {
  bool in_memory = path == ":memory:";
  std::error_code ignored;
  bool exists = !in_memory && std::filesystem::exists(path, ignored);
  if (!exists && access != Access::create && !in_memory)
    return base::fail(ErrorCode::not_found,
                      fmt::format("There is no {} in {}.", schema.what, path.parent_path().string()),
                      path.string());
  int flags = access == Access::read_only ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE;
  if (access == Access::create || in_memory) flags |= SQLite::OPEN_CREATE;
  count_no_memory();
  std::unique_ptr<Database> database(new Database(
      std::make_unique<SQLite::Database>(path.string(), flags | SQLITE_OPEN_NOMUTEX, k_busy_timeout_ms)));
  SQLite::Database& db = *database->db_;
  if (access != Access::read_only && !in_memory && sqlite3_db_readonly(db.getHandle(), "main") == 1)
    return base::fail(
        ErrorCode::no_space,
        fmt::format("{} can only be read. Give this user the right to write to it and its folder.",
                    path.string()),
        path.string());
  // The values that are bound for a row come and go by the dozen: from memory of the connection's own.
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_LOOKASIDE, nullptr, k_lookaside_bytes, k_lookaside_slots);
  const bool writes = access != Access::read_only;
  db.exec("PRAGMA trusted_schema=OFF");
  db.exec("PRAGMA foreign_keys=ON");
  db.exec(fmt::format("PRAGMA cache_size=-{}", writes ? schema.cache_kib : k_reader_cache_kib));
  db.exec("PRAGMA temp_store=MEMORY");
  db.exec("PRAGMA secure_delete=ON"); // what was erased or sealed leaves no copy in unused parts of the file
  if (writes) {
    db.exec("PRAGMA journal_mode=WAL");
    db.exec("PRAGMA synchronous=FULL");
    db.exec(fmt::format("PRAGMA wal_autocheckpoint={}", schema.checkpoint_pages));
  }
  if (auto migrated = database->migrate(schema, access == Access::create && !exists); !migrated)
    return base::forward_error(migrated);
  return database;
} catch (const SQLite::Exception& fault) {
  base::Error error = to_error(fault);
  error.context = path.string();
  error.message = fmt::format("{}: {}", path.string(), error.message);
  return tl::unexpected(std::move(error));
}

base::Status Database::migrate(const Schema& schema, bool is_new) {
  auto pragma = [this](const char* name) {
    return db_->execAndGet(fmt::format("PRAGMA {}", name)).getInt64();
  };
  std::int64_t application_id = pragma("application_id"), version = pragma("user_version");
  auto newest = static_cast<std::int64_t>(schema.migrations.size());
  bool is_blank = application_id == 0 && version == 0 &&
                  db_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt64() == 0;
  if (application_id != schema.application_id && !is_blank)
    return base::fail(ErrorCode::unusable, fmt::format("This file is not a Walkin {}.", schema.what),
                      db_->getFilename());
  if (is_blank && !is_new && db_->getFilename() != ":memory:" && !db_->getFilename().empty() &&
      sqlite3_db_readonly(db_->getHandle(), "main") == 1)
    return base::fail(ErrorCode::unusable,
                      fmt::format("This file is empty and not a Walkin {}.", schema.what),
                      db_->getFilename());
  if (version > newest)
    return base::fail(ErrorCode::too_new,
                      fmt::format("This {} was written by a newer Walkin (format {}, this program knows {}). "
                                  "Install the newer version.",
                                  schema.what, version, newest),
                      db_->getFilename());
  for (std::int64_t step = version; step < newest; ++step) {
    Transaction transaction(*this);
    if (pragma("user_version") != step) continue; // another process has just done it
    execute(schema.migrations[static_cast<std::size_t>(step)].sql);
    if (step == 0) execute(fmt::format("PRAGMA application_id={}", schema.application_id));
    execute(fmt::format("PRAGMA user_version={}", step + 1));
    transaction.commit();
  }
  return {};
}

Query Database::query(std::string_view sql) {
  // Most texts are literals, so that where a text stands nearly always tells which one it is.
  auto& recent = recent_[reinterpret_cast<std::uintptr_t>(sql.data()) / 8 % recent_.size()];
  if (recent && !recent->in_use && recent->sql == sql) return Query(recent);
  std::string key(sql);
  auto found = statements_.find(key);
  if (found != statements_.end() && !found->second->in_use) {
    recent = found->second;
    return Query(recent);
  }
  auto slot = std::make_shared<Query::Slot>(Query::Slot{SQLite::Statement(*db_, key), key});
  if (found == statements_.end()) statements_.emplace(std::move(key), slot);
  return Query(slot); // the same statement nested in itself gets an uncached one of its own
}

void Database::execute(std::string_view sql) { db_->exec(std::string(sql)); }
std::int64_t Database::last_insert_rowid() const { return db_->getLastInsertRowid(); }
std::int64_t Database::changed_rows() const { return db_->getChanges(); }

base::Status Database::check_integrity() {
  std::string finding = db_->execAndGet("PRAGMA integrity_check(1)").getString();
  if (finding == "ok") return {};
  return base::fail(ErrorCode::unusable, "The database file is damaged: " + finding, db_->getFilename());
}

Transaction::Transaction(Database& db) : db_(db) { db_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    db_.execute("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite has rolled back by itself already (disk full, I/O error); there is nothing left to undo.
  }
}

void Transaction::commit() {
  db_.execute("COMMIT");
  open_ = false;
}

base::Error to_error(const std::exception& caught) {
  const auto* fault = dynamic_cast<const SQLite::Exception*>(&caught);
  if (!fault)
    return {ErrorCode::internal, std::string("Something unexpected happened: ") + caught.what(), {}};
  switch (fault->getErrorCode()) {
  case SQLITE_FULL:
    return {ErrorCode::no_space, "The disk is full. Free some space; nothing saved before is lost.", {}};
  case SQLITE_READONLY:
    return {ErrorCode::no_space,
            "The data can only be read. Give this user the right to write to the folder.",
            {}};
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return {ErrorCode::busy, "Another program is using the data. Close it or try again in a moment.", {}};
  case SQLITE_NOTADB: return {ErrorCode::unusable, "This file is not a Walkin database.", {}};
  case SQLITE_CORRUPT:
    return {ErrorCode::unusable, "The database file is damaged. Restore it from a backup.", {}};
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    return {ErrorCode::unusable,
            "The database cannot be opened. Check that the folder exists and may be used by this user.",
            {}};
  case SQLITE_IOERR:
    return {
        ErrorCode::no_space, "Reading or writing the disk failed. Check the disk and its free space.", {}};
  default: return {ErrorCode::internal, std::string("The database refused: ") + fault->what(), {}};
  }
}

} // namespace walkin::store
