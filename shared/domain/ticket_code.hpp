// The code a ticket keeps for life: prefix of the station, counter, check character: LB-0042-K.
#pragma once

#include "shared/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walkin::domain {

// The check character is that of ISO/IEC 7064, MOD 37-2, over prefix and counter without the dashes. It
// catches every single wrong character and every swap of two neighbours. The system's 37th check character,
// '*', is never given out: a counter that would need it is left out.

// The code of this prefix (2 to 4 letters A-Z) and counter, or nothing where the counter is one to leave out.
std::optional<std::string> make_ticket_code(std::string_view prefix, std::uint32_t counter);

// The first counter after `last` that has a code, and that code.
struct NextCode {
  std::uint32_t counter;
  std::string code;
};
NextCode next_ticket_code(std::string_view prefix, std::uint32_t last);

// A code as a person typed it (any case, blanks or no dashes) in its one proper form, or why it is none.
base::Result<std::string> parse_ticket_code(std::string_view typed);

bool is_station_prefix(std::string_view prefix);

} // namespace walkin::domain
