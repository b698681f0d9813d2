#include "sync/desk/console/row_data.hpp"
#include "sync/desk/console/words.hpp"
#include "tests/unit/desk_world.hpp"

#include <ctime>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

using namespace walkin;
using namespace walkin::desk;
using namespace std::chrono_literals;

TEST_CASE("an age is told in the largest unit that fits") {
  base::Instant now = base::from_ms(1'795'330'800'000);
  auto age = [&](base::Millis passed) { return words::age(now - passed, now); };
  CHECK(age(0s) == "now");
  CHECK(age(-5min) == "now"); // a clock that runs ahead
  CHECK(age(59s) == "now");
  CHECK(age(1min) == "1 min");
  CHECK(age(59min) == "59 min");
  CHECK(age(1h) == "1 h");
  CHECK(age(23h + 59min) == "23 h");
  CHECK(age(24h) == "1 d");
  CHECK(age(99 * 24h) == "99 d");
  CHECK(age(100 * 24h) == "3 months");
  CHECK(age(800 * 24h) == "2 years");
}

TEST_CASE("an age fills a block more after one, three and seven days") {
  base::Instant now = base::from_ms(1'795'330'800'000);
  CHECK(words::age_blocks(now - 24h, now) == 1);
  CHECK(words::age_blocks(now - 25h, now) == 2);
  CHECK(words::age_blocks(now - 73h, now) == 3);
  CHECK(words::age_blocks(now - 7 * 24h, now) == 3);
  CHECK(words::age_blocks(now - 7 * 24h - 1ms, now) == 4);
}

TEST_CASE("a time is told in the zone of the desk and as near as one needs it") {
  setenv("TZ", "UTC", 1);
  tzset();
  base::Instant now = base::from_ms(1'795'330'800'000); // Sunday 22 November 2026, 07:00
  CHECK(words::time(now - 30min, now) == "Today 06:30");
  CHECK(words::time(now - 24h, now) == "Sat 07:00");
  CHECK(words::time(now - 10 * 24h, now) == "12 Nov 07:00");
  CHECK(words::time(now - 400 * 24h, now) == "18 Oct 2025");
  CHECK(words::time(now + 48h, now) == "24 Nov 07:00");
}

TEST_CASE("initials are the first letters of the first and the last name") {
  CHECK(words::initials("Maria Lindqvist") == "ML");
  CHECK(words::initials("Åse van der Berg") == "ÅB");
  CHECK(words::initials("Reception") == "R");
  CHECK(words::initials("") == "?");
}

TEST_CASE("minutes become hours") {
  CHECK(words::minutes(45) == "45 min");
  CHECK(words::minutes(60) == "1 h");
  CHECK(words::minutes(70) == "1 h 10");
}

TEST_CASE("hostile text is shown as text") {
  walkin::test::DeskWorld world;
  Data data;
  data.set("heading", "<script>alert(1)</script>");
  data.set("text", "\"><img src=x onerror=alert(1)> & 'quotes' {{heading}} [[x]]");
  data.set("page_title", "</title><script>");
  std::string page = world.templates->render("message", data);
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("</title><script>") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("&lt;script&gt;alert(1)&lt;/script&gt;") != std::string::npos);
  CHECK(page.find("{{heading}} [[x]]") != std::string::npos); // a value is never read as a template
}

TEST_CASE("a template that would show text as it is, is refused when it is read") {
  namespace fs = std::filesystem;
  fs::path folder = fs::temp_directory_path() / fmt::format("walkin-templates-{}", getpid());
  fs::create_directories(folder);
  for (const char* source : {"{{{name}}}", "{{& name}}", "{{#open}} never closed", "{{> missing}}"}) {
    std::ofstream(folder / "bad.html") << source;
    CHECK_FALSE(Templates::load(folder));
  }
  std::ofstream(folder / "bad.html") << "{{name}} is fine";
  CHECK(Templates::load(folder));
  fs::remove_all(folder);
  CHECK_FALSE(Templates::load(folder));
}
