#include "kiosk/ui/screens/question.hpp"

#include "kiosk/ui/flow.hpp"

namespace walkin::kiosk::ui {

void draw_question(Ui& ui, const Model& model, const QuestionView& view, Intents& intents) {
  const PageLayout layout = lay_out_page(ui, model);
  const Rect content = begin_page(ui, model, layout, intents);
  draw_blocks(ui, model, layout, view.blocks, content, intents);
  end_page(ui, model, layout, intents);
}

} // namespace walkin::kiosk::ui
