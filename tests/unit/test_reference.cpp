// What reference documents may hold, and when a site is open.
#include "shared/domain/queue.hpp"
#include "shared/domain/reference.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::domain;
using namespace std::chrono_literals;
using std::chrono::local_days;

namespace {

// Monday 23 November 2026.
constexpr local_days k_monday = local_days{std::chrono::year{2026} / 11 / 23};

LocalTime at(int day, int hour, int minute = 0) {
  return LocalTime{k_monday + std::chrono::days{day} + std::chrono::hours{hour} +
                   std::chrono::minutes{minute}};
}

OpeningHours office() {
  OpeningHours hours;
  for (std::size_t day = 0; day < 5; ++day) hours.week[day] = *parse_open_day("08:00-12:00,13:00-16:00");
  return hours;
}

GuideNode question(std::string yes, std::string no, std::string cant_tell) {
  return {GuideNode::Type::question,
          {{"en", "Is it?"}},
          {},
          std::move(yes),
          std::move(no),
          std::move(cant_tell),
          ""};
}

Guide printing() {
  Guide guide;
  guide.id = "printing";
  guide.title = {{"en", "Nothing is printed"}};
  guide.start = "on";
  guide.nodes["on"] = question("paper", "switch", "help");
  guide.nodes["paper"] = question("help", "switch", "help");
  guide.nodes["switch"] = {GuideNode::Type::answer, {{"en", "Switch it on."}}, {}, "", "", "", ""};
  guide.nodes["help"] = {GuideNode::Type::get_help, {{"en", "Come to us."}}, {}, "", "", "", ""};
  return guide;
}

std::string fault_of(const Guide& guide) {
  auto checked = check_guide(guide);
  return checked ? "" : checked.error().message;
}

} // namespace

namespace {

// A PNG's beginning and end; what is between them is nobody's concern here.
std::string png_of(int width, int height) {
  const auto side = [](int pixels) {
    return std::string{'\0', '\0', static_cast<char>(pixels >> 8), static_cast<char>(pixels & 0xFF)};
  };
  return std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + side(width) + side(height) +
         std::string("\0\0\0\0IEND\xAE\x42\x60\x82", 12);
}

} // namespace

TEST_CASE("a logo is a whole PNG of a size that a screen can show, and what is wrong with one is told") {
  CHECK(check_logo(png_of(300, 80)).has_value());
  CHECK(check_logo(png_of(16, 1024)).has_value());
  const auto told = [](std::string_view png) {
    const auto checked = check_logo(png);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(told(png_of(2000, 80)) == "logo: 2000 by 80 pixels; each side must have 16 to 1024.");
  CHECK(told(png_of(300, 15)).find("300 by 15") != std::string::npos);
  CHECK(told("GIF89a") == "logo: this is no PNG picture.");
  CHECK(told("") == "logo: this is no PNG picture.");
  std::string cut = png_of(300, 80);
  cut.pop_back();
  CHECK(told(cut) == "logo: this PNG picture is cut off; save it anew.");
  CHECK(told(png_of(300, 80) + std::string(k_logo_bytes_max, ' ')) == "logo: at most 64 KiB.");
}

TEST_CASE("an open site says until when, a closed one when it opens") {
  OpeningHours hours = office();
  CHECK(opening_state(hours, at(0, 9)) == OpeningState{true, at(0, 12), 0});
  CHECK(opening_state(hours, at(0, 12)) == OpeningState{false, at(0, 13), 0});
  CHECK(opening_state(hours, at(0, 15, 59)) == OpeningState{true, at(0, 16), 0});
  CHECK(opening_state(hours, at(0, 16)) == OpeningState{false, at(1, 8), 1});
  CHECK(opening_state(hours, at(4, 20)) == OpeningState{false, at(7, 8), 3}); // Friday evening
}

TEST_CASE("a holiday is closed, and a day of its own hours has them") {
  OpeningHours hours = office();
  hours.exceptions[k_monday + 1 * std::chrono::days{1}] = {};
  hours.exceptions[k_monday + std::chrono::days{5}] = *parse_open_day("10:00-12:00");
  CHECK(opening_state(hours, at(0, 17)) == OpeningState{false, at(2, 8), 2});
  CHECK(opening_state(hours, at(5, 11)) == OpeningState{true, at(5, 12), 0}); // a Saturday
}

TEST_CASE("hours that go on after midnight are one stretch") {
  OpeningHours hours;
  hours.week[0] = *parse_open_day("20:00-24:00");
  hours.week[1] = *parse_open_day("00:00-02:00");
  CHECK(opening_state(hours, at(0, 21)) == OpeningState{true, at(1, 2), 1});
  CHECK(opening_state(hours, at(1, 1)) == OpeningState{true, at(1, 2), 0});
}

TEST_CASE("a site that never closes has no closing time, one that never opens no opening") {
  OpeningHours always;
  for (OpenDay& day : always.week) day = *parse_open_day("00:00-24:00");
  CHECK(opening_state(always, at(2, 3)) == OpeningState{true, {}, 0});
  OpeningHours never = office();
  for (int day = 0; day < 30; ++day) never.exceptions[k_monday + std::chrono::days{day}] = {};
  CHECK(opening_state(never, at(0, 9)) == OpeningState{false, {}, 0});
}

TEST_CASE("a site of which no hours are known is taken to be open") {
  CHECK(opening_state({}, at(0, 3)) == OpeningState{});
}

TEST_CASE("hours are read as they are written, and what is none is refused") {
  CHECK(to_text(*parse_open_day("08:00-12:00,13:00-16:00")) == "08:00-12:00,13:00-16:00");
  CHECK(parse_open_day("closed")->empty());
  for (const char* wrong : {"8-16", "08:00", "16:00-08:00", "08:00-12:00,11:00-13:00", "08:00-24:01",
                            "08:00-12:00,", "08:61-09:00"})
    CHECK_MESSAGE(!parse_open_day(wrong), wrong);
  CHECK(to_text(*parse_local_day("2026-02-28")) == "2026-02-28");
  for (const char* wrong : {"2026-02-29", "2026-13-01", "26-01-01", "2026-01-00"})
    CHECK_MESSAGE(!parse_local_day(wrong), wrong);
}

TEST_CASE("a guide of which every way ends is taken, and its longest way counted") {
  CHECK(fault_of(printing()) == "");
  CHECK(printing().questions_max() == 2);
}

TEST_CASE("a guide with a loop, an open end or a node that cannot be reached is refused") {
  Guide loop = printing();
  loop.nodes["paper"].no = "on";
  CHECK(fault_of(loop).find("loop") != std::string::npos);
  Guide open = printing();
  open.nodes["paper"].cant_tell = "";
  CHECK(fault_of(open).find("open end") != std::string::npos);
  Guide lost = printing();
  lost.nodes["paper"].yes = "nowhere";
  CHECK(fault_of(lost).find("nowhere") != std::string::npos);
  Guide island = printing();
  island.nodes["island"] = island.nodes["help"];
  CHECK(fault_of(island).find("cannot be reached") != std::string::npos);
  Guide dumb = printing();
  dumb.title["nb"] = "Ingenting skrives ut";
  CHECK(fault_of(dumb).find("no text in nb") != std::string::npos);
}

TEST_CASE("a wide guide is looked through in no longer than it has nodes") {
  Guide guide = printing();
  for (int i = 0; i < 60; ++i) {
    std::string next = i == 59 ? "help" : "q" + std::to_string(i + 1);
    guide.nodes["q" + std::to_string(i)] = question(next, next, next);
  }
  guide.nodes["paper"].yes = "q0";
  CHECK(fault_of(guide) == "");
  CHECK(guide.questions_max() == 62);
}

TEST_CASE("an identifier is found however it is typed, and not without the site's secret") {
  const std::string secret(32, 's');
  CHECK(directory_key(secret, "Maria@Example.org ") == directory_key(secret, "maria@example.org"));
  CHECK(directory_key(secret, "+47 22 33 44 55") == directory_key(secret, "0047-22334455"));
  CHECK(directory_key(secret, "E 1042") == directory_key(secret, "e1042"));
  CHECK(directory_key(secret, "e1042") != directory_key(secret, "e1043"));
  CHECK(directory_key(std::string(32, 't'), "e1042") != directory_key(secret, "e1042"));
}

TEST_CASE("a masked name tells first letters and no lengths") {
  CHECK(masked_name("Maria Nilsen") == "M**** N****");
  CHECK(masked_name("Åse  Li") == "Å**** L****");
  CHECK(masked_name("") == "");
  CHECK(masked_email("marta.ruiz@company.example") == "m****z@company.example");
  CHECK(masked_email("åse@company.example") == "å****@company.example");
  CHECK(masked_email("line.må@company.example") == "l****@company.example");
  for (const char* none : {"", "@", "@company.example", "marta@"}) CHECK(masked_email(none) == "");
  CHECK(masked_phone("+47 22 85 04 12") == "*** ** 412");
  CHECK(masked_phone("2101") == "");
}

TEST_CASE("a link can be made by who has the key of its prefix and by no one else") {
  const std::string desk(32, 'd');
  const std::string token = link_token(link_key_of(desk, "LB"), "LB-0042-K");
  CHECK(token.starts_with("LB-0042-K."));
  CHECK(token.size() == 9 + 1 + 26);
  CHECK(token != link_token(link_key_of(desk, "LC"), "LB-0042-K"));
  CHECK(token != link_token(link_key_of(std::string(32, 'e'), "LB"), "LB-0042-K"));
}

TEST_CASE("settings that a screen could not live with are refused by their name") {
  SiteSettings settings;
  settings.site = "Library";
  CHECK(check_settings(settings));
  auto refused = [&](auto change) {
    SiteSettings changed = settings;
    change(changed);
    auto checked = check_settings(changed);
    return checked ? std::string{} : checked.error().context;
  };
  CHECK(refused([](auto& s) { s.languages.clear(); }) == "languages");
  CHECK(refused([](auto& s) { s.logo_png = "GIF89a"; }) == "logo");
  CHECK(refused([](auto& s) { s.logo_png = png_of(1025, 40); }) == "logo");
  CHECK(refused([](auto& s) { s.idle_warning = 5s; }) == "idle_warning_s");
  CHECK(refused([](auto& s) { s.public_address = "help.example.org"; }) == "public_address");
  CHECK(refused([](auto& s) { s.organisation = "a\nb"; }) == "organisation");
}

TEST_CASE("a printer is named by its way and its place") {
  CHECK(to_text(*parse_printer("device:/dev/usb/lp0")) == "device:/dev/usb/lp0");
  CHECK(parse_printer("none")->way == Printer::Way::none);
  CHECK(!parse_printer("cups"));
  CHECK(!parse_printer("none:x"));
  CHECK(!parse_printer("fax:1"));
}

TEST_CASE("a text is given in one's language, else in English, else in any") {
  Localised text{{"en", "Hello"}, {"es", "Hola"}};
  CHECK(text_in(text, "es") == "Hola");
  CHECK(text_in(text, "nb") == "Hello");
  CHECK(text_in({{"nb", "Hei"}}, "es") == "Hei");
  CHECK(text_in({}, "en") == "");
}
