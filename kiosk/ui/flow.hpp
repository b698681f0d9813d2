// Puts a page's fields and groups of choices below each other: as large as the place allows, then as rows,
// then turned by page with two arrow buttons.
#pragma once

#include "kiosk/ui/page.hpp"

namespace walkin::kiosk::ui {

void draw_blocks(Ui& ui, const Model& model, const PageLayout& layout, const std::vector<Block>& blocks,
                 const Rect& content, Intents& intents);

// The arrows and "1 to 3 of 6" at the foot of a list that is turned by page; `area` is their row.
struct Turn {
  int pages = 1, page = 0;
  int first = 1, last = 1, total = 1; // of what is shown
  bool by_page = false;               // words and cards: "Page 1 of 3"
};
float pager_height(Ui& ui);
void pager(Ui& ui, i18n::Language language, const std::string& list_id, const Turn& turn, const Rect& area);

} // namespace walkin::kiosk::ui
