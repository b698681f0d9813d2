// A logo comes from whoever may set it at the desk: whatever it holds, there is a picture within its limits
// or none.
#include "kiosk/png_picture.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>

using namespace walkin;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::view(data, size);
  (void)domain::check_logo(bytes);
  const auto picture = kiosk::decode_png(bytes);
  if (!picture) return 0;
  const auto most = static_cast<int>(domain::k_logo_side_max);
  must(picture->width > 0 && picture->width <= most, "a picture is as wide as allowed");
  must(picture->height > 0 && picture->height <= most, "a picture is as high as allowed");
  const auto pixels = static_cast<std::size_t>(picture->width) * static_cast<std::size_t>(picture->height);
  must(picture->pixels.size() == pixels * 4, "every pixel is there");
  return 0;
}
