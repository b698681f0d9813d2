#include "shared/base/text.hpp"
#include "shared/i18n/catalogue.hpp"
#include "shared/i18n/embedded.hpp"
#include "shared/i18n/format.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <thread>

using namespace walkin;
using i18n::catalogue;
using i18n::Language;

namespace {

// Key to its texts (two for a plural), read from the compiled catalogue apart from the code under test: the
// tables of a .mo file are described in the GNU gettext manual, "The Format of GNU MO Files".
std::map<std::string, std::vector<std::string>> read_catalogue(Language language) {
  const auto bytes = i18n::embedded_catalogue(language);
  auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    REQUIRE(at + 4 <= bytes.size());
    std::memcpy(&value, bytes.data() + at, 4);
    return std::size_t{value};
  };
  REQUIRE(word(0) == 0x950412de);
  std::map<std::string, std::vector<std::string>> entries;
  for (std::size_t i = 0; i < word(8); ++i) {
    auto string_at = [&](std::size_t table) {
      return std::string(bytes.data() + word(table + 8 * i + 4), word(table + 8 * i));
    };
    const std::string original = string_at(word(12)), translated = string_at(word(16));
    const std::string key = original.substr(0, original.find('\0'));
    if (key.empty()) continue; // the header
    std::size_t from = 0;
    for (auto to = from; to != std::string::npos; from = to + 1) {
      to = translated.find('\0', from);
      entries[key].push_back(translated.substr(from, to == std::string::npos ? to : to - from));
    }
  }
  return entries;
}

std::multiset<std::string> placeholders(const std::string& text) {
  static const std::regex pattern(R"(\{[^}]*\})");
  return {std::sregex_token_iterator(text.begin(), text.end(), pattern), {}};
}

bool ends_with(std::string_view text, std::string_view end) { return text.ends_with(end); }

} // namespace

TEST_CASE("every language has the same keys, plurals and placeholders") {
  const auto english = read_catalogue(Language::en);
  REQUIRE(english.size() > 100);
  for (Language language : i18n::k_languages) {
    const auto other = read_catalogue(language);
    CAPTURE(i18n::tag_of(language));
    for (const auto& [key, texts] : english) {
      CAPTURE(key);
      REQUIRE(other.contains(key));
      REQUIRE(other.at(key).size() == texts.size());
      for (std::size_t form = 0; form < texts.size(); ++form)
        CHECK(placeholders(other.at(key)[form]) == placeholders(texts[form]));
    }
    for (const auto& [key, texts] : other) CHECK_MESSAGE(english.contains(key), key);
  }
}

TEST_CASE("no text is empty, padded, a key, or in a form the screen can't keep") {
  for (Language language : i18n::k_languages)
    for (const auto& [key, texts] : read_catalogue(language))
      for (const auto& text : texts) {
        CAPTURE(i18n::tag_of(language));
        CAPTURE(key);
        CHECK_FALSE(text.empty());
        CHECK(text != key);
        REQUIRE(base::is_valid_utf8(text));
        CHECK(base::clean(text) == text); // normal form C, no blanks at the ends
        CHECK(text.find('!') == std::string::npos);
        CHECK(text.find('\'') == std::string::npos); // the typographer's apostrophe
        CHECK(text.find("  ") == std::string::npos);
      }
}

TEST_CASE("words fit where they stand") {
  const std::set<std::string> primaries{
      "common.continue", "common.done",           "start.get_help",      "review.send", "idle.stay",
      "idle.clear",      "save_failed.try_again", "save_failed.counter", "leave.stay",  "leave.clear"};
  std::size_t seen = 0;
  for (Language language : i18n::k_languages)
    for (const auto& [key, texts] : read_catalogue(language)) {
      CAPTURE(i18n::tag_of(language));
      CAPTURE(key);
      const std::size_t length = base::count_code_points(texts.front());
      if (key.starts_with("bar.") || key == "common.back") CHECK(length <= 9);
      if (ends_with(key, ".hint")) CHECK(length <= 19);
      if (primaries.contains(key)) {
        CHECK(length <= 20);
        ++seen;
      }
    }
  CHECK(seen == primaries.size() * i18n::k_languages.size());
}

TEST_CASE("the fixed words are those of the design") {
  struct Fixed {
    const char *key, *en, *es, *nb;
  };
  for (const Fixed& word :
       {Fixed{"common.continue", "Continue", "Continuar", "Fortsett"},
        Fixed{"common.back", "Back", "Atrás", "Tilbake"}, Fixed{"common.exit", "Exit", "Salir", "Avslutt"},
        Fixed{"common.done", "Done", "Listo", "Ferdig"}, Fixed{"common.change", "Change", "Cambiar", "Endre"},
        Fixed{"bar.text_size", "Text size", "Letra", "Tekst"},
        Fixed{"bar.contrast", "Contrast", "Contraste", "Kontrast"},
        Fixed{"bar.reach", "Reach", "Alcance", "Senk"}}) {
    CHECK(catalogue(Language::en).text(word.key) == word.en);
    CHECK(catalogue(Language::es).text(word.key) == word.es);
    CHECK(catalogue(Language::nb).text(word.key) == word.nb);
  }
}

TEST_CASE("every key that a program asks for is in the catalogues") {
  const auto english = read_catalogue(Language::en);
  const std::string key = R"re(\("([a-z0-9_]+(?:\.[a-z0-9_]+)+)")re";
  // At the desk, text() is also what a ticket's field is asked by, so there the object has to be named for
  // words.
  const std::pair<const char*, std::regex> places[] = {
      {"kiosk", std::regex("\\b(?:text|plural_text|plural|fill|has)" + key)},
      {"sync",
       std::regex(R"re(\b(?:words_?|catalogue\([^)]*\))\.(?:text|plural_text|plural|fill|has))re" + key)}};
  std::size_t asked = 0;
  for (const auto& [folder, pattern] : places)
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(WALKIN_SOURCE_DIR) / folder)) {
      if (file.path().extension() != ".cpp" && file.path().extension() != ".hpp") continue;
      std::ifstream in(file.path());
      const std::string source{std::istreambuf_iterator<char>(in), {}};
      for (std::sregex_iterator found(source.begin(), source.end(), pattern), end; found != end; ++found) {
        CAPTURE(file.path().string());
        CHECK_MESSAGE(english.contains((*found)[1]), std::string((*found)[1]));
        ++asked;
      }
    }
  CHECK(asked > 100); // or the patterns no longer find anything
}

TEST_CASE("a key without words shows itself rather than nothing") {
  CHECK(catalogue(Language::nb).text("nothing.here") == "nothing.here");
  CHECK_FALSE(catalogue(Language::nb).has("nothing.here"));
  CHECK(catalogue(Language::nb).has("common.back"));
}

TEST_CASE("placeholders are replaced, and those not given stay") {
  CHECK(catalogue(Language::es).fill("common.step", {{"n", "2"}, {"m", "6"}}) == "Paso 2 de 6");
  CHECK(catalogue(Language::en).fill("common.step", {{"n", "2"}}) == "Step 2 of {m}");
}

TEST_CASE("one second and two seconds differ in every language") {
  CHECK(catalogue(Language::en).plural("number.clears", 1, {}) == "This page clears itself in 1 second.");
  CHECK(catalogue(Language::en).plural("number.clears", 0, {}) == "This page clears itself in 0 seconds.");
  CHECK(catalogue(Language::es).plural("number.clears", 40, {}) == "Esta página se borra en 40 segundos.");
  CHECK(catalogue(Language::nb).plural("number.clears", 1, {}) == "Denne siden tømmes om 1 sekund.");
  CHECK(catalogue(Language::nb).plural("number.clears", 5'000'000'000, {}) ==
        "Denne siden tømmes om 5000000000 sekunder.");
}

TEST_CASE("languages are known by their tags, also older and regional ones") {
  CHECK(i18n::parse_language("nb-NO") == Language::nb);
  CHECK(i18n::parse_language("no") == Language::nb);
  CHECK(i18n::parse_language("ES_mx.UTF-8") == Language::es);
  CHECK(i18n::parse_language("en") == Language::en);
  CHECK_FALSE(i18n::parse_language("fr"));
  CHECK_FALSE(i18n::parse_language(""));
  for (Language language : i18n::k_languages) CHECK(i18n::parse_language(i18n::tag_of(language)) == language);
}

TEST_CASE("times, dates and numbers are written as each language does") {
  using namespace std::chrono;
  const i18n::LocalTime time{2026y / November / 22d, minutes{9 * 60 + 5}};
  CHECK(i18n::format_clock(time) == "9:05");
  CHECK(i18n::format_clock({2026y / November / 22d, minutes{16 * 60 + 42}}) == "16:42");
  CHECK(i18n::format_date(Language::en, time) == "22 November 2026");
  CHECK(i18n::format_date(Language::es, time) == "22 de noviembre de 2026");
  CHECK(i18n::format_date(Language::nb, time) == "22. november 2026");
  CHECK(i18n::format_day(Language::en, time) == "Sunday 22 November");
  CHECK(i18n::format_day(Language::es, time) == "domingo 22 de noviembre");
  CHECK(i18n::format_day(Language::nb, time) == "søndag 22. november");
  CHECK(i18n::format_number(Language::en, 1234) == "1,234");
  CHECK(i18n::format_number(Language::es, 1234) == "1234");
  CHECK(i18n::format_number(Language::es, 1234567) == "1.234.567");
  CHECK(i18n::format_number(Language::nb, 12345) == "12\u00a0345");
  CHECK(i18n::format_number(Language::en, 0) == "0");
  CHECK(i18n::format_number(Language::en, std::numeric_limits<std::int64_t>::min()) ==
        "\u22129,223,372,036,854,775,808");
}

TEST_CASE("words may be asked for from many threads at once") {
  std::vector<std::jthread> threads;
  std::array<bool, 4> right{};
  for (std::size_t i = 0; i < right.size(); ++i)
    threads.emplace_back([&right, i] {
      bool all = true;
      for (int n = 0; n < 500; ++n)
        all = all && catalogue(Language::es).fill("common.step", {{"n", "1"}, {"m", "6"}}) == "Paso 1 de 6";
      right[i] = all;
    });
  threads.clear();
  CHECK(std::ranges::all_of(right, [](bool value) { return value; }));
}
