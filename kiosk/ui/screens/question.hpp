// The pages that ask: who, the entry of a number or address, about, computer, telephone, words, serious,
// consequence. All are groups of choices and fields, put where they fit; what does not fit is turned by page.
#pragma once

#include "kiosk/ui/page.hpp"

namespace walkin::kiosk::ui {

void draw_question(Ui& ui, const Model& model, const QuestionView& view, Intents& intents);

} // namespace walkin::kiosk::ui
