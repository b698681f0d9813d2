// The folder that holds one desk: its accounts and its tickets.
#pragma once

#include "sync/desk/accounts.hpp"
#include "sync/desk/storage/queue.hpp"

#include <filesystem>
#include <memory>

namespace walkin::desk {

struct OpenDesk {
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<DeskLog> tickets;
  std::unique_ptr<Documents> documents;
  std::unique_ptr<Queue> queue; // last: it uses the two before
};

// Makes the folder (for its owner only) and an empty desk in it. Errors: conflict (there is a desk already),
// no_space, denied.
base::Result<OpenDesk> make_desk(const std::filesystem::path& folder, const base::Clock& clock,
                                 base::Random& random);

// Errors: not_found (no folder, no desk in it), unusable, too_new, no_space (read-only), busy.
base::Result<OpenDesk> open_desk(const std::filesystem::path& folder, const base::Clock& clock,
                                 base::Random& random);

// Held while a desk is served, so that no second program serves the same folder.
class ServeLock {
public:
  // Errors: busy (it is being served), no_space.
  static base::Result<ServeLock> take(const std::filesystem::path& folder);
  ~ServeLock();
  ServeLock(ServeLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  ServeLock& operator=(ServeLock&&) = delete;

private:
  explicit ServeLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

} // namespace walkin::desk
