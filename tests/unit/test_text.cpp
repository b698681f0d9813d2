#include "shared/base/text.hpp"

#include <doctest/doctest.h>

using namespace walkin;

TEST_CASE("text that is not UTF-8 is told apart") {
  for (const char* good : {"", "plain", "Señora", "日本", "\U0001F600", "\u007f", "\uffff", "\U0010ffff"})
    CHECK_MESSAGE(base::is_valid_utf8(good), good);
  CHECK(base::is_valid_utf8(std::string_view("a\0b", 3)));
  const std::string_view k_bad[] = {
      "\x80",             // a continuation alone
      "\xc3",             // cut off
      "\xe2\x82",         // cut off
      "\xf0\x9f\x98",     // cut off
      "\xc0\xaf",         // overlong '/'
      "\xe0\x80\xaf",     // overlong '/'
      "\xf0\x80\x80\xaf", // overlong '/'
      "\xed\xa0\x80",     // a surrogate
      "\xf4\x90\x80\x80", // after U+10FFFF
      "\xff\xfe",         // UTF-16
      "Se\xf1ora",        // Latin-1
      "good then \xc3(",  // late
  };
  for (std::string_view bad : k_bad) CHECK_MESSAGE(!base::is_valid_utf8(bad), bad);
}

TEST_CASE("clean text is composed, trimmed and has plain line ends") {
  CHECK(base::clean("Sen\u0303ora") == "Se\u00f1ora");
  CHECK(base::clean("A\u030a \u212b") == "\u00c5 \u00c5");
  CHECK(base::clean(" \t\r\n x y \n") == "x y");
  CHECK(base::clean("a\r\nb\rc\n\nd") == "a\nb\nc\n\nd");
  CHECK(base::clean("  \n ").empty());
  CHECK(base::clean("").empty());
  CHECK(base::clean("\U0001F468\u200d\U0001F469") == "\U0001F468\u200d\U0001F469");
}

TEST_CASE("the blanks of other keyboards are trimmed too") {
  CHECK(base::clean("\u00a0maria@company.org\u00a0") == "maria@company.org");
  CHECK(base::clean("\u3000山田\u2003") == "山田");
  CHECK(base::clean("\u00a0").empty());
  CHECK(base::clean("a\u00a0b") == "a\u00a0b");
}

TEST_CASE("cleaning what is clean changes nothing") {
  for (const char* text :
       {" Se\u0303 ", "\u0301x", " \u0301", "\r\r\n\r", "\u1100\u1161\u11a8", "\u0344", "x\u00a0 "}) {
    const std::string once = base::clean(text);
    CHECK_MESSAGE(base::clean(once) == once, text);
  }
}

TEST_CASE("control characters and direction overrides have no place in what a person wrote") {
  CHECK(!base::find_forbidden("Maria Ruiz, 日本, \U0001F600", false));
  for (char32_t c = 0; c < 0x20; ++c) {
    const std::string text = std::string("a") + static_cast<char>(c);
    CHECK(base::find_forbidden(text, false) == c);
    const bool is_layout = c == '\n' || c == '\t' || c == '\r';
    CHECK(base::find_forbidden(text, true).has_value() == !is_layout);
  }
  CHECK(base::find_forbidden("a\u007f", true) == U'\u007f');
  CHECK(base::find_forbidden("a\u0085", true) == U'\u0085');
  CHECK(base::find_forbidden("a\u2028", true) == U'\u2028');
  CHECK(base::find_forbidden("exe.\u202efdp", true) == U'\u202e');
  CHECK(base::find_forbidden("\u202a", true));
  CHECK(base::find_forbidden("\u2066", true));
  CHECK(base::find_forbidden("\u2069", true));
  CHECK(!base::find_forbidden("\u2065", true));
  CHECK(!base::find_forbidden("שלום", true));
}

TEST_CASE("folding takes case and accents away") {
  CHECK(base::fold("SEÑORA") == base::fold("senora"));
  CHECK(base::fold("Sen\u0303ora") == "senora");
  CHECK(base::fold("Straße") == base::fold("STRASSE"));
  CHECK(base::fold("ΣΊΣΥΦΟΣ") == base::fold("σισυφος"));
  CHECK(base::fold("a") != base::fold("b"));
  CHECK(base::fold("\u0301").empty());
}

TEST_CASE("shortened text has at most so many code points and shows that it was cut") {
  CHECK(base::shorten("abcdef", 6) == "abcdef");
  CHECK(base::shorten("abcdefg", 6) == "abcde…");
  CHECK(base::shorten("ñañañaña", 4) == "ñañ…");
  CHECK(base::shorten("日本語", 2) == "日…");
  CHECK(base::shorten("\U0001F600\U0001F600", 1) == "…");
  CHECK(base::shorten("", 0).empty());
  for (std::size_t limit = 0; limit < 12; ++limit) {
    const std::string cut = base::shorten("añ日\U0001F600-añ日\U0001F600", limit);
    CHECK(base::is_valid_utf8(cut));
    CHECK(base::count_code_points(cut) <= limit);
  }
}
