// How a person may have set the screen: what every page is held to in each.
#pragma once

#include <string_view>

namespace walkin::kiosk::ui {

struct Setting {
  std::string_view name;
  int larger = 0; // steps of the text size
  bool contrast = false, reach = false;
};

inline constexpr Setting k_settings[] = {{"as it comes"},
                                         {"150 %", 1},
                                         {"200 %", 2},
                                         {"contrast", 0, true},
                                         {"reach", 0, false, true},
                                         {"reach at 150 %", 1, false, true},
                                         {"reach at 200 %", 2, false, true}};

} // namespace walkin::kiosk::ui
