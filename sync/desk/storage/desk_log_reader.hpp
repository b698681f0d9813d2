// How DeskLog reads beside its one writer. For the .cpp files of this folder.
#pragma once

#include "sync/desk/storage/desk_log.hpp"

namespace walkin::desk {

inline constexpr std::size_t k_readers_max = 16;

// A read transaction: rows, the feed's end and the digest are of one moment.
class Snapshot {
public:
  explicit Snapshot(store::Database& db) : db_(db) { db_.execute("BEGIN"); }
  ~Snapshot() {
    try {
      db_.execute("ROLLBACK");
    } catch (const std::exception&) {
      // SQLite has ended it by itself after an error of the disk; thrown on, this would end the desk.
    }
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

private:
  store::Database& db_;
};

// A read connection borrowed from the pool.
class DeskLog::Reader {
public:
  explicit Reader(DeskLog& log) : log_(log) {
    {
      std::lock_guard lock(log_.readers_mutex_);
      if (!log_.readers_.empty()) {
        db_ = std::move(log_.readers_.back());
        log_.readers_.pop_back();
      }
    }
    if (!db_) db_ = log_.open_reader();
  }
  ~Reader() {
    std::lock_guard lock(log_.readers_mutex_);
    if (log_.readers_.size() < k_readers_max) log_.readers_.push_back(std::move(db_));
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  store::Database& operator*() { return *db_; }

private:
  DeskLog& log_;
  std::unique_ptr<store::Database> db_;
};

} // namespace walkin::desk
