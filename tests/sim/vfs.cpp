// SQLite's virtual file system over the simulated disks (https://www.sqlite.org/c3ref/vfs.html).
#include "tests/sim/disk_file.hpp"

#include <algorithm>
#include <cstring>
#include <sqlite3.h>

namespace walkin::sim {

namespace {

std::uint64_t sqlite_seed = 1;
int last_handle = 0;

} // namespace

struct OpenFile {
  sqlite3_file base;
  Disk* disk;
  std::shared_ptr<File> file;
  std::shared_ptr<SharedMemory> memory; // as mapped; a power cut gives the file another
  int process, handle, level;
};

struct Vfs {
  static OpenFile& of(sqlite3_file* f) { return *reinterpret_cast<OpenFile*>(f); }
  static bool is_dead(const OpenFile& f) { return !f.disk->is_alive(f.process); }

  static int close(sqlite3_file* f) {
    OpenFile& open = of(f);
    if (!is_dead(open)) open.file->release(open.handle);
    open.file->process_of_handle.erase(open.handle);
    open.file.~shared_ptr();
    open.memory.~shared_ptr();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* f, void* into, int count, sqlite3_int64 at) {
    OpenFile& open = of(f);
    if (is_dead(open)) return SQLITE_IOERR_READ;
    const Bytes& bytes = open.file->now;
    auto begin = std::min(static_cast<std::size_t>(at), bytes.size());
    auto got = std::min(static_cast<std::size_t>(count), bytes.size() - begin);
    if (got > 0) std::memcpy(into, bytes.data() + begin, got);
    if (got == static_cast<std::size_t>(count)) return SQLITE_OK;
    std::memset(static_cast<char*>(into) + got, 0, static_cast<std::size_t>(count) - got);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* f, const void* from, int count, sqlite3_int64 at) {
    OpenFile& open = of(f);
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    auto begin = static_cast<std::size_t>(at), size = static_cast<std::size_t>(count);
    switch (open.disk->fate_of_call(open.process)) {
    case Disk::Fate::dead:
    case Disk::Fate::failed: return SQLITE_IOERR_WRITE;
    case Disk::Fate::torn:
      open.file->write(begin, bytes,
                       open.disk->dice_.below(size / k_sector_bytes + 2) * k_sector_bytes % (size + 1));
      open.disk->die(open.process);
      return SQLITE_IOERR_WRITE;
    case Disk::Fate::done: break;
    }
    if (open.disk->is_read_only) return SQLITE_IOERR_WRITE;
    if (open.disk->is_full && begin + size > open.file->now.size()) return SQLITE_FULL;
    open.file->write(begin, bytes, size);
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    OpenFile& open = of(f);
    switch (open.disk->fate_of_call(open.process)) {
    case Disk::Fate::dead:
    case Disk::Fate::failed: return SQLITE_IOERR_TRUNCATE;
    case Disk::Fate::torn: open.disk->die(open.process); return SQLITE_IOERR_TRUNCATE;
    case Disk::Fate::done: break;
    }
    if (open.disk->is_read_only) return SQLITE_IOERR_TRUNCATE;
    open.file->truncate(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* f, int) {
    OpenFile& open = of(f);
    switch (open.disk->fate_of_call(open.process)) {
    case Disk::Fate::dead:
    case Disk::Fate::failed: return SQLITE_IOERR_FSYNC;
    case Disk::Fate::torn:
      if (open.disk->dice_.chance(30)) open.file->sync();
      open.disk->die(open.process);
      return SQLITE_IOERR_FSYNC;
    case Disk::Fate::done: break;
    }
    open.file->sync();
    return SQLITE_OK;
  }

  static int size(sqlite3_file* f, sqlite3_int64* out) {
    OpenFile& open = of(f);
    if (is_dead(open)) return SQLITE_IOERR_FSTAT;
    *out = static_cast<sqlite3_int64>(open.file->now.size());
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* f, int level) {
    OpenFile& open = of(f);
    if (is_dead(open)) return SQLITE_IOERR_LOCK;
    if (open.level >= level) return SQLITE_OK;
    File::Locks& locks = open.file->locks;
    auto is_others = [&](int owner) { return owner != 0 && owner != open.handle; };
    if (level == SQLITE_LOCK_SHARED) {
      if (is_others(locks.pending) || is_others(locks.exclusive)) return SQLITE_BUSY;
      locks.shared.insert(open.handle);
    } else if (level == SQLITE_LOCK_RESERVED) {
      if (is_others(locks.reserved)) return SQLITE_BUSY;
      locks.reserved = open.handle;
    } else {
      if (is_others(locks.reserved) || is_others(locks.pending)) return SQLITE_BUSY;
      locks.pending = open.handle;
      open.level = SQLITE_LOCK_PENDING;
      if (locks.shared.size() > 1) return SQLITE_BUSY;
      locks.exclusive = open.handle;
    }
    open.level = level;
    return SQLITE_OK;
  }

  static int unlock(sqlite3_file* f, int level) {
    OpenFile& open = of(f);
    if (is_dead(open)) return SQLITE_OK;
    File::Locks& locks = open.file->locks;
    for (int* owner : {&locks.reserved, &locks.pending, &locks.exclusive})
      if (*owner == open.handle) *owner = 0;
    if (level == SQLITE_LOCK_NONE) locks.shared.erase(open.handle);
    open.level = level;
    return SQLITE_OK;
  }

  static int check_reserved(sqlite3_file* f, int* out) {
    OpenFile& open = of(f);
    *out = open.file->locks.reserved != 0 || open.file->locks.exclusive != 0 ? 1 : 0;
    return SQLITE_OK;
  }

  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 4096; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int map_memory(sqlite3_file* f, int index, int bytes, int extend, void volatile** out) {
    OpenFile& open = of(f);
    *out = nullptr;
    if (is_dead(open)) return SQLITE_IOERR_SHMMAP;
    if (!open.memory) {
      // Nobody else uses it: what is there is an ended process's, to be read from the log again.
      if (open.file->mapped.empty()) open.file->shared_memory = std::make_shared<SharedMemory>();
      open.memory = open.file->shared_memory;
      open.file->mapped.insert(open.handle);
    }
    auto& regions = open.memory->regions;
    while (extend != 0 && static_cast<int>(regions.size()) <= index)
      regions.push_back(std::make_unique<Bytes>(static_cast<std::size_t>(bytes)));
    if (index < static_cast<int>(regions.size())) *out = regions[static_cast<std::size_t>(index)]->data();
    return SQLITE_OK;
  }

  static int lock_memory(sqlite3_file* f, int first, int count, int flags) {
    OpenFile& open = of(f);
    if (is_dead(open)) return (flags & SQLITE_SHM_UNLOCK) != 0 ? SQLITE_OK : SQLITE_IOERR_SHMLOCK;
    if ((flags & SQLITE_SHM_LOCK) != 0) open.disk->let_interrupt(open.process);
    if (is_dead(open)) return SQLITE_IOERR_SHMLOCK;
    File::Locks& locks = open.file->locks;
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + count); ++i) {
      if ((flags & SQLITE_SHM_UNLOCK) != 0) continue;
      auto& shared = locks.memory_shared[i];
      bool others_read = shared.size() > (shared.contains(open.handle) ? 1u : 0u);
      bool is_others = locks.memory_exclusive[i] != 0 && locks.memory_exclusive[i] != open.handle;
      if (is_others || ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && others_read)) return SQLITE_BUSY;
      constexpr std::size_t k_write_lock = 0;
      if (i == k_write_lock && open.disk->is_locked && (flags & SQLITE_SHM_EXCLUSIVE) != 0)
        return SQLITE_BUSY;
    }
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + count); ++i) {
      bool is_shared = (flags & SQLITE_SHM_SHARED) != 0;
      if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        if (is_shared) locks.memory_shared[i].erase(open.handle);
        if (!is_shared && locks.memory_exclusive[i] == open.handle) locks.memory_exclusive[i] = 0;
      } else if (is_shared) {
        locks.memory_shared[i].insert(open.handle);
      } else {
        locks.memory_exclusive[i] = open.handle;
      }
    }
    return SQLITE_OK;
  }

  static void barrier(sqlite3_file*) {}

  static int unmap_memory(sqlite3_file* f, int) {
    OpenFile& open = of(f);
    if (!open.memory) return SQLITE_OK;
    if (open.memory == open.file->shared_memory) open.file->mapped.erase(open.handle);
    open.memory.reset();
    return SQLITE_OK;
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods all = [] {
      sqlite3_io_methods m{};
      m.iVersion = 2;
      m.xClose = close;
      m.xRead = read;
      m.xWrite = write;
      m.xTruncate = truncate;
      m.xSync = sync;
      m.xFileSize = size;
      m.xLock = lock;
      m.xUnlock = unlock;
      m.xCheckReservedLock = check_reserved;
      m.xFileControl = control;
      m.xSectorSize = sector_size;
      m.xDeviceCharacteristics = characteristics;
      m.xShmMap = map_memory;
      m.xShmLock = lock_memory;
      m.xShmBarrier = barrier;
      m.xShmUnmap = unmap_memory;
      return m;
    }();
    return &all;
  }

  struct Place {
    Disk* disk;
    std::string name;
  };
  static Place place_of(const char* path) {
    std::string_view whole = path == nullptr ? "" : path;
    auto slash = whole.rfind('/');
    if (slash == std::string_view::npos) return {nullptr, {}};
    auto found = disks().find(std::string(whole.substr(0, slash)));
    return {found == disks().end() ? nullptr : found->second, std::string(whole.substr(slash + 1))};
  }

  static int open(sqlite3_vfs*, const char* path, sqlite3_file* f, int flags, int* out_flags) {
    std::memset(f, 0, sizeof(OpenFile));
    auto [disk, name] = place_of(path);
    if (disk == nullptr || !disk->is_alive(disk->entered_)) return SQLITE_CANTOPEN;
    auto found = disk->files_.find(name);
    if (found == disk->files_.end()) {
      if ((flags & SQLITE_OPEN_CREATE) == 0 || disk->is_read_only) return SQLITE_CANTOPEN;
      found = disk->files_.emplace(name, std::make_shared<File>()).first;
    }
    if (disk->is_read_only)
      flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    auto& open = *new (f) OpenFile{{methods()},    disk,          found->second,   nullptr,
                                   disk->entered_, ++last_handle, SQLITE_LOCK_NONE};
    open.file->process_of_handle[open.handle] = open.process;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs*, const char* path, int) {
    auto [disk, name] = place_of(path);
    if (disk == nullptr) return SQLITE_IOERR_DELETE;
    switch (disk->fate_of_call(disk->entered_)) {
    case Disk::Fate::dead:
    case Disk::Fate::failed: return SQLITE_IOERR_DELETE;
    case Disk::Fate::torn: disk->die(disk->entered_); return SQLITE_IOERR_DELETE;
    case Disk::Fate::done: break;
    }
    if (disk->is_read_only) return SQLITE_IOERR_DELETE;
    return disk->files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }

  static int access(sqlite3_vfs*, const char* path, int flags, int* out) {
    auto [disk, name] = place_of(path);
    if (disk != nullptr && !disk->is_alive(disk->entered_)) return SQLITE_IOERR_ACCESS;
    bool is_there = disk != nullptr && disk->has(name);
    *out = is_there && !(flags == SQLITE_ACCESS_READWRITE && disk->is_read_only) ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    if (std::strlen(path) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::strcpy(out, path);
    return SQLITE_OK;
  }

  static int randomness(sqlite3_vfs*, int count, char* out) {
    Dice dice(sqlite_seed);
    for (int i = 0; i < count; ++i) out[i] = static_cast<char>(dice.next());
    return count;
  }

  // Who waits for a lock here waits for nobody: there is one thread.
  static int sleep(sqlite3_vfs*, int micros) { return micros; }
  static int time(sqlite3_vfs*, double* out) {
    *out = 2460000.5;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

void Disk::install() {
  static sqlite3_vfs vfs{};
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 512;
  vfs.zName = "walkin-sim";
  vfs.xOpen = Vfs::open;
  vfs.xDelete = Vfs::remove;
  vfs.xAccess = Vfs::access;
  vfs.xFullPathname = Vfs::full_path;
  vfs.xRandomness = Vfs::randomness;
  vfs.xSleep = Vfs::sleep;
  vfs.xCurrentTime = Vfs::time;
  vfs.xGetLastError = Vfs::last_error;
  if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) throw std::runtime_error("SQLite takes no file system");
}

void Disk::seed_sqlite(std::uint64_t seed) {
  sqlite_seed = seed;
  last_handle = 0;
  sqlite3_randomness(0, nullptr);
}

} // namespace walkin::sim
