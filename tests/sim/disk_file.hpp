// One file on a simulated disk: its bytes, what of them is safe, and the locks and the shared memory by which
// SQLite's connections to it keep apart.
#pragma once

#include "tests/sim/disk.hpp"

#include <array>

namespace walkin::sim {

inline constexpr std::size_t k_sector_bytes = 512;
inline constexpr int k_shm_locks = 8;

struct SharedMemory {
  std::vector<std::unique_ptr<Bytes>> regions; // their addresses are given to SQLite and never change
};

struct File {
  struct Write {
    std::size_t at;
    Bytes bytes;
  };
  struct Locks {
    std::set<int> shared; // handles, as all that follow; 0 is none
    int reserved = 0, pending = 0, exclusive = 0;
    std::array<std::set<int>, k_shm_locks> memory_shared;
    std::array<int, k_shm_locks> memory_exclusive{};
  };

  Bytes now, safe;
  std::vector<Write> unsynced;
  bool was_synced = false, is_gone = false;
  std::int64_t touched_ms = 0; // where somebody asks
  Locks locks;
  std::shared_ptr<SharedMemory> shared_memory = std::make_shared<SharedMemory>();
  std::optional<std::vector<Bytes>> shared_memory_at_death;
  std::map<int, int> process_of_handle;
  std::set<int> mapped; // handles that use the shared memory

  void write(std::size_t at, const std::uint8_t* bytes, std::size_t count);
  void sync();
  void truncate(std::size_t size);
  void release(int handle); // every lock of it
  void release_process(int process);
  std::vector<Bytes> copy_shared_memory() const;
  void restore_shared_memory();
};

std::map<std::string, Disk*>& disks(); // by folder

} // namespace walkin::sim
