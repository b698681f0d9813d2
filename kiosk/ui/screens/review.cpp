#include "kiosk/ui/screens/review.hpp"

#include "kiosk/ui/flow.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

namespace walkin::kiosk::ui {
namespace {

// Of a value, before it ends in an ellipsis.
int value_lines_max(Ui& ui) {
  if (!ui.metrics().enlarged()) return 3;
  return ui.size().w > ui.size().h ? 1 : 2;
}

ButtonSpec change_spec(const ReviewRowView& row, std::size_t index) {
  return {.id = "change/" + std::to_string(index),
          .name = row.change.name,
          .style = ButtonStyle::quiet_pine,
          .spoken = row.change_name};
}

struct RowPlace {
  float text_width, label_h, value_h, button_w, button_h, height;
  bool below; // the button stands under the words
};

// `least` is how high a row with its button beside the words is at least.
RowPlace measure_row(Ui& ui, const ReviewRowView& row, float width, float least) {
  Canvas& canvas = ui.canvas();
  RowPlace place{};
  place.button_w = quiet_width(ui, change_spec(row, 0));
  place.button_h = std::max(ui.px(80), canvas.line_height(Type::text_strong) + ui.px(6));
  const auto words_at = [&](float room) {
    return std::pair(canvas.paragraph_height(Type::text, row.label, room),
                     canvas.paragraph_height(Type::text_strong, row.value, room, value_lines_max(ui)));
  };
  const float beside = width - place.button_w - ui.px(30);
  // Larger letters on an upright screen: only where it costs the words no line.
  place.below = ui.metrics().enlarged() && ui.size().w < ui.size().h && words_at(beside) != words_at(width);
  place.text_width = place.below ? width : beside;
  std::tie(place.label_h, place.value_h) = words_at(place.text_width);
  const float words = place.label_h + place.value_h;
  place.height = place.below ? words + place.button_h + ui.px(30) : std::max(least, words + least * 0.225F);
  return place;
}

void draw_row(Ui& ui, const ReviewRowView& row, std::size_t index, const RowPlace& place, const Rect& rect,
              Intents& intents) {
  const Theme& t = ui.theme();
  const std::string id = "row/" + std::to_string(index);
  const float words = place.label_h + place.value_h;
  const float top = place.below ? rect.y + ui.px(8) : rect.center().y - words / 2;
  paragraph(ui, id + "/label", Role::text, Type::text, {rect.x, top}, place.text_width, t[Token::ink2],
            t[Token::card], row.label);
  paragraph(ui, id + "/value", Role::text, Type::text_strong, {rect.x, top + place.label_h}, place.text_width,
            t[Token::ink], t[Token::card], row.value, Align::left, value_lines_max(ui));
  const Rect target = place.below ? Rect{rect.x, top + words + ui.px(8), place.button_w, place.button_h}
                                  : Rect{rect.right() - place.button_w, rect.center().y - place.button_h / 2,
                                         place.button_w, place.button_h};
  if (button(ui, change_spec(row, index), target)) intents.push(row.change.intent);
}

} // namespace

void draw_review(Ui& ui, const Model& model, const ReviewView& view, Intents& intents) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const PageLayout layout = lay_out_page(ui, model);
  const Rect content = begin_page(ui, model, layout, intents);
  const float pad = ui.px(38), edge = ui.px(10), width = content.w - 2 * pad;
  std::vector<RowPlace> places;
  float total = 0;
  // Closer together before a part of it has to be turned to.
  for (const float least : {ui.px(160), ui.px(128)}) {
    places.clear();
    total = 2 * edge;
    for (const ReviewRowView& row : view.rows) {
      places.push_back(measure_row(ui, row, width, least));
      total += places.back().height;
    }
    if (total <= content.h) break;
  }
  const float privacy_h =
      canvas.paragraph_height(Type::text, view.privacy, content.w - ui.px(80)) + ui.px(36);
  const bool paged = total > content.h;
  const float room = content.h - 2 * edge - (paged ? pager_height(ui) + ui.px(18) : 0);
  std::vector<std::size_t> starts{0};
  float used = 0;
  for (std::size_t i = 0; paged && i < places.size(); ++i) {
    if (i != starts.back() && used + places[i].height > room) {
      starts.push_back(i);
      used = 0;
    }
    used += places[i].height;
  }
  const auto pages = static_cast<int>(starts.size());
  const int page = std::clamp(ui.turned("review"), 0, pages - 1);
  const std::size_t begin = starts[static_cast<std::size_t>(page)];
  const std::size_t end = page + 1 < pages ? starts[static_cast<std::size_t>(page) + 1] : places.size();
  float shown = 2 * edge;
  for (std::size_t i = begin; i < end; ++i) shown += places[i].height;
  canvas.box({content.x, content.y, content.w, shown}, ui.px(28), ui.px(2), t[Token::hair], t[Token::card]);
  float y = content.y + edge;
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) canvas.fill({content.x + pad, std::round(y), width, ui.px(2)}, 0, t[Token::hair]);
    draw_row(ui, view.rows[i], i, places[i], {content.x + pad, std::round(y), width, places[i].height},
             intents);
    y += places[i].height;
  }
  if (pages > 1) {
    pager(ui, model.language, "review",
          {.pages = pages,
           .page = page,
           .first = static_cast<int>(begin) + 1,
           .last = static_cast<int>(end),
           .total = static_cast<int>(places.size())},
          {content.x, content.bottom() - pager_height(ui), content.w, pager_height(ui)});
  } else if (content.y + shown + privacy_h <= content.bottom() + ui.px(16)) {
    const float icon = ui.px(54),
                words = std::min(canvas.width(Type::text, view.privacy) + 1, content.w - ui.px(80));
    const float x = content.center().x - (words + icon + ui.px(14)) / 2, top = content.y + shown + ui.px(40);
    canvas.icon(Symbol::lock, {x + icon / 2, top + canvas.line_height(Type::text) / 2}, icon, t[Token::pine]);
    paragraph(ui, "privacy", Role::text, Type::text, {x + icon + ui.px(14), top}, words, t[Token::ink2],
              t[Token::paper], view.privacy);
  }
  end_page(ui, model, layout, intents);
}

} // namespace walkin::kiosk::ui
