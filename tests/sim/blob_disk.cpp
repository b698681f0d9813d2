#include "tests/sim/blob_disk.hpp"

#include "tests/sim/disk_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace walkin::sim {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(int error) { throw std::system_error(error, std::generic_category(), "simulated"); }

} // namespace

SimBlobDisk::SimBlobDisk(Disk& disk, fs::path folder, const base::Clock& clock)
    : disk_(disk), folder_(std::move(folder)), clock_(clock) {}

std::string SimBlobDisk::name_of(const fs::path& path) const {
  return path.string().substr(folder_.string().size() + 1);
}

File* SimBlobDisk::find(const std::string& name) const {
  auto found = disk_.files_.find(name);
  return found == disk_.files_.end() ? nullptr : found->second.get();
}

void SimBlobDisk::call(const std::function<void()>& tear) {
  switch (disk_.fate_of_call(disk_.entered_)) {
  case Disk::Fate::dead:
  case Disk::Fate::failed: fail(EIO);
  case Disk::Fate::torn:
    tear();
    disk_.die(disk_.entered_);
    fail(EIO);
  case Disk::Fate::done: break;
  }
  if (disk_.is_read_only) fail(EROFS);
}

std::optional<store::BlobDisk::Info> SimBlobDisk::look(const fs::path& file) const {
  const File* found = find(name_of(file));
  if (found == nullptr || !is_alive()) return std::nullopt;
  return Info{static_cast<std::int64_t>(found->now.size()), base::from_ms(found->touched_ms)};
}

std::string SimBlobDisk::read(const fs::path& file, std::int64_t offset, std::size_t count) const {
  if (!is_alive()) fail(EIO);
  const File* found = find(name_of(file));
  if (found == nullptr) fail(ENOENT);
  auto begin = std::min(static_cast<std::size_t>(offset), found->now.size());
  auto end = begin + std::min(count, found->now.size() - begin);
  return {found->now.begin() + static_cast<std::ptrdiff_t>(begin),
          found->now.begin() + static_cast<std::ptrdiff_t>(end)};
}

void SimBlobDisk::write(const fs::path& path, std::int64_t offset, std::string_view bytes) {
  const std::string name = name_of(path);
  const auto at = static_cast<std::size_t>(offset);
  auto put = [&](std::size_t count) {
    if (find(name) == nullptr) change({{name, std::make_shared<File>()}});
    File& file = *find(name);
    if (file.now.size() > at) file.truncate(at);
    file.write(at, reinterpret_cast<const std::uint8_t*>(bytes.data()), count);
    file.touched_ms = base::to_ms(clock_.now());
  };
  auto some = [&] { put(static_cast<std::size_t>(disk_.dice_.below(bytes.size() + 1))); };
  call(some);
  if (disk_.is_full) {
    some();
    fail(ENOSPC);
  }
  put(bytes.size());
  File& file = *find(name);
  call([&] {
    if (disk_.dice_.chance(30)) file.sync();
  });
  file.sync();
}

void SimBlobDisk::touch(const fs::path& file) {
  if (File* found = find(name_of(file)); found != nullptr && is_alive())
    found->touched_ms = base::to_ms(clock_.now());
}

// All of it or nothing, also when the power goes.
void SimBlobDisk::change(const Names& names) {
  Disk::NameChange undo;
  for (const auto& [name, file] : names) {
    auto found = disk_.files_.find(name);
    undo.before[name] = found == disk_.files_.end() ? nullptr : found->second;
  }
  for (const auto& [name, file] : names)
    if (file)
      disk_.files_[name] = file;
    else
      disk_.files_.erase(name);
  disk_.unsynced_names_.push_back(std::move(undo));
}

void SimBlobDisk::rename(const fs::path& from, const fs::path& to) {
  auto move = [&] {
    auto found = disk_.files_.find(name_of(from));
    if (found == disk_.files_.end()) fail(ENOENT);
    change({{name_of(to), found->second}, {name_of(from), nullptr}});
  };
  call([&] {
    if (disk_.dice_.chance(50)) move();
  });
  move();
}

bool SimBlobDisk::remove(const fs::path& file) {
  const std::string name = name_of(file);
  if (find(name) == nullptr) return false;
  auto take = [&] { change({{name, nullptr}}); };
  call([&] {
    if (disk_.dice_.chance(50)) take();
  });
  take();
  return true;
}

// With what came before it: the file system keeps one order for all.
void SimBlobDisk::sync_folder(const fs::path& folder) {
  call([] {});
  const fs::path synced = folder == folder_ ? fs::path() : fs::path(name_of(folder));
  auto& changes = disk_.unsynced_names_;
  auto last = std::find_if(changes.rbegin(), changes.rend(), [&](const Disk::NameChange& change) {
    return std::ranges::any_of(
        change.before, [&](const auto& entry) { return fs::path(entry.first).parent_path() == synced; });
  });
  changes.erase(changes.begin(), last.base());
}

std::vector<std::string> SimBlobDisk::names(const fs::path& folder) const {
  std::vector<std::string> out;
  if (!is_alive()) return out;
  const std::string prefix = name_of(folder) + "/";
  for (auto file = disk_.files_.lower_bound(prefix);
       file != disk_.files_.end() && file->first.starts_with(prefix); ++file) {
    std::string rest = file->first.substr(prefix.size());
    rest = rest.substr(0, rest.find('/'));
    if (out.empty() || out.back() != rest) out.push_back(std::move(rest));
  }
  return out;
}

std::string SimBlobDisk::fresh_name() { return std::to_string(++last_name_); }

} // namespace walkin::sim
