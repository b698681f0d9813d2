// A PNG from outside, taken apart by libpng. Pure.
#pragma once

#include "kiosk/app/content.hpp"

#include <memory>
#include <string_view>

namespace walkin::kiosk {

// None for what is no PNG, is damaged, or has a side of more than domain::k_logo_side_max pixels. Never more
// than 4 MB, however small the file.
std::shared_ptr<const Bitmap> decode_png(std::string_view bytes);

} // namespace walkin::kiosk
