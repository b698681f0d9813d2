#include "kiosk/app/navigate.hpp"

#include "kiosk/app/form.hpp"

#include <algorithm>
#include <vector>

namespace walkin::kiosk {

namespace {

std::optional<PageId> details_page(const Visit& visit) {
  if (visit.category == domain::Category::computer) return PageId::computer;
  if (visit.category == domain::Category::phone) return PageId::telephone;
  return std::nullopt;
}

// The pages of this visit in their order.
std::vector<PageId> path_of(const Visit& visit) {
  std::vector<PageId> path{PageId::start, PageId::who};
  // A badge is no field to be typed into.
  if (!visit.by_badge) path.push_back(PageId::who_fields);
  if (visit.person) path.push_back(PageId::confirm);
  path.push_back(PageId::about);
  if (const auto details = details_page(visit)) path.push_back(*details);
  path.insert(path.end(), {PageId::words, PageId::serious, PageId::consequence, PageId::review});
  return path;
}

Screen screen_of(PageId page, Moment now) {
  switch (page) {
  case PageId::start: return screen::Start{};
  case PageId::who: return screen::Who{};
  case PageId::who_fields: return screen::WhoFields{};
  case PageId::about: return screen::About{};
  case PageId::computer: return screen::Computer{};
  case PageId::telephone: return screen::Telephone{};
  case PageId::words: return screen::Words{};
  case PageId::serious: return screen::Serious{};
  case PageId::consequence: return screen::Consequence{};
  case PageId::review: return screen::Review{};
  case PageId::sending: return screen::Sending{now};
  case PageId::number: return screen::Number{}; // only navigate_to_number() knows the ticket
  case PageId::confirm: return screen::Confirm{};
  case PageId::known: return screen::Known{};
  case PageId::bulletin: return screen::Bulletin{};
  case PageId::find: return screen::Find{};
  case PageId::article: return screen::Article{};
  case PageId::guide: return screen::Guide{};
  case PageId::ticket_code: return screen::TicketCode{};
  case PageId::ticket: return screen::Ticket{};
  case PageId::reply: return screen::Reply{};
  case PageId::thanks: return screen::Thank{}; // only navigate_to_thanks() knows what for
  case PageId::pin: return screen::Pin{};
  case PageId::service: return screen::Service{};
  }
  return screen::Start{};
}

// A field that the page is about gets the keyboard at once; where there are choices too, they are seen first.
std::optional<Field> first_focus(const Visit& visit, PageId page) {
  if (page == PageId::computer || page == PageId::telephone) return std::nullopt;
  const auto fields = fields_of(visit, page);
  return fields.empty() ? std::nullopt : std::optional(fields.front());
}

void turn_to(AppState& state, Screen screen, Moment touched, bool forward) {
  state.screen = std::move(screen);
  state.advance_at.reset();
  state.dialog = Dialog::none;
  state.last_turn = touched;
  state.slides_forward = forward;
  ++state.page_serial;
  state.waiting = Waiting::nothing;
  state.waits_until.reset();
  state.symbols = false;
  state.focus = first_focus(state.visit, page_of(state));
  if (state.focus) state.visit.at(*state.focus).edit.move_end();
}

void go_home(AppState& state, Moment touched) {
  state.visit.wipe();
  if (auto* number = std::get_if<screen::Number>(&state.screen)) {
    wipe(number->ticket.code);
    wipe(number->ticket.queue_number);
    wipe(number->ticket.follow_url);
  }
  state.language = state.settings.language;
  state.text_size = TextSize::normal;
  state.high_contrast = state.reach = state.speech = false;
  state.volume = k_volume_rest;
  state.came_from.clear();
  ++state.search.value;
  state.changing = false;
  state.save_trouble.reset();
  state.shift = Shift::off;
  ++state.request.value; // an answer that comes late belongs to nobody here any more
  turn_to(state, screen::Start{}, touched, false);
}

PageId next_page(const AppState& state, PageId from) {
  // Another way to be reached is of no use before it is typed.
  if (state.changing && from != PageId::who) return PageId::review;
  const auto path = path_of(state.visit);
  const auto here = std::ranges::find(path, from);
  return here == path.end() || here + 1 == path.end() ? from : *(here + 1);
}

PageId previous_page(AppState& state, PageId from) {
  if (is_beside(from)) {
    if (state.came_from.empty()) return PageId::start;
    const PageId back = state.came_from.back();
    state.came_from.pop_back();
    return back;
  }
  if (state.changing && from != PageId::who_fields) return PageId::review;
  const auto path = path_of(state.visit);
  const auto here = std::ranges::find(path, from);
  return here == path.end() || here == path.begin() ? from : *(here - 1);
}

} // namespace

PageId page_of_part(ReviewPart part) {
  switch (part) {
  case ReviewPart::who: return PageId::who_fields;
  case ReviewPart::about: return PageId::about;
  case ReviewPart::computer: return PageId::computer;
  case ReviewPart::telephone: return PageId::telephone;
  case ReviewPart::words: return PageId::words;
  case ReviewPart::serious: return PageId::serious;
  case ReviewPart::consequence: return PageId::consequence;
  }
  return PageId::review;
}

void navigate(AppState& state, Move move, Moment touched) {
  const PageId from = page_of(state);
  PageId to = from;
  switch (move) {
  case Move::forward: to = next_page(state, from); break;
  case Move::back: to = previous_page(state, from); break;
  case Move::home: to = PageId::start; break;
  case Move::sent: to = PageId::sending; break;
  case Move::not_sent: to = PageId::review; break;
  }
  if (to == PageId::start) return go_home(state, touched);
  if (to == from) return;
  if (from == PageId::start) ++state.request.value;
  if (to == PageId::review) state.changing = false;
  turn_to(state, screen_of(to, touched), touched, move == Move::forward || move == Move::sent);
}

bool is_beside(PageId page) {
  switch (page) {
  case PageId::known:
  case PageId::bulletin:
  case PageId::find:
  case PageId::article:
  case PageId::guide:
  case PageId::ticket_code:
  case PageId::ticket:
  case PageId::reply:
  case PageId::pin:
  case PageId::service: return true;
  case PageId::start:
  case PageId::who:
  case PageId::who_fields:
  case PageId::confirm:
  case PageId::about:
  case PageId::computer:
  case PageId::telephone:
  case PageId::words:
  case PageId::serious:
  case PageId::consequence:
  case PageId::review:
  case PageId::sending:
  case PageId::number:
  case PageId::thanks: return false;
  }
  return false;
}

void navigate_to(AppState& state, PageId page, Moment touched) {
  if (page_of(state) == PageId::start) ++state.request.value;
  if (page == PageId::review) state.changing = false;
  turn_to(state, screen_of(page, touched), touched, true);
}

void navigate_beside(AppState& state, PageId page, Moment touched) {
  if (page_of(state) == PageId::start) ++state.request.value;
  state.came_from.push_back(page_of(state));
  turn_to(state, screen_of(page, touched), touched, true);
}

void navigate_within(AppState& state, bool forward, Moment touched) {
  turn_to(state, screen_of(page_of(state), touched), touched, forward);
}

void navigate_to_thanks(AppState& state, screen::Thanks what, const SecretText& code, Moment now) {
  const Moment touched = state.last_turn.value_or(now);
  state.visit.wipe();
  state.save_trouble.reset();
  state.came_from.clear();
  turn_to(state, screen::Thank{what, code, now + state.site.number_page}, touched, true);
}

void navigate_to_change(AppState& state, PageId page, Moment touched) {
  state.changing = true;
  turn_to(state, screen_of(page, touched), touched, false);
}

void navigate_to_number(AppState& state, Registered ticket, Moment now) {
  // The touch that sent it is still the one that turned the page.
  const Moment touched = state.last_turn.value_or(now);
  state.visit.wipe();
  state.save_trouble.reset();
  auto qr = make_qr(ticket.follow_url);
  turn_to(state,
          screen::Number{std::move(ticket), !state.connection.in_touch, now + state.site.number_page,
                         std::move(qr)},
          touched, true);
}

Step step_of(const AppState& state) {
  const bool has_details = !state.visit.category || details_page(state.visit);
  const int shift = has_details ? 1 : 0;
  const int total = 5 + shift;
  switch (page_of(state)) {
  case PageId::who:
  case PageId::who_fields:
  case PageId::confirm: return {1, total};
  case PageId::about: return {2, total};
  case PageId::computer:
  case PageId::telephone: return {3, total};
  case PageId::words: return {3 + shift, total};
  case PageId::serious:
  case PageId::consequence: return {4 + shift, total};
  case PageId::review: return {total, total};
  // What is read while writing is read within that step.
  case PageId::bulletin:
  case PageId::article:
  case PageId::guide:
    if (std::ranges::count(state.came_from, PageId::words) > 0) return {3 + shift, total};
    return {0, total};
  case PageId::start:
  case PageId::sending:
  case PageId::number:
  case PageId::known:
  case PageId::find:
  case PageId::ticket_code:
  case PageId::ticket:
  case PageId::reply:
  case PageId::thanks:
  case PageId::pin:
  case PageId::service: return {0, total};
  }
  return {0, total};
}

} // namespace walkin::kiosk
