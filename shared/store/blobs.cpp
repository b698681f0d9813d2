#include "shared/store/blobs.hpp"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace walkin::store {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::fail;
using base::Sha256;

namespace {

[[noreturn]] void throw_errno(const fs::path& what) {
  throw std::system_error(errno, std::generic_category(), what.string());
}

class File {
public:
  File(const fs::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_ < 0) throw_errno(path);
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

  std::string read(std::int64_t offset, std::size_t count) const {
    std::string out(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      ssize_t got = ::pread(descriptor_, out.data() + have, count - have, offset + static_cast<off_t>(have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_errno("reading");
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    out.resize(have);
    return out;
  }
  std::int64_t size() const {
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0) throw_errno("stat");
    return info.st_size;
  }

private:
  int descriptor_;
};

base::Error in_words(const std::system_error& fault) {
  int number = fault.code().value();
  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    return {ErrorCode::no_space, "The disk is full. Make room; it goes on by itself then.", fault.what()};
  if (number == EROFS || number == EACCES || number == EPERM)
    return {ErrorCode::no_space,
            "The folder of the files cannot be written. Give this user the right to write to it.",
            fault.what()};
  if (number == ENOENT) return {ErrorCode::not_found, "This file is not here.", fault.what()};
  return {ErrorCode::unusable, fmt::format("The disk reports a fault: {}.", fault.code().message()),
          fault.what()};
}

// Runs `work`; a fault of the disk is an error in words.
template <class Work>
auto attempt(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::system_error& fault) {
    return tl::unexpected(in_words(fault));
  }
}

std::optional<std::int64_t> size_of(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return info.st_size;
}

} // namespace

void BlobDisk::write(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t done = ::write(file, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("write");
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
}

void BlobDisk::sync(int file) {
  if (::fsync(file) != 0) throw_errno("fsync");
}

void BlobDisk::rename(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno(to);
}

BlobDisk& BlobDisk::real() {
  static BlobDisk disk;
  return disk;
}

Blobs::Blobs(fs::path directory, BlobDisk& disk) : directory_(std::move(directory)), disk_(disk) {}

fs::path Blobs::file(const Sha256& sha256) const {
  std::string name = sha256.str();
  return directory_ / name.substr(0, 2) / name.substr(2);
}

fs::path Blobs::part_file(std::string_view name) const { return directory_ / "part" / name; }

void Blobs::make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) {
    sync_directory(directory.parent_path());
  } else if (errno != EEXIST) {
    throw_errno(directory);
  }
}

// So that the names in it last as well as what they name.
void Blobs::sync_directory(const fs::path& directory) {
  File opened(directory, O_RDONLY | O_DIRECTORY);
  disk_.sync(opened.descriptor());
}

std::optional<std::int64_t> Blobs::size(const Sha256& sha256) const { return size_of(file(sha256)); }

std::optional<std::int64_t> Blobs::part_size(std::string_view name) const { return size_of(part_file(name)); }

std::vector<BlobInfo> Blobs::list() const {
  std::vector<BlobInfo> out;
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(directory_, error)) {
    std::string first = folder.path().filename().string();
    if (first.size() != 2) continue;
    for (const auto& entry : fs::directory_iterator(folder.path(), error)) {
      struct stat info {};
      auto sha256 = Sha256::parse(first + entry.path().filename().string());
      if (sha256 && ::stat(entry.path().c_str(), &info) == 0)
        out.push_back({*sha256, info.st_size, base::from_ms(std::int64_t{info.st_mtim.tv_sec} * 1000)});
    }
  }
  return out;
}

base::Result<std::string> Blobs::read(const Sha256& sha256) const {
  return attempt([&]() -> base::Result<std::string> {
    File opened(file(sha256), O_RDONLY);
    std::string content = opened.read(0, static_cast<std::size_t>(opened.size()));
    if (base::sha256_of(content) != sha256)
      return fail(ErrorCode::unusable,
                  "This file is damaged on the disk: its content is not what its name says.", sha256.str());
    return content;
  });
}

base::Result<std::string> Blobs::read(const Sha256& sha256, std::int64_t offset, std::size_t count) const {
  return attempt(
      [&]() -> base::Result<std::string> { return File(file(sha256), O_RDONLY).read(offset, count); });
}

base::Result<Sha256> Blobs::put(std::string_view content) {
  return attempt([&]() -> base::Result<Sha256> {
    Sha256 sha256 = base::sha256_of(content);
    if (read(sha256)) {
      // As if it had come now, for whoever removes what nobody has asked for in a long time.
      ::utimensat(AT_FDCWD, file(sha256).c_str(), nullptr, 0);
      return sha256;
    }
    // Two that put the same at once must not write into one file.
    static std::atomic<unsigned> count = 0;
    std::string part = fmt::format("put-{}-{}-{}", ::getpid(), ++count, sha256.str());
    if (auto written = write_part(part, 0, content); !written) {
      remove_part(part);
      return base::forward_error(written);
    }
    if (auto kept = keep_part(part, sha256); !kept) return base::forward_error(kept);
    return sha256;
  });
}

base::Status Blobs::remove(const Sha256& sha256) {
  return attempt([&]() -> base::Status {
    fs::path gone = file(sha256);
    if (::unlink(gone.c_str()) != 0) {
      if (errno == ENOENT) return {};
      throw_errno(gone);
    }
    sync_directory(gone.parent_path());
    return {};
  });
}

base::Status Blobs::write_part(std::string_view name, std::int64_t offset, std::string_view bytes) {
  return attempt([&]() -> base::Status {
    make_directory(directory_);
    make_directory(directory_ / "part");
    fs::path path = part_file(name);
    bool is_new = !size_of(path);
    File opened(path, O_WRONLY | O_CREAT);
    if (::ftruncate(opened.descriptor(), offset) != 0 || ::lseek(opened.descriptor(), offset, SEEK_SET) < 0)
      throw_errno(path);
    disk_.write(opened.descriptor(), bytes);
    disk_.sync(opened.descriptor());
    if (is_new) sync_directory(path.parent_path());
    return {};
  });
}

base::Result<std::string> Blobs::read_part(std::string_view name) const {
  return attempt([&]() -> base::Result<std::string> {
    File opened(part_file(name), O_RDONLY);
    return opened.read(0, static_cast<std::size_t>(opened.size()));
  });
}

base::Status Blobs::keep_part(std::string_view name, const Sha256& sha256,
                              const std::function<base::Status(std::string_view)>& check) {
  return attempt([&]() -> base::Status {
    auto content = read_part(name);
    if (!content) return base::forward_error(content);
    base::Status fits;
    if (base::sha256_of(*content) != sha256)
      fits =
          fail(ErrorCode::invalid,
               "The content that came is not the one that was named: its SHA-256 is another.", sha256.str());
    else if (check)
      fits = check(*content);
    if (!fits) {
      remove_part(name);
      return fits;
    }
    fs::path to = file(sha256);
    make_directory(to.parent_path());
    disk_.rename(part_file(name), to);
    sync_directory(to.parent_path());
    return {};
  });
}

void Blobs::remove_part(std::string_view name) { ::unlink(part_file(name).c_str()); }

std::vector<std::string> Blobs::parts() const {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_ / "part", error))
    out.push_back(entry.path().filename().string());
  return out;
}

} // namespace walkin::store
