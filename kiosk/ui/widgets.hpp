// The widgets of the design language. Each draws itself and records its node in one call; rectangles are in
// pixels and are the face of the widget: the lower edge lies below it. All hold no state of their own.
// UI thread, between Ui::begin_frame() and end_frame().
#pragma once

#include "kiosk/app/model.hpp"
#include "kiosk/ui/ui.hpp"

#include <string>
#include <string_view>

namespace walkin::kiosk::ui {

Symbol symbol_of(Icon icon); // of the model's icons; none for those that are drawn

// What of a state shows: colours, edge and lower edge of a control's face.
struct Shape {
  Color inside, edge;
  float edge_width = 3;
  float lower = 4; // lower edge; 0 lies flat
  Color lower_color;
};

// Draws focus ring, lower edge and face; returns the face, moved down while pressed.
Rect draw_shape(Ui& ui, const Rect& rect, float radius, const Shape& shape, const NodeState& state);

// --- read only ---
void heading(Ui& ui, std::string id, Type type, const Rect& line, Color ink, Color behind,
             std::string_view text, Align align = Align::left);
// Wrapped; returns its height.
float paragraph(Ui& ui, std::string id, Role role, Type type, Point at, float width, Color ink, Color behind,
                std::string_view text, Align align = Align::left, int max_lines = 0);
// One line, somewhat smaller where it would be wider, with its node.
void line(Ui& ui, std::string id, Role role, Type type, Point at, float width, Color ink, Color behind,
          std::string_view text);
enum class Disc : std::uint8_t { plain, sun, sky };
void round_icon(Ui& ui, Point center, float diameter, Symbol symbol, Disc disc);
void tick(Ui& ui, Point center, float diameter);
void mark(Ui& ui, Point corner, Color behind);
// Done part sun; the words are the node's.
void ticket_strip(Ui& ui, const Rect& rect, int done, int total, std::string_view words, bool on_dark);
struct NoticeSpec {
  std::string id{};
  Symbol symbol = Symbol::none;
  std::string_view title{}, text{};
};
float notice_height(Ui& ui, const NoticeSpec& spec, float width);
void notice(Ui& ui, const NoticeSpec& spec, const Rect& rect);
// The dark surface: pine to its foot, black in high contrast.
void dark_surface(Ui& ui, const Rect& rect);
// Paper ticket hanging from its slot at rect.y. `stub_x` > 0: an upright perforation there with one notch at
// the foot; `stub_y` > 0: a level one with a notch at each side.
struct TicketSpec {
  float stub_x = 0, stub_y = 0;
  bool pressed = false, focused = false;
};
Rect ticket(Ui& ui, const Rect& rect, const TicketSpec& spec);

// --- buttons ---
// secondary_plain: in the size of text, its icon pine.
enum class ButtonStyle : std::uint8_t { primary, secondary, secondary_plain, quiet, quiet_pine };
struct ButtonSpec {
  std::string id{};
  std::string_view name{};
  ButtonStyle style = ButtonStyle::secondary;
  Symbol before = Symbol::none, after = Symbol::none;
  bool disabled = false;
  std::string_view spoken = {}; // when it differs from what is shown
  bool icon_alone = false;      // only `before` is shown; the name is spoken
};
bool button(Ui& ui, const ButtonSpec& spec, const Rect& rect);
float quiet_width(Ui& ui, const ButtonSpec& spec); // that its words need
// Up and down through a long list: an arrow that is spoken by name.
bool arrow_button(Ui& ui, std::string id, Symbol symbol, std::string_view name, const Rect& rect,
                  bool disabled);
// Of the accessibility bar: icon over the word, or before it with `beside`.
bool bar_button(Ui& ui, std::string id, std::string_view name, Symbol symbol, bool on, const Rect& rect,
                bool beside);
// On the dark surface; the chosen one is filled and ticked.
bool language_button(Ui& ui, std::string id, std::string_view name, bool chosen, const Rect& rect);
// The paper ticket as a button: big words, a line under them, an arrow at its stub.
bool ticket_button(Ui& ui, std::string id, std::string_view name, std::string_view hint, const Rect& rect);

// --- choices ---
enum class ChoiceLook : std::uint8_t {
  tile,   // icon over a disc, name, hint, one below the other
  card,   // round icon at the left, name beside it
  row,    // icon or bars at the left, name, the hint below it
  line,   // the same on one line, the hint in a second column
  person, // people over the words
  chip,   // words only, a tick before them when selected
  pair,   // one of two: a sign in a disc, the words beside it, both in the middle
};
struct ChoiceSpec {
  std::string id{};
  std::string_view name{}, hint{};
  Icon icon = Icon::none;
  bool selected = false;
  bool disabled = false;
  ChoiceLook look = ChoiceLook::row;
  bool beside_bars = false; // one of a group that shows bars: all line up with them
};
bool choice(Ui& ui, const ChoiceSpec& spec, const Rect& rect);
// The least height at which everything of the choice is shown at this width.
float choice_height(Ui& ui, const ChoiceSpec& spec, float width);

// A row that opens something: icon in its disc, kind over title, or the title alone where there is no height
// for both; the kind is spoken either way.
struct LinkSpec {
  std::string id{};
  Icon icon = Icon::none;
  std::string_view kind{}, title{};
  bool one_line = false;
};
bool link_row(Ui& ui, const LinkSpec& spec, const Rect& rect);
float link_height(Ui& ui, const LinkSpec& spec, float width);

// One of five; those up to the chosen one are full.
bool star_button(Ui& ui, std::string id, std::string_view name, bool full, bool chosen, const Rect& rect);

// --- fields ---
struct FieldResponse {
  bool focus = false; // touched while another thing had the keyboard
  bool clear = false;
  std::optional<std::size_t> cursor; // touched while typed into: the byte before which to go on
};
FieldResponse field(Ui& ui, const FieldView& view, const Rect& rect);
// With label above and help or error below, and where it asks for what a label says, one drawn beside it.
float field_block_height(Ui& ui, const FieldView& view, float width, float box_height);
FieldResponse field_block(Ui& ui, const FieldView& view, const Rect& rect, float box_height);

} // namespace walkin::kiosk::ui
