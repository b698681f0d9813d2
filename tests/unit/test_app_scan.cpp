// A scanner types fast and ends with Enter; a person does not.
#include "kiosk/app/scan.hpp"
#include "shared/domain/ticket_code.hpp"
#include "tests/unit/app_driver.hpp"

#include <algorithm>
#include <string>

using namespace walkin;
using namespace walkin::test;

namespace {

// A keyboard on which a person and a scanner type, and what comes out of the filter.
struct Keyboard {
  ScanFilter filter;
  Moment now{1h};
  std::string typed;
  std::vector<std::string> scans;

  void type(std::string_view text, std::chrono::milliseconds pace) {
    for (const char& c : text) {
      wait(pace);
      take(c == '\n' ? filter.enter(now) : filter.text({&c, 1}, now));
    }
  }
  void scan(std::string_view text) { type(std::string(text) + "\n", 5ms); }
  void wait(std::chrono::milliseconds time) {
    const Moment end = now + time;
    if (const auto due = filter.deadline(); due && *due <= end) take(filter.expire(*due));
    now = end;
  }
  void rest() { wait(1s); }

private:
  void take(std::vector<Typed> out) {
    for (const Typed& one : out) {
      if (one.kind == Typed::Kind::scan) scans.emplace_back(one.text.view());
      if (one.kind == Typed::Kind::text) typed += one.text.view();
      if (one.kind == Typed::Kind::enter) typed += "\n";
    }
  }
};

} // namespace

TEST_CASE("a burst of keys that ends in Enter is a scan, and none of it is typed") {
  Keyboard keys;
  keys.scan("S-4711");
  CHECK(keys.scans == std::vector<std::string>{"S-4711"});
  CHECK(keys.typed.empty());
  CHECK_FALSE(keys.filter.is_holding());
}

TEST_CASE("what a quick person types with Enter at its end is typing") {
  Keyboard keys;
  keys.type("marta\n", 60ms);
  keys.rest();
  CHECK(keys.scans.empty());
  CHECK(keys.typed == "marta\n");
}

TEST_CASE("two or three keys at once are typing, and a letter is not held for long") {
  Keyboard keys;
  keys.type("no\n", 5ms);
  CHECK(keys.typed == "no\n");
  keys.type("x", 100ms);
  REQUIRE(keys.filter.deadline());
  CHECK(*keys.filter.deadline() - keys.now <= 50ms);
  keys.rest();
  CHECK(keys.typed == "no\nx");
}

TEST_CASE("two scans at once are two scans") {
  Keyboard keys;
  keys.scan("S-4711");
  keys.scan("PC-20418");
  CHECK(keys.scans == std::vector<std::string>{"S-4711", "PC-20418"});
}

TEST_CASE("a scan in the middle of typing takes nothing of what is typed before and after it") {
  Keyboard keys;
  keys.type("It prin", 90ms);
  keys.wait(60ms);
  keys.scan("PC-20418");
  keys.type("ts", 90ms);
  keys.rest();
  CHECK(keys.typed == "It prints");
  CHECK(keys.scans == std::vector<std::string>{"PC-20418"});
}

TEST_CASE("ten thousand characters at once are neither a scan nor typing, and what follows is heard") {
  Keyboard keys;
  keys.scan(std::string(10'000, 'x'));
  CHECK(keys.scans.empty());
  CHECK(keys.typed.empty());
  keys.scan("S-4711");
  CHECK(keys.scans.size() == 1);
}

TEST_CASE("a touch ends a burst: what was held is typed") {
  Keyboard keys;
  keys.type("S-47", 5ms);
  const auto out = keys.filter.interrupt();
  REQUIRE(out.size() == 1);
  CHECK(out.front().text.view() == "S-47");
  CHECK(out.front().kind == Typed::Kind::text);
}

TEST_CASE("junk around a code goes, and nothing but junk is nothing") {
  CHECK(cleaned_scan("]C1 S-4711\t")->view() == "S-4711");
  CHECK_FALSE(cleaned_scan("\x01\x02   "));
  CHECK_FALSE(cleaned_scan("\xFF\xFE\xFD\xFC"));
}

TEST_CASE("a slip is known by its code or by the address in its QR") {
  const std::string code = *domain::make_ticket_code("LB", 42);
  CHECK(code_in_scan(code) == code);
  CHECK(code_in_scan("https://help.example.org/t/" + code + ".abcdefghijklmnopqrstuvwxyz") == code);
  CHECK_FALSE(code_in_scan("S-4711"));
  CHECK_FALSE(code_in_scan(std::string(5'000, 'A')));
}

TEST_CASE("of a code with a wrong character the right one is among the few that are near") {
  const std::string code = *domain::make_ticket_code("LB", 42);
  std::string wrong = code;
  wrong.back() = code.back() == 'A' ? 'B' : 'A';
  CHECK(codes_near(wrong).front() == code); // the last character is the one that is misread
  std::string swapped = code;
  std::swap(swapped[5], swapped[6]);
  const auto near = codes_near(swapped);
  CHECK(std::find(near.begin(), near.end(), code) != near.end());
  CHECK(codes_near("").empty());
  CHECK(codes_near(std::string(10'000, 'A')).empty());
}

// --- What the pages do with it ---
namespace {

struct WithDirectory : AppDriver {
  WithDirectory() {
    SiteInfo site;
    site.has_directory = site.has_assets = true;
    intend(SiteChanged{site});
  }
  void scan(std::string_view text) {
    intend(Scanned{SecretText(text)});
    wait(600ms);
  }
  void known(std::string_view name = "M**** R****") {
    intend(PersonLooked{question<LookUpPerson>().ask, true,
                        KnownPerson{SecretText(name), SecretText("m****z@company.example"),
                                    SecretText("*** ** 412"), SecretText("p-17"), "covered"}});
    wait(600ms);
  }
  void unknown() {
    intend(PersonLooked{question<LookUpPerson>().ask, true, std::nullopt});
    wait(600ms);
  }
};

} // namespace

TEST_CASE(
    "a badge at the start page begins a visit, and the person is shown masked before anything is filled in") {
  WithDirectory kiosk;
  kiosk.scan("S-4711");
  kiosk.known();
  CHECK(kiosk.page() == PageId::confirm);
  for (const char* shown : {"M•••• R••••", "m••••z@company.example", "••• •• 412"})
    CHECK(kiosk.words().find(shown) != std::string::npos);
  kiosk.touch("Yes, that’s me");
  CHECK(kiosk.page() == PageId::about);
  kiosk.touch("Account");
  kiosk.touch("Continue");
  kiosk.touch("Continue");
  kiosk.touch("I can’t tell");
  CHECK(kiosk.review("You") == "M•••• R••••, from your badge");
  kiosk.touch("Send, get my number");
  CHECK(kiosk.sent().registration.contact.employee_id == "S-4711");
  CHECK(kiosk.sent().person.view() == "p-17");
  CHECK(kiosk.sent().entitlement == "covered");
}

TEST_CASE("a badge that nobody has is told, and the other ways are open") {
  WithDirectory kiosk;
  kiosk.touch("Get help");
  kiosk.scan("S-9999");
  kiosk.unknown();
  CHECK(kiosk.page() == PageId::who);
  CHECK(kiosk.words().find("We don’t know this badge") != std::string::npos);
  CHECK(kiosk.state.visit.is_empty());
  kiosk.touch("I’m a guest");
  CHECK(kiosk.page() == PageId::who_fields);
}

TEST_CASE("without a directory a badge's number is kept and checked later") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.intend(Scanned{SecretText("S-4711")});
  kiosk.wait(600ms);
  CHECK(kiosk.page() == PageId::about);
  CHECK_FALSE(kiosk.has_asked<LookUpPerson>());
}

TEST_CASE("not I: nothing of the other person stays") {
  WithDirectory kiosk;
  kiosk.scan("S-4711");
  kiosk.known();
  kiosk.touch("That’s not me");
  CHECK(kiosk.page() == PageId::who);
  CHECK_FALSE(kiosk.state.visit.person);
  CHECK(kiosk.state.visit.is_empty());
}

TEST_CASE("two badges at once: the first is looked up, and only its answer counts") {
  WithDirectory kiosk;
  kiosk.touch("Get help");
  kiosk.intend(Scanned{SecretText("S-1")});
  kiosk.intend(Scanned{SecretText("S-2")});
  CHECK(kiosk.question<LookUpPerson>().identifier.view() == "S-1");
  kiosk.known();
  CHECK(kiosk.page() == PageId::confirm);
}

TEST_CASE("a directory that does not answer holds nobody up") {
  WithDirectory kiosk;
  kiosk.touch("Get help");
  kiosk.touch("E-mail");
  kiosk.type("ana@company.com");
  kiosk.touch_only("Continue");
  CHECK(kiosk.page() == PageId::who_fields);
  kiosk.wait(2s);
  CHECK(kiosk.page() == PageId::about);
}

TEST_CASE("makes and models that are usual here are offered while one is typed, and taken by a touch") {
  WithDirectory kiosk;
  SiteInfo site;
  site.computers = {"Dell Latitude 5440", "Lenovo ThinkPad T14", "HP EliteBook 840"};
  kiosk.intend(SiteChanged{site});
  kiosk.touch("Get help");
  kiosk.touch("I’m a guest");
  kiosk.touch("Your name");
  kiosk.type("Ana");
  kiosk.touch("E-mail");
  kiosk.type("ana@company.com");
  kiosk.touch("Continue");
  kiosk.touch("Computer");
  CHECK_FALSE(kiosk.can_touch("Dell Latitude 5440"));
  kiosk.touch("Make and model");
  for (const std::string& model : site.computers) CHECK(kiosk.can_touch(model));
  kiosk.type("think");
  CHECK(kiosk.can_touch("Lenovo ThinkPad T14"));
  CHECK_FALSE(kiosk.can_touch("HP EliteBook 840"));
  kiosk.touch("Lenovo ThinkPad T14");
  CHECK(kiosk.state.visit.at(Field::model).edit.text() == "Lenovo ThinkPad T14");
  CHECK_FALSE(kiosk.state.focus);
}

TEST_CASE("a label fills in what is known of the computer, and never what was said") {
  WithDirectory kiosk;
  kiosk.touch("Get help");
  kiosk.touch("I’m a guest");
  kiosk.insert("Ana");
  kiosk.touch("Continue");
  kiosk.type("ana@company.com");
  kiosk.touch("Continue");
  kiosk.touch("Computer");
  kiosk.touch("8\u00A0GB");
  kiosk.scan("PC-20418");
  kiosk.intend(AssetLooked{kiosk.question<LookUpAsset>().ask,
                           KnownAsset{SecretText("PC-20418"), "Windows 11", "ThinkPad T14", 16 * 1024}});
  CHECK(kiosk.field(Field::asset_tag).text == "PC-20418");
  CHECK(kiosk.field(Field::asset_tag).sure);
  CHECK(kiosk.is_selected("Windows"));
  CHECK(kiosk.is_selected("8\u00A0GB"));
  CHECK(kiosk.field(Field::model).text == "ThinkPad T14");
}

TEST_CASE("a label scanned while it is asked what it is about answers that too") {
  WithDirectory kiosk;
  kiosk.touch("Get help");
  kiosk.scan("S-4711");
  kiosk.known();
  kiosk.touch("Yes, that’s me");
  kiosk.scan("PC-20418");
  CHECK(kiosk.page() == PageId::computer);
  kiosk.intend(AssetLooked{kiosk.question<LookUpAsset>().ask, std::nullopt});
  CHECK(kiosk.field(Field::asset_tag).help == "We don’t know this label yet. That’s fine.");
}

TEST_CASE("a scan where nothing is read from paper changes nothing") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.intend(Scanned{SecretText("S-4711")});
  kiosk.intend(Scanned{SecretText(*domain::make_ticket_code("LB", 42))});
  CHECK(kiosk.page() == PageId::review);
  CHECK(kiosk.review("We answer by e-mail") == "ana@company.com");
}

TEST_CASE("a slip at the start page opens its ticket") {
  AppDriver kiosk;
  const std::string code = *domain::make_ticket_code("LB", 42);
  kiosk.intend(Scanned{SecretText("https://help.example.org/t/" + code + ".abc")});
  CHECK(kiosk.question<FindTicket>().code.view() == code);
}

TEST_CASE("a known person with a known computer is registered in at most twelve touches beyond typing") {
  WithDirectory kiosk;
  int touches = 0;
  const auto touch = [&](std::string_view name) {
    kiosk.touch(name);
    ++touches;
  };
  touch("Get help");
  kiosk.scan("S-4711");
  kiosk.known();
  touch("Yes, that’s me");
  touch("Computer");
  kiosk.scan("PC-20418");
  kiosk.intend(AssetLooked{kiosk.question<LookUpAsset>().ask,
                           KnownAsset{SecretText("PC-20418"), "Windows 11", "ThinkPad T14", 16 * 1024}});
  touch("Continue");
  kiosk.type("It does not start.");
  touch("Continue");
  touch("I can’t work");
  touch("Just me");
  touch("Continue");
  touch("I can’t tell");
  touch("Send, get my number");
  kiosk.saved();
  touch("Done");
  CHECK(kiosk.page() == PageId::start);
  CHECK(touches <= 12);
}
