// The paper slip as the bytes that a receipt printer takes: ESC/POS, the command set of Epson's TM printers
// that others follow. Pure; any thread.
#pragma once

#include "kiosk/app/content.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace walkin::kiosk {

struct Slip {
  i18n::Language language = i18n::Language::en;
  std::string_view desk_name, number, code, follow_url; // "" leaves a line out
  i18n::LocalTime at;
  std::string_view last_lines; // of the site; may hold line feeds
};

// In Windows-1252, which has every letter of our languages; what it has not is printed as "?". Ends with a
// feed and a partial cut.
std::vector<std::uint8_t> encode_slip(const Slip& slip);

// The answer to DLE EOT 4 (paper sensor): whether paper is out.
bool is_paper_out(std::uint8_t sensor_status);

} // namespace walkin::kiosk
