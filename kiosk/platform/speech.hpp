// Says what it is given, through espeak-ng, on a thread of its own. Without a sound device there is none.
#pragma once

#include "kiosk/app/secret_text.hpp"
#include "shared/i18n/catalogue.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace walkin::kiosk::platform {

class Speech {
public:
  virtual ~Speech() = default;
  // Cuts off what is being said. `volume` from 1 to 5. From the UI thread; does not block.
  virtual void say(SecretText text, i18n::Language language, int volume) = 0;
  virtual void hush() = 0;

  // What there is to be heard through, by its name: a card that plays, or a sound server. Empty: nothing.
  // Cheap.
  static std::string device();
  // Has espeak-ng, once it is loaded, speak this language from now on; false: it has no such voice.
  static bool use_voice(i18n::Language language);
  // espeak-ng is loaded when something is to be said for the first time.
  static std::unique_ptr<Speech> start();
};

} // namespace walkin::kiosk::platform
