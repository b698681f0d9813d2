#include "kiosk/app/model.hpp"

#include "kiosk/app/form.hpp"
#include "kiosk/app/model_maker.hpp"
#include "kiosk/app/navigate.hpp"

#include <string>

namespace walkin::kiosk {

Model ModelMaker::make() {
  Model model;
  model.page = page_;
  model.language = state_.language;
  model.text_size = state_.text_size;
  model.high_contrast = state_.high_contrast;
  model.reach = state_.reach;
  model.speech = state_.speech;
  model.reduced_motion = state_.settings.reduced_motion || state_.site.reduced_motion;
  model.slides_forward = state_.slides_forward;
  model.page_serial = state_.page_serial;
  put_title(model);
  if (step_of(state_).number == 0 && model.header.empty())
    model.header = SecretText(state_.site.organisation.empty() ? text("desk.name")
                                                               : std::string_view(state_.site.organisation));
  put_frame(model);
  model.view = view();
  model.accessibility = accessibility();
  if (state_.dialog != Dialog::none) model.dialog = dialog();
  if (state_.focus && !model.dialog) model.keyboard = keyboard();
  return model;
}

void ModelMaker::put_title(Model& model) const {
  const auto say = [&](std::string_view title, std::string_view help = {}) {
    model.title = title;
    model.help = help;
  };
  switch (page_) {
  case PageId::start: return say(text("desk.name"));
  case PageId::who: return say(text("who.title"), text("who.help"));
  case PageId::who_fields: return put_way_title(model);
  case PageId::confirm:
    return say(text("confirm.title"), visit_.by_badge ? text("confirm.badge") : text("confirm.typed"));
  case PageId::about: return say(text("about.title"), text("about.help"));
  case PageId::computer: return say(text("computer.title"), text("details.help"));
  case PageId::telephone: return say(text("telephone.title"), text("details.help"));
  case PageId::words: return say(text("words.title"));
  case PageId::serious: return say(text("serious.title"));
  case PageId::consequence: return say(text("consequence.title"));
  case PageId::review: return say(text("review.title"));
  case PageId::sending: return say(text("sending.title"));
  case PageId::number: return say(text("number.title"));
  case PageId::known: return say(text("known.title"), text("known.help"));
  case PageId::find: return say(text("find.title"));
  case PageId::ticket_code: return say(text("ticket_code.title"), text("ticket_code.help"));
  case PageId::reply: return say(text("reply.title"), text("reply.help"));
  case PageId::pin: return say(text("pin.title"), text("pin.help"));
  case PageId::service: return say(text("service.title"));
  case PageId::bulletin:
  case PageId::article:
  case PageId::guide:
  case PageId::ticket:
  case PageId::thanks: return put_answer_title(model);
  }
}

void ModelMaker::put_way_title(Model& model) const {
  switch (visit_.way.value_or(Way::email)) {
  case Way::staff_number:
    model.title = text("staff.title");
    model.help = text("staff.help");
    return;
  case Way::email:
    model.title = text("email.title");
    model.help = text("email.help");
    return;
  case Way::phone:
    model.title = text("phone.title");
    model.help = text("phone.help");
    return;
  case Way::guest:
    model.title = text("guest.title");
    model.help = text("guest.help");
    return;
  }
}

// Where an answer by one touch is there already, or anything may be left out.

// Where an answer by one touch is there already, or anything may be left out.
bool ModelMaker::has_primary() const {
  if (state_.advance_at) return false;
  return may_continue(visit_, page_);
}

void ModelMaker::put_frame(Model& model) const {
  const Step step = step_of(state_);
  const bool beside = is_beside(page_);
  if (step.number > 0) {
    const std::string n = std::to_string(step.number), m = std::to_string(step.total);
    model.progress = ProgressView{words_.fill("common.step", {{"n", n}, {"m", m}}), step.number, step.total};
    if (!model.header.empty()) model.progress->text = model.header;
  }
  if (step.number > 0 || beside) {
    model.exit = ActionView{text("common.exit"), Icon::close, false, Exit{}};
    model.footer.back = ActionView{text("common.back"), Icon::arrow_left, false, Back{}};
  }
  const bool prints = state_.printer == PrinterState::ready || state_.printer == PrinterState::printed;
  if (page_ == PageId::number && prints) {
    model.footer.back = ActionView{text("number.print_again"), Icon::printer, false, PrintAgain{}};
    model.footer.back_is_print = true;
  }
  put_primary(model);
}

void ModelMaker::put_primary(Model& model) const {
  const bool closes_keyboard = state_.focus && (page_ == PageId::computer || page_ == PageId::telephone);
  if (page_ == PageId::review)
    model.footer.primary = ActionView{text("review.send"), Icon::arrow_right, false, Send{}};
  else if (page_ == PageId::number || page_ == PageId::thanks)
    model.footer.primary = ActionView{text("common.done"), Icon::none, false, Exit{}};
  else if (closes_keyboard)
    model.footer.primary = ActionView{text("common.done"), Icon::check, false, Continue{}};
  else if (page_ == PageId::confirm)
    model.footer.primary = ActionView{text("confirm.yes"), Icon::check, false, ConfirmPerson{}};
  else if (is_beside(page_))
    put_answer_primary(model);
  else if (has_primary())
    model.footer.primary = ActionView{text("common.continue"), Icon::arrow_right, false, Continue{}};
}

PageView ModelMaker::view() const {
  const auto one = [](Block block) {
    QuestionView question;
    question.blocks.push_back(std::move(block));
    return question;
  };
  switch (page_) {
  case PageId::start: return start();
  case PageId::who: return QuestionView{who()};
  case PageId::who_fields: return QuestionView{who_fields()};
  case PageId::confirm: return QuestionView{confirm()};
  case PageId::about: return one(categories());
  case PageId::computer: return QuestionView{computer()};
  case PageId::telephone: return QuestionView{telephone()};
  case PageId::words: return QuestionView{words_page()};
  case PageId::serious: return QuestionView{serious()};
  case PageId::consequence: return one(consequences());
  case PageId::review: return ReviewView{review_rows(words_, visit_), text("review.privacy")};
  case PageId::sending: return SendingView{text("sending.text")};
  case PageId::number: return number();
  case PageId::known: return QuestionView{known()};
  case PageId::bulletin: return QuestionView{bulletin()};
  case PageId::find: return QuestionView{find()};
  case PageId::article: return QuestionView{article()};
  case PageId::guide: return QuestionView{guide()};
  case PageId::ticket_code: return one(field(Field::ticket_code));
  case PageId::ticket: return QuestionView{ticket()};
  case PageId::reply: return one(field(Field::reply));
  case PageId::thanks: return QuestionView{thanks()};
  case PageId::pin: return one(field(Field::pin));
  case PageId::service: return QuestionView{service()};
  }
  return SendingView{};
}

FieldView ModelMaker::field(Field which) const {
  const FieldState& state = visit_.at(which);
  FieldView view;
  view.field = which;
  view.label = field_label(words_, which);
  view.label_shown = which != Field::words && which != Field::search && which != Field::reply;
  view.help = field_help(which);
  view.text = state.edit.text();
  view.cursor = state.edit.cursor();
  view.focused = state_.focus == which;
  view.multiline = is_multiline(which);
  view.masked = is_masked(which);
  view.sure = which == Field::asset_tag && (visit_.tag_scanned || visit_.tag == TagState::known);
  view.with_label = which == Field::asset_tag;
  view.keyboard = keyboard_of(which);
  if (which == Field::ticket_code && visit_.ticket_unknown)
    view.problem = ticket_problem(words_, visit_.ticket_likely);
  else if (which == Field::pin && visit_.pin_wrong)
    view.problem = ProblemView{text("pin.wrong.what"), SecretText(text("pin.wrong.mend"))};
  else if (state.problem)
    view.problem = problem_view(words_, visit_, which);
  view.clear_name = text("field.clear");
  view.on_focus = FocusField{which};
  view.on_clear = ClearField{which};
  return view;
}

std::string_view ModelMaker::field_help(Field which) const {
  if (which != Field::asset_tag) return {};
  if (visit_.tag == TagState::unknown) return text("computer.tag.unknown");
  if (visit_.tag_scanned) return text("computer.tag.scanned");
  return visit_.tag == TagState::known ? text("computer.tag.known") : "";
}

// --- What every page has ---
std::vector<ActionView> ModelMaker::accessibility() const {
  std::string_view size = text("bar.text_size");
  if (state_.text_size == TextSize::large) size = text("bar.text_150");
  if (state_.text_size == TextSize::largest) size = text("bar.text_200");
  std::vector<ActionView> bar{
      {size, Icon::format_size, state_.text_size != TextSize::normal, CycleTextSize{}},
      {text("bar.contrast"), Icon::contrast_circle, state_.high_contrast, ToggleContrast{}},
  };
  if (!state_.speech_device.empty())
    bar.push_back({text("bar.speech"), Icon::volume_high, state_.speech, ToggleSpeech{}});
  bar.push_back({text("bar.reach"), Icon::wheelchair_accessibility, state_.reach, ToggleReach{}});
  return bar;
}

KeyboardView ModelMaker::keyboard() const {
  KeyboardView view;
  view.kind = keyboard_of(*state_.focus);
  view.language = state_.language;
  view.shift = state_.shift;
  view.symbols = state_.symbols;
  view.accent = visit_.at(*state_.focus).edit.accent();
  view.has_return = is_multiline(*state_.focus);
  view.space_name = text("keyboard.space");
  view.shift_name = text("keyboard.shift");
  view.erase_name = text("keyboard.erase");
  view.return_name = text("keyboard.return");
  view.symbols_name = text("keyboard.symbols");
  view.letters_name = text("keyboard.letters");
  return view;
}

DialogView ModelMaker::dialog() const {
  const SiteInfo& site = state_.site;
  switch (state_.dialog) {
  case Dialog::idle: {
    const int left = seconds_left(state_.last_activity + site.idle + site.warning, now_);
    return {DialogKind::idle,
            left,
            static_cast<int>(std::chrono::ceil<std::chrono::seconds>(site.warning).count()),
            text("idle.title"),
            words_.plural("idle.text", left),
            {text("idle.stay"), Icon::none, false, ExtendTime{}},
            {text("idle.clear"), Icon::none, false, ConfirmExit{}}};
  }
  case Dialog::save_failed:
    return {DialogKind::save_failed,
            0,
            0,
            text("save_failed.title"),
            SecretText(text("save_failed.text")),
            {text("save_failed.try_again"), Icon::none, false, TryAgain{}},
            {text("save_failed.counter"), Icon::none, false, ConfirmExit{}}};
  case Dialog::leave:
  case Dialog::none: break;
  }
  return {DialogKind::leave,
          0,
          0,
          text("leave.title"),
          SecretText(text("leave.text")),
          {text("leave.stay"), Icon::none, false, Stay{}},
          {text("leave.clear"), Icon::none, false, ConfirmExit{}}};
}

Model make_model(const AppState& state, Moment now) { return ModelMaker(state, now).make(); }

} // namespace walkin::kiosk
