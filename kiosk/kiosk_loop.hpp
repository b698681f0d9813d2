// The kiosk in its window: what was touched, typed, scanned and reported goes into the state, commands go to
// the workers, the model to the screen, what it shows to the speech. UI thread only.
#pragma once

#include "kiosk/app/state.hpp"
#include "kiosk/inbox.hpp"
#include "kiosk/platform/speech.hpp"
#include "kiosk/platform/window.hpp"

#include <functional>

namespace walkin::kiosk {

struct KioskLoop {
  platform::Window& window;
  Inbox& inbox;
  std::function<void(Command)> carry_out; // all but Restart
  std::function<bool()> closing;
  platform::Speech* speech = nullptr; // none: nothing is said

  // Until the window is closed, `closing`, or the staff asks for a restart. Errors: those of drawing.
  base::Status run(const Settings& settings);
};

} // namespace walkin::kiosk
