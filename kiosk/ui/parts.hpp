// What stands on a page besides fields and choices: notices, cards, rows that open something, stars, running
// text. Each block becomes one or several parts that are not divided between pages. UI thread.
#pragma once

#include "kiosk/ui/page.hpp"

#include <functional>
#include <vector>

namespace walkin::kiosk::ui {

// How generously things are set; tried from the first that fits.
enum class Density : std::uint8_t { roomy, snug, rows, lines };

struct Part {
  float height = 0, gap_before = 0;
  bool keep_with_next = false;
  bool counts = false; // for "1 to 3 of 6"
  std::function<void(Ui&, const Rect&, Intents&)> draw;
};

// Views in `block` must outlive the parts. Nothing for fields and choices, which kiosk/ui/flow sets itself.
std::vector<Part> parts_of(Ui& ui, const PageLayout& layout, const Block& block, std::size_t index,
                           Density density, float width, bool with_keyboard);

// Below each other from the top of `area`; turned by page where they don't fit. Returns where they end.
float draw_parts(Ui& ui, i18n::Language language, const std::string& list_id, const std::vector<Part>& parts,
                 const Rect& area, Intents& intents);
float parts_height(const std::vector<Part>& parts);

} // namespace walkin::kiosk::ui
