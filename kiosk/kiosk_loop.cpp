#include "kiosk/kiosk_loop.hpp"

#include "kiosk/ui/screens/kiosk.hpp"

#include <algorithm>
#include <chrono>

namespace walkin::kiosk {

namespace {

Moment now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now());
}

// What update() is called with, from whichever side it came.
class Turn {
public:
  Turn(KioskLoop& loop, const Settings& settings) : loop_(loop), state_(make_state(settings, now())) {}

  bool update() {
    bool happened = false;
    const auto due = next_deadline(state_, now());
    if (due && *due <= now()) happened = take(Tick{});
    for (auto& intent : loop_.inbox.take()) happened = take(std::move(intent));
    for (auto& intent : touched_.take()) happened = take(std::move(intent));
    return happened;
  }

  ui::Look look() const {
    return ui::look_of(state_.text_size, state_.high_contrast, loop_.window.px_per_mm());
  }

  void draw(ui::Ui& ui) {
    // What the last customer typed must not stay behind in the screen's own memory either.
    if (is_over_) ui.forget();
    is_over_ = false;
    ui::draw_kiosk(ui, make_model(state_, now()), touched_);
  }

  std::optional<ui::Time> sleep() const {
    if (!touched_.empty()) return ui::Time{0};
    const auto due = next_deadline(state_, now());
    if (!due) return std::nullopt;
    return std::max(*due - now(), ui::Time{0});
  }

private:
  bool take(Intent intent) {
    const PageId before = page_of(state_);
    for (auto& command : kiosk::update(state_, std::move(intent), now()))
      loop_.save(std::move(std::get<RegisterCommand>(command)));
    const PageId after = page_of(state_);
    if (after != before && (after == PageId::start || after == PageId::number)) is_over_ = true;
    return true;
  }

  KioskLoop& loop_;
  AppState state_;
  Intents touched_;
  bool is_over_ = false;
};

} // namespace

base::Status KioskLoop::run(const Settings& settings) {
  ui::Ui ui;
  Turn turn(*this, settings);
  platform::Window::Program program;
  program.update = [&] { return turn.update(); };
  program.look = [&] { return turn.look(); };
  program.draw = [&](ui::Ui& screen) { turn.draw(screen); };
  program.sleep = [&] { return turn.sleep(); };
  program.closing = closing;
  return window.run(ui, program);
}

} // namespace walkin::kiosk
