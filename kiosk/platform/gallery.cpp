#include "kiosk/platform/gallery.hpp"

#include "kiosk/app/state.hpp"
#include "kiosk/platform/window.hpp"
#include "kiosk/ui/screens/kiosk.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace walkin::kiosk::platform {
namespace {

using namespace std::chrono_literals;
using domain::Affected;
using domain::Category;
using domain::Degree;
using i18n::Language;

// A visit led by intents, without a window.
struct Visitor {
  Moment now{1h};
  AppState state = make_state({}, now);

  explicit Visitor(Language language = Language::en) {
    intend(ConnectionChanged{true, 0});
    if (language != Language::en) intend(ChooseLanguage{language});
  }
  void intend(Intent intent) { (void)update(state, std::move(intent), now); }
  // A touch of its own: what turned the page before is no echo, and a shown choice goes on.
  void touch(Intent intent) {
    wait(1s);
    intend(Touched{});
    intend(std::move(intent));
    wait(1s);
  }
  void wait(std::chrono::milliseconds time) {
    const Moment end = now + time;
    for (auto due = next_deadline(state, now); due && *due <= end; due = next_deadline(state, now)) {
      now = std::max(now, *due);
      intend(Tick{});
    }
    now = end;
  }
  void type(std::string_view text) { intend(InsertText{SecretText(text)}); }
  void to_who() { touch(StartVisit{}); }
  void to_about() {
    to_who();
    touch(ChooseWay{Way::email});
    type("marta.ruiz@company.example");
    touch(Continue{});
  }
  void to_category(Category category) {
    to_about();
    touch(ChooseCategory{category});
  }
  void to_words(std::string_view words) {
    to_category(Category::printer);
    if (page_of(state) != PageId::words) touch(Continue{});
    if (state.focus != Field::words) touch(FocusField{Field::words});
    type(words);
  }
  void to_serious() {
    to_words("It asks for a password.");
    touch(Continue{});
  }
  void to_review() {
    to_category(Category::computer);
    touch(FocusField{Field::asset_tag});
    type("PC-20418");
    touch(Continue{});
    touch(ChooseSystem{System::windows});
    touch(ChooseMemory{Memory::gb16});
    touch(Continue{});
    if (state.focus != Field::words) touch(FocusField{Field::words});
    type("I can’t print since this morning, it asks for a password.");
    touch(Continue{});
    touch(ChooseSeverity{Degree::medium});
    touch(ChooseAffected{Affected::team});
    if (page_of(state) == PageId::serious) touch(Continue{});
    touch(ChooseConsequence{Degree::low});
    if (page_of(state) == PageId::consequence) touch(Continue{});
  }
  void to_number(bool in_touch) {
    to_review();
    intend(ConnectionChanged{in_touch, 1});
    wait(1s);
    intend(Send{});
    intend(Registered{state.request,
                      "LB-0042-K",
                      "A12",
                      {{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{22}}, 582min},
                      ""});
  }
};

struct Scene {
  std::string name{};
  Language language = Language::en;
  std::function<void(Visitor&)> lead{};
  int width = 1080, height = 1920;
};

void enlarge(Visitor& visitor, int steps = 2) {
  for (int i = 0; i < steps; ++i) visitor.touch(CycleTextSize{});
}

std::vector<Scene> scenes() {
  std::vector<Scene> all{
      {"a-start", Language::en, [](Visitor&) {}},
      {"a2-start-offline", Language::nb,
       [](Visitor& v) {
         v.intend(ConnectionChanged{false, 0});
         v.wait(3min);
         v.touch(ChooseLanguage{Language::nb}); // the idle kiosk has gone back to its own
       }},
      {"a3-start-closed", Language::es, [](Visitor& v) { v.intend(StoreChanged{StoreState::full}); }},
      {"b-who", Language::en, [](Visitor& v) { v.to_who(); }},
      {"c-staff", Language::en,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::staff_number});
       }},
      {"c2-phone", Language::nb,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::phone});
         v.type("+47 22 85");
       }},
      {"c3-guest", Language::es,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::guest});
         v.touch(LeaveField{});
       }},
      {"d-about", Language::en,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(Back{});
       }},
      {"e-computer", Language::nb,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(FocusField{Field::asset_tag});
         v.type("PC-20418");
         v.touch(LeaveField{});
         v.touch(ChooseSystem{System::windows});
         v.touch(ChooseMemory{Memory::gb16});
       }},
      {"e2-computer-typing", Language::en,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(FocusField{Field::asset_tag});
         v.type("PC-2");
       }},
      {"e3-telephone", Language::es, [](Visitor& v) { v.to_category(Category::phone); }},
      {"f-words", Language::es,
       [](Visitor& v) { v.to_words("No puedo imprimir desde esta mañana. La impresora pide contraseña"); }},
      {"h-serious", Language::es,
       [](Visitor& v) {
         v.to_serious();
         v.touch(ChooseSeverity{Degree::medium});
         v.touch(ChooseAffected{Affected::team});
         if (page_of(v.state) != PageId::serious) v.touch(Back{});
       }},
      {"h2-consequence", Language::en,
       [](Visitor& v) {
         v.to_serious();
         v.touch(ChooseSeverity{Degree::medium});
         v.touch(ChooseAffected{Affected::team});
         v.touch(Continue{});
       }},
      {"i-review", Language::en, [](Visitor& v) { v.to_review(); }},
      {"i2-sending", Language::en,
       [](Visitor& v) {
         v.to_review();
         v.intend(Send{});
       }},
      {"i3-save-failed", Language::en,
       [](Visitor& v) {
         v.to_review();
         v.intend(Send{});
         v.intend(RegisterFailed{v.state.request, SaveTrouble::no_space});
       }},
      {"j-number", Language::en, [](Visitor& v) { v.to_number(true); }},
      {"j2-number-offline", Language::es, [](Visitor& v) { v.to_number(false); }},
      {"l-idle", Language::en,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(Back{});
         v.wait(61s);
       }},
      {"l2-leave", Language::nb,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(Exit{});
       }},
      {"m-error", Language::en,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::email});
         v.type("marta.ruiz@company");
         v.touch(Continue{});
       }},
  };
  return all;
}

// The pages that must hold in every shape, size and theme.
std::vector<Scene> variants(const std::vector<Scene>& plain) {
  struct Variant {
    std::string_view suffix;
    int width, height;
    std::function<void(Visitor&)> set;
  };
  const Variant kinds[] = {
      {"-contrast", 1080, 1920, [](Visitor& v) { v.touch(ToggleContrast{}); }},
      {"-150", 1080, 1920, [](Visitor& v) { enlarge(v, 1); }},
      {"-200", 1080, 1920, [](Visitor& v) { enlarge(v); }},
      {"-reach", 1080, 1920, [](Visitor& v) { v.touch(ToggleReach{}); }},
      {"-land", 1920, 1080, [](Visitor&) {}},
      {"-land-200", 1920, 1080, [](Visitor& v) { enlarge(v); }},
      {"-land-reach", 1920, 1080, [](Visitor& v) { v.touch(ToggleReach{}); }},
      {"-800", 800, 1280, [](Visitor&) {}},
      {"-1280", 1280, 800, [](Visitor&) {}},
  };
  std::vector<Scene> all;
  for (const Variant& kind : kinds)
    for (const Scene& scene : plain) {
      all.push_back({scene.name + std::string(kind.suffix), scene.language,
                     [set = kind.set, lead = scene.lead](Visitor& v) {
                       set(v);
                       lead(v);
                     },
                     kind.width, kind.height});
    }
  return all;
}

base::Status shoot(const Scene& scene, Window& window, ui::Ui& ui, const std::string& folder) {
  Visitor visitor(scene.language);
  scene.lead(visitor);
  const Model model = make_model(visitor.state, visitor.now);
  const auto draw = [&](ui::Ui& on) {
    Intents unheard;
    ui::draw_kiosk(on, model, unheard);
  };
  const ui::Look look = ui::look_of(model.text_size, model.high_contrast, window.px_per_mm());
  auto picture = window.shoot(ui, look, draw);
  if (!picture) return base::forward_error(picture);
  return write_png(*picture, folder + "/" + scene.name + ".png");
}

} // namespace

base::Status write_gallery(const std::string& folder, const std::string& only) {
  std::vector<Scene> all = scenes();
  for (Scene& variant : variants(all)) all.push_back(std::move(variant));
  std::erase_if(all, [&](const Scene& scene) { return scene.name.find(only) == std::string::npos; });
  if (all.empty()) return {};
  auto window = Window::open({.width = all.front().width, .height = all.front().height, .visible = false});
  if (!window) return base::forward_error(window);
  ui::Ui ui;
  for (const Scene& scene : all) {
    const ui::Size size = (*window)->size();
    if (!(size == ui::Size{static_cast<float>(scene.width), static_cast<float>(scene.height)}))
      (*window)->resize(scene.width, scene.height);
    if (auto shot = shoot(scene, **window, ui, folder); !shot) return shot;
  }
  window->reset(); // before the Ui: its renderer lives in the Ui's context
  return {};
}

} // namespace walkin::kiosk::platform
