#include "kiosk/ui/widgets.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

Type button_type(ButtonStyle style) {
  switch (style) {
  case ButtonStyle::primary:
  case ButtonStyle::secondary: return Type::button;
  case ButtonStyle::secondary_plain: return Type::text_strong;
  case ButtonStyle::quiet: return Type::text_medium;
  case ButtonStyle::quiet_pine: return Type::text_strong;
  }
  return Type::button;
}

struct ButtonLook {
  Shape shape;
  Color ink;
  float radius;
};

ButtonLook look_of(Ui& ui, ButtonStyle style, const NodeState& state) {
  const Theme& t = ui.theme();
  const bool quiet = style == ButtonStyle::quiet || style == ButtonStyle::quiet_pine;
  const float radius = ui.px(quiet ? 16 : 20);
  if (state.disabled) return {{t[Token::off], t[Token::hair], 2, 0, {}}, t[Token::off_ink], radius};
  if (style == ButtonStyle::primary) {
    const Color fill = state.pressed ? t[Token::pine_down] : t[Token::pine];
    return {{fill, fill, 1, 4, t[Token::pine_down]}, t[Token::on_pine], radius};
  }
  const Color rest = style == ButtonStyle::quiet ? t[Token::paper] : t[Token::card];
  const Color inside = state.pressed ? t[Token::sunk] : rest;
  const Color ink = style == ButtonStyle::quiet_pine && !state.pressed ? t[Token::pine] : t[Token::ink];
  return {{inside, t[Token::edge], quiet ? 2.0F : 3.0F, quiet ? 0.0F : 4.0F, t[Token::edge]}, ink, radius};
}

struct IconSizes {
  float icon, gap;
};

IconSizes icon_sizes(Ui& ui, ButtonStyle style) {
  const bool quiet = style == ButtonStyle::quiet || style == ButtonStyle::quiet_pine;
  const float grow = ui.metrics().text_scale == TextScale::normal ? 1.0F : quiet ? 1.6F : 1.2F;
  return {std::round(ui.px(quiet ? 48 : 60) * grow), ui.px(quiet ? 16 : 22)};
}

// Two words at most go below each other rather than out of the button.
void draw_label(Ui& ui, const ButtonSpec& spec, const Rect& face, Color ink) {
  Canvas& canvas = ui.canvas();
  const Type type = button_type(spec.style);
  const float room = face.w - 2 * ui.px(16), words = canvas.width(type, spec.name);
  auto [icon, gap] = icon_sizes(ui, spec.style);
  if (spec.icon_alone) return canvas.icon(spec.before, face.center(), icon, ink);
  const Color icon_ink = spec.style == ButtonStyle::secondary_plain ? ui.theme()[Token::icon] : ink;
  Symbol before = spec.before, after = spec.after;
  if (words + icon + gap > room) before = after = Symbol::none;
  const bool with_icon = before != Symbol::none || after != Symbol::none;
  if (!with_icon && words > room) {
    const float height = canvas.paragraph_height(type, spec.name, room);
    canvas.paragraph(type, {face.x + ui.px(16), face.center().y - height / 2}, room, ink, spec.name,
                     Align::center);
    return;
  }
  const float total = words + (with_icon ? icon + gap : 0);
  float x = face.center().x - total / 2;
  const float middle = face.center().y;
  if (before != Symbol::none) {
    canvas.icon(before, {x + icon / 2, middle}, icon, icon_ink);
    x += icon + gap;
  }
  canvas.text(type, {x, middle - canvas.line_height(type) / 2}, ink, spec.name);
  if (after != Symbol::none) canvas.icon(after, {x + words + gap + icon / 2, middle}, icon, ink);
}

} // namespace

bool button(Ui& ui, const ButtonSpec& spec, const Rect& rect) {
  Node node{.id = spec.id,
            .role = Role::button,
            .name = SecretText(spec.spoken.empty() ? spec.name : spec.spoken),
            .rect = rect};
  node.state.disabled = spec.disabled;
  const ButtonLook rest = look_of(ui, spec.style, node.state);
  node.text = rest.ink;
  node.background = rest.shape.inside;
  const Response response = ui.add(std::move(node));
  const ButtonLook look = look_of(ui, spec.style, response.state);
  const Rect face = draw_shape(ui, rect, look.radius, look.shape, response.state);
  draw_label(ui, spec, face, look.ink);
  return response.activated;
}

float quiet_width(Ui& ui, const ButtonSpec& spec) {
  const auto [icon, gap] = icon_sizes(ui, spec.style);
  const bool with_icon = spec.before != Symbol::none || spec.after != Symbol::none;
  return std::round(ui.canvas().width(button_type(spec.style), spec.name) + (with_icon ? icon + gap : 0) +
                    2 * ui.px(28));
}

bool arrow_button(Ui& ui, std::string id, Symbol symbol, std::string_view name, const Rect& rect,
                  bool disabled) {
  Node node{.id = std::move(id), .role = Role::button, .name = SecretText(name), .rect = rect, .quick = true};
  node.state.disabled = disabled;
  ButtonLook look = look_of(ui, ButtonStyle::secondary, node.state);
  node.text = look.ink;
  node.background = look.shape.inside;
  const Response response = ui.add(std::move(node));
  look = look_of(ui, ButtonStyle::secondary, response.state);
  const Rect face = draw_shape(ui, rect, look.radius, look.shape, response.state);
  ui.canvas().icon(symbol, face.center(), ui.px(60), look.ink);
  return response.activated;
}

bool bar_button(Ui& ui, std::string id, std::string_view name, Symbol symbol, bool on, const Rect& rect,
                bool beside) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Color rest = t.high_contrast ? t[Token::paper] : t[Token::sunk];
  const Color inside = on ? t[Token::mint] : rest;
  const Color ink = on ? t[Token::selected_ink] : t[Token::ink];
  Node node{.id = std::move(id),
            .role = Role::toggle,
            .name = SecretText(name),
            .rect = rect,
            .text = ink,
            .background = inside};
  node.state.selected = on;
  const Response response = ui.add(std::move(node));
  const Color edge = on ? t[Token::pine] : t[Token::edge];
  Shape shape{response.state.pressed ? t[Token::key_fn] : inside, edge, on ? 5.0F : 2.0F, 0, edge};
  const Rect face = draw_shape(ui, rect, ui.px(16), shape, response.state);
  const Color icon_ink = on ? t[Token::selected_ink] : t[Token::pine];
  const float icon = ui.px(56), words = canvas.width(Type::text_medium, name);
  const float line = canvas.line_height(Type::text_medium);
  if (words + (beside ? icon + ui.px(16) : 0) > face.w - ui.px(8)) {
    canvas.icon(symbol, face.center(), icon, icon_ink); // spoken, where there is no room for its word
  } else if (beside) {
    const float total = icon + ui.px(16) + words;
    const float x = face.center().x - total / 2;
    canvas.icon(symbol, {x + icon / 2, face.center().y}, icon, icon_ink);
    canvas.text(Type::text_medium, {x + icon + ui.px(16), face.center().y - line / 2}, ink, name);
  } else {
    const float top = face.center().y - (icon + line - ui.px(4)) / 2;
    canvas.icon(symbol, {face.center().x, top + icon / 2}, icon, icon_ink);
    canvas.text(Type::text_medium, {face.center().x, top + icon - ui.px(4)}, ink, name, Align::center);
  }
  return response.activated;
}

float link_height(Ui& ui, const LinkSpec& spec, float width) {
  Canvas& canvas = ui.canvas();
  const float line = canvas.line_height(Type::text);
  if (spec.one_line) return std::max(ui.px(82), line + ui.px(14));
  const float room = width - ui.px(ui.metrics().enlarged() ? 100 : 145) - ui.px(90);
  const float title = canvas.paragraph_height(Type::text_strong, spec.title, room);
  const float kind = ui.metrics().enlarged() ? 0 : line * 0.9F;
  return std::max(ui.px(132), kind + title * 0.95F + ui.px(30));
}

bool link_row(Ui& ui, const LinkSpec& spec, const Rect& rect) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  Node node{.id = spec.id,
            .role = Role::button,
            .name = SecretText(spec.title),
            .value = SecretText(spec.kind),
            .rect = rect,
            .text = t[Token::ink],
            .background = t[Token::card]};
  const Response response = ui.add(std::move(node));
  const Color inside = response.state.pressed ? t[Token::sunk] : t[Token::card];
  const Rect face =
      draw_shape(ui, rect, ui.px(20), {inside, t[Token::edge], 3, 4, t[Token::edge]}, response.state);
  const bool small = spec.one_line || ui.metrics().enlarged();
  const float disc = ui.px(small ? 62 : 92), left = face.x + ui.px(small ? 18 : 26);
  const Disc kind = spec.icon == Icon::bullhorn     ? Disc::sun
                    : spec.icon == Icon::call_split ? Disc::sky
                                                    : Disc::plain;
  round_icon(ui, {left + disc / 2, face.center().y}, disc, symbol_of(spec.icon), kind);
  const float x = left + disc + ui.px(small ? 20 : 26), room = face.right() - ui.px(90) - x;
  const float line = canvas.line_height(Type::text);
  if (spec.one_line) {
    canvas.paragraph(Type::text_strong, {x, face.center().y - line / 2}, room, t[Token::ink], spec.title,
                     Align::left, 1);
  } else {
    const float kind_h = ui.metrics().enlarged() ? 0 : line * 0.9F;
    const float tight = std::round(line * 0.95F);
    const auto lines = static_cast<float>(canvas.wrap(Type::text_strong, spec.title, room).size());
    const float top = face.center().y - (kind_h + tight * lines) / 2;
    if (kind_h > 0) canvas.paragraph(Type::text, {x, top}, room, t[Token::ink2], spec.kind, Align::left, 1);
    canvas.paragraph_spaced(Type::text_strong, {x, top + kind_h}, room, tight, t[Token::ink], spec.title);
  }
  canvas.icon(Symbol::chevron_right, {face.right() - ui.px(54), face.center().y}, ui.px(60), t[Token::icon]);
  return response.activated;
}

bool star_button(Ui& ui, std::string id, std::string_view name, bool full, bool chosen, const Rect& rect) {
  const Theme& t = ui.theme();
  const Color inside = full && !t.high_contrast ? t[Token::sun_soft] : t[Token::card];
  const Color ink = full ? t[Token::sun_edge] : t[Token::ink2];
  Node node{.id = std::move(id),
            .role = Role::choice,
            .name = SecretText(name),
            .rect = rect,
            .text = t[Token::ink],
            .background = inside};
  node.state.selected = chosen;
  const Response response = ui.add(std::move(node));
  const Color edge = full ? t[Token::sun_edge] : t[Token::edge];
  const Rect face =
      draw_shape(ui, rect, ui.px(20),
                 {response.state.pressed ? t[Token::sunk] : inside, edge, chosen ? 6.0F : 3.0F, 4, edge},
                 response.state);
  ui.canvas().icon(full ? Symbol::star : Symbol::star_outline, face.center(),
                   std::min(ui.px(76), face.w * 0.6F), ink);
  return response.activated;
}

bool language_button(Ui& ui, std::string id, std::string_view name, bool chosen, const Rect& rect) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Color dark = t.high_contrast ? t[Token::pine_deep] : t[Token::pine_down];
  const Color ink = chosen ? t[Token::selected_ink] : t.high_contrast ? t[Token::ink] : t[Token::on_pine];
  const Color fill = !chosen ? dark : t.high_contrast ? t[Token::mint] : t[Token::card];
  Node node{.id = std::move(id),
            .role = Role::choice,
            .name = SecretText(name),
            .rect = rect,
            .text = ink,
            .background = fill};
  node.state.selected = chosen;
  const Response response = ui.add(std::move(node));
  if (chosen || response.state.focused || response.state.pressed) {
    const Color inside = response.state.pressed && !chosen ? t[Token::pine_down] : fill;
    draw_shape(ui, rect, ui.px(20), {inside, chosen ? inside : t[Token::pine_edge], 3, 0, {}},
               response.state);
  } else {
    canvas.outline(rect, ui.px(20), ui.px(t.high_contrast ? 4 : 3), t[Token::pine_edge]);
  }
  const float icon = ui.px(48), words = canvas.width(Type::button, name);
  const float total = words + (chosen ? icon + ui.px(18) : 0), x = rect.center().x - total / 2;
  canvas.text(Type::button, {x, rect.center().y - canvas.line_height(Type::button) / 2}, ink, name);
  if (chosen)
    canvas.icon(Symbol::check, {x + words + ui.px(18) + icon / 2, rect.center().y}, icon,
                t.high_contrast ? ink : t[Token::pine]);
  return response.activated;
}

bool ticket_button(Ui& ui, std::string id, std::string_view name, std::string_view hint, const Rect& rect) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Color ink = t[Token::on_sun];
  const Response response = ui.add({.id = std::move(id),
                                    .role = Role::button,
                                    .name = SecretText(name),
                                    .value = SecretText(hint),
                                    .rect = rect,
                                    .text = ink,
                                    .background = t[Token::sun]});
  const float stub = rect.right() - ui.px(184);
  const Rect face = ticket(
      ui, rect, {.stub_x = stub, .pressed = response.state.pressed, .focused = response.state.focused});
  const float disc = ui.px(104);
  const Point arrow{(stub + face.right()) / 2 - ui.px(4), face.center().y};
  canvas.circle(arrow, disc / 2, response.state.pressed ? t[Token::sun_edge] : ink);
  canvas.icon(Symbol::arrow_right, arrow, ui.px(72), t[Token::sun]);
  const float x = rect.x + ui.px(48), width = stub - x - ui.px(24);
  const float name_h = canvas.paragraph_height(Type::display, name, width);
  const float hint_h = hint.empty() ? 0 : canvas.paragraph_height(Type::text, hint, width) + ui.px(13);
  const float top = face.center().y - (name_h + hint_h) / 2 + ui.px(6);
  canvas.paragraph(Type::display, {x, top}, width, ink, name);
  if (!hint.empty()) canvas.paragraph(Type::text, {x, top + name_h + ui.px(13)}, width, ink, hint);
  return response.activated;
}

} // namespace walkin::kiosk::ui
