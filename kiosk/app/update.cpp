#include "kiosk/app/form.hpp"
#include "kiosk/app/navigate.hpp"
#include "kiosk/app/state.hpp"

#include <algorithm>
#include <type_traits>

namespace walkin::kiosk {

namespace {

using Commands = std::vector<Command>;

template <class T, class... Others>
constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

// Not from the customer.
template <class T>
constexpr bool is_report = is_one_of<T, Tick, Registered, RegisterFailed, ConnectionChanged, StoreChanged>;

// Work on every page, also while a page has just turned; behind a dialog they can't be touched.
template <class T>
constexpr bool is_of_the_bar = is_one_of<T, CycleTextSize, ToggleContrast, ToggleReach>;

// Answer a dialog.
template <class T>
constexpr bool is_of_a_dialog = is_one_of<T, ExtendTime, ConfirmExit, Stay, TryAgain>;

// One intent, at one moment. A function for each intent; those without a meaning on this page do nothing.
class Happening {
public:
  Happening(AppState& state, Moment now) : state_(state), now_(now) {}
  Commands take(Intent intent) {
    std::visit([this](auto&& what) { receive(std::move(what)); }, std::move(intent));
    return std::move(commands_);
  }

private:
  template <class T>
  void receive(T what) {
    if constexpr (is_report<T>) {
      on(std::move(what));
    } else {
      // The press that a dialog's own button is about to answer.
      if (state_.dialog != Dialog::none && std::is_same_v<T, Touched>) return touched();
      if (state_.dialog == Dialog::idle && !is_of_a_dialog<T>) return extend();
      if (state_.dialog != Dialog::none && !is_of_a_dialog<T>) return touched();
      constexpr bool always = is_of_the_bar<T> || is_one_of<T, Touched, ExtendTime>;
      if (!always && is_echo()) return touched();
      touched();
      on(std::move(what));
    }
  }

  PageId page() const { return page_of(state_); }
  Visit& visit() { return state_.visit; }
  bool is_echo() const { return state_.last_turn && now_ < *state_.last_turn + state_.settings.double_touch; }

  void touched() {
    if (state_.dialog != Dialog::idle) state_.last_activity = now_;
    if (auto* number = std::get_if<screen::Number>(&state_.screen))
      number->clears_at = now_ + state_.settings.number_page;
  }

  void close_dialog() {
    // A save that failed is still to be answered when the warning before the wipe is taken back.
    const bool back_to_failed = state_.dialog == Dialog::idle && state_.save_trouble;
    state_.dialog = back_to_failed ? Dialog::save_failed : Dialog::none;
    state_.last_turn = now_;
  }

  void extend() {
    close_dialog();
    state_.last_activity = now_;
  }

  // A touch on a single choice is the answer: it is shown for a moment, then the page turns.
  void answered() {
    const auto shown =
        state_.settings.reduced_motion ? std::chrono::milliseconds{0} : state_.settings.show_selected;
    if (shown.count() == 0) return navigate(state_, Move::forward, now_);
    if (!state_.advance_at) state_.advance_at = now_ + shown;
  }

  template <class T>
  static void toggle(std::optional<T>& chosen, T value) {
    if (chosen == value)
      chosen.reset();
    else
      chosen = value;
  }

  // --- The start page and the bar ---
  void on(Touched) {}
  void on(ChooseLanguage intent) {
    if (page() == PageId::start) state_.language = intent.language;
  }
  void on(StartVisit) {
    if (page() == PageId::start && state_.store == StoreState::fine) navigate(state_, Move::forward, now_);
  }
  void on(CycleTextSize) {
    switch (state_.text_size) {
    case TextSize::normal: state_.text_size = TextSize::large; break;
    case TextSize::large: state_.text_size = TextSize::largest; break;
    case TextSize::largest: state_.text_size = TextSize::normal; break;
    }
  }
  void on(ToggleContrast) { state_.high_contrast = !state_.high_contrast; }
  void on(ToggleReach) { state_.reach = !state_.reach; }

  // --- Choices ---
  void on(ChooseWay intent) {
    if (page() != PageId::who) return;
    visit().way = intent.way;
    answered();
  }
  void on(ChooseGuestWay intent) {
    if (page() != PageId::who_fields || visit().way != Way::guest) return;
    if (intent.way != Way::email && intent.way != Way::phone) return;
    visit().guest_way = intent.way;
    focus_on(*reach_field(visit()));
  }
  void on(ChooseCategory intent) {
    if (page() != PageId::about) return;
    visit().category = intent.category;
    answered();
  }
  void on(ChooseSystem intent) {
    if (page() != PageId::computer) return;
    toggle(visit().system, intent.system);
    if (visit().system == System::other)
      focus_on(Field::other_system);
    else if (state_.focus == Field::other_system)
      state_.focus.reset();
  }
  void on(ChooseMemory intent) {
    if (page() == PageId::computer) toggle(visit().memory, intent.memory);
  }
  void on(ChooseVoicemail intent) {
    if (page() == PageId::telephone) toggle(visit().voicemail, intent.about_voicemail);
  }
  void on(ChooseSeverity intent) {
    if (page() == PageId::serious) toggle(visit().severity, intent.degree);
  }
  void on(ChooseAffected intent) {
    if (page() == PageId::serious) toggle(visit().affected, intent.affected);
  }
  void on(ChooseConsequence intent) {
    if (page() != PageId::consequence) return;
    visit().consequence = intent.degree;
    visit().consequence_asked = true;
    answered();
  }

  // --- Typing ---
  bool is_here(Field field) { return std::ranges::count(fields_of(visit(), page()), field) > 0; }
  TextEdit* focused() { return state_.focus ? &visit().at(*state_.focus).edit : nullptr; }

  void focus_on(Field field) {
    if (!is_here(field)) return;
    if (state_.focus && state_.focus != field) leave_field();
    if (state_.focus != field) {
      state_.symbols = false;
      visit().at(field).edit.move_end();
    }
    state_.focus = field;
    capitalize();
  }
  void leave_field() {
    if (state_.focus && is_here(*state_.focus)) check_field(visit(), *state_.focus, false);
    state_.focus.reset();
  }
  void edited() {
    recheck_edited(visit(), *state_.focus);
    capitalize();
  }
  // A capital begins a name, and a sentence of the customer's own words.
  void capitalize() {
    if (state_.shift == Shift::locked) return;
    state_.shift = Shift::off;
    if (!state_.focus || keyboard_of(*state_.focus) != KeyboardKind::text) return;
    const TextEdit& edit = *focused();
    const std::string_view before = edit.text().substr(0, edit.cursor());
    const auto last = before.find_last_not_of(' ');
    const bool after_blank = last + 1 < before.size();
    const bool begins = last == std::string_view::npos || before[last] == '\n';
    const bool sentence = state_.focus == Field::words && after_blank && !begins &&
                          std::string_view(".?").find(before[last]) != std::string_view::npos;
    const bool name = state_.focus == Field::guest_name && after_blank;
    if (begins || sentence || name) state_.shift = Shift::once;
  }

  void on(FocusField intent) { focus_on(intent.field); }
  void on(LeaveField) { leave_field(); }
  void on(InsertText intent) {
    TextEdit* edit = focused();
    if (!edit) return;
    std::string_view typed = intent.text.view();
    // Return in a field of one line, also the one that a scanner sends after what it read, is Continue.
    const bool has_return = state_.focus != Field::words && typed.ends_with('\n');
    if (has_return) typed.remove_suffix(typed.ends_with("\r\n") ? 2 : 1);
    if (!typed.empty() && !edit->insert(typed))
      refuse(typed);
    else if (!typed.empty())
      edited();
    if (has_return) on(Continue{});
  }
  void refuse(std::string_view typed) {
    const Field field = *state_.focus;
    const std::string_view name = domain_field_of(visit(), field);
    const auto found = domain::check_text(name, typed);
    const bool unkeepable = found && (found->problem == domain::Problem::forbidden_character ||
                                      found->problem == domain::Problem::invalid_utf8);
    visit().at(field).problem = domain::FieldProblem{
        std::string(name), unkeepable ? domain::Problem::forbidden_character : domain::Problem::too_long,
        static_cast<std::int64_t>(domain::limit_of(name))};
  }
  void on(PressAccent intent) {
    if (!focused()) return;
    focused()->press_accent(intent.combining);
    edited();
  }
  void on(EraseBack) {
    if (focused() && focused()->erase_back()) edited();
  }
  void on(ClearField intent) {
    if (!is_here(intent.field)) return;
    focus_on(intent.field);
    focused()->clear();
    visit().at(intent.field).problem.reset();
    capitalize();
  }
  void on(MoveCursor intent) {
    TextEdit* edit = focused();
    if (!edit) return;
    switch (intent.move) {
    case CursorMove::left: edit->move_left(); break;
    case CursorMove::right: edit->move_right(); break;
    case CursorMove::home: edit->move_home(); break;
    case CursorMove::end: edit->move_end(); break;
    }
    capitalize();
  }
  void on(PlaceCursor intent) {
    if (!focused()) return;
    focused()->place(intent.byte_offset);
    capitalize();
  }
  void on(PressShift) {
    switch (state_.shift) {
    case Shift::off: state_.shift = Shift::once; break;
    case Shift::once: state_.shift = Shift::locked; break;
    case Shift::locked: state_.shift = Shift::off; break;
    }
  }
  void on(PressSymbols) { state_.symbols = !state_.symbols; }

  // --- Going on ---
  // On a page of fields and choices the keyboard covers the choices: it is closed before the page is left.
  bool closes_keyboard_first() const {
    return state_.focus && (page() == PageId::computer || page() == PageId::telephone);
  }
  void on(Continue) {
    if (!may_continue(visit(), page())) return;
    if (closes_keyboard_first()) {
      const Field field = *state_.focus;
      check_field(visit(), field, false);
      if (!visit().at(field).problem) state_.focus.reset();
      return;
    }
    // From the guest's name on to the way to be reached, before anything is said to be missing.
    if (state_.focus == Field::guest_name) {
      const Field reach = *reach_field(visit());
      check_field(visit(), Field::guest_name, true);
      if (!visit().at(Field::guest_name).problem && visit().at(reach).edit.is_blank()) return focus_on(reach);
    }
    if (const auto field = first_problem(visit(), page())) {
      if (state_.focus != field) state_.focus.reset(); // checked just now, and only the first is told
      return focus_on(*field);
    }
    state_.focus.reset();
    navigate(state_, Move::forward, now_);
    capitalize();
  }
  void on(Back) {
    if (page() == PageId::start || page() == PageId::sending || page() == PageId::number) return;
    state_.advance_at.reset();
    if (closes_keyboard_first()) return leave_field();
    if (page() == PageId::who && !state_.changing && !visit().is_empty()) return on(Exit{});
    state_.focus.reset();
    navigate(state_, Move::back, now_);
    capitalize();
  }
  void on(Change intent) {
    if (page() != PageId::review) return;
    navigate_to_change(state_, page_of_part(intent.part), now_);
    capitalize();
  }
  void on(Exit) {
    if (page() == PageId::start || page() == PageId::sending) return;
    state_.advance_at.reset();
    if (page() == PageId::number || visit().is_empty()) return navigate(state_, Move::home, now_);
    state_.dialog = Dialog::leave;
    state_.last_turn = now_;
  }
  void on(ConfirmExit) {
    if (page() != PageId::start && page() != PageId::sending) navigate(state_, Move::home, now_);
  }
  void on(Stay) {
    if (state_.dialog == Dialog::leave) close_dialog();
  }
  void on(ExtendTime) {
    if (state_.dialog == Dialog::idle) extend();
  }

  // --- Saving ---
  void on(Send) {
    if (page() == PageId::review && state_.dialog == Dialog::none) send();
  }
  void on(TryAgain) {
    if (state_.dialog != Dialog::save_failed) return;
    state_.dialog = Dialog::none;
    send();
  }
  void send() {
    auto registration = make_registration(visit(), state_.language);
    auto valid = domain::validate(registration);
    wipe(registration);
    if (!valid) return mend(valid.error().front());
    state_.save_trouble.reset();
    navigate(state_, Move::sent, now_);
    commands_.push_back(RegisterCommand{state_.request, std::move(*valid)});
  }
  // Back from a page leaves what it holds as it is, so the review may hold what can't be sent.
  void mend(const domain::FieldProblem& problem) {
    if (!visit().way) return navigate_to_change(state_, PageId::who, now_);
    std::optional<Field> field = reach_field(visit());
    for (std::size_t i = 0; i < k_field_count; ++i)
      if (domain_field_of(visit(), static_cast<Field>(i)) == problem.field) field = static_cast<Field>(i);
    navigate_to_change(state_, page_of_field(*field), now_);
    focus_on(*field);
    check_field(visit(), *field, true);
  }
  void on(Registered report) {
    const bool waits_for_it = page() == PageId::sending || state_.save_trouble;
    if (waits_for_it && report.request == state_.request) navigate_to_number(state_, std::move(report), now_);
  }
  void on(RegisterFailed report) {
    if (page() == PageId::sending && report.request == state_.request) save_failed(report.trouble);
  }
  void save_failed(SaveTrouble trouble) {
    state_.last_activity = now_;
    navigate(state_, Move::not_sent, now_);
    state_.save_trouble = trouble;
    state_.dialog = Dialog::save_failed;
  }

  // --- What workers report beside, and time ---
  void on(ConnectionChanged report) {
    Connection& connection = state_.connection;
    // A station that never was in touch has been out since it started.
    if (connection.in_touch && !report.in_touch) connection.out_since = now_;
    connection.known = true;
    connection.in_touch = report.in_touch;
    connection.outbox = report.outbox;
  }
  void on(StoreChanged report) { state_.store = report.state; }
  void on(Tick) {
    if (state_.advance_at && now_ >= *state_.advance_at) {
      const auto touch = std::exchange(state_.advance_at, {}).value() - state_.settings.show_selected;
      navigate(state_, Move::forward, touch);
      capitalize();
    }
    if (const auto* sending = std::get_if<screen::Sending>(&state_.screen)) {
      if (now_ >= sending->since + state_.settings.save_patience) save_failed(SaveTrouble::no_answer);
      return;
    }
    if (const auto* number = std::get_if<screen::Number>(&state_.screen)) {
      if (now_ >= number->clears_at) navigate(state_, Move::home, now_);
      return;
    }
    const Moment warning = state_.last_activity + state_.settings.idle;
    if (now_ < warning) return;
    if (page() == PageId::start) {
      if (is_start_changed(state_)) navigate(state_, Move::home, now_);
    } else if (now_ >= warning + state_.settings.warning) {
      navigate(state_, Move::home, now_);
    } else if (state_.dialog != Dialog::idle) {
      state_.dialog = Dialog::idle;
      state_.last_turn = now_; // a touch that was meant for the page must not clear it
    }
  }

  AppState& state_;
  Moment now_;
  Commands commands_;
};

} // namespace

std::vector<Command> update(AppState& state, Intent intent, Moment now) {
  return Happening(state, now).take(std::move(intent));
}

} // namespace walkin::kiosk
