#include "tests/unit/app_driver.hpp"

#include <cstring>

using namespace walkin;
using namespace walkin::test;
using i18n::Language;

namespace {

AppDriver typed_name() {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("I’m a guest");
  kiosk.insert("Marta Ruiz");
  return kiosk;
}

} // namespace

TEST_CASE("after a minute without a touch the customer is asked, and the seconds are counted") {
  AppDriver kiosk = typed_name();
  kiosk.wait(58s);
  CHECK_FALSE(kiosk.model().dialog);
  kiosk.wait(1900ms);
  kiosk.wait(100ms);
  REQUIRE(kiosk.model().dialog.has_value());
  CHECK(kiosk.model().dialog->seconds_left == 20);
  CHECK(kiosk.model().dialog->seconds_total == 20);
  CHECK_FALSE(kiosk.model().keyboard);
  kiosk.wait(2s);
  CHECK(kiosk.model().dialog->text.view() ==
        "To keep what you told us private, we clear this screen in 18 seconds.");
  kiosk.wait(17s);
  CHECK(kiosk.model().dialog->seconds_left == 1);
  CHECK(kiosk.model().dialog->text.view().ends_with("in 1 second."));
}

TEST_CASE("the countdown is drawn once a second and no more") {
  AppDriver kiosk = typed_name();
  kiosk.wait(60s);
  int last = kiosk.model().dialog->seconds_left, changes = 0;
  for (auto at = next_deadline(kiosk.state, kiosk.now); kiosk.page() != PageId::start;
       at = next_deadline(kiosk.state, kiosk.now)) {
    REQUIRE(at.has_value());
    REQUIRE(*at > kiosk.now);
    kiosk.now = *at;
    kiosk.intend(Tick{});
    if (kiosk.page() == PageId::start) break;
    CHECK(kiosk.model().dialog->seconds_left == last - 1);
    last = kiosk.model().dialog->seconds_left;
    ++changes;
  }
  CHECK(changes == 19);
}

TEST_CASE("one touch gives another minute, as often as is needed") {
  AppDriver kiosk = typed_name();
  for (int i = 0; i < 12; ++i) {
    kiosk.wait(75s);
    REQUIRE(kiosk.model().dialog.has_value());
    kiosk.touch("I’m still here");
    CHECK_FALSE(kiosk.model().dialog);
    CHECK(kiosk.field(Field::guest_name).text == "Marta Ruiz");
  }
}

TEST_CASE("the press that begins a touch on the dialog does not take the dialog away") {
  AppDriver kiosk = typed_name();
  kiosk.wait(65s);
  kiosk.intend(Touched{});
  CHECK(kiosk.model().dialog.has_value());
  kiosk.touch("Clear it now");
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("a touch meant for the page as the warning comes up does not clear it") {
  AppDriver kiosk = typed_name();
  kiosk.wait(60s);
  REQUIRE(kiosk.model().dialog.has_value());
  kiosk.intend(ConfirmExit{});
  CHECK(kiosk.page() == PageId::who_fields);
  kiosk.wait(600ms);
  kiosk.touch("Clear it now");
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("a key or a scan while the warning stands means that somebody is there") {
  AppDriver kiosk = typed_name();
  kiosk.wait(70s);
  kiosk.insert("x");
  CHECK_FALSE(kiosk.model().dialog);
  CHECK(kiosk.field(Field::guest_name).text == "Marta Ruiz"); // it was behind the dialog
}

TEST_CASE("when nobody answers the visit is gone: text, choices, language and look") {
  AppDriver kiosk(Language::es);
  kiosk.intend(CycleTextSize{});
  kiosk.intend(ToggleContrast{});
  kiosk.intend(ToggleReach{});
  kiosk.touch("Pedir ayuda");
  kiosk.touch("Estoy de visita");
  kiosk.insert("Marta Ruiz");
  kiosk.wait(80s);
  CHECK(kiosk.page() == PageId::start);
  CHECK(kiosk.state.visit.is_empty());
  CHECK_FALSE(kiosk.state.visit.way);
  CHECK(kiosk.state.language == Language::en);
  CHECK(kiosk.state.text_size == TextSize::normal);
  CHECK_FALSE(kiosk.state.high_contrast);
  CHECK_FALSE(kiosk.state.reach);
  CHECK_FALSE(next_deadline(kiosk.state, kiosk.now));
}

TEST_CASE("every byte of what was typed is overwritten") {
  AppDriver kiosk = typed_name();
  const std::string_view name = kiosk.field(Field::guest_name).text;
  const char* memory = name.data();
  const std::size_t size = name.size();
  kiosk.wait(80s);
  REQUIRE(kiosk.page() == PageId::start);
  // The buffer stays with its field for the next customer, so it may be looked at.
  CHECK(std::string_view(memory, size) == std::string(size, '\0'));
}

TEST_CASE("leaving asks first where something would be lost, and only there") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("Exit");
  CHECK(kiosk.page() == PageId::start);
  kiosk = typed_name();
  kiosk.touch("Exit");
  CHECK(kiosk.model().dialog->kind == DialogKind::leave);
  kiosk.touch("Keep going");
  CHECK(kiosk.field(Field::guest_name).text == "Marta Ruiz");
  kiosk.touch("Exit");
  kiosk.touch("Clear and leave");
  CHECK(kiosk.page() == PageId::start);
  CHECK(kiosk.state.visit.is_empty());
}

TEST_CASE("a save that failed is still to be answered after the warning is taken back") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("Send, get my number");
  kiosk.intend(RegisterFailed{kiosk.sent().request, SaveTrouble::busy});
  kiosk.wait(61s);
  CHECK(kiosk.model().dialog->kind == DialogKind::idle);
  kiosk.touch("I’m still here");
  CHECK(kiosk.model().dialog->kind == DialogKind::save_failed);
  kiosk.wait(81s);
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("the number stays 40 seconds, and any touch starts them anew") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("Send, get my number");
  kiosk.saved();
  kiosk.wait(30s);
  kiosk.intend(Touched{});
  kiosk.wait(39s);
  CHECK(kiosk.page() == PageId::number);
  CHECK(std::get<NumberView>(kiosk.model().view).clears.view() == "This page clears itself in 1 second.");
  kiosk.wait(1s);
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("what the customer told is wiped as soon as it is saved") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.touch("Send, get my number");
  CHECK_FALSE(kiosk.state.visit.is_empty());
  kiosk.saved();
  CHECK(kiosk.page() == PageId::number);
  CHECK(kiosk.state.visit.is_empty());
}

TEST_CASE("a language left on the start page goes back to the site's by itself") {
  AppDriver kiosk(Language::nb);
  CHECK(kiosk.model().title == "IT-hjelp");
  kiosk.wait(60s);
  CHECK(kiosk.model().title == "IT help desk");
  CHECK_FALSE(next_deadline(kiosk.state, kiosk.now));
}

TEST_CASE("a kiosk that nobody uses has nothing to do") {
  AppDriver kiosk;
  CHECK_FALSE(next_deadline(kiosk.state, kiosk.now));
  kiosk.intend(Tick{});
  CHECK(kiosk.page() == PageId::start);
}

TEST_CASE("the desk out of touch is told after two minutes, in words a customer understands") {
  AppDriver kiosk;
  auto start = [&] { return std::get<StartView>(kiosk.model().view); };
  CHECK(start().touch->title == "In touch with the desk");
  kiosk.intend(ConnectionChanged{false, 1});
  CHECK_FALSE(start().touch);
  CHECK_FALSE(start().offline);
  kiosk.wait(119s);
  kiosk.intend(ConnectionChanged{false, 2}); // said again: it is out since the first time
  CHECK_FALSE(start().offline);
  kiosk.wait(1s);
  REQUIRE(start().offline.has_value());
  CHECK(start().offline->title == "No contact with the desk");
  CHECK_FALSE(next_deadline(kiosk.state, kiosk.now));
  kiosk.intend(ConnectionChanged{true, 0});
  CHECK_FALSE(start().offline);
  CHECK(start().touch.has_value());
}

TEST_CASE("without the desk the number counts all the same, and the page says what happens") {
  AppDriver kiosk;
  kiosk.to_review();
  kiosk.intend(ConnectionChanged{false, 0});
  kiosk.touch("Send, get my number");
  kiosk.saved("LB-0042-K", "A12", "https://desk.example/t/LB-0042-K");
  const Model shown = kiosk.model();
  const auto& number = std::get<NumberView>(shown.view);
  CHECK(number.number == "A12");
  CHECK(number.corner.view() == "No contact");
  CHECK(number.follow == "Scan to follow it later");
  CHECK(number.second.text ==
        "No contact with the desk. Your ticket is kept safe and will be sent by itself.");
}

TEST_CASE("while nothing can be saved the ticket gives way to a notice") {
  AppDriver kiosk;
  for (StoreState trouble : {StoreState::locked, StoreState::full, StoreState::broken}) {
    kiosk.intend(StoreChanged{trouble});
    const Model shown = kiosk.model();
    const auto& start = std::get<StartView>(shown.view);
    CHECK_FALSE(start.ticket);
    CHECK(start.cannot_take->title == "We can’t take new requests on this screen");
    kiosk.intend(StartVisit{});
    CHECK(kiosk.page() == PageId::start);
  }
  kiosk.intend(StoreChanged{StoreState::fine});
  kiosk.touch("Get help");
  CHECK(kiosk.page() == PageId::who);
}

TEST_CASE("text size goes through its three sizes, contrast and reach turn on and off, on every page") {
  AppDriver kiosk;
  kiosk.touch("Get help");
  kiosk.touch("Text size");
  CHECK(kiosk.model().text_size == TextSize::large);
  kiosk.touch("150 %");
  CHECK(kiosk.model().text_size == TextSize::largest);
  kiosk.touch("200 %");
  CHECK(kiosk.model().text_size == TextSize::normal);
  kiosk.touch("Contrast");
  kiosk.touch("Reach");
  CHECK(kiosk.model().high_contrast);
  CHECK(kiosk.model().reach);
  kiosk.touch("Contrast");
  CHECK_FALSE(kiosk.model().high_contrast);
}

TEST_CASE("nonsense in any order never leaves the page without a way on or a way out") {
  unsigned seed = 1;
  auto random = [&] { return (seed = seed * 1664525u + 1013904223u) >> 8; };
  AppDriver kiosk;
  for (int step = 0; step < 4000; ++step) {
    const auto choices = kiosk.touchable();
    REQUIRE((choices.size() > 3 || kiosk.model().dialog));
    if (kiosk.state.focus && random() % 2) {
      kiosk.intend(ClearField{*kiosk.state.focus});
      const char* const typed[] = {"abc@x.org", "4711 22", "4711", "é\n", "https://"};
      kiosk.insert(typed[random() % 5]);
    }
    const auto primary = kiosk.model().footer.primary;
    const bool goes_on = primary && random() % 2;
    kiosk.intend(goes_on ? primary->intent : choices[random() % choices.size()].second);
    if (random() % 8 == 0) kiosk.intend(EraseBack{});
    kiosk.wait(std::chrono::milliseconds(random() % 3000));
    if (kiosk.page() == PageId::sending) {
      if (random() % 2)
        kiosk.saved();
      else
        kiosk.intend(RegisterFailed{kiosk.sent(kiosk.commands.size() - 1).request, SaveTrouble::failed});
    }
    if (random() % 50 == 0) kiosk.wait(std::chrono::seconds(random() % 90));
  }
  CHECK(kiosk.commands.size() > 0);
  MESSAGE(kiosk.commands.size(), " sent");
}
