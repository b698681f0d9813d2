#include "kiosk/ui/tokens.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

struct Pair {
  Token token;
  std::uint32_t light;
  std::uint32_t contrast;
};

constexpr Pair k_palette[] = {
    {Token::paper, 0xF1F4EF, 0x000000},         {Token::card, 0xFFFFFF, 0x000000},
    {Token::sunk, 0xE2E9E3, 0x1A1A1A},          {Token::key_fn, 0xD8E2DC, 0x333333},
    {Token::ink, 0x12241F, 0xFFFFFF},           {Token::ink2, 0x3B4C46, 0xE6E6E6},
    {Token::edge, 0x6B7F77, 0xFFFFFF},          {Token::hair, 0xCBD6CF, 0x8C8C8C},
    {Token::pine, 0x0B5446, 0xFFE14D},          {Token::pine_down, 0x073A30, 0xFFFFFF},
    {Token::pine_deep, 0x0A3E35, 0x000000},     {Token::mint, 0xD6ECE2, 0xFFE14D},
    {Token::on_pine, 0xFFFFFF, 0x000000},       {Token::on_pine2, 0xDDF1E9, 0x000000},
    {Token::pine_edge, 0x7FB3A4, 0xFFFFFF},     {Token::sun, 0xFFC53D, 0xFFE14D},
    {Token::sun_soft, 0xFFF0C7, 0x000000},      {Token::sun_edge, 0x8F6400, 0xFFE14D},
    {Token::sky, 0xDCE9F5, 0x000000},           {Token::sky_ink, 0x123F6B, 0xFFFFFF},
    {Token::error, 0x931616, 0xFFA69B},         {Token::error_soft, 0xFDEBE7, 0x000000},
    {Token::focus, 0x0A46C4, 0x62E6FF},         {Token::off, 0xE6EBE7, 0x000000},
    {Token::off_ink, 0x414F4A, 0xBDBDBD},       {Token::selected_ink, 0x12241F, 0x000000},
    {Token::selected_ink2, 0x3B4C46, 0x000000}, {Token::on_sun, 0x12241F, 0x000000},
    {Token::slot, 0x031F19, 0x333333},          {Token::icon, 0x0B5446, 0xFFFFFF},
};
static_assert(std::size(k_palette) == static_cast<std::size_t>(Token::count_));

constexpr Theme make_theme(bool high_contrast) {
  Theme made;
  made.high_contrast = high_contrast;
  for (const Pair& pair : k_palette)
    made.colors[static_cast<std::size_t>(pair.token)] = rgb(high_contrast ? pair.contrast : pair.light);
  return made;
}

constexpr Theme k_light = make_theme(false);
constexpr Theme k_contrast = make_theme(true);

struct TypeSpec {
  float factor;      // of the capital height
  float cap_ratio;   // capital height / em
  float line_height; // of the em
  float large;       // growth at 150 %
  float largest;     // growth at 200 %
};

constexpr float k_inter = 0.727F;
constexpr float k_display = 0.719F;

constexpr TypeSpec spec_of(Type type) {
  switch (type) {
  case Type::text:
  case Type::text_medium:
  case Type::text_strong: return {1.0F, k_inter, 1.35F, 1.5F, 2.0F};
  case Type::field:
  case Type::button: return {1.1F, k_inter, 1.3F, 1.5F, 2.0F};
  case Type::lead_plain:
  case Type::lead_medium:
  case Type::lead: return {1.2F, k_inter, 1.3F, 1.5F, 2.0F};
  case Type::title: return {1.75F, k_display, 1.14F, 1.2F, 1.4F};
  case Type::display: return {2.4F, k_display, 1.1F, 1.2F, 1.4F};
  case Type::hero_light:
  case Type::hero: return {3.3F, k_display, 1.05F, 1.0F, 1.0F};
  case Type::number: return {9.6F, k_display, 1.0F, 1.0F, 1.0F};
  case Type::count_: break;
  }
  return {1.0F, k_inter, 1.35F, 1.5F, 2.0F};
}

double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(Color color) {
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

} // namespace

const Theme& theme(bool high_contrast) { return high_contrast ? k_contrast : k_light; }

double contrast_ratio(Color a, Color b) {
  const double first = luminance(a), second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

float Metrics::px(float design) const {
  const float scaled = std::round(design * px_per_mm / k_design_px_per_mm);
  return design > 0.0F ? std::max(scaled, 1.0F) : scaled;
}

int Metrics::font_px(Type type) const {
  const TypeSpec spec = spec_of(type);
  const float growth = text_scale == TextScale::normal  ? 1.0F
                       : text_scale == TextScale::large ? spec.large
                                                        : spec.largest;
  return static_cast<int>(
      std::ceil(k_cap_height_mm * spec.factor * growth * px_per_mm / spec.cap_ratio - 0.01F));
}

float Metrics::line_height(Type type) const {
  return std::round(static_cast<float>(font_px(type)) * spec_of(type).line_height);
}

float sane_px_per_mm(int width_px, int height_px, int width_mm, int height_mm) {
  const float short_px = static_cast<float>(std::min(width_px, height_px));
  const float short_mm = static_cast<float>(std::min(width_mm, height_mm));
  const float assumed = short_px / 268.0F;
  if (short_mm <= 0.0F) return assumed;
  const float measured = short_px / short_mm;
  if (measured < 2.0F || measured > 20.0F) return assumed;
  return std::min(measured, short_px / 248.0F);
}

} // namespace walkin::kiosk::ui
