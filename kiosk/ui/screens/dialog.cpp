#include "kiosk/ui/screens/dialog.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace walkin::kiosk::ui {
namespace {

struct Places {
  float ring = 0, title_h = 0, text_h = 0, primary_h = 0, secondary_h = 0, pad = 0, gap = 0, height = 0;
  float width = 0, inner = 0;
  bool beside = false; // the buttons stand side by side
};

float button_height(Ui& ui, std::string_view name, float width, float least) {
  return std::max(least, ui.canvas().paragraph_height(Type::button, name, width - ui.px(32)) + ui.px(30));
}

Places measure(Ui& ui, const DialogView& view, float width, float ring, bool tight, bool beside) {
  Canvas& canvas = ui.canvas();
  Places p;
  p.width = width;
  p.beside = beside;
  const float inner = p.inner = width - 2 * ui.px(64);
  const float button_w = beside ? (inner - ui.px(28)) / 2 : inner;
  p.pad = ui.px(tight ? 40 : 72);
  p.gap = ui.px(tight ? 24 : 50);
  p.ring = ring;
  p.title_h = canvas.paragraph_height(Type::title, view.title, inner);
  p.text_h = canvas.paragraph_height(Type::text, view.text, inner);
  p.primary_h = button_height(ui, view.primary.name, button_w, ui.px(tight ? 112 : 138));
  p.secondary_h = button_height(ui, view.secondary.name, button_w, ui.px(110));
  if (beside) p.primary_h = p.secondary_h = std::max(p.primary_h, p.secondary_h);
  p.height = p.pad + (ring > 0 ? ring + p.gap : 0) + p.title_h + ui.px(14) + p.text_h + p.gap + p.primary_h +
             (beside ? 0 : ui.px(28) + p.secondary_h) + p.pad;
  return p;
}

void draw_ring(Ui& ui, const DialogView& view, Point center, float diameter) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const float width = diameter * 0.08F;
  const float part = view.seconds_total > 0
                         ? static_cast<float>(view.seconds_left) / static_cast<float>(view.seconds_total)
                         : 0;
  canvas.ring(center, (diameter - width) / 2, width, 1.0F, t[Token::sunk]);
  canvas.ring(center, (diameter - width) / 2, width, part, t[Token::pine]);
  const std::string seconds = std::to_string(view.seconds_left);
  const Type type = diameter > ui.px(280) ? Type::hero : Type::title;
  canvas.text(type, {center.x, center.y - canvas.line_height(type) / 2}, t[Token::ink], seconds,
              Align::center);
  ui.add({.id = "dialog/seconds",
          .role = Role::image,
          .name = SecretText(seconds),
          .rect = {center.x - diameter / 2, center.y - diameter / 2, diameter, diameter},
          .text = t[Token::ink],
          .background = t[Token::paper]});
}

} // namespace

void draw_dialog(Ui& ui, const DialogView& view, Intents& intents) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Size size = ui.size();
  ui.open_modal();
  canvas.fill({0, 0, size.w, size.h}, 0, t.high_contrast ? rgb(0x000000, 224) : rgb(0x081C17, 224));
  const float width = std::min(ui.px(904), size.w - ui.px(64));
  const float room = size.h - ui.px(40);
  const bool counting = view.kind == DialogKind::idle;
  Places p = measure(ui, view, width, counting ? ui.px(326) : 0, false, false);
  if (p.height > room) p = measure(ui, view, width, counting ? ui.px(180) : 0, true, false);
  if (p.height > room) p = measure(ui, view, width, 0, true, false);
  if (p.height > room) p = measure(ui, view, size.w - ui.px(64), 0, true, true);
  const float inner = p.inner;
  const Rect box{(size.w - p.width) / 2, std::max(ui.px(20), (size.h - p.height) / 2), p.width, p.height};
  if (!t.high_contrast) canvas.fill({box.x, box.y + ui.px(10), box.w, box.h}, ui.px(48), rgb(0x000000, 71));
  canvas.box(box, ui.px(48), t.high_contrast ? ui.px(4) : 0, t[Token::edge], t[Token::paper]);
  ui.add({.id = "dialog",
          .role = Role::dialog,
          .name = SecretText(view.title),
          .rect = box,
          .text = t[Token::ink],
          .background = t[Token::paper]});
  const float x = box.x + ui.px(64);
  float y = box.y + p.pad;
  if (p.ring > 0) {
    draw_ring(ui, view, {box.center().x, y + p.ring / 2}, p.ring);
    y += p.ring + p.gap;
  }
  y += paragraph(ui, "dialog/title", Role::heading, Type::title, {x, y}, inner, t[Token::ink],
                 t[Token::paper], view.title, Align::center);
  y += ui.px(14);
  y += paragraph(ui, "dialog/text", Role::text, Type::text, {x, y}, inner, t[Token::ink2], t[Token::paper],
                 view.text, Align::center);
  y += p.gap;
  const float half = std::floor((inner - ui.px(28)) / 2);
  Rect primary{x, y, inner, p.primary_h};
  Rect secondary{x, primary.bottom() + ui.px(28), inner, p.secondary_h};
  if (p.beside) secondary = {x, y, half, p.secondary_h}, primary = {x + inner - half, y, half, p.primary_h};
  if (button(ui, {.id = "dialog/primary", .name = view.primary.name, .style = ButtonStyle::primary}, primary))
    intents.push(view.primary.intent);
  if (button(ui, {.id = "dialog/secondary", .name = view.secondary.name}, secondary))
    intents.push(view.secondary.intent);
}

} // namespace walkin::kiosk::ui
