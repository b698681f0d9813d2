#include "sync/desk/storage/backup.hpp"

#include "shared/base/id.hpp"
#include "sync/desk/data_directory.hpp"
#include "sync/desk/storage/prefix_choice.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <unistd.h>

namespace walkin::desk {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::fail;

namespace {

constexpr const char* k_tickets = "tickets.db";
constexpr const char* k_accounts = "accounts.db";
constexpr const char* k_blobs = "blobs";
constexpr int k_busy_ms = 10'000;

std::string random_hex(base::Random& random, std::size_t bytes) {
  std::string out(bytes, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return base::to_hex(base::as_bytes(out));
}

// A folder for work in progress that goes with its owner unless it was moved away.
class WorkFolder {
public:
  explicit WorkFolder(fs::path path) : path_(std::move(path)) {
    fs::create_directories(path_);
    fs::permissions(path_, fs::perms::owner_all);
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

// As it is at one moment, whoever writes to it meanwhile.
void copy_database(const fs::path& from, const fs::path& to) {
  SQLite::Database db(from.string(), SQLite::OPEN_READONLY, k_busy_ms);
  SQLite::Statement copy(db, "VACUUM INTO ?");
  copy.bind(1, to.string());
  copy.exec();
}

bool is_part_name(const std::string& name) {
  if (name == k_tickets || name == k_accounts) return true;
  if (!name.starts_with(std::string(k_blobs) + "/")) return false;
  return std::ranges::none_of(fs::path(name),
                              [](const fs::path& step) { return step == ".." || step == "."; });
}

tl::unexpected<base::Error> cannot_write(const fs::path& path, const std::error_code& error) {
  return fail(ErrorCode::no_space, fmt::format("{} cannot be written: {}.", path.string(), error.message()),
              path.string());
}

base::Status sync_file(const fs::path& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) return cannot_write(path, std::error_code(errno, std::generic_category()));
  return {};
}

// Writes the parts into a folder as they come.
class Unpacker {
public:
  explicit Unpacker(fs::path folder) : folder_(std::move(folder)) {}

  base::Status take(const BackupPart& part, std::string_view piece) {
    if (part.name != name_)
      if (auto begun = begin(part.name); !begun) return begun;
    if (std::fwrite(piece.data(), 1, piece.size(), file_) != piece.size())
      return cannot_write(folder_ / name_, std::error_code(errno, std::generic_category()));
    return {};
  }
  base::Status finish() {
    if (file_ == nullptr) return {};
    bool written = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0;
    std::fclose(std::exchange(file_, nullptr));
    if (!written) return cannot_write(folder_ / name_, std::error_code(errno, std::generic_category()));
    return {};
  }
  ~Unpacker() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  bool has(const std::string& name) const { return seen_.contains(name); }

private:
  base::Status begin(const std::string& name) {
    if (auto finished = finish(); !finished) return finished;
    if (!is_part_name(name) || !seen_.insert(name).second)
      return fail(ErrorCode::unusable, fmt::format("The backup holds a part that is not a desk's: {}.", name),
                  name);
    name_ = name;
    std::error_code error;
    fs::create_directories((folder_ / name).parent_path(), error);
    file_ = error ? nullptr : std::fopen((folder_ / name).c_str(), "wbx");
    if (file_ == nullptr)
      return cannot_write(folder_ / name, error ? error : std::error_code(errno, std::generic_category()));
    return {};
  }

  fs::path folder_;
  std::string name_;
  std::set<std::string> seen_;
  std::FILE* file_ = nullptr;
};

// What the data before had given out, as far as it can still be read: its generation and prefixes.
struct GivenOut {
  std::int64_t generation = 0;
  std::set<std::string> prefixes;
};

GivenOut read_given_out(const fs::path& folder) {
  GivenOut out;
  try {
    SQLite::Database db((folder / k_accounts).string(), SQLite::OPEN_READONLY, k_busy_ms);
    SQLite::Statement desk(db, "SELECT generation FROM desk");
    if (desk.executeStep()) out.generation = desk.getColumn(0).getInt64();
    SQLite::Statement prefix(db, "SELECT prefix FROM prefixes");
    while (prefix.executeStep()) out.prefixes.insert(prefix.getColumn(0).getString());
  } catch (const SQLite::Exception&) {
    // There is none, or it is why there has to be a restore.
  }
  return out;
}

// So that nothing given out after the backup is ever given again.
void begin_anew(const fs::path& folder, const GivenOut& before, base::Instant now, base::Random& random) {
  GivenOut kept = read_given_out(folder);
  std::int64_t generation = std::max(kept.generation, before.generation) + 1;
  std::set<std::string> prefixes = before.prefixes;
  prefixes.merge(kept.prefixes);
  std::string prefix = fresh_prefix(
      generation, random, [&](const std::string& candidate) { return prefixes.contains(candidate); });
  {
    SQLite::Database db((folder / k_accounts).string(), SQLite::OPEN_READWRITE, k_busy_ms);
    SQLite::Transaction transaction(db);
    auto replica = base::ReplicaId::make(now, random);
    SQLite::Statement desk(db, "UPDATE desk SET replica = ?, prefix = ?, generation = ?");
    desk.bind(1, replica.bytes.data(), static_cast<int>(replica.bytes.size()));
    desk.bind(2, prefix);
    desk.bind(3, generation);
    desk.exec();
    prefixes.insert(prefix);
    for (const std::string& taken : prefixes) {
      SQLite::Statement insert(db, "INSERT OR IGNORE INTO prefixes (prefix) VALUES (?)");
      insert.bind(1, taken);
      insert.exec();
    }
    db.exec("DELETE FROM sessions; DELETE FROM station_codes; DELETE FROM setup_codes;");
    transaction.commit();
  }
  SQLite::Database db((folder / k_tickets).string(), SQLite::OPEN_READWRITE, k_busy_ms);
  SQLite::Transaction transaction(db);
  for (const auto& [key, value] : {std::pair<std::string, std::string>{"epoch", random_hex(random, 8)},
                                   {"desk_prefix", prefix},
                                   {"last_code", "0"},
                                   {"restored_ms", std::to_string(base::to_ms(now))}}) {
    SQLite::Statement set(db, "INSERT OR REPLACE INTO meta VALUES (?, ?)");
    set.bind(1, key);
    set.bind(2, value);
    set.exec();
  }
  transaction.commit();
}

base::Status look_through(const fs::path& folder, const base::Clock& clock, base::Random& random) {
  auto desk = open_desk(folder, clock, random);
  if (!desk) return base::forward_error(desk);
  if (auto sound = desk->accounts->check_integrity(); !sound) return sound;
  return desk->tickets->check_integrity();
}

class StandingClock final : public base::Clock {
public:
  explicit StandingClock(base::Instant now) : now_(now) {}
  base::Instant now() const override { return now_; }

private:
  base::Instant now_;
};

} // namespace

base::Status back_up(const fs::path& folder, const fs::path& target,
                     const std::optional<std::string>& passphrase, base::Instant now, base::Random& random) {
  std::error_code error;
  if (!fs::exists(folder / k_tickets, error) || !fs::exists(folder / k_accounts, error))
    return fail(ErrorCode::not_found, fmt::format("There is no desk in {}.", folder.string()),
                folder.string());
  auto writer = BackupWriter::make(target, passphrase, random);
  if (!writer) return base::forward_error(writer);
  WorkFolder work(folder / ("backup-" + random_hex(random, 4)));
  for (const char* name : {k_tickets, k_accounts}) {
    copy_database(folder / name, work.path() / name);
    if (auto added = (*writer)->add(name, work.path() / name); !added) return added;
    fs::remove(work.path() / name, error);
  }
  if (fs::is_directory(folder / k_blobs, error))
    for (const auto& entry : fs::recursive_directory_iterator(folder / k_blobs)) {
      if (!entry.is_regular_file()) continue;
      auto added = (*writer)->add(fs::relative(entry.path(), folder).string(), entry.path());
      if (!added) return added;
    }
  return (*writer)->finish(now);
}

base::Result<Restored> restore(const fs::path& given, const fs::path& source,
                               const std::optional<std::string>& passphrase, base::Instant now,
                               base::Random& random) {
  std::string text = fs::absolute(given).string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  const fs::path folder = text;
  std::error_code error;
  bool has_data = fs::exists(folder, error);
  std::optional<ServeLock> lock;
  if (has_data) {
    auto taken = ServeLock::take(folder);
    if (!taken) return base::forward_error(taken);
    lock.emplace(std::move(*taken));
  }
  WorkFolder work(folder.string() + ".restoring-" + random_hex(random, 4));
  Unpacker unpacker(work.path());
  auto made = read_backup(source, passphrase, [&](const BackupPart& part, std::string_view piece) {
    return unpacker.take(part, piece);
  });
  if (!made) return base::forward_error(made);
  if (auto finished = unpacker.finish(); !finished) return base::forward_error(finished);
  if (!unpacker.has(k_tickets) || !unpacker.has(k_accounts))
    return fail(ErrorCode::unusable, fmt::format("{} does not hold a whole desk.", source.string()),
                source.string());
  begin_anew(work.path(), read_given_out(folder), now, random);
  StandingClock clock(now);
  if (auto sound = look_through(work.path(), clock, random); !sound) return base::forward_error(sound);
  for (const char* name : {k_tickets, k_accounts})
    if (auto synced = sync_file(work.path() / name); !synced) return base::forward_error(synced);

  Restored restored{*made, std::nullopt};
  if (has_data && fs::is_empty(folder, error)) {
    fs::remove(folder, error);
  } else if (has_data) {
    std::string stamp = base::to_rfc3339(now).substr(0, 19);
    std::ranges::replace(stamp, ':', '-');
    restored.before = folder.string() + ".before-" + stamp;
    if (fs::exists(*restored.before, error)) *restored.before += "-" + random_hex(random, 2);
    fs::rename(folder, *restored.before, error);
    if (error) return cannot_write(*restored.before, error);
  }
  fs::rename(work.path(), folder, error);
  if (error) {
    if (restored.before) fs::rename(*restored.before, folder, error);
    return cannot_write(folder, error);
  }
  (void)sync_file(folder.parent_path()).has_value();
  return restored;
}

} // namespace walkin::desk
