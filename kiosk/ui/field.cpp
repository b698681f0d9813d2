#include "kiosk/ui/widgets.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

std::string field_id(Field field) { return "field/" + std::to_string(static_cast<int>(field)); }

// How the text lies in its box: lines, and how far it is shifted so that the cursor can be seen.
struct TextLayout {
  std::vector<Line> lines;
  std::size_t cursor_line = 0, first_line = 0;
  float cursor_x = 0, shift_x = 0;
  Rect inner;
};

TextLayout lay_out(Ui& ui, const FieldView& view, const Rect& rect, bool with_clear) {
  Canvas& canvas = ui.canvas();
  TextLayout layout;
  const float pad = ui.px(32), line = canvas.line_height(Type::field);
  layout.inner = rect.inset(pad, ui.px(26));
  if (with_clear) layout.inner.w -= ui.px(56);
  if (!view.multiline) {
    layout.lines = {{0, view.text.size()}};
    layout.inner.y = rect.center().y - line / 2;
    layout.inner.h = line;
  } else {
    layout.lines = canvas.wrap(Type::field, view.text, layout.inner.w);
  }
  for (std::size_t i = 0; i < layout.lines.size(); ++i)
    if (view.cursor >= layout.lines[i].begin) layout.cursor_line = i;
  const Line& at = layout.lines[layout.cursor_line];
  const std::size_t cursor = std::clamp(view.cursor, at.begin, std::max(at.end, at.begin));
  layout.cursor_x = canvas.width(Type::field, view.text.substr(at.begin, cursor - at.begin));
  if (!view.multiline)
    layout.shift_x = std::max(0.0F, layout.cursor_x - layout.inner.w);
  else if (const auto fit = static_cast<std::size_t>(std::max(1.0F, layout.inner.h / line));
           layout.cursor_line >= fit)
    layout.first_line = layout.cursor_line - fit + 1;
  return layout;
}

// The byte before which the cursor goes for a touch here.
std::size_t byte_at(Ui& ui, const FieldView& view, const TextLayout& layout, Point at) {
  Canvas& canvas = ui.canvas();
  const float row = (at.y - layout.inner.y) / canvas.line_height(Type::field);
  const auto index =
      std::min(layout.first_line + static_cast<std::size_t>(std::max(0.0F, row)), layout.lines.size() - 1);
  const Line& line = layout.lines[index];
  float pen = layout.inner.x - layout.shift_x;
  for (std::size_t i = line.begin, bytes = 0; i < line.end; i += bytes) {
    decode(view.text, i, bytes);
    const float advance = canvas.width(Type::field, view.text.substr(i, bytes));
    if (at.x < pen + advance / 2) return i;
    pen += advance;
  }
  return line.end;
}

void draw_text(Ui& ui, const FieldView& view, const TextLayout& layout, Color ink, bool editing) {
  Canvas& canvas = ui.canvas();
  const float line = canvas.line_height(Type::field);
  const Rect& inner = layout.inner;
  canvas.push_clip({inner.x - ui.px(4), inner.y - ui.px(8), inner.w + ui.px(12), inner.h + ui.px(16)});
  const auto fit = static_cast<std::size_t>(std::max(1.0F, std::round(inner.h / line)));
  for (std::size_t i = layout.first_line; i < std::min(layout.first_line + fit, layout.lines.size()); ++i) {
    const Line& part = layout.lines[i];
    canvas.text(Type::field,
                {inner.x - layout.shift_x, inner.y + line * static_cast<float>(i - layout.first_line)}, ink,
                view.text.substr(part.begin, part.end - part.begin));
  }
  if (editing) {
    const float y = inner.y + line * static_cast<float>(layout.cursor_line - layout.first_line);
    canvas.fill(
        {std::round(inner.x - layout.shift_x + layout.cursor_x), y + ui.px(2), ui.px(4), line - ui.px(6)}, 0,
        ui.theme()[Token::pine]);
  }
  canvas.pop_clip();
}

} // namespace

namespace {

// What is masked is laid out, touched and drawn as the dots that stand for it.
FieldView as_dots(const FieldView& view, SecretText& dots) {
  constexpr std::string_view k_dot = "•";
  FieldView shown = view;
  std::size_t before = 0;
  for (std::size_t at = 0, bytes = 0; at < view.text.size(); at += bytes) {
    decode(view.text, at, bytes);
    dots.append(k_dot);
    if (at < view.cursor) before += k_dot.size();
  }
  shown.text = dots.view();
  shown.cursor = before;
  return shown;
}

} // namespace

FieldResponse field(Ui& ui, const FieldView& given, const Rect& rect) {
  const Theme& t = ui.theme();
  SecretText dots;
  const FieldView view = given.masked ? as_dots(given, dots) : given;
  const bool with_clear = view.focused && !view.text.empty() && !view.multiline;
  Node node{.id = field_id(view.field),
            .role = Role::field,
            .name = SecretText(view.label),
            .value = SecretText(view.text),
            .rect = rect,
            .text = t[Token::ink],
            .background = t[Token::card],
            .masked = view.masked,
            .quick = true};
  node.state.selected = view.focused;
  node.state.error = view.problem.has_value();
  if (view.focused) ui.set_editing(node.id);
  const Response response = ui.add(std::move(node));
  Color edge = view.focused ? t[Token::pine] : t[Token::edge];
  if (view.problem) edge = t[Token::error];
  Shape shape{t[Token::card], edge, view.focused || view.problem ? 5.0F : 3.0F, 0, edge};
  NodeState state = response.state;
  state.pressed = false; // a field does not sink
  draw_shape(ui, rect, ui.px(16), shape, state);
  const TextLayout layout = lay_out(ui, view, rect, with_clear);
  draw_text(ui, view, layout, t[Token::ink], view.focused);
  FieldResponse out;
  if (response.activated) {
    out.focus = !view.focused;
    if (view.focused && !view.masked) out.cursor = byte_at(ui, view, layout, response.at);
  }
  if (view.sure && !view.focused && !view.text.empty())
    tick(ui, {rect.right() - ui.px(58), rect.center().y}, ui.px(48));
  if (with_clear) {
    const Rect target{rect.right() - ui.px(104), rect.y, ui.px(104), rect.h};
    const Response clear = ui.add({.id = field_id(view.field) + "/clear",
                                   .role = Role::button,
                                   .name = SecretText(view.clear_name),
                                   .rect = target,
                                   .text = t[Token::ink2],
                                   .background = t[Token::card]});
    if (clear.state.focused)
      ui.canvas().outline(target.inset(ui.px(8)), ui.px(12), ui.px(7), t[Token::focus]);
    ui.canvas().icon(Symbol::close_circle, {target.right() - ui.px(62), target.center().y}, ui.px(56),
                     clear.state.pressed ? t[Token::ink] : t[Token::ink2]);
    out.clear = clear.activated;
  }
  return out;
}

namespace {

// The label that a number is to be read from, as wide as the drawing that stands beside the field.
constexpr float k_label_w = 299, k_label_h = 176, k_label_gap = 34;

bool with_label_picture(Ui& ui, const FieldView& view, float width) {
  return view.with_label && !view.problem && !ui.metrics().enlarged() && width >= ui.px(880);
}

// What the field's own words and box have of the block's width.
float field_width(Ui& ui, const FieldView& view, float width) {
  return with_label_picture(ui, view, width) ? width - ui.px(k_label_w + k_label_gap) : width;
}

// The help goes below the drawing where it would need one more line beside it.
float help_width(Ui& ui, const FieldView& view, float width) {
  const float narrow = field_width(ui, view, width);
  const Canvas& canvas = ui.canvas();
  return canvas.paragraph_height(Type::text, view.help, narrow) >
                 canvas.paragraph_height(Type::text, view.help, width)
             ? width
             : narrow;
}

// Bars over what was entered; nothing yet: over an empty line. No node: the field says the same.
void draw_label_picture(Ui& ui, const Rect& rect, std::string_view number) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  canvas.box(rect, ui.px(16), ui.px(t.high_contrast ? 4 : 2), t[t.high_contrast ? Token::edge : Token::hair],
             t[Token::card]);
  const float scale = rect.h / ui.px(k_label_h);
  // Widths of bars and of the gaps behind them.
  constexpr std::array<float, 33> k_widths{2, 1, 1, 1, 3, 1, 2, 1, 4,    1.5F, 1, 1,    2, 1, 1.5F, 1, 3,
                                           1, 1, 1, 4, 1, 2, 1, 1, 1.5F, 3,    1, 1.5F, 1, 3, 1,    1};
  float total = 0;
  for (const float width : k_widths) total += width;
  const float code_w = ui.px(196) * scale, unit = code_w / total;
  const Rect code{rect.center().x - code_w / 2, rect.y + ui.px(24) * scale, code_w, ui.px(71) * scale};
  float x = code.x;
  for (std::size_t i = 0; i < k_widths.size(); ++i) {
    const float w = k_widths[i] * unit;
    if (i % 2 == 0)
      canvas.fill({std::round(x), code.y, std::max(1.0F, std::round(w)), code.h}, 0, t[Token::ink]);
    x += w;
  }
  const Point words{rect.center().x, code.bottom() + (rect.bottom() - code.bottom()) / 2 - ui.px(3)};
  if (number.empty())
    canvas.fill({words.x - code_w / 4, words.y - ui.px(5), code_w / 2, ui.px(10)}, ui.px(5), t[Token::edge]);
  else
    canvas.text_within(Type::text_strong, words, rect.w - ui.px(32), t[Token::ink], number, scale);
}

float below_height(Ui& ui, const FieldView& view, float width) {
  Canvas& canvas = ui.canvas();
  if (view.problem) {
    const float room = width - ui.px(80);
    return ui.px(24) + canvas.paragraph_height(Type::text_strong, view.problem->what, room) +
           canvas.paragraph_height(Type::text, view.problem->mend, room);
  }
  return view.help.empty() ? 0 : ui.px(14) + canvas.paragraph_height(Type::text, view.help, width);
}

float label_height(Ui& ui, const FieldView& view, float width) {
  return !view.label_shown || view.label.empty()
             ? 0
             : ui.canvas().paragraph_height(Type::text_strong, view.label, width) + ui.px(14);
}

// How to mend it is left out where it does not fit above `foot`; what is wrong never is.
void draw_problem(Ui& ui, const FieldView& view, Point at, float width, float foot) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const float x = at.x + ui.px(80), room = width - ui.px(80), line = canvas.line_height(Type::text_strong);
  canvas.icon(Symbol::alert, {at.x + ui.px(28), at.y + line / 2 + ui.px(2)}, ui.px(56), t[Token::error]);
  const std::string id = field_id(view.field);
  const float height = paragraph(ui, id + "/what", Role::status, Type::text_strong, {x, at.y}, room,
                                 t[Token::error], t[Token::paper], view.problem->what);
  const float mend_h = canvas.paragraph_height(Type::text, view.problem->mend, room);
  if (at.y + height + mend_h > foot) return;
  paragraph(ui, id + "/mend", Role::status, Type::text, {x, at.y + height}, room, t[Token::error],
            t[Token::paper], view.problem->mend);
}

} // namespace

float field_block_height(Ui& ui, const FieldView& view, float block_width, float box_height) {
  return label_height(ui, view, field_width(ui, view, block_width)) + box_height +
         below_height(ui, view, help_width(ui, view, block_width));
}

FieldResponse field_block(Ui& ui, const FieldView& view, const Rect& block, float box_height) {
  const Theme& t = ui.theme();
  const Rect rect{block.x, block.y, field_width(ui, view, block.w), block.h};
  float y = rect.y;
  const float help_w = help_width(ui, view, block.w);
  if (rect.w < block.w) {
    const float beside = help_w < block.w ? block.h : label_height(ui, view, rect.w) + box_height;
    const float h = std::min(ui.px(k_label_h), beside);
    draw_label_picture(
        ui, {block.right() - ui.px(k_label_w), block.y + (beside - h) / 2, ui.px(k_label_w), h}, view.text);
  }
  // In the little room that larger letters and a keyboard leave, the page's question stands for the label.
  const float below = view.problem ? below_height(ui, view, rect.w) : 0;
  const bool room_for_label = label_height(ui, view, rect.w) + box_height + below <= rect.h + 1;
  if (view.label_shown && !view.label.empty() && room_for_label) {
    paragraph(ui, field_id(view.field) + "/label", Role::text, Type::text_strong, {rect.x, y}, rect.w,
              t[Token::ink], t[Token::paper], view.label);
    y += label_height(ui, view, rect.w);
  }
  FieldResponse out = field(ui, view, {rect.x, y, rect.w, box_height});
  y += box_height;
  if (view.problem) {
    const float what =
        ui.canvas().paragraph_height(Type::text_strong, view.problem->what, rect.w - ui.px(80));
    const float gap = std::clamp(rect.bottom() - y - what, ui.px(4), ui.px(24));
    draw_problem(ui, view, {rect.x, y + gap}, rect.w, rect.bottom() + 1);
  } else if (!view.help.empty() &&
             y + ui.px(14) + ui.canvas().paragraph_height(Type::text, view.help, help_w) <= rect.bottom() + 1)
    paragraph(ui, field_id(view.field) + "/help", Role::text, Type::text, {rect.x, y + ui.px(14)}, help_w,
              t[Token::ink2], t[Token::paper], view.help);
  return out;
}

} // namespace walkin::kiosk::ui
