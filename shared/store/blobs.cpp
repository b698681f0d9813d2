#include "shared/store/blobs.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
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
  void sync() {
    if (::fsync(descriptor_) != 0) throw_errno("fsync");
  }

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

constexpr std::size_t k_all = std::numeric_limits<std::size_t>::max();

std::optional<std::int64_t> size_of(const BlobDisk& disk, const fs::path& file) {
  auto info = disk.look(file);
  if (!info) return std::nullopt;
  return info->size;
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

} // namespace

std::optional<BlobDisk::Info> BlobDisk::look(const fs::path& file) const {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return Info{info.st_size, base::from_ms(std::int64_t{info.st_mtim.tv_sec} * 1000)};
}

std::string BlobDisk::read(const fs::path& file, std::int64_t offset, std::size_t count) const {
  File opened(file, O_RDONLY);
  std::int64_t left = std::max<std::int64_t>(0, opened.size() - offset);
  return opened.read(offset, std::min(count, static_cast<std::size_t>(left)));
}

void BlobDisk::write(const fs::path& file, std::int64_t offset, std::string_view bytes) {
  File opened(file, O_WRONLY | O_CREAT);
  if (::ftruncate(opened.descriptor(), offset) != 0 || ::lseek(opened.descriptor(), offset, SEEK_SET) < 0)
    throw_errno(file);
  while (!bytes.empty()) {
    ssize_t done = ::write(opened.descriptor(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("write");
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  opened.sync();
}

void BlobDisk::touch(const fs::path& file) { ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0); }

void BlobDisk::rename(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno(to);
}

bool BlobDisk::remove(const fs::path& file) {
  if (::unlink(file.c_str()) == 0) return true;
  if (errno != ENOENT) throw_errno(file);
  return false;
}

bool BlobDisk::make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return true;
  if (errno != EEXIST) throw_errno(folder);
  return false;
}

void BlobDisk::sync_folder(const fs::path& folder) { File(folder, O_RDONLY | O_DIRECTORY).sync(); }

std::vector<std::string> BlobDisk::names(const fs::path& folder) const {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    out.push_back(entry.path().filename().string());
  return out;
}

std::string BlobDisk::fresh_name() {
  static std::atomic<unsigned> count = 0;
  return fmt::format("{}-{}", ::getpid(), ++count);
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

void Blobs::make_folder(const fs::path& folder) {
  if (disk_.make_folder(folder)) disk_.sync_folder(folder.parent_path());
}

std::optional<std::int64_t> Blobs::size(const Sha256& sha256) const { return size_of(disk_, file(sha256)); }

std::optional<std::int64_t> Blobs::part_size(std::string_view name) const {
  return size_of(disk_, part_file(name));
}

std::vector<BlobInfo> Blobs::list() const {
  std::vector<BlobInfo> out;
  for (const std::string& first : disk_.names(directory_)) {
    if (first.size() != 2) continue;
    for (const std::string& rest : disk_.names(directory_ / first)) {
      auto sha256 = Sha256::parse(first + rest);
      auto info = disk_.look(directory_ / first / rest);
      if (sha256 && info) out.push_back({*sha256, info->size, info->touched});
    }
  }
  return out;
}

base::Result<std::string> Blobs::read(const Sha256& sha256) const {
  return attempt([&]() -> base::Result<std::string> {
    std::string content = disk_.read(file(sha256), 0, k_all);
    if (base::sha256_of(content) != sha256)
      return fail(ErrorCode::unusable,
                  "This file is damaged on the disk: its content is not what its name says.", sha256.str());
    return content;
  });
}

base::Result<std::string> Blobs::read(const Sha256& sha256, std::int64_t offset, std::size_t count) const {
  return attempt([&]() -> base::Result<std::string> { return disk_.read(file(sha256), offset, count); });
}

base::Result<Sha256> Blobs::put(std::string_view content) {
  return attempt([&]() -> base::Result<Sha256> {
    Sha256 sha256 = base::sha256_of(content);
    if (read(sha256)) {
      // As if it had come now, for whoever removes what nobody has asked for in a long time.
      disk_.touch(file(sha256));
      return sha256;
    }
    // Two that put the same at once must not write into one file.
    std::string part = fmt::format("put-{}", disk_.fresh_name());
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
    if (disk_.remove(gone)) disk_.sync_folder(gone.parent_path());
    return {};
  });
}

base::Status Blobs::write_part(std::string_view name, std::int64_t offset, std::string_view bytes) {
  return attempt([&]() -> base::Status {
    make_folder(directory_);
    make_folder(directory_ / "part");
    fs::path path = part_file(name);
    bool is_new = !disk_.look(path);
    disk_.write(path, offset, bytes);
    if (is_new) disk_.sync_folder(path.parent_path());
    return {};
  });
}

base::Result<std::string> Blobs::read_part(std::string_view name) const {
  return attempt([&]() -> base::Result<std::string> { return disk_.read(part_file(name), 0, k_all); });
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
    make_folder(to.parent_path());
    disk_.rename(part_file(name), to);
    disk_.sync_folder(to.parent_path());
    return {};
  });
}

void Blobs::remove_part(std::string_view name) {
  (void)attempt([&]() -> base::Status {
    disk_.remove(part_file(name));
    return {};
  });
}

void Blobs::remove_parts(base::Instant now, base::Millis age_max) {
  for (const std::string& name : parts()) {
    auto info = disk_.look(part_file(name));
    if (info && (now - info->touched > age_max || info->touched - now > age_max)) remove_part(name);
  }
}

std::vector<std::string> Blobs::parts() const { return disk_.names(directory_ / "part"); }

} // namespace walkin::store
