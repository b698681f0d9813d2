#include "sync/desk/storage/documents.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/reference_json.hpp"
#include "sync/desk/storage/receipts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace walkin::desk {

using base::ErrorCode;
using domain::Document;
using domain::DocumentKind;
using store::Transaction;

// A document's version is its place in the feed. One that is gone stays as a line without a body, for the
// stations that have it to be told.
const std::string_view k_documents_sql = R"sql(
CREATE TABLE documents (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL UNIQUE,
  body TEXT NOT NULL,
  is_deleted INTEGER NOT NULL,
  audience TEXT NOT NULL,           -- which stations are given it, a name a line
  former TEXT NOT NULL,             -- which were, at any time
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE TABLE document_history (     -- who wrote what, for good
  version INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  is_deleted INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL
);
CREATE TABLE people (               -- the directory, readable at the desk only
  ref TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  employee_id TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  language TEXT NOT NULL,
  entitlement TEXT NOT NULL
);
)sql";

namespace {

constexpr std::size_t k_page_bytes_max = 2 * 1024 * 1024;
constexpr std::size_t k_audiences_cached_max = 1000;

std::string lines_of(const std::set<std::string>& names) {
  std::string out = "\n";
  for (const std::string& name : names) out += name + '\n';
  return out;
}

bool is_for(std::string_view lines, const std::vector<std::string>& audience) {
  return std::ranges::any_of(audience, [&](const std::string& name) {
    return lines.find("\n" + name + "\n") != std::string_view::npos;
  });
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, "\n"));
}

std::string short_hash(std::string_view text) { return base::hash_of(text).str().substr(0, 16); }

domain::Person read_person(const store::Query& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          row.text(4),
          row.text(5),
          domain::parse_entitlement(row.text(6)).value_or(domain::Entitlement::unknown)};
}

constexpr std::string_view k_person_columns = "ref, name, employee_id, email, phone, language, entitlement";

} // namespace

std::string kiosks_at(std::string_view site) { return fmt::format("{}:{}", k_kiosks, site); }
std::string technicians_at(std::string_view site) { return fmt::format("{}:{}", k_technicians, site); }

std::string technicians_of(std::string_view group) { return fmt::format("{} of {}", k_technicians, group); }

std::vector<std::string> audiences_of(const SyncPeer& peer) {
  if (peer.is_kiosk) return {k_kiosks, kiosks_at(peer.site)};
  std::vector<std::string> audiences{k_technicians, technicians_at(peer.site)};
  if (!peer.group.empty()) audiences.push_back(technicians_of(peer.group));
  return audiences;
}

DocumentDraft draft_of(const domain::Article& article) {
  DocumentDraft draft{DocumentKind::article,
                      domain::article_document_id(article.id, article.language),
                      protocol::encode_body(article),
                      {}};
  for (const std::string& group : article.groups) draft.audience.push_back(technicians_of(group));
  if (article.groups.empty()) draft.audience.emplace_back(k_technicians);
  if (article.audience == domain::Audience::everyone) draft.audience.emplace_back(k_kiosks);
  return draft;
}

DocumentDraft draft_of(const domain::Guide& guide) {
  return {DocumentKind::guide, guide.id, protocol::encode_body(guide), {k_kiosks, k_technicians}};
}

DocumentDraft draft_of(const domain::Bulletin& bulletin) {
  DocumentDraft draft{DocumentKind::bulletin, bulletin.id, protocol::encode_body(bulletin), {}};
  if (bulletin.sites.empty()) draft.audience = {k_kiosks, k_technicians};
  for (const std::string& site : bulletin.sites) {
    draft.audience.push_back(kiosks_at(site));
    draft.audience.push_back(technicians_at(site));
  }
  return draft;
}

DocumentDraft draft_of(const domain::SiteSettings& settings) {
  return {DocumentKind::site,
          settings.site,
          protocol::encode_body(settings),
          {kiosks_at(settings.site), technicians_at(settings.site)}};
}

DocumentDraft draft_of(const domain::Asset& asset) {
  return {DocumentKind::asset,
          domain::normalised_tag(asset.tag),
          protocol::encode_body(asset),
          {k_kiosks, k_technicians}};
}

namespace {

// The body stays as it was written, also where this program does not know all that is in it.
template <class Content>
base::Result<DocumentDraft> draft_of_body(base::Result<Content> content, const Document& document) {
  if (!content) return base::forward_error(content);
  DocumentDraft draft = draft_of(*content);
  draft.id = document.id;
  draft.body = document.body;
  return draft;
}

} // namespace

base::Result<DocumentDraft> draft_of(const Document& document) {
  switch (domain::parse_document_kind(document.kind).value_or(DocumentKind::person)) {
  case DocumentKind::article: return draft_of_body(protocol::decode_article(document.body), document);
  case DocumentKind::guide: return draft_of_body(protocol::decode_guide(document.body), document);
  case DocumentKind::bulletin: return draft_of_body(protocol::decode_bulletin(document.body), document);
  case DocumentKind::site: return draft_of_body(protocol::decode_settings(document.body), document);
  case DocumentKind::asset: return draft_of_body(protocol::decode_asset(document.body), document);
  case DocumentKind::person: break;
  }
  return base::fail(
      ErrorCode::invalid,
      fmt::format("This program does not know what a document of the kind {} is. A newer one may.",
                  document.kind),
      document.kind);
}

base::Result<std::unique_ptr<Documents>> Documents::open(const std::filesystem::path& file,
                                                         const base::Clock& clock, base::Random& random) {
  auto db = store::Database::open(file, desk_schema(), store::Access::read_write);
  if (!db) return base::forward_error(db);
  return std::unique_ptr<Documents>(new Documents(std::move(*db), clock, random));
}

std::string Documents::epoch() {
  auto row = db_->query("SELECT value FROM meta WHERE key = 'epoch'");
  return row.step() ? row.text(0) : std::string{};
}

std::int64_t Documents::newest_position() {
  auto row = db_->query("SELECT max(version) FROM documents");
  return row.step() && !row.is_null(0) ? row.integer(0) : 0;
}

WriteOutcome Documents::write_one(Transaction&, const DocumentDraft& draft, std::string_view by) {
  std::set<std::string> audience(draft.audience.begin(), draft.audience.end()), former = audience;
  bool was_there = false;
  {
    auto row =
        db_->query("SELECT body, is_deleted, audience, former FROM documents WHERE kind = ?1 AND id = ?2");
    row.bind(1, name_of(draft.kind)).bind(2, draft.id);
    if (row.step()) {
      was_there = row.integer(1) == 0;
      if (was_there && row.text(0) == draft.body && row.text(2) == lines_of(audience))
        return WriteOutcome::unchanged;
      const std::string before = row.text(3);
      for (std::size_t start = 1; start < before.size();) {
        const auto end = before.find('\n', start);
        former.insert(before.substr(start, end - start));
        start = end + 1;
      }
    }
  }
  const std::int64_t version = newest_position() + 1, at = base::to_ms(clock_.now());
  db_->query("INSERT INTO documents VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8) ON CONFLICT (kind, id) DO "
             "UPDATE SET version = excluded.version, body = excluded.body, is_deleted = 0, "
             "audience = excluded.audience, former = excluded.former, at = excluded.at, by = excluded.by")
      .bind(1, name_of(draft.kind))
      .bind(2, draft.id)
      .bind(3, version)
      .bind(4, draft.body)
      .bind(5, lines_of(audience))
      .bind(6, lines_of(former))
      .bind(7, at)
      .bind(8, by)
      .run();
  db_->query("INSERT INTO document_history VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)")
      .bind(1, version)
      .bind(2, name_of(draft.kind))
      .bind(3, draft.id)
      .bind(4, at)
      .bind(5, by)
      .bind_blob(6, hash_of(Document{std::string(name_of(draft.kind)), draft.id, version, draft.body}).raw())
      .run();
  return was_there ? WriteOutcome::changed : WriteOutcome::made;
}

void Documents::remove_one(Transaction&, std::string_view kind, std::string_view id, std::string_view by) {
  const std::int64_t version = newest_position() + 1, at = base::to_ms(clock_.now());
  db_->query("UPDATE documents SET version = ?3, body = '', is_deleted = 1, audience = '', at = ?4, by = ?5 "
             "WHERE kind = ?1 AND id = ?2")
      .bind(1, kind)
      .bind(2, id)
      .bind(3, version)
      .bind(4, at)
      .bind(5, by)
      .run();
  db_->query("INSERT INTO document_history VALUES (?1, ?2, ?3, 1, ?4, ?5, x'')")
      .bind(1, version)
      .bind(2, kind)
      .bind(3, id)
      .bind(4, at)
      .bind(5, by)
      .run();
}

std::vector<WriteOutcome> Documents::write(std::span<const DocumentDraft> drafts, std::string_view by) {
  std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  std::vector<WriteOutcome> outcomes;
  for (const DocumentDraft& draft : drafts) outcomes.push_back(write_draft(transaction, draft, by));
  transaction.commit();
  return outcomes;
}

WriteOutcome Documents::write_draft(Transaction& transaction, const DocumentDraft& draft,
                                    std::string_view by) {
  const WriteOutcome outcome = write_one(transaction, draft, by);
  // Kiosks of a new site know nobody yet.
  if (draft.kind == DocumentKind::site && outcome == WriteOutcome::made)
    write_directory(transaction, draft.id, by);
  return outcome;
}

std::vector<OfferedDocument> Documents::offered() {
  std::lock_guard lock(mutex_);
  return waiting_offers(*db_);
}

base::Result<std::vector<OfferedDocument>> Documents::decide(std::span<const std::int64_t> numbers,
                                                             bool is_accepted, std::string_view by) {
  std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  std::vector<OfferedDocument> waiting = waiting_offers(*db_);
  for (std::int64_t number : numbers)
    if (std::ranges::find(waiting, number, &OfferedDocument::number) == waiting.end())
      return base::fail(ErrorCode::not_found, fmt::format("No document {} waits for a decision.", number),
                        std::to_string(number));
  if (!numbers.empty())
    std::erase_if(waiting, [&](const OfferedDocument& offer) {
      return std::ranges::find(numbers, offer.number) == numbers.end();
    });
  for (const OfferedDocument& offer : waiting) {
    if (is_accepted) {
      auto draft = draft_of(offer.document);
      if (!draft)
        return base::fail(draft.error().code,
                          fmt::format("{} {} cannot be read: {} Refuse it or leave it.", offer.document.kind,
                                      offer.document.id, draft.error().message),
                          draft.error().context);
      write_draft(transaction, *draft, by);
    }
    settle_offer(transaction, *db_, offer.number, is_accepted, by, clock_.now());
  }
  transaction.commit();
  return waiting;
}

base::Status Documents::remove(DocumentKind kind, std::string_view id, std::string_view by) {
  std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  {
    auto row = db_->query("SELECT 1 FROM documents WHERE kind = ?1 AND id = ?2 AND is_deleted = 0");
    row.bind(1, name_of(kind)).bind(2, id);
    if (!row.step())
      return base::fail(ErrorCode::not_found, fmt::format("There is no {} {}.", name_of(kind), id),
                        std::string(id));
  }
  remove_one(transaction, name_of(kind), id, by);
  transaction.commit();
  return {};
}

std::optional<Document> Documents::find(DocumentKind kind, std::string_view id) {
  std::lock_guard lock(mutex_);
  auto row = db_->query("SELECT version, body FROM documents WHERE kind = ?1 AND id = ?2 AND is_deleted = 0");
  row.bind(1, name_of(kind)).bind(2, id);
  if (!row.step()) return std::nullopt;
  return Document{std::string(name_of(kind)), std::string(id), row.integer(0), row.text(1), false};
}

std::vector<DocumentRow> Documents::list(std::optional<DocumentKind> kind) {
  std::lock_guard lock(mutex_);
  auto row = db_->query("SELECT kind, id, version, body, at, by FROM documents "
                        "WHERE is_deleted = 0 AND (?1 = '' OR kind = ?1) ORDER BY kind, id");
  row.bind(1, kind ? name_of(*kind) : std::string_view{});
  std::vector<DocumentRow> out;
  while (row.step())
    out.push_back({{row.text(0), row.text(1), row.integer(2), row.text(3), false},
                   base::from_ms(row.integer(4)),
                   row.text(5)});
  return out;
}

std::vector<std::string> Documents::sites() {
  std::vector<std::string> out;
  for (const DocumentRow& row : list(DocumentKind::site)) out.push_back(row.document.id);
  return out;
}

std::optional<domain::SiteSettings> Documents::settings(std::string_view site) {
  auto document = find(DocumentKind::site, site);
  if (!document) return std::nullopt;
  auto settings = protocol::decode_settings(document->body);
  return settings ? std::optional(std::move(*settings)) : std::nullopt;
}

std::string Documents::secret_of_site(std::string_view site) {
  return base::keyed_hash(Keys(*db_).current(KeyPurpose::directory).secret_key, fmt::format("site\n{}", site))
      .raw();
}

// Entries of identifiers that nobody has any more go.
void Documents::write_directory(Transaction& transaction, std::string_view site, std::string_view by) {
  const std::string secret = secret_of_site(site), audience = kiosks_at(site);
  std::vector<domain::Person> people;
  {
    auto row = db_->query(fmt::format("SELECT {} FROM people", k_person_columns));
    while (row.step()) people.push_back(read_person(row));
  }
  std::set<std::string> there;
  for (const domain::Person& person : people)
    for (const std::string* identifier : {&person.employee_id, &person.email, &person.phone}) {
      if (domain::normalised_identifier(*identifier).empty()) continue;
      domain::DirectoryEntry entry{domain::directory_key(secret, *identifier),
                                   domain::masked_name(person.name),
                                   person.language,
                                   person.entitlement,
                                   person.ref,
                                   domain::masked_email(person.email),
                                   domain::masked_phone(person.phone)};
      // Two people with one telephone: it tells of neither.
      if (!there.insert(entry.key.str()).second) continue;
      write_one(transaction,
                {DocumentKind::person, entry.key.str(), protocol::encode_body(entry), {audience}}, by);
    }
  std::vector<std::string> gone;
  {
    auto row =
        db_->query("SELECT id FROM documents WHERE kind = 'person' AND is_deleted = 0 AND audience = ?1");
    row.bind(1, lines_of({audience}));
    while (row.step())
      if (!there.contains(row.text(0))) gone.push_back(row.text(0));
  }
  for (const std::string& id : gone) remove_one(transaction, name_of(DocumentKind::person), id, by);
}

std::size_t Documents::write_people(std::span<const domain::Person> people, std::string_view by) {
  const std::vector<std::string> all_sites = sites();
  std::lock_guard lock(mutex_);
  Transaction transaction(*db_);
  std::size_t changed = 0;
  for (domain::Person person : people) {
    std::optional<domain::Person> before;
    {
      auto row = db_->query(fmt::format("SELECT {} FROM people WHERE employee_id = ?1", k_person_columns));
      row.bind(1, person.employee_id);
      if (row.step()) before = read_person(row);
    }
    person.ref = before ? before->ref : base::Id<struct PersonTag>::make(clock_.now(), random_).str();
    if (before && *before == person) continue;
    ++changed;
    db_->query("INSERT OR REPLACE INTO people VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind(1, person.ref)
        .bind(2, person.name)
        .bind(3, person.employee_id)
        .bind(4, person.email)
        .bind(5, person.phone)
        .bind(6, person.language)
        .bind(7, name_of(person.entitlement))
        .run();
  }
  if (changed > 0)
    for (const std::string& site : all_sites) write_directory(transaction, site, by);
  transaction.commit();
  return changed;
}

std::size_t Documents::count_people() {
  std::lock_guard lock(mutex_);
  auto row = db_->query("SELECT count(*) FROM people");
  return row.step() ? static_cast<std::size_t>(row.integer(0)) : 0;
}

const Documents::Given& Documents::given(const SyncPeer& peer) {
  const std::vector<std::string> audience = audiences_of(peer);
  if (given_.size() > k_audiences_cached_max) given_.clear();
  Given& given = given_[joined(audience)];
  const std::int64_t position = newest_position();
  if (given.position == position) return given;
  given = {position, 0, {protocol::k_documents_scope, 0, {}}};
  base::HashSum sum;
  auto row = db_->query("SELECT kind, id, version, body, is_deleted, audience, former FROM documents");
  while (row.step()) {
    if (!is_for(row.text(6), audience)) continue;
    given.newest = std::max(given.newest, row.integer(2));
    if (row.integer(4) != 0 || !is_for(row.text(5), audience)) continue;
    sum.add(hash_of(Document{row.text(0), row.text(1), row.integer(2), row.text(3), false}));
    ++given.digest.count;
  }
  given.digest.hash = sum.value();
  return given;
}

std::string Documents::tag_of(const SyncPeer& peer) {
  // With the digest, for a file that was put back without restore counts its versions again.
  const Given& held = given(peer);
  std::string state =
      fmt::format("{}\n{}\n{}\n{}", epoch(), joined(audiences_of(peer)), held.newest, held.digest.hash.str());
  if (peer.is_kiosk) state += fmt::format("\n{}\n{}", peer.prefix, Keys(*db_).current(KeyPurpose::link).id);
  return short_hash(state);
}

std::string Documents::tag(const SyncPeer& peer) {
  std::lock_guard lock(mutex_);
  return tag_of(peer);
}

base::Result<protocol::DocumentsReply> Documents::feed(const SyncPeer& peer,
                                                       const protocol::DocumentsRequest& request) {
  std::lock_guard lock(mutex_);
  const std::vector<std::string> audience = audiences_of(peer);
  const std::string prefix = fmt::format("{}.{}.", epoch(), short_hash(joined(audience)));
  std::optional<std::int64_t> after = 0;
  if (!request.cursor.empty())
    after = request.cursor.starts_with(prefix) ? base::parse_integer(request.cursor.substr(prefix.size()))
                                               : std::nullopt;
  if (!after || *after < 0 || *after > newest_position())
    return base::fail(ErrorCode::conflict,
                      "This cursor is not from this desk, or from before this station was given other "
                      "documents. Start again without one.",
                      protocol::k_error_cursor);
  protocol::DocumentsReply reply;
  reply.now = clock_.now();
  std::size_t bytes = 0;
  std::int64_t last = *after;
  const Receipts receipts(*db_);
  auto row = db_->query("SELECT kind, id, version, body, is_deleted, audience, former FROM documents "
                        "WHERE version > ?1 ORDER BY version");
  row.bind(1, *after);
  while (row.step()) {
    if (!is_for(row.text(6), audience)) continue;
    const bool is_theirs = row.integer(4) == 0 && is_for(row.text(5), audience);
    if (!is_theirs && *after == 0) continue; // who begins has nothing to let go of
    if (reply.documents.size() >= request.limit || bytes >= k_page_bytes_max) {
      reply.more = true;
      break;
    }
    last = row.integer(2);
    reply.documents.push_back(
        {row.text(0), row.text(1), last, is_theirs ? row.text(3) : std::string{}, !is_theirs});
    if (is_theirs) reply.documents.back().receipt = receipts.make(reply.documents.back());
    bytes += reply.documents.back().body.size() + 200;
  }
  if (!reply.more) {
    last = newest_position();
    reply.digests = {given(peer).digest};
    reply.tag = tag_of(peer);
    if (peer.is_kiosk)
      reply.keys = protocol::DocumentKeys{
          domain::link_key_of(Keys(*db_).current(KeyPurpose::link).secret_key, peer.prefix), peer.prefix,
          secret_of_site(peer.site)};
  }
  reply.cursor = fmt::format("{}{}", prefix, last);
  return reply;
}

std::optional<std::string> Documents::code_of_link(std::string_view token) {
  const std::string_view code = token.substr(0, token.find('.'));
  const std::string_view prefix = code.substr(0, code.find('-'));
  std::lock_guard lock(mutex_);
  for (const DeskKey& key : Keys(*db_).all(KeyPurpose::link)) {
    const std::string expected =
        domain::link_token(domain::link_key_of(key.secret_key, prefix), std::string(code));
    // Hashes are compared, so that the time it takes tells nothing of the token.
    if (base::hash_of(expected) == base::hash_of(token)) return std::string(code);
  }
  return std::nullopt;
}

std::string Documents::link_token(std::string_view code) {
  std::lock_guard lock(mutex_);
  return domain::link_token(
      domain::link_key_of(Keys(*db_).current(KeyPurpose::link).secret_key, code.substr(0, code.find('-'))),
      code);
}

} // namespace walkin::desk
