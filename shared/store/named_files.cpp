#include "shared/store/named_files.hpp"

#include "shared/domain/event.hpp"
#include "shared/protocol/fields_json.hpp"

namespace walkin::store {

NamedFiles files_named(Database& db) {
  NamedFiles out;
  auto row = db.query("SELECT body, max(contact_state, 3 * (ticket IN (SELECT ticket FROM erasures))) "
                      "FROM events WHERE kind = 'attachment_named'");
  while (row.step()) {
    auto body = protocol::decode_fields(row.text(0));
    if (!body) continue;
    auto field = body->find("sha256");
    auto sha256 = field == body->end() ? std::nullopt : base::Sha256::parse(domain::to_text(field->second));
    if (!sha256) continue;
    bool is_erased = static_cast<domain::ContactState>(row.integer(1)) == domain::ContactState::erased;
    (is_erased ? out.erased : out.kept).insert(*sha256);
  }
  for (const base::Sha256& sha256 : out.kept) out.erased.erase(sha256);
  return out;
}

std::size_t remove_unneeded(Blobs& blobs, const NamedFiles& named,
                            std::optional<base::Instant> unnamed_before) {
  std::size_t removed = 0;
  for (const BlobInfo& blob : blobs.list()) {
    bool is_forgotten = unnamed_before && !named.kept.contains(blob.sha256) && blob.touched < *unnamed_before;
    if (!named.erased.contains(blob.sha256) && !is_forgotten) continue;
    if (blobs.remove(blob.sha256)) ++removed;
  }
  return removed;
}

} // namespace walkin::store
