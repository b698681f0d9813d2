#include "kiosk/ui/screens/number.hpp"

#include "kiosk/ui/flow.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace walkin::kiosk::ui {
namespace {

// The lines on the paper ticket, from its top; each is centred or, below the perforation, at the left.
struct Paper {
  float scale = 1; // of the number, where its full size does not fit
  float label_h, number_h, line1_h, line2_h, stub_h, height;
};

Paper measure_paper(Ui& ui, const NumberView& view, float width, float scale) {
  Canvas& canvas = ui.canvas();
  const float room = width - ui.px(96);
  Paper paper{};
  paper.scale = scale;
  paper.label_h = canvas.line_height(Type::lead_medium) + ui.px(58);
  // Capitals and digits fill 72 % of their em; the line needs little more.
  paper.number_h =
      std::round(static_cast<float>(ui.metrics().font_px(Type::number)) * 0.72F * scale) + ui.px(56);
  paper.line1_h = canvas.paragraph_height(Type::button, view.line1, room);
  paper.line2_h = view.line2.empty() ? 0 : canvas.paragraph_height(Type::field, view.line2, room);
  paper.stub_h = canvas.line_height(Type::text) + canvas.line_height(Type::title) + ui.px(96);
  paper.height = paper.label_h + paper.number_h + paper.line1_h + paper.line2_h + ui.px(40) + paper.stub_h;
  return paper;
}

void draw_paper(Ui& ui, const NumberView& view, const Rect& rect, const Paper& paper) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Color ink = t[Token::on_sun], sun = t[Token::sun];
  const float stub = std::round(rect.bottom() - paper.stub_h);
  ticket(ui, rect, {.stub_y = stub});
  const float x = rect.x + ui.px(48), room = rect.w - ui.px(96);
  float y = rect.y + ui.px(58);
  paragraph(ui, "number/label", Role::text, Type::lead_medium, {x, y}, room, ink, sun, view.label,
            Align::center);
  y = rect.y + paper.label_h;
  const float number_w = canvas.width(Type::number, view.number) * paper.scale;
  canvas.text_within(Type::number, {rect.center().x, y + paper.number_h / 2 - ui.px(4)}, room, ink,
                     view.number, paper.scale);
  ui.add({.id = "number",
          .role = Role::heading,
          .name = SecretText(view.spoken_number),
          .value = SecretText(view.number),
          .rect = {rect.center().x - number_w / 2, y, number_w, paper.number_h},
          .text = ink,
          .background = sun});
  y += paper.number_h;
  y += paragraph(ui, "number/line1", Role::text, Type::button, {x, y}, room, ink, sun, view.line1,
                 Align::center);
  paragraph(ui, "number/line2", Role::text, Type::field, {x, y}, room, ink, sun, view.line2, Align::center);
  y = stub + ui.px(36);
  y += paragraph(ui, "ticket/label", Role::text, Type::text, {rect.x + ui.px(51), y}, room, ink, sun,
                 view.ticket_label);
  paragraph(ui, "ticket/code", Role::text, Type::title, {rect.x + ui.px(51), y}, room, ink, sun, view.code);
}

float row_height(Ui& ui, std::string_view text, float width) {
  return std::max(ui.px(92), ui.canvas().paragraph_height(Type::text, text, width - ui.px(122)));
}

void draw_row(Ui& ui, std::string id, const NoticeView& view, const Rect& rect) {
  const Theme& t = ui.theme();
  const std::string_view text = view.text.empty() ? view.title : view.text;
  const bool alone = view.icon == Icon::cloud_outline_off;
  const float words = ui.canvas().paragraph_height(Type::text, text, rect.w - ui.px(122));
  round_icon(ui, {rect.x + ui.px(46), rect.center().y}, ui.px(92), symbol_of(view.icon),
             alone ? Disc::sun : Disc::plain);
  paragraph(ui, std::move(id), Role::text, Type::text, {rect.x + ui.px(122), rect.center().y - words / 2},
            rect.w - ui.px(122), t[Token::ink], t[Token::paper], text);
}

std::string_view words_of(const NoticeView& view) { return view.text.empty() ? view.title : view.text; }

// What happens next, and when the page clears.
float draw_rows(Ui& ui, const NumberView& view, const Rect& area, bool measure_only) {
  const Theme& t = ui.theme();
  float y = area.y;
  int index = 0;
  for (const NoticeView* row : {&view.first, &view.second}) {
    if (words_of(*row).empty()) continue;
    const float height = row_height(ui, words_of(*row), area.w);
    if (!measure_only) draw_row(ui, "next/" + std::to_string(index), *row, {area.x, y, area.w, height});
    y += height + ui.px(24);
    ++index;
  }
  const float inset = ui.metrics().enlarged() ? 0 : ui.px(122);
  const float height = ui.canvas().paragraph_height(Type::text, view.clears, area.w - inset);
  if (!measure_only)
    paragraph(ui, "clears", Role::status, Type::text, {area.x + inset, y}, area.w - inset, t[Token::ink2],
              t[Token::paper], view.clears);
  return y + height - area.y;
}

void draw_top(Ui& ui, const Model& model, const NumberView& view, const PageLayout& layout, float title_y,
              bool with_header) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Color strong = t.high_contrast ? t[Token::ink] : t[Token::on_pine];
  const Color quiet = t.high_contrast ? t[Token::ink2] : t[Token::on_pine2];
  const Color behind = t.high_contrast ? t[Token::pine_deep] : t[Token::pine];
  if (with_header) {
    const float middle = layout.header.center().y, line = canvas.line_height(Type::text_strong);
    mark(ui, {layout.header.x, middle - ui.px(23)}, behind);
    paragraph(ui, "desk", Role::text, Type::text_strong, {layout.header.x + ui.px(86), middle - line / 2},
              layout.header.w - ui.px(86), strong, behind, view.desk_name);
    const float width = canvas.width(Type::text, view.corner) + 1;
    paragraph(ui, "corner", Role::status, Type::text, {layout.header.right() - width, middle - line / 2},
              width, quiet, behind, view.corner);
  }
  paragraph(ui, "title", Role::heading, Type::title, {layout.header.x, title_y}, layout.header.w, strong,
            behind, model.title);
}

} // namespace

void draw_number(Ui& ui, const Model& model, const NumberView& view, Intents& intents) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const PageLayout layout = lay_out_page(ui, model);
  const bool with_header = !ui.metrics().enlarged();
  const float title_y = with_header ? layout.header.bottom() + ui.px(layout.landscape ? 4 : 37) : ui.px(24);
  const float title_h = canvas.paragraph_height(Type::title, model.title, layout.header.w);
  const float slot = title_y + title_h + ui.px(layout.landscape ? 26 : 50);
  const float foot = layout.content.bottom();
  canvas.fill({0, 0, ui.size().w, ui.size().h}, 0, t[Token::paper]);
  dark_surface(ui, {0, 0, ui.size().w, slot + ui.px(36)});
  draw_top(ui, model, view, layout, title_y, with_header);

  const Rect place = layout.content;
  const bool beside = layout.landscape && with_header; // the rows stand right of the ticket
  const float paper_w = beside ? std::floor(place.w * 0.52F) : place.w;
  Rect rows{place.x, 0, place.w, 0};
  if (beside) rows = {place.x + paper_w + ui.px(60), slot + ui.px(80), place.w - paper_w - ui.px(60), 0};
  const float rows_h = draw_rows(ui, view, rows, true);
  const auto fitting = [&](float height) {
    Paper paper = measure_paper(ui, view, paper_w, 1);
    const float full = paper.number_h - ui.px(56), over = paper.height - height;
    return over <= 0 ? paper : measure_paper(ui, view, paper_w, std::clamp(1 - over / full, 0.3F, 1.0F));
  };
  Paper paper = fitting(foot - slot);
  const bool together = beside || slot + paper.height + ui.px(60) + rows_h <= foot + ui.px(20);
  const float pages_foot = foot - (together ? 0 : pager_height(ui) + ui.px(18));
  paper = fitting(pages_foot - slot);
  const Rect ticket_rect{place.x, slot, paper_w, std::min(paper.height, pages_foot - slot)};
  if (together) {
    draw_paper(ui, view, ticket_rect, paper);
    if (!beside)
      rows.y = ticket_rect.bottom() + std::max(ui.px(50), (foot - ticket_rect.bottom() - rows_h) / 2);
    draw_rows(ui, view, rows, false);
  } else {
    const int page = std::clamp(ui.turned("number"), 0, 1);
    rows.y = slot + ui.px(70);
    if (page == 0)
      draw_paper(ui, view, ticket_rect, paper);
    else
      draw_rows(ui, view, rows, false);
    pager(ui, model.language, "number",
          {.pages = 2, .page = page, .first = page + 1, .last = page + 1, .total = 2},
          {place.x, foot - pager_height(ui), place.w, pager_height(ui)});
  }
  end_page(ui, model, layout, intents);
}

} // namespace walkin::kiosk::ui
