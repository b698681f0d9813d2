// Pictures as files.
#pragma once

#include "shared/base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace walkin::kiosk::platform {

// RGB, rows from the top.
struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
};

// Fails with `unusable` when the file cannot be written.
base::Status write_png(const Picture& picture, const std::string& path);

} // namespace walkin::kiosk::platform
