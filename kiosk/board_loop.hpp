// The board of the waiting room in its window. UI thread only.
#pragma once

#include "kiosk/app/board.hpp"
#include "kiosk/inbox.hpp"
#include "kiosk/platform/window.hpp"

#include <functional>

namespace walkin::kiosk {

struct BoardLoop {
  platform::Window& window;
  Inbox& inbox;
  std::function<base::Instant()> now; // of the wall clock
  std::function<i18n::LocalTime(base::Instant)> local;
  std::function<bool()> closing;

  // Until the window is closed or `closing`. Errors: those of drawing.
  base::Status run(i18n::Language language);
};

} // namespace walkin::kiosk
