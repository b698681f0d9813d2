// Accounts in a SQLite file of their own, so that a sign-in never waits behind a station handing in tickets.
#pragma once

#include "shared/store/database.hpp"
#include "sync/desk/accounts.hpp"

#include <filesystem>
#include <memory>

namespace walkin::desk {

// Opens accounts.db in the desk's data directory. `random` must outlive what is returned. Errors as of
// store::Database::open.
base::Result<std::unique_ptr<Accounts>> open_sqlite_accounts(const std::filesystem::path& file,
                                                             store::Access access, base::Random& random,
                                                             Instant now);

} // namespace walkin::desk
