#include "kiosk/app/model.hpp"

#include "kiosk/app/form.hpp"
#include "kiosk/app/navigate.hpp"
#include "kiosk/app/wording.hpp"

#include <string>

namespace walkin::kiosk {

using domain::Affected;
using domain::Category;
using domain::Degree;

namespace {

// Makes the parts of one model; the words of its language are the same all through.
class ModelMaker {
public:
  ModelMaker(const AppState& state, Moment now)
      : state_(state), visit_(state.visit), words_(state.language), now_(now), page_(page_of(state)) {}

  Model make() {
    Model model;
    model.page = page_;
    model.language = state_.language;
    model.text_size = state_.text_size;
    model.high_contrast = state_.high_contrast;
    model.reach = state_.reach;
    model.reduced_motion = state_.settings.reduced_motion;
    model.slides_forward = state_.slides_forward;
    model.page_serial = state_.page_serial;
    put_title(model);
    put_frame(model);
    model.view = view();
    model.accessibility = accessibility();
    if (state_.dialog != Dialog::none) model.dialog = dialog();
    if (state_.focus && !model.dialog) model.keyboard = keyboard();
    return model;
  }

private:
  std::string_view text(std::string_view key) const { return words_.text(key); }

  void put_title(Model& model) const {
    switch (page_) {
    case PageId::start: model.title = text("desk.name"); return;
    case PageId::who:
      model.title = text("who.title");
      model.help = text("who.help");
      return;
    case PageId::who_fields: return put_way_title(model);
    case PageId::about:
      model.title = text("about.title");
      model.help = text("about.help");
      return;
    case PageId::computer:
      model.title = text("computer.title");
      model.help = text("details.help");
      return;
    case PageId::telephone:
      model.title = text("telephone.title");
      model.help = text("details.help");
      return;
    case PageId::words: model.title = text("words.title"); return;
    case PageId::serious: model.title = text("serious.title"); return;
    case PageId::consequence: model.title = text("consequence.title"); return;
    case PageId::review: model.title = text("review.title"); return;
    case PageId::sending: model.title = text("sending.title"); return;
    case PageId::number: model.title = text("number.title"); return;
    }
  }

  void put_way_title(Model& model) const {
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
  bool has_primary() const {
    if (state_.advance_at) return false;
    return may_continue(visit_, page_);
  }

  void put_frame(Model& model) const {
    const Step step = step_of(state_);
    if (step.number > 0) {
      const std::string n = std::to_string(step.number), m = std::to_string(step.total);
      model.progress =
          ProgressView{words_.fill("common.step", {{"n", n}, {"m", m}}), step.number, step.total};
      model.exit = ActionView{text("common.exit"), Icon::close, false, Exit{}};
      model.footer.back = ActionView{text("common.back"), Icon::arrow_left, false, Back{}};
    }
    const bool closes_keyboard = state_.focus && (page_ == PageId::computer || page_ == PageId::telephone);
    if (page_ == PageId::review)
      model.footer.primary = ActionView{text("review.send"), Icon::arrow_right, false, Send{}};
    else if (page_ == PageId::number)
      model.footer.primary = ActionView{text("common.done"), Icon::none, false, Exit{}};
    else if (closes_keyboard)
      model.footer.primary = ActionView{text("common.done"), Icon::check, false, Continue{}};
    else if (has_primary())
      model.footer.primary = ActionView{text("common.continue"), Icon::arrow_right, false, Continue{}};
  }

  PageView view() const {
    switch (page_) {
    case PageId::start: return start();
    case PageId::who: return QuestionView{one_block(ways())};
    case PageId::who_fields: return QuestionView{who_fields()};
    case PageId::about: return QuestionView{one_block(categories())};
    case PageId::computer: return QuestionView{computer()};
    case PageId::telephone: return QuestionView{telephone()};
    case PageId::words: return QuestionView{one_block(field(Field::words))};
    case PageId::serious: return QuestionView{serious()};
    case PageId::consequence: return QuestionView{one_block(consequences())};
    case PageId::review: return ReviewView{review_rows(words_, visit_), text("review.privacy")};
    case PageId::sending: return SendingView{text("sending.text")};
    case PageId::number: return number();
    }
    return SendingView{};
  }

  static std::vector<Block> one_block(Block block) {
    std::vector<Block> blocks;
    blocks.push_back(std::move(block));
    return blocks;
  }

  FieldView field(Field which) const {
    const FieldState& state = visit_.at(which);
    FieldView view;
    view.field = which;
    view.label = field_label(words_, which);
    view.label_shown = which != Field::words;
    view.text = state.edit.text();
    view.cursor = state.edit.cursor();
    view.focused = state_.focus == which;
    view.multiline = which == Field::words;
    view.keyboard = keyboard_of(which);
    if (state.problem) view.problem = problem_view(words_, visit_, which);
    view.clear_name = text("field.clear");
    view.on_focus = FocusField{which};
    view.on_clear = ClearField{which};
    return view;
  }

  // --- The start page ---
  StartView start() const {
    StartView view;
    view.desk_name = text("desk.name");
    view.greetings[0] = text("start.greeting");
    std::size_t next = 1;
    for (i18n::Language language : i18n::k_languages) {
      const i18n::Catalogue& catalogue = i18n::catalogue(language);
      if (language != state_.language) view.greetings.at(next++) = catalogue.text("start.greeting");
      view.languages.push_back({catalogue.text("language.name"), "", Icon::none, language == state_.language,
                                ChooseLanguage{language}});
    }
    view.lead = text("start.lead");
    if (state_.store == StoreState::fine)
      view.ticket = ActionView{text("start.get_help"), Icon::arrow_right, false, StartVisit{}};
    else
      view.cannot_take =
          NoticeView{Icon::alert_circle, text("start.closed.title"), text("start.closed.text")};
    if (is_offline_noticed(state_, now_))
      view.offline =
          NoticeView{Icon::cloud_outline_off, text("start.offline.title"), text("start.offline.text")};
    else if (state_.connection.in_touch)
      view.touch = NoticeView{Icon::cloud_check, text("start.in_touch"), ""};
    return view;
  }

  // --- Questions ---
  ChoiceGroupView ways() const {
    ChoiceGroupView group{"", false, ChoiceStyle::cards, {}};
    auto add = [&](Way way, std::string_view name, Icon icon) {
      group.choices.push_back({name, "", icon, visit_.way == way, ChooseWay{way}});
    };
    add(Way::staff_number, text("who.staff_number"), Icon::account_card_details);
    add(Way::email, text("who.email"), Icon::email);
    add(Way::phone, text("who.phone"), Icon::phone);
    add(Way::guest, text("who.guest"), Icon::human_greeting);
    return group;
  }

  std::vector<Block> who_fields() const {
    std::vector<Block> blocks;
    if (visit_.way == Way::guest) {
      blocks.emplace_back(field(Field::guest_name));
      ChoiceGroupView group{text("guest.way.label"), false, ChoiceStyle::chips, {}};
      group.choices.push_back({text("guest.way.email"), "", Icon::none, visit_.guest_way == Way::email,
                               ChooseGuestWay{Way::email}});
      group.choices.push_back({text("guest.way.phone"), "", Icon::none, visit_.guest_way == Way::phone,
                               ChooseGuestWay{Way::phone}});
      blocks.emplace_back(std::move(group));
    }
    if (const auto reach = reach_field(visit_)) blocks.emplace_back(field(*reach));
    return blocks;
  }

  ChoiceGroupView categories() const {
    ChoiceGroupView group{"", false, ChoiceStyle::tiles, {}};
    for (Category category : {Category::computer, Category::phone, Category::account, Category::printer,
                              Category::network, Category::other})
      group.choices.push_back({category_name(words_, category), category_hint(words_, category),
                               category_icon(category), visit_.category == category,
                               ChooseCategory{category}});
    return group;
  }

  std::vector<Block> computer() const {
    std::vector<Block> blocks;
    blocks.emplace_back(field(Field::asset_tag));
    ChoiceGroupView systems{text("computer.system.label"), false, ChoiceStyle::chips, {}};
    for (System system :
         {System::windows, System::macos, System::linux, System::chromeos, System::other, System::unknown})
      systems.choices.push_back(
          {system_name(words_, system), "", Icon::none, visit_.system == system, ChooseSystem{system}});
    blocks.emplace_back(std::move(systems));
    if (visit_.system == System::other) blocks.emplace_back(field(Field::other_system));
    ChoiceGroupView memories{text("computer.memory.label"), false, ChoiceStyle::chips, {}};
    for (Memory memory :
         {Memory::gb4, Memory::gb8, Memory::gb16, Memory::gb32, Memory::gb64, Memory::unknown})
      memories.choices.push_back(
          {memory_name(words_, memory), "", Icon::none, visit_.memory == memory, ChooseMemory{memory}});
    blocks.emplace_back(std::move(memories));
    blocks.emplace_back(field(Field::model));
    return blocks;
  }

  std::vector<Block> telephone() const {
    std::vector<Block> blocks;
    for (Field which : fields_of(visit_, PageId::telephone)) blocks.emplace_back(field(which));
    ChoiceGroupView voicemail{text("telephone.voicemail.label"), false, ChoiceStyle::chips, {}};
    voicemail.choices.push_back(
        {text("common.yes"), "", Icon::none, visit_.voicemail == true, ChooseVoicemail{true}});
    voicemail.choices.push_back(
        {text("common.no"), "", Icon::none, visit_.voicemail == false, ChooseVoicemail{false}});
    blocks.emplace_back(std::move(voicemail));
    return blocks;
  }

  std::vector<Block> serious() const {
    ChoiceGroupView severity{"", false, ChoiceStyle::rows, {}};
    auto add_severity = [&](Degree degree, std::string_view name, Icon icon) {
      severity.choices.push_back({name, "", icon, visit_.severity == degree, ChooseSeverity{degree}});
    };
    add_severity(Degree::high, text("serious.high"), Icon::bars_high);
    add_severity(Degree::medium, text("serious.medium"), Icon::bars_medium);
    add_severity(Degree::low, text("serious.low"), Icon::bars_low);

    ChoiceGroupView people{text("serious.people"), true, ChoiceStyle::people, {}};
    auto add_people = [&](Affected affected, std::string_view name, Icon icon) {
      people.choices.push_back({name, "", icon, visit_.affected == affected, ChooseAffected{affected}});
    };
    add_people(Affected::one, text("serious.one"), Icon::people_one);
    add_people(Affected::team, text("serious.team"), Icon::people_team);
    add_people(Affected::many, text("serious.many"), Icon::people_many);

    std::vector<Block> blocks;
    blocks.emplace_back(std::move(severity));
    blocks.emplace_back(std::move(people));
    return blocks;
  }

  ChoiceGroupView consequences() const {
    ChoiceGroupView group{"", false, ChoiceStyle::rows, {}};
    auto add = [&](std::optional<Degree> degree, Icon icon) {
      const bool selected = visit_.consequence_asked && visit_.consequence == degree;
      group.choices.push_back(
          {consequence_name(words_, degree), "", icon, selected, ChooseConsequence{degree}});
    };
    add(Degree::high, Icon::bars_high);
    add(Degree::medium, Icon::bars_medium);
    add(Degree::low, Icon::bars_low);
    add(std::nullopt, Icon::help_circle);
    return group;
  }

  // --- The number ---
  NumberView number() const {
    const auto& shown = std::get<screen::Number>(state_.screen);
    const Registered& ticket = shown.ticket;
    NumberView view;
    view.desk_name = text("desk.name");
    view.corner = SecretText(shown.offline ? text("number.offline") : i18n::format_clock(ticket.at));
    view.label = text("number.label");
    view.number = ticket.queue_number;
    view.line1 = text("number.called");
    view.line2 = shown.offline ? text("number.wait_unknown") : "";
    view.ticket_label = text("number.ticket");
    view.code = ticket.code;
    view.follow_url = ticket.follow_url;
    if (!ticket.follow_url.empty())
      view.follow = shown.offline ? text("number.follow_later") : text("number.follow");
    view.first =
        NoticeView{Icon::bell_ring, "", shown.offline ? text("number.seat_offline") : text("number.seat")};
    view.second = shown.offline ? NoticeView{Icon::cloud_outline_off, "", text("number.kept_offline")}
                                : NoticeView{Icon::ticket_confirmation, "", text("number.keep")};
    view.clears = words_.plural("number.clears", seconds_left(shown.clears_at, now_));
    view.spoken_number = spoken(ticket.queue_number);
    return view;
  }

  // Speech reads "A12" as one word unless the letter stands apart.
  static SecretText spoken(std::string_view number) {
    const auto digits = number.find_first_of("0123456789");
    SecretText text(number.substr(0, digits));
    if (digits == std::string_view::npos) return text;
    if (digits > 0) text.append(" ");
    text.append(number.substr(digits));
    return text;
  }

  // --- What every page has ---
  std::vector<ActionView> accessibility() const {
    std::string_view size = text("bar.text_size");
    if (state_.text_size == TextSize::large) size = text("bar.text_150");
    if (state_.text_size == TextSize::largest) size = text("bar.text_200");
    return {
        {size, Icon::format_size, state_.text_size != TextSize::normal, CycleTextSize{}},
        {text("bar.contrast"), Icon::contrast_circle, state_.high_contrast, ToggleContrast{}},
        {text("bar.reach"), Icon::wheelchair_accessibility, state_.reach, ToggleReach{}},
    };
  }

  KeyboardView keyboard() const {
    KeyboardView view;
    view.kind = keyboard_of(*state_.focus);
    view.language = state_.language;
    view.shift = state_.shift;
    view.symbols = state_.symbols;
    view.accent = visit_.at(*state_.focus).edit.accent();
    view.has_return = state_.focus == Field::words;
    view.space_name = text("keyboard.space");
    view.shift_name = text("keyboard.shift");
    view.erase_name = text("keyboard.erase");
    view.return_name = text("keyboard.return");
    view.symbols_name = text("keyboard.symbols");
    view.letters_name = text("keyboard.letters");
    return view;
  }

  DialogView dialog() const {
    const Settings& settings = state_.settings;
    switch (state_.dialog) {
    case Dialog::idle: {
      const int left = seconds_left(state_.last_activity + settings.idle + settings.warning, now_);
      return {DialogKind::idle,
              left,
              static_cast<int>(std::chrono::ceil<std::chrono::seconds>(settings.warning).count()),
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

  const AppState& state_;
  const Visit& visit_;
  Words words_;
  Moment now_;
  PageId page_;
};

} // namespace

Model make_model(const AppState& state, Moment now) { return ModelMaker(state, now).make(); }

} // namespace walkin::kiosk
