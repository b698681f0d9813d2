#include "kiosk/platform/png.hpp"

#include <stb/stb_image_write.h>

namespace walkin::kiosk::platform {

base::Status write_png(const Picture& picture, const std::string& path) {
  if (stbi_write_png(path.c_str(), picture.width, picture.height, 3, picture.pixels.data(),
                     picture.width * 3) == 0)
    return base::fail(base::ErrorCode::unusable, "The picture cannot be written. Is the folder there?", path);
  return {};
}

} // namespace walkin::kiosk::platform
