#include "kiosk/app/text_edit.hpp"

#include <doctest/doctest.h>
#include <random>
#include <string>

using walkin::kiosk::SecretText;
using walkin::kiosk::TextEdit;

namespace {

const std::string k_family = "\U0001F468\u200D\U0001F469\u200D\U0001F467"; // man, woman, girl: one character
const std::string k_flag_no = "\U0001F1F3\U0001F1F4";
const std::string k_e_acute_two = "e\u0301"; // e and a combining acute

TextEdit with(std::string_view text, std::size_t limit = 100) {
  TextEdit edit(limit, false);
  REQUIRE(edit.insert(text));
  return edit;
}

} // namespace

TEST_CASE("letters go in at the cursor, and come out one by one") {
  TextEdit edit = with("Mara");
  edit.move_left();
  CHECK(edit.insert("t"));
  CHECK(edit.text() == "Marta");
  CHECK(edit.cursor() == 4);
  CHECK(edit.erase_back());
  CHECK(edit.text() == "Mara");
  edit.move_home();
  CHECK_FALSE(edit.erase_back());
  CHECK(edit.insert("¡"));
  CHECK(edit.text() == "¡Mara");
  edit.move_end();
  edit.move_right();
  CHECK(edit.cursor() == edit.text().size());
}

TEST_CASE("what a person sees as one character is passed over and erased as one") {
  for (const std::string& one : {std::string("ñ"), k_e_acute_two, k_family, k_flag_no, std::string("😀")}) {
    CAPTURE(one);
    TextEdit edit = with("a" + one + "b");
    edit.move_left();
    edit.move_left();
    CHECK(edit.cursor() == 1);
    edit.move_right();
    CHECK(edit.cursor() == 1 + one.size());
    CHECK(edit.erase_back());
    CHECK(edit.text() == "ab");
    CHECK(edit.cursor() == 1);
  }
}

TEST_CASE("flags one after another are told apart two by two") {
  TextEdit edit = with(k_flag_no + k_flag_no + k_flag_no);
  CHECK(edit.erase_back());
  CHECK(edit.text() == k_flag_no + k_flag_no);
  edit.move_left();
  CHECK(edit.cursor() == k_flag_no.size());
}

TEST_CASE("a touch into the text lands between characters") {
  TextEdit edit = with("a" + k_family + "b");
  edit.place(4);
  CHECK(edit.cursor() == 1);
  edit.place(1 + k_family.size());
  CHECK(edit.cursor() == 1 + k_family.size());
  edit.place(5000);
  CHECK(edit.cursor() == edit.text().size());
}

TEST_CASE("a mark typed after its letter joins it, and the cursor stands behind both") {
  TextEdit edit = with("cafe");
  CHECK(edit.insert("\u0301"));
  CHECK(edit.cursor() == edit.text().size());
  CHECK(edit.erase_back());
  CHECK(edit.text() == "caf");
}

TEST_CASE("a joiner typed between two people makes one of them, and the cursor goes behind") {
  TextEdit edit = with("\U0001F468\U0001F469");
  edit.move_left();
  CHECK(edit.insert("\u200D"));
  CHECK(edit.cursor() == edit.text().size());
}

TEST_CASE("a dead accent waits for its letter") {
  TextEdit edit(20, false);
  edit.press_accent(U'\u0301');
  CHECK(edit.text().empty());
  CHECK(edit.accent() == U'\u0301');
  CHECK(edit.insert("A"));
  CHECK(edit.text() == "Á");
  CHECK_FALSE(edit.accent());
  edit.press_accent(U'\u0303');
  CHECK(edit.insert("n"));
  edit.press_accent(U'\u0308');
  CHECK(edit.insert("u"));
  CHECK(edit.text() == "Áñü");
}

TEST_CASE("an accent that fits no letter stands beside it; twice or with a blank it stands alone") {
  TextEdit edit(20, false);
  edit.press_accent(U'\u0301');
  CHECK(edit.insert("t"));
  CHECK(edit.text() == "´t");
  edit.clear();
  edit.press_accent(U'\u0301');
  edit.press_accent(U'\u0301');
  CHECK(edit.text() == "´");
  edit.clear();
  edit.press_accent(U'\u0302');
  CHECK(edit.insert(" "));
  CHECK(edit.text() == "^");
  edit.press_accent(U'\u0301');
  CHECK(edit.erase_back()); // takes back the accent that waits, not the character
  CHECK(edit.text() == "^");
}

TEST_CASE("what may not stand in a field is refused and changes nothing") {
  TextEdit edit = with("abc");
  CHECK_FALSE(edit.insert("\xC3"));      // half a character
  CHECK_FALSE(edit.insert("x\ny"));      // one line only
  CHECK_FALSE(edit.insert("\u202Etxt")); // would be read backwards
  CHECK_FALSE(edit.insert(""));
  CHECK(edit.text() == "abc");
  TextEdit lines(100, true);
  CHECK(lines.insert("x\ny"));
}

TEST_CASE("a field never holds more than its limit of code points") {
  TextEdit edit(5, false);
  CHECK(edit.insert("ñañañ"));
  CHECK_FALSE(edit.insert("a"));
  CHECK(edit.text() == "ñañañ");
  edit.press_accent(U'\u0301');
  CHECK_FALSE(edit.insert("a"));
  CHECK(edit.text() == "ñañañ");
}

TEST_CASE("any sequence of edits leaves valid text and a cursor between characters") {
  const std::string pieces[] = {"a",          "ñ", "\u0301", "\u200D",    "\U0001F468",
                                "\U0001F1F3", " ", "́́",       "ab\u0308c", "\U0001F3FD"};
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    TextEdit edit(30, true);
    for (int step = 0; step < 60; ++step) {
      switch (random() % 8) {
      case 0: edit.erase_back(); break;
      case 1: edit.move_left(); break;
      case 2: edit.move_right(); break;
      case 3: edit.place(random() % 60); break;
      case 4: edit.press_accent(random() % 2 ? U'\u0301' : U'\u0308'); break;
      default: edit.insert(pieces[random() % std::size(pieces)]); break;
      }
      const std::size_t before = edit.previous_boundary(edit.cursor());
      REQUIRE(edit.cursor() <= edit.text().size());
      REQUIRE((edit.cursor() == 0 || edit.next_boundary(before) == edit.cursor()));
    }
  }
}

TEST_CASE("secret text leaves nothing behind, neither when it shrinks nor when it grows") {
  SecretText text(std::string(64, 's'));
  const char* memory = text.view().data();
  text.erase(8, 56); // the rest of the buffer still belongs to the text
  text.wipe();
  CHECK(std::string_view(memory, 64) == std::string(64, '\0'));
  CHECK(text.empty());
}

TEST_CASE("the wiping allocator overwrites what it gives back") {
  // The memory is ours, so that it may be looked at after it was given back.
  walkin::kiosk::WipingAllocator<char> allocator;
  static_assert(sizeof(allocator) == 1);
  std::string other = "a secret that is longer than any small-string buffer";
  const char* memory = other.data();
  const std::size_t size = other.size();
  walkin::kiosk::wipe(other);
  CHECK(std::string_view(memory + 1, size - 1).find_first_not_of('\0') == std::string_view::npos);
  CHECK(other.empty());
}
