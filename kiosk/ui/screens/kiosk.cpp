#include "kiosk/ui/screens/kiosk.hpp"

#include "kiosk/ui/screens/dialog.hpp"
#include "kiosk/ui/screens/number.hpp"
#include "kiosk/ui/screens/question.hpp"
#include "kiosk/ui/screens/review.hpp"
#include "kiosk/ui/screens/start.hpp"

namespace walkin::kiosk::ui {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

void draw_page(Ui& ui, const Model& model, Intents& intents) {
  std::visit(Overloaded{
                 [&](const StartView& view) { draw_start(ui, model, view, intents); },
                 [&](const QuestionView& view) { draw_question(ui, model, view, intents); },
                 [&](const ReviewView& view) { draw_review(ui, model, view, intents); },
                 [&](const NumberView& view) { draw_number(ui, model, view, intents); },
                 [&](const SendingView& view) {
                   const PageLayout layout = lay_out_page(ui, model);
                   const Rect rest = begin_page(ui, model, layout, intents);
                   paragraph(ui, "sending", Role::status, Type::text, {rest.x, rest.y}, rest.w,
                             ui.theme()[Token::ink2], ui.theme()[Token::paper], view.text);
                   end_page(ui, model, layout, intents);
                 },
             },
             model.view);
}

bool is_multiline(const Model& model) {
  if (const auto* question = std::get_if<QuestionView>(&model.view))
    for (const Block& block : question->blocks)
      if (const auto* field = std::get_if<FieldView>(&block); field != nullptr && field->focused)
        return field->multiline;
  return false;
}

// A key that is not the screen's own, on a page without a dialog.
void type_key(const Model& model, Key key, Intents& intents) {
  const bool typing = model.keyboard.has_value();
  switch (key) {
  case Key::left:
    if (typing) intents.push(MoveCursor{CursorMove::left});
    return;
  case Key::right:
    if (typing) intents.push(MoveCursor{CursorMove::right});
    return;
  case Key::home:
    if (typing) intents.push(MoveCursor{CursorMove::home});
    return;
  case Key::end:
    if (typing) intents.push(MoveCursor{CursorMove::end});
    return;
  case Key::backspace:
    if (typing) intents.push(EraseBack{});
    return;
  case Key::enter:
    if (typing && is_multiline(model))
      intents.push(InsertText{SecretText("\n")});
    else if (model.footer.primary)
      intents.push(model.footer.primary->intent);
    return;
  case Key::escape:
    if (model.footer.back && !model.footer.back_is_print) intents.push(model.footer.back->intent);
    return;
  case Key::help:
    if (!model.speech) intents.push(ToggleSpeech{});
    return;
  case Key::louder: return intents.push(ChangeVolume{1});
  case Key::softer: return intents.push(ChangeVolume{-1});
  case Key::tab:
  case Key::back_tab:
  case Key::up:
  case Key::down: return;
  }
}

void type_into(Ui& ui, const Model& model, Intents& intents) {
  for (InputEvent& event : ui.take_typed()) {
    if (model.dialog) {
      // The way back out of a dialog is the kind one: staying.
      const bool out = event.kind == InputEvent::Kind::key && event.key == Key::escape;
      if (out && model.dialog->kind == DialogKind::idle) intents.push(ExtendTime{});
      if (out && model.dialog->kind != DialogKind::idle) intents.push(Stay{});
    } else if (event.kind == InputEvent::Kind::key) {
      type_key(model, event.key, intents);
    } else if (event.kind == InputEvent::Kind::scan) {
      intents.push(Scanned{SecretText(event.text)});
    } else if (model.keyboard) {
      intents.push(InsertText{SecretText(event.text)});
    }
    wipe(event.text);
  }
}

} // namespace

Look look_of(TextSize size, bool high_contrast, float px_per_mm) {
  const TextScale scale = size == TextSize::normal  ? TextScale::normal
                          : size == TextSize::large ? TextScale::large
                                                    : TextScale::largest;
  return {scale, high_contrast, px_per_mm};
}

void draw_kiosk(Ui& ui, const Model& model, Intents& intents) {
  ui.set_page(model.page_serial);
  if (ui.take_activity()) intents.push(Touched{});
  type_into(ui, model, intents);
  if (!model.dialog) return draw_page(ui, model, intents);
  Intents unheard; // nothing behind a dialog acts
  draw_page(ui, model, unheard);
  draw_dialog(ui, *model.dialog, intents);
}

} // namespace walkin::kiosk::ui
