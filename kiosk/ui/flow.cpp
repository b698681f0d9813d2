#include "kiosk/ui/flow.hpp"

#include "kiosk/ui/parts.hpp"
#include "shared/i18n/catalogue.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

// One thing that is not divided between pages: a label, a field, or one row of choices.
struct Unit {
  enum class Kind : std::uint8_t { label, title, field, choices, part } kind;
  std::size_t block = 0;
  std::size_t first = 0, count = 0; // of the block's choices
  float height = 0, gap_before = 0;
  ChoiceLook look = ChoiceLook::row;
  std::size_t columns = 1;
  float box_height = 0; // of a field
  bool keep_with_next = false;
  int things = 0; // how many answers it holds, for "1 to 3 of 6"
  Part part{};    // of kind part
};

struct Setting {
  ChoiceLook look;
  std::size_t columns;
  float height = 0; // 0: by its content
};

std::size_t chip_columns(Ui& ui, const ChoiceGroupView& group, float width) {
  if (group.completes) return 1; // they stay where they are while others go
  float widest = 0;
  for (const ChoiceView& choice : group.choices)
    widest = std::max(widest, ui.canvas().width(Type::text_strong, choice.name));
  const float need = widest + ui.px(ui.metrics().enlarged() ? 40 : 84);
  for (std::size_t columns = 3; columns > 1; --columns) {
    const auto n = static_cast<float>(columns);
    if (need <= (width - (n - 1) * ui.px(18)) / n) return columns;
  }
  return 1;
}

Setting setting_of(Ui& ui, const PageLayout& layout, const ChoiceGroupView& group, Density density,
                   float width) {
  const bool wide = layout.landscape, large = ui.metrics().enlarged();
  switch (group.style) {
  case ChoiceStyle::chips: return {ChoiceLook::chip, chip_columns(ui, group, width)};
  case ChoiceStyle::people:
    if (large || layout.reach || density >= Density::rows)
      return {ChoiceLook::chip, chip_columns(ui, group, width)};
    return {ChoiceLook::person, 3, ui.px(density == Density::roomy ? 286 : 230)};
  case ChoiceStyle::tiles:
    if (density == Density::lines || (layout.reach && !large)) return {ChoiceLook::line, wide ? 2U : 1U};
    if (large || density == Density::rows) return {ChoiceLook::row, 1};
    return {ChoiceLook::tile, wide ? 3U : 2U, ui.px(density == Density::roomy ? 332 : 284)};
  case ChoiceStyle::pair: {
    const float cell = (width - ui.px(26)) / 2;
    ChoiceSpec spec{.look = ChoiceLook::pair};
    bool fits = true;
    for (const ChoiceView& choice : group.choices)
      fits = fits && ui.canvas().width(Type::lead, choice.name) + ui.px(92 + 28 + 48) <= cell;
    const float tall = group.label.empty() ? 226 : 180;
    const std::size_t columns = fits ? 2 : 1;
    if (large || columns == 1 || density >= Density::rows) return {ChoiceLook::pair, columns};
    return {ChoiceLook::pair, columns, ui.px(density == Density::roomy ? tall : 150)};
  }
  case ChoiceStyle::halves:
    if (!large && !layout.reach && density <= Density::snug)
      return {ChoiceLook::card, 2, ui.px(density == Density::roomy ? 180 : 150)};
    if (layout.reach && !large) return {ChoiceLook::line, 1};
    return {large ? ChoiceLook::card : ChoiceLook::line, 1};
  case ChoiceStyle::cards:
    if (density == Density::lines || (layout.reach && !large)) return {ChoiceLook::line, 1};
    return {ChoiceLook::card, wide && !large ? 2U : 1U,
            large ? 0 : ui.px(density == Density::roomy ? 180 : 150)};
  case ChoiceStyle::rows: break;
  }
  if (density == Density::lines || (layout.reach && !large)) return {ChoiceLook::line, 1};
  return {ChoiceLook::row, 1, large ? 0 : ui.px(density == Density::roomy ? 148 : 128)};
}

ChoiceSpec spec_of(const ChoiceGroupView& group, std::size_t block, std::size_t index, ChoiceLook look) {
  const ChoiceView& choice = group.choices[index];
  const bool drawn = choice.icon >= Icon::bars_high;
  // Bars stand only where there is the height for them.
  const bool iconless = drawn && (look == ChoiceLook::line || look == ChoiceLook::chip);
  return {.id = "choice/" + std::to_string(block) + "/" + std::to_string(index),
          .name = choice.name,
          .hint = choice.hint,
          .icon = iconless ? Icon::none : choice.icon,
          .selected = choice.selected,
          .look = look,
          .beside_bars = group.style == ChoiceStyle::rows};
}

float column_width(Ui& ui, float width, std::size_t columns, ChoiceLook look) {
  const float gap = ui.px(look == ChoiceLook::chip ? 18 : look == ChoiceLook::person ? 20 : 24);
  return std::floor((width - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns));
}

float row_gap(Ui& ui, ChoiceLook look) {
  switch (look) {
  case ChoiceLook::tile: return ui.px(26);
  case ChoiceLook::card: return ui.px(24);
  case ChoiceLook::line: return ui.px(11);
  case ChoiceLook::chip: return ui.px(18);
  case ChoiceLook::row:
  case ChoiceLook::pair:
  case ChoiceLook::person: break;
  }
  return ui.px(ui.metrics().enlarged() ? 18 : 22);
}

void add_group(Ui& ui, const PageLayout& layout, const ChoiceGroupView& group, std::size_t block,
               Density density, float width, std::vector<Unit>& units) {
  const bool first_of_page = units.empty();
  const Setting setting = setting_of(ui, layout, group, density, width);
  const bool tight = ui.metrics().enlarged() || density >= Density::rows;
  if (!group.label.empty()) {
    const bool as_title = group.label_is_title && density != Density::lines;
    const Type type = as_title ? Type::title : Type::text_strong;
    Unit label{.kind = as_title ? Unit::Kind::title : Unit::Kind::label, .block = block};
    label.height = ui.canvas().paragraph_height(type, group.label, width);
    label.gap_before = first_of_page ? 0 : ui.px(tight ? 28 : group.label_is_title ? 72 : 46);
    label.keep_with_next = true;
    units.push_back(label);
  }
  const float cell = column_width(ui, width, setting.columns, setting.look);
  for (std::size_t first = 0; first < group.choices.size(); first += setting.columns) {
    Unit row{.kind = Unit::Kind::choices, .block = block, .first = first};
    row.count = std::min(setting.columns, group.choices.size() - first);
    row.look = setting.look;
    row.columns = setting.columns;
    row.things = static_cast<int>(row.count);
    for (std::size_t i = first; i < first + row.count; ++i)
      row.height = std::max(row.height, choice_height(ui, spec_of(group, block, i, setting.look), cell));
    // A set height holds for what fits it: words that need more get more.
    if (setting.height > 0 && (setting.look == ChoiceLook::tile || setting.look == ChoiceLook::person ||
                               row.height < setting.height || setting.height >= row.height - ui.px(24)))
      row.height = setting.height;
    if (first > 0)
      row.gap_before = row_gap(ui, setting.look);
    else if (!group.label.empty())
      row.gap_before = ui.px(tight ? 14 : group.label_is_title ? 40 : 19);
    else
      row.gap_before = first_of_page ? 0 : ui.px(tight ? 24 : 46);
    units.push_back(row);
  }
}

// Rows of what might answer stand beside the field where the keys leave no room below it.
bool is_beside(const Model& model, const PageLayout& layout, const Block& block) {
  return layout.landscape && model.keyboard && std::holds_alternative<LinksView>(block);
}

void add_parts(Ui& ui, const Model& model, const PageLayout& layout, const Block& block, std::size_t index,
               Density density, float width, std::vector<Unit>& units) {
  for (Part& part : parts_of(ui, layout, block, index, density, width, model.keyboard.has_value())) {
    Unit unit{.kind = Unit::Kind::part, .block = index, .height = part.height, .gap_before = part.gap_before};
    unit.keep_with_next = part.keep_with_next;
    unit.things = part.counts ? 1 : 0;
    unit.part = std::move(part);
    if (units.empty()) unit.gap_before = 0;
    units.push_back(std::move(unit));
  }
}

// `below` is what stands under it on the same page.
void add_field(Ui& ui, const Model& model, const PageLayout& layout, const FieldView& view, std::size_t block,
               const Rect& content, float below, std::vector<Unit>& units) {
  const float line = ui.canvas().line_height(Type::field);
  Unit unit{.kind = Unit::Kind::field, .block = block, .things = 1};
  unit.box_height = std::max(ui.px(104), line + ui.px(34));
  if (view.multiline) {
    const float most = ui.px(model.keyboard ? (layout.landscape ? 268 : 480) : 480);
    const float others = field_block_height(ui, view, content.w, 0);
    unit.box_height = std::clamp(content.h - others - below, below > 0 ? ui.px(205) : line + ui.px(56), most);
  }
  unit.gap_before = units.empty() ? 0 : ui.px(40);
  unit.height = field_block_height(ui, view, content.w, unit.box_height);
  // Larger letters, keys and a mistake at once: the box gives up its margins, so that the mistake is told.
  if (model.keyboard && view.problem && !view.multiline &&
      unit.box_height + ui.px(24) +
              ui.canvas().paragraph_height(Type::text_strong, view.problem->what, content.w - ui.px(80)) >
          content.h) {
    unit.box_height = std::max(ui.px(52), line + ui.px(2));
    unit.height = field_block_height(ui, view, content.w, unit.box_height);
  }
  units.push_back(unit);
}

std::vector<Unit> measure(Ui& ui, const Model& model, const PageLayout& layout,
                          const std::vector<Block>& blocks, const Rect& content, Density density) {
  std::vector<Unit> units;
  float below = 0;
  for (std::size_t i = 1; i < blocks.size(); ++i)
    if (!is_beside(model, layout, blocks[i]))
      for (const Part& part :
           parts_of(ui, layout, blocks[i], i, density, content.w, model.keyboard.has_value()))
        below += part.gap_before + part.height;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (const auto* group = std::get_if<ChoiceGroupView>(&blocks[i]))
      add_group(ui, layout, *group, i, density, content.w, units);
    else if (const auto* field = std::get_if<FieldView>(&blocks[i]))
      add_field(ui, model, layout, *field, i, content, i == 0 ? below : 0, units);
    else if (!is_beside(model, layout, blocks[i]))
      add_parts(ui, model, layout, blocks[i], i, density, content.w, units);
  }
  return units;
}

// Where the keys leave no room for the rows, one button says how many there are and closes the keyboard.
Part summary_part(Ui& ui, const LinksView& view, float width) {
  const float height = std::max(
      ui.px(104), ui.canvas().paragraph_height(Type::button, view.count, width - ui.px(32)) + ui.px(16));
  return {height, ui.px(20), false, true, [&view](Ui& on, const Rect& rect, Intents& intents) {
            if (button(on, {.id = "found", .name = view.count}, rect)) intents.push(LeaveField{});
          }};
}

// The rows beside the field, their label in the line of the question.
void draw_beside(Ui& ui, const PageLayout& layout, const Block& block, std::size_t index, const Rect& area,
                 Intents& intents) {
  float y = area.y;
  if (ui.metrics().enlarged()) {
    const Part part = summary_part(ui, std::get<LinksView>(block), area.w);
    return part.draw(ui, {area.x, y, area.w, std::min(part.height, area.h)}, intents);
  }
  for (const Part& part : parts_of(ui, layout, block, index, Density::rows, area.w, true)) {
    const bool is_label = part.keep_with_next;
    if (is_label && !ui.metrics().enlarged())
      part.draw(ui, {area.x, area.y - part.height - ui.px(30), area.w, part.height}, intents);
    if (is_label) continue;
    if (y + part.height > area.bottom() + ui.px(14)) break;
    part.draw(ui, {area.x, y, area.w, part.height}, intents);
    y += part.height + ui.px(10);
  }
}

float total_height(const std::vector<Unit>& units) {
  float sum = 0;
  for (const Unit& unit : units) sum += unit.gap_before + unit.height;
  return sum;
}

bool completes(const Block& block) {
  const auto* group = std::get_if<ChoiceGroupView>(&block);
  return group != nullptr && group->completes;
}

// While the keyboard is up, the field that is typed into may stand alone, with as much below it as it is
// completed by and fits.
void keep_focused(const std::vector<Block>& blocks, float height, std::vector<Unit>& units) {
  std::erase_if(units, [&](const Unit& unit) {
    const auto* field = std::get_if<FieldView>(&blocks[unit.block]);
    return (field == nullptr || !field->focused) && !completes(blocks[unit.block]);
  });
  if (units.empty()) return;
  units.front().gap_before = 0;
  while (units.size() > 1 && total_height(units) > height) units.pop_back();
}

// Under the field that stands alone: as many rows of what might answer as there is room for, the best first,
// then how many there are in all. The field gives up lines for them, but not its last two, and for the number
// alone not its last one.
void add_answers(Ui& ui, const PageLayout& layout, const LinksView& links, const Block& block,
                 std::size_t index, const Rect& content, std::vector<Unit>& units) {
  Unit& field = units.front();
  const float line = ui.canvas().line_height(Type::field), others = field.height - field.box_height;
  std::vector<Part> rows = parts_of(ui, layout, block, index, Density::rows, content.w, true);
  if (!links.label.empty()) rows.erase(rows.begin());
  Part all = summary_part(ui, links, content.w);
  for (std::size_t shown = rows.size() + 1; shown-- > 0;) {
    float height = shown < rows.size() ? all.gap_before + all.height : 0;
    for (std::size_t i = 0; i < shown; ++i) height += rows[i].gap_before + rows[i].height;
    const float least = line * (shown > 0 ? 2.0F : 1.0F) + ui.px(34), room = content.h - others - height;
    if (std::min(field.box_height, least) > room + ui.px(4)) continue;
    field.box_height = std::min(field.box_height, room);
    field.height = others + field.box_height;
    rows.resize(shown);
    if (shown < links.links.size()) rows.push_back(std::move(all));
    for (Part& row : rows) {
      Unit unit{.kind = Unit::Kind::part, .block = index, .height = row.height, .gap_before = row.gap_before};
      unit.part = std::move(row);
      units.push_back(std::move(unit));
    }
    return;
  }
}

// First units of the pages; a label never stands alone at the foot of one.
std::vector<std::size_t> break_pages(const std::vector<Unit>& units, float height) {
  std::vector<std::size_t> starts{0};
  float used = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    float need = units[i].height;
    if (units[i].keep_with_next && i + 1 < units.size())
      need += units[i + 1].gap_before + units[i + 1].height;
    const bool at_top = i == starts.back();
    if (!at_top && used + units[i].gap_before + need > height) {
      const bool labelled = units[i - 1].keep_with_next;
      if (!labelled) {
        starts.push_back(i);
        used = 0;
      }
    }
    used += (i == starts.back() ? 0 : units[i].gap_before) + units[i].height;
  }
  return starts;
}

void draw_choices(Ui& ui, const ChoiceGroupView& group, const Unit& unit, const Rect& row, Intents& intents) {
  const float cell = column_width(ui, row.w, unit.columns, unit.look);
  const float step = unit.columns > 1 ? (row.w - cell) / static_cast<float>(unit.columns - 1) : 0;
  for (std::size_t i = 0; i < unit.count; ++i) {
    const Rect rect{std::round(row.x + step * static_cast<float>(i)), row.y, cell, row.h};
    const std::size_t index = unit.first + i;
    if (choice(ui, spec_of(group, unit.block, index, unit.look), rect))
      intents.push(group.choices[index].intent);
  }
}

void draw_unit(Ui& ui, const std::vector<Block>& blocks, const Unit& unit, const Rect& row,
               Intents& intents) {
  const Theme& t = ui.theme();
  if (unit.kind == Unit::Kind::part) return unit.part.draw(ui, row, intents);
  if (unit.kind == Unit::Kind::field) {
    const auto& view = std::get<FieldView>(blocks[unit.block]);
    const FieldResponse response = field_block(ui, view, row, unit.box_height);
    if (response.focus) intents.push(view.on_focus);
    if (response.cursor) intents.push(PlaceCursor{*response.cursor});
    if (response.clear) intents.push(view.on_clear);
    return;
  }
  const auto& group = std::get<ChoiceGroupView>(blocks[unit.block]);
  const std::string id = "group/" + std::to_string(unit.block);
  if (unit.kind == Unit::Kind::choices)
    draw_choices(ui, group, unit, row, intents);
  else
    paragraph(ui, id, Role::heading, unit.kind == Unit::Kind::title ? Type::title : Type::text_strong,
              {row.x, row.y}, row.w, t[Token::ink], t[Token::paper], group.label);
}

} // namespace

float pager_height(Ui& ui) { return std::max(ui.px(112), ui.canvas().line_height(Type::text) + ui.px(10)); }

void pager(Ui& ui, i18n::Language language, const std::string& list_id, const Turn& turn, const Rect& area) {
  const Theme& t = ui.theme();
  const auto& words = i18n::catalogue(language);
  const std::string range = turn.by_page ? words.fill("list.page", {{"n", std::to_string(turn.page + 1)},
                                                                    {"total", std::to_string(turn.pages)}})
                                         : words.fill("list.range", {{"from", std::to_string(turn.first)},
                                                                     {"to", std::to_string(turn.last)},
                                                                     {"total", std::to_string(turn.total)}});
  const float line = ui.canvas().line_height(Type::text), width = ui.px(150), gap = ui.px(24);
  paragraph(ui, list_id + "/range", Role::status, Type::text, {area.x, area.center().y - line / 2},
            area.w - 2 * (width + gap), t[Token::ink], t[Token::paper], range);
  int& turned = ui.turned(list_id);
  const Rect down{area.right() - width, area.y, width, area.h};
  const Rect up{down.x - gap - width, area.y, width, area.h};
  if (arrow_button(ui, list_id + "/up", Symbol::arrow_up, words.text("list.up"), up, turn.page == 0))
    turned = turn.page - 1;
  if (arrow_button(ui, list_id + "/down", Symbol::arrow_down, words.text("list.down"), down,
                   turn.page + 1 >= turn.pages))
    turned = turn.page + 1;
}

void draw_blocks(Ui& ui, const Model& model, const PageLayout& layout, const std::vector<Block>& blocks,
                 const Rect& whole, Intents& intents) {
  Rect content = whole;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (is_beside(model, layout, blocks[i])) {
      const float left = std::floor(whole.w * 0.525F), width = whole.w - left;
      content.w = left - ui.px(48);
      draw_beside(ui, layout, blocks[i], i, {whole.x + left, whole.y, width, whole.h}, intents);
    }
  std::vector<Unit> units;
  for (const Density density : {Density::roomy, Density::snug, Density::rows, Density::lines}) {
    if (density == Density::lines && ui.metrics().enlarged()) break; // turned by page instead of cut short
    units = measure(ui, model, layout, blocks, content, density);
    if (total_height(units) <= content.h + ui.px(6)) break;
  }
  if (model.keyboard && total_height(units) > content.h) {
    keep_focused(blocks, content.h, units);
    for (std::size_t i = 0; i < blocks.size() && !units.empty(); ++i)
      if (const auto* links = std::get_if<LinksView>(&blocks[i]);
          links != nullptr && !links->links.empty() && !is_beside(model, layout, blocks[i]))
        add_answers(ui, layout, *links, blocks[i], i, content, units);
  }
  const float slack = ui.px(6);
  std::vector<std::size_t> starts{0};
  const bool paged = total_height(units) > content.h + slack && units.size() > 1;
  if (paged) starts = break_pages(units, content.h - pager_height(ui) - ui.px(18));
  const auto pages = static_cast<int>(starts.size());
  const int page = std::clamp(ui.turned("list"), 0, pages - 1);
  const std::size_t begin = starts[static_cast<std::size_t>(page)];
  const std::size_t end = page + 1 < pages ? starts[static_cast<std::size_t>(page) + 1] : units.size();
  Turn turn{.pages = pages, .page = page, .first = 1, .last = 0, .total = 0};
  const float foot = content.bottom() - (pages > 1 ? pager_height(ui) + ui.px(10) : 0);
  float y = content.y;
  for (std::size_t i = 0; i < units.size(); ++i) {
    turn.total += units[i].things;
    turn.by_page = turn.by_page || (units[i].kind == Unit::Kind::part && units[i].things == 0);
    if (i < begin) turn.first += units[i].things;
    if (i < end) turn.last += units[i].things;
    if (i < begin || i >= end) continue;
    if (i > begin) y += units[i].gap_before;
    draw_unit(ui, blocks, units[i],
              {content.x, std::round(y), content.w, std::round(std::min(units[i].height, foot - y))},
              intents);
    y += units[i].height;
  }
  if (pages > 1)
    pager(ui, model.language, "list", turn,
          {content.x, content.bottom() - pager_height(ui), content.w, pager_height(ui)});
}

} // namespace walkin::kiosk::ui
