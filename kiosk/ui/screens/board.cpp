#include "kiosk/ui/screens/board.hpp"

#include "kiosk/ui/widgets.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

constexpr float k_number_em = 394; // of Type::number, in the design's pixels

// Of this size in the design's pixels; made smaller where it would be wider than `room`.
void number(Ui& ui, std::string id, Point center, float em, float room, Color ink, Color behind,
            std::string_view text) {
  Canvas& canvas = ui.canvas();
  const float scale = em / k_number_em;
  canvas.text_within(Type::number, center, room, ink, text, scale);
  const float width = std::min(canvas.width(Type::number, text) * scale, room), height = ui.px(em);
  ui.add({.id = std::move(id),
          .role = Role::heading,
          .name = SecretText(text),
          .rect = {center.x - width / 2, center.y - height / 2, width, height},
          .text = ink,
          .background = behind});
}

void words(Ui& ui, std::string id, Type type, Point center, float room, Color ink, Color behind,
           std::string_view text) {
  const float height = ui.canvas().paragraph_height(type, text, room);
  paragraph(ui, std::move(id), Role::text, type, {center.x - room / 2, center.y - height / 2}, room, ink,
            behind, text, Align::center);
}

void draw_header(Ui& ui, const BoardView& view) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Rect mark_rect{ui.px(72), ui.px(60), ui.px(103), ui.px(74)};
  const float x = std::round(mark_rect.x + mark_rect.w * 0.67F);
  canvas.fill(mark_rect, ui.px(15), t[Token::sun]);
  canvas.dashes({x, mark_rect.y + ui.px(18)}, {x, mark_rect.bottom() - ui.px(14)}, ui.px(4), ui.px(8),
                ui.px(14), t[Token::sun_edge]);
  for (const float y : {mark_rect.y, mark_rect.bottom()}) canvas.circle({x, y}, ui.px(11), t[Token::pine]);
  const float top = ui.px(97) - canvas.line_height(Type::text_strong) / 2;
  const float clock = canvas.width(Type::text_strong, view.clock) + 1, right = ui.size().w - ui.px(72);
  line(ui, "title", Role::heading, Type::text_strong, {ui.px(206), top}, right - clock - ui.px(230),
       t[Token::on_pine], t[Token::pine], view.title);
  paragraph(ui, "clock", Role::status, Type::text_strong, {right - clock, top}, clock, t[Token::on_pine],
            t[Token::pine], view.clock);
}

float longest_word(Ui& ui, std::string_view text) {
  float longest = 0;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find(' ', start), text.size());
    longest = std::max(longest, ui.canvas().width(Type::text_strong, text.substr(start, end - start)));
    start = end + 1;
  }
  return longest;
}

void draw_ticket(Ui& ui, const BoardView& view, const Rect& rect) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  canvas.fill({rect.x, rect.y + ui.px(8), rect.w, rect.h}, ui.px(34), t[Token::slot]);
  canvas.fill(rect, ui.px(34), t[Token::sun]);
  if (view.calls.empty())
    return words(ui, "greeting", Type::title, rect.center(), rect.w - ui.px(120), t[Token::on_sun],
                 t[Token::sun], view.greeting);
  // A counter with a name takes the room that its longest word needs, as far as the number leaves it.
  const BoardView::Call& call = view.calls.front();
  float counter_w = rect.w * 0.325F;
  if (call.is_named)
    counter_w = std::clamp(longest_word(ui, call.counter) + ui.px(66), counter_w, rect.w * 0.5F);
  const float stub = std::round(rect.right() - counter_w), notch = ui.px(26);
  for (const float y : {rect.y, rect.bottom() + ui.px(8)}) canvas.circle({stub, y}, notch, t[Token::pine]);
  canvas.dots({stub, rect.y + ui.px(54)}, {stub, rect.bottom() - ui.px(54)}, ui.px(8), ui.px(14),
              t[Token::sun_edge]);
  const float room = stub - rect.x - ui.px(120);
  number(ui, "call/0", {rect.x + ui.px(66) + room / 2, rect.center().y}, 330, room, t[Token::on_sun],
         t[Token::sun], call.number);
  const float right = (stub + rect.right()) / 2, wide = rect.right() - stub - ui.px(48);
  if (call.is_named) // the number's letters are capitals and digits alone; a name says by itself what it is
    return words(ui, "call/0/counter", Type::text_strong, {right, rect.center().y}, wide, t[Token::on_sun],
                 t[Token::sun], call.counter);
  words(ui, "call/0/label", Type::text, {right, rect.y + ui.px(102)}, wide, t[Token::on_sun], t[Token::sun],
        view.counter_label);
  number(ui, "call/0/counter", {right, rect.y + ui.px(266)}, 216, wide, t[Token::on_sun], t[Token::sun],
         call.counter);
}

void draw_waiting(Ui& ui, const BoardView& view, const Rect& rect) {
  const Theme& t = ui.theme();
  ui.canvas().outline(rect, ui.px(34), ui.px(3), t[Token::pine_edge]);
  const float room = rect.w - ui.px(40), lift = view.wait.empty() ? ui.px(50) : 0;
  words(ui, "waiting/label", Type::text, {rect.center().x, rect.y + ui.px(76) + lift}, room,
        t[Token::on_pine], t[Token::pine], view.waiting_label);
  number(ui, "waiting", {rect.center().x, rect.y + ui.px(206) + lift}, 190, room, t[Token::on_pine],
         t[Token::pine], view.waiting);
  if (!view.wait.empty())
    words(ui, "waiting/time", Type::text, {rect.center().x, rect.y + ui.px(346)}, room, t[Token::on_pine2],
          t[Token::pine], view.wait);
}

void draw_earlier(Ui& ui, const BoardView::Call& call, const std::string& id, const Rect& rect) {
  const Theme& t = ui.theme();
  ui.canvas().fill(rect, ui.px(34), t[Token::card]);
  const float counter = std::min(ui.canvas().width(Type::text, call.at_counter) + 1, rect.w * 0.6F),
              line = ui.canvas().line_height(Type::text);
  const float room = std::max(ui.px(120), rect.w - counter - ui.px(58 + 58 + 30));
  const float width = std::min(room, ui.canvas().width(Type::number, call.number) * 150 / k_number_em);
  number(ui, id, {rect.x + ui.px(58) + width / 2, rect.center().y}, 150, room, t[Token::ink], t[Token::card],
         call.number);
  paragraph(ui, id + "/counter", Role::text, Type::text,
            {rect.right() - ui.px(58) - counter, rect.center().y - line / 2}, counter, t[Token::ink],
            t[Token::card], call.at_counter, Align::left, 1);
}

// At the foot. What is much too long for one line has two of full size: smaller letters would not be read
// from the last row of chairs.
void draw_strip(Ui& ui, const BoardView& view) {
  constexpr float k_squeezed = 1.15F;
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const float left = ui.px(222), room = ui.size().w - left - ui.px(60);
  const bool two_lines = canvas.width(Type::text_medium, view.strip) > room * k_squeezed;
  const float height = ui.px(two_lines ? 212 : 170), disc = ui.px(104);
  const Rect rect{0, ui.size().h - height, ui.size().w, height};
  canvas.fill(rect, 0, t[Token::sun_soft]);
  round_icon(ui, {ui.px(72) + disc / 2, rect.center().y}, disc, symbol_of(view.strip_icon), Disc::sun);
  const float one = two_lines ? ui.px(98) : canvas.line_height(Type::text_medium);
  const float words = two_lines ? 2 * one : one;
  const Point at{left, rect.center().y - words / 2};
  if (!two_lines)
    return line(ui, "strip", Role::notice, Type::text_medium, at, room, t[Token::ink], t[Token::sun_soft],
                view.strip);
  canvas.paragraph_spaced(Type::text_medium, at, room, one, t[Token::ink], view.strip, Align::left, 2);
  ui.add({.id = "strip",
          .role = Role::notice,
          .name = SecretText(view.strip),
          .rect = {at.x, at.y, room, words},
          .text = t[Token::ink],
          .background = t[Token::sun_soft]});
}

} // namespace

Look board_look(Size size) {
  const float scale = std::min(size.w / 1920.0F, size.h / 1080.0F);
  return {TextScale::largest, false, k_design_px_per_mm * scale};
}

void draw_board(Ui& ui, const BoardView& view) {
  const Size size = ui.size();
  dark_surface(ui, {0, 0, size.w, size.h});
  draw_header(ui, view);
  const float left = ui.px(72), right = size.w - ui.px(72);
  const bool has_waiting = !view.waiting_label.empty();
  const float box = has_waiting ? ui.px(504) : 0;
  draw_ticket(ui, view, {left, ui.px(186), right - left - (has_waiting ? box + ui.px(48) : 0), ui.px(424)});
  if (has_waiting) draw_waiting(ui, view, {right - box, ui.px(186), box, ui.px(424)});
  const float half = std::floor((right - left - ui.px(48)) / 2);
  for (std::size_t i = 1; i < view.calls.size(); ++i)
    draw_earlier(ui, view.calls[i], "call/" + std::to_string(i),
                 {left + static_cast<float>(i - 1) * (half + ui.px(48)), ui.px(654), half, ui.px(196)});
  if (!view.strip.empty()) draw_strip(ui, view);
}

} // namespace walkin::kiosk::ui
