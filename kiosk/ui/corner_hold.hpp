// The gesture of the staff: a finger that rests on the upper left corner for three seconds. Pure; UI thread.
#pragma once

#include "kiosk/ui/ui.hpp"

#include <optional>

namespace walkin::kiosk::ui {

class CornerHold {
public:
  static constexpr Time k_hold{3'000};
  static constexpr float k_corner_mm = 25;

  void take(const InputEvent& event, float px_per_mm, Time now) {
    const float corner = k_corner_mm * px_per_mm;
    const bool inside = event.at.x <= corner && event.at.y <= corner;
    switch (event.kind) {
    case InputEvent::Kind::touch_down:
      since_.reset();
      if (inside) since_ = now;
      return;
    case InputEvent::Kind::touch_move:
      if (!inside) since_.reset();
      return;
    default: since_.reset(); return;
    }
  }
  // When the gesture is complete if the finger stays.
  std::optional<Time> due() const { return since_ ? std::optional(*since_ + k_hold) : std::nullopt; }
  // Whether it is; once.
  bool complete(Time now) {
    if (!since_ || now < *since_ + k_hold) return false;
    since_.reset();
    return true;
  }

private:
  std::optional<Time> since_;
};

} // namespace walkin::kiosk::ui
