#include "kiosk/ui/key_layouts.hpp"

#include <array>
#include <initializer_list>
#include <utility>

namespace walkin::kiosk::ui {
namespace {

using i18n::Language;

constexpr Accented k_letters[] = {{"q", "Q"}, {"w", "W"}, {"e", "E"}, {"r", "R"}, {"t", "T"}, {"y", "Y"},
                                  {"u", "U"}, {"i", "I"}, {"o", "O"}, {"p", "P"}, {"a", "A"}, {"s", "S"},
                                  {"d", "D"}, {"f", "F"}, {"g", "G"}, {"h", "H"}, {"j", "J"}, {"k", "K"},
                                  {"l", "L"}, {"z", "Z"}, {"x", "X"}, {"c", "C"}, {"v", "V"}, {"b", "B"},
                                  {"n", "N"}, {"m", "M"}};

void add_letters(KeyRow& row, std::size_t first, std::size_t count, bool capitals = false) {
  for (std::size_t i = first; i < first + count; ++i)
    row.keys.push_back(
        {KeyAction::insert, capitals ? k_letters[i].upper : k_letters[i].lower, k_letters[i].upper});
}

KeyRow plain(std::initializer_list<std::string_view> texts) {
  KeyRow row;
  for (std::string_view text : texts) row.keys.push_back({KeyAction::insert, text, text});
  return row;
}

KeyDef wide(std::string_view text, float weight) { return {KeyAction::insert, text, text, weight}; }

KeyRow digits() { return plain({"1", "2", "3", "4", "5", "6", "7", "8", "9", "0"}); }

constexpr float k_side = 1.52F, k_small = 0.9F, k_function = 1.38F;

KeyRow foot(std::initializer_list<KeyDef> beside_space, bool has_return) {
  KeyRow row;
  row.keys.push_back({KeyAction::symbols, "", "", k_function});
  float room = 10.0F - k_function - 2 * k_small;
  for (const KeyDef& key : beside_space) {
    row.keys.push_back(key);
    room -= key.weight;
  }
  if (has_return) room -= k_function;
  row.keys.push_back({KeyAction::space, " ", " ", room});
  row.keys.push_back(wide(",", k_small));
  row.keys.push_back(wide(".", k_small));
  if (has_return) row.keys.push_back({KeyAction::enter, "\n", "\n", k_function});
  return row;
}

KeyLayout letters(Language language, bool has_return) {
  KeyRow top, middle, bottom;
  add_letters(top, 0, 10);
  add_letters(middle, 10, 9);
  if (language == Language::es) middle.keys.push_back({KeyAction::insert, "ñ", "Ñ"});
  if (language == Language::nb) {
    top.keys.push_back({KeyAction::insert, "å", "Å"});
    middle.keys.push_back({KeyAction::insert, "ø", "Ø"});
    middle.keys.push_back({KeyAction::insert, "æ", "Æ"});
  }
  middle.centered = language == Language::en;
  bottom.keys.push_back({KeyAction::shift, "", "", k_side});
  add_letters(bottom, 19, 7);
  bottom.keys.push_back({KeyAction::erase, "", "", k_side});
  const KeyDef acute{KeyAction::accent, "´", "´", k_small, U'\u0301'};
  KeyRow last = language == Language::es ? foot({acute, {KeyAction::insert, "¿", "¡", k_small}}, has_return)
                                         : foot({wide("'", k_small), wide("-", k_small)}, has_return);
  return {top, middle, bottom, last};
}

KeyLayout symbols_layout(Language language, bool has_return) {
  KeyRow second = plain({"@", "#", "&", "%", "+", "=", "/", "(", ")", "_"});
  KeyRow third;
  third.keys.push_back(wide("?", k_side));
  for (std::string_view text : {"!", "\"", ":", ";", "*", "€"}) third.keys.push_back(wide(text, 1));
  third.keys.push_back(language == Language::es ? KeyDef{KeyAction::accent, "¨", "¨", 1, U'\u0308'}
                                                : wide("$", 1));
  third.keys.push_back({KeyAction::erase, "", "", k_side});
  return {digits(), second, third,
          foot(language == Language::es
                   ? std::initializer_list<KeyDef>{wide("-", k_small), wide("¡", k_small)}
                   : std::initializer_list<KeyDef>{wide("'", k_small), wide("-", k_small)},
               has_return)};
}

KeyLayout mail(Language language) {
  KeyRow top, middle, bottom, last;
  add_letters(top, 0, 10);
  add_letters(middle, 10, 9);
  middle.centered = true;
  bottom.keys.push_back(wide("_", k_side));
  add_letters(bottom, 19, 7);
  bottom.keys.push_back({KeyAction::erase, "", "", k_side});
  const std::string_view country = language == Language::es   ? ".es"
                                   : language == Language::nb ? ".no"
                                                              : ".uk";
  last.keys = {wide("@", 1.6F),     wide(".", 1.05F),    wide("-", 1.05F),
               wide(".com", 2.15F), wide(".org", 2.15F), wide(country, 1.6F)};
  return {digits(), top, middle, bottom, last};
}

KeyLayout number() {
  KeyLayout layout{plain({"1", "2", "3"}), plain({"4", "5", "6"}), plain({"7", "8", "9"}), plain({"+", "0"})};
  layout.back().keys.push_back({KeyAction::erase, "", ""});
  return layout;
}

KeyLayout code() {
  KeyRow top, middle, bottom;
  add_letters(top, 0, 10, true);
  add_letters(middle, 10, 9, true);
  middle.keys.push_back(wide("-", 1));
  add_letters(bottom, 19, 7, true);
  bottom.centered = true;
  bottom.keys.push_back({KeyAction::erase, "", "", k_side});
  return {digits(), top, middle, bottom};
}

constexpr Accented k_a[] = {{"á", "Á"}, {"à", "À"}, {"â", "Â"}, {"ä", "Ä"},
                            {"å", "Å"}, {"æ", "Æ"}, {"ã", "Ã"}},
                   k_c[] = {{"ç", "Ç"}, {"č", "Č"}, {"ć", "Ć"}}, k_d[] = {{"đ", "Đ"}, {"ð", "Ð"}},
                   k_e[] = {{"é", "É"}, {"è", "È"}, {"ê", "Ê"}, {"ë", "Ë"}, {"ę", "Ę"}},
                   k_i[] = {{"í", "Í"}, {"ì", "Ì"}, {"î", "Î"}, {"ï", "Ï"}}, k_l[] = {{"ł", "Ł"}},
                   k_n[] = {{"ñ", "Ñ"}, {"ń", "Ń"}}, k_o[] = {{"ó", "Ó"}, {"ò", "Ò"}, {"ô", "Ô"}, {"ö", "Ö"},
                                                              {"ø", "Ø"}, {"œ", "Œ"}, {"õ", "Õ"}},
                   k_s[] = {{"š", "Š"}, {"ß", "ß"}, {"ś", "Ś"}},
                   k_u[] = {{"ú", "Ú"}, {"ù", "Ù"}, {"û", "Û"}, {"ü", "Ü"}}, k_y[] = {{"ý", "Ý"}, {"ÿ", "Ÿ"}},
                   k_z[] = {{"ž", "Ž"}, {"ż", "Ż"}}, k_question[] = {{"¿", "¿"}},
                   k_exclamation[] = {{"¡", "¡"}};

constexpr std::pair<std::string_view, std::span<const Accented>> k_accents[] = {
    {"a", k_a}, {"c", k_c}, {"d", k_d}, {"e", k_e}, {"i", k_i}, {"l", k_l},        {"n", k_n},
    {"o", k_o}, {"s", k_s}, {"u", k_u}, {"y", k_y}, {"z", k_z}, {"?", k_question}, {"!", k_exclamation}};

} // namespace

std::span<const Accented> accents_of(std::string_view lower) {
  for (const auto& [letter, accents] : k_accents)
    if (letter == lower) return accents;
  return {};
}

const KeyLayout& key_layout(KeyboardKind kind, i18n::Language language, bool symbols, bool has_return) {
  constexpr std::size_t k_languages = i18n::k_languages.size();
  struct Tables {
    std::array<std::array<KeyLayout, 4>, k_languages> text; // by symbols and return
    std::array<KeyLayout, k_languages> mail_by_language;
    KeyLayout number_keys = number(), code_keys = code();
    Tables() {
      for (Language each : i18n::k_languages) {
        const auto at = static_cast<std::size_t>(each);
        text[at] = {letters(each, false), letters(each, true), symbols_layout(each, false),
                    symbols_layout(each, true)};
        mail_by_language[at] = mail(each);
      }
    }
  };
  static const Tables k_tables;
  const auto at = static_cast<std::size_t>(language);
  switch (kind) {
  case KeyboardKind::mail: return k_tables.mail_by_language[at];
  case KeyboardKind::number: return k_tables.number_keys;
  case KeyboardKind::code: return k_tables.code_keys;
  case KeyboardKind::text: break;
  }
  return k_tables.text[at][(symbols ? 2U : 0U) + (has_return ? 1U : 0U)];
}

} // namespace walkin::kiosk::ui
