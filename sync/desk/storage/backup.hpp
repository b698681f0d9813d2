// A desk's data as one file, and back again.
#pragma once

#include "sync/desk/storage/backup_file.hpp"

namespace walkin::desk {

// While the desk serves. The tickets are copied first and the accounts after them, each as it is at one
// moment: every station that is in the tickets is then in the accounts too. Attachments come last; they never
// change. Errors: not_found, no_space, unusable.
base::Status back_up(const std::filesystem::path& folder, const std::filesystem::path& target,
                     const std::optional<std::string>& passphrase, base::Instant now, base::Random& random);

struct Restored {
  base::Instant made;                          // when the backup was
  std::optional<std::filesystem::path> before; // where the data that was there is now
};

// Takes the folder's place when all of the backup has been read and looked through; the data before is moved
// aside, never removed. The desk goes on under a new epoch, writes as a new replica, and gives prefixes of a
// range of their own: whatever it gave out after the backup is not given again. People sign in anew. Errors:
// those of read_backup, busy (the desk in the folder is being served), no_space.
base::Result<Restored> restore(const std::filesystem::path& folder, const std::filesystem::path& source,
                               const std::optional<std::string>& passphrase, base::Instant now,
                               base::Random& random);

} // namespace walkin::desk
