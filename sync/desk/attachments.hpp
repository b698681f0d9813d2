// Attachments as the console needs them.
#pragma once

#include "shared/domain/attachment.hpp"
#include "shared/store/blobs.hpp"

#include <string_view>

namespace walkin::desk {

// Safe to call from any thread.
class Attachments {
public:
  virtual ~Attachments() = default;

  // A file that a person at the desk gives. Errors: not_found, invalid and not_allowed (in words for the
  // person), no_space.
  virtual base::Status attach(std::string_view code, std::string_view author, std::string_view name,
                              std::string_view content) = 0;
  // Whether the content has arrived and was checked.
  virtual bool has(const base::Sha256& sha256) = 0;
  virtual store::Blobs& blobs() = 0;
};

} // namespace walkin::desk
