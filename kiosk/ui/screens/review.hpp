// The review before sending: one row for every answer, each with its Change.
#pragma once

#include "kiosk/ui/page.hpp"

namespace walkin::kiosk::ui {

void draw_review(Ui& ui, const Model& model, const ReviewView& view, Intents& intents);

} // namespace walkin::kiosk::ui
