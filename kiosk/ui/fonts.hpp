// Glyphs of Inter, Inter Display and the icon font, drawn by FreeType into the texture that ImGui draws from.
// UI thread. Only what the screens use is rasterised, so a build takes a few hundredths of a second and can
// be repeated when the customer asks for larger text.
#pragma once

#include "kiosk/ui/tokens.hpp"
#include "shared/base/result.hpp"

#include <array>
#include <string_view>
#include <unordered_map>
#include <vector>

struct ImFontAtlas;

namespace walkin::kiosk::ui {

// A glyph of the icon font: code points of Material Design Icons 1.6.
enum class Symbol : std::uint16_t {
  none = 0,
  account = 0xF004,
  account_card = 0xF5D2,
  account_key = 0xF00B,
  alert = 0xF028,
  shift = 0xF636,
  arrow_down = 0xF045,
  arrow_left = 0xF04D,
  arrow_right = 0xF054,
  arrow_up = 0xF05D,
  backspace = 0xF06E,
  bell = 0xF09E,
  book = 0xF0BD,
  bullhorn = 0xF0E6,
  call_split = 0xF0FB,
  check = 0xF12C,
  check_circle = 0xF5E0,
  chevron_right = 0xF142,
  close = 0xF156,
  close_circle = 0xF159,
  cloud_check = 0xF160,
  cloud_off = 0xF164,
  contrast = 0xF197,
  deskphone = 0xF1C3,
  email = 0xF1EE,
  document = 0xF219,
  format_size = 0xF27F,
  help = 0xF2D7,
  greeting = 0xF64A,
  keyboard_return = 0xF311,
  laptop = 0xF322,
  lock = 0xF33E,
  phone = 0xF3F2,
  printer = 0xF42A,
  star = 0xF4CE,
  star_outline = 0xF4D2,
  volume = 0xF57E,
  ticket = 0xF518,
  wheelchair = 0xF5A4,
  wifi = 0xF5A9,
};

struct Glyph {
  float advance = 0;           // exact, in pixels; callers round positions, not advances
  float x = 0, y = 0;          // of the bitmap's corner from the pen on the baseline, y down
  float width = 0, height = 0; // of the bitmap; zero for a space
  float u0 = 0, v0 = 0, u1 = 0, v1 = 0;
};

// One face at one size.
struct FontFace {
  float ascent = 0, descent = 0; // of the face, positive, in pixels
  int em_px = 0;
  std::unordered_map<char32_t, Glyph> glyphs;

  // U+FFFD-like fallback is '?': a letter we do not have never vanishes silently.
  const Glyph& glyph(char32_t code) const;
};

// Where the font files are; Debian's places by default.
struct FontFiles {
  std::string_view inter_dir = "/usr/share/fonts/opentype/inter/";
  std::string_view icons =
      "/usr/share/fonts/truetype/materialdesignicons-webfont/materialdesignicons-webfont.ttf";
};

class Fonts {
public:
  // Rasterises into `atlas` (its former content is dropped) and builds it. Fails with `unusable` when a font
  // file is missing, naming the file and its package.
  base::Status build(ImFontAtlas& atlas, const Metrics& metrics, const FontFiles& files = {});

  const FontFace& face(Type type) const { return faces_[static_cast<std::size_t>(type)]; }
  // Icons at the nearest size that was built and is not smaller, to be drawn scaled to `size_px`.
  const FontFace& icon_face(float size_px) const;

private:
  std::array<FontFace, static_cast<std::size_t>(Type::count_)> faces_;
  std::vector<FontFace> icons_; // by rising size
};

} // namespace walkin::kiosk::ui
