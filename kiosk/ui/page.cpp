#include "kiosk/ui/page.hpp"

#include "kiosk/ui/keyboard.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

ButtonSpec exit_spec(const ActionView& action, bool in_footer, bool icon_alone = false) {
  return {.id = "exit",
          .name = action.name,
          .style = in_footer ? ButtonStyle::secondary : ButtonStyle::quiet,
          .before = symbol_of(action.icon),
          .icon_alone = icon_alone};
}

// The arrow of going back stands before the words, every other icon of a page button after them.
ButtonSpec back_spec(const ActionView& action, bool icon_alone) {
  return {.id = "back",
          .name = action.name,
          .style = ButtonStyle::secondary,
          .before = symbol_of(action.icon),
          .icon_alone = icon_alone};
}

ButtonSpec primary_spec(const FooterView& footer) {
  const ActionView& action = *footer.primary;
  const Symbol icon = symbol_of(action.icon);
  if (footer.primary_is_secondary) return {.id = "primary", .name = action.name, .before = icon};
  return {.id = "primary", .name = action.name, .style = ButtonStyle::primary, .after = icon};
}

float footer_need(Ui& ui, std::string_view name) {
  return ui.canvas().width(Type::button, name) + ui.px(ui.metrics().enlarged() ? 148 : 136);
}

// The bar over the whole width at the foot.
void lay_out_bar(Ui& ui, const Model& model, PageLayout& layout) {
  const Size size = ui.size();
  const auto count = model.accessibility.size();
  const float gap = ui.px(14), side = ui.px(40), line = ui.canvas().line_height(Type::text_medium);
  float widest = 0;
  for (const ActionView& action : model.accessibility)
    widest = std::max(widest, ui.canvas().width(Type::text_medium, action.name));
  std::size_t columns = std::max<std::size_t>(count, 1);
  const auto column_width = [&] {
    return (size.w - 2 * side - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  };
  layout.bar_beside = ui.metrics().enlarged() && (layout.landscape || widest + ui.px(20) > column_width());
  if (layout.bar_beside && widest + ui.px(96) > column_width()) columns = 2;
  const std::size_t rows = (count + columns - 1) / columns;
  const float height = layout.bar_beside
                           ? std::max(ui.px(117), line + ui.px(6))
                           : std::max(ui.px(layout.reach ? 136 : 146), ui.px(56) + line + ui.px(24));
  const auto rows_f = static_cast<float>(rows);
  const float band = ui.px(layout.reach ? 16 : 20) + rows_f * height + (rows_f - 1) * gap + ui.px(22);
  layout.bar_band = {0, size.h - band, size.w, band};
  for (std::size_t i = 0; i < count; ++i) {
    const auto column = static_cast<float>(i % columns), row = static_cast<float>(i / columns);
    layout.bar.push_back({std::round(side + column * (column_width() + gap)),
                          layout.bar_band.y + ui.px(layout.reach ? 16 : 20) + row * (height + gap),
                          std::round(column_width()), height});
  }
}

// Footer above the bar: Back at the left, the primary action fills the rest. In reach mode Exit comes first.
void lay_out_footer(Ui& ui, const Model& model, PageLayout& layout) {
  const float margin = ui.px(56), gap = ui.px(24), width = ui.size().w - 2 * margin;
  const FooterView& footer = model.footer;
  const bool exit_here = layout.reach && model.exit;
  float height = std::max(ui.px(layout.reach ? 103 : 112), ui.canvas().line_height(Type::button) + ui.px(30));
  const float foot = layout.bar_band.y - ui.px(layout.reach ? 20 : ui.metrics().enlarged() ? 23 : 40);
  if (!footer.back && !footer.primary && !exit_here) {
    layout.content.h = foot - ui.px(28) - layout.content.y;
    return;
  }
  const float back_least = layout.reach ? 260 : footer.back_is_print ? 399 : 304;
  float back_w = footer.back ? std::max(ui.px(back_least), footer_need(ui, footer.back->name)) : 0;
  float exit_w = exit_here ? std::max(ui.px(220), footer_need(ui, model.exit->name)) : 0;
  const float left = (exit_w > 0 ? exit_w + gap : 0) + (back_w > 0 ? back_w + gap : 0);
  const float words = footer.primary ? ui.canvas().width(Type::button, footer.primary->name) + ui.px(40) : 0;
  const bool stacked = left > width || (exit_here && footer.primary && left + words > width);
  const float primary_w = stacked || left == 0 ? width : width - left;
  if (footer.primary) {
    const float lines =
        ui.canvas().paragraph_height(Type::button, footer.primary->name, primary_w - ui.px(32));
    height = std::max(height, lines + ui.px(30));
  }
  float y = foot - height;
  if (footer.primary) layout.primary = Rect{margin + width - primary_w, y, primary_w, height};
  if (stacked) {
    if (footer.primary) y -= height + ui.px(20);
    const float half = (width - gap) / 2;
    exit_w = exit_here ? (footer.back ? half : width) : 0;
    back_w = footer.back ? (exit_here ? half : width) : 0;
  }
  float x = margin;
  if (exit_here) {
    layout.exit = Rect{x, y, std::round(exit_w), height};
    x += std::round(exit_w) + gap;
  }
  if (footer.back) layout.back = Rect{x, y, std::round(back_w), height};
  layout.content.h = y - ui.px(28) - layout.content.y;
}

// How wide the parts of landscape's base row are; zero is not there.
struct BaseRow {
  float bar = 0, exit = 0, back = 0, primary = 0;
};

// What the primary action's words leave no room for goes, in this order: the words of Back and Exit, whose
// arrows everyone knows, then those of the bar. Where even that is too little, its words take two lines.
BaseRow base_row(Ui& ui, const Model& model, PageLayout& layout) {
  const float icon_only = ui.px(140), between = ui.px(24);
  const auto bars = static_cast<float>(model.accessibility.size());
  const bool exit_here = model.exit && layout.reach;
  const float width = ui.size().w - 2 * ui.px(56);
  const float words =
      model.footer.primary ? ui.canvas().width(Type::button, model.footer.primary->name) + ui.px(40) : 0;
  BaseRow row;
  row.bar = layout.bar_beside ? std::floor((width - (bars - 1) * ui.px(12)) / bars)
                              : ui.px(ui.metrics().enlarged() ? 140 : 228);
  if (exit_here) row.exit = std::max(ui.px(220), footer_need(ui, model.exit->name));
  if (model.footer.back) row.back = std::max(ui.px(278), footer_need(ui, model.footer.back->name));
  const auto left_over = [&] {
    return width - bars * (row.bar + ui.px(12)) - ui.px(12) - (row.exit > 0 ? row.exit + between : 0) -
           (row.back > 0 ? row.back + between : 0);
  };
  if (left_over() < words) {
    layout.arrows_alone = true;
    if (exit_here) row.exit = icon_only;
    if (model.footer.back) row.back = icon_only;
  }
  if (left_over() < words) row.bar = std::min(row.bar, icon_only);
  row.primary = model.footer.primary ? left_over() : 0;
  return row;
}

// Landscape: accessibility, Back and primary in one row.
void lay_out_base_row(Ui& ui, const Model& model, PageLayout& layout) {
  const Size size = ui.size();
  const float margin = ui.px(56), gap = ui.px(12);
  // Larger words fit beside their icons only where the row holds nothing else; else the icons stand alone.
  layout.bar_beside = ui.metrics().enlarged() && !model.footer.back && !model.footer.primary && !layout.reach;
  const BaseRow row = base_row(ui, model, layout);
  float height = ui.px(119);
  if (row.primary > 0)
    height = std::max(height, ui.canvas().paragraph_height(Type::button, model.footer.primary->name,
                                                           row.primary - ui.px(32)) +
                                  ui.px(8));
  const float band = height + ui.px(57), top = size.h - band;
  layout.bar_band = {0, top, size.w, band};
  const float bar_y = top + ui.px(23) + std::round((height - ui.px(119)) / 2);
  float x = margin;
  for (std::size_t i = 0; i < model.accessibility.size(); ++i) {
    layout.bar.push_back({x, bar_y, row.bar, ui.px(126)});
    x += row.bar + gap;
  }
  x += gap;
  const float y = top + ui.px(26);
  if (row.exit > 0) {
    layout.exit = Rect{x, y, row.exit, height};
    x += row.exit + ui.px(24);
  }
  if (row.back > 0) {
    layout.back = Rect{x, y, row.back, height};
    x += row.back + ui.px(24);
  }
  if (row.primary > 0) layout.primary = Rect{x, y, size.w - margin - x, height};
  layout.content.h = top - ui.px(16) - layout.content.y;
}

void lay_out_header(Ui& ui, const Model& model, PageLayout& layout) {
  const Size size = ui.size();
  const float margin = ui.px(56);
  const bool large = ui.metrics().enlarged();
  const float row = std::max(ui.px(80), ui.canvas().line_height(Type::text_medium) + ui.px(4));
  if (layout.landscape) {
    layout.header = {margin, ui.px(32), size.w - 2 * margin, std::max(ui.px(76), row - ui.px(4))};
  } else {
    layout.header = {margin, ui.px(large ? 32 : 44), size.w - 2 * margin, row};
  }
  float right = layout.header.right();
  if (model.exit && !layout.reach) {
    const float width = quiet_width(ui, exit_spec(*model.exit, false));
    layout.exit = Rect{right - width, layout.header.y, width, layout.header.h};
    right -= width + ui.px(44);
  }
  layout.header_words_end = right;
  const float strip_h = ui.px(34);
  if (layout.landscape && model.progress) {
    const float words =
        std::min(ui.canvas().width(Type::text_strong, model.progress->text), layout.header.w * 0.4F);
    layout.header_words_end = margin + (large ? 0 : ui.px(86)) + words + 1;
    const float left = margin + (large ? 0 : ui.px(86)) + words + ui.px(44);
    layout.strip = {std::round(left), layout.header.center().y - strip_h / 2, right - std::round(left),
                    strip_h};
    layout.content.y = layout.header.bottom() + ui.px(44);
  } else {
    layout.strip = {margin, layout.header.bottom() + ui.px(large ? 23 : 26), layout.header.w, strip_h};
    layout.content.y = model.progress ? layout.strip.bottom() + ui.px(large            ? 36
                                                                      : model.keyboard ? 41
                                                                                       : 52)
                                      : layout.header.bottom() + ui.px(44);
  }
}

void lay_out_keyboard(Ui& ui, const Model& model, PageLayout& layout) {
  if (!model.keyboard) return;
  const float side = layout.landscape ? ui.px(56) : ui.px(28);
  layout.key_height = key_height(ui, *model.keyboard, layout.landscape);
  const float height = keyboard_height(ui, *model.keyboard, layout.key_height);
  const float foot = layout.content.bottom();
  layout.keyboard = {side, foot - height, ui.size().w - 2 * side, height};
  layout.content.h = layout.keyboard.y - ui.px(layout.landscape ? 39 : 54) - layout.content.y;
}

float widest_word(Ui& ui, Type type, std::string_view text) {
  float widest = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    widest = std::max(widest, ui.canvas().width(type, text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return std::ceil(widest) + 1;
}

// The question large, unless one of its words would have to be broken.
Type question_type(Ui& ui, std::string_view title, float width, Type largest = Type::display) {
  for (const Type type : {Type::display, Type::title})
    if (type <= largest && widest_word(ui, type, title) <= width) return type;
  return Type::lead;
}

// Reach mode: the question over the upper surface.
struct ReachTitle {
  Type type = Type::display;
  float width = 0, title_h = 0, help_h = 0; // help_h 0 leaves the help out
  float height() const { return title_h + help_h; }
};

// As large as `room` allows; where even the least is higher, that.
ReachTitle reach_title(Ui& ui, const Model& model, float width, float room) {
  const float help_h =
      model.help.empty() ? 0 : ui.canvas().paragraph_height(Type::lead_plain, model.help, width) + ui.px(22);
  const Type largest = question_type(ui, model.title, width * 0.62F);
  ReachTitle title;
  for (const bool with_help : {true, false})
    for (const Type type : {largest, question_type(ui, model.title, width, Type::title)}) {
      title.type = type;
      title.width = type == Type::display ? width * 0.62F : width;
      title.title_h = ui.canvas().paragraph_height(type, model.title, title.width);
      title.help_h = with_help ? help_h : 0;
      if (title.height() <= room) return title;
    }
  return title;
}

} // namespace

PageLayout lay_out_page(Ui& ui, const Model& model) {
  PageLayout layout;
  const Size size = ui.size();
  layout.landscape = size.w > size.h;
  // Where the keys fill the lower half already, nothing is left to move.
  layout.reach = model.reach && !(model.keyboard && (layout.landscape || ui.metrics().enlarged()));
  layout.title_beside = layout.landscape && !ui.metrics().enlarged() && !model.keyboard && !layout.reach &&
                        !model.title.empty();
  layout.content = {ui.px(56), 0, size.w - 2 * ui.px(56), 0};
  lay_out_header(ui, model, layout);
  if (layout.landscape) {
    lay_out_base_row(ui, model, layout);
  } else {
    lay_out_bar(ui, model, layout);
    lay_out_footer(ui, model, layout);
  }
  lay_out_keyboard(ui, model, layout);
  if (layout.reach) {
    const float middle = std::round(size.h * 0.4875F);
    // With the keyboard up only its field is left of the answers; it stands right above the keys.
    const bool rows = std::holds_alternative<ReviewView>(model.view); // with their buttons below them
    const float needed = ui.px(model.keyboard ? 450 : !ui.metrics().enlarged() ? 0 : rows ? 760 : 640);
    const float top = std::min(middle, layout.content.bottom() - needed);
    const float above = layout.strip.bottom() + ui.px(20), below = ui.px(28);
    const ReachTitle title = reach_title(ui, model, layout.content.w, top - above - below);
    layout.dark = {0, 0, size.w, std::max(top, above + title.height() + below)};
  }
  return layout;
}

namespace {

struct TitleInk {
  Color title, help, behind;
};

TitleInk title_ink(Ui& ui, const PageLayout& layout) {
  const Theme& t = ui.theme();
  if (layout.reach && !t.high_contrast) return {t[Token::on_pine], t[Token::on_pine2], t[Token::pine]};
  return {t[Token::ink], t[Token::ink2], t[Token::paper]};
}

void draw_header(Ui& ui, const Model& model, const PageLayout& layout, Intents& intents) {
  Canvas& canvas = ui.canvas();
  const TitleInk ink = title_ink(ui, layout);
  const float middle = layout.header.center().y;
  std::string_view words = model.progress ? model.progress->text.view() : model.header.view();
  const float words_w = canvas.width(Type::text_strong, words);
  if (!model.header_short.empty() && words_w > layout.header_words_end - layout.header.x - ui.px(86))
    words = model.header_short;
  if (!words.empty()) {
    float x = layout.header.x;
    if (!ui.metrics().enlarged()) {
      mark(ui, {x, middle - ui.px(23)}, ink.behind);
      x += ui.px(86);
    }
    const float room = layout.header_words_end - x;
    const float top = middle - canvas.line_height(Type::text_strong) / 2;
    if (model.progress) // its words are the strip's node
      canvas.line(Type::text_strong, {x, top}, room, ink.title, words);
    else
      line(ui, "header", Role::heading, Type::text_strong, {x, top}, room, ink.title, ink.behind, words);
  }
  if (layout.exit && !layout.reach && button(ui, exit_spec(*model.exit, false), *layout.exit))
    intents.push(model.exit->intent);
  if (model.progress)
    ticket_strip(ui, layout.strip, model.progress->done, model.progress->total, model.progress->text,
                 layout.reach && !ui.theme().high_contrast);
}

// Left of the answers: long words take a little of the answers' place rather than small letters.
float question_column(Ui& ui, std::string_view title) {
  return std::clamp(widest_word(ui, Type::title, title), ui.px(400), ui.px(520));
}

float draw_kicker(Ui& ui, const Model& model, Point at, float width, const TitleInk& ink) {
  return paragraph(ui, "kicker", Role::text, Type::text, at, width, ink.help, ink.behind, model.kicker) +
         (model.kicker.empty() ? 0 : ui.px(4));
}

} // namespace

Rect begin_page(Ui& ui, const Model& model, const PageLayout& layout, Intents& intents) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  canvas.fill({0, 0, ui.size().w, ui.size().h}, 0, t[Token::paper]);
  if (layout.reach) dark_surface(ui, layout.dark);
  draw_header(ui, model, layout, intents);
  const TitleInk ink = title_ink(ui, layout);
  Rect rest = layout.content;
  if (layout.reach) {
    const float above = layout.strip.bottom() + ui.px(20);
    const ReachTitle title = reach_title(ui, model, rest.w, layout.dark.bottom() - above - ui.px(28));
    const float y = std::max(layout.dark.bottom() - ui.px(64) - title.height(), above);
    paragraph(ui, "title", Role::heading, title.type, {rest.x, y}, title.width, ink.title, ink.behind,
              model.title);
    if (title.help_h > 0)
      paragraph(ui, "help", Role::text, Type::lead_plain, {rest.x, y + title.title_h + ui.px(22)}, rest.w,
                ink.help, ink.behind, model.help);
    const float top = layout.dark.bottom() + ui.px(28);
    return {rest.x, top, rest.w, rest.bottom() - top};
  }
  if (model.title.empty() && model.kicker.empty()) return rest;
  if (layout.title_beside) {
    const float column = question_column(ui, model.title);
    const Type type = question_type(ui, model.title, column);
    rest.y += draw_kicker(ui, model, {rest.x, rest.y}, column, ink);
    const float title_h = paragraph(ui, "title", Role::heading, type, {rest.x, rest.y}, column, ink.title,
                                    ink.behind, model.title);
    paragraph(ui, "help", Role::text, Type::text, {rest.x, rest.y + title_h + ui.px(14)}, column, ink.help,
              ink.behind, model.help);
    const float left = rest.x + column + ui.px(56);
    return {left, layout.content.y, rest.right() - left, rest.h};
  }
  if (layout.landscape && model.keyboard && !model.help.empty()) {
    // The keys leave room for two columns only: the question, and the field that answers it.
    const float column = std::floor(rest.w * 0.4F);
    const bool fits = canvas.paragraph_height(Type::title, model.title, column) <= rest.h &&
                      widest_word(ui, Type::title, model.title) <= column;
    const float title_h = paragraph(ui, "title", Role::heading, fits ? Type::title : Type::text_strong,
                                    {rest.x, rest.y}, column, ink.title, ink.behind, model.title);
    const float help_room = rest.bottom() - rest.y - title_h - ui.px(14);
    if (canvas.paragraph_height(Type::text, model.help, column) <= help_room) // the whole of it, or nothing
      paragraph(ui, "help", Role::text, Type::text, {rest.x, rest.y + title_h + ui.px(14)}, column, ink.help,
                ink.behind, model.help);
    const float left = rest.x + column + ui.px(50), lift = ui.px(ui.metrics().enlarged() ? 34 : 20);
    return {left, rest.y - lift, rest.right() - left, rest.h + lift};
  }
  if (layout.landscape && model.keyboard) rest.y -= ui.px(19);
  rest.y += draw_kicker(ui, model, {rest.x, rest.y}, rest.w, ink);
  const bool large = model.title_large && !ui.metrics().enlarged();
  const Type type = large ? question_type(ui, model.title, rest.w) : Type::title;
  const float title_h = paragraph(ui, "title", Role::heading, type, {rest.x, rest.y}, rest.w, ink.title,
                                  ink.behind, model.title);
  float y = rest.y + title_h;
  // Larger letters and a keyboard together leave room for the question alone.
  const bool crowded = model.keyboard && ui.metrics().enlarged();
  if (!model.help.empty() && !crowded)
    y += ui.px(ui.metrics().enlarged() ? 4 : 14) +
         paragraph(ui, "help", Role::text, Type::text, {rest.x, y + ui.px(ui.metrics().enlarged() ? 4 : 14)},
                   rest.w, ink.help, ink.behind, model.help);
  y += ui.px(ui.metrics().enlarged() ? 24 : model.help.empty() ? (model.keyboard ? 25 : 40) : 46);
  return {rest.x, y, rest.w, layout.content.bottom() - y};
}

void end_page(Ui& ui, const Model& model, const PageLayout& layout, Intents& intents) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Size size = ui.size();
  if (model.keyboard) {
    const float top = layout.keyboard.y - ui.px(layout.landscape ? 16 : 28);
    canvas.fill({0, top, size.w, size.h - top}, 0, t[t.high_contrast ? Token::paper : Token::sunk]);
    canvas.fill({0, top, size.w, ui.px(2)}, 0, t[Token::hair]);
    keyboard(ui, *model.keyboard, layout.keyboard, layout.key_height, intents);
  }
  canvas.fill(layout.bar_band, 0, t[t.high_contrast ? Token::paper : Token::sunk]);
  if (t.high_contrast) canvas.fill({0, layout.bar_band.y, size.w, ui.px(3)}, 0, t[Token::edge]);
  if (layout.exit && layout.reach &&
      button(ui, exit_spec(*model.exit, true, layout.arrows_alone), *layout.exit))
    intents.push(model.exit->intent);
  if (layout.back && button(ui, back_spec(*model.footer.back, layout.arrows_alone), *layout.back))
    intents.push(model.footer.back->intent);
  if (layout.primary && button(ui, primary_spec(model.footer), *layout.primary))
    intents.push(model.footer.primary->intent);
  for (std::size_t i = 0; i < layout.bar.size(); ++i) {
    const ActionView& action = model.accessibility[i];
    if (bar_button(ui, "bar/" + std::to_string(i), action.name, symbol_of(action.icon), action.is_on,
                   layout.bar[i], layout.bar_beside))
      intents.push(action.intent);
  }
}

} // namespace walkin::kiosk::ui
