// Pictures of every page in its languages, shapes, text sizes and troubles, from the real framebuffer.
#pragma once

#include "shared/base/result.hpp"

#include <string>

namespace walkin::kiosk::platform {

// Writes one PNG a scene and language into `folder`, which must exist; `only` keeps the scenes whose name
// holds it. Needs a display (Xvfb will do) and some minutes.
base::Status write_gallery(const std::string& folder, const std::string& only = {});

} // namespace walkin::kiosk::platform
