// The words of every program in every language: gettext catalogues that are part of the program file.
//
//   const auto& words = i18n::catalogue(i18n::Language::es);
//   words.text("common.back");                       "Atrás"
//   words.fill("common.step", {{"n", "2"}, {"m", "6"}});   "Paso 2 de 6"
//   words.plural("number.clears", 40, {});           "Esta página se borra en 40 segundos."
//
// Keys are short dotted ids that start with where they are used ("who.title"). The catalogues are
// assets/i18n/<tag>.po; a test holds their keys, placeholders and lengths together. Everything here may be
// called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace walkin::i18n {

// English, Spanish, Norwegian bokmål.
enum class Language : std::uint8_t { en, es, nb };
inline constexpr std::array k_languages{Language::en, Language::es, Language::nb};

// BCP 47: "en", "es", "nb".
std::string_view tag_of(Language language);

// Takes regions and the older names ("nb-NO", "no", "es_MX"); nothing for a language there are no words in.
std::optional<Language> parse_language(std::string_view tag);

// What stands for {name} in a text.
using Argument = std::pair<std::string_view, std::string_view>;

class Catalogue {
public:
  Language language() const { return language_; }

  // The words of this key; the key itself where there are none, so that nothing is ever blank. The view ends
  // in a zero byte and lives as long as the program.
  std::string_view text(std::string_view key) const;
  bool has(std::string_view key) const;

  // The form that this language uses for `count`, where {n} is to be the count.
  std::string_view plural_text(std::string_view key, std::int64_t count) const;

  // With {name} replaced. A name that was not given stays as it is.
  std::string fill(std::string_view key, std::initializer_list<Argument> arguments) const;
  std::string plural(std::string_view key, std::int64_t count,
                     std::initializer_list<Argument> arguments) const;

private:
  friend const Catalogue& catalogue(Language language);
  friend struct CatalogueBuilder;
  Language language_ = Language::en;
  const void* messages_ = nullptr;
};

// Made at first use, once for the whole program.
const Catalogue& catalogue(Language language);

// Calls `append(std::string_view)` with the pieces of `pattern`, placeholders replaced: for texts that must
// not be left behind in memory that is not wiped.
template <class Append>
void fill_pieces(std::string_view pattern, std::span<const Argument> arguments, Append&& append) {
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    const auto close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) break;
    append(pattern.substr(0, open));
    const auto name = pattern.substr(open + 1, close - open - 1);
    const Argument* found = nullptr;
    for (const auto& argument : arguments)
      if (argument.first == name) found = &argument;
    append(found ? found->second : pattern.substr(open, close - open + 1));
    pattern.remove_prefix(close + 1);
  }
  if (!pattern.empty()) append(pattern);
}

} // namespace walkin::i18n
