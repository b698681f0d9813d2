#include "kiosk/ui/screens/start.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace walkin::kiosk::ui {
namespace {

// What stands where; what is zero high has no place at this text size and is left out.
struct Places {
  float margin = 0, width = 0;
  float header = 0, greeting = 0, lead = 0, languages = 0, slot = 0, ticket = 0; // tops
  float header_h = 0, greeting_h = 0, lead_h = 0, language_h = 0, ticket_h = 0;
  std::size_t language_columns = 3;
  float language_x = 0, language_w = 0; // of their row
  Type greeting_type = Type::hero;
};

float greetings_width(Ui& ui, const StartView& view, Type type) {
  const Type light = type == Type::hero ? Type::hero_light : type;
  float width = 0;
  for (std::size_t i = 0; i < view.greetings.size(); ++i)
    width += ui.canvas().width(i == 0 ? type : light, view.greetings[i]) +
             (i > 0 ? ui.canvas().width(type, " ") : 0);
  return width;
}

float ticket_height(Ui& ui, const StartView& view, float width) {
  if (!view.ticket) return 0;
  const float room = width - ui.px(256);
  const float words = ui.canvas().paragraph_height(Type::display, view.ticket->name, room) +
                      (view.ticket_hint.empty()
                           ? 0
                           : ui.canvas().paragraph_height(Type::text, view.ticket_hint, room) + ui.px(13));
  return std::max(ui.px(290), words + ui.px(112));
}

NoticeSpec notice_spec(std::string id, const NoticeView& view) {
  return {.id = std::move(id), .symbol = symbol_of(view.icon), .title = view.title, .text = view.text};
}

// Everything at its full size, header and greeting included where asked for; returns the foot of the ticket.
float place(Ui& ui, const StartView& view, const PageLayout& layout, bool with_header, bool with_greeting,
            Places& p) {
  Canvas& canvas = ui.canvas();
  const bool large = ui.metrics().enlarged();
  p.margin = ui.px(56);
  p.width = ui.size().w - 2 * p.margin;
  p.greeting_type = greetings_width(ui, view, Type::hero) <= p.width ? Type::hero : Type::display;
  float y = ui.px(large || layout.landscape ? 32 : 44);
  p.header = y;
  p.header_h = with_header ? std::max(ui.px(80), canvas.line_height(Type::text_strong)) : 0;
  if (with_header) y += p.header_h + ui.px(layout.landscape ? 8 : large ? 16 : 44);
  p.greeting = y;
  p.greeting_h = with_greeting ? canvas.line_height(p.greeting_type) : 0;
  if (with_greeting) y += p.greeting_h + ui.px(layout.landscape ? 10 : 18);
  p.language_columns = 3;
  for (const ChoiceView& language : view.languages)
    if (canvas.width(Type::button, language.name) + ui.px(100) > (p.width - ui.px(40)) / 3)
      p.language_columns = 2;
  p.language_h = std::max(ui.px(100), canvas.line_height(Type::button) + ui.px(20));
  p.language_x = p.margin;
  p.language_w = p.width;
  const float greeting_w = greetings_width(ui, view, p.greeting_type);
  float names = ui.px(40);
  for (const ChoiceView& language : view.languages)
    names += canvas.width(Type::button, language.name) + ui.px(100);
  const bool beside = layout.landscape && with_greeting && p.width - greeting_w - ui.px(60) > names;
  if (beside) {
    p.language_w = std::min(p.width - greeting_w - ui.px(60), ui.px(960));
    p.language_x = p.margin + p.width - p.language_w;
    p.languages = p.greeting + (p.greeting_h - p.language_h) / 2;
    p.language_columns = 3;
  }
  p.lead = y;
  // Where room is short, a closed kiosk does not invite.
  const bool with_lead = with_greeting || view.ticket;
  p.lead_h = with_lead ? canvas.paragraph_height(Type::lead_plain, view.lead, p.width) : 0;
  y += p.lead_h + (with_lead ? ui.px(layout.landscape || large ? 30 : 40) : 0);
  if (!beside) {
    const std::size_t rows = (view.languages.size() + p.language_columns - 1) / p.language_columns;
    p.languages = y;
    y += static_cast<float>(rows) * (p.language_h + ui.px(16)) - ui.px(16) +
         ui.px(layout.landscape ? 40
               : large          ? 44
                                : 72);
  } else {
    y += ui.px(30);
  }
  p.slot = y;
  p.ticket = y;
  p.ticket_h = ticket_height(ui, view, p.width);
  if (!view.ticket && view.cannot_take)
    return y + ui.px(64) + notice_height(ui, notice_spec("cannot_take", *view.cannot_take), p.width);
  return y + p.ticket_h;
}

void draw_greetings(Ui& ui, const StartView& view, const Places& p, Color strong, Color quiet, Color behind) {
  Canvas& canvas = ui.canvas();
  const Type light = p.greeting_type == Type::hero ? Type::hero_light : p.greeting_type;
  float x = p.margin - ui.px(2);
  for (std::size_t i = 0; i < view.greetings.size(); ++i) {
    const Type type = i == 0 ? p.greeting_type : light;
    const float width = canvas.width(type, view.greetings[i]);
    heading(ui, "greeting/" + std::to_string(i), type, {x, p.greeting, width, p.greeting_h},
            i == 0 ? strong : quiet, behind, view.greetings[i]);
    x += width + canvas.width(p.greeting_type, " ");
  }
}

void draw_languages(Ui& ui, const StartView& view, const Places& p, Intents& intents) {
  const float gap = ui.px(20);
  const auto columns = static_cast<float>(p.language_columns);
  const float width = std::floor((p.language_w - gap * (columns - 1)) / columns);
  for (std::size_t i = 0; i < view.languages.size(); ++i) {
    const auto column = static_cast<float>(i % p.language_columns),
               row = static_cast<float>(i / p.language_columns);
    const Rect rect{p.language_x + column * (width + gap), p.languages + row * (p.language_h + ui.px(16)),
                    width, p.language_h};
    if (language_button(ui, "language/" + std::to_string(i), view.languages[i].name,
                        view.languages[i].selected, rect))
      intents.push(view.languages[i].intent);
  }
}

// The sign of touch or the notice of being alone, between the ticket and the bar.
void draw_foot(Ui& ui, const StartView& view, const Places& p, float top, float foot) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  if (view.offline) {
    NoticeSpec spec = notice_spec("offline", *view.offline);
    if (notice_height(ui, spec, p.width) > foot - top) spec.text = {};
    const float height = notice_height(ui, spec, p.width);
    if (height <= foot - top) notice(ui, spec, {p.margin, foot - height, p.width, height});
    return;
  }
  const float line = canvas.line_height(Type::text);
  if (!view.touch || foot - top < line) return;
  const float icon = ui.px(56), words = canvas.width(Type::text, view.touch->title);
  const float y = foot - std::max(line, icon) - ui.px(foot - top > ui.px(200) ? 12 : 0);
  const float x = ui.size().w / 2 - (icon + ui.px(14) + words) / 2;
  canvas.icon(symbol_of(view.touch->icon), {x + icon / 2, y + line / 2}, icon, t[Token::pine]);
  paragraph(ui, "touch", Role::status, Type::text, {x + icon + ui.px(14), y}, words + 1, t[Token::ink2],
            t[Token::paper], view.touch->title);
}

} // namespace

void draw_start(Ui& ui, const Model& model, const StartView& view, Intents& intents) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const PageLayout layout = lay_out_page(ui, model);
  const float foot = layout.bar_band.y - ui.px(44);
  Places p;
  float end = place(ui, view, layout, true, true, p);
  if (end > foot) end = place(ui, view, layout, false, true, p);
  if (end > foot) end = place(ui, view, layout, false, false, p);
  if (model.reach) {
    // Languages and ticket go below the middle, as far as there is room.
    const float shift =
        std::clamp(ui.size().h / 2 - p.languages, 0.0F, std::max(0.0F, foot - ui.px(80) - end));
    p.greeting += shift, p.lead += shift, p.languages += shift, p.slot += shift, p.ticket += shift;
    end += shift;
  }
  canvas.fill({0, 0, ui.size().w, ui.size().h}, 0, t[Token::paper]);
  dark_surface(ui, {0, 0, ui.size().w, p.slot + ui.px(40)});
  const Color strong = t.high_contrast ? t[Token::ink] : t[Token::on_pine];
  const Color quiet = t.high_contrast ? t[Token::ink2] : t[Token::on_pine2];
  const Color behind = t.high_contrast ? t[Token::pine_deep] : t[Token::pine];
  if (p.header_h > 0) {
    const float middle = p.header + p.header_h / 2, line = canvas.line_height(Type::text_strong);
    const float inset = ui.metrics().enlarged() ? 0 : ui.px(86);
    if (inset > 0) mark(ui, {p.margin, middle - ui.px(23)}, behind);
    heading(ui, "desk", Type::text_strong, {p.margin + inset, middle - line / 2, p.width - inset, line},
            strong, behind, view.desk_name);
  }
  if (p.greeting_h > 0) draw_greetings(ui, view, p, strong, quiet, behind);
  if (p.lead_h > 0)
    paragraph(ui, "lead", Role::text, Type::lead_plain, {p.margin, p.lead}, p.width, quiet, behind,
              view.lead);
  draw_languages(ui, view, p, intents);
  float below = p.slot + ui.px(64);
  if (view.ticket) {
    if (ticket_button(ui, "get_help", view.ticket->name, view.ticket_hint,
                      {p.margin, p.ticket, p.width, p.ticket_h}))
      intents.push(view.ticket->intent);
    below = p.ticket + p.ticket_h + ui.px(30);
  } else if (view.cannot_take) {
    const NoticeSpec spec = notice_spec("cannot_take", *view.cannot_take);
    const float height = notice_height(ui, spec, p.width);
    notice(ui, spec, {p.margin, below, p.width, height});
    below += height + ui.px(24);
  }
  draw_foot(ui, view, p, below, foot);
  end_page(ui, model, layout, intents);
}

} // namespace walkin::kiosk::ui
