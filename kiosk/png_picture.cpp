#include "kiosk/png_picture.hpp"

#include <png.h>

namespace walkin::kiosk {

namespace {

struct Image : png_image {
  Image() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~Image() { png_image_free(this); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
};

} // namespace

std::shared_ptr<const Bitmap> decode_png(std::string_view bytes) {
  Image image;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return nullptr;
  if (image.width > domain::k_logo_side_max || image.height > domain::k_logo_side_max) return nullptr;
  image.format = PNG_FORMAT_RGBA;
  auto picture = std::make_shared<Bitmap>();
  picture->width = static_cast<int>(image.width);
  picture->height = static_cast<int>(image.height);
  picture->pixels.resize(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, picture->pixels.data(), 0, nullptr) == 0) return nullptr;
  return picture;
}

} // namespace walkin::kiosk
