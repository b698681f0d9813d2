#include "tests/sim/disk_file.hpp"

#include <algorithm>
#include <cstring>

namespace walkin::sim {

std::map<std::string, Disk*>& disks() {
  static std::map<std::string, Disk*> all;
  return all;
}

void File::write(std::size_t at, const std::uint8_t* bytes, std::size_t count) {
  if (count == 0) return;
  if (now.size() < at + count) now.resize(at + count);
  std::memcpy(now.data() + at, bytes, count);
  unsynced.push_back({at, Bytes(bytes, bytes + count)});
}

void File::sync() {
  for (const Write& write : unsynced) {
    if (safe.size() < write.at + write.bytes.size()) safe.resize(write.at + write.bytes.size());
    std::memcpy(safe.data() + write.at, write.bytes.data(), write.bytes.size());
  }
  unsynced.clear();
  was_synced = true;
}

void File::truncate(std::size_t size) {
  sync();
  now.resize(size);
  safe.resize(size);
}

void File::release(int handle) {
  locks.shared.erase(handle);
  for (int* owner : {&locks.reserved, &locks.pending, &locks.exclusive})
    if (*owner == handle) *owner = 0;
  for (auto& owners : locks.memory_shared) owners.erase(handle);
  for (int& owner : locks.memory_exclusive)
    if (owner == handle) owner = 0;
}

void File::release_process(int process) {
  for (const auto& [handle, owner] : process_of_handle)
    if (owner == process) release(handle);
}

std::vector<Bytes> File::copy_shared_memory() const {
  std::vector<Bytes> copy;
  for (const auto& region : shared_memory->regions) copy.push_back(*region);
  return copy;
}

void File::restore_shared_memory() {
  for (std::size_t i = 0; i < shared_memory_at_death->size() && i < shared_memory->regions.size(); ++i)
    std::copy((*shared_memory_at_death)[i].begin(), (*shared_memory_at_death)[i].end(),
              shared_memory->regions[i]->begin());
}

Disk::Disk(std::string folder, std::uint64_t seed) : folder_(std::move(folder)), dice_(seed) {
  disks()[folder_] = this;
}

Disk::~Disk() {
  cut_power();
  disks().erase(folder_);
}

int Disk::start_process() {
  alive_.insert(++last_process_);
  entered_ = last_process_;
  return last_process_;
}

void Disk::kill(int process) {
  alive_.erase(process);
  for (auto& [name, file] : files_) {
    file->release_process(process);
    if (!file->shared_memory_at_death) file->shared_memory_at_death = file->copy_shared_memory();
  }
}

void Disk::cut_power() {
  alive_.clear();
  lose_names();
  for (auto& [name, file] : files_) {
    file->locks = {};
    file->shared_memory = std::make_shared<SharedMemory>();
    file->shared_memory_at_death.reset();
    lose_unsynced(*file);
  }
  std::erase_if(files_, [](const auto& entry) { return entry.second->is_gone; });
}

void Disk::bury() {
  for (auto& [name, file] : files_) {
    if (file->shared_memory_at_death) file->restore_shared_memory();
    file->shared_memory_at_death.reset();
  }
}

// A file system keeps the order of what becomes of names, and how far it got is chance.
void Disk::lose_names() {
  if (unsynced_names_.empty()) return;
  const auto kept = dice_.below(unsynced_names_.size() + 1);
  while (unsynced_names_.size() > kept) {
    NameChange change = std::move(unsynced_names_.back());
    unsynced_names_.pop_back();
    for (const auto& [name, file] : change.before)
      if (file)
        files_[name] = file;
      else
        files_.erase(name);
  }
  unsynced_names_.clear();
}

// Each sector holds what some number of the writes to it, in their order, have left there: a disk may write
// sectors in any order, and never writes back what a later write has replaced in its cache.
void Disk::lose_unsynced(File& file) {
  if (file.unsynced.empty()) return;
  const int mood = dice_.number(0, 3); // all is lost, all is there, or each sector by itself
  std::map<std::size_t, std::vector<std::size_t>> writes_by_sector;
  for (std::size_t i = 0; i < file.unsynced.size(); ++i) {
    const auto& write = file.unsynced[i];
    if (write.bytes.empty()) continue;
    for (std::size_t s = write.at / k_sector_bytes; s <= (write.at + write.bytes.size() - 1) / k_sector_bytes;
         ++s)
      writes_by_sector[s].push_back(i);
  }
  for (const auto& [sector, writes] : writes_by_sector) {
    std::size_t kept = writes.size();
    if (mood == 0) kept = 0;
    if (mood >= 2) kept = static_cast<std::size_t>(dice_.below(writes.size() + 1));
    for (std::size_t i = 0; i < kept; ++i) {
      const auto& write = file.unsynced[writes[i]];
      std::size_t begin = std::max(write.at, sector * k_sector_bytes);
      std::size_t end = std::min(write.at + write.bytes.size(), (sector + 1) * k_sector_bytes);
      if (file.safe.size() < end) file.safe.resize(end);
      std::copy(write.bytes.begin() + static_cast<std::ptrdiff_t>(begin - write.at),
                write.bytes.begin() + static_cast<std::ptrdiff_t>(end - write.at),
                file.safe.begin() + static_cast<std::ptrdiff_t>(begin));
    }
  }
  file.unsynced.clear();
  file.now = file.safe;
  file.is_gone = !file.was_synced && dice_.chance(50);
}

Disk::Fate Disk::fate_of_call(int process) {
  if (!is_alive(process)) return Fate::dead;
  ++calls_;
  if (fails_in_ > 0 && --fails_in_ == 0) {
    has_failed_ = true;
    return Fate::failed;
  }
  if (!bomb_ || --bomb_->calls > 0) return Fate::done;
  Bomb bomb = std::move(*bomb_);
  bomb_.reset();
  pending_death_ = bomb.how;
  return Fate::torn;
}

void Disk::let_interrupt(int process) {
  if (!interruption_ || !interruption_->hook || --interruption_->locks > 0) return;
  auto hook = std::move(interruption_->hook);
  interruption_.reset();
  hook();
  enter(process);
}

void Disk::die(int process) {
  if (pending_death_ == Death::power)
    cut_power();
  else
    kill(process);
}

Bytes Disk::bytes(const std::string& name) const {
  auto found = files_.find(name);
  return found == files_.end() ? Bytes{} : found->second->now;
}

void Disk::put(const std::string& name, Bytes bytes) {
  auto file = std::make_shared<File>();
  file->safe = bytes;
  file->now = std::move(bytes);
  file->was_synced = true;
  files_[name] = std::move(file);
}

void Disk::flip_bit(const std::string& name, std::uint64_t which) {
  File& file = *files_.at(name);
  file.sync();
  const auto at = static_cast<std::size_t>(which) % file.now.size();
  file.now[at] ^= 1;
  file.safe[at] ^= 1;
}

std::map<std::string, Bytes> Disk::image() const {
  std::map<std::string, Bytes> out;
  for (const auto& [name, file] : files_) out[name] = file->now;
  return out;
}

void Disk::put_image(const std::map<std::string, Bytes>& files) {
  files_.clear();
  unsynced_names_.clear();
  for (const auto& [name, bytes] : files) put(name, bytes);
}

} // namespace walkin::sim
