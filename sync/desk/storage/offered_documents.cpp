#include "sync/desk/storage/offered_documents.hpp"

#include "sync/desk/storage/receipts.hpp"

namespace walkin::desk {

using domain::Document;
using domain::DocumentKind;

// The text of one that is decided is gone; its hash stays, so that it is not offered again. Versions that
// were written before have no hash in the history.
const std::string_view k_offered_documents_sql = R"sql(
ALTER TABLE document_history ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
CREATE TABLE offered_documents (
  number INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  station BLOB NOT NULL,            -- which gave it back first
  at INTEGER NOT NULL,              -- then
  state INTEGER NOT NULL,           -- 0 waits, 1 accepted, 2 refused
  decided INTEGER NOT NULL DEFAULT 0,
  by TEXT NOT NULL DEFAULT ''
);
)sql";

namespace {

enum State : std::int64_t { waits, accepted, refused };

bool is_known(store::Database& db, const protocol::HeldDocument& held) {
  auto offered = db.query("SELECT 1 FROM offered_documents WHERE hash = ?1");
  if (offered.bind_blob(1, held.hash.raw()).step()) return true;
  auto present =
      db.query("SELECT version, body FROM documents WHERE kind = ?1 AND id = ?2 AND is_deleted = 0");
  if (present.bind(1, held.kind).bind(2, held.id).step()) {
    if (hash_of(Document{held.kind, held.id, held.version, present.text(1), false}) == held.hash) return true;
    if (present.integer(0) == held.version) return false;
  }
  auto written = db.query(
      "SELECT hash FROM document_history WHERE version = ?1 AND kind = ?2 AND id = ?3 AND is_deleted = 0");
  written.bind(1, held.version).bind(2, held.kind).bind(3, held.id);
  return written.step() && (written.text(0).empty() || written.text(0) == held.hash.raw());
}

} // namespace

std::vector<base::Hash> unknown_documents(store::Database& db, std::span<const protocol::HeldDocument> held) {
  std::vector<base::Hash> unknown;
  for (const protocol::HeldDocument& document : held)
    if (!is_known(db, document)) unknown.push_back(document.hash);
  return unknown;
}

std::size_t take_offers(store::Database& db, const SyncPeer& peer, std::span<const Document> documents,
                        base::Instant now) {
  if (documents.empty()) return 0;
  store::Transaction transaction(db);
  const Receipts receipts(db);
  std::size_t taken = 0;
  for (const Document& document : documents) {
    // The directory is made of the people that the desk knows.
    if (document.kind == name_of(DocumentKind::person) || !receipts.fits(document)) continue;
    const base::Hash hash = hash_of(document);
    if (is_known(db, {document.kind, document.id, document.version, hash})) continue;
    db.query("INSERT INTO offered_documents (hash, kind, id, version, body, station, at, state) "
             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .bind_blob(1, hash.raw())
        .bind(2, document.kind)
        .bind(3, document.id)
        .bind(4, document.version)
        .bind(5, document.body)
        .bind(6, peer.replica)
        .bind(7, base::to_ms(now))
        .bind(8, std::int64_t{waits})
        .run();
    ++taken;
  }
  transaction.commit();
  return taken;
}

std::vector<OfferedDocument> waiting_offers(store::Database& db) {
  auto row = db.query("SELECT o.number, o.kind, o.id, o.version, o.body, o.at, d.at FROM offered_documents o "
                      "LEFT JOIN documents d ON d.kind = o.kind AND d.id = o.id AND d.is_deleted = 0 "
                      "WHERE o.state = ?1 ORDER BY o.kind, o.id, o.version, o.number");
  row.bind(1, std::int64_t{waits});
  std::vector<OfferedDocument> out;
  while (row.step())
    out.push_back({row.integer(0),
                   {row.text(1), row.text(2), row.integer(3), row.text(4), false},
                   base::from_ms(row.integer(5)),
                   row.is_null(6) ? std::nullopt : std::optional(base::from_ms(row.integer(6)))});
  return out;
}

void settle_offer(store::Transaction&, store::Database& db, std::int64_t number, bool is_accepted,
                  std::string_view by, base::Instant now) {
  db.query("UPDATE offered_documents SET state = ?2, body = '', decided = ?3, by = ?4 WHERE number = ?1")
      .bind(1, number)
      .bind(2, std::int64_t{is_accepted ? accepted : refused})
      .bind(3, base::to_ms(now))
      .bind(4, by)
      .run();
}

} // namespace walkin::desk
