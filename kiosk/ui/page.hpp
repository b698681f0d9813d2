// What every page of a visit has: header, progress, title, footer, keyboard and accessibility bar, laid out
// for the screen's shape, text size and reach mode. A screen draws begin_page(), its content, end_page().
#pragma once

#include "kiosk/app/model.hpp"
#include "kiosk/ui/widgets.hpp"

#include <optional>
#include <vector>

namespace walkin::kiosk::ui {

struct PageLayout {
  bool landscape = false, reach = false;
  bool title_beside = false;  // landscape: the question stands left of its answers
  Rect header;                // the row of mark, step and Exit
  float header_words_end = 0; // where its words must end
  Rect strip;
  std::optional<Rect> exit, back, primary;
  bool arrows_alone = false; // Exit and Back at the foot show no words, for want of room
  std::vector<Rect> bar;
  Rect bar_band;
  bool bar_beside = false; // icons before the words
  Rect dark;               // reach mode's upper surface; empty else
  Rect keyboard;           // of the keys; empty without
  float key_height = 0;
  Rect content; // all that is left for title and answers
};

// Pure measuring; nothing is drawn.
PageLayout lay_out_page(Ui& ui, const Model& model);

// Draws surfaces, header, progress, title and help; returns what is left for the answers.
Rect begin_page(Ui& ui, const Model& model, const PageLayout& layout, Intents& intents);
// Draws keyboard, footer and bar: after the content, so that reading goes from top to foot.
void end_page(Ui& ui, const Model& model, const PageLayout& layout, Intents& intents);

} // namespace walkin::kiosk::ui
