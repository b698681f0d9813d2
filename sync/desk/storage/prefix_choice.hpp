// Which prefix a new station's ticket codes get.
#pragma once

#include "shared/base/clock.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace walkin::desk {

inline constexpr std::string_view k_desk_prefix = "HD"; // of tickets registered at the desk itself

// Two letters that remind of the site ("City Hall" gives CH, "Library" LI), else the next free ones, else
// three and four letters. `is_taken` is asked for each until it says no.
std::string choose_prefix(std::string_view site, const std::function<bool(const std::string&)>& is_taken);

// After a restore: four letters at random, the first telling how often the desk was restored. Together with
// what is taken as far as it is known, no prefix that was given out since the backup is given again.
std::string fresh_prefix(std::int64_t generation, base::Random& random,
                         const std::function<bool(const std::string&)>& is_taken);

// The letter of a kiosk's queue numbers, from A on. K is the counter's, and those that look like digits or
// each other are left out. When a site has used all of them: two letters.
std::string choose_letter(const std::function<bool(const std::string&)>& is_taken);

} // namespace walkin::desk
