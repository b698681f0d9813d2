#include "kiosk/app/form.hpp"
#include "kiosk/app/happening.hpp"
#include "kiosk/app/navigate.hpp"

#include <algorithm>
#include <type_traits>

namespace walkin::kiosk {

namespace {

template <class T, class... Others>
constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

// Not from the customer.
template <class T>
constexpr bool is_report = is_one_of<T, Tick, Registered, RegisterFailed, ConnectionChanged, StoreChanged,
                                     SiteChanged, OpeningChanged, QueueChanged, BulletinsChanged,
                                     PersonLooked, AssetLooked, Suggested, AnswerOpened, TicketLooked,
                                     ReplySaved, PrinterChanged, PinChecked, ServiceChanged, SpeechChanged>;

// Work on every page, also while a page has just turned; behind a dialog they can't be touched.
template <class T>
constexpr bool is_of_the_bar =
    is_one_of<T, CycleTextSize, ToggleContrast, ToggleReach, ToggleSpeech, ChangeVolume, Scanned>;

// Answer a dialog.
template <class T>
constexpr bool is_of_a_dialog = is_one_of<T, ExtendTime, ConfirmExit, Stay, TryAgain>;

template <class T>
void toggle(std::optional<T>& chosen, T value) {
  if (chosen == value)
    chosen.reset();
  else
    chosen = value;
}

} // namespace

std::vector<Command> Happening::take(Intent intent) {
  std::visit([this](auto&& what) { receive(std::move(what)); }, std::move(intent));
  return std::move(commands_);
}

template <class T>
void Happening::receive(T what) {
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

void Happening::touched() {
  if (state_.dialog != Dialog::idle) state_.last_activity = now_;
  if (auto* number = std::get_if<screen::Number>(&state_.screen))
    number->clears_at = now_ + state_.site.number_page;
  if (auto* thanks = std::get_if<screen::Thank>(&state_.screen))
    thanks->clears_at = now_ + state_.site.number_page;
}

void Happening::close_dialog() {
  // A save that failed is still to be answered when the warning before the wipe is taken back.
  const bool back_to_failed = state_.dialog == Dialog::idle && state_.save_trouble;
  state_.dialog = back_to_failed ? Dialog::save_failed : Dialog::none;
  state_.last_turn = now_;
}

void Happening::extend() {
  close_dialog();
  state_.last_activity = now_;
}

// A touch on a single choice is the answer: it is shown for a moment, then the page turns.
void Happening::answered() {
  const auto shown = state_.site.reduced_motion || state_.settings.reduced_motion
                         ? std::chrono::milliseconds{0}
                         : state_.settings.show_selected;
  if (shown.count() == 0) return navigate(state_, Move::forward, now_);
  if (!state_.advance_at) state_.advance_at = now_ + shown;
}

// --- The start page and the bar ---
void Happening::on(ChooseLanguage intent) {
  if (page() == PageId::start) state_.language = intent.language;
}

void Happening::on(StartVisit) {
  if (page() == PageId::start && state_.store == StoreState::fine) navigate(state_, Move::forward, now_);
}

void Happening::on(CycleTextSize) {
  switch (state_.text_size) {
  case TextSize::normal: state_.text_size = TextSize::large; break;
  case TextSize::large: state_.text_size = TextSize::largest; break;
  case TextSize::largest: state_.text_size = TextSize::normal; break;
  }
}

void Happening::on(ToggleContrast) { state_.high_contrast = !state_.high_contrast; }
void Happening::on(ToggleReach) { state_.reach = !state_.reach; }

void Happening::on(ToggleSpeech) {
  if (!state_.speech_device.empty()) state_.speech = !state_.speech;
}

void Happening::on(ChangeVolume intent) {
  state_.volume = std::clamp(state_.volume + intent.step, 1, k_volume_max);
}

// --- Choices ---
void Happening::on(ChooseWay intent) {
  if (page() != PageId::who) return;
  visit().way = intent.way;
  visit().badge_unknown = false;
  answered();
}

void Happening::on(ChooseGuestWay intent) {
  if (page() != PageId::who_fields || visit().way != Way::guest) return;
  if (intent.way != Way::email && intent.way != Way::phone) return;
  visit().guest_way = intent.way;
  focus_on(*reach_field(visit()));
}

void Happening::on(ChooseCategory intent) {
  if (page() != PageId::about) return;
  visit().category = intent.category;
  answered();
}

void Happening::on(ChooseSystem intent) {
  if (page() != PageId::computer) return;
  toggle(visit().system, intent.system);
  if (visit().system == System::other)
    focus_on(Field::other_system);
  else if (state_.focus == Field::other_system)
    state_.focus.reset();
}

void Happening::on(ChooseMemory intent) {
  if (page() == PageId::computer) toggle(visit().memory, intent.memory);
}

void Happening::on(ChooseVoicemail intent) {
  if (page() == PageId::telephone) toggle(visit().voicemail, intent.about_voicemail);
}

void Happening::on(ChooseSeverity intent) {
  if (page() == PageId::serious) toggle(visit().severity, intent.degree);
}

void Happening::on(ChooseAffected intent) {
  if (page() == PageId::serious) toggle(visit().affected, intent.affected);
}

void Happening::on(ChooseConsequence intent) {
  if (page() != PageId::consequence) return;
  visit().consequence = intent.degree;
  visit().consequence_asked = true;
  answered();
}

// --- Going on ---
// On a page of fields and choices the keyboard covers the choices: it is closed before the page is left.
bool Happening::closes_keyboard_first() const {
  const PageId page = page_of(state_);
  return state_.focus && (page == PageId::computer || page == PageId::telephone);
}

void Happening::on(Continue) {
  if (state_.waiting != Waiting::nothing || !may_continue(visit(), page())) return;
  if (closes_keyboard_first()) {
    const Field field = *state_.focus;
    check_field(visit(), field, false);
    if (!visit().at(field).problem) leave_field();
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
  switch (page()) {
  case PageId::who_fields: return look_up_person();
  case PageId::confirm: return on(ConfirmPerson{});
  case PageId::ticket_code: return static_cast<void>(find_ticket(visit().at(Field::ticket_code).edit.text()));
  case PageId::ticket:
  case PageId::reply: return save_reply();
  case PageId::pin:
    if (visit().at(Field::pin).edit.empty()) return;
    commands_.push_back(CheckPin{ask(Waiting::pin), SecretText(visit().at(Field::pin).edit.text())});
    return;
  default: break;
  }
  state_.focus.reset();
  navigate(state_, Move::forward, now_);
  capitalize();
}

void Happening::on(Back) {
  if (page() == PageId::start || page() == PageId::sending || page() == PageId::number) return;
  state_.advance_at.reset();
  state_.waiting = Waiting::nothing;
  if (closes_keyboard_first()) return leave_field();
  if (is_beside(page())) return back_beside();
  if (page() == PageId::who && !state_.changing && !visit().is_empty()) return on(Exit{});
  state_.focus.reset();
  navigate(state_, Move::back, now_);
  capitalize();
}

void Happening::on(Change intent) {
  if (page() != PageId::review) return;
  PageId to = page_of_part(intent.part);
  if (to == PageId::who_fields && visit().by_badge) to = PageId::who; // there is nothing to type
  navigate_to_change(state_, to, now_);
  capitalize();
}

void Happening::on(Exit) {
  if (page() == PageId::start || page() == PageId::sending) return;
  state_.advance_at.reset();
  const bool is_done = page() == PageId::number || page() == PageId::thanks || page() == PageId::service;
  if (is_done || visit().is_empty()) return navigate(state_, Move::home, now_);
  state_.dialog = Dialog::leave;
  state_.last_turn = now_;
}

void Happening::on(ConfirmExit) {
  if (page() != PageId::start && page() != PageId::sending) navigate(state_, Move::home, now_);
}

void Happening::on(Stay) {
  if (state_.dialog == Dialog::leave) close_dialog();
}

void Happening::on(ExtendTime) {
  if (state_.dialog == Dialog::idle) extend();
}

// --- Saving ---
void Happening::on(Send) {
  if (page() == PageId::review && state_.dialog == Dialog::none) send();
}

void Happening::on(TryAgain) {
  if (state_.dialog != Dialog::save_failed) return;
  state_.dialog = Dialog::none;
  state_.save_trouble.reset();
  if (page() == PageId::ticket || page() == PageId::reply) return save_reply();
  send();
}

void Happening::send() {
  auto registration = make_registration(visit(), state_.language);
  auto valid = domain::validate(registration);
  wipe(registration);
  if (!valid) return mend(valid.error().front());
  state_.save_trouble.reset();
  state_.focus.reset();
  navigate(state_, Move::sent, now_);
  hand_on(std::move(*valid));
}

// To the store, with what the visit holds beside it.
void Happening::hand_on(domain::Registration registration) {
  RegisterCommand command{state_.request, std::move(registration)};
  if (visit().bulletin) command.bulletin = visit().bulletin->id;
  command.solved_by = visit().solved_by;
  command.trail = visit().trail;
  if (visit().person) {
    command.person = visit().person->ref;
    command.entitlement = visit().person->entitlement;
  }
  commands_.push_back(std::move(command));
}

// Back from a page leaves what it holds as it is, so the review may hold what can't be sent.
void Happening::mend(const domain::FieldProblem& problem) {
  if (!visit().way) return navigate_to_change(state_, PageId::who, now_);
  std::optional<Field> field = reach_field(visit());
  for (std::size_t i = 0; i < k_field_count; ++i)
    if (domain_field_of(visit(), static_cast<Field>(i)) == problem.field) field = static_cast<Field>(i);
  navigate_to_change(state_, page_of_field(*field), now_);
  focus_on(*field);
  check_field(visit(), *field, true);
}

void Happening::on(Registered report) {
  const bool waits_for_it = page() == PageId::sending || state_.save_trouble;
  if (!waits_for_it || report.request != state_.request) return;
  if (!visit().solved_by.empty()) {
    const SecretText code(report.code);
    wipe(report.code);
    return navigate_to_thanks(state_, screen::Thanks::helped, code, now_);
  }
  navigate_to_number(state_, std::move(report), now_);
  if (state_.printer != PrinterState::none) on(PrintAgain{});
}

void Happening::on(RegisterFailed report) {
  if (page() == PageId::sending && report.request == state_.request) save_failed(report.trouble);
}

void Happening::save_failed(SaveTrouble trouble) {
  state_.last_activity = now_;
  if (page() == PageId::sending) navigate(state_, Move::not_sent, now_);
  state_.save_trouble = trouble;
  state_.dialog = Dialog::save_failed;
}

// --- What workers report beside, and time ---
void Happening::on(ConnectionChanged report) {
  Connection& connection = state_.connection;
  // A station that never was in touch has been out since it started.
  if (connection.in_touch && !report.in_touch) connection.out_since = now_;
  connection.known = true;
  connection.in_touch = report.in_touch;
  connection.outbox = report.outbox;
  if (report.last_contact) connection.last_contact = report.last_contact;
}

void Happening::on(StoreChanged report) { state_.store = report.state; }

void Happening::on(SiteChanged report) {
  const bool at_rest = page() == PageId::start && !is_start_changed(state_);
  state_.site = std::move(report.site);
  if (state_.site.languages.empty()) state_.site.languages = SiteInfo{}.languages;
  if (state_.site.language) state_.settings.language = *state_.site.language;
  if (at_rest) state_.language = state_.settings.language;
}

void Happening::on(OpeningChanged report) { state_.opening = report.opening; }
void Happening::on(QueueChanged report) { state_.queue = report.queue; }
void Happening::on(BulletinsChanged report) { state_.bulletins = std::move(report.open); }
void Happening::on(SpeechChanged report) { state_.speech_device = std::move(report.device); }

void Happening::on(Tick) {
  if (state_.advance_at && now_ >= *state_.advance_at) {
    const auto touch = std::exchange(state_.advance_at, {}).value() - state_.settings.show_selected;
    navigate(state_, Move::forward, touch);
    capitalize();
  }
  if (state_.waits_until && now_ >= *state_.waits_until) waited_too_long();
  if (state_.pin_blocked_until && now_ >= *state_.pin_blocked_until) {
    state_.pin_blocked_until.reset();
    state_.pin_failures = 0;
  }
  if (const auto* sending = std::get_if<screen::Sending>(&state_.screen)) {
    if (now_ >= sending->since + state_.settings.save_patience) save_failed(SaveTrouble::no_answer);
    return;
  }
  if (const auto* number = std::get_if<screen::Number>(&state_.screen)) {
    if (now_ >= number->clears_at) navigate(state_, Move::home, now_);
    return;
  }
  if (const auto* thanks = std::get_if<screen::Thank>(&state_.screen)) {
    if (now_ >= thanks->clears_at) navigate(state_, Move::home, now_);
    return;
  }
  tick_idle();
}

void Happening::tick_idle() {
  const Moment warning = state_.last_activity + state_.site.idle;
  if (now_ < warning) return;
  if (page() == PageId::start) {
    if (is_start_changed(state_)) navigate(state_, Move::home, now_);
  } else if (now_ >= warning + state_.site.warning) {
    navigate(state_, Move::home, now_);
  } else if (state_.dialog != Dialog::idle) {
    state_.dialog = Dialog::idle;
    state_.last_turn = now_; // a touch that was meant for the page must not clear it
  }
}

std::vector<Command> update(AppState& state, Intent intent, Moment now) {
  return Happening(state, now).take(std::move(intent));
}

} // namespace walkin::kiosk
