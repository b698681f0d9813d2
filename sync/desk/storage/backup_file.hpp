// One file that holds a desk: named parts in a row, with a checksum over all, encrypted when a passphrase is
// given.
//
// Layout, integers big-endian: "WALKINBK", version (16 bits), flags (8; 1: encrypted), Argon2id operations
// and memory (64 each), salt (16 bytes), libsodium secretstream header (24 bytes); then chunks of the
// content, each with its length (32) before it. The content is parts (1, length of the name (16), name, size
// (64), bytes), then 0, the time of the backup in milliseconds (64) and a BLAKE2b-256 of the head and all
// content before. An encrypted chunk is one message of the stream, the last tagged as final; the head is
// authenticated with the first.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/hash.hpp"
#include "shared/base/result.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace walkin::desk {

inline constexpr std::uint16_t k_backup_version = 1;

// Writes beside the target and takes its place when finish() has made all durable; readable by its owner
// only. Thrown away before, it leaves nothing.
class BackupWriter {
public:
  // Errors: no_space, unusable.
  static base::Result<std::unique_ptr<BackupWriter>> make(const std::filesystem::path& target,
                                                          const std::optional<std::string>& passphrase,
                                                          base::Random& random);
  ~BackupWriter();
  BackupWriter(const BackupWriter&) = delete;
  BackupWriter& operator=(const BackupWriter&) = delete;

  base::Status add(std::string_view name, const std::filesystem::path& file);
  base::Status finish(base::Instant now);

private:
  struct State;
  explicit BackupWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Reads the whole file and gives each part in turn to `write`, in pieces; what was written counts only when
// all has been read without an error. Errors: not_found, unusable (no backup, cut off, damaged), too_new,
// denied (the passphrase is missing, superfluous or wrong).
struct BackupPart {
  std::string name;
  std::uint64_t size = 0;
};
using WritePart = std::function<base::Status(const BackupPart& part, std::string_view piece)>;
base::Result<base::Instant> read_backup(const std::filesystem::path& file,
                                        const std::optional<std::string>& passphrase, const WritePart& write);

} // namespace walkin::desk
