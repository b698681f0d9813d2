// One kiosk at a time in one station's directory. Other programs (walkin status, walkin check) may be used
// beside it.
#pragma once

#include "shared/base/result.hpp"

#include <filesystem>
#include <memory>

namespace walkin::kiosk {

class InstanceLock {
public:
  // Held until it dies, also by a crash. Errors: busy when another kiosk has it, no_space when the directory
  // can only be read.
  static base::Result<std::unique_ptr<InstanceLock>> take(const std::filesystem::path& directory);
  ~InstanceLock();
  InstanceLock(const InstanceLock&) = delete;
  InstanceLock& operator=(const InstanceLock&) = delete;

private:
  explicit InstanceLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

} // namespace walkin::kiosk
