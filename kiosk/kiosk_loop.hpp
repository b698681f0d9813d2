// The kiosk in its window: what was touched and what workers report goes into the state, commands go to the
// worker, the model to the screen. UI thread only.
#pragma once

#include "kiosk/app/state.hpp"
#include "kiosk/inbox.hpp"
#include "kiosk/platform/window.hpp"

#include <functional>

namespace walkin::kiosk {

struct KioskLoop {
  platform::Window& window;
  Inbox& inbox;
  std::function<void(RegisterCommand)> save;
  std::function<bool()> closing;

  // Until the window is closed or `closing`. Errors: those of drawing.
  base::Status run(const Settings& settings);
};

} // namespace walkin::kiosk
