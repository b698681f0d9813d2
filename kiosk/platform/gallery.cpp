#include "kiosk/platform/gallery.hpp"

#include "kiosk/app/state.hpp"
#include "kiosk/platform/gallery_content.hpp"
#include "kiosk/platform/gallery_scenes.hpp"
#include "kiosk/platform/window.hpp"
#include "kiosk/ui/screens/board.hpp"
#include "kiosk/ui/screens/kiosk.hpp"

#include <fmt/format.h>
#include <memory>
#include <vector>

namespace walkin::kiosk::platform {
namespace {

// "a-start" in the language of its scene, "a-start.nb" in another.
std::string name_in(const std::string& scene, i18n::Language own, i18n::Language language) {
  return language == own ? scene : fmt::format("{}.{}", scene, i18n::tag_of(language));
}

// Each in its own language, then in every other.
std::vector<Scene> scenes_in_all_languages() {
  std::vector<Scene> all;
  for (const Scene& scene : gallery_scenes())
    for (const i18n::Language language : i18n::k_languages) {
      all.push_back(scene);
      all.back().name = name_in(scene.name, scene.language, language);
      all.back().language = language;
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

// The board of the waiting room, in each state that it has.
base::Status shoot_boards(Window& window, ui::Ui& ui, const std::string& folder, const std::string& only) {
  struct Board {
    std::string name;
    i18n::Language language;
    bool called, open, in_touch;
  };
  const Board boards[] = {{"q-board", i18n::Language::en, true, true, true},
                          {"q2-board-no-calls", i18n::Language::es, false, true, true},
                          {"q3-board-closed", i18n::Language::nb, false, false, true},
                          {"q4-board-late", i18n::Language::nb, true, true, false}};
  std::vector<Board> all;
  for (const Board& board : boards)
    for (const i18n::Language language : i18n::k_languages) {
      all.push_back(board);
      all.back().name = name_in(board.name, board.language, language);
      all.back().language = language;
    }
  for (const Board& board : all) {
    if (board.name.find(only) == std::string::npos) continue;
    const Moment now{std::chrono::hours{1}};
    BoardState state;
    for (Intent& intent : sample_site()) update_board(state, std::move(intent), now);
    state.language = board.language;
    state.opening = sample_opening(board.open);
    state.queue->ahead = board.open ? 5 : 0;
    if (board.called) state.calls = {{"A12", "2", {}}, {"B07", "1", {}}, {"A11", "3", {}}};
    if (!board.in_touch) update_board(state, ConnectionChanged{false, 0}, now - 2 * k_board_late);
    window.resize(1920, 1080);
    const auto draw = [&](ui::Ui& on) { ui::draw_board(on, make_board(state, sample_time(9, 42), now)); };
    auto picture = window.shoot(ui, ui::board_look(window.size()), draw);
    if (!picture) return base::forward_error(picture);
    if (auto written = write_png(*picture, folder + "/" + board.name + ".png"); !written) return written;
  }
  return {};
}

} // namespace

base::Status write_gallery(const std::string& folder, const std::string& only) {
  std::vector<Scene> all = scenes_in_all_languages();
  std::erase_if(all, [&](const Scene& scene) { return scene.name.find(only) == std::string::npos; });
  const int width = all.empty() ? 1920 : all.front().width, height = all.empty() ? 1080 : all.front().height;
  auto window = Window::open({.width = width, .height = height, .visible = false});
  if (!window) return base::forward_error(window);
  ui::Ui ui;
  for (const Scene& scene : all) {
    const ui::Size size = (*window)->size();
    if (!(size == ui::Size{static_cast<float>(scene.width), static_cast<float>(scene.height)}))
      (*window)->resize(scene.width, scene.height);
    if (auto shot = shoot(scene, **window, ui, folder); !shot) return shot;
  }
  if (auto shot = shoot_boards(**window, ui, folder, only); !shot) return shot;
  window->reset(); // before the Ui: its renderer lives in the Ui's context
  return {};
}

} // namespace walkin::kiosk::platform
