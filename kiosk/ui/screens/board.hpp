// The board of the waiting room, for 1920 x 1080 on a large screen; scaled to others of that shape.
#pragma once

#include "kiosk/app/board.hpp"
#include "kiosk/ui/ui.hpp"

namespace walkin::kiosk::ui {

// The look that makes all its text large enough to be read from five metres.
Look board_look(Size size);

void draw_board(Ui& ui, const BoardView& view);

} // namespace walkin::kiosk::ui
