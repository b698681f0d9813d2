// What a frame is held to, from its semantic tree and the places of its letters: sizes, spacing, contrast as
// drawn, nothing cut off or upon another.
#pragma once

#include "tests/ui/harness.hpp"

#include <algorithm>
#include <string>

namespace walkin::kiosk::ui {

// The last whole frame of a screen.
struct Shown {
  const Ui& ui;
  Size size;
  float px_per_mm;
};

// What every frame of every page must obey. Numbers in millimetres, as the design has them.
inline void audit(const Shown& shown, std::string_view where) {
  const float mm = shown.px_per_mm, slack = 0.6F;
  const auto& nodes = shown.ui.tree().nodes();
  for (const Node& node : nodes) {
    CAPTURE(where);
    CAPTURE(node.id);
    CAPTURE(node.name.view());
    CHECK_FALSE(node.name.empty());
    CHECK(std::ranges::count_if(nodes, [&](const Node& other) { return other.id == node.id; }) == 1);
    if (node.behind) continue;
    CHECK(node.rect.x >= -slack);
    CHECK(node.rect.y >= -slack);
    CHECK(node.rect.right() <= shown.size.w + slack);
    CHECK(node.rect.bottom() <= shown.size.h + slack);
    if (node.role != Role::progress && node.role != Role::dialog)
      CHECK(contrast_ratio(node.text, node.background) >= 7.0);
    if (!is_interactive(node.role)) continue;
    CHECK(node.rect.w >= 12 * mm - slack);
    CHECK(node.rect.h >= 12 * mm - slack);
    for (const Node& other : nodes)
      if (&other != &node && !other.behind && is_interactive(other.role) &&
          other.id.find(node.id) == std::string::npos && node.id.find(other.id) == std::string::npos)
        if (node.rect.inset(-2 * mm + slack).overlaps(other.rect))
          FAIL_CHECK("this target is too near to ", other.name.view());
  }
}

inline std::string place(const Rect& rect) {
  return std::to_string(static_cast<int>(rect.x)) + "," + std::to_string(static_cast<int>(rect.y)) + " " +
         std::to_string(static_cast<int>(rect.w)) + "x" + std::to_string(static_cast<int>(rect.h));
}

// A word that a customer typed may be longer than any line.
inline bool is_typed(const Shown& shown, const Rect& ink) {
  return std::ranges::any_of(shown.ui.tree().nodes(), [&](const Node& node) {
    return node.rect.contains(ink.center()) &&
           (node.role == Role::field || node.name.view().find('@') != std::string_view::npos);
  });
}

// Letters: none upon others, none cut by the screen's edge, none reaching out of the control they are on.
inline void audit_letters(const Shown& shown, std::string_view where) {
  const auto& inks = shown.ui.inks();
  CAPTURE(where);
  CHECK_FALSE(inks.empty());
  for (std::size_t i = 0; i < inks.size(); ++i) {
    const Rect& ink = inks[i].rect;
    CAPTURE(place(ink));
    CHECK(ink.inset(-1).x >= -2);
    CHECK(ink.y >= -1);
    CHECK(ink.right() <= shown.size.w + 1);
    CHECK(ink.bottom() <= shown.size.h + 1);
    if (inks[i].breaks_word) CHECK_MESSAGE(is_typed(shown, ink), "a word is broken at the end of this line");
    for (std::size_t j = i + 1; j < inks.size(); ++j)
      if (ink.inset(1).overlaps(inks[j].rect.inset(1)))
        FAIL_CHECK("these letters lie upon those at ", place(inks[j].rect));
    for (const Node& node : shown.ui.tree().nodes()) {
      if (node.behind || !is_interactive(node.role) || node.id.ends_with("/clear")) continue;
      if (!node.rect.overlaps(ink.inset(1))) continue;
      const Rect room = node.rect.inset(-1);
      const bool inside =
          ink.x >= room.x && ink.y >= room.y && ink.right() <= room.right() && ink.bottom() <= room.bottom();
      if (!inside)
        FAIL_CHECK("these letters reach out of ", node.id, " \"", node.name.view(), "\" ", place(node.rect));
    }
  }
}

} // namespace walkin::kiosk::ui
