#include "kiosk/ui/screens/start.hpp"

#include "kiosk/ui/flow.hpp"
#include "kiosk/ui/parts.hpp"

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

// On a wide screen the ticket takes the left.
float wide_ticket(float width) { return std::floor(width * 0.54F); }

// Everything at its full size, header and greeting included where asked for; returns the foot of the ticket.
float place(Ui& ui, const StartView& view, const PageLayout& layout, bool with_header, bool with_greeting,
            bool may_lead, Places& p) {
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
  const bool with_lead = may_lead && (with_greeting || view.ticket);
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
  const float ticket_w = layout.landscape ? wide_ticket(p.width) : p.width;
  p.ticket_h = ticket_height(ui, view, ticket_w);
  if (!view.ticket && view.cannot_take)
    return y + ui.px(64) + notice_height(ui, notice_spec("cannot_take", *view.cannot_take), ticket_w);
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

// --- Below the ticket: what is known to be wrong, and the two lesser actions ---
struct CardPlace {
  float pad, disc, left, room, title_h, text_h, button_h, height;
};

CardPlace measure_card(Ui& ui, const BulletinView& view, float width) {
  Canvas& canvas = ui.canvas();
  const bool large = ui.metrics().enlarged();
  CardPlace place{};
  place.pad = ui.px(37);
  place.disc = large ? 0 : ui.px(92);
  place.left = place.pad + (large ? 0 : place.disc + ui.px(31));
  place.room = width - place.left - place.pad;
  place.title_h = canvas.paragraph_height(Type::text_strong, view.title, place.room);
  place.text_h = canvas.paragraph_height(Type::text, view.text, place.room, 3);
  place.button_h =
      view.join.name.empty()
          ? 0
          : std::max(ui.px(95),
                     canvas.paragraph_height(Type::text_strong, view.join.name, place.room) + ui.px(24));
  place.height = std::max(place.disc, place.title_h + place.text_h) + 2 * place.pad +
                 (place.button_h > 0 ? place.button_h + ui.px(22) : 0);
  return place;
}

Part card_part(Ui& ui, const BulletinView& view, float width) {
  const CardPlace place = measure_card(ui, view, width);
  return {place.height, ui.px(30), false, true, [place, &view](Ui& on, const Rect& rect, Intents& intents) {
            const Theme& t = on.theme();
            on.canvas().box(rect, on.px(24), on.px(2), t[Token::hair], t[Token::card]);
            if (place.disc > 0)
              round_icon(on, {rect.x + place.pad + place.disc / 2, rect.y + place.pad + place.disc / 2},
                         place.disc, Symbol::bullhorn, Disc::sun);
            const float x = rect.x + place.left;
            float y = rect.y + place.pad;
            y += paragraph(on, "bulletin/title", Role::notice, Type::text_strong, {x, y}, place.room,
                           t[Token::ink], t[Token::card], view.title);
            paragraph(on, "bulletin/text", Role::text, Type::text, {x, y}, place.room, t[Token::ink2],
                      t[Token::card], view.text, Align::left, 3);
            if (place.button_h > 0 &&
                button(on, {.id = "join", .name = view.join.name, .style = ButtonStyle::secondary_plain},
                       {x, rect.bottom() - place.pad - place.button_h, place.room, place.button_h}))
              intents.push(view.join.intent);
          }};
}

Part row_part(Ui& ui, const ActionView& action, float width) {
  const LinkSpec spec{.id = "more", .icon = action.icon, .title = action.name, .one_line = true};
  const float room = width - ui.px(190);
  const float words = ui.canvas().width(Type::text_strong, action.name);
  LinkSpec fitting = spec;
  fitting.one_line = words <= room;
  return {link_height(ui, fitting, width), ui.px(18), false, true,
          [fitting, &action](Ui& on, const Rect& rect, Intents& intents) {
            if (link_row(on, fitting, rect)) intents.push(action.intent);
          }};
}

// Side by side where their words allow it.
void add_actions(Ui& ui, const StartView& view, float width, float height, std::vector<Part>& parts) {
  const float gap = ui.px(26), half = std::floor((width - gap) / 2);
  const auto spec = [](const ActionView& action, std::size_t i) {
    return ButtonSpec{.id = "action/" + std::to_string(i),
                      .name = action.name,
                      .style = ButtonStyle::secondary_plain,
                      .before = symbol_of(action.icon)};
  };
  bool beside = true;
  for (const ActionView& action : view.actions)
    beside = beside && ui.canvas().width(Type::text_strong, action.name) + ui.px(48) <= half;
  const float tall = std::max(height, ui.canvas().line_height(Type::text_strong) + ui.px(30));
  for (std::size_t i = 0; i < view.actions.size(); i += beside ? 2 : 1)
    parts.push_back(
        {tall, ui.px(38), false, true, [=, &view](Ui& on, const Rect& rect, Intents& intents) {
           for (std::size_t k = i; k < std::min(i + (beside ? 2U : 1U), view.actions.size()); ++k) {
             const Rect at{rect.x + (k > i ? half + gap : 0), rect.y, beside ? half : rect.w, rect.h};
             if (button(on, spec(view.actions[k], k), at)) intents.push(view.actions[k].intent);
           }
         }});
}

// The notice of being alone in its first line, which says more than an invitation, and the gap above it.
float offline_least(Ui& ui, const StartView& view) {
  if (!view.offline) return 0;
  NoticeSpec spec = notice_spec("offline", *view.offline);
  spec.text = {};
  return notice_height(ui, spec, ui.size().w - 2 * ui.px(56)) + ui.px(60);
}

// As much of it as fits at once; where only rows do, the known problem becomes one of them.
std::vector<Part> lower_parts(Ui& ui, const StartView& view, float width, float height) {
  if (!view.bulletin) {
    std::vector<Part> parts;
    add_actions(ui, view, width, ui.px(146), parts);
    if (parts_height(parts) + offline_least(ui, view) <= height) return parts;
  }
  for (const bool with_card : {true, false}) {
    std::vector<Part> parts;
    if (view.bulletin && with_card) parts.push_back(card_part(ui, *view.bulletin, width));
    if (view.more_bulletins && with_card) parts.push_back(row_part(ui, *view.more_bulletins, width));
    add_actions(ui, view, width, ui.px(with_card ? 122 : 112), parts);
    if (!with_card && view.all_bulletins) parts.push_back(row_part(ui, *view.all_bulletins, width));
    if (!with_card || parts_height(parts) <= height) return parts;
  }
  return {};
}

// On a wide screen with room for it: the known problem right of the ticket, the two lesser actions below it.
bool draw_wide_lower(Ui& ui, const StartView& view, const Places& p, const Rect& right, float ticket_w,
                     float foot, Intents& intents) {
  if (right.x == p.margin || !view.bulletin || !view.ticket) return false;
  std::vector<Part> cards{card_part(ui, *view.bulletin, right.w)}, actions;
  if (view.more_bulletins) cards.push_back(row_part(ui, *view.more_bulletins, right.w));
  add_actions(ui, view, ticket_w, ui.px(122), actions);
  const float top = p.ticket + p.ticket_h + ui.px(44);
  if (parts_height(cards) > right.h || top + parts_height(actions) > foot) return false;
  float y = top;
  for (const Part& part : actions) {
    part.draw(ui, {p.margin, y, ticket_w, part.height}, intents);
    y += part.height + part.gap_before;
  }
  y = right.y;
  for (const Part& part : cards) {
    part.draw(ui, {right.x, y, right.w, part.height}, intents);
    y += part.height + ui.px(18);
  }
  return true;
}

// Without this much below the ticket the greeting gives way: room for all at once, or else for one thing and
// the arrows to the others.
float lower_least(Ui& ui, const StartView& view, const PageLayout& layout, bool at_once) {
  const float width = ui.size().w - 2 * ui.px(56), left = wide_ticket(width);
  const float room = layout.landscape ? width - left - ui.px(56) : width;
  std::vector<Part> parts;
  add_actions(ui, view, room, ui.px(112), parts);
  if (view.all_bulletins) parts.push_back(row_part(ui, *view.all_bulletins, room));
  float tallest = 0;
  for (const Part& part : parts) tallest = std::max(tallest, part.height);
  float needed = parts_height(parts);
  if (!at_once) needed = std::min(needed, tallest + pager_height(ui) + ui.px(14));
  if (!layout.landscape) return needed + ui.px(60) + offline_least(ui, view);
  // Beside the ticket, or beside why there is none.
  const float beside = view.ticket ? ticket_height(ui, view, left)
                       : view.cannot_take
                           ? notice_height(ui, notice_spec("cannot_take", *view.cannot_take), left)
                           : 0;
  return std::max(ui.px(8), needed + ui.px(56) - beside) + offline_least(ui, view);
}

// As much above the ticket as leaves room below it. Returns the foot of the ticket.
float place_fitting(Ui& ui, const StartView& view, const PageLayout& layout, float foot, Places& p,
                    float& least) {
  struct Kept {
    bool header, greeting, lead;
  };
  constexpr Kept k_ways[] = {{true, true, true},   {true, true, false},  {false, true, true},
                             {false, true, false}, {false, false, true}, {false, false, false}};
  float end = 0;
  for (const bool at_once : {true, false}) {
    least = lower_least(ui, view, layout, at_once);
    for (const Kept& kept : k_ways) {
      end = place(ui, view, layout, kept.header, kept.greeting, kept.lead, p);
      if (end + least <= foot) return end;
    }
  }
  return end;
}

// One quiet line: the sign of touch, or of being alone where there is no room for the notice.
void draw_sign(Ui& ui, const NoticeView& sign, float top, float foot) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const float line = canvas.line_height(Type::text), icon = ui.px(56);
  const float words = canvas.width(Type::text, sign.title);
  // One line needs less room around it than what can be touched.
  if (foot - top < std::max(line, icon)) top -= ui.px(16), foot += ui.px(28);
  if (foot - top < std::max(line, icon) || icon + ui.px(14) + words > ui.size().w - ui.px(80)) return;
  const float y = foot - std::max(line, icon) - ui.px(foot - top > ui.px(150) ? 12 : 0);
  const float x = ui.size().w / 2 - (icon + ui.px(14) + words) / 2;
  canvas.icon(symbol_of(sign.icon), {x + icon / 2, y + line / 2}, icon, t[Token::icon]);
  paragraph(ui, "touch", Role::status, Type::text, {x + icon + ui.px(14), y}, words + 1, t[Token::ink2],
            t[Token::paper], sign.title);
}

// The sign of touch or the notice of being alone, between all else and the bar.
void draw_foot(Ui& ui, const StartView& view, const Places& p, float top, float foot) {
  if (!view.offline) {
    if (view.touch) draw_sign(ui, *view.touch, top, foot);
    return;
  }
  NoticeSpec spec = notice_spec("offline", *view.offline);
  if (notice_height(ui, spec, p.width) > foot - top) spec.text = {};
  const float height = notice_height(ui, spec, p.width);
  if (height <= foot - top) return notice(ui, spec, {p.margin, foot - height, p.width, height});
  draw_sign(ui, *view.offline, top, foot);
}

// On a white card, so that it is read in both themes. Its width; 0, and nothing drawn, where it would be too
// small.
float draw_logo(Ui& ui, const StartView& view, const Places& p, float width_max) {
  const float high = p.header_h, pad = ui.px(12);
  const auto w = static_cast<float>(view.logo->width), h = static_cast<float>(view.logo->height);
  const float scale = std::min((high - 2 * pad) / h, (width_max - 2 * pad) / w);
  if (scale <= 0 || h * scale < ui.px(24)) return 0;
  const Rect card{std::round(p.margin), std::round(p.header), std::round(w * scale) + 2 * pad,
                  std::round(high)};
  const Theme& light = theme(false);
  ui.canvas().fill(card, ui.px(16), light[Token::card]);
  const Rect picture{std::round(card.x + pad), std::round(card.center().y - h * scale / 2),
                     std::round(w * scale), std::round(h * scale)};
  ui.picture(view.logo, picture);
  ui.add({.id = "desk",
          .role = Role::heading,
          .name = SecretText(view.desk_name),
          .rect = card,
          .text = light[Token::ink],
          .background = light[Token::card]});
  return card.w;
}

void draw_header(Ui& ui, const StartView& view, const Places& p, Color strong, Color quiet, Color behind) {
  Canvas& canvas = ui.canvas();
  const float middle = p.header + p.header_h / 2, line = canvas.line_height(Type::text_strong);
  const float logo = view.logo ? draw_logo(ui, view, p, p.width * 0.5F) : 0;
  const float inset = ui.metrics().enlarged() ? 0 : ui.px(86);
  if (inset > 0 && logo == 0) mark(ui, {p.margin, middle - ui.px(23)}, behind);
  const float corner = view.corner.empty() ? 0 : canvas.width(Type::text, view.corner) + 1;
  const float name = logo > 0
                         ? logo - inset
                         : std::min(canvas.width(Type::text_strong, view.desk_name) + 1, p.width - inset);
  // A long name of the organisation goes before the hours, which the ticket tells again when it is closed.
  const bool both = inset + name + ui.px(24) + corner <= p.width;
  if (logo == 0)
    paragraph(ui, "desk", Role::heading, Type::text_strong, {p.margin + inset, middle - line / 2},
              p.width - inset, strong, behind, view.desk_name, Align::left, 1);
  if (corner > 0 && both)
    paragraph(ui, "corner", Role::status, Type::text, {p.margin + p.width - corner, middle - line / 2},
              corner, quiet, behind, view.corner);
}

} // namespace

void draw_start(Ui& ui, const Model& model, const StartView& view, Intents& intents) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const PageLayout layout = lay_out_page(ui, model);
  const float foot = layout.bar_band.y - ui.px(layout.landscape ? 20 : 44);
  Places p;
  float least = 0; // that what stands below the ticket, or beside it on a wide screen, needs
  const float end = place_fitting(ui, view, layout, foot, p, least);
  if (model.reach) {
    // Languages and ticket go below the middle, as far as there is room.
    const float shift = std::clamp(ui.size().h / 2 - p.languages, 0.0F, std::max(0.0F, foot - least - end));
    p.greeting += shift, p.lead += shift, p.languages += shift, p.slot += shift, p.ticket += shift;
  }
  canvas.fill({0, 0, ui.size().w, ui.size().h}, 0, t[Token::paper]);
  dark_surface(ui, {0, 0, ui.size().w, p.slot + ui.px(40)});
  const Color strong = t.high_contrast ? t[Token::ink] : t[Token::on_pine];
  const Color quiet = t.high_contrast ? t[Token::ink2] : t[Token::on_pine2];
  const Color behind = t.high_contrast ? t[Token::pine_deep] : t[Token::pine];
  if (p.header_h > 0) draw_header(ui, view, p, strong, quiet, behind);
  if (p.greeting_h > 0) draw_greetings(ui, view, p, strong, quiet, behind);
  if (p.lead_h > 0)
    paragraph(ui, "lead", Role::text, Type::lead_plain, {p.margin, p.lead}, p.width, quiet, behind,
              view.lead);
  draw_languages(ui, view, p, intents);
  const float ticket_w = layout.landscape ? wide_ticket(p.width) : p.width;
  float below = p.slot + ui.px(layout.landscape ? 56 : 64);
  Rect lower{p.margin, below, p.width, 0};
  float left_end = below; // of what stands at the left on a wide screen
  if (view.ticket) {
    const float room = layout.landscape ? std::min(p.ticket_h, foot - p.ticket - ui.px(8)) : p.ticket_h;
    const std::string_view hint = room < p.ticket_h ? std::string_view() : view.ticket_hint.view();
    if (ticket_button(ui, "get_help", view.ticket->name, hint, {p.margin, p.ticket, ticket_w, room}))
      intents.push(view.ticket->intent);
    left_end = p.ticket + room;
    if (!layout.landscape) lower.y = p.ticket + p.ticket_h + ui.px(ui.metrics().enlarged() ? 30 : 52);
  } else if (view.cannot_take) {
    NoticeSpec spec = notice_spec("cannot_take", *view.cannot_take);
    const float most = foot - below - (layout.landscape ? 0 : least - ui.px(36));
    if (notice_height(ui, spec, ticket_w) > most) spec.text = {};
    const float height = notice_height(ui, spec, ticket_w);
    notice(ui, spec, {p.margin, below, ticket_w, height});
    left_end = below + height;
    if (!layout.landscape) lower.y = below + height + ui.px(24);
  }
  if (layout.landscape) lower.x += ticket_w + ui.px(56), lower.w -= ticket_w + ui.px(56);
  lower.h = foot - lower.y;
  if (draw_wide_lower(ui, view, p, lower, ticket_w, foot, intents))
    return end_page(ui, model, layout, intents);
  lower.y = draw_parts(ui, model.language, "start", lower_parts(ui, view, lower.w, lower.h), lower, intents);
  if (layout.landscape) lower.y = std::max(lower.y, left_end);
  draw_foot(ui, view, p, lower.y + ui.px(30), foot);
  end_page(ui, model, layout, intents);
}

} // namespace walkin::kiosk::ui
