#include "kiosk/ui/widgets.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace walkin::kiosk::ui {

Symbol symbol_of(Icon icon) {
  switch (icon) {
  case Icon::account: return Symbol::account;
  case Icon::book_open: return Symbol::book;
  case Icon::bullhorn: return Symbol::bullhorn;
  case Icon::call_split: return Symbol::call_split;
  case Icon::file_document: return Symbol::document;
  case Icon::account_card_details: return Symbol::account_card;
  case Icon::account_key: return Symbol::account_key;
  case Icon::alert_circle: return Symbol::alert;
  case Icon::arrow_left: return Symbol::arrow_left;
  case Icon::arrow_right: return Symbol::arrow_right;
  case Icon::bell_ring: return Symbol::bell;
  case Icon::check: return Symbol::check;
  case Icon::close: return Symbol::close;
  case Icon::cloud_check: return Symbol::cloud_check;
  case Icon::cloud_outline_off: return Symbol::cloud_off;
  case Icon::contrast_circle: return Symbol::contrast;
  case Icon::deskphone: return Symbol::deskphone;
  case Icon::email: return Symbol::email;
  case Icon::format_size: return Symbol::format_size;
  case Icon::help_circle: return Symbol::help;
  case Icon::human_greeting: return Symbol::greeting;
  case Icon::laptop: return Symbol::laptop;
  case Icon::lock: return Symbol::lock;
  case Icon::phone: return Symbol::phone;
  case Icon::printer: return Symbol::printer;
  case Icon::ticket_confirmation: return Symbol::ticket;
  case Icon::volume_high: return Symbol::volume;
  case Icon::wheelchair_accessibility: return Symbol::wheelchair;
  case Icon::wifi: return Symbol::wifi;
  case Icon::none:
  case Icon::bars_high:
  case Icon::bars_medium:
  case Icon::bars_low:
  case Icon::people_one:
  case Icon::people_team:
  case Icon::people_many: break;
  }
  return Symbol::none;
}

Rect draw_shape(Ui& ui, const Rect& rect, float radius, const Shape& shape, const NodeState& state) {
  Canvas& canvas = ui.canvas();
  const Theme& theme = ui.theme();
  const bool flat = theme.high_contrast || shape.lower <= 0 || state.disabled;
  const float lower = flat ? 0.0F : ui.px(shape.lower);
  const float edge = theme.high_contrast && shape.edge_width >= 2 && !state.disabled
                         ? std::max(ui.px(4), ui.px(shape.edge_width))
                         : ui.px(shape.edge_width);
  if (state.focused) {
    const float gap = ui.px(5), ring = ui.px(7);
    Rect outside = rect;
    outside.h += lower;
    canvas.fill(outside.inset(-gap - ring), radius + gap + ring, theme[Token::focus]);
    canvas.fill(outside.inset(-gap), radius + gap, theme[Token::paper]);
  }
  Rect face = rect;
  if (state.pressed) {
    face.y += theme.high_contrast ? ui.px(4) : lower;
  } else if (lower > 0) {
    canvas.fill({rect.x, rect.y + lower, rect.w, rect.h}, radius, shape.lower_color);
  }
  canvas.box(face, radius, edge, shape.edge, shape.inside);
  return face;
}

void heading(Ui& ui, std::string id, Type type, const Rect& line, Color ink, Color behind,
             std::string_view text, Align align) {
  const float x = align == Align::left ? line.x : align == Align::center ? line.center().x : line.right();
  ui.canvas().text(type, {x, line.y}, ink, text, align);
  ui.add({.id = std::move(id),
          .role = Role::heading,
          .name = SecretText(text),
          .rect = line,
          .text = ink,
          .background = behind});
}

float paragraph(Ui& ui, std::string id, Role role, Type type, Point at, float width, Color ink, Color behind,
                std::string_view text, Align align, int max_lines) {
  if (text.empty()) return 0;
  const float height = ui.canvas().paragraph(type, at, width, ink, text, align, max_lines);
  ui.add({.id = std::move(id),
          .role = role,
          .name = SecretText(text),
          .rect = {at.x, at.y, width, height},
          .text = ink,
          .background = behind});
  return height;
}

void line(Ui& ui, std::string id, Role role, Type type, Point at, float width, Color ink, Color behind,
          std::string_view text) {
  ui.canvas().line(type, at, width, ink, text);
  ui.add({.id = std::move(id),
          .role = role,
          .name = SecretText(text),
          .rect = {at.x, at.y, width, ui.canvas().line_height(type)},
          .text = ink,
          .background = behind});
}

void round_icon(Ui& ui, Point center, float diameter, Symbol symbol, Disc disc) {
  const Theme& theme = ui.theme();
  const float size = std::round(diameter * 54 / 92);
  if (theme.high_contrast) {
    // Without tints: a disc of the sun keeps its colour, the others are the icon alone.
    if (disc == Disc::sun) ui.canvas().circle(center, diameter / 2, theme[Token::sun]);
    ui.canvas().icon(symbol, center, size, disc == Disc::sun ? theme[Token::on_sun] : theme[Token::ink]);
    return;
  }
  const Token fill = disc == Disc::plain ? Token::mint : disc == Disc::sun ? Token::sun : Token::sky;
  const Token ink = disc == Disc::plain ? Token::pine : disc == Disc::sun ? Token::ink : Token::sky_ink;
  ui.canvas().circle(center, diameter / 2, theme[fill]);
  ui.canvas().icon(symbol, center, size, theme[ink]);
}

void tick(Ui& ui, Point center, float diameter) {
  const Theme& theme = ui.theme();
  ui.canvas().circle(center, diameter / 2,
                     theme.high_contrast ? theme[Token::selected_ink] : theme[Token::pine]);
  ui.canvas().icon(Symbol::check, center, std::round(diameter * 0.7F),
                   theme.high_contrast ? theme[Token::mint] : theme[Token::on_pine]);
}

void mark(Ui& ui, Point corner, Color behind) {
  Canvas& canvas = ui.canvas();
  const Theme& theme = ui.theme();
  const Rect rect{corner.x, corner.y, ui.px(64), ui.px(46)};
  const float x = std::round(rect.x + rect.w * 0.67F), notch = ui.px(7);
  canvas.fill(rect, ui.px(9), theme[Token::sun]);
  canvas.dashes({x, rect.y + ui.px(12)}, {x, rect.bottom() - ui.px(9)}, ui.px(3), ui.px(5), ui.px(9),
                theme.high_contrast ? theme[Token::on_sun] : theme[Token::sun_edge]);
  canvas.circle({x, rect.y}, notch, behind);
  canvas.circle({x, rect.bottom()}, notch, behind);
}

void ticket_strip(Ui& ui, const Rect& rect, int done, int total, std::string_view words, bool on_dark) {
  Canvas& canvas = ui.canvas();
  const Theme& theme = ui.theme();
  const Color edge = on_dark ? theme[Token::pine_edge] : theme[Token::edge];
  const Color inside = on_dark ? theme[Token::pine_deep] : theme[Token::card];
  const float radius = ui.px(10), line = ui.px(2);
  canvas.box(rect, radius, line, edge, inside);
  const float step = rect.w / static_cast<float>(std::max(total, 1));
  const float end = done >= total ? rect.right() : std::round(rect.x + step * static_cast<float>(done));
  const Rect face = rect.inset(line);
  if (done > 0) {
    const Rect filled{face.x, face.y, std::min(end, face.right()) - face.x, face.h};
    canvas.fill(filled, radius - line, theme[Token::sun]);
    if (done < total && filled.w > radius)
      canvas.fill({filled.x + radius, filled.y, filled.w - radius, filled.h}, 0, theme[Token::sun]);
  }
  for (int i = 1; i < total; ++i) {
    const float x = std::round(rect.x + step * static_cast<float>(i));
    const Color on_sun = theme.high_contrast ? theme[Token::on_sun] : theme[Token::sun_edge];
    if (i == done)
      canvas.fill({x - ui.px(3), face.y, ui.px(3), face.h}, 0, on_sun);
    else
      canvas.dashes({x, face.y + ui.px(2)}, {x, face.bottom()}, ui.px(2), ui.px(3), ui.px(6),
                    i < done ? on_sun : edge);
  }
  ui.add({.id = "progress",
          .role = Role::progress,
          .name = SecretText(words),
          .rect = rect,
          .text = edge,
          .background = inside});
}

namespace {

struct NoticeMeasure {
  float icon, pad, text_x, text_width, title_h, text_h;
};

NoticeMeasure measure_notice(Ui& ui, const NoticeSpec& spec, float width) {
  NoticeMeasure m{};
  m.icon = ui.px(92), m.pad = ui.px(36);
  m.text_x = m.pad + m.icon + ui.px(30);
  m.text_width = width - m.text_x - m.pad;
  m.title_h = ui.canvas().paragraph_height(Type::text_strong, spec.title, m.text_width);
  m.text_h = spec.text.empty() ? 0 : ui.canvas().paragraph_height(Type::text, spec.text, m.text_width);
  return m;
}

} // namespace

float notice_height(Ui& ui, const NoticeSpec& spec, float width) {
  const NoticeMeasure m = measure_notice(ui, spec, width);
  return std::max(m.icon, m.title_h + m.text_h) + 2 * m.pad;
}

void notice(Ui& ui, const NoticeSpec& spec, const Rect& rect) {
  const Theme& theme = ui.theme();
  const NoticeMeasure m = measure_notice(ui, spec, rect.w);
  const Color back = theme[Token::sun_soft];
  ui.canvas().box(rect, ui.px(24), theme.high_contrast ? ui.px(4) : 0, theme[Token::sun_edge], back);
  round_icon(ui, {rect.x + m.pad + m.icon / 2, rect.center().y}, m.icon, spec.symbol, Disc::sun);
  const float top = rect.y + (rect.h - m.title_h - m.text_h) / 2;
  paragraph(ui, spec.id + "/title", Role::notice, Type::text_strong, {rect.x + m.text_x, top}, m.text_width,
            theme[Token::ink], back, spec.title);
  paragraph(ui, spec.id + "/text", Role::text, Type::text, {rect.x + m.text_x, top + m.title_h}, m.text_width,
            theme[Token::ink2], back, spec.text);
}

void dark_surface(Ui& ui, const Rect& rect) {
  const Theme& theme = ui.theme();
  if (theme.high_contrast) return ui.canvas().fill(rect, 0, theme[Token::pine_deep]);
  ui.canvas().gradient(rect, theme[Token::pine], theme[Token::pine_down]);
}

Rect ticket(Ui& ui, const Rect& rect, const TicketSpec& spec) {
  Canvas& canvas = ui.canvas();
  const Theme& theme = ui.theme();
  const float edge = ui.px(3), lower = theme.high_contrast ? 0 : ui.px(6), radius = ui.px(26);
  const float notch = ui.px(26), slot = ui.px(26);
  const Color line = theme[Token::sun_edge], paper = theme[Token::paper];
  const Color dot = theme.high_contrast ? theme[Token::on_sun] : line;
  if (spec.focused) {
    const Rect outside = rect.inset(-ui.px(12));
    canvas.fill({outside.x, rect.y, outside.w, outside.h}, radius + ui.px(12), theme[Token::focus]);
    const Rect gap = rect.inset(-ui.px(5));
    canvas.fill({gap.x, rect.y, gap.w, gap.h + lower}, radius + ui.px(5), paper);
  }
  canvas.fill({rect.x - ui.px(24), rect.y - slot / 2, rect.w + 2 * ui.px(24), slot}, slot / 2,
              theme[Token::slot]);
  Rect face = rect;
  if (spec.pressed)
    face.h += ui.px(6);
  else if (lower > 0)
    canvas.fill_bottom({rect.x, rect.y, rect.w, rect.h + lower}, radius, line);
  canvas.fill_bottom(face, radius, line);
  canvas.fill_bottom({face.x + edge, face.y, face.w - 2 * edge, face.h - edge}, radius - edge,
                     theme[Token::sun]);
  if (!theme.high_contrast)
    canvas.gradient({face.x, face.y, face.w, ui.px(34)}, rgb(0x5A3C00, 107), rgb(0x5A3C00, 0));
  constexpr float pi = std::numbers::pi_v<float>;
  if (spec.stub_x > 0) {
    const Point center{spec.stub_x, face.bottom() + lower};
    canvas.circle(center, notch, paper);
    canvas.arc(center, notch - edge / 2, edge, pi, 2 * pi, line);
    canvas.fill({center.x - notch, center.y, 2 * notch, notch + 1}, 0, paper);
    canvas.dots({spec.stub_x, face.y + ui.px(44)}, {spec.stub_x, center.y - notch - ui.px(28)}, ui.px(5),
                ui.px(11), dot);
  }
  if (spec.stub_y > 0) {
    for (const bool left : {true, false}) {
      const Point center{left ? face.x : face.right(), spec.stub_y};
      canvas.circle(center, notch, paper);
      canvas.arc(center, notch - edge / 2, edge, left ? -pi / 2 : pi / 2, left ? pi / 2 : 3 * pi / 2, line);
      canvas.fill({left ? center.x - notch - 1 : center.x, center.y - notch - 1, notch + 1, 2 * notch + 2}, 0,
                  paper);
    }
    canvas.dots({face.x + notch + ui.px(30), spec.stub_y}, {face.right() - notch - ui.px(30), spec.stub_y},
                ui.px(6), ui.px(11), dot);
  }
  return face;
}

} // namespace walkin::kiosk::ui
