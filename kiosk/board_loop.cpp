#include "kiosk/board_loop.hpp"

#include "kiosk/ui/screens/board.hpp"

#include <algorithm>
#include <chrono>

namespace walkin::kiosk {

namespace {

Moment steady_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now());
}

} // namespace

base::Status BoardLoop::run(i18n::Language language) {
  ui::Ui ui;
  BoardState state;
  state.language = language;
  state.out_since = steady_now();
  Moment due = steady_now();
  platform::Window::Program program;
  program.update = [&] {
    bool changed = steady_now() >= due;
    for (auto& intent : inbox.take()) {
      update_board(state, std::move(intent), steady_now());
      changed = true;
    }
    const auto to_minute = std::chrono::minutes{1} - now().time_since_epoch() % std::chrono::minutes{1};
    if (changed) due = board_deadline(state, steady_now(), to_minute);
    return changed;
  };
  program.look = [&] { return ui::board_look(window.size()); };
  program.draw = [&](ui::Ui& screen) {
    ui::draw_board(screen, make_board(state, local(now()), steady_now()));
  };
  program.sleep = [&] { return std::optional(std::max(due - steady_now(), ui::Time{0})); };
  program.closing = closing;
  return window.run(ui, program);
}

} // namespace walkin::kiosk
