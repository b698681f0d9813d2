#include "kiosk/ui/keyboard.hpp"

#include "kiosk/ui/key_layouts.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::kiosk::ui {
namespace {

std::string key_id(int index) { return "key/" + std::to_string(index); }

const KeyLayout& layout_of(const KeyboardView& view) {
  return key_layout(view.kind, view.language, view.symbols, view.has_return);
}

struct Face {
  std::string_view shown, spoken;
  Symbol symbol = Symbol::none;
  bool function = false, on = false;
};

Face face_of(const KeyDef& key, const KeyboardView& view) {
  switch (key.action) {
  case KeyAction::insert: {
    const std::string_view text = view.shift == Shift::off ? key.lower : key.upper;
    return {text, text, Symbol::none, key.weight < 1.0F && view.kind == KeyboardKind::text, false};
  }
  case KeyAction::accent: return {key.lower, key.lower, Symbol::none, true, view.accent == key.combining};
  case KeyAction::shift: return {"", view.shift_name, Symbol::shift, true, view.shift != Shift::off};
  case KeyAction::symbols: {
    const std::string_view name = view.symbols ? view.letters_name : view.symbols_name;
    return {name, name, Symbol::none, true, false};
  }
  case KeyAction::erase: return {"", view.erase_name, Symbol::backspace, true, false};
  case KeyAction::enter: return {"", view.return_name, Symbol::keyboard_return, true, false};
  case KeyAction::space: return {view.space_name, view.space_name, Symbol::none, false, false};
  }
  return {};
}

Intent intent_of(const KeyDef& key, const KeyboardView& view) {
  switch (key.action) {
  case KeyAction::accent: return PressAccent{key.combining};
  case KeyAction::shift: return PressShift{};
  case KeyAction::symbols: return PressSymbols{};
  case KeyAction::erase: return EraseBack{};
  case KeyAction::insert:
  case KeyAction::enter:
  case KeyAction::space: break;
  }
  return InsertText{SecretText(view.shift == Shift::off ? key.lower : key.upper)};
}

// How a key stands on the keyboard now.
struct Standing {
  bool opens = false, slides = false, disabled = false;
};

bool draw_key(Ui& ui, std::string id, const Face& face, const Rect& rect, bool repeats, Standing standing) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Color rest = standing.disabled ? t[Token::off]
                     : face.on         ? t[Token::mint]
                     : face.function   ? t[Token::key_fn]
                                       : t[Token::card];
  const Color rest_ink = standing.disabled ? t[Token::off_ink]
                         : face.on         ? t[Token::selected_ink]
                                           : t[Token::ink];
  Node node{.id = std::move(id),
            .role = Role::key,
            .name = SecretText(face.spoken),
            .rect = rect,
            .text = rest_ink,
            .background = rest,
            .quick = true,
            .repeats = repeats,
            .opens = standing.opens,
            .slides = standing.slides};
  node.state.selected = face.on;
  node.state.disabled = standing.disabled;
  const Response response = ui.add(std::move(node));
  const bool down = response.state.pressed;
  const Token edge = standing.disabled ? Token::hair : Token::edge;
  Shape shape{down ? t[Token::pine] : rest, down || face.on ? t[Token::pine] : t[edge], face.on ? 4.0F : 2.0F,
              4, t[Token::edge]};
  const Rect at = draw_shape(ui, rect, ui.px(16), shape, response.state);
  const Color ink = down ? t[Token::on_pine] : rest_ink;
  if (face.symbol != Symbol::none) {
    canvas.icon(face.symbol, at.center(), ui.px(54), ink);
    return response.activated;
  }
  // Doubled, the size of plain text is as much as a key can hold.
  const bool plain = ui.metrics().text_scale == TextScale::largest ||
                     canvas.width(Type::lead_medium, face.shown) > at.w - ui.px(8);
  const Type type = plain ? Type::text_medium : Type::lead_medium;
  // From the ring of Å to the foot of g it is 1.2 em, and the ring is farther from the middle.
  const float scale = std::min(1.0F, at.h / (1.36F * static_cast<float>(ui.metrics().font_px(type))));
  canvas.text_within(type, at.center(), at.w - ui.px(8), ink, face.shown, scale);
  return response.activated;
}

// While a letter is held its row shows its accents, the likeliest nearest to the finger, in place of the
// other letters. Which accent each key of the row shows; nothing: its own.
std::vector<std::optional<Accented>> accents_in(const KeyRow& row, std::size_t held) {
  std::vector<std::optional<Accented>> shown(row.keys.size());
  const auto accents = accents_of(row.keys[held].lower);
  std::size_t next = 0;
  const auto put = [&](std::size_t at) {
    if (next < accents.size() && at < row.keys.size() && row.keys[at].action == KeyAction::insert &&
        row.keys[at].weight >= 1)
      shown[at] = accents[next++];
  };
  for (std::size_t away = 1; away < row.keys.size(); ++away) {
    put(held + away);
    if (away <= held) put(held - away);
  }
  return shown;
}

} // namespace

float key_height(Ui& ui, const KeyboardView& view, bool landscape) {
  if (landscape) return ui.px(layout_of(view).size() > 4 ? 66 : 80);
  if (view.kind == KeyboardKind::number) return ui.px(104);
  return ui.px(layout_of(view).size() > 4 ? (ui.metrics().enlarged() ? 80 : 92) : 86);
}

float keyboard_height(Ui& ui, const KeyboardView& view, float key_height) {
  const auto rows = static_cast<float>(layout_of(view).size());
  return rows * key_height + (rows - 1) * ui.px(12);
}

void keyboard(Ui& ui, const KeyboardView& view, const Rect& area, float key_height, Intents& intents) {
  const KeyLayout& layout = layout_of(view);
  const float gap = ui.px(10);
  float y = area.y;
  // One letter's width is that of the fullest plain row, so that columns of keys line up.
  std::size_t most = 1;
  for (const KeyRow& row : layout) most = std::max(most, row.keys.size());
  const bool grid = view.kind != KeyboardKind::number;
  const auto columns = static_cast<float>(grid ? std::max<std::size_t>(most, 10) : 3);
  const float letter = (area.w - (columns - 1) * gap) / columns;
  const bool is_open = !ui.opened().empty();
  int index = 0;
  for (const KeyRow& row : layout) {
    std::optional<std::size_t> held;
    for (std::size_t i = 0; i < row.keys.size(); ++i)
      if (ui.opened() == key_id(index + static_cast<int>(i))) held = i;
    const auto accents =
        held ? accents_in(row, *held) : std::vector<std::optional<Accented>>(row.keys.size());
    float weights = 0;
    for (const KeyDef& key : row.keys) weights += key.weight;
    const auto count = static_cast<float>(row.keys.size());
    float unit = (area.w - (count - 1) * gap) / weights;
    float x = area.x;
    if (row.centered) {
      unit = letter;
      x += (area.w - weights * unit - (count - 1) * gap) / 2;
    }
    for (std::size_t i = 0; i < row.keys.size(); ++i, ++index) {
      const KeyDef& key = row.keys[i];
      const float left = std::round(x), right = std::round(x + key.weight * unit);
      const Rect rect{left, std::round(y), right - left, std::round(key_height)};
      x += key.weight * unit + gap;
      if (accents[i]) {
        const std::string_view text = view.shift == Shift::off ? accents[i]->lower : accents[i]->upper;
        if (draw_key(ui, "accent/" + std::to_string(index), {text, text}, rect, false, {.slides = true})) {
          if (ui.opened_by_key())
            intents.push(Accentuate{row.keys[*held].lower, accents[i]->lower, accents[i]->upper});
          else
            intents.push(InsertText{SecretText(text)});
        }
        continue;
      }
      const bool is_held = held == i && !ui.opened_by_key();
      const Standing standing{.opens = view.kind == KeyboardKind::text && !accents_of(key.lower).empty(),
                              .slides = is_held,
                              .disabled = is_open && !is_held};
      if (draw_key(ui, key_id(index), face_of(key, view), rect, key.action == KeyAction::erase, standing))
        intents.push(intent_of(key, view));
    }
    y += key_height + ui.px(12);
  }
}

} // namespace walkin::kiosk::ui
