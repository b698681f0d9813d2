#include "sync/desk/data_directory.hpp"

#include "shared/base/system.hpp"
#include "sync/desk/storage/prefix_choice.hpp"
#include "sync/desk/storage/sqlite_accounts.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace walkin::desk {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::fail;

namespace {

fs::path accounts_file(const fs::path& folder) { return folder / "accounts.db"; }
fs::path tickets_file(const fs::path& folder) { return folder / "tickets.db"; }

base::Result<OpenDesk> open_both(const fs::path& folder, store::Access access, const base::Clock& clock,
                                 base::Random& random) {
  auto accounts = open_sqlite_accounts(accounts_file(folder), access, random, clock.now());
  if (!accounts) return base::forward_error(accounts);
  auto tickets =
      DeskLog::open(tickets_file(folder), access, (*accounts)->desk_replica(), k_desk_prefix, clock, random);
  if (!tickets) return base::forward_error(tickets);
  auto documents = Documents::open(tickets_file(folder), clock, random);
  if (!documents) return base::forward_error(documents);
  auto queue = Queue::open(tickets_file(folder), **tickets, **documents, base::load_zone, clock);
  if (!queue) return base::forward_error(queue);
  return OpenDesk{std::move(*accounts), std::move(*tickets), std::move(*documents), std::move(*queue)};
}

} // namespace

base::Result<OpenDesk> make_desk(const fs::path& folder, const base::Clock& clock, base::Random& random) {
  std::error_code error;
  if (fs::exists(accounts_file(folder), error) || fs::exists(tickets_file(folder), error))
    return fail(
        ErrorCode::conflict,
        fmt::format("There is a desk in {} already. Serve it, or choose another folder.", folder.string()),
        folder.string());
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    return fail(ErrorCode::no_space,
                fmt::format("The folder {} cannot be made: {}. Choose another one.", folder.string(),
                            error.message()),
                folder.string());
  return open_both(folder, store::Access::create, clock, random);
}

base::Result<OpenDesk> open_desk(const fs::path& folder, const base::Clock& clock, base::Random& random) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return fail(ErrorCode::not_found,
                fmt::format("There is no folder {}. Make a new desk there with walkin-desk init --data {}.",
                            folder.string(), folder.string()),
                folder.string());
  if (!fs::exists(accounts_file(folder), error) || !fs::exists(tickets_file(folder), error))
    return fail(ErrorCode::not_found,
                error ? fmt::format("The folder {} cannot be read: {}.", folder.string(), error.message())
                      : fmt::format("There is no desk in {}. Make one with walkin-desk init --data {}.",
                                    folder.string(), folder.string()),
                folder.string());
  return open_both(folder, store::Access::read_write, clock, random);
}

base::Result<ServeLock> ServeLock::take(const fs::path& folder) {
  fs::path file = folder / "serve.lock";
  int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(
        ErrorCode::no_space,
        fmt::format("{} cannot be written. Give this user the right to write to the folder.", file.string()),
        file.string());
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return fail(ErrorCode::busy,
                fmt::format("The desk in {} is being served by another walkin-desk. Stop that one first.",
                            folder.string()),
                folder.string());
  }
  return ServeLock(descriptor);
}

ServeLock::~ServeLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

} // namespace walkin::desk
