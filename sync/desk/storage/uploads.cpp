#include "sync/desk/storage/uploads.hpp"

#include <algorithm>

namespace walkin::desk {

namespace {

constexpr std::string_view k_sql = R"sql(
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  replica BLOB NOT NULL,
  ticket BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  durable INTEGER NOT NULL,
  metadata TEXT NOT NULL,
  expires INTEGER NOT NULL,
  is_done INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX uploads_of_station ON uploads (replica, ticket, sha256);
CREATE INDEX uploads_by_age ON uploads (expires);
)sql";

const store::Schema& schema() {
  static const store::Migration migrations[] = {{k_sql}};
  static const store::Schema uploads{0x574b5550, "list of uploads", migrations}; // "WKUP"
  return uploads;
}

} // namespace

base::Result<std::unique_ptr<Uploads>> Uploads::open(const std::filesystem::path& file) {
  auto db = store::Database::open(file, schema(), store::Access::create);
  if (!db) return base::forward_error(db);
  return std::unique_ptr<Uploads>(new Uploads(std::move(*db)));
}

std::vector<std::string> Uploads::ids(store::Query query) {
  std::vector<std::string> out;
  while (query.step()) out.push_back(query.text(0));
  return out;
}

std::vector<std::string> Uploads::add(const StoredUpload& upload) {
  std::lock_guard lock(mutex_);
  store::Transaction transaction(*db_);
  auto query =
      db_->query("SELECT id FROM uploads WHERE replica = ?1 AND ticket = ?2 AND sha256 = ?3 AND is_done = 0");
  query.bind(1, upload.replica).bind(2, upload.ticket).bind_blob(3, upload.sha256.raw());
  std::vector<std::string> earlier = ids(std::move(query));
  for (const std::string& id : earlier) db_->query("DELETE FROM uploads WHERE id = ?1").bind(1, id).run();
  db_->query("INSERT INTO uploads (id, replica, ticket, sha256, size, durable, metadata, expires) "
             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
      .bind(1, upload.id)
      .bind(2, upload.replica)
      .bind(3, upload.ticket)
      .bind_blob(4, upload.sha256.raw())
      .bind(5, upload.size)
      .bind(6, upload.offset)
      .bind(7, upload.metadata)
      .bind(8, base::to_ms(upload.expires))
      .run();
  transaction.commit();
  return earlier;
}

std::optional<StoredUpload> Uploads::find(std::string_view id) {
  std::lock_guard lock(mutex_);
  auto row =
      db_->query("SELECT replica, ticket, sha256, size, durable, metadata, expires, is_done FROM uploads "
                 "WHERE id = ?1");
  row.bind(1, id);
  if (!row.step()) return std::nullopt;
  StoredUpload upload;
  upload.id = id;
  upload.replica = row.id<base::ReplicaId>(0);
  upload.ticket = row.id<base::TicketId>(1);
  std::string raw = row.text(2);
  std::copy_n(raw.begin(), std::min(raw.size(), upload.sha256.bytes.size()), upload.sha256.bytes.begin());
  upload.size = row.integer(3);
  upload.offset = row.integer(4);
  upload.metadata = row.text(5);
  upload.expires = base::from_ms(row.integer(6));
  upload.is_done = row.integer(7) != 0;
  return upload;
}

std::int64_t Uploads::count_unfinished(const base::ReplicaId& replica) {
  std::lock_guard lock(mutex_);
  auto row = db_->query("SELECT count(*) FROM uploads WHERE replica = ?1 AND is_done = 0");
  row.bind(1, replica).step();
  return row.integer(0);
}

void Uploads::set_offset(std::string_view id, std::int64_t offset, base::Instant expires) {
  std::lock_guard lock(mutex_);
  store::Transaction transaction(*db_);
  db_->query("UPDATE uploads SET durable = ?2, expires = ?3 WHERE id = ?1")
      .bind(1, id)
      .bind(2, offset)
      .bind(3, base::to_ms(expires))
      .run();
  transaction.commit();
}

void Uploads::set_done(std::string_view id) {
  std::lock_guard lock(mutex_);
  store::Transaction transaction(*db_);
  db_->query("UPDATE uploads SET is_done = 1 WHERE id = ?1").bind(1, id).run();
  transaction.commit();
}

void Uploads::remove(std::string_view id) {
  std::lock_guard lock(mutex_);
  store::Transaction transaction(*db_);
  db_->query("DELETE FROM uploads WHERE id = ?1").bind(1, id).run();
  transaction.commit();
}

std::vector<std::string> Uploads::expired(base::Instant now) {
  std::lock_guard lock(mutex_);
  auto query = db_->query("SELECT id FROM uploads WHERE expires <= ?1");
  query.bind(1, base::to_ms(now));
  return ids(std::move(query));
}

std::vector<std::string> Uploads::unfinished() {
  std::lock_guard lock(mutex_);
  return ids(db_->query("SELECT id FROM uploads WHERE is_done = 0"));
}

} // namespace walkin::desk
