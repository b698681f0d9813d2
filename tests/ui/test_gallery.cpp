// Every page of the gallery in every language, shape, text size and theme, audited; and by keypad alone.
#include "kiosk/platform/gallery_scenes.hpp"
#include "kiosk/ui/screens/board.hpp"
#include "kiosk/ui/screens/kiosk.hpp"
#include "tests/ui/audit.hpp"
#include "tests/ui/settings.hpp"

#include <set>

using namespace walkin;
using namespace walkin::kiosk;
using namespace walkin::kiosk::ui;

namespace {

// A page as it is reached, on a screen of its own.
struct Page {
  platform::Visitor visitor;
  Ui& ui;
  Size size;
  float px_per_mm;

  Page(Ui& screen, const platform::Scene& scene, i18n::Language language, Size of, const Setting& setting)
      : visitor(language),
        ui(screen),
        size(of),
        px_per_mm(sane_px_per_mm(static_cast<int>(of.w), static_cast<int>(of.h), 0, 0)) {
    ui.forget();
    for (int i = 0; i < setting.larger; ++i) visitor.intend(CycleTextSize{});
    if (setting.contrast) visitor.intend(ToggleContrast{});
    if (setting.reach) visitor.intend(ToggleReach{});
    scene.lead(visitor);
    frame();
  }
  void frame() {
    do {
      const Model model = make_model(visitor.state, visitor.now);
      REQUIRE(ui.begin_frame(size, look_of(model.text_size, model.high_contrast, px_per_mm),
                             visitor.now.time_since_epoch())
                  .has_value());
      Intents unheard;
      draw_kiosk(ui, model, unheard);
      ui.end_frame();
    } while (ui.has_input());
  }
  // The list that this page turns to its next part, once more; false at its end.
  bool turn() {
    for (const Node* node : ui.tree().all(Role::button))
      if (node->id.ends_with("/down") && !node->state.disabled) {
        visitor.wait(std::chrono::seconds{0});
        visitor.now += std::chrono::seconds{1};
        REQUIRE(ui.press_id(node->id));
        frame();
        return true;
      }
    return false;
  }
  Shown shown() const { return {ui, size, px_per_mm}; }
};

// Pages in their plain form only; their variants are made here.
std::vector<platform::Scene> pages() {
  std::vector<platform::Scene> all = platform::gallery_scenes();
  std::erase_if(all, [](const platform::Scene& scene) {
    for (const std::string_view suffix : {"-contrast", "-150", "-200", "-reach", "-land", "-800", "-1280"})
      if (scene.name.ends_with(suffix)) return true;
    return false;
  });
  return all;
}

} // namespace

TEST_CASE("every page of the gallery is shown in the language, text size and look that were asked for") {
  Ui screen;
  for (const Setting& setting : k_settings)
    for (const i18n::Language language : i18n::k_languages)
      for (const platform::Scene& scene : pages()) {
        const Page page(screen, scene, language, {1080, 1920}, setting);
        const Model model = make_model(page.visitor.state, page.visitor.now);
        CAPTURE(scene.name);
        CHECK(model.language == language);
        CHECK(static_cast<int>(model.text_size) == setting.larger);
        CHECK(model.high_contrast == setting.contrast);
        CHECK(model.reach == setting.reach);
      }
}

TEST_CASE("every page of the gallery holds in every language, shape, text size and theme") {
  Ui screen;
  const auto all = pages();
  REQUIRE(all.size() > 40);
  for (const Size size : {Size{1080, 1920}, Size{1920, 1080}, Size{800, 1280}, Size{1280, 800}})
    for (const Setting& setting : k_settings)
      for (const i18n::Language language : i18n::k_languages)
        for (const platform::Scene& scene : all) {
          Page page(screen, scene, language, size, setting);
          const std::string where = scene.name + ", " + std::string(i18n::tag_of(language)) + ", " +
                                    std::string(setting.name) + ", " +
                                    std::to_string(static_cast<int>(size.w)) + " wide";
          for (int turns = 0; turns < 12; ++turns) {
            audit(page.shown(), where + ", part " + std::to_string(turns));
            audit_letters(page.shown(), where + ", part " + std::to_string(turns));
            if (!page.turn()) break;
          }
        }
}

TEST_CASE("number, wait, code, what comes next and when it clears are told in every shape and text size") {
  Ui screen;
  for (const Size size : {Size{1080, 1920}, Size{1920, 1080}, Size{800, 1280}, Size{1280, 800}})
    for (const Setting& setting : k_settings)
      for (const i18n::Language language : i18n::k_languages)
        for (const platform::Scene& scene : pages()) {
          if (scene.name != "j-number" && scene.name != "j2-number-offline") continue;
          Page page(screen, scene, language, size, setting);
          std::set<std::string, std::less<>> told;
          do
            for (const Node& node : screen.tree().nodes()) told.insert(node.id);
          while (page.turn());
          for (const char* id : {"number", "number/line1", "ticket/code", "next/0", "clears"}) {
            CAPTURE(scene.name);
            CAPTURE(size.w);
            CAPTURE(setting.name);
            CAPTURE(i18n::tag_of(language));
            CHECK_MESSAGE(told.contains(id), id);
          }
        }
}

TEST_CASE("by keypad the ring comes to everything that can be pressed") {
  Ui screen;
  for (const platform::Scene& scene : pages()) {
    Page page(screen, scene, i18n::Language::en, {1080, 1920}, k_settings[0]);
    CAPTURE(scene.name);
    std::set<std::string, std::less<>> wanted, reached;
    for (const Node& node : screen.tree().nodes())
      if (is_interactive(node.role) && !node.state.disabled && !node.behind) wanted.insert(node.id);
    for (std::size_t i = 0; i <= wanted.size() + 1; ++i) {
      screen.post({InputEvent::Kind::key, {}, Key::tab});
      page.frame();
      reached.emplace(screen.focused());
    }
    for (const std::string& id : wanted) CHECK_MESSAGE(reached.contains(id), id);
  }
}

TEST_CASE("the board names a counter that has a name, in letters that it has") {
  Ui screen;
  const Size size{1920, 1080};
  const Look look = board_look(size);
  for (const std::string_view name : {"Reception 1", "Mostrador de información", "Büro"}) {
    BoardState state;
    state.queue = QueueInfo{5, domain::WaitRange{10, 20}};
    state.calls = {{"A112", std::string(name), {}}, {"B07", std::string(name), {}}, {"A11", "3", {}}};
    REQUIRE(screen.begin_frame(size, look, Time{1'000}).has_value());
    draw_board(screen, make_board(state, {{}, std::chrono::minutes{582}}, Moment{std::chrono::hours{1}}));
    screen.end_frame();
    audit({screen, size, look.px_per_mm}, name);
    audit_letters({screen, size, look.px_per_mm}, name);
    CHECK(screen.tree().find(Role::text, name)->id == "call/0/counter");
    CHECK(screen.tree().by_id("call/1/counter")->name.view() == name);
    CHECK(screen.tree().by_id("call/2/counter")->name.view() == "Counter 3");
  }
}

TEST_CASE("a long bulletin stands on the board whole, in two lines below the calls") {
  Ui screen;
  const Size size{1920, 1080};
  const Look look = board_look(size);
  BoardState state;
  state.queue = QueueInfo{5, domain::WaitRange{10, 20}};
  state.calls = {{"A12", "2", {}}, {"B07", "1", {}}, {"A11", "3", {}}};
  domain::Bulletin bulletin;
  bulletin.title = {{"en", "Nobody can print at City Hall or in the Library. Fix expected by 11:00."}};
  state.bulletins = {bulletin};
  REQUIRE(screen.begin_frame(size, look, Time{1'000}).has_value());
  draw_board(screen, make_board(state, {{}, std::chrono::minutes{582}}, Moment{std::chrono::hours{1}}));
  screen.end_frame();
  audit({screen, size, look.px_per_mm}, "long bulletin");
  audit_letters({screen, size, look.px_per_mm}, "long bulletin");
  const Node* strip = screen.tree().by_id("strip");
  REQUIRE(strip != nullptr);
  CHECK(strip->rect.bottom() <= size.h);
  CHECK(strip->rect.y >= screen.tree().by_id("call/1")->rect.bottom());
  // Two lines of letters, and none of them the sign that something was left out.
  int lines = 0;
  for (const TextInk& ink : screen.inks())
    if (ink.rect.center().y >= strip->rect.y) ++lines;
  CHECK(lines == 2);
}

TEST_CASE("the board is read from five metres in every language, with and without calls") {
  Ui screen;
  const Size size{1920, 1080};
  const Look look = board_look(size);
  for (const i18n::Language language : i18n::k_languages)
    for (const bool called : {true, false}) {
      BoardState state;
      state.language = language;
      state.queue = QueueInfo{5, domain::WaitRange{10, 20}};
      if (called) state.calls = {{"A12", "2", {}}, {"B07", "1", {}}, {"A11", "3", {}}};
      REQUIRE(screen.begin_frame(size, look, Time{1'000}).has_value());
      draw_board(screen, make_board(state, {{}, std::chrono::minutes{582}}, Moment{std::chrono::hours{1}}));
      screen.end_frame();
      audit({screen, size, look.px_per_mm}, "board");
      audit_letters({screen, size, look.px_per_mm}, "board");
      constexpr float k_least_px = 82; // 20 arc minutes at five metres on a screen of 43 inches
      for (const Node& node : screen.tree().nodes()) CHECK_MESSAGE(node.rect.h >= k_least_px, node.id);
      CHECK((screen.tree().by_id("call/0") != nullptr) == called);
    }
}
