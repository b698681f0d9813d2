// A screen without a window: draws frames with a clock that the test moves.
#pragma once

#include "kiosk/ui/ui.hpp"

#include <functional>

#include <doctest/doctest.h>

namespace walkin::kiosk::ui {

struct Screen {
  Ui ui;
  Size size{1080, 1920};
  Look look;
  Time now{1'000};
  std::function<void(Ui&)> draw;

  explicit Screen(std::function<void(Ui&)> drawing) : draw(std::move(drawing)) { frame(); }

  void frame() {
    do {
      const auto begun = ui.begin_frame(size, look, now);
      REQUIRE_MESSAGE(begun.has_value(), (begun ? "" : begun.error().message));
      draw(ui);
      ui.end_frame();
    } while (ui.has_input());
  }
  void wait(Time time) { now += time; }
  void down(Point at) { ui.post({InputEvent::Kind::touch_down, at}); }
  void move(Point at) { ui.post({InputEvent::Kind::touch_move, at}); }
  void up(Point at) { ui.post({InputEvent::Kind::touch_up, at}); }
  void key(Key key) { ui.post({InputEvent::Kind::key, {}, key}); }
};

} // namespace walkin::kiosk::ui
