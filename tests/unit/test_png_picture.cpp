#include "kiosk/png_picture.hpp"

#include <doctest/doctest.h>
#include <png.h>
#include <string>

using namespace walkin;
using namespace walkin::kiosk;

namespace {

std::string png_of(unsigned width, unsigned height) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width, image.height = height;
  image.format = PNG_FORMAT_RGBA;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37 / 11);
  png_alloc_size_t size = 0;
  REQUIRE(png_image_write_get_memory_size(image, size, 0, pixels.data(), 0, nullptr));
  std::string bytes(size, '\0');
  REQUIRE(png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr));
  bytes.resize(size);
  return bytes;
}

} // namespace

TEST_CASE("a picture comes out as it went in") {
  const auto picture = decode_png(png_of(40, 20));
  REQUIRE(picture != nullptr);
  CHECK(picture->width == 40);
  CHECK(picture->height == 20);
  CHECK(picture->pixels.size() == 40 * 20 * 4);
  CHECK(picture->pixels[4] == 4 * 37 / 11);
}

TEST_CASE("a picture that is cut off anywhere, or is none, is no picture") {
  const std::string whole = png_of(40, 20);
  for (std::size_t length = 0; length < whole.size() - 12; ++length)
    CHECK(decode_png(std::string_view(whole).substr(0, length)) == nullptr);
  CHECK(decode_png("GIF89a, and no picture") == nullptr);
}

TEST_CASE("a byte changed anywhere never crashes, and a picture is never larger than its limit") {
  const std::string whole = png_of(40, 20);
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int bit : {1, 8, 128}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ bit);
      if (const auto picture = decode_png(damaged))
        CHECK(picture->pixels.size() <= domain::k_logo_side_max * domain::k_logo_side_max * 4);
    }
  CHECK(decode_png(png_of(1025, 16)) == nullptr);
  CHECK(decode_png(png_of(1024, 16)) != nullptr);
}
