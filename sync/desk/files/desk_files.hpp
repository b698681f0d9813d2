// The desk's attachments: content by hash beside the tickets that name it, and uploads on their way there.
#pragma once

#include "sync/desk/attachments.hpp"
#include "sync/desk/storage/desk_log.hpp"
#include "sync/desk/storage/uploads.hpp"

#include <set>

namespace walkin::desk {

inline constexpr base::Millis k_upload_age_max = std::chrono::hours(7 * 24); // since it last grew
inline constexpr std::int64_t k_unfinished_uploads_max = 32;                 // of one station

// Content in a desk's folder: simple enough to be copied file by file into a backup.
store::Blobs desk_blobs(const std::filesystem::path& desk_folder);

// Removes content that is named by erased events only. For whoever erases, after it is durable.
void remove_erased_files(DeskLog& log, store::Blobs& blobs);

// Reads all content and compares it with its names. Errors: unusable, naming the damaged files.
base::Status check_files(const store::Blobs& blobs);

// What became of an upload whose last byte has come. Each is known by its code on the wire.
enum class FinishFault { hash, type, gone, disk };
struct FinishError {
  FinishFault fault;
  base::Error error;
};

// Safe to call from any thread.
class DeskFiles final : public Attachments {
public:
  // All must outlive it.
  DeskFiles(DeskLog& log, Uploads& uploads, store::Blobs blobs, const base::Clock& clock,
            base::Random& random);

  // Before serving: forgets parts that belong to no upload, and content that was erased meanwhile.
  void tidy();
  // Content that only erased events name.
  void remove_erased();

  base::Status attach(std::string_view code, std::string_view author, std::string_view name,
                      std::string_view content) override;
  bool has(const base::Sha256& sha256) override { return blobs_.size(sha256).has_value(); }

  StoredUpload begin(const SyncPeer& peer, const domain::TicketId& ticket,
                     const domain::Attachment& attachment, std::string metadata);
  // With the offset that is true on the disk. Nothing when there is none or it has expired.
  std::optional<StoredUpload> find(std::string_view id);
  // Writes behind the offset; durable on return, with `upload.offset` moved on.
  base::Status append(StoredUpload& upload, std::string_view bytes);
  // Checks the whole content and keeps it. What is wrong is removed.
  tl::expected<void, FinishError> finish(const StoredUpload& upload);
  void remove(std::string_view id);
  void remove_expired();

  // One writer for each upload at a time.
  class Hold {
  public:
    Hold(DeskFiles& files, std::string id);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    bool is_held() const { return held_; }

  private:
    DeskFiles& files_;
    std::string id_;
    bool held_;
  };

  DeskLog& log() { return log_; }
  Uploads& uploads() { return uploads_; }
  store::Blobs& blobs() override { return blobs_; }

private:
  DeskLog& log_;
  Uploads& uploads_;
  store::Blobs blobs_;
  const base::Clock& clock_;
  base::Random& random_;
  std::mutex mutex_; // guards held_
  std::set<std::string, std::less<>> held_;
};

} // namespace walkin::desk
