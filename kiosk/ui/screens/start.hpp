// The start page: greeting, languages, and the paper ticket that begins a visit.
#pragma once

#include "kiosk/ui/page.hpp"

namespace walkin::kiosk::ui {

void draw_start(Ui& ui, const Model& model, const StartView& view, Intents& intents);

} // namespace walkin::kiosk::ui
