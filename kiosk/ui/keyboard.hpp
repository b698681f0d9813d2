// The on-screen keyboard. Keys send the intents of typing; shift, layers and dead accents are the model's.
#pragma once

#include "kiosk/ui/widgets.hpp"

namespace walkin::kiosk::ui {

// Of all its rows; `key_height` in pixels for one.
float keyboard_height(Ui& ui, const KeyboardView& view, float key_height);
// How high a key should be: 92 where there are five rows, 86 else, 80 in landscape, 104 for numbers.
float key_height(Ui& ui, const KeyboardView& view, bool landscape);

void keyboard(Ui& ui, const KeyboardView& view, const Rect& area, float key_height, Intents& intents);

} // namespace walkin::kiosk::ui
