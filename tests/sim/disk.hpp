// One machine's disk in memory, which SQLite uses as it would a real one: what was written and not synced is
// gone or torn when the power goes, processes die between any two calls, and the disk can be full, broken,
// read-only or locked. Made for one thread.
#pragma once

#include "tests/sim/dice.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace walkin::sim {

using Bytes = std::vector<std::uint8_t>;

// What remains: after the end of a process all that it wrote, after a power cut what was synced and any part
// of what was not.
enum class Death { kill, power };

struct File;

class Disk {
public:
  // `folder` is where programs believe this disk's files to be; there is one disk a folder.
  Disk(std::string folder, std::uint64_t seed);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // Makes the disks SQLite's default; every database of this process that is no ":memory:" is then on one.
  static void install();
  // SQLite's own chance (salts, row ids) starts anew from this.
  static void seed_sqlite(std::uint64_t seed);

  // Files opened from now on belong to this process.
  int start_process();
  void enter(int process) { entered_ = process; }
  bool is_alive(int process) const { return alive_.contains(process); }
  void kill(int process);
  void cut_power();
  // Time enough has passed for names to be written, whether anybody has asked for it or not.
  void settle() { unsynced_names_.clear(); }
  // After the objects of a dead process are gone: what they still wrote into memory shared with living ones
  // is taken back.
  void bury();

  // The process that makes the n-th call from now on that changes the disk dies of it.
  void die_at(int call, Death how) { bomb_ = Bomb{call, how}; }
  // `hook` runs in the middle of the n-th taking of a lock from now on: another program was quicker.
  void interrupt_at(int lock, std::function<void()> hook) {
    interruption_ = Interruption{lock, std::move(hook)};
  }
  void fail_at(int call) { fails_in_ = call; } // one I/O error
  void disarm() {
    bomb_.reset();
    interruption_.reset();
    fails_in_ = 0;
    has_failed_ = false;
  }
  bool is_full = false, is_read_only = false, is_locked = false;

  // Whole files as a program would read them. `put` is durable.
  bool has(const std::string& name) const { return files_.contains(name); }
  Bytes bytes(const std::string& name) const;
  void put(const std::string& name, Bytes bytes);
  void flip_bit(const std::string& name, std::uint64_t which); // of a file that is not empty
  std::map<std::string, Bytes> image() const; // every file, as a copy of the running machine's disk
  void put_image(const std::map<std::string, Bytes>& files); // and no other file

  bool has_failed() const { return has_failed_; } // a call since the last disarm()
  std::int64_t calls() const { return calls_; }

private:
  friend struct Vfs;
  friend struct OpenFile;
  friend struct File;
  friend class SimBlobDisk;
  struct Bomb {
    int calls;
    Death how;
  };
  struct Interruption {
    int locks;
    std::function<void()> hook;
  };

  // What is to become of a call that changes the disk.
  enum class Fate { done, torn, failed, dead };
  Fate fate_of_call(int process);
  void die(int process); // as the bomb has said
  void let_interrupt(int process);
  void lose_unsynced(File& file);
  void lose_names();

  std::string folder_;
  Dice dice_;
  std::map<std::string, std::shared_ptr<File>> files_;
  // What became of names in folders that nobody has synced since, in its order. SQLite's files are not in it.
  struct NameChange {
    std::map<std::string, std::shared_ptr<File>> before; // null: there was none
  };
  std::vector<NameChange> unsynced_names_;
  std::set<int> alive_;
  int last_process_ = 0, entered_ = 0;
  std::optional<Bomb> bomb_;
  std::optional<Interruption> interruption_;
  int fails_in_ = 0;
  bool has_failed_ = false;
  Death pending_death_ = Death::kill;
  std::int64_t calls_ = 0;
};

} // namespace walkin::sim
