// What stands on the on-screen keyboard, by language and by what a field takes. Pure tables.
#pragma once

#include "kiosk/app/model.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace walkin::kiosk::ui {

enum class KeyAction : std::uint8_t { insert, accent, shift, symbols, erase, enter, space };

struct KeyDef {
  KeyAction action = KeyAction::insert;
  std::string_view lower, upper; // what is shown and typed; upper with shift
  float weight = 1;              // width as a part of one letter's
  char32_t combining = 0;        // of an accent
};

struct KeyRow {
  std::vector<KeyDef> keys;
  bool centered = false; // keeps the first row's key width and stands in the middle
};

// What a letter or sign shows while it is held, the likeliest first; nothing for most. By the lower letter.
struct Accented {
  std::string_view lower, upper;
};
std::span<const Accented> accents_of(std::string_view lower);

using KeyLayout = std::vector<KeyRow>;

// The same object for the same arguments; lives as long as the program.
const KeyLayout& key_layout(KeyboardKind kind, i18n::Language language, bool symbols, bool has_return);

} // namespace walkin::kiosk::ui
