// The design language's numbers: colours of both themes, type sizes derived from millimetres, measures.
// Pure values; any thread. Lengths named `design` are in 1/4.03 mm (one pixel of a 1080 x 1920 screen of 268
// mm).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace walkin::kiosk::ui {

struct Color {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
  constexpr bool operator==(const Color&) const = default;
};

constexpr Color rgb(std::uint32_t hex, std::uint8_t alpha = 255) {
  return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8),
          static_cast<std::uint8_t>(hex), alpha};
}

enum class Token : std::uint8_t {
  paper,
  card,
  sunk,
  key_fn,
  ink,
  ink2,
  edge,
  hair,
  pine,
  pine_down,
  pine_deep,
  mint,
  on_pine,
  on_pine2,
  pine_edge,
  sun,
  sun_soft,
  sun_edge,
  sky,
  sky_ink,
  error,
  error_soft,
  focus,
  off,
  off_ink,
  // Derived: what lies on a selected fill, and the slot a ticket hangs from.
  selected_ink,
  selected_ink2,
  on_sun,
  slot,
  icon,
  count_
};

// One theme: a colour for every token.
struct Theme {
  std::array<Color, static_cast<std::size_t>(Token::count_)> colors{};
  bool high_contrast = false;
  constexpr Color operator[](Token token) const { return colors[static_cast<std::size_t>(token)]; }
};

const Theme& theme(bool high_contrast);

// WCAG 2.2 relative luminance contrast, 1 to 21; both colours opaque.
double contrast_ratio(Color a, Color b);

// Named type sizes. The suffix is the weight where a size is used in several.
enum class Type : std::uint8_t {
  text,
  text_medium,
  text_strong, // 1.0 C, weights 400, 500, 600
  field,
  button, // 1.1 C, weights 400, 600
  lead_plain,
  lead_medium,
  lead, // 1.2 C, weights 400, 500, 600
  title,
  display,
  hero_light,
  hero,
  number,
  count_
};

enum class TextScale : std::uint8_t { normal, large, largest }; // 100, 150, 200 %

constexpr float k_design_px_per_mm = 4.03F;
constexpr float k_cap_height_mm = 7.3F; // 0.7 degrees at 600 mm

// Sizes of one screen at one text size.
struct Metrics {
  float px_per_mm = k_design_px_per_mm;
  TextScale text_scale = TextScale::normal;

  bool operator==(const Metrics&) const = default;
  float px(float design) const;       // whole pixels; never less than one for a positive length
  int font_px(Type type) const;       // em size
  float line_height(Type type) const; // whole pixels
  bool enlarged() const { return text_scale != TextScale::normal; }
};

// A monitor's resolution and what it says of its size -> px/mm to draw with. An unknown or absurd size
// (under 2 or over 20 px/mm) is taken as a screen whose short side measures 268 mm; a small screen is used
// from nearer, so its short side never stands for less than 248 mm.
float sane_px_per_mm(int width_px, int height_px, int width_mm, int height_mm);

} // namespace walkin::kiosk::ui
