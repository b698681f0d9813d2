#include "kiosk/ui/key_layouts.hpp"
#include "kiosk/ui/keyboard.hpp"
#include "tests/ui/harness.hpp"

using namespace walkin;
using namespace walkin::kiosk;
using namespace walkin::kiosk::ui;

namespace {

struct Typing : Screen {
  KeyboardView view;
  Intents intents;
  explicit Typing(KeyboardKind kind, i18n::Language language) : Screen([](Ui&) {}) {
    view.kind = kind;
    view.language = language;
    view.has_return = true;
    view.space_name = "space", view.shift_name = "Shift", view.erase_name = "Erase",
    view.return_name = "Return";
    view.symbols_name = "123", view.letters_name = "ABC";
    draw = [this](Ui& on) {
      const float key = key_height(on, view, false);
      keyboard(on, view, {28, 1000, 1024, keyboard_height(on, view, key)}, key, intents);
    };
    frame();
  }
  template <class T>
  const T* press(std::string_view name) {
    REQUIRE_MESSAGE(ui.press(Role::key, name), name);
    frame();
    taken = intents.take();
    return taken.size() == 1 ? std::get_if<T>(&taken.front()) : nullptr;
  }
  std::vector<Intent> taken;
};

} // namespace

TEST_CASE("each language has its own letters on the keyboard") {
  Typing spanish(KeyboardKind::text, i18n::Language::es);
  CHECK(spanish.press<InsertText>("ñ")->text.view() == "ñ");
  CHECK(spanish.press<InsertText>("¿")->text.view() == "¿");
  CHECK(spanish.press<PressAccent>("´")->combining == U'\u0301');
  Typing norwegian(KeyboardKind::text, i18n::Language::nb);
  for (const std::string_view letter : {"å", "ø", "æ"})
    CHECK(norwegian.press<InsertText>(letter)->text.view() == letter);
  Typing english(KeyboardKind::text, i18n::Language::en);
  CHECK_FALSE(english.ui.press(Role::key, "ñ"));
}

TEST_CASE("with shift the keys show and type capital letters") {
  Typing keys(KeyboardKind::text, i18n::Language::nb);
  keys.view.shift = Shift::once;
  keys.frame();
  CHECK(keys.press<InsertText>("Å")->text.view() == "Å");
  CHECK(keys.ui.tree().find(Role::key, "Shift")->state.selected);
}

TEST_CASE("the mail keyboard has digits, @ and the country's ending") {
  Typing keys(KeyboardKind::mail, i18n::Language::nb);
  for (const std::string_view name : {"1", "0", "@", ".", "-", "_", ".com", ".no"})
    CHECK(keys.press<InsertText>(name)->text.view() == name);
}

TEST_CASE("two quick touches of one letter are two letters") {
  Typing keys(KeyboardKind::text, i18n::Language::en);
  keys.ui.press(Role::key, "l");
  keys.frame();
  keys.wait(Time{80});
  keys.ui.press(Role::key, "l");
  keys.frame();
  CHECK(keys.intents.take().size() == 2);
}

TEST_CASE("erase repeats while it is held and stops with the finger") {
  Typing keys(KeyboardKind::text, i18n::Language::en);
  const Point erase = keys.ui.tree().find(Role::key, "Erase")->rect.center();
  keys.down(erase);
  keys.frame();
  CHECK(keys.ui.wake_after(keys.now) == Ui::k_repeat_delay);
  keys.wait(Ui::k_repeat_delay);
  for (int i = 0; i < 5; ++i) {
    keys.frame();
    keys.wait(Ui::k_repeat_every);
  }
  CHECK(keys.intents.take().size() == 5);
  keys.up(erase);
  keys.frame();
  keys.wait(Time{1'000});
  keys.frame();
  CHECK(keys.intents.take().empty());
  CHECK_FALSE(keys.ui.wake_after(keys.now).has_value());
}

namespace {

// Holds this key with a finger until its row shows its accents.
Point hold(Typing& keys, std::string_view name) {
  const Point at = keys.ui.tree().find(Role::key, name)->rect.center();
  keys.down(at);
  keys.frame();
  CHECK(keys.ui.wake_after(keys.now) == Ui::k_repeat_delay);
  keys.wait(Ui::k_repeat_delay);
  keys.frame();
  CHECK_FALSE(keys.ui.wake_after(keys.now).has_value());
  keys.frame();
  return at;
}

std::string typed(Typing& keys) {
  std::string out;
  for (const Intent& intent : keys.intents.take()) out += std::get<InsertText>(intent).text.view();
  return out;
}

} // namespace

TEST_CASE(
    "a letter that is held shows its accents beside it, and the one where the finger lets go is typed") {
  for (const i18n::Language language : i18n::k_languages)
    for (const auto& [letter, accent] :
         {std::pair{"a", "á"}, {"a", "æ"}, {"o", "ø"}, {"n", "ñ"}, {"e", "ê"}}) {
      Typing keys(KeyboardKind::text, language);
      hold(keys, letter);
      CHECK(keys.intents.take().empty());
      Rect at;
      const auto find = [&](const Node& node) { return node.slides && node.name.view() == accent; };
      const auto is_pressed = [&](const Node& node) { return node.state.pressed && find(node); };
      for (const Node& node : keys.ui.tree().nodes())
        if (find(node)) at = node.rect;
      CHECK(at.w >= 12 * k_design_px_per_mm);
      keys.move(at.center());
      keys.frame();
      CHECK(std::ranges::any_of(keys.ui.tree().nodes(), is_pressed));
      keys.up(at.center());
      keys.frame();
      CHECK(typed(keys) == accent);
      keys.frame();
      CHECK(keys.ui.tree().find(Role::key, "p") != nullptr);
      CHECK_FALSE(keys.ui.tree().find(Role::key, "q")->state.disabled);
    }
}

TEST_CASE("every accent has a letter of its own on its key, and no question mark in its place") {
  float question = 0;
  std::vector<std::pair<std::string_view, float>> widths;
  for (const Type type : {Type::lead_medium, Type::text_medium}) {
    Screen screen([&](Ui& on) {
      question = on.canvas().width(type, "?");
      widths.clear();
      for (const std::string_view letter : {"a", "c", "d", "e", "i", "l", "n", "o", "s", "u", "y", "z"})
        for (const Accented& accent : accents_of(letter))
          for (const std::string_view each : {accent.lower, accent.upper})
            widths.emplace_back(each, on.canvas().width(type, each));
    });
    CHECK(widths.size() > 60);
    for (const auto& [letter, width] : widths) CHECK_MESSAGE(std::abs(width - question) > 0.01F, letter);
  }
}

TEST_CASE("a held letter that is let go where it was is that letter, and anywhere else it is none") {
  Typing keys(KeyboardKind::text, i18n::Language::en);
  const Point a = hold(keys, "a");
  keys.up(a);
  keys.frame();
  CHECK(typed(keys) == "a");
  hold(keys, "a");
  const Point m = keys.ui.tree().find(Role::key, "m")->rect.center();
  keys.move(m);
  keys.up(m);
  keys.frame();
  CHECK(typed(keys).empty());
  keys.wait(Ui::k_repeat_delay);
  keys.frame();
  CHECK(typed(keys).empty());
  keys.ui.press(Role::key, "m");
  keys.frame();
  CHECK(typed(keys) == "m");
}

TEST_CASE("capitals have capital accents, signs their Spanish ones, and mail addresses none") {
  Typing keys(KeyboardKind::text, i18n::Language::nb);
  keys.view.shift = Shift::once;
  keys.frame();
  hold(keys, "A");
  CHECK(keys.ui.tree().find(Role::key, "Á") != nullptr);
  CHECK(keys.ui.tree().find(Role::key, "á") == nullptr);
  Typing signs(KeyboardKind::text, i18n::Language::en);
  signs.view.symbols = true;
  signs.frame();
  hold(signs, "?");
  CHECK(signs.ui.tree().find(Role::key, "¿") != nullptr);
  Typing mail(KeyboardKind::mail, i18n::Language::es);
  mail.down(mail.ui.tree().find(Role::key, "a")->rect.center());
  mail.frame();
  CHECK_FALSE(mail.ui.wake_after(mail.now).has_value());
}

TEST_CASE("by keypad, Enter held on a letter opens its accents, the ring chooses, and Escape closes them") {
  Typing keys(KeyboardKind::text, i18n::Language::en);
  const auto enter = [&](bool held) {
    keys.ui.post({InputEvent::Kind::key, {}, Key::enter, {}, held});
    keys.frame();
  };
  const auto go_to = [&](std::string_view name) {
    for (int i = 0; i < 60 && keys.ui.focused() != keys.ui.tree().find(Role::key, name)->id; ++i) {
      keys.key(Key::tab);
      keys.frame();
    }
  };
  go_to("e");
  enter(false);
  CHECK(typed(keys) == "e");
  enter(true);
  enter(true); // the key goes on repeating
  CHECK(keys.intents.take().empty());
  REQUIRE(keys.ui.tree().find(Role::key, "é") != nullptr);
  CHECK(keys.ui.tree().by_id(keys.ui.focused())->name.view() == "é");
  keys.key(Key::left);
  keys.frame();
  CHECK(keys.ui.tree().by_id(keys.ui.focused())->name.view() == "è");
  enter(false);
  const auto taken = keys.intents.take();
  REQUIRE(taken.size() == 1);
  CHECK(std::get<Accentuate>(taken.front()).letter == "e");
  CHECK(std::get<Accentuate>(taken.front()).upper == "È");
  keys.frame();
  CHECK(keys.ui.tree().by_id(keys.ui.focused())->name.view() == "e");
  enter(true);
  keys.key(Key::escape);
  keys.frame();
  CHECK(keys.ui.tree().find(Role::key, "é") == nullptr);
  CHECK(keys.ui.take_typed().empty());
  CHECK(keys.ui.tree().by_id(keys.ui.focused())->name.view() == "e");
}

TEST_CASE("keys are at least 12 mm and 2 mm apart, number keys at least 20 mm") {
  for (const i18n::Language language : i18n::k_languages)
    for (const KeyboardKind kind :
         {KeyboardKind::text, KeyboardKind::mail, KeyboardKind::number, KeyboardKind::code}) {
      Typing keys(kind, language);
      const auto nodes = keys.ui.tree().all(Role::key);
      const float least = (kind == KeyboardKind::number ? 20.0F : 12.0F) * k_design_px_per_mm;
      for (const Node* node : nodes) {
        CHECK_MESSAGE(node->rect.w >= least, node->name.view());
        CHECK(node->rect.h >= least);
        CHECK(node->rect.right() <= 1053);
        for (const Node* other : nodes)
          if (other != node) {
            const Rect around = node->rect.inset(-2.0F * k_design_px_per_mm + 0.5F);
            CHECK_FALSE_MESSAGE(around.overlaps(other->rect), node->name.view());
          }
      }
    }
}
