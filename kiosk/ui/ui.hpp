// One screen's frames: owns the ImGui context, the fonts, the input queue and the semantic tree. Needs no
// window and no GL; kiosk/platform renders what end_frame() returns, tests read the tree.
// UI thread only.
//
//   ui.begin_frame(size, look, now);
//   if (primary_button(ui, {.id = "primary", .name = "Continue"}, rect)) intents.push(...);
//   ImDrawData* data = ui.end_frame();
#pragma once

#include "kiosk/app/content.hpp"
#include "kiosk/ui/canvas.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ImDrawData;
struct ImFontAtlas;
struct ImGuiContext;

namespace walkin::kiosk::ui {

enum class Key : std::uint8_t {
  tab,
  back_tab,
  up,
  down,
  left,
  right,
  home,
  end,
  enter,
  escape,
  backspace,
  help,   // F1
  louder, // page up
  softer, // page down
};

struct InputEvent {
  enum class Kind : std::uint8_t { touch_down, touch_move, touch_up, touch_cancel, key, text, scan };
  Kind kind = Kind::touch_move;
  Point at{};            // of touches, in pixels
  Key key = Key::tab;    // of `key`
  std::string text = {}; // of `text` and `scan`: UTF-8 as typed
  bool repeated = false; // of `key`: it is being held
};

// How the customer has set the screen.
struct Look {
  TextScale text_scale = TextScale::normal;
  bool high_contrast = false;
  float px_per_mm = k_design_px_per_mm;
};

struct Size {
  float w = 0, h = 0;
  bool operator==(const Size&) const = default;
};

// What a widget learns when it adds its node.
struct Response {
  bool activated = false;
  Point at; // where it was touched; the middle when by keypad
  NodeState state;
};

using Time = std::chrono::milliseconds; // of a clock that only goes forward

class Ui {
public:
  // Two touches of one control this soon are one; held keys repeat or open.
  static constexpr Time k_double_touch{500};
  static constexpr Time k_repeat_delay{500};
  static constexpr Time k_repeat_every{80};

  Ui();
  ~Ui();
  Ui(const Ui&) = delete;
  Ui& operator=(const Ui&) = delete;

  // Queues what the window reports; handled by the next frames in order.
  void post(InputEvent event);
  // Whether begin_frame() stopped at an activation and has more to handle: draw another frame at once.
  bool has_input() const { return !events_.empty(); }

  // Handles queued input up to the first activation and opens a frame. Builds the fonts when the look asks
  // for other sizes; fails only when font files are missing.
  base::Status begin_frame(Size size, const Look& look, Time now);
  ImDrawData* end_frame();

  // --- for widgets, between the two ---
  Canvas& canvas() { return *canvas_; }
  const Theme& theme() const { return *theme_; }
  const Metrics& metrics() const { return metrics_; }
  float px(float design) const { return metrics_.px(design); }
  Size size() const { return size_; }
  // Records the node with its state of press and focus, and says whether it was activated. Pressable nodes
  // react only through this.
  Response add(Node node);
  // What follows is a dialog: all so far can be neither touched nor focused.
  void open_modal() {
    next_.put_behind();
    next_inks_.clear();
  }
  // The page has changed: a finger still down belongs to the page before. View settings of pages are dropped.
  void set_page(std::uint64_t serial);
  // Draws it into `rect`, whose corners are whole pixels. One picture a frame: it has a texture of its own.
  void picture(const std::shared_ptr<const Bitmap>& bitmap, const Rect& rect);
  // How far a long list is turned, by the list's id; zero on a new page.
  int& turned(const std::string& list_id) { return turned_[list_id]; }
  // Letters typed on a keyboard of keys and the keys that are not the screen's own, in order.
  std::deque<InputEvent> take_typed() { return std::exchange(typed_, {}); }
  // Whether a finger is on something that can be pressed.
  bool is_touched() const { return !captured_.empty(); }
  // Whether a person touched or typed anything since this was last asked.
  bool take_activity() { return std::exchange(activity_, false); }
  // What is being held long enough to show more, by a finger or, with the ring on it, by Enter; else "". With
  // Enter it has acted already.
  std::string_view opened() const { return opened_; }
  bool opened_by_key() const { return opened_by_key_; }
  // Keypad keys that a field takes for its cursor while it is typed into and the ring is not elsewhere.
  void set_editing(std::string field_id) { editing_next_ = std::move(field_id); }

  // --- for the loop, tests, audits ---
  const SemanticTree& tree() const { return tree_; }
  // Where the last whole frame has letters, those under a dialog left out.
  const std::vector<TextInk>& inks() const { return inks_; }
  std::string_view focused() const { return focus_visible_ ? std::string_view(focus_) : std::string_view(); }
  // As a person would: touches the node with this role and name in its middle. False when there is none.
  bool press(Role role, std::string_view name);
  bool press_id(std::string_view id);
  // How long until a held key repeats or opens; nothing when no key is held.
  std::optional<Time> wake_after(Time now) const;
  // Grows by one whenever the letters' texture has changed and must be uploaded anew.
  std::uint64_t atlas_generation() const { return atlas_generation_; }
  ImFontAtlas& atlas();
  // The renderer's name for that texture, which the frames' draw commands carry.
  void set_letters_texture(std::uint64_t name) { letters_texture_ = name; }
  // The picture of the last frame and its size in pixels, to be uploaded to the texture of this name.
  struct Placed {
    std::shared_ptr<const Bitmap> bitmap;
    int width = 0, height = 0;
    bool operator==(const Placed&) const = default;
  };
  const Placed& placed_picture() const { return placed_; }
  void set_picture_texture(std::uint64_t name) { picture_texture_ = name; }
  // Overwrites typed letters still queued and the last frame's tree: the visit is over.
  void forget();

private:
  void handle(const InputEvent& event);
  void touch_down(Point at);
  void touch_up(Point at);
  void handle_key(const InputEvent& event);
  void activate(const Node& node, Point at);
  void repeat_held();
  void open(std::string id, bool by_key);
  void focus_opened();
  void close();

  ImGuiContext* context_ = nullptr;
  Fonts fonts_;
  Metrics metrics_;
  Size size_;
  bool fonts_built_ = false;
  std::uint64_t atlas_generation_ = 0, letters_texture_ = 0, picture_texture_ = 0;
  Placed placed_;
  const Theme* theme_ = nullptr;
  std::unique_ptr<Canvas> canvas_;
  Time now_{0};

  SemanticTree tree_, next_; // of the last whole frame; of the one being drawn
  std::vector<TextInk> inks_, next_inks_;
  std::deque<InputEvent> events_, typed_;
  std::string captured_; // under the finger since it came down
  bool finger_inside_ = false;
  Time held_since_{0}, repeated_at_{0};
  bool repeated_ = false;
  std::string opened_;
  bool opened_by_key_ = false;
  std::string activated_; // in this frame
  Point activated_at_;
  std::string last_activated_; // by touch, for double touches
  Time last_activated_time_{-10'000};
  std::string focus_;
  bool focus_visible_ = false;
  std::string editing_, editing_next_;
  bool activity_ = false;
  std::uint64_t page_serial_ = 0;
  std::map<std::string, int> turned_;
};

} // namespace walkin::kiosk::ui
