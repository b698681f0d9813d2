// Random touches for hours of the clock that the screen is told. WALKIN_TOUCH_HOURS sets how many.
#include "kiosk/platform/gallery_content.hpp"
#include "kiosk/ui/screens/kiosk.hpp"
#include "tests/ui/harness.hpp"

#include <cstdlib>
#include <malloc.h>
#include <random>
#include <string>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes(); // its header is not packaged with g++
#endif

using namespace walkin;
using namespace walkin::kiosk;
using namespace walkin::kiosk::ui;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view k_word = "Qwyjibo";

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int k_hours = 4; // ten times slower
#else
constexpr int k_hours = 72;
#endif

std::chrono::hours hours_to_run() {
  const char* text = std::getenv("WALKIN_TOUCH_HOURS");
  return std::chrono::hours{text == nullptr ? k_hours : std::max(1, std::atoi(text))};
}

// What is allocated at this moment. Not what the kernel has given: of that a sanitizer keeps much that was
// freed.
std::size_t allocated_kb() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return __sanitizer_get_current_allocated_bytes() / 1024;
#else
  const struct mallinfo2 info = mallinfo2();
  return (info.uordblks + info.hblkhd) / 1024;
#endif
}

// The program's own parts with made-up workers and a clock that jumps.
struct Lobby {
  Ui ui;
  Moment now{1h};
  AppState state = make_state({}, now);
  std::mt19937 random{17};
  std::size_t registered = 0;

  Lobby() {
    intend(ConnectionChanged{true, 0});
    for (Intent& intent : platform::sample_site()) intend(std::move(intent));
  }
  unsigned dice(unsigned sides) { return static_cast<unsigned>(random() % sides); }
  void intend(Intent intent) {
    for (const Command& command : update(state, std::move(intent), now)) {
      if (const auto* registration = std::get_if<RegisterCommand>(&command)) {
        ++registered;
        intend(platform::sample_ticket(registration->request, true));
      }
      for (Intent& answer : platform::sample_answer(command)) intend(std::move(answer));
    }
  }
  void frame() {
    for (int i = 0; i < 20; ++i) {
      const Model model = make_model(state, now);
      REQUIRE(ui.begin_frame({1080, 1920}, look_of(TextSize::normal, model.high_contrast, k_design_px_per_mm),
                             now.time_since_epoch())
                  .has_value());
      Intents intents;
      draw_kiosk(ui, model, intents);
      ui.end_frame();
      if (intents.empty() && !ui.has_input()) return;
      for (Intent& intent : intents.take()) intend(std::move(intent));
    }
    FAIL("the screen does not come to rest");
  }
  void wait(std::chrono::milliseconds time) {
    const Moment end = now + time;
    int ticks = 0;
    for (auto due = next_deadline(state, now); due && *due <= end; due = next_deadline(state, now)) {
      REQUIRE(++ticks < 10'000);
      now = std::max(now, *due);
      intend(Tick{});
    }
    now = end;
  }
  // As children do: mostly on something, sometimes beside it, on two places, typing, scanning, sliding off.
  void touch_something() {
    const auto& nodes = ui.tree().nodes();
    Point at{static_cast<float>(dice(1080)), static_cast<float>(dice(1920))};
    if (!nodes.empty() && dice(10) < 9) at = nodes[dice(static_cast<unsigned>(nodes.size()))].rect.center();
    switch (dice(12)) {
    case 0: ui.post({InputEvent::Kind::text, {}, Key::tab, std::string(k_word)}); break;
    case 1: ui.post({InputEvent::Kind::key, {}, static_cast<Key>(dice(14))}); break;
    case 2:
      ui.post({InputEvent::Kind::scan, {}, Key::tab, dice(2) == 0 ? "S-4711" : std::string(k_word)});
      break;
    case 3:
      ui.post({InputEvent::Kind::touch_down, at});
      ui.post({InputEvent::Kind::touch_move, {at.x + 400, at.y}});
      ui.post({InputEvent::Kind::touch_up, {at.x + 400, at.y}});
      break;
    case 4: ui.post({InputEvent::Kind::touch_down, {at.y, at.x}}); [[fallthrough]];
    default:
      ui.post({InputEvent::Kind::touch_down, at});
      ui.post({InputEvent::Kind::touch_up, at});
      break;
    }
    frame();
  }
  bool shows_a_word() const {
    for (const Node& node : ui.tree().nodes())
      if (node.name.view().find(k_word) != std::string_view::npos ||
          node.value.view().find(k_word) != std::string_view::npos)
        return true;
    return false;
  }
};

} // namespace

TEST_CASE("hours of random touches leave the kiosk as it was: not stuck, not grown, nothing left on it") {
  Lobby lobby;
  lobby.frame();
  const Moment end = lobby.now + hours_to_run();
  const Moment warm = lobby.now + 10min;
  std::size_t before_kb = 0, visits = 0;
  while (lobby.now < end) {
    for (unsigned touches = 20 + lobby.dice(200); touches > 0; --touches) {
      lobby.touch_something();
      lobby.wait(std::chrono::milliseconds{100 + lobby.dice(3'000)});
    }
    // Everybody leaves at some time.
    lobby.wait(3min);
    lobby.frame();
    CAPTURE(lobby.ui.tree().dump());
    REQUIRE(page_of(lobby.state) == PageId::start);
    CHECK_FALSE(is_start_changed(lobby.state));
    CHECK(lobby.state.visit.is_empty());
    CHECK_FALSE(lobby.shows_a_word());
    ++visits;
    if (before_kb == 0 && lobby.now > warm) before_kb = allocated_kb();
  }
  CHECK(visits > 3);
  constexpr std::size_t k_growth_kb_max = 512;
  if (before_kb > 0) CHECK(allocated_kb() <= before_kb + k_growth_kb_max);
  MESSAGE(visits, " visits, ", lobby.registered, " registered, ", before_kb, " KiB at first, ",
          allocated_kb(), " KiB at last");
}
