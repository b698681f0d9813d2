#include "kiosk/platform/window.hpp"

#include "kiosk/platform/watchdog.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <malloc.h>

#define GL_GLEXT_PROTOTYPES
#define GLFW_INCLUDE_GLCOREARB
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>
#include <spdlog/spdlog.h>
#include <stb/stb_image_resize.h>

namespace walkin::kiosk::platform {
namespace {

constexpr int k_frames_after_activity = 3;

ui::Point cursor(GLFWwindow* window) {
  double x = 0, y = 0;
  glfwGetCursorPos(window, &x, &y);
  return {static_cast<float>(x), static_cast<float>(y)};
}

std::optional<ui::Key> key_of(int key, int mods) {
  switch (key) {
  case GLFW_KEY_TAB: return (mods & GLFW_MOD_SHIFT) != 0 ? ui::Key::back_tab : ui::Key::tab;
  case GLFW_KEY_UP: return ui::Key::up;
  case GLFW_KEY_DOWN: return ui::Key::down;
  case GLFW_KEY_LEFT: return ui::Key::left;
  case GLFW_KEY_RIGHT: return ui::Key::right;
  case GLFW_KEY_HOME: return ui::Key::home;
  case GLFW_KEY_END: return ui::Key::end;
  case GLFW_KEY_ENTER:
  case GLFW_KEY_KP_ENTER: return ui::Key::enter;
  case GLFW_KEY_ESCAPE: return ui::Key::escape;
  case GLFW_KEY_BACKSPACE: return ui::Key::backspace;
  case GLFW_KEY_F1: return ui::Key::help;
  case GLFW_KEY_PAGE_UP: return ui::Key::louder;
  case GLFW_KEY_PAGE_DOWN: return ui::Key::softer;
  default: return std::nullopt;
  }
}

std::string utf8_of(unsigned code) {
  std::string out;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

float monitor_px_per_mm(GLFWmonitor* monitor) {
  const GLFWvidmode* mode = monitor != nullptr ? glfwGetVideoMode(monitor) : nullptr;
  if (mode == nullptr) return ui::k_design_px_per_mm;
  int width_mm = 0, height_mm = 0;
  glfwGetMonitorPhysicalSize(monitor, &width_mm, &height_mm);
  return ui::sane_px_per_mm(mode->width, mode->height, width_mm, height_mm);
}

} // namespace

std::optional<float> px_per_mm_from_environment() {
  const char* text = std::getenv("WALKIN_PX_PER_MM");
  if (text == nullptr) return std::nullopt;
  char* end = nullptr;
  const float value = std::strtof(text, &end);
  if (end == text || *end != '\0' || !(value >= 1.0F && value <= 40.0F)) return std::nullopt;
  return value;
}

base::Result<std::unique_ptr<Window>> Window::open(const WindowOptions& options) {
  if (glfwInit() == GLFW_FALSE)
    return base::fail(base::ErrorCode::unusable,
                      "There is no display to open a window on. Set DISPLAY, or start it under Xvfb.");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_DEPTH_BITS, 0);
  glfwWindowHint(GLFW_STENCIL_BITS, 0);
  glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHint(GLFW_AUTO_ICONIFY, GLFW_FALSE);
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor != nullptr ? glfwGetVideoMode(monitor) : nullptr;
  const bool full = options.fullscreen && mode != nullptr;
  std::unique_ptr<Window> window(new Window);
  window->window_ = glfwCreateWindow(full ? mode->width : options.width, full ? mode->height : options.height,
                                     options.title.c_str(), full ? monitor : nullptr, nullptr);
  if (window->window_ == nullptr)
    return base::fail(base::ErrorCode::unusable,
                      "The window cannot be opened: this display offers no OpenGL 3.3.");
  glfwMakeContextCurrent(window->window_);
  glfwSwapInterval(1);
  if (full) glfwSetInputMode(window->window_, GLFW_CURSOR, GLFW_CURSOR_HIDDEN);
  // A window smaller than the monitor stands for a kiosk of its own, whose size nobody knows.
  window->set_px_per_mm_ = options.px_per_mm ? options.px_per_mm : px_per_mm_from_environment();
  const float of_window = ui::sane_px_per_mm(options.width, options.height, 0, 0);
  window->px_per_mm_ = window->set_px_per_mm_.value_or(full ? monitor_px_per_mm(monitor) : of_window);
  window->watch_input();
  return window;
}

Window::~Window() {
  if (window_ != nullptr) {
    if (letters_texture_ != 0) glDeleteTextures(1, &letters_texture_);
    if (renderer_ready_ && ImGui::GetCurrentContext() != nullptr) ImGui_ImplOpenGL3_Shutdown();
    glfwDestroyWindow(window_);
  }
  glfwTerminate();
}

ui::Size Window::size() const {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  return {static_cast<float>(width), static_cast<float>(height)};
}

void Window::resize(int width, int height) {
  glfwSetWindowSize(window_, width, height);
  px_per_mm_ = set_px_per_mm_.value_or(ui::sane_px_per_mm(width, height, 0, 0));
  const ui::Size wanted{static_cast<float>(width), static_cast<float>(height)};
  for (int tries = 0; tries < 50 && !(size() == wanted); ++tries) glfwWaitEventsTimeout(0.02);
}

void Window::wake() { glfwPostEmptyEvent(); }

ui::Time Window::now() {
  return std::chrono::duration_cast<ui::Time>(std::chrono::steady_clock::now().time_since_epoch());
}

void Window::watch_input() {
  glfwSetWindowUserPointer(window_, this);
  const auto post = [](GLFWwindow* window, ui::InputEvent event) {
    auto* self = static_cast<Window*>(glfwGetWindowUserPointer(window));
    if (self->ui_ == nullptr) return;
    if (self->program_->input(*self->ui_, std::move(event))) self->frames_to_draw_ = k_frames_after_activity;
  };
  static const auto k_post = post;
  using Kind = ui::InputEvent::Kind;
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* window, int button, int action, int) {
    if (button != GLFW_MOUSE_BUTTON_LEFT) return;
    // Where the finger was when it came down. glfwGetCursorPos() would say where it is by now, which for a
    // quick typist is already the next key.
    const auto* self = static_cast<Window*>(glfwGetWindowUserPointer(window));
    k_post(window, {action == GLFW_PRESS ? Kind::touch_down : Kind::touch_up, self->pointer_});
  });
  pointer_ = cursor(window_);
  glfwSetCursorPosCallback(window_, [](GLFWwindow* window, double x, double y) {
    static_cast<Window*>(glfwGetWindowUserPointer(window))->pointer_ = {static_cast<float>(x),
                                                                        static_cast<float>(y)};
    // Only what a finger drags: a pointer that passes over changes nothing on the screen.
    if (glfwGetMouseButton(window, GLFW_MOUSE_BUTTON_LEFT) == GLFW_PRESS)
      k_post(window, {Kind::touch_move, {static_cast<float>(x), static_cast<float>(y)}});
  });
  glfwSetKeyCallback(window_, [](GLFWwindow* window, int key, int, int action, int mods) {
    if (action == GLFW_RELEASE) return;
    if (const auto mapped = key_of(key, mods))
      k_post(window, {Kind::key, {}, *mapped, {}, action == GLFW_REPEAT});
  });
  glfwSetCharCallback(window_, [](GLFWwindow* window, unsigned code) {
    ui::InputEvent event{Kind::text, {}, {}};
    event.text = utf8_of(code);
    k_post(window, std::move(event));
  });
  const auto redraw = [](GLFWwindow* window) {
    static_cast<Window*>(glfwGetWindowUserPointer(window))->frames_to_draw_ = k_frames_after_activity;
  };
  static const auto k_redraw = redraw;
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* window) { k_redraw(window); });
  glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* window, int, int) { k_redraw(window); });
  glfwSetWindowFocusCallback(window_, [](GLFWwindow* window, int focused) {
    if (focused == GLFW_FALSE) k_post(window, {Kind::touch_cancel});
  });
}

void Window::prepare_renderer() {
  if (renderer_ready_) return;
  // The renderer uploads the atlas it finds as four bytes a pixel; ours is uploaded as one (upload_letters),
  // so it is given an empty one while it sets itself up.
  ImGui_ImplOpenGL3_Init("#version 330 core");
  ImGuiIO& io = ImGui::GetIO();
  ImFontAtlas empty;
  empty.AddFontDefault();
  ImFontAtlas* letters = io.Fonts;
  io.Fonts = &empty;
  ImGui_ImplOpenGL3_CreateDeviceObjects();
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  io.Fonts = letters;
  glGenTextures(1, &letters_texture_);
  glGenTextures(1, &picture_texture_);
  renderer_ready_ = true;
}

void Window::upload_letters(ui::Ui& ui) {
  if (uploaded_generation_ == ui.atlas_generation()) return;
  uploaded_generation_ = ui.atlas_generation();
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  ui.atlas().GetTexDataAsAlpha8(&pixels, &width, &height);
  glBindTexture(GL_TEXTURE_2D, letters_texture_);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  const GLint swizzle[] = {GL_ONE, GL_ONE, GL_ONE, GL_RED};
  glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA, swizzle);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, width, height, 0, GL_RED, GL_UNSIGNED_BYTE, pixels);
  ui.atlas().ClearTexData(); // the graphics memory holds them now
  malloc_trim(0);            // megabytes of bitmaps that are not needed again
}

// Made to the size in which it is shown: a texture that is made smaller while it is drawn would flicker in
// its thin lines.
void Window::upload_picture(const ui::Ui& ui) {
  const ui::Ui::Placed& placed = ui.placed_picture();
  if (placed == uploaded_picture_ || !placed.bitmap || placed.width <= 0 || placed.height <= 0) return;
  uploaded_picture_ = placed;
  std::vector<std::uint8_t> fitted(static_cast<std::size_t>(placed.width) *
                                   static_cast<std::size_t>(placed.height) * 4);
  constexpr int k_alpha = 3;
  if (stbir_resize_uint8_srgb(placed.bitmap->pixels.data(), placed.bitmap->width, placed.bitmap->height, 0,
                              fitted.data(), placed.width, placed.height, 0, 4, k_alpha, 0) == 0)
    return;
  glBindTexture(GL_TEXTURE_2D, picture_texture_);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, placed.width, placed.height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
               fitted.data());
}

base::Status Window::build_and_render(ui::Ui& ui, const ui::Look& look,
                                      const std::function<void(ui::Ui&)>& draw) {
  glfwMakeContextCurrent(window_);
  prepare_renderer();
  ImDrawData* data = nullptr;
  do {
    ui.set_letters_texture(letters_texture_);
    ui.set_picture_texture(picture_texture_);
    if (auto begun = ui.begin_frame(size(), look, now()); !begun) return begun;
    draw(ui);
    data = ui.end_frame();
  } while (ui.has_input());
  upload_letters(ui);
  upload_picture(ui);
  const ui::Size area = size();
  glViewport(0, 0, static_cast<int>(area.w), static_cast<int>(area.h));
  glClearColor(0, 0, 0, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(data);
  ++frames_drawn_;
  return {};
}

base::Status Window::draw_frame(ui::Ui& ui, const ui::Look& look, const std::function<void(ui::Ui&)>& draw) {
  if (auto built = build_and_render(ui, look, draw); !built) return built;
  glfwSwapBuffers(window_);
  if (tree_file_) tree_file_->put(ui.tree());
  return {};
}

base::Status Window::run(ui::Ui& ui, const Program& program) {
  Watchdog watchdog(std::chrono::minutes{1}, [] {
    spdlog::critical("The screen has not moved for a minute: starting anew.");
    spdlog::shutdown();
    std::_Exit(1);
  });
  ui_ = &ui;
  program_ = &program;
  frames_to_draw_ = k_frames_after_activity;
  base::Status status;
  while (glfwWindowShouldClose(window_) == GLFW_FALSE && !program.closing()) {
    watchdog.turn();
    if (program.update()) frames_to_draw_ = k_frames_after_activity;
    if (ui.wake_after(now()) == ui::Time{0}) frames_to_draw_ = std::max(frames_to_draw_, 1);
    if (frames_to_draw_ > 0) {
      --frames_to_draw_;
      status = draw_frame(ui, program.look(), program.draw);
      if (!status) break;
      program.drawn();
      glfwPollEvents();
      continue;
    }
    std::optional<ui::Time> sleep = program.sleep();
    if (const auto held = ui.wake_after(now())) sleep = std::min(sleep.value_or(*held), *held);
    watchdog.rest();
    if (!sleep)
      glfwWaitEvents();
    else if (sleep->count() > 0)
      glfwWaitEventsTimeout(static_cast<double>(sleep->count()) / 1000.0);
    else
      glfwPollEvents();
  }
  ui_ = nullptr;
  return status;
}

namespace {

// A framebuffer of our own: what a hidden or covered window holds is not defined.
class Target {
public:
  Target(int width, int height) {
    glGenFramebuffers(1, &buffer_);
    glGenRenderbuffers(1, &color_);
    glBindRenderbuffer(GL_RENDERBUFFER, color_);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
    glBindFramebuffer(GL_FRAMEBUFFER, buffer_);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, color_);
  }
  ~Target() {
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDeleteFramebuffers(1, &buffer_);
    glDeleteRenderbuffers(1, &color_);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

private:
  unsigned buffer_ = 0, color_ = 0;
};

Picture read_pixels(int width, int height) {
  const auto row = static_cast<std::size_t>(width) * 3;
  std::vector<std::uint8_t> upside_down(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, upside_down.data());
  Picture picture{width, height, {}};
  picture.pixels.reserve(upside_down.size());
  for (std::size_t i = static_cast<std::size_t>(height); i-- > 0;)
    picture.pixels.insert(picture.pixels.end(), upside_down.begin() + static_cast<std::ptrdiff_t>(i * row),
                          upside_down.begin() + static_cast<std::ptrdiff_t>((i + 1) * row));
  return picture;
}

} // namespace

base::Result<Picture> Window::shoot(ui::Ui& ui, const ui::Look& look,
                                    const std::function<void(ui::Ui&)>& draw) {
  glfwMakeContextCurrent(window_);
  const ui::Size area = size();
  const int width = static_cast<int>(area.w), height = static_cast<int>(area.h);
  const Target target(width, height);
  if (auto built = build_and_render(ui, look, draw); !built) return base::forward_error(built);
  return read_pixels(width, height);
}

} // namespace walkin::kiosk::platform
