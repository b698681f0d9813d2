#include "shared/i18n/catalogue.hpp"

#include "shared/i18n/embedded.hpp"

#include <algorithm>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>
#include <locale>
#include <stdexcept>
#include <vector>

namespace walkin::i18n {

namespace {

using Messages = boost::locale::message_format<char>;

// Boost.Locale's own reader of gettext catalogues, without its ICU back end: it costs a fifth of a
// millisecond a language, and ICU is never asked to load its data.
std::locale load(Language language) {
  boost::locale::gnu_gettext::messages_info info;
  info.language = tag_of(language);
  info.encoding = "UTF-8";
  info.domains.emplace_back("walkin");
  info.paths.emplace_back(""); // it asks the callback once for each path
  info.callback = [language](const std::string&, const std::string&) {
    const auto bytes = embedded_catalogue(language);
    return std::vector<char>(bytes.begin(), bytes.end());
  };
  auto* facet = boost::locale::gnu_gettext::create_messages_facet<char>(info);
  if (!facet)
    throw std::logic_error("the catalogue of " + info.language + " that was built in can't be read");
  return {std::locale::classic(), facet};
}

std::string joined(std::string_view pattern, std::span<const Argument> arguments) {
  std::string text;
  fill_pieces(pattern, arguments, [&](std::string_view piece) { text += piece; });
  return text;
}

} // namespace

std::string_view tag_of(Language language) {
  switch (language) {
  case Language::en: return "en";
  case Language::es: return "es";
  case Language::nb: return "nb";
  }
  return "en";
}

std::optional<Language> parse_language(std::string_view tag) {
  std::string primary(tag.substr(0, tag.find_first_of("-_.@")));
  std::ranges::transform(primary, primary.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (primary == "no") return Language::nb; // the macrolanguage, as many systems still say
  for (Language language : k_languages)
    if (primary == tag_of(language)) return language;
  return std::nullopt;
}

struct CatalogueBuilder {
  std::array<std::locale, k_languages.size()> locales; // own the messages
  std::array<Catalogue, k_languages.size()> catalogues;

  CatalogueBuilder() {
    for (std::size_t i = 0; i < k_languages.size(); ++i) {
      locales[i] = load(k_languages[i]);
      catalogues[i].language_ = k_languages[i];
      catalogues[i].messages_ = &std::use_facet<Messages>(locales[i]);
    }
  }
};

const Catalogue& catalogue(Language language) {
  static const CatalogueBuilder built;
  return built.catalogues[static_cast<std::size_t>(language)];
}

bool Catalogue::has(std::string_view key) const {
  const std::string name(key);
  return static_cast<const Messages*>(messages_)->get(0, nullptr, name.c_str()) != nullptr;
}

std::string_view Catalogue::text(std::string_view key) const {
  const std::string name(key);
  const char* found = static_cast<const Messages*>(messages_)->get(0, nullptr, name.c_str());
  return found ? std::string_view(found) : key;
}

std::string_view Catalogue::plural_text(std::string_view key, std::int64_t count) const {
  const std::string name(key);
  // Boost takes an int; beyond it the form no longer changes in any language there is here.
  const auto limited = static_cast<int>(std::clamp<std::int64_t>(count, 0, 1'000'000));
  const char* found = static_cast<const Messages*>(messages_)->get(0, nullptr, name.c_str(), limited);
  return found ? std::string_view(found) : key;
}

std::string Catalogue::fill(std::string_view key, std::initializer_list<Argument> arguments) const {
  return joined(text(key), arguments);
}

std::string Catalogue::plural(std::string_view key, std::int64_t count,
                              std::initializer_list<Argument> arguments) const {
  const std::string number = std::to_string(count);
  std::vector<Argument> all(arguments);
  all.emplace_back("n", number);
  return joined(plural_text(key, count), all);
}

} // namespace walkin::i18n
