#include "kiosk/ui/widgets.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

bool is_bars(Icon icon) {
  return icon == Icon::bars_high || icon == Icon::bars_medium || icon == Icon::bars_low;
}

struct Inks {
  Color name, hint, icon, inside;
};

Inks inks_of(const Theme& t, const NodeState& state) {
  if (state.disabled) return {t[Token::off_ink], t[Token::off_ink], t[Token::off_ink], t[Token::off]};
  if (state.selected)
    return {t[Token::selected_ink], t[Token::selected_ink2],
            t.high_contrast ? t[Token::selected_ink] : t[Token::pine], t[Token::mint]};
  return {t[Token::ink], t[Token::ink2], t[Token::icon], state.pressed ? t[Token::sunk] : t[Token::card]};
}

Shape shape_of(const Theme& t, const NodeState& state, const Inks& inks, float selected_edge) {
  if (state.disabled) return {inks.inside, t[Token::hair], 2, 0, {}};
  const Color edge = state.selected ? t[Token::pine] : t[Token::edge];
  return {inks.inside, edge, state.selected ? selected_edge : 3, 4, edge};
}

// Three bars that rise; how many are full says how serious.
void bars(Ui& ui, Point corner, Icon icon, const Inks& inks) {
  const int full = icon == Icon::bars_high ? 3 : icon == Icon::bars_medium ? 2 : 1;
  const float width = ui.px(22), gap = ui.px(10), tallest = ui.px(74);
  const float heights[] = {ui.px(30), ui.px(52), ui.px(74)};
  const Theme& t = ui.theme();
  for (int i = 0; i < 3; ++i) {
    const Rect bar{corner.x + static_cast<float>(i) * (width + gap), corner.y + tallest - heights[i], width,
                   heights[i]};
    if (i < full)
      ui.canvas().fill(bar, ui.px(6), inks.icon);
    else
      ui.canvas().box(bar, ui.px(6), ui.px(3), t.high_contrast ? inks.icon : t[Token::edge], inks.inside);
  }
}

void person(Ui& ui, Point foot, float size, Color ink) {
  const float head = size * 0.245F;
  ui.canvas().circle({foot.x, foot.y - size * 0.755F}, head, ink);
  const float width = size, height = size * 0.38F;
  // Shoulders: rounded above, level below.
  ui.canvas().fill_top({foot.x - width / 2, foot.y - height, width, height}, height * 0.9F, ink);
}

void people(Ui& ui, Point foot, Icon icon, float width, Color ink) {
  const float size = ui.px(76);
  if (icon == Icon::people_one) return person(ui, foot, size, ink);
  if (icon == Icon::people_team) {
    const float aside = std::min(ui.px(68), width / 2 - size * 0.35F);
    person(ui, {foot.x - aside, foot.y}, size * 0.68F, ink);
    person(ui, {foot.x + aside, foot.y}, size * 0.68F, ink);
    return person(ui, foot, size, ink);
  }
  const float scale = std::min(1.0F, width / ui.px(262));
  for (const float side : {-1.0F, 1.0F}) {
    person(ui, {foot.x + side * ui.px(110) * scale, foot.y}, size * 0.53F * scale, ink);
    person(ui, {foot.x + side * ui.px(66) * scale, foot.y}, size * 0.71F * scale, ink);
  }
  person(ui, foot, size * 0.92F * scale, ink);
}

void draw_icon(Ui& ui, Icon icon, Point center, float size, const Inks& inks) {
  if (is_bars(icon))
    bars(ui, {center.x - ui.px(43), center.y - ui.px(37)}, icon, inks);
  else
    ui.canvas().icon(symbol_of(icon), center, size, inks.icon);
}

void draw_tile(Ui& ui, const ChoiceSpec& spec, const Rect& face, const Inks& inks, bool selected) {
  Canvas& canvas = ui.canvas();
  const Theme& t = ui.theme();
  const float pad = ui.px(face.w < ui.px(450) ? 29 : 37), icon = ui.px(92);
  const float hint_h =
      spec.hint.empty() ? 0 : std::round(static_cast<float>(ui.metrics().font_px(Type::text)) * 1.25F);
  const float name_h = std::round(static_cast<float>(ui.metrics().font_px(Type::lead)) * 1.25F);
  const float width = face.w - 2 * pad;
  const float name_lines =
      std::ceil(canvas.paragraph_height(Type::lead, spec.name, width) / canvas.line_height(Type::lead));
  std::string_view hint = spec.hint;
  std::size_t hint_lines = canvas.wrap(Type::text, hint, width + pad - ui.px(8)).size();
  // The name says enough where both would come upon the icon.
  if (name_h * name_lines + hint_h * static_cast<float>(hint_lines) + ui.px(38) + icon > face.h)
    hint = {}, hint_lines = 0;
  const float hints_h = hint_h * static_cast<float>(hint_lines);
  const float text_h = name_h * name_lines + hints_h + ui.px(6);
  const float spare = std::max(0.0F, face.h - ui.px(332));
  const float bottom = face.bottom() - ui.px(hint_lines > 1 ? 16 : 38) - spare / 3;
  const Point disc{face.x + pad + icon / 2,
                   face.y + std::min(ui.px(44), (face.h - text_h) / 4) + spare / 3 + icon / 2};
  if (t.high_contrast) {
    canvas.icon(symbol_of(spec.icon), disc, icon, inks.icon);
  } else {
    canvas.circle(disc, icon / 2, selected ? t[Token::sun] : spec.disabled ? t[Token::hair] : t[Token::mint]);
    canvas.icon(symbol_of(spec.icon), {disc.x + ui.px(34), disc.y - ui.px(6)}, icon, inks.icon);
  }
  if (selected) tick(ui, {face.right() - ui.px(61), face.y + ui.px(60)}, ui.px(60));
  canvas.paragraph_spaced(Type::lead, {face.x + pad, bottom - text_h}, width, name_h, inks.name, spec.name);
  if (!hint.empty())
    canvas.paragraph_spaced(Type::text, {face.x + pad, bottom - hints_h}, width + pad - ui.px(8), hint_h,
                            inks.hint, hint);
}

// Inside tiles and rows the lines of words stand closer than in running text.
float tight_line(Ui& ui, Type type) {
  return std::round(static_cast<float>(ui.metrics().font_px(type)) * 1.25F);
}

float tight_height(Ui& ui, Type type, std::string_view text, float width) {
  return static_cast<float>(ui.canvas().wrap(type, text, width).size()) * tight_line(ui, type);
}

float lead_in(Ui& ui, const ChoiceSpec& spec) {
  if (spec.icon == Icon::none) return ui.px(37);
  if (spec.look == ChoiceLook::card) return ui.px(30) + ui.px(92) + ui.px(24);
  if (spec.look == ChoiceLook::line) return ui.px(124);
  return spec.beside_bars ? ui.px(159) : ui.px(195);
}

Type row_type(Ui& ui, const ChoiceSpec& spec, float width) {
  if (spec.look == ChoiceLook::line) return Type::text_strong;
  if (spec.look == ChoiceLook::card) return width > ui.px(600) ? Type::lead : Type::text_strong;
  return spec.beside_bars || spec.icon == Icon::none ? Type::button : Type::lead;
}

void draw_row(Ui& ui, const ChoiceSpec& spec, const Rect& face, const Inks& inks, bool selected) {
  Canvas& canvas = ui.canvas();
  const float x = face.x + lead_in(ui, spec), middle = face.center().y;
  const Type type = row_type(ui, spec, face.w);
  const float tick_size = ui.px(spec.look == ChoiceLook::line ? 52 : ui.metrics().enlarged() ? 76 : 60);
  float room = face.right() - x - ui.px(24);
  if (spec.look == ChoiceLook::card)
    round_icon(ui, {face.x + ui.px(30) + ui.px(46), middle}, ui.px(92), symbol_of(spec.icon), Disc::plain);
  else if (spec.beside_bars && spec.icon != Icon::none)
    draw_icon(ui, spec.icon, {face.x + ui.px(39) + ui.px(43), middle}, ui.px(92), inks);
  else if (spec.look == ChoiceLook::line)
    draw_icon(ui, spec.icon, {face.x + ui.px(65), middle}, ui.px(60), inks);
  else if (spec.icon != Icon::none)
    draw_icon(ui, spec.icon, {face.x + ui.px(97), middle}, ui.px(ui.metrics().enlarged() ? 124 : 92), inks);
  if (spec.look == ChoiceLook::line) {
    canvas.text(type, {x, middle - canvas.line_height(type) / 2}, inks.name, spec.name);
    // The hint in a column of its own, or as far left of it as its end keeps clear of the tick.
    const float hint_w = canvas.width(Type::text, spec.hint),
                end = face.right() - ui.px(28) - tick_size - ui.px(16);
    const float second = std::min(face.x + face.w * 0.5F, end - hint_w);
    if (!spec.hint.empty() && second >= x + canvas.width(type, spec.name) + ui.px(24))
      canvas.text(Type::text, {second, middle - canvas.line_height(Type::text) / 2}, inks.hint, spec.hint);
    if (selected) tick(ui, {face.right() - ui.px(28) - tick_size / 2, middle}, tick_size);
    return;
  }
  const bool beside = spec.hint.empty(); // the tick stands beside one line, above the end of two
  if (selected && beside) room -= tick_size + ui.px(16);
  const float name_h = tight_height(ui, type, spec.name, room);
  const float hint_h = spec.hint.empty() ? 0 : tight_height(ui, Type::text, spec.hint, room);
  const float top = middle - (name_h + hint_h) / 2;
  canvas.paragraph_spaced(type, {x, top}, room, tight_line(ui, type), inks.name, spec.name);
  if (!spec.hint.empty())
    canvas.paragraph_spaced(Type::text, {x, top + name_h}, room, tight_line(ui, Type::text), inks.hint,
                            spec.hint);
  if (selected)
    tick(ui, {face.right() - ui.px(38) - tick_size / 2, beside ? middle : top + name_h / 2}, tick_size);
}

void draw_person(Ui& ui, const ChoiceSpec& spec, const Rect& face, const Inks& inks, bool selected) {
  Canvas& canvas = ui.canvas();
  const float room = face.w - 2 * ui.px(16);
  const float height = canvas.paragraph_height(Type::text_strong, spec.name, room);
  const float foot = face.y + (face.h - height - ui.px(20)) * 0.7F;
  people(ui, {face.center().x, std::max(foot, face.y + ui.px(100))}, spec.icon, face.w - ui.px(40),
         inks.icon);
  canvas.paragraph(Type::text_strong,
                   {face.x + ui.px(16), face.bottom() - height - ui.px(40) * face.h / ui.px(286)}, room,
                   inks.name, spec.name, Align::center);
  if (selected) tick(ui, {face.right() - ui.px(49), face.y + ui.px(47)}, ui.px(56));
}

void draw_chip(Ui& ui, const ChoiceSpec& spec, const Rect& face, const Inks& inks, bool selected) {
  Canvas& canvas = ui.canvas();
  const Type type = selected ? Type::text_strong : Type::text_medium;
  const float words = canvas.width(type, spec.name), icon = selected ? ui.px(44) : 0;
  const float gap = selected ? ui.px(14) : 0;
  if (words > face.w - ui.px(20)) {
    const float height = canvas.paragraph_height(type, spec.name, face.w - ui.px(20));
    canvas.paragraph(type, {face.x + ui.px(10), face.center().y - height / 2}, face.w - ui.px(20), inks.name,
                     spec.name, Align::center);
    return;
  }
  const float x = face.center().x - (words + icon + gap) / 2;
  if (selected) canvas.icon(Symbol::check, {x + icon / 2, face.center().y}, ui.px(48), inks.icon);
  canvas.text(type, {x + icon + gap, face.center().y - canvas.line_height(type) / 2}, inks.name, spec.name);
}

Type pair_type(Ui& ui, const ChoiceSpec& spec, const Rect& face) {
  const float room = face.w - ui.px(92 + 32 + 40);
  const bool roomy = face.h >= ui.px(200) && !ui.metrics().enlarged();
  return roomy && ui.canvas().width(Type::title, spec.name) <= room ? Type::title : Type::lead;
}

void draw_pair(Ui& ui, const ChoiceSpec& spec, const Rect& face, const Inks& inks, bool selected) {
  Canvas& canvas = ui.canvas();
  const Theme& t = ui.theme();
  const Type type = pair_type(ui, spec, face);
  const float disc = ui.px(92), gap = ui.px(28), most = face.w - ui.px(40);
  const float room = most - disc - gap;
  const float words = std::min(canvas.width(type, spec.name), room);
  const float height = canvas.paragraph_height(type, spec.name, room);
  const float x = face.center().x - (disc + gap + words) / 2;
  const Point center{x + disc / 2, face.center().y};
  const Color fill = selected && !t.high_contrast ? t[Token::pine] : t[Token::mint];
  if (!t.high_contrast) canvas.circle(center, disc / 2, fill);
  canvas.icon(symbol_of(spec.icon), center, ui.px(60),
              selected && !t.high_contrast ? t[Token::on_pine] : inks.icon);
  canvas.paragraph(type, {x + disc + gap, face.center().y - height / 2}, words + 1, inks.name, spec.name);
}

} // namespace

bool choice(Ui& ui, const ChoiceSpec& spec, const Rect& rect) {
  const Theme& t = ui.theme();
  Node node{.id = spec.id,
            .role = spec.look == ChoiceLook::chip ? Role::chip : Role::choice,
            .name = SecretText(spec.name),
            .value = SecretText(spec.hint),
            .rect = rect};
  node.state.selected = spec.selected;
  node.state.disabled = spec.disabled;
  const Inks rest = inks_of(t, node.state);
  node.text = rest.name;
  node.background = rest.inside;
  const Response response = ui.add(std::move(node));
  const Inks inks = inks_of(t, response.state);
  Shape shape = shape_of(t, response.state, inks, spec.look == ChoiceLook::chip ? 5 : 6);
  float radius = ui.px(24);
  if (spec.look == ChoiceLook::chip) radius = ui.px(20);
  if (spec.look == ChoiceLook::line) radius = ui.px(16), shape.lower = 0;
  const Rect face = draw_shape(ui, rect, radius, shape, response.state);
  switch (spec.look) {
  case ChoiceLook::tile: draw_tile(ui, spec, face, inks, response.state.selected); break;
  case ChoiceLook::card:
  case ChoiceLook::row:
  case ChoiceLook::line: draw_row(ui, spec, face, inks, response.state.selected); break;
  case ChoiceLook::person: draw_person(ui, spec, face, inks, response.state.selected); break;
  case ChoiceLook::chip: draw_chip(ui, spec, face, inks, response.state.selected); break;
  case ChoiceLook::pair: draw_pair(ui, spec, face, inks, response.state.selected); break;
  }
  return response.activated;
}

float choice_height(Ui& ui, const ChoiceSpec& spec, float width) {
  Canvas& canvas = ui.canvas();
  switch (spec.look) {
  case ChoiceLook::tile: return ui.px(332);
  case ChoiceLook::chip: {
    const float height = canvas.paragraph_height(Type::text_strong, spec.name, width - ui.px(20));
    return std::max(ui.px(100), height + ui.px(28));
  }
  case ChoiceLook::person:
    return ui.px(180) + canvas.paragraph_height(Type::text_strong, spec.name, width - ui.px(32)) + ui.px(51);
  case ChoiceLook::pair: {
    const float room = width - ui.px(92 + 28 + 40);
    return std::max(ui.px(124), canvas.paragraph_height(Type::lead, spec.name, room) + ui.px(24));
  }
  case ChoiceLook::line: return std::max(ui.px(92), canvas.line_height(Type::text_strong) + ui.px(20));
  case ChoiceLook::card:
  case ChoiceLook::row: break;
  }
  const float room = width - lead_in(ui, spec) - ui.px(24) - (spec.hint.empty() ? ui.px(92) : 0);
  const float text = tight_height(ui, row_type(ui, spec, width), spec.name, room) +
                     (spec.hint.empty() ? 0 : tight_height(ui, Type::text, spec.hint, room));
  const float least = spec.look == ChoiceLook::card ? ui.px(150)
                      : ui.metrics().enlarged()     ? ui.px(120)
                                                    : ui.px(150);
  return std::max(least, text + ui.px(ui.metrics().enlarged() ? 10 : 28));
}

} // namespace walkin::kiosk::ui
