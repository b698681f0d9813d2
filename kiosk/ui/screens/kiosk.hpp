// Draws whatever page the model shows, its dialog over it, and turns typing into intents.
#pragma once

#include "kiosk/app/model.hpp"
#include "kiosk/ui/ui.hpp"

namespace walkin::kiosk::ui {

// Between begin_frame() and end_frame().
void draw_kiosk(Ui& ui, const Model& model, Intents& intents);

// How the model wants the next frame to look; `px_per_mm` of the screen.
Look look_of(TextSize size, bool high_contrast, float px_per_mm);

} // namespace walkin::kiosk::ui
