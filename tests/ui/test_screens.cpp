// The pages as a person meets them: found by role and name, pressed, and audited in every shape and size.
#include "kiosk/app/state.hpp"
#include "kiosk/platform/gallery_content.hpp"
#include "kiosk/platform/gallery_scenes.hpp"
#include "kiosk/ui/screens/kiosk.hpp"
#include "tests/ui/audit.hpp"
#include "tests/ui/settings.hpp"

#include <algorithm>
#include <chrono>

using namespace walkin;
using namespace walkin::kiosk;
using namespace walkin::kiosk::ui;
using namespace std::chrono_literals;

namespace {

// The state machine behind a screen without a window, with one clock for both.
struct Kiosk {
  Ui ui;
  Size size{1080, 1920};
  float px_per_mm = k_design_px_per_mm;
  Moment now{1h};
  AppState state = make_state({}, now);
  std::vector<Command> commands;

  explicit Kiosk(Size screen = {1080, 1920})
      : size(screen),
        px_per_mm(sane_px_per_mm(static_cast<int>(screen.w), static_cast<int>(screen.h), 0, 0)) {
    intend(ConnectionChanged{true, 0});
    frame();
  }
  void intend(Intent intent) {
    for (auto& command : update(state, std::move(intent), now)) {
      std::vector<Intent> answers = platform::sample_answer(command);
      if (std::holds_alternative<RegisterCommand>(command)) commands.push_back(std::move(command));
      for (Intent& answer : answers) intend(std::move(answer));
    }
  }
  void frame() {
    for (int i = 0; i < 20; ++i) {
      const Model model = make_model(state, now);
      REQUIRE(ui.begin_frame(size, look_of(model.text_size, model.high_contrast, px_per_mm),
                             now.time_since_epoch())
                  .has_value());
      Intents intents;
      draw_kiosk(ui, model, intents);
      ui.end_frame();
      if (intents.empty() && !ui.has_input()) return;
      for (Intent& intent : intents.take()) intend(std::move(intent));
    }
  }
  void wait(std::chrono::milliseconds time) {
    const Moment end = now + time;
    for (auto due = next_deadline(state, now); due && *due <= end; due = next_deadline(state, now)) {
      now = std::max(now, *due);
      intend(Tick{});
    }
    now = end;
    frame();
  }
  void press(Role role, std::string_view name) {
    wait(1s);
    // What is on a later page of a long list is turned to.
    while (ui.tree().find(role, name) == nullptr && ui.press_id("list/down")) {
      frame();
      wait(1s);
    }
    REQUIRE_MESSAGE(ui.press(role, name), name, " on\n", ui.tree().dump());
    frame();
    wait(1s);
  }
  void type(std::string_view text) {
    ui.post({InputEvent::Kind::text, {}, Key::tab, std::string(text)});
    frame();
  }
  void key(Key key) {
    ui.post({InputEvent::Kind::key, {}, key});
    frame();
  }
  PageId page() const { return page_of(state); }

  void to_review() {
    press(Role::button, "Get help");
    press(Role::choice, "E-mail");
    type("marta.ruiz@company.example");
    press(Role::button, "Continue");
    press(Role::choice, "Printer");
    if (page() != PageId::words) press(Role::button, "Continue");
    if (!make_model(state, now).keyboard) press_field();
    type("It asks for a password.");
    press(Role::button, "Continue");
    press(Role::choice, "I can work, but it’s hard");
    press(people_role(), "My team");
    if (page() == PageId::serious) press(Role::button, "Continue");
    if (page() == PageId::consequence) key(Key::tab);
  }
  void press_field() {
    const auto fields = ui.tree().all(Role::field);
    REQUIRE_FALSE(fields.empty());
    REQUIRE(ui.press_id(fields.front()->id));
    frame();
  }
  Role people_role() const {
    return ui.tree().find(Role::chip, "My team") != nullptr ? Role::chip : Role::choice;
  }
};

void audit_all(const Kiosk& kiosk, const std::string& where) {
  audit({kiosk.ui, kiosk.size, kiosk.px_per_mm}, where);
  audit_letters({kiosk.ui, kiosk.size, kiosk.px_per_mm}, where);
}

} // namespace

TEST_CASE("a visit goes from greeting to review by touching what is read on the screen") {
  Kiosk kiosk;
  kiosk.to_review();
  if (kiosk.page() == PageId::consequence) kiosk.press(Role::choice, "That’s all right");
  if (kiosk.page() == PageId::consequence) kiosk.press(Role::button, "Continue");
  REQUIRE(kiosk.page() == PageId::review);
  CHECK(kiosk.ui.tree().find(Role::text, "Printer") != nullptr);
  kiosk.press(Role::button, "Send, get my number");
  CHECK(kiosk.commands.size() == 1);
}

TEST_CASE("the keys on the screen type into the field, and a dead accent joins its vowel") {
  Kiosk kiosk;
  kiosk.press(Role::choice, "Español");
  kiosk.intend(StartVisit{});
  kiosk.wait(1s);
  kiosk.intend(ChooseWay{Way::guest});
  kiosk.wait(1s);
  kiosk.intend(FocusField{Field::guest_name});
  kiosk.wait(1s);
  if (kiosk.state.shift != Shift::off) kiosk.intend(PressShift{});
  if (kiosk.state.shift != Shift::off) kiosk.intend(PressShift{});
  kiosk.frame();
  for (const std::string_view key : {"m", "´", "a", "ñ"}) {
    REQUIRE_MESSAGE(kiosk.ui.press(Role::key, key), kiosk.ui.tree().dump());
    kiosk.frame();
  }
  CHECK(kiosk.ui.tree().all(Role::field).front()->value.view() == "máñ");
}

TEST_CASE("a screen that is turned in the middle of a visit goes on with it, in its new shape") {
  Kiosk kiosk;
  kiosk.press(Role::button, "Get help");
  kiosk.press(Role::choice, "E-mail");
  kiosk.type("marta.ruiz@");
  const std::size_t cursor = kiosk.state.visit.at(Field::email).edit.cursor();
  for (const Size turned : {Size{1920, 1080}, Size{800, 1280}, Size{1280, 800}, Size{1080, 1920}}) {
    kiosk.size = turned;
    kiosk.px_per_mm = sane_px_per_mm(static_cast<int>(turned.w), static_cast<int>(turned.h), 0, 0);
    kiosk.frame();
    audit_all(kiosk, "turned to " + std::to_string(static_cast<int>(turned.w)));
    CHECK(kiosk.page() == PageId::who_fields);
    CHECK(kiosk.state.focus == Field::email);
    CHECK(kiosk.state.visit.at(Field::email).edit.cursor() == cursor);
  }
  kiosk.type("company.example");
  kiosk.press(Role::button, "Continue");
  CHECK(kiosk.page() == PageId::about);
  CHECK(kiosk.state.visit.at(Field::email).edit.text() == "marta.ruiz@company.example");
}

TEST_CASE("the keys on the screen stay while a keyboard types, and go on where it was unplugged") {
  Kiosk kiosk;
  kiosk.press(Role::button, "Get help");
  kiosk.press(Role::choice, "E-mail");
  kiosk.type("a");
  kiosk.press(Role::key, "b");
  kiosk.type("c");
  kiosk.press(Role::key, "d");
  CHECK(kiosk.state.visit.at(Field::email).edit.text() == "abcd");
}

TEST_CASE("of two fingers on two things the later one counts, once") {
  Kiosk kiosk;
  kiosk.press(Role::button, "Get help");
  kiosk.wait(1s);
  const Node* first = kiosk.ui.tree().find(Role::choice, "Staff number");
  const Node* second = kiosk.ui.tree().find(Role::choice, "Phone");
  REQUIRE(first != nullptr);
  REQUIRE(second != nullptr);
  const Point at_first = first->rect.center(), at_second = second->rect.center();
  using Kind = InputEvent::Kind;
  for (const auto& [kind, at] : {std::pair{Kind::touch_down, at_first},
                                 {Kind::touch_down, at_second},
                                 {Kind::touch_up, at_second},
                                 {Kind::touch_up, at_first}}) {
    kiosk.ui.post({kind, at});
    kiosk.frame();
  }
  kiosk.wait(1s);
  CHECK(kiosk.page() == PageId::who_fields);
  CHECK(kiosk.state.visit.way == Way::phone);
}

TEST_CASE("everything can be done by keypad: tab, enter and escape") {
  Kiosk kiosk;
  for (int i = 0; i < 20 && kiosk.ui.focused() != "get_help"; ++i) kiosk.key(Key::tab);
  REQUIRE(kiosk.ui.focused() == "get_help");
  kiosk.key(Key::enter);
  CHECK(kiosk.page() == PageId::who);
  kiosk.wait(1s);
  kiosk.key(Key::escape);
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("behind the idle warning nothing can be pressed, and one touch stays") {
  Kiosk kiosk;
  kiosk.press(Role::button, "Get help");
  kiosk.wait(61s);
  REQUIRE(kiosk.ui.tree().all(Role::dialog).size() == 1);
  CHECK(kiosk.ui.tree().find(Role::choice, "E-mail") == nullptr);
  kiosk.press(Role::button, "I’m still here");
  CHECK(kiosk.ui.tree().all(Role::dialog).empty());
  CHECK(kiosk.page() == PageId::who);
}

TEST_CASE("a mistake is told beside its field, in words, and the field is marked") {
  Kiosk kiosk;
  kiosk.press(Role::button, "Get help");
  kiosk.press(Role::choice, "E-mail");
  kiosk.type("marta.ruiz@company");
  kiosk.press(Role::button, "Continue");
  CHECK(kiosk.ui.tree().all(Role::field).front()->state.error);
  CHECK(kiosk.ui.tree().find(Role::status, "The ending is missing.") != nullptr);
}

TEST_CASE("at 100 % all that was told stands on the review at once, and all of the number on its page") {
  for (const i18n::Language language : i18n::k_languages) {
    Kiosk kiosk;
    kiosk.intend(ChooseLanguage{language});
    platform::Visitor visitor(language);
    visitor.know_site();
    visitor.intend(PrinterChanged{PrinterState::ready});
    visitor.to_review();
    kiosk.state = std::move(visitor.state);
    kiosk.now = visitor.now;
    kiosk.wait(1s);
    REQUIRE(kiosk.page() == PageId::review);
    CHECK(kiosk.ui.tree().by_id("review/down") == nullptr);
    CHECK(kiosk.ui.tree().by_id("change/6") != nullptr);
    kiosk.intend(Send{});
    kiosk.intend(platform::sample_ticket(kiosk.state.request, true));
    kiosk.frame();
    REQUIRE(kiosk.page() == PageId::number);
    CHECK(kiosk.ui.tree().by_id("number/down") == nullptr);
    CHECK(kiosk.ui.tree().by_id("clears") != nullptr);
  }
}

TEST_CASE("the organisation's logo stands for its name, which is still what is said of it") {
  Kiosk kiosk;
  SiteInfo site;
  site.organisation = "Town of Northwater";
  kiosk.intend(SiteChanged{site});
  kiosk.frame();
  CHECK(kiosk.ui.placed_picture().bitmap == nullptr);
  CHECK(kiosk.ui.tree().find(Role::heading, "Town of Northwater") != nullptr);
  site.logo = platform::sample_logo();
  kiosk.intend(SiteChanged{site});
  kiosk.frame();
  const auto& placed = kiosk.ui.placed_picture();
  REQUIRE(placed.bitmap == site.logo);
  CHECK(std::abs(placed.width * site.logo->height - placed.height * site.logo->width) <= site.logo->width);
  CHECK(kiosk.ui.tree().find(Role::heading, "Town of Northwater") != nullptr);
}

TEST_CASE("at 200 % a long list is turned by page and nothing is lost") {
  Kiosk kiosk;
  kiosk.intend(CycleTextSize{});
  kiosk.intend(CycleTextSize{});
  kiosk.press(Role::button, "Get help");
  kiosk.press(Role::choice, "E-mail");
  kiosk.type("marta.ruiz@company.example");
  kiosk.press(Role::button, "Continue");
  CHECK(kiosk.ui.tree().find(Role::choice, "Something else") == nullptr);
  CHECK(kiosk.ui.tree().find(Role::status, "1 to 3 of 6") != nullptr);
  kiosk.press(Role::choice, "Something else");
  CHECK(kiosk.page() != PageId::about);
}

namespace {

// Every page of a visit, as it is in one shape, language and setting.
void audit_visit(Size size, i18n::Language language, const Setting& setting, bool online) {
  Kiosk kiosk(size);
  kiosk.intend(ChooseLanguage{language});
  for (int i = 0; i < setting.larger; ++i) kiosk.intend(CycleTextSize{});
  if (setting.contrast) kiosk.intend(ToggleContrast{});
  if (setting.reach) kiosk.intend(ToggleReach{});
  const std::string where = std::to_string(static_cast<int>(size.w)) + " wide, " +
                            std::string(i18n::tag_of(language)) + ", " + std::string(setting.name);
  const auto check = [&] {
    kiosk.wait(1s);
    // Every page of a list that is turned.
    for (int turns = 0; turns < 10; ++turns) {
      const std::string on =
          where + ", page " + std::to_string(static_cast<int>(kiosk.page())) + "/" + std::to_string(turns);
      audit_all(kiosk, on);
      const auto buttons = kiosk.ui.tree().all(Role::button);
      const auto down = std::ranges::find_if(
          buttons, [](const Node* node) { return node->id.ends_with("/down") && !node->state.disabled; });
      if (down == buttons.end() || !kiosk.ui.press_id((*down)->id)) return;
      kiosk.frame();
    }
  };
  kiosk.intend(StoreChanged{StoreState::full});
  check();
  kiosk.intend(StoreChanged{StoreState::fine});
  check();
  kiosk.intend(StartVisit{});
  check();
  kiosk.intend(ChooseWay{Way::email});
  check();
  kiosk.type("marta.ruiz@company");
  kiosk.intend(Continue{});
  check();
  kiosk.type(".example");
  kiosk.wait(1s);
  kiosk.intend(Continue{});
  check();
  kiosk.wait(61s);
  audit_all(kiosk, where + ", idle warning");
  kiosk.intend(ExtendTime{});
  kiosk.wait(1s);
  kiosk.intend(ChooseCategory{domain::Category::computer});
  check();
  kiosk.intend(FocusField{Field::asset_tag});
  check();
  kiosk.intend(LeaveField{});
  check();
  kiosk.intend(Continue{});
  check();
  kiosk.type("It does not start.");
  kiosk.intend(Continue{});
  check();
  kiosk.intend(ChooseSeverity{domain::Degree::high});
  kiosk.intend(ChooseAffected{domain::Affected::many});
  kiosk.wait(1s);
  if (kiosk.page() == PageId::serious) kiosk.intend(Continue{});
  check();
  kiosk.intend(ChooseConsequence{domain::Degree::high});
  check();
  if (kiosk.page() == PageId::consequence) kiosk.intend(Continue{});
  check();
  CHECK(kiosk.page() == PageId::review);
  kiosk.intend(ConnectionChanged{online, 0});
  kiosk.intend(Send{});
  kiosk.intend(Registered{kiosk.state.request, "LB-0042-K", "A12", {}, ""});
  check();
  CHECK(kiosk.page() == PageId::number);
}

} // namespace

TEST_CASE(
    "targets, spacing, contrast, letters hold on every page, in every shape, language, size and theme") {
  for (const Size size : {Size{1080, 1920}, Size{1920, 1080}, Size{800, 1280}, Size{1280, 800}})
    for (const i18n::Language language : {i18n::Language::en, i18n::Language::es, i18n::Language::nb})
      for (const Setting& setting : k_settings) {
        audit_visit(size, language, setting, true);
        if (setting.larger > 0) audit_visit(size, language, setting, false);
      }
}
