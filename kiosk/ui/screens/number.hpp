// The ticket in hand: the number of the day, the ticket's code, and what happens next.
#pragma once

#include "kiosk/ui/page.hpp"

namespace walkin::kiosk::ui {

void draw_number(Ui& ui, const Model& model, const NumberView& view, Intents& intents);

} // namespace walkin::kiosk::ui
