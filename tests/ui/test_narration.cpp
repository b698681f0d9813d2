// What is said of what is shown.
#include "kiosk/platform/gallery_scenes.hpp"
#include "kiosk/platform/speech.hpp"
#include "kiosk/ui/narration.hpp"
#include "kiosk/ui/screens/kiosk.hpp"
#include "tests/ui/harness.hpp"

#include <espeak-ng/speak_lib.h>

using namespace walkin;
using namespace walkin::kiosk;
using namespace walkin::kiosk::ui;
using namespace std::chrono_literals;

namespace {

struct Listener {
  platform::Visitor visitor;
  Ui ui;
  Narrator narrator;
  std::string said;

  explicit Listener(i18n::Language language = i18n::Language::en) : visitor(language) {}
  // Draws, and keeps what is new to be heard.
  std::string hear() {
    do {
      const Model model = make_model(visitor.state, visitor.now);
      REQUIRE(ui.begin_frame({1080, 1920}, {}, visitor.now.time_since_epoch()).has_value());
      Intents unheard;
      draw_kiosk(ui, model, unheard);
      ui.end_frame();
    } while (ui.has_input());
    const auto words =
        narrator.listen(ui.tree(), ui.focused(), visitor.state.page_serial, visitor.state.language);
    return words ? std::string(words->view()) : std::string();
  }
  std::string key(Key key) {
    ui.post({InputEvent::Kind::key, {}, key});
    return hear();
  }
};

bool says(const std::string& said, std::string_view words) { return said.find(words) != std::string::npos; }

} // namespace

TEST_CASE("a page is said when it comes, once, and what can be chosen when the ring comes to it") {
  Listener listener;
  listener.visitor.to_who();
  const std::string page = listener.hear();
  CHECK(says(page, "Step 1 of 6"));
  CHECK(says(page, "Who are you?"));
  CHECK_FALSE(says(page, "E-mail"));
  CHECK(listener.hear().empty());
  CHECK(says(listener.key(Key::tab) + listener.key(Key::tab), "Staff number"));
}

TEST_CASE("speech is in the language shown") {
  Listener listener(i18n::Language::nb);
  listener.visitor.to_who();
  CHECK(says(listener.hear(), "Hvem er du?"));
}

TEST_CASE("the page is said anew in a language that is chosen on it") {
  Listener listener;
  (void)listener.hear();
  listener.visitor.touch(ChooseLanguage{i18n::Language::nb});
  const std::string said = listener.hear();
  CHECK(says(said, "Fortell oss hva du trenger hjelp med."));
  CHECK(listener.hear().empty());
}

TEST_CASE("what is chosen or switched is said, and how it stands when the ring comes to it") {
  Listener listener;
  listener.visitor.to_category(domain::Category::computer);
  (void)listener.hear();
  listener.visitor.touch(ChooseSystem{System::windows});
  CHECK(listener.hear() == "Windows, chosen");
  listener.visitor.touch(ChooseSystem{System::linux});
  CHECK(listener.hear() == "Linux, chosen");
  listener.visitor.touch(ToggleContrast{});
  CHECK(listener.hear() == "Contrast, on");
  listener.visitor.touch(ToggleContrast{});
  CHECK(listener.hear() == "Contrast, off");
  // Nor is it said again when a keyboard that hid it goes.
  listener.visitor.touch(FocusField{Field::model});
  std::string heard = listener.hear();
  listener.visitor.touch(LeaveField{});
  CHECK_FALSE(says(heard + listener.hear(), "Linux"));
  heard.clear();
  for (int i = 0; i < 20; ++i) heard += listener.key(Key::tab) + "\n";
  CHECK(says(heard, "Linux, chosen\n"));
  CHECK(says(heard, "Windows\n"));
  CHECK(says(heard, "Contrast, off\n"));
}

TEST_CASE("each language has a voice that speaks it") {
  REQUIRE(espeak_Initialize(AUDIO_OUTPUT_RETRIEVAL, 0, nullptr, espeakINITIALIZE_DONT_EXIT) > 0);
  for (const i18n::Language language :
       {i18n::Language::en, i18n::Language::es, i18n::Language::en, i18n::Language::nb}) {
    CHECK(platform::Speech::use_voice(language));
    // Its languages begin with how well it speaks them, in one byte.
    CHECK(std::string_view(espeak_GetCurrentVoice()->languages + 1).starts_with(i18n::tag_of(language)));
  }
  espeak_Terminate();
}

TEST_CASE("a mistake is said when it is made, and once") {
  Listener listener;
  listener.visitor.to_who();
  listener.visitor.touch(ChooseWay{Way::email});
  listener.visitor.type("marta@company");
  (void)listener.hear();
  listener.visitor.touch(Continue{});
  CHECK(says(listener.hear(), "The ending is missing."));
  CHECK(listener.hear().empty());
}

TEST_CASE("the countdown is said at 20, 10 and 5 seconds") {
  Listener listener;
  listener.visitor.to_who();
  (void)listener.hear();
  listener.visitor.wait(59s); // one has passed since the touch
  int heard = 0;
  for (int second = 0; second < 20; ++second) {
    const std::string said = listener.hear();
    if (second > 0 && !said.empty()) ++heard;
    listener.visitor.wait(1s);
  }
  CHECK(heard == 2); // 20 with the warning itself, then 10 and 5
}

TEST_CASE("letters that are hidden are never said") {
  Listener listener;
  listener.visitor.know_site();
  listener.visitor.to_who();
  listener.visitor.touch(ChooseWay{Way::email});
  listener.visitor.type("marta.ruiz@company.example");
  listener.visitor.touch(Continue{});
  const std::string page = listener.hear();
  CHECK(says(page, "Is this you?"));
  CHECK_FALSE(says(page, "•"));
  listener.visitor.touch(Exit{});
  listener.visitor.touch(ConfirmExit{});
  listener.visitor.touch(StaffGesture{});
  std::string said = listener.hear();
  for (const std::string_view digit : {"7", "3", "9"}) {
    listener.visitor.type(digit);
    said += listener.hear();
  }
  CHECK(said.find_first_of("739") == std::string::npos);
}

TEST_CASE("letters that are typed are echoed") {
  Listener listener;
  listener.visitor.to_words("a");
  (void)listener.hear();
  listener.visitor.type("b");
  CHECK(listener.hear() == "b");
}
