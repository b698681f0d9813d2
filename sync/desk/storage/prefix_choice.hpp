// Which prefix a new station's ticket codes get.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace walkin::desk {

inline constexpr std::string_view k_desk_prefix = "HD"; // of tickets registered at the desk itself

// Two letters that remind of the site ("City Hall" gives CH, "Library" LI), else the next free ones, else
// three and four letters. `is_taken` is asked for each until it says no.
std::string choose_prefix(std::string_view site, const std::function<bool(const std::string&)>& is_taken);

// The letter of a kiosk's queue numbers, from A on. K is the counter's, and those that look like digits or
// each other are left out. When a site has used all of them: two letters.
std::string choose_letter(const std::function<bool(const std::string&)>& is_taken);

} // namespace walkin::desk
