#include "kiosk/ui/parts.hpp"

#include "kiosk/ui/flow.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace walkin::kiosk::ui {
namespace {

// Running text is turned by page between so many lines.
constexpr std::size_t k_lines_a_part = 4, k_large_lines_a_part = 2;

struct Maker {
  Ui& ui;
  const PageLayout& layout;
  std::string id; // of the block
  Density density;
  float width;
  bool with_keyboard;
  std::vector<Part> parts{};

  bool enlarged() const { return ui.metrics().enlarged(); }
  float text_height(Type type, std::string_view text, float room) const {
    return ui.canvas().paragraph_height(type, text, room);
  }
  Part& add(float height, float gap, std::function<void(Ui&, const Rect&, Intents&)> draw) {
    parts.push_back({std::round(height), ui.px(gap), false, false, std::move(draw)});
    return parts.back();
  }

  // Of plain words, line by line, as they may be higher than a page.
  void add_words(const std::string& of, Type type, Token ink, std::string_view words, float gap) {
    const auto lines = ui.canvas().wrap(type, words, width);
    const float line = ui.canvas().line_height(type);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string_view part = words.substr(lines[i].begin, lines[i].end - lines[i].begin);
      add(line, i == 0 ? gap : 0, [=, id = of + "/" + std::to_string(i)](Ui& on, const Rect& rect, Intents&) {
        paragraph(on, id, Role::text, type, {rect.x, rect.y}, rect.w, on.theme()[ink],
                  on.theme()[Token::paper], part);
      });
    }
  }
  void make(const NoticeView& view) {
    if (enlarged()) {
      add_words(id + "/title", Type::text_strong, Token::ink, view.title, 24);
      return add_words(id + "/text", Type::text, Token::ink2, view.text, 4);
    }
    const NoticeSpec spec{.id = id, .symbol = symbol_of(view.icon), .title = view.title, .text = view.text};
    add(notice_height(ui, spec, width), 40,
        [spec](Ui& on, const Rect& rect, Intents&) { notice(on, spec, rect); });
  }
  void make(const BadgeView& view);
  void make(const DividerView& view);
  void make(const PersonView& view);
  void make_large(const PersonView& view);
  void make(const LinksView& view);
  void make(const TimelineView& view);
  void make_large(const TimelineView& view);
  void make(const StarsView& view);
  void make(const TextView& view);
  void make(const ButtonView& view);
  void make(const ExplainView& view);
  void make(const FieldView&) {}
  void make(const ChoiceGroupView&) {}
};

// --- The badge and where it goes ---
void draw_badge_picture(Ui& ui, Point corner, float w, float h) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const auto at = [&](float x, float y, float width, float height) {
    return Rect{corner.x + w * x, corner.y + h * y, w * width, h * height};
  };
  canvas.box({corner.x, corner.y, w, h}, ui.px(24), ui.px(4), t[Token::pine], t[Token::card]);
  canvas.box(at(0.34F, 0.085F, 0.33F, 0.05F), h * 0.025F, ui.px(4), t[Token::pine], t[Token::card]);
  canvas.circle({corner.x + w * 0.5F, corner.y + h * 0.383F}, w * 0.215F, t[Token::sun]);
  canvas.fill(at(0.225F, 0.61F, 0.56F, 0.052F), h * 0.026F, t[Token::pine]);
  canvas.fill(at(0.305F, 0.715F, 0.39F, 0.052F), h * 0.026F, t[Token::pine]);
}

void Maker::make(const BadgeView& view) {
  const bool pictured = !enlarged() && density <= Density::snug && !layout.reach;
  const float pad = ui.px(44), picture_w = ui.px(density == Density::roomy ? 216 : 150);
  const float picture_h = std::round(picture_w * 1.425F), disc = ui.px(pictured ? 112 : 92);
  const float left = pictured ? pad + picture_w + ui.px(44) : pad;
  const bool beside = pictured && density == Density::roomy; // else the arrow stands in the line of the words
  const float room = width - left - pad - (beside ? 0 : disc + ui.px(20));
  const Type type = pictured ? Type::title : Type::text_strong;
  const float title_h = text_height(type, view.title, room);
  const float text_h = density >= Density::rows && !enlarged()
                           ? 0
                           : text_height(Type::text, view.text, beside ? room - disc : room);
  const float words = title_h + (text_h > 0 ? ui.px(pictured ? 14 : 4) + text_h : 0);
  const float least = !pictured ? ui.px(120) : density == Density::roomy ? ui.px(450) : picture_h + ui.px(60);
  const float height = std::max(least, words + ui.px(pictured ? 80 : 36));
  add(height, 0, [=, id = id](Ui& on, const Rect& rect, Intents&) {
    const Theme& t = on.theme();
    const Color back = t.high_contrast ? t[Token::card] : t[Token::mint];
    on.canvas().box(rect, on.px(24), t.high_contrast ? on.px(4) : 0, t[Token::edge], back);
    if (pictured)
      draw_badge_picture(on, {rect.x + pad, rect.center().y - picture_h / 2}, picture_w, picture_h);
    float y = rect.center().y - words / 2;
    y += paragraph(on, id + "/title", Role::heading, type, {rect.x + left, y}, room, t[Token::ink], back,
                   view.title);
    if (text_h > 0)
      paragraph(on, id + "/text", Role::text, Type::text, {rect.x + left, y + on.px(pictured ? 14 : 4)},
                beside ? room - disc : room, t.high_contrast ? t[Token::ink] : t[Token::ink2], back,
                view.text);
    const Point arrow{rect.right() - pad - disc / 2,
                      pictured ? rect.bottom() - pad - disc / 2 : rect.center().y};
    on.canvas().circle(arrow, disc / 2, t[Token::pine]);
    on.canvas().icon(Symbol::arrow_down, arrow, on.px(72), t[Token::on_pine]);
  });
}

void Maker::make(const DividerView& view) {
  const float words = ui.canvas().width(Type::text, view.text);
  const bool one_line = words < width;
  const float height =
      one_line ? ui.canvas().line_height(Type::text) : text_height(Type::text, view.text, width);
  add(height, density == Density::roomy ? 50 : 24, [=, id = id](Ui& on, const Rect& rect, Intents&) {
    const Theme& t = on.theme();
    const float wide = one_line ? words + 1 : rect.w;
    const float line = (rect.w - wide) / 2 - on.px(27);
    if (line > on.px(20))
      for (const float x : {rect.x, rect.right() - line})
        on.canvas().fill({x, std::round(rect.center().y), line, on.px(2)}, 0, t[Token::hair]);
    paragraph(on, id, Role::text, Type::text, {rect.center().x - wide / 2, rect.y}, wide, t[Token::ink2],
              t[Token::paper], view.text);
  }).keep_with_next = true;
}

// --- Somebody who is known ---
// Seen, and never said.
void hidden_value(Ui& ui, std::string id, Point at, float width, Color behind, std::string_view value) {
  const Color ink = ui.theme()[Token::ink];
  const float height = ui.canvas().paragraph(Type::text_strong, at, width, ink, value);
  ui.add({.id = std::move(id),
          .role = Role::text,
          .name = SecretText(value),
          .rect = {at.x, at.y, width, height},
          .text = ink,
          .background = behind,
          .masked = true});
}

void Maker::make_large(const PersonView& view) {
  const float name_h = text_height(Type::title, view.name, width);
  add(name_h, 0, [=, &view, id = id](Ui& on, const Rect& rect, Intents&) {
    on.canvas().paragraph(Type::title, {rect.x, rect.y}, rect.w, on.theme()[Token::ink], view.name);
    on.add({.id = id + "/name",
            .role = Role::text,
            .name = SecretText(view.spoken),
            .rect = rect,
            .text = on.theme()[Token::ink],
            .background = on.theme()[Token::paper]});
  });
  for (std::size_t i = 0; i < view.rows.size(); ++i) {
    const PersonView::Row& row = view.rows[i];
    const float label_h = text_height(Type::text, row.label, width);
    add(label_h + text_height(Type::text_strong, row.value, width), 16,
        [=, &row, id = id + "/label/" + std::to_string(i)](Ui& on, const Rect& rect, Intents&) {
          paragraph(on, id, Role::text, Type::text, {rect.x, rect.y}, rect.w, on.theme()[Token::ink2],
                    on.theme()[Token::paper], row.label);
          hidden_value(on, id + "/value", {rect.x, rect.y + label_h}, rect.w, on.theme()[Token::paper],
                       row.value);
        });
  }
}

void Maker::make(const PersonView& view) {
  if (enlarged() || density == Density::lines) return make_large(view);
  const bool compact = enlarged() || density >= Density::rows;
  const float pad = ui.px(compact ? 28 : 45), disc = ui.px(compact ? 92 : 140),
              small = ui.px(enlarged() ? 62 : 92);
  const Type type = compact || width < ui.px(700) ? Type::title : Type::display;
  const float name_room = width - 2 * pad - disc - ui.px(36), room = width - 2 * pad - small - ui.px(30);
  const float head = std::max(disc, text_height(type, view.name, name_room));
  const bool is_roomy = density == Density::roomy;
  const float gap = ui.px(compact ? 14 : is_roomy ? 71 : 40); // between rows
  const float above = compact ? 7 : is_roomy ? 42 : 20, below = compact ? 15 : is_roomy ? 49 : 28; // the line
  float height = pad + head + ui.px(above + below);
  std::vector<float> rows;
  for (const PersonView::Row& row : view.rows) {
    const float words =
        text_height(Type::text, row.label, room) + text_height(Type::text_strong, row.value, room);
    rows.push_back(std::max(small, words));
    height += rows.back() + (rows.size() < view.rows.size() ? gap : 0);
  }
  height += ui.px(is_roomy && !compact ? 56 : compact ? 22 : 48);
  if (rows.empty()) height = head + 2 * pad; // the name alone, and no line under it
  add(height, 0, [=, &view, id = id](Ui& on, const Rect& rect, Intents&) {
    const Theme& t = on.theme();
    Canvas& canvas = on.canvas();
    canvas.box(rect, on.px(24), on.px(2), t[Token::hair], t[Token::card]);
    const float x = rect.x + pad;
    float y = rect.y + pad;
    canvas.circle({x + disc / 2, y + head / 2}, disc / 2, t[Token::sun]);
    canvas.icon(Symbol::account, {x + disc / 2, y + head / 2}, std::round(disc * 0.66F), t[Token::on_sun]);
    const float words = canvas.paragraph_height(type, view.name, name_room);
    canvas.paragraph(type, {x + disc + on.px(36), y + (head - words) / 2}, name_room, t[Token::ink],
                     view.name);
    // The masked letters are not spoken; what they are, is.
    on.add({.id = id + "/name",
            .role = Role::text,
            .name = SecretText(view.spoken),
            .rect = {x + disc + on.px(36), y + (head - words) / 2, name_room, words},
            .text = t[Token::ink],
            .background = t[Token::card]});
    if (view.rows.empty()) return;
    y += head + on.px(above);
    canvas.fill({x, std::round(y), rect.w - 2 * pad, on.px(2)}, 0, t[Token::hair]);
    y += on.px(below);
    for (std::size_t i = 0; i < view.rows.size(); ++i) {
      const PersonView::Row& row = view.rows[i];
      round_icon(on, {x + small / 2, y + rows[i] / 2}, small, symbol_of(row.icon), Disc::plain);
      const float left = x + small + on.px(30);
      const float label_h = canvas.paragraph_height(Type::text, row.label, room);
      const float value_h = canvas.paragraph_height(Type::text_strong, row.value, room);
      const float top = y + (rows[i] - label_h - value_h) / 2;
      paragraph(on, id + "/label/" + std::to_string(i), Role::text, Type::text, {left, top}, room,
                t[Token::ink2], t[Token::card], row.label);
      hidden_value(on, id + "/value/" + std::to_string(i), {left, top + label_h}, room, t[Token::card],
                   row.value);
      y += rows[i] + gap;
    }
  });
}

// --- Rows that open something ---
void Maker::make(const LinksView& view) {
  const bool one_line = with_keyboard && layout.landscape;
  if (!view.label.empty()) {
    Part& label = add(text_height(Type::text_strong, view.label, width),
                      one_line                    ? 0
                      : density == Density::roomy ? 34
                                                  : 20,
                      [&view, id = id](Ui& on, const Rect& rect, Intents&) {
                        paragraph(on, id, Role::heading, Type::text_strong, {rect.x, rect.y}, rect.w,
                                  on.theme()[Token::ink], on.theme()[Token::paper], view.label);
                      });
    label.keep_with_next = true;
  }
  for (std::size_t i = 0; i < view.links.size(); ++i) {
    const LinkView& link = view.links[i];
    const LinkSpec spec{.id = id + "/link/" + std::to_string(i),
                        .icon = link.icon,
                        .kind = link.kind,
                        .title = link.title,
                        .one_line = one_line};
    Part& row = add(link_height(ui, spec, width), i == 0 && !view.label.empty() ? (one_line ? 14 : 18) : 14,
                    [spec, &link](Ui& on, const Rect& rect, Intents& intents) {
                      if (link_row(on, spec, rect)) intents.push(link.intent);
                    });
    row.counts = true;
    if (i == 0 && view.label.empty()) row.gap_before = ui.px(24);
  }
}

// --- How a ticket stands ---
void draw_step_dot(Ui& ui, Point center, float dot, TimelineView::State state) {
  const Theme& t = ui.theme();
  if (state == TimelineView::State::done) {
    ui.canvas().circle(center, dot / 2, t[Token::pine]);
    ui.canvas().icon(Symbol::check, center, ui.px(36), t[Token::on_pine]);
    return;
  }
  const bool is_now = state == TimelineView::State::now;
  ui.canvas().circle(center, dot / 2, is_now ? t[Token::sun_edge] : t[Token::edge]);
  ui.canvas().circle(center, dot / 2 - ui.px(4), is_now ? t[Token::sun] : t[Token::card]);
}

// Larger letters: each step is turned by page on its own, without the card around it.
void Maker::make_large(const TimelineView& view) {
  const float dot = ui.px(48), left = dot + ui.px(24);
  for (std::size_t i = 0; i < view.steps.size(); ++i) {
    const TimelineView::Step& step = view.steps[i];
    const bool is_now = step.state == TimelineView::State::now;
    const Type type = is_now ? Type::text_strong : Type::text;
    const float time = step.time.empty() ? 0 : ui.canvas().width(Type::text, step.time) + 1;
    const float room = width - left - (time > 0 ? time + ui.px(20) : 0);
    const float words = text_height(type, step.text, room);
    add(std::max(dot, words), i == 0 ? 0 : 12,
        [=, &step, id = id + "/" + std::to_string(i)](Ui& on, const Rect& rect, Intents&) {
          const Theme& t = on.theme();
          draw_step_dot(on, {rect.x + dot / 2, rect.center().y}, dot, step.state);
          paragraph(on, id, is_now ? Role::status : Role::text, type,
                    {rect.x + left, rect.center().y - words / 2}, room, t[Token::ink], t[Token::paper],
                    step.text);
          if (time > 0)
            paragraph(on, id + "/time", Role::text, Type::text,
                      {rect.right() - time, rect.center().y - on.canvas().line_height(Type::text) / 2}, time,
                      t[Token::ink2], t[Token::paper], step.time);
        });
  }
}

void Maker::make(const TimelineView& view) {
  if (enlarged() || density == Density::lines) return make_large(view);
  const float pad = ui.px(41), dot = ui.px(48), left = pad + dot + ui.px(31);
  const float spacing = density == Density::roomy && !enlarged() ? ui.px(45) : ui.px(16);
  std::vector<float> rows;
  float height = 2 * ui.px(enlarged() ? 24 : 40);
  for (const TimelineView::Step& step : view.steps) {
    const float time = step.time.empty() ? 0 : ui.canvas().width(Type::text, step.time) + ui.px(20);
    rows.push_back(std::max(dot, text_height(Type::text_strong, step.text, width - left - pad - time)));
    height += rows.back() + (rows.size() > 1 ? spacing : 0);
  }
  add(height, 0, [=, &view, id = id](Ui& on, const Rect& rect, Intents&) {
    const Theme& t = on.theme();
    Canvas& canvas = on.canvas();
    canvas.box(rect, on.px(24), on.px(2), t[Token::hair], t[Token::card]);
    const float x = rect.x + pad + dot / 2;
    float y = rect.y + on.px(on.metrics().enlarged() ? 24 : 40);
    const float last = rect.bottom() - (y - rect.y) - rows.back() / 2;
    canvas.fill({x - on.px(3), y + rows.front() / 2, on.px(6), last - y - rows.front() / 2}, 0,
                t[Token::hair]);
    for (std::size_t i = 0; i < view.steps.size(); ++i) {
      const TimelineView::Step& step = view.steps[i];
      const Point center{x, y + rows[i] / 2};
      const bool is_now = step.state == TimelineView::State::now;
      draw_step_dot(on, center, dot, step.state);
      const float time_w = step.time.empty() ? 0 : canvas.width(Type::text, step.time) + 1;
      const float room = rect.w - left - pad - (time_w > 0 ? time_w + on.px(20) : 0);
      const Type type = is_now ? Type::text_strong : Type::text;
      const float words = canvas.paragraph_height(type, step.text, room);
      const std::string row = id + "/" + std::to_string(i);
      paragraph(on, row, is_now ? Role::status : Role::text, type, {rect.x + left, center.y - words / 2},
                room, t[Token::ink], t[Token::card], step.text);
      if (time_w > 0)
        paragraph(on, row + "/time", Role::text, Type::text,
                  {rect.right() - pad - time_w, center.y - canvas.line_height(Type::text) / 2}, time_w,
                  t[Token::ink2], t[Token::card], step.time);
      y += rows[i] + spacing;
    }
  });
}

void Maker::make(const StarsView& view) {
  const bool is_tight = density == Density::lines || (enlarged() && layout.landscape);
  const float line = ui.canvas().line_height(Type::text), gap = ui.px(16);
  const float star_w = std::floor((width - 4 * gap) / 5),
              star_h = is_tight ? ui.px(96) : std::min(ui.px(144), std::max(ui.px(96), star_w));
  const float label_w = ui.canvas().width(Type::text_strong, view.label);
  const bool optional_fits = label_w + ui.canvas().width(Type::text, view.optional) + ui.px(24) < width;
  const float label_h = text_height(Type::text_strong, view.label, width);
  const bool with_ends = !is_tight; // what one and five stars are is spoken with each
  const float height = label_h + ui.px(19) + star_h + (with_ends ? ui.px(12) + line : 0);
  Part& part =
      add(height, density == Density::roomy ? 66 : 30,
          [=, &view, id = id](Ui& on, const Rect& rect, Intents& intents) {
            const Theme& t = on.theme();
            paragraph(on, id, Role::heading, Type::text_strong, {rect.x, rect.y}, rect.w, t[Token::ink],
                      t[Token::paper], view.label);
            if (optional_fits)
              paragraph(on, id + "/optional", Role::text, Type::text, {rect.x + label_w + on.px(16), rect.y},
                        rect.w - label_w - on.px(16), t[Token::ink2], t[Token::paper], view.optional);
            const float y = rect.y + label_h + on.px(19);
            for (int i = 0; i < 5; ++i) {
              const Rect star{std::round(rect.x + static_cast<float>(i) * (star_w + gap)), y, star_w, star_h};
              const auto at = static_cast<std::size_t>(i);
              if (star_button(on, id + "/star/" + std::to_string(i + 1), view.names[at], i < view.chosen,
                              i + 1 == view.chosen, star))
                intents.push(RateHelp{i + 1});
            }
            if (!with_ends) return;
            const float foot = y + star_h + on.px(12);
            const float high = on.canvas().width(Type::text, view.high) + 1,
                        low = on.canvas().width(Type::text, view.low) + 1;
            paragraph(on, id + "/low", Role::text, Type::text, {rect.x, foot}, low, t[Token::ink2],
                      t[Token::paper], view.low);
            paragraph(on, id + "/high", Role::text, Type::text, {rect.right() - high, foot}, high,
                      t[Token::ink2], t[Token::paper], view.high);
          });
  part.counts = true;
}

// --- Words ---
void Maker::make(const TextView& view) {
  // Why letters are hidden goes first where room is short.
  if (view.style == TextStyle::private_ && density >= Density::rows && !enlarged()) return;
  const bool has_icon = view.style == TextStyle::private_ && !enlarged();
  const float inset = has_icon ? ui.px(76) : view.style == TextStyle::step ? ui.px(enlarged() ? 92 : 76) : 0;
  const Type type = view.style == TextStyle::heading ? Type::lead : Type::text;
  // Longer lines than thirty times the letters' size are hard to follow.
  const float room = std::min(width - inset, 30 * static_cast<float>(ui.metrics().font_px(type)));
  const auto lines = ui.canvas().wrap(type, view.text, room);
  const float line = ui.canvas().line_height(type);
  const std::size_t most = !enlarged() ? k_lines_a_part : layout.landscape ? 1 : k_large_lines_a_part;
  const bool apart = view.style == TextStyle::private_ && density == Density::roomy;
  const float first_gap = view.style == TextStyle::log       ? 8
                          : view.style == TextStyle::heading ? 36
                          : apart                            ? 48
                                                             : 24;
  for (std::size_t first = 0; first < lines.size(); first += most) {
    const std::size_t last = std::min(first + most, lines.size()) - 1;
    const std::string_view words =
        view.text.view().substr(lines[first].begin, lines[last].end - lines[first].begin);
    const auto count = static_cast<float>(last - first + 1);
    const bool begins = first == 0;
    Part& part =
        add(count * line, begins ? first_gap : 0,
            [=, &view, id = id + "/" + std::to_string(first)](Ui& on, const Rect& rect, Intents&) {
              const Theme& t = on.theme();
              const bool quiet = view.style == TextStyle::quiet || view.style == TextStyle::private_ ||
                                 view.style == TextStyle::log;
              if (has_icon && begins)
                on.canvas().icon(Symbol::lock, {rect.x + on.px(27), rect.y + line / 2}, on.px(54),
                                 t[Token::icon]);
              if (begins && !view.mark.empty())
                on.canvas().text(Type::text_strong, {rect.x + on.px(8), rect.y}, t[Token::pine], view.mark);
              paragraph(on, id, view.style == TextStyle::heading ? Role::heading : Role::text, type,
                        {rect.x + inset, rect.y}, room, t[quiet ? Token::ink2 : Token::ink], t[Token::paper],
                        words);
            });
    part.keep_with_next = view.style == TextStyle::heading && last + 1 == lines.size();
  }
}

void Maker::make(const ButtonView& view) {
  const float height = std::max(ui.px(enlarged() ? 96 : 112),
                                text_height(Type::button, view.action.name, width - ui.px(32)) + ui.px(24));
  Part& part =
      add(height, density == Density::roomy ? 28 : 20, [&view](Ui& on, const Rect& rect, Intents& intents) {
        if (button(
                on,
                {.id = std::string(view.id), .name = view.action.name, .after = symbol_of(view.action.icon)},
                rect))
          intents.push(view.action.intent);
      });
  part.counts = true;
}

// --- What explains ---
// A printer seen from the front: paper above, its light at the right, the tray below. What is asked about is
// in the colour of the sun.
constexpr float k_printer_w = 345, k_printer_h = 296;

void draw_printer(Ui& ui, const Rect& rect, domain::GuidePicture asked) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const float scale = rect.w / k_printer_w;
  const auto at = [&](float x, float y, float width, float height) {
    return Rect{rect.x + x * scale, rect.y + y * scale, width * scale, height * scale};
  };
  const Color ink = t[Token::sky_ink], card = t[Token::card];
  const float edge = std::max(ui.px(3), ui.px(5) * scale);
  canvas.box(at(79, 0, 189, 120), ui.px(10), edge, ink, card);
  canvas.box(at(0, 91, 345, 152), ui.px(28) * scale, edge, ink, card);
  const bool tray = asked == domain::GuidePicture::printer_tray;
  canvas.box(at(71, 192, 204, 104), ui.px(10), edge, ink, tray ? t[Token::sun] : card);
  canvas.fill(at(50, 186, 246, 16), 8 * scale, ink);
  const Point light{rect.x + 288 * scale, rect.y + 139 * scale};
  if (tray) return canvas.circle(light, 15 * scale, ink);
  canvas.circle(light, 36 * scale, t[t.high_contrast ? Token::on_sun : Token::sun_edge]);
  canvas.circle(light, 31 * scale, t[Token::sun]);
  canvas.circle(light, 15 * scale, t.high_contrast ? t[Token::on_sun] : t[Token::pine]);
}

void Maker::make(const ExplainView& view) {
  const bool pictured = view.picture && !enlarged() && density <= Density::snug && width >= ui.px(700);
  const float scale = density == Density::roomy ? 1 : 0.66F;
  const Point size = pictured     ? Point{ui.px(k_printer_w) * scale, ui.px(k_printer_h) * scale}
                     : enlarged() ? Point{}
                                  : Point{ui.px(92), ui.px(92)};
  const float pad = ui.px(enlarged() ? 28 : pictured ? 46 : 40);
  const float left = pad + (pictured ? ui.px(26) + size.x + ui.px(70) : size.x > 0 ? size.x + ui.px(30) : 0);
  const float room = width - left - pad, words = text_height(Type::text, view.text, room);
  add(std::max(size.y, words) + 2 * pad, density == Density::roomy ? 24 : 12,
      [=, &view, id = id](Ui& on, const Rect& rect, Intents&) {
        const Theme& t = on.theme();
        on.canvas().box(rect, on.px(24), t.high_contrast ? on.px(4) : 0, t[Token::edge], t[Token::sky]);
        if (pictured) {
          draw_printer(on, {rect.x + pad + on.px(26), rect.center().y - size.y / 2, size.x, size.y},
                       *view.picture);
        } else if (size.x > 0) {
          const Point center{rect.x + pad + size.x / 2, rect.center().y};
          if (!t.high_contrast) on.canvas().circle(center, size.x / 2, t[Token::card]);
          on.canvas().icon(Symbol::help, center, on.px(60), t[Token::sky_ink]);
        }
        paragraph(on, id, Role::text, Type::text, {rect.x + left, rect.center().y - words / 2}, room,
                  t[Token::ink], t[Token::sky], view.text);
      });
}

} // namespace

std::vector<Part> parts_of(Ui& ui, const PageLayout& layout, const Block& block, std::size_t index,
                           Density density, float width, bool with_keyboard) {
  Maker maker{ui, layout, "part/" + std::to_string(index), density, width, with_keyboard};
  std::visit([&](const auto& view) { maker.make(view); }, block);
  return std::move(maker.parts);
}

float parts_height(const std::vector<Part>& parts) {
  float sum = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) sum += parts[i].height + (i > 0 ? parts[i].gap_before : 0);
  return sum;
}

float draw_parts(Ui& ui, i18n::Language language, const std::string& list_id, const std::vector<Part>& parts,
                 const Rect& area, Intents& intents) {
  if (parts.empty()) return area.y;
  const bool paged = parts_height(parts) > area.h + ui.px(6);
  const float height = area.h - (paged ? pager_height(ui) + ui.px(14) : 0);
  std::vector<std::size_t> starts{0};
  float used = parts.front().height;
  for (std::size_t i = 1; paged && i < parts.size(); ++i) {
    used += parts[i].gap_before + parts[i].height;
    if (used <= height) continue;
    starts.push_back(i);
    used = parts[i].height;
  }
  const auto pages = static_cast<int>(starts.size());
  const int page = std::clamp(ui.turned(list_id), 0, pages - 1);
  const std::size_t begin = starts[static_cast<std::size_t>(page)];
  const std::size_t end = page + 1 < pages ? starts[static_cast<std::size_t>(page) + 1] : parts.size();
  float y = area.y;
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) y += parts[i].gap_before;
    parts[i].draw(ui, {area.x, std::round(y), area.w, parts[i].height}, intents);
    y += parts[i].height;
  }
  if (pages < 2) return y;
  pager(ui, language, list_id, {.pages = pages, .page = page, .by_page = true},
        {area.x, area.bottom() - pager_height(ui), area.w, pager_height(ui)});
  return area.bottom();
}

} // namespace walkin::kiosk::ui
