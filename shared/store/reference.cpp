#include "shared/store/reference.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/reference_json.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::store {

using domain::DocumentKind;

// Of each document, what is looked for stands beside it: `key` is an asset's label and a person's key. The
// tables of words can be made anew from the bodies.
const std::string_view k_reference_sql = R"sql(
CREATE TABLE documents (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  is_told INTEGER NOT NULL DEFAULT 1, -- since a pull from the beginning began
  key TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, id)
);
CREATE INDEX documents_by_key ON documents (kind, key);
CREATE TABLE reference_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE searchable (           -- articles, guides and bulletins, once for each language
  number INTEGER PRIMARY KEY,
  document INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,                 -- of the answer, without its language
  language TEXT NOT NULL,
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  questions INTEGER NOT NULL
);
CREATE INDEX searchable_by_document ON searchable (document);
CREATE INDEX searchable_by_title ON searchable (language, title);
CREATE VIRTUAL TABLE answer_words USING fts5 ( -- folded; scope holds a word for the kind and the language
  scope, title, keywords, body, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
);
CREATE VIRTUAL TABLE answer_vocabulary USING fts5vocab (answer_words, 'row');
)sql";

// What came before is asked for once more, for its receipts.
const std::string_view k_document_receipts_sql = R"sql(
ALTER TABLE documents ADD COLUMN receipt BLOB NOT NULL DEFAULT x''; -- of the desk; empty: it gave none
DELETE FROM reference_meta WHERE key IN ('tag', 'cursor');
)sql";

namespace {

constexpr std::string_view k_document_columns = "kind, id, version, body, receipt";

domain::Document read_document(const Query& row, int first = 0) {
  return {row.text(first),
          row.text(first + 1),
          row.integer(first + 2),
          row.text(first + 3),
          false,
          base::Hash::from_raw(row.text(first + 4)).value_or(base::Hash{})};
}

constexpr std::string_view k_revision = "revision", k_tag = "tag", k_cursor = "cursor", k_queue = "queue",
                           k_queue_tag = "queue_tag", k_sweeping = "sweeping", k_link_key = "link_key",
                           k_link_prefix = "link_prefix", k_directory_key = "directory_key";

template <class T>
std::optional<T> parsed(const std::string& body, base::Result<T> (*decode)(std::string_view)) {
  if (body.empty()) return std::nullopt;
  auto read = decode(body);
  if (!read) return std::nullopt;
  return std::move(*read);
}

std::string raw_key(const std::string& hex) {
  auto hash = base::Hash::parse(hex);
  return hash ? hash->raw() : std::string{};
}

} // namespace

std::string Reference::meta(std::string_view key) {
  auto row = db_.query("SELECT value FROM reference_meta WHERE key = ?1");
  row.bind(1, key);
  return row.step() ? row.text(0) : std::string{};
}

void Reference::set_meta(Transaction&, std::string_view key, std::string_view value) {
  db_.query(
         "INSERT INTO reference_meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .bind(1, key)
      .bind(2, value)
      .run();
}

std::int64_t Reference::revision() { return base::parse_integer(meta(k_revision)).value_or(0); }

void Reference::count_revision(Transaction& transaction) {
  set_meta(transaction, k_revision, std::to_string(revision() + 1));
}

std::string Reference::body(DocumentKind kind, std::string_view id) {
  auto row = db_.query("SELECT body FROM documents WHERE kind = ?1 AND id = ?2");
  row.bind(1, name_of(kind)).bind(2, id);
  return row.step() ? row.text(0) : std::string{};
}

std::string Reference::body_by_key(DocumentKind kind, std::string_view key) {
  auto row = db_.query("SELECT body FROM documents WHERE kind = ?1 AND key = ?2");
  row.bind(1, name_of(kind)).bind(2, key);
  return row.step() ? row.text(0) : std::string{};
}

std::optional<domain::SiteSettings> Reference::settings() {
  // A station is given those of its own site only.
  auto row = db_.query("SELECT body FROM documents WHERE kind = 'site'");
  return row.step() ? parsed(row.text(0), protocol::decode_settings) : std::nullopt;
}

std::vector<domain::Bulletin> Reference::open_bulletins(base::Instant now,
                                                        std::optional<domain::Category> category) {
  std::vector<domain::Bulletin> out;
  auto row = db_.query("SELECT body FROM documents WHERE kind = 'bulletin'");
  while (row.step()) {
    auto bulletin = parsed(row.text(0), protocol::decode_bulletin);
    if (bulletin && bulletin->is_open(now) && (!category || bulletin->is_about(*category)))
      out.push_back(std::move(*bulletin));
  }
  auto width = [](const domain::Bulletin& b) {
    return (b.sites.empty() ? 2 : 0) + (b.categories.empty() ? 1 : 0);
  };
  std::ranges::sort(out, [&](const domain::Bulletin& a, const domain::Bulletin& b) {
    return std::tuple(-width(a), -base::to_ms(a.from), std::string_view(a.id)) <
           std::tuple(-width(b), -base::to_ms(b.from), std::string_view(b.id));
  });
  return out;
}

std::optional<domain::Bulletin> Reference::bulletin(std::string_view id) {
  return parsed(body(DocumentKind::bulletin, id), protocol::decode_bulletin);
}

std::optional<domain::Article> Reference::article(std::string_view id, std::string_view language) {
  for (std::string_view tag : {language, std::string_view("en")})
    if (auto found = parsed(body(DocumentKind::article, domain::article_document_id(id, tag)),
                            protocol::decode_article))
      return found;
  auto row = db_.query("SELECT d.body FROM searchable s JOIN documents d ON d.number = s.document "
                       "WHERE s.kind = 'article' AND s.id = ?1 ORDER BY s.language");
  row.bind(1, id);
  return row.step() ? parsed(row.text(0), protocol::decode_article) : std::nullopt;
}

std::optional<domain::Guide> Reference::guide(std::string_view id) {
  return parsed(body(DocumentKind::guide, id), protocol::decode_guide);
}

std::optional<domain::Asset> Reference::find_asset(std::string_view tag) {
  if (!base::is_valid_utf8(tag)) return std::nullopt;
  const std::string key = domain::normalised_tag(tag);
  return key.empty() ? std::nullopt : parsed(body_by_key(DocumentKind::asset, key), protocol::decode_asset);
}

std::vector<std::string> Reference::usual_models(std::string_view kinds, std::size_t most) {
  auto row =
      db_.query("SELECT json_extract(body, '$.model') AS model FROM documents "
                "WHERE CASE WHEN kind = 'asset' AND json_valid(body) "
                "THEN instr(?1, ' ' || json_extract(body, '$.kind') || ' ') > 0 AND model <> '' ELSE 0 END "
                "GROUP BY model ORDER BY count(*) DESC, model LIMIT ?2");
  row.bind(1, fmt::format(" {} ", kinds)).bind(2, static_cast<std::int64_t>(most));
  std::vector<std::string> out;
  while (row.step()) out.push_back(row.text(0));
  return out;
}

bool Reference::has_directory() {
  if (meta(k_directory_key).empty()) return false;
  return db_.query("SELECT 1 FROM documents WHERE kind = 'person' LIMIT 1").step();
}

std::optional<domain::DirectoryEntry> Reference::find_person(std::string_view identifier) {
  const std::string secret = raw_key(meta(k_directory_key));
  if (secret.empty() || !base::is_valid_utf8(identifier) || domain::normalised_identifier(identifier).empty())
    return std::nullopt;
  return parsed(body(DocumentKind::person, domain::directory_key(secret, identifier).str()),
                protocol::decode_directory_entry);
}

std::optional<domain::QueueBoard> Reference::queue_board() {
  auto board = parsed(meta(k_queue), protocol::decode_queue_board);
  // What the desk does not send again at a contact is as it was.
  auto contact = db_.query("SELECT value FROM meta WHERE key = 'last_contact_ms'");
  if (board && contact.step())
    if (auto at = base::parse_integer(contact.text(0))) board->as_of = base::from_ms(*at);
  return board;
}

std::string Reference::status_link(std::string_view code) {
  const std::string key = raw_key(meta(k_link_key)), prefix = meta(k_link_prefix);
  if (key.empty() || code.substr(0, code.find('-')) != prefix) return {};
  auto site = settings();
  if (!site || site->public_address.empty()) return {};
  return fmt::format("{}/t/{}", site->public_address, domain::link_token(key, code));
}

ReferenceStanding Reference::standing() { return {meta(k_tag), meta(k_cursor), meta(k_queue_tag)}; }

DocumentDigest Reference::digest() {
  DocumentDigest digest;
  base::HashSum sum;
  auto row = db_.query("SELECT kind, id, version, body FROM documents");
  while (row.step()) {
    sum.add(hash_of(domain::Document{row.text(0), row.text(1), row.integer(2), row.text(3), false}));
    ++digest.count;
  }
  digest.sum = sum.value();
  return digest;
}

void Reference::store_page(const DocumentPage& page) {
  Transaction transaction(db_);
  if (page.is_first) db_.query("UPDATE documents SET is_told = 0").run();
  for (const domain::Document& document : page.documents) store(transaction, document);
  if (page.is_last) {
    if (meta(k_sweeping) == "1" || page.is_first) drop_untold(transaction);
    set_meta(transaction, k_sweeping, "");
  } else if (page.is_first) {
    set_meta(transaction, k_sweeping, "1");
  }
  set_meta(transaction, k_cursor, page.cursor);
  if (page.keys) {
    auto hex = [](const std::string& raw) { return base::to_hex(base::as_bytes(raw)); };
    set_meta(transaction, k_link_key, hex(page.keys->link));
    set_meta(transaction, k_link_prefix, page.keys->link_prefix);
    set_meta(transaction, k_directory_key, hex(page.keys->directory));
  }
  count_revision(transaction);
  transaction.commit();
}

void Reference::store_tag(std::string_view tag) {
  Transaction transaction(db_);
  set_meta(transaction, k_tag, tag);
  transaction.commit();
}

void Reference::store_queue(const domain::QueueBoard& board, std::string_view tag) {
  Transaction transaction(db_);
  set_meta(transaction, k_queue, protocol::encode_body(board));
  set_meta(transaction, k_queue_tag, tag);
  count_revision(transaction);
  transaction.commit();
}

void Reference::forget() {
  Transaction transaction(db_);
  set_meta(transaction, k_cursor, "");
  set_meta(transaction, k_tag, "");
  transaction.commit();
}

std::vector<std::pair<std::int64_t, domain::Document>> Reference::given_by_desk(std::int64_t after,
                                                                                std::size_t count_max) {
  auto row = db_.query(fmt::format("SELECT {}, number FROM documents WHERE number > ?1 AND receipt <> x'' "
                                   "AND kind <> 'person' ORDER BY number LIMIT ?2",
                                   k_document_columns));
  row.bind(1, after).bind(2, static_cast<std::int64_t>(count_max));
  std::vector<std::pair<std::int64_t, domain::Document>> out;
  while (row.step()) out.emplace_back(row.integer(5), read_document(row));
  return out;
}

std::optional<domain::Document> Reference::document(std::string_view kind, std::string_view id) {
  auto row =
      db_.query(fmt::format("SELECT {} FROM documents WHERE kind = ?1 AND id = ?2", k_document_columns));
  row.bind(1, kind).bind(2, id);
  return row.step() ? std::optional(read_document(row)) : std::nullopt;
}

void Reference::drop(Transaction&, std::int64_t document) {
  db_.query("DELETE FROM answer_words WHERE rowid IN (SELECT number FROM searchable WHERE document = ?1)")
      .bind(1, document)
      .run();
  db_.query("DELETE FROM searchable WHERE document = ?1").bind(1, document).run();
  db_.query("DELETE FROM documents WHERE number = ?1").bind(1, document).run();
}

void Reference::drop_untold(Transaction& transaction) {
  std::vector<std::int64_t> gone;
  {
    auto row = db_.query("SELECT number FROM documents WHERE is_told = 0");
    while (row.step()) gone.push_back(row.integer(0));
  }
  for (std::int64_t document : gone) drop(transaction, document);
}

void Reference::store(Transaction& transaction, const domain::Document& document) {
  std::optional<std::int64_t> before;
  const std::string receipt = document.receipt.is_zero() ? std::string{} : document.receipt.raw();
  {
    auto row = db_.query("SELECT number, version, body FROM documents WHERE kind = ?1 AND id = ?2");
    row.bind(1, document.kind).bind(2, document.id);
    if (row.step()) {
      before = row.integer(0);
      if (!document.is_deleted && row.integer(1) == document.version && row.text(2) == document.body) {
        db_.query("UPDATE documents SET is_told = 1, receipt = ?2 WHERE number = ?1")
            .bind(1, *before)
            .bind_blob(2, receipt)
            .run();
        return;
      }
    }
  }
  if (before) drop(transaction, *before);
  if (document.is_deleted) return;
  std::string key;
  if (document.kind == name_of(DocumentKind::asset))
    if (auto asset = protocol::decode_asset(document.body)) key = domain::normalised_tag(asset->tag);
  db_.query("INSERT INTO documents (kind, id, version, body, key, receipt) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(1, document.kind)
      .bind(2, document.id)
      .bind(3, document.version)
      .bind(4, document.body)
      .bind(5, key)
      .bind_blob(6, receipt)
      .run();
  index(transaction, db_.last_insert_rowid(), document);
}

} // namespace walkin::store
