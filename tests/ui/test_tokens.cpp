#include "kiosk/ui/tokens.hpp"

#include <doctest/doctest.h>

using namespace walkin::kiosk::ui;

namespace {

struct Pair {
  Token front, back;
};

// Where words stand on a surface, and where an edge or a state has to be seen on it.
constexpr Pair k_texts[] = {
    {Token::ink, Token::paper},         {Token::ink, Token::card},
    {Token::ink, Token::sunk},          {Token::ink2, Token::paper},
    {Token::ink2, Token::card},         {Token::ink2, Token::sunk},
    {Token::on_sun, Token::sun},        {Token::ink, Token::sun_soft},
    {Token::ink2, Token::sun_soft},     {Token::pine, Token::card},
    {Token::pine, Token::paper},        {Token::pine, Token::sunk},
    {Token::on_pine, Token::pine},      {Token::on_pine, Token::pine_down},
    {Token::on_pine2, Token::pine},     {Token::error, Token::card},
    {Token::error, Token::paper},       {Token::sky_ink, Token::sky},
    {Token::off_ink, Token::off},       {Token::ink, Token::key_fn},
    {Token::selected_ink, Token::mint}, {Token::selected_ink2, Token::mint},
};
constexpr Pair k_edges[] = {
    {Token::edge, Token::card},   {Token::edge, Token::paper},     {Token::edge, Token::sunk},
    {Token::edge, Token::key_fn}, {Token::focus, Token::paper},    {Token::focus, Token::card},
    {Token::focus, Token::sunk},  {Token::sun_edge, Token::paper}, {Token::error, Token::card},
};

} // namespace

TEST_CASE("every pair of text and surface has a contrast of 7 to 1 in both themes") {
  for (const bool high : {false, true})
    for (const Pair pair : k_texts) {
      CAPTURE(high);
      CAPTURE(static_cast<int>(pair.front));
      CAPTURE(static_cast<int>(pair.back));
      CHECK(contrast_ratio(theme(high)[pair.front], theme(high)[pair.back]) >= 7.0);
    }
}

TEST_CASE("every edge of a control has a contrast of 3 to 1 in both themes") {
  for (const bool high : {false, true})
    for (const Pair pair : k_edges) {
      CAPTURE(static_cast<int>(pair.front));
      CHECK(contrast_ratio(theme(high)[pair.front], theme(high)[pair.back]) >= 3.0);
    }
}

TEST_CASE("black on white has the greatest contrast there is") {
  CHECK(contrast_ratio(rgb(0x000000), rgb(0xFFFFFF)) == doctest::Approx(21.0));
}

TEST_CASE("capital letters are at least 7.3 mm high on any screen") {
  for (const float px_per_mm : {2.98F, 4.03F, 6.0F}) {
    const Metrics metrics{px_per_mm, TextScale::normal};
    CHECK(static_cast<float>(metrics.font_px(Type::text)) * 0.727F / px_per_mm >= 7.29F);
  }
  const Metrics usual;
  CHECK(usual.font_px(Type::text) == 41);
  CHECK(usual.font_px(Type::button) == 45);
  CHECK(usual.font_px(Type::lead) == 49);
  CHECK(usual.font_px(Type::title) == 72);
  CHECK(usual.font_px(Type::display) == 99);
  CHECK(usual.font_px(Type::number) == 393);
}

TEST_CASE("at 200 % everything on the screen is at least twice as high as the least") {
  const Metrics usual, doubled{k_design_px_per_mm, TextScale::largest};
  for (const Type type : {Type::text, Type::button, Type::lead, Type::title, Type::display})
    CHECK(doubled.font_px(type) >= 2 * usual.font_px(Type::text) - 1);
}

TEST_CASE("a monitor that does not tell its size, or tells nonsense, is taken as a kiosk's") {
  CHECK(sane_px_per_mm(1080, 1920, 0, 0) == doctest::Approx(4.03).epsilon(0.001));
  CHECK(sane_px_per_mm(1080, 1920, 16, 9) == doctest::Approx(4.03).epsilon(0.001));
  CHECK(sane_px_per_mm(1080, 1920, 300, 530) == doctest::Approx(3.6));
  CHECK(sane_px_per_mm(800, 1280, 135, 216) == doctest::Approx(800 / 248.0)); // a tablet, used from nearer
}
