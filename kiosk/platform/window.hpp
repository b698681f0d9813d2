// The kiosk's window: GLFW and OpenGL 3 under a Ui. One window a process; everything but wake() on the thread
// that opened it.
//
//   auto window = Window::open({.fullscreen = true});
//   window->run(ui, [&](ui::Ui& ui) { ...draw, push intents...; return look; }, next_deadline);
#pragma once

#include "kiosk/platform/png.hpp"
#include "kiosk/platform/tree_file.hpp"
#include "kiosk/ui/ui.hpp"
#include "shared/base/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

struct GLFWwindow;

namespace walkin::kiosk::platform {

struct WindowOptions {
  std::string title = "Walkin";
  int width = 1080, height = 1920; // of a window; a full screen takes the monitor's
  bool fullscreen = false;
  bool visible = true; // false: for pictures only
  // px/mm to draw with; nothing: from the monitor, or from the environment's WALKIN_PX_PER_MM.
  std::optional<float> px_per_mm{};
};

class Window {
public:
  // Fails with `unusable` when there is no display or no OpenGL 3.
  static base::Result<std::unique_ptr<Window>> open(const WindowOptions& options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // What one turn of the loop asks of the program.
  struct Program {
    // Updates the state: due ticks, what workers posted. True when something on the screen may have changed.
    std::function<bool()> update;
    // The look to draw the next frame with.
    std::function<ui::Look()> look;
    std::function<void(ui::Ui&)> draw;
    std::function<void()> drawn = [] {}; // after each frame
    // What the window reports, in order; passes on to the Ui what is to go there. True when anything went.
    std::function<bool(ui::Ui&, ui::InputEvent)> input = [](ui::Ui& ui, ui::InputEvent event) {
      ui.post(std::move(event));
      return true;
    };
    // How long nothing will happen by itself; nothing: until something is touched.
    std::function<std::optional<ui::Time>()> sleep;
    std::function<bool()> closing = [] { return false; };
  };

  // Draws three frames after anything happens and then none, until the window is closed or `closing`. Returns
  // the failure of a frame (missing fonts), else nothing. A turn that hangs for a minute, in a driver or in
  // what the program does, ends the process with 1: whatever started it starts it anew.
  base::Status run(ui::Ui& ui, const Program& program);

  // One frame now, shown at once; for pictures and tests.
  base::Status draw_frame(ui::Ui& ui, const ui::Look& look, const std::function<void(ui::Ui&)>& draw);

  // One frame as draw_frame(), drawn by the real renderer and read back instead of shown.
  base::Result<Picture> shoot(ui::Ui& ui, const ui::Look& look, const std::function<void(ui::Ui&)>& draw);

  // A window (not a full screen) of another size, which stands for a screen of that shape.
  void resize(int width, int height);

  float px_per_mm() const { return px_per_mm_; }
  ui::Size size() const;
  std::uint64_t frames_drawn() const { return frames_drawn_; }

  // From any thread: the loop takes a turn.
  static void wake();

private:
  Window() = default;
  void upload_letters(ui::Ui& ui);
  void upload_picture(const ui::Ui& ui);
  void prepare_renderer();
  base::Status build_and_render(ui::Ui& ui, const ui::Look& look, const std::function<void(ui::Ui&)>& draw);
  void watch_input();
  static ui::Time now();

  GLFWwindow* window_ = nullptr;
  std::optional<float> set_px_per_mm_; // by the caller or the environment
  float px_per_mm_ = ui::k_design_px_per_mm;
  ui::Point pointer_;    // at the event being handled
  ui::Ui* ui_ = nullptr; // where input goes while run() is on
  const Program* program_ = nullptr;
  bool renderer_ready_ = false;
  unsigned letters_texture_ = 0, picture_texture_ = 0;
  ui::Ui::Placed uploaded_picture_;
  std::uint64_t uploaded_generation_ = 0;
  std::uint64_t frames_drawn_ = 0;
  std::optional<TreeFile> tree_file_ = TreeFile::from_environment();
  int frames_to_draw_ = 0;
};

// px/mm from WALKIN_PX_PER_MM, a number from 1 to 40; nothing when it is unset or not one.
std::optional<float> px_per_mm_from_environment();

} // namespace walkin::kiosk::platform
