// What is beside the way of a visit: scans, who somebody is, tickets that are there already, printing,
// service.
#include "kiosk/app/form.hpp"
#include "kiosk/app/happening.hpp"
#include "kiosk/app/navigate.hpp"
#include "kiosk/app/scan.hpp"

#include <algorithm>

namespace walkin::kiosk {

namespace {

constexpr int k_pin_failures_max = 5;

} // namespace

// --- Questions to workers ---
AskId Happening::ask(Waiting waiting) {
  ++state_.ask.value;
  state_.waiting = waiting;
  state_.waits_until = now_ + state_.settings.ask_patience;
  return state_.ask;
}

void Happening::answered_question() {
  state_.waiting = Waiting::nothing;
  state_.waits_until.reset();
}

// Nobody waits for a directory or a label; what was to be kept is tried again.
void Happening::waited_too_long() {
  const Waiting waited = state_.waiting;
  answered_question();
  switch (waited) {
  case Waiting::person: return known_or_not(std::nullopt, false);
  case Waiting::reply: return save_failed(SaveTrouble::no_answer);
  case Waiting::nothing:
  case Waiting::asset:
  case Waiting::answer:
  case Waiting::ticket:
  case Waiting::pin: return;
  }
}

void Happening::open(PageId page) {
  navigate_beside(state_, page, now_);
  capitalize();
}

void Happening::back_beside() {
  if (page() == PageId::guide && visit().reading && !visit().reading->steps.empty()) {
    visit().reading->node = visit().reading->steps.back().node;
    visit().reading->steps.pop_back();
    return navigate_within(state_, false, now_);
  }
  if (page() == PageId::bulletin) visit().bulletin.reset();
  state_.focus.reset();
  navigate(state_, Move::back, now_);
  capitalize();
}

// --- Who it is ---
void Happening::look_up_person() {
  const auto reach = reach_field(visit());
  visit().person.reset();
  if (!state_.site.has_directory || visit().way == Way::guest || !reach) return after_who();
  commands_.push_back(LookUpPerson{ask(Waiting::person), SecretText(visit().at(*reach).edit.text())});
}

void Happening::on(PersonLooked report) {
  if (!is_answer(report.ask, Waiting::person)) return;
  answered_question();
  known_or_not(std::move(report.person), report.has_directory);
}

void Happening::known_or_not(std::optional<KnownPerson> person, bool has_directory) {
  const bool from_badge = page() == PageId::who;
  if (!person && from_badge && has_directory) {
    // A badge that nobody has is no way to be reached; a number that was typed may be new.
    visit().at(Field::staff_number).edit.wipe();
    visit().way.reset();
    visit().by_badge = false;
    visit().badge_unknown = true;
    return;
  }
  visit().badge_unknown = false;
  visit().person = std::move(person);
  if (visit().person) {
    state_.focus.reset();
    return navigate_to(state_, PageId::confirm, now_);
  }
  after_who();
}

// Known or not, nobody is turned away.
void Happening::after_who() {
  state_.focus.reset();
  if (visit().bulletin && !state_.changing) return send();
  navigate_to(state_, state_.changing ? PageId::review : PageId::about, now_);
}

void Happening::on(ConfirmPerson) {
  if (page() == PageId::confirm && visit().person) after_who();
}

void Happening::on(NotMe) {
  if (page() != PageId::confirm) return;
  visit().person.reset();
  visit().by_badge = false;
  visit().way.reset();
  for (Field field : {Field::staff_number, Field::email, Field::phone}) visit().at(field).edit.wipe();
  navigate_to(state_, PageId::who, now_);
}

// --- Scans ---
void Happening::on(Scanned intent) {
  const std::string_view text = intent.text.view();
  switch (page()) {
  case PageId::start:
  case PageId::ticket_code:
  case PageId::ticket:
    if (find_ticket(text)) return;
    if (page() == PageId::start && state_.store == StoreState::fine) {
      navigate(state_, Move::forward, now_);
      scan_badge(text);
    }
    return;
  case PageId::who:
  case PageId::who_fields:
  case PageId::confirm: return scan_badge(text);
  case PageId::about:
  case PageId::computer: return scan_tag(text);
  default: return; // nothing on the other pages is read from paper or card
  }
}

void Happening::scan_badge(std::string_view text) {
  if (state_.waiting == Waiting::person) return; // two at once: the first is being looked up
  TextEdit& number = visit().at(Field::staff_number).edit;
  number.wipe();
  const bool fits = number.insert(text) && !domain::check_text("contact.employee_id", text);
  visit().person.reset();
  if (page() != PageId::who) navigate_to(state_, PageId::who, now_);
  if (!fits) {
    number.wipe();
    visit().badge_unknown = true;
    return;
  }
  visit().badge_unknown = false;
  visit().way = Way::staff_number;
  visit().by_badge = true;
  if (!state_.site.has_directory) return after_who();
  commands_.push_back(LookUpPerson{ask(Waiting::person), SecretText(text)});
}

void Happening::scan_tag(std::string_view text) {
  if (domain::check_text("computer.asset_tag", text)) return; // not a label of ours
  TextEdit& tag = visit().at(Field::asset_tag).edit;
  tag.wipe();
  if (!tag.insert(text)) return;
  visit().at(Field::asset_tag).problem.reset();
  visit().category = domain::Category::computer;
  visit().tag_scanned = true;
  visit().tag = TagState::not_asked;
  state_.advance_at.reset();
  if (page() != PageId::computer) navigate_to(state_, PageId::computer, now_);
  state_.focus.reset();
  look_up_tag();
}

void Happening::look_up_tag() {
  const std::string_view text = visit().at(Field::asset_tag).edit.text();
  if (!state_.site.has_assets || visit().at(Field::asset_tag).edit.is_blank() ||
      visit().tag != TagState::not_asked)
    return;
  commands_.push_back(LookUpAsset{ask(Waiting::asset), SecretText(text)});
  state_.waiting = Waiting::nothing; // the page does not wait for it
  state_.waits_until.reset();
}

// What is known of a computer fills in what was not said.
void Happening::on(AssetLooked report) {
  if (report.ask != state_.ask || visit().at(Field::asset_tag).edit.is_blank()) return;
  visit().tag = report.asset ? TagState::known : TagState::unknown;
  if (!report.asset) return;
  if (!visit().system && !report.asset->os.empty()) {
    visit().system = system_of(report.asset->os);
    if (visit().system == System::other && visit().at(Field::other_system).edit.empty())
      (void)visit().at(Field::other_system).edit.insert(report.asset->os);
  }
  if (!visit().memory && report.asset->memory_mb) visit().memory = memory_of(*report.asset->memory_mb);
  if (visit().at(Field::model).edit.is_blank())
    (void)visit().at(Field::model).edit.insert(report.asset->model);
}

// --- A ticket that is there already ---
void Happening::on(OpenTicket) {
  if (page() == PageId::start) open(PageId::ticket_code);
}

bool Happening::find_ticket(std::string_view typed) {
  if (page() == PageId::ticket_code && visit().at(Field::ticket_code).edit.text() == typed) {
    if (visit().at(Field::ticket_code).edit.is_blank()) return false;
  } else if (!code_in_scan(typed)) {
    return false;
  }
  const auto scanned = code_in_scan(typed);
  if (page() != PageId::ticket_code) open(PageId::ticket_code);
  if (scanned) {
    visit().at(Field::ticket_code).edit.wipe();
    (void)visit().at(Field::ticket_code).edit.insert(*scanned);
  }
  commands_.push_back(
      FindTicket{ask(Waiting::ticket), SecretText(visit().at(Field::ticket_code).edit.text())});
  return true;
}

void Happening::on(TicketLooked report) {
  if (!is_answer(report.ask, Waiting::ticket) || page() != PageId::ticket_code) return;
  answered_question();
  visit().ticket_unknown = !report.ticket;
  visit().ticket_likely = std::move(report.likely);
  if (!report.ticket) return;
  visit().ticket = std::move(report.ticket);
  visit().works.reset();
  visit().stars.reset();
  state_.focus.reset();
  open(PageId::ticket);
}

void Happening::on(SayWorks intent) {
  if (page() != PageId::ticket || !visit().ticket) return;
  visit().works = intent.works;
  if (!intent.works) open(PageId::reply);
}

void Happening::on(RateHelp intent) {
  if (page() != PageId::ticket || visit().works != true || intent.stars < 1 || intent.stars > 5) return;
  if (visit().stars == intent.stars)
    visit().stars.reset();
  else
    visit().stars = intent.stars;
}

void Happening::save_reply() {
  if (!visit().ticket || !visit().works || state_.waiting != Waiting::nothing) return;
  const bool works = *visit().works;
  if (works != (page() == PageId::ticket)) return;
  commands_.push_back(SaveReply{ask(Waiting::reply), visit().ticket->code, works,
                                works ? visit().stars : std::nullopt,
                                SecretText(works ? "" : visit().at(Field::reply).edit.text())});
}

void Happening::on(ReplySaved report) {
  if (!is_answer(report.ask, Waiting::reply)) return;
  answered_question();
  if (!report.saved) return save_failed(SaveTrouble::failed);
  const bool later = !state_.connection.in_touch;
  if (visit().works == true)
    thank(later ? screen::Thanks::closed_later : screen::Thanks::closed);
  else
    thank(later ? screen::Thanks::reopened_later : screen::Thanks::reopened);
}

void Happening::thank(screen::Thanks what) {
  SecretText code;
  if (visit().ticket) code = visit().ticket->code;
  navigate_to_thanks(state_, what, code, now_);
}

// --- Printing ---
void Happening::on(PrintAgain) {
  const auto* number = std::get_if<screen::Number>(&state_.screen);
  if (number == nullptr || state_.printer == PrinterState::none) return;
  state_.printer = PrinterState::ready;
  commands_.push_back(PrintSlip{state_.language, SecretText(number->ticket.queue_number),
                                SecretText(number->ticket.code), SecretText(number->ticket.follow_url),
                                number->ticket.at});
}

void Happening::on(PrinterChanged report) { state_.printer = report.state; }

// --- Service ---
void Happening::on(StaffGesture) {
  if (page() != PageId::start || !state_.site.has_staff_pin || state_.pin_failures >= k_pin_failures_max)
    return;
  open(PageId::pin);
}

void Happening::on(PinChecked report) {
  if (!is_answer(report.ask, Waiting::pin) || page() != PageId::pin) return;
  answered_question();
  visit().at(Field::pin).edit.wipe();
  if (report.right) {
    state_.pin_failures = 0;
    commands_.push_back(TellService{});
    return open(PageId::service);
  }
  visit().pin_wrong = true;
  if (++state_.pin_failures < k_pin_failures_max) return;
  state_.pin_blocked_until = now_ + state_.settings.pin_pause;
  navigate(state_, Move::home, now_);
}

void Happening::on(ServiceChanged report) {
  if (auto* service = std::get_if<screen::Service>(&state_.screen)) service->info = std::move(report.info);
}

void Happening::on(RestartKiosk) {
  if (page() == PageId::service) commands_.push_back(Restart{});
}

} // namespace walkin::kiosk
