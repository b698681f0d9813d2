// Sample content for the gallery and for tests of pages: what the desk of a made-up organisation has written,
// and what workers would answer. Pure.
#pragma once

#include "kiosk/app/state.hpp"

#include <vector>

namespace walkin::kiosk::platform {

// The one of the page's language.
std::string_view in_language(i18n::Language language, std::string_view en, std::string_view es,
                             std::string_view nb);
i18n::LocalTime sample_time(int hour, int minute);
OpeningInfo sample_opening(bool is_open);
// Settings, hours, queue, known problems.
std::vector<Intent> sample_site();
// A picture as an organisation has it: a round sign and its name in bars.
std::shared_ptr<const Bitmap> sample_logo();
// What comes back for a command; nothing for what is saved.
std::vector<Intent> sample_answer(const Command& command);
// The number that a registration gets.
Registered sample_ticket(RequestId request, bool in_touch);

} // namespace walkin::kiosk::platform
