// The content of attachments: files named by the SHA-256 of what is in them, blobs/ab/cdef..., and beside
// them those that are not whole yet, blobs/part/NAME. A file under its final name is whole, durable and was
// checked before it got there. For its owner only.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/result.hpp"
#include "shared/base/sha256.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace walkin::store {

// What is asked of the file system; tests fail and stop it at any step. Faults are std::system_error.
class BlobDisk {
public:
  struct Info {
    std::int64_t size = 0;
    base::Instant touched; // when it was last written or put again
  };
  virtual ~BlobDisk() = default;
  virtual std::optional<Info> look(const std::filesystem::path& file) const; // nothing where no file is
  // Up to `count` bytes from `offset`. ENOENT where no file is.
  virtual std::string read(const std::filesystem::path& file, std::int64_t offset, std::size_t count) const;
  // Makes the file where there is none, cuts it off at `offset` and writes there; durable on return, but for
  // a new file's name.
  virtual void write(const std::filesystem::path& file, std::int64_t offset, std::string_view bytes);
  virtual void touch(const std::filesystem::path& file);
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to);
  virtual bool remove(const std::filesystem::path& file);        // whether it was there
  virtual bool make_folder(const std::filesystem::path& folder); // whether it is new
  virtual void sync_folder(const std::filesystem::path& folder); // so that the names in it last
  virtual std::vector<std::string> names(const std::filesystem::path& folder) const;
  virtual std::string fresh_name(); // of letters, digits and '-': nobody else has got it
  static BlobDisk& real();
};

struct BlobInfo {
  base::Sha256 sha256;
  std::int64_t size = 0;
  base::Instant touched; // when it came here, or was last put again
};

// Keeps no state but the path, so several of them, also of several processes, may have one directory. Safe to
// call from any thread; one part belongs to one caller at a time. Errors everywhere: no_space (disk full or
// read-only), unusable (the folder is not what it should be).
class Blobs {
public:
  // Makes the folder when something is put there first.
  explicit Blobs(std::filesystem::path directory, BlobDisk& disk = BlobDisk::real());

  std::optional<std::int64_t> size(const base::Sha256& sha256) const;
  std::filesystem::path file(const base::Sha256& sha256) const;
  std::vector<BlobInfo> list() const;

  // The whole content, checked against its name. Errors: not_found, unusable (damaged on disk).
  base::Result<std::string> read(const base::Sha256& sha256) const;
  // Up to `count` bytes from `offset`, unchecked. Errors: not_found.
  base::Result<std::string> read(const base::Sha256& sha256, std::int64_t offset, std::size_t count) const;

  // Durable on return; what is there already is left as it is if it is whole.
  base::Result<base::Sha256> put(std::string_view content);
  // Also of what is not there.
  base::Status remove(const base::Sha256& sha256);

  // Of unfinished ones. `name` is made of letters, digits and '-'.
  std::optional<std::int64_t> part_size(std::string_view name) const;
  // Writes `bytes` at `offset`, cutting off what was behind it; durable on return.
  base::Status write_part(std::string_view name, std::int64_t offset, std::string_view bytes);
  base::Result<std::string> read_part(std::string_view name) const;
  // The part becomes the blob of this name, if its content has this hash and passes `check`. Errors: invalid
  // (its content has another hash), those of `check`; the part is removed then.
  base::Status keep_part(std::string_view name, const base::Sha256& sha256,
                         const std::function<base::Status(std::string_view content)>& check = {});
  void remove_part(std::string_view name);
  std::vector<std::string> parts() const;
  // Parts that have not grown for so long, or at a time that by this clock is as far ahead: of who was
  // stopped in the middle, or has given up.
  void remove_parts(base::Instant now, base::Millis age_max);

private:
  std::filesystem::path part_file(std::string_view name) const;
  void make_folder(const std::filesystem::path& folder);

  std::filesystem::path directory_;
  BlobDisk& disk_;
};

} // namespace walkin::store
