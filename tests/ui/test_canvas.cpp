#include "tests/ui/harness.hpp"

using namespace walkin::kiosk::ui;

namespace {

// Runs `check` with a canvas of a usual screen.
void with_canvas(const std::function<void(Canvas&)>& check) {
  Screen screen([&](Ui& ui) { check(ui.canvas()); });
}

} // namespace

TEST_CASE("text is broken at blanks so that no line is too wide") {
  with_canvas([](Canvas& canvas) {
    const std::string_view text = "We have known since 8:10 and expect it to be fixed by 11:00.";
    const auto lines = canvas.wrap(Type::text, text, 700);
    REQUIRE(lines.size() == 2);
    for (const Line& line : lines)
      CHECK(canvas.width(Type::text, text.substr(line.begin, line.end - line.begin)) <= 700);
    CHECK(text.substr(lines[1].begin).front() != ' ');
  });
}

TEST_CASE("a word wider than the line is broken inside rather than drawn beyond it") {
  with_canvas([](Canvas& canvas) {
    const std::string_view text = "Donaudampfschifffahrtsgesellschaft";
    CHECK(canvas.wrap(Type::text, text, 200).size() > 2);
  });
}

TEST_CASE("a few lines are made about equally wide, without one more of them and without a broken word") {
  with_canvas([](Canvas& canvas) {
    const std::string_view text = "To keep what you told us private, we clear this screen in 18 seconds.";
    const auto width = [&](const Line& line) {
      return canvas.width(Type::text, text.substr(line.begin, line.end - line.begin));
    };
    for (float room = 500; room < canvas.width(Type::text, text); room += 7) {
      CAPTURE(room);
      const auto plain = canvas.wrap(Type::text, text, room),
                 even = canvas.wrap_evenly(Type::text, text, room);
      REQUIRE(even.size() == plain.size());
      float widest = 0, widest_plain = 0;
      for (const Line& line : even) widest = std::max(widest, width(line));
      for (const Line& line : plain) widest_plain = std::max(widest_plain, width(line));
      CHECK(widest <= widest_plain);
      if (even.size() == 2) CHECK(width(even.back()) > widest * 0.6F);
      for (std::size_t i = 1; i < even.size(); ++i) CHECK(even[i].begin > even[i - 1].end);
    }
  });
}

TEST_CASE("line feeds start lines, also empty ones") {
  with_canvas([](Canvas& canvas) { CHECK(canvas.wrap(Type::text, "one\n\ntwo\n", 500).size() == 4); });
}

TEST_CASE(
    "an address that is longer than a line is broken behind a joint, and any other word where it must be") {
  with_canvas([](Canvas& canvas) {
    const std::string_view mail = "marta.ruiz-lopez@company.example",
                           word = "Donaudampfschifffahrtsgesellschaft";
    for (float width = canvas.width(Type::text, "company.") + 1; width < canvas.width(Type::text, mail);
         ++width) {
      CAPTURE(width);
      const auto lines = canvas.wrap(Type::text, mail, width);
      REQUIRE(lines.size() > 1);
      for (std::size_t i = 0; i + 1 < lines.size(); ++i)
        CHECK(std::string_view("@.-").find(mail[lines[i].end - 1]) != std::string_view::npos);
      for (const auto& line : lines)
        CHECK(canvas.width(Type::text, mail.substr(line.begin, line.end - line.begin)) <= width);
    }
    CHECK(canvas.wrap(Type::text, word, canvas.width(Type::text, word) - 1).size() == 2);
  });
}

TEST_CASE("letters of the three languages have glyphs of their own") {
  with_canvas([](Canvas& canvas) {
    const float unknown = canvas.width(Type::text, "?");
    for (const std::string_view letter : {"m", "ñ", "å", "Ø", "Æ", "¡", "…", "–", "“", "•", "´"})
      CHECK_MESSAGE(canvas.width(Type::text, letter) != unknown, letter);
    CHECK(canvas.width(Type::text, "\xE6\x97\xA5") == unknown);
  });
}

TEST_CASE("broken UTF-8 is walked through byte by byte") {
  std::size_t bytes = 0;
  CHECK(decode("\xFF", 0, bytes) == U'\uFFFD');
  CHECK(bytes == 1);
  CHECK(decode("\xC3", 0, bytes) == U'\uFFFD');
  CHECK(decode("ñ", 0, bytes) == U'ñ');
  CHECK(bytes == 2);
}
