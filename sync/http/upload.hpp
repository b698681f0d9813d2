// The lane of attachments: carries content to the desk behind the events that name it, and fetches content
// that a person asks for.
#pragma once

#include "shared/store/blobs.hpp"
#include "shared/store/station.hpp"
#include "sync/engine/upload.hpp"

#include <functional>

namespace walkin::sync {

struct LaneSummary {
  std::int64_t files = 0, bytes = 0; // that the desk has taken
  bool is_interrupted = false;       // there is more to send, and its turn was over
  std::string trouble;               // in words, of the last that did not go on

  LaneSummary& operator+=(const LaneSummary& next);
};

// A station's files beside its database.
store::Blobs station_blobs(const std::filesystem::path& station_directory);

// Belongs to the thread that owns `station` and `link`; holds no transaction across the network.
class FileLane {
public:
  FileLane(store::Station& station, store::Blobs& blobs, FileLink& link, const base::Clock& clock,
           UploadTuning tuning = {});

  // Sends what waits, until nothing does, the link fails, or `is_over` says between two chunks that something
  // else is due. Faults of the disk are in the summary. Removes content that is not needed here any more.
  LaneSummary run(const std::function<bool()>& is_over);

  // The content of an attachment: from here, else from the desk, going on where an earlier try was cut off.
  // Durable and checked on return. Errors: not_found (the desk does not have it yet), denied (a kiosk
  // downloads nothing), offline, busy, no_space.
  base::Status fetch(const base::TicketId& ticket, const base::Sha256& sha256, std::int64_t size);

private:
  enum class Turn { next_file, over };
  Turn send(const store::PendingUpload& pending, const std::function<bool()>& is_over, LaneSummary& summary);
  tl::expected<FileReply, Failure> patch(const upload::Send& send, const store::PendingUpload& pending);
  void remove_unneeded();

  store::Station& station_;
  store::Blobs& blobs_;
  FileLink& link_;
  const base::Clock& clock_;
  const UploadTuning tuning_;
  base::Instant not_before_{};
  base::Instant swept_{};
};

} // namespace walkin::sync
