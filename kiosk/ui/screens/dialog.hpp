// What lies over a page: the idle warning, leaving, trouble with saving.
#pragma once

#include "kiosk/ui/widgets.hpp"

namespace walkin::kiosk::ui {

void draw_dialog(Ui& ui, const DialogView& view, Intents& intents);

} // namespace walkin::kiosk::ui
