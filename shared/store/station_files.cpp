// The station's lane of attachments: what has to reach the desk, apart from the events that name it.
#include "shared/domain/attachment.hpp"
#include "shared/protocol/fields_json.hpp"
#include "shared/store/station.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::store {

using domain::Verdict;

namespace {

constexpr std::int64_t k_wanted = 0, k_refused = 1, k_over = 2; // uploads.is_refused

base::Sha256 sha256_in(const Query& row, int column) {
  base::Sha256 out;
  std::string raw = row.text(column);
  std::copy_n(raw.begin(), std::min(raw.size(), out.bytes.size()), out.bytes.begin());
  return out;
}

std::optional<base::Sha256> sha256_named(std::string_view body) {
  auto fields = protocol::decode_fields(body);
  if (!fields) return std::nullopt;
  auto field = fields->find("sha256");
  return field == fields->end() ? std::nullopt : base::Sha256::parse(domain::to_text(field->second));
}

} // namespace

base::Status Station::check_attach() const {
  if (!is_kiosk()) return {};
  return base::fail(
      base::ErrorCode::not_allowed,
      "A kiosk takes no files, for it must not be able to read what customers gave. Attach it at "
      "the desk or at a technician's station.",
      "attachment");
}

void Station::begin_upload(Transaction&, const domain::TicketId& ticket, const domain::EventParts& parts) {
  domain::HistoryEntry entry;
  entry.known = parts.kind;
  entry.body = parts.body;
  auto attachment = domain::attachment_of(entry);
  if (!attachment) return;
  db_->query("INSERT INTO uploads (ticket, sha256, size) VALUES (?1, ?2, ?3) ON CONFLICT (ticket, sha256) "
             "DO UPDATE SET is_refused = 0, trouble = ''")
      .bind(1, ticket)
      .bind_blob(2, attachment->sha256.raw())
      .bind(3, attachment->size)
      .run();
}

std::vector<PendingUpload> Station::uploads(std::size_t count_max) {
  struct Waiting {
    PendingUpload upload;
    bool is_over; // until its event is placed after all, by a desk that was put back or with a repair
  };
  std::vector<Waiting> waiting;
  {
    auto row = db_->query(fmt::format("SELECT ticket, sha256, size, location, is_refused FROM uploads "
                                      "WHERE epoch IS NOT ?1 AND is_refused = {} OR is_refused = {} "
                                      "ORDER BY ticket, sha256",
                                      k_wanted, k_over));
    row.bind(1, meta("desk_epoch"));
    while (row.step())
      waiting.push_back({{row.id<domain::TicketId>(0), sha256_in(row, 1), row.integer(2), row.text(3)},
                         row.integer(4) == k_over});
  }
  std::vector<PendingUpload> ready;
  for (auto& [upload, is_over] : waiting) {
    if (ready.size() >= count_max) break;
    const Naming naming = naming_of(upload);
    if (is_over && naming != Naming::placed) continue;
    switch (naming) {
    case Naming::placed: ready.push_back(std::move(upload)); break;
    case Naming::unknown:
      upload.is_named = false;
      ready.push_back(std::move(upload));
      break;
    case Naming::over: store_upload_outcome(upload, UploadOutcome::unneeded, {}); break;
    case Naming::waits: break;
    }
  }
  return ready;
}

// By the events themselves: a ticket that has left this station is not in view, and its files go all the
// same.
Station::Naming Station::naming_of(const PendingUpload& upload) {
  if (log_.is_erased(upload.ticket)) return Naming::over;
  bool is_named = false, is_placed = false, is_awaited = false;
  for (const StoredEvent& stored : log_.of_ticket(upload.ticket)) {
    const bool is_taken = stored.verdict == Verdict::applied || stored.verdict == Verdict::pending;
    if (stored.event.kind == domain::name_of(domain::EventKind::registered) && !is_taken) return Naming::over;
    if (stored.event.kind != domain::name_of(domain::EventKind::attachment_named)) continue;
    if (sha256_named(stored.event.body) != upload.sha256) continue;
    is_placed |= stored.verdict == Verdict::applied && stored.received;
    is_awaited |= stored.verdict == Verdict::pending;
    is_named = true;
  }
  if (is_placed) return Naming::placed;
  if (is_awaited) return Naming::waits;
  if (is_named) return Naming::over;
  // An event that was lost here comes again with the repair, unless its ticket has left.
  bool is_agreed = meta("digests_agree") == "1" && recent_digest() == digest();
  return is_agreed ? Naming::unknown : Naming::waits;
}

AttachmentsStatus Station::attachments() {
  AttachmentsStatus status;
  auto row = db_->query(fmt::format("SELECT is_refused, count(*), sum(size), max(trouble) FROM uploads "
                                    "WHERE epoch IS NOT ?1 AND is_refused = {} OR is_refused = {} "
                                    "GROUP BY is_refused",
                                    k_wanted, k_refused));
  row.bind(1, meta("desk_epoch"));
  while (row.step()) {
    if (row.integer(0) == k_wanted) {
      status.waiting = row.integer(1);
      status.waiting_bytes = row.integer(2);
    } else {
      status.refused = row.integer(1);
    }
    if (status.trouble.empty()) status.trouble = row.text(3);
  }
  return status;
}

void Station::store_upload_place(const PendingUpload& upload, std::string_view location) {
  Transaction transaction(*db_);
  db_->query("UPDATE uploads SET location = ?3 WHERE ticket = ?1 AND sha256 = ?2")
      .bind(1, upload.ticket)
      .bind_blob(2, upload.sha256.raw())
      .bind(3, location)
      .run();
  transaction.commit();
}

void Station::store_upload_outcome(const PendingUpload& upload, UploadOutcome outcome,
                                   std::string_view words) {
  auto change = [&](std::string_view sql) {
    Transaction transaction(*db_);
    auto query = db_->query(sql);
    query.bind(1, upload.ticket).bind_blob(2, upload.sha256.raw());
    if (sql.find("?3") != std::string_view::npos) query.bind(3, words);
    query.run();
    transaction.commit();
  };
  switch (outcome) {
  case UploadOutcome::verified:
    words = {};
    change("UPDATE uploads SET location = '', trouble = ?3, is_refused = 0, "
           "epoch = (SELECT value FROM meta WHERE key = 'desk_epoch') WHERE ticket = ?1 AND sha256 = ?2");
    break;
  case UploadOutcome::refused:
    change(fmt::format("UPDATE uploads SET is_refused = {}, trouble = ?3 WHERE ticket = ?1 AND sha256 = ?2",
                       k_refused));
    break;
  case UploadOutcome::unneeded:
    words = {};
    change(
        fmt::format("UPDATE uploads SET location = '', trouble = ?3, is_refused = {} WHERE ticket = ?1 AND "
                    "sha256 = ?2",
                    k_over));
    break;
  case UploadOutcome::delayed:
    if (upload_trouble(upload) == words) return; // what tries all day must not write all day
    change("UPDATE uploads SET trouble = ?3 WHERE ticket = ?1 AND sha256 = ?2");
    break;
  }
}

std::string Station::upload_trouble(const PendingUpload& upload) {
  auto row = db_->query("SELECT trouble FROM uploads WHERE ticket = ?1 AND sha256 = ?2");
  row.bind(1, upload.ticket).bind_blob(2, upload.sha256.raw());
  return row.step() ? row.text(0) : std::string{};
}

NamedFiles Station::files_named() {
  NamedFiles named = store::files_named(*db_);
  // What has yet to go to the desk stays, also where the event that names it was lost on this disk.
  auto row = db_->query("SELECT sha256 FROM uploads WHERE epoch IS NOT ?1 AND is_refused = 0");
  row.bind(1, meta("desk_epoch"));
  while (row.step())
    if (base::Sha256 sha256 = sha256_in(row, 0); !named.erased.contains(sha256)) named.kept.insert(sha256);
  return named;
}

} // namespace walkin::store
