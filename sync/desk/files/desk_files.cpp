#include "sync/desk/files/desk_files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

using base::ErrorCode;

store::Blobs desk_blobs(const std::filesystem::path& desk_folder) {
  return store::Blobs(desk_folder / "blobs");
}

void remove_erased_files(DeskLog& log, store::Blobs& blobs) {
  // Content without a name stays: a desk put back from a backup gets the names again from its stations.
  std::size_t removed = store::remove_unneeded(blobs, log.files_named(), std::nullopt);
  if (removed > 0) spdlog::info("{} erased files were removed", removed);
}

base::Status check_files(const store::Blobs& blobs) {
  std::string damaged;
  for (const store::BlobInfo& blob : blobs.list())
    if (!blobs.read(blob.sha256)) damaged += fmt::format(" {}", blobs.file(blob.sha256).string());
  if (damaged.empty()) return {};
  return base::fail(
      ErrorCode::unusable,
      fmt::format("Attachments are damaged on the disk:{}. Put them back from a backup.", damaged));
}

DeskFiles::DeskFiles(DeskLog& log, Uploads& uploads, store::Blobs blobs, const base::Clock& clock,
                     base::Random& random)
    : log_(log), uploads_(uploads), blobs_(std::move(blobs)), clock_(clock), random_(random) {}

void DeskFiles::tidy() {
  remove_expired();
  std::vector<std::string> known = uploads_.unfinished();
  for (const std::string& part : blobs_.parts())
    if (std::ranges::find(known, part) == known.end()) blobs_.remove_part(part);
  remove_erased();
}

void DeskFiles::remove_erased() { remove_erased_files(log_, blobs_); }

base::Status DeskFiles::attach(std::string_view code, std::string_view author, std::string_view name,
                               std::string_view content) {
  if (auto fits = domain::check_attachment_size(static_cast<std::int64_t>(content.size())); !fits)
    return fits;
  auto type = domain::media_type_of(content);
  if (!type) return base::forward_error(type);
  auto ticket = log_.find(code);
  if (!ticket) return base::fail(ErrorCode::not_found, fmt::format("There is no ticket {}.", code));
  auto parts = domain::attachment_parts(base::sha256_of(content), static_cast<std::int64_t>(content.size()),
                                        *type, domain::attachment_name(name));
  if (auto allowed = domain::check_event(*ticket, parts); !allowed) return allowed;
  if (auto kept = blobs_.put(content); !kept) return base::forward_error(kept);
  return log_.append(code, author, parts, {});
}

StoredUpload DeskFiles::begin(const SyncPeer& peer, const domain::TicketId& ticket,
                              const domain::Attachment& attachment, std::string metadata) {
  std::array<std::uint8_t, 16> id{};
  random_.fill(id);
  StoredUpload upload;
  upload.id = base::to_hex(id);
  upload.replica = peer.replica;
  upload.ticket = ticket;
  upload.sha256 = attachment.sha256;
  upload.size = attachment.size;
  upload.metadata = std::move(metadata);
  upload.expires = clock_.now() + k_upload_age_max;
  for (const std::string& earlier : uploads_.add(upload)) blobs_.remove_part(earlier);
  return upload;
}

std::optional<StoredUpload> DeskFiles::find(std::string_view id) {
  auto upload = uploads_.find(id);
  if (!upload || upload->is_done) return upload;
  if (upload->expires <= clock_.now()) {
    remove(id);
    return std::nullopt;
  }
  // The list is written after the content. Content that a power cut has taken all the same is asked for
  // again.
  std::int64_t on_disk = blobs_.part_size(id).value_or(0);
  bool is_kept = upload->offset == upload->size && blobs_.size(upload->sha256) == upload->size;
  if (!is_kept) upload->offset = std::min(upload->offset, on_disk);
  return upload;
}

base::Status DeskFiles::append(StoredUpload& upload, std::string_view bytes) {
  if (auto written = blobs_.write_part(upload.id, upload.offset, bytes); !written) return written;
  upload.offset += static_cast<std::int64_t>(bytes.size());
  upload.expires = clock_.now() + k_upload_age_max;
  uploads_.set_offset(upload.id, upload.offset, upload.expires);
  return {};
}

tl::expected<void, FinishError> DeskFiles::finish(const StoredUpload& upload) {
  auto refuse = [&](FinishFault fault, base::Error error) {
    if (fault != FinishFault::disk) remove(upload.id);
    return tl::unexpected(FinishError{fault, std::move(error)});
  };
  auto ticket = log_.find(upload.ticket);
  auto named = ticket ? domain::attachments_of(*ticket) : std::vector<domain::Attachment>{};
  auto attachment = std::ranges::find_if(
      named, [&](const domain::Attachment& a) { return a.sha256 == upload.sha256 && !a.is_erased; });
  if (attachment == named.end())
    return refuse(FinishFault::gone,
                  {ErrorCode::not_found, "The ticket does not have this attachment any more.", {}});
  bool is_of_other_type = false;
  auto check = [&](std::string_view content) -> base::Status {
    auto type = domain::media_type_of(content);
    bool is_as_named =
        type && (*type == attachment->media_type || !domain::is_attachable_type(attachment->media_type));
    if (is_as_named) return {};
    is_of_other_type = true;
    if (!type) return base::forward_error(type);
    return base::fail(ErrorCode::invalid,
                      fmt::format("The file was named as {} and is {}.", attachment->media_type, *type),
                      "type");
  };
  if (blobs_.part_size(upload.id) || !blobs_.size(upload.sha256)) {
    if (auto kept = blobs_.keep_part(upload.id, upload.sha256, check); !kept) {
      if (is_of_other_type) return refuse(FinishFault::type, kept.error());
      bool is_wrong = kept.error().code == ErrorCode::invalid;
      return refuse(is_wrong ? FinishFault::hash : FinishFault::disk, kept.error());
    }
  }
  uploads_.set_done(upload.id);
  log_.announce_files(ticket->code());
  return {};
}

void DeskFiles::remove(std::string_view id) {
  uploads_.remove(id);
  blobs_.remove_part(id);
}

void DeskFiles::remove_expired() {
  for (const std::string& id : uploads_.expired(clock_.now())) remove(id);
}

DeskFiles::Hold::Hold(DeskFiles& files, std::string id) : files_(files), id_(std::move(id)) {
  std::lock_guard lock(files_.mutex_);
  held_ = files_.held_.insert(id_).second;
}

DeskFiles::Hold::~Hold() {
  if (!held_) return;
  std::lock_guard lock(files_.mutex_);
  files_.held_.erase(id_);
}

} // namespace walkin::desk
