#include "kiosk/ui/widgets.hpp"
#include "tests/ui/harness.hpp"

using namespace walkin::kiosk;
using namespace walkin::kiosk::ui;

namespace {

constexpr Rect k_continue{380, 1580, 644, 112}, k_back{56, 1580, 304, 112};

struct TwoButtons : Screen {
  int continued = 0, gone_back = 0;
  TwoButtons()
      : Screen([this](Ui& on) {
          if (button(on, {.id = "back", .name = "Back"}, k_back)) ++gone_back;
          if (button(on, {.id = "primary", .name = "Continue", .style = ButtonStyle::primary}, k_continue))
            ++continued;
        }) {}
};

} // namespace

TEST_CASE("a button acts on release, not on press") {
  TwoButtons screen;
  screen.down(k_continue.center());
  screen.frame();
  CHECK(screen.continued == 0);
  CHECK(screen.ui.tree().find(Role::button, "Continue")->state.pressed);
  screen.up(k_continue.center());
  screen.frame();
  CHECK(screen.continued == 1);
  CHECK_FALSE(screen.ui.tree().find(Role::button, "Continue")->state.pressed);
}

TEST_CASE("a tap that comes and goes within one frame counts once") {
  TwoButtons screen;
  screen.down(k_continue.center());
  screen.up(k_continue.center());
  screen.frame();
  CHECK(screen.continued == 1);
  screen.frame();
  CHECK(screen.continued == 1);
}

TEST_CASE("sliding off a button cancels, and sliding on to another does not press it") {
  TwoButtons screen;
  screen.down(k_continue.center());
  screen.move({500, 900});
  screen.frame();
  CHECK_FALSE(screen.ui.tree().find(Role::button, "Continue")->state.pressed);
  screen.up({500, 900});
  screen.frame();
  screen.down(k_continue.center());
  screen.up(k_back.center());
  screen.frame();
  CHECK(screen.continued == 0);
  CHECK(screen.gone_back == 0);
}

TEST_CASE("a second touch within half a second on the same control counts once") {
  TwoButtons screen;
  for (int i = 0; i < 2; ++i) {
    screen.down(k_continue.center());
    screen.up(k_continue.center());
    screen.frame();
    screen.wait(Time{300});
  }
  CHECK(screen.continued == 1);
  screen.wait(Time{600});
  screen.ui.press(Role::button, "Continue");
  screen.frame();
  CHECK(screen.continued == 2);
}

TEST_CASE("two taps on two controls in one batch are both heard, in order") {
  TwoButtons screen;
  screen.ui.press(Role::button, "Continue");
  screen.ui.press(Role::button, "Back");
  screen.frame();
  CHECK(screen.continued == 1);
  CHECK(screen.gone_back == 1);
}

TEST_CASE("the focus ring comes with the keypad and goes with a touch") {
  TwoButtons screen;
  screen.key(Key::tab);
  screen.frame();
  CHECK(screen.ui.focused() == "back");
  screen.key(Key::right);
  screen.frame();
  CHECK(screen.ui.focused() == "primary");
  CHECK(screen.ui.tree().find(Role::button, "Continue")->state.focused);
  screen.key(Key::enter);
  screen.frame();
  CHECK(screen.continued == 1);
  screen.down({500, 300});
  screen.up({500, 300});
  screen.frame();
  CHECK(screen.ui.focused().empty());
}

TEST_CASE("a disabled button is read but cannot be pressed") {
  int pressed = 0;
  Screen screen([&](Ui& ui) {
    pressed += button(ui, {.id = "x", .name = "Send", .disabled = true}, k_continue) ? 1 : 0;
  });
  CHECK(screen.ui.tree().find(Role::button, "Send")->state.disabled);
  CHECK_FALSE(screen.ui.press(Role::button, "Send"));
  screen.down(k_continue.center());
  screen.up(k_continue.center());
  screen.frame();
  CHECK(pressed == 0);
}

TEST_CASE("a finger that is down when the page changes presses nothing on the next page") {
  TwoButtons screen;
  screen.down(k_continue.center());
  screen.frame();
  screen.ui.set_page(7);
  screen.up(k_continue.center());
  screen.frame();
  CHECK(screen.continued == 0);
}

TEST_CASE("a choice tells its name, hint and whether it is chosen") {
  Screen screen([](Ui& ui) {
    choice(ui,
           {.id = "c",
            .name = "Printer",
            .hint = "Nothing prints",
            .icon = Icon::printer,
            .selected = true,
            .look = ChoiceLook::tile},
           {56, 434, 471, 332});
  });
  const Node* node = screen.ui.tree().find(Role::choice, "Printer");
  REQUIRE(node != nullptr);
  CHECK(node->value.view() == "Nothing prints");
  CHECK(node->state.selected);
  CHECK(contrast_ratio(node->text, node->background) >= 7.0);
}

TEST_CASE("a touch into the field being typed into places the cursor between letters") {
  FieldView view{.field = Field::email,
                 .label = "E-mail",
                 .help = {},
                 .text = "señal",
                 .cursor = 0,
                 .focused = true,
                 .problem = {},
                 .clear_name = "Clear",
                 .on_focus = {},
                 .on_clear = {}};
  FieldResponse last;
  Screen screen([&](Ui& ui) {
    const FieldResponse response = field(ui, view, {56, 500, 968, 104});
    if (response.cursor || response.clear) last = response;
  });
  screen.down({700, 550});
  screen.up({700, 550});
  screen.frame();
  REQUIRE(last.cursor.has_value());
  CHECK(*last.cursor == view.text.size());
  screen.wait(Time{1'000});
  screen.down({92, 550});
  screen.up({92, 550});
  screen.frame();
  CHECK(*last.cursor == 0);
  screen.wait(Time{1'000});
  REQUIRE(screen.ui.press(Role::button, "Clear"));
  screen.frame();
  CHECK(last.clear);
}
