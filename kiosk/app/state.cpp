#include "kiosk/app/state.hpp"

#include "kiosk/app/form.hpp"

#include <algorithm>

namespace walkin::kiosk {

namespace {

constexpr std::size_t k_own_field_limit =
    60; // of what is no part of a registration: codes, what is looked for

} // namespace

Visit::Visit() {
  for (std::size_t i = 0; i < k_field_count; ++i) {
    const auto field = static_cast<Field>(i);
    // Room for the longest that the domain takes; the telephone's number and extension are told apart later.
    const std::string_view name = domain_field_of(*this, field);
    const std::size_t limit = name.empty() ? k_own_field_limit : domain::limit_of(name);
    fields[i].edit = TextEdit(limit, is_multiline(field));
  }
}

bool Visit::is_empty() const {
  bool no_text = at(Field::reply).edit.is_blank();
  for (std::size_t i = 0; i < k_field_count; ++i)
    if (!domain_field_of(*this, static_cast<Field>(i)).empty())
      no_text = no_text && fields[i].edit.is_blank();
  return no_text && !category && !system && !memory && !voicemail && !severity && !affected &&
         !consequence_asked;
}

bool is_identified(const Visit& visit) {
  const auto reach = reach_field(visit);
  return reach && !visit.at(*reach).edit.is_blank();
}

void Visit::wipe() {
  for (auto& field : fields) {
    field.edit.wipe();
    field.problem.reset();
  }
  by_badge = badge_unknown = tag_scanned = ticket_unknown = pin_wrong = false;
  person.reset();
  tag = TagState::not_asked;
  bulletin.reset();
  found.clear();
  reading.reset();
  solved_by.clear();
  trail.wipe();
  ticket.reset();
  ticket_likely.wipe();
  works.reset();
  stars.reset();
  way.reset();
  guest_way = Way::email;
  category.reset();
  system.reset();
  memory.reset();
  voicemail.reset();
  severity.reset();
  affected.reset();
  consequence.reset();
  consequence_asked = false;
}

AppState make_state(const Settings& settings, Moment now) {
  AppState state;
  state.settings = settings;
  state.language = settings.language;
  state.last_activity = now;
  state.connection.out_since = now;
  return state;
}

PageId page_of(const AppState& state) { return static_cast<PageId>(state.screen.index()); }

int seconds_left(Moment end, Moment now) {
  return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(std::max(end - now, {})).count());
}

bool is_offline_noticed(const AppState& state, Moment now) {
  return !state.connection.in_touch && now >= state.connection.out_since + state.settings.offline_notice;
}

namespace {

// When the number that a countdown to `end` shows changes.
Moment next_second(Moment end, Moment now) {
  const int left = seconds_left(end, now);
  return left <= 1 ? end : end - std::chrono::seconds(left - 1);
}

} // namespace

std::optional<Moment> next_deadline(const AppState& state, Moment now) {
  std::optional<Moment> next;
  auto consider = [&](Moment moment) { next = next ? std::min(*next, moment) : moment; };
  const Settings& settings = state.settings;

  if (state.advance_at) consider(*state.advance_at);
  if (state.waits_until) consider(*state.waits_until);
  if (state.pin_blocked_until) consider(*state.pin_blocked_until);
  const Moment warning = state.last_activity + state.site.idle;
  if (page_of(state) == PageId::start) {
    if (!state.connection.in_touch && !is_offline_noticed(state, now))
      consider(state.connection.out_since + settings.offline_notice);
    if (is_start_changed(state)) consider(warning);
  } else if (const auto* sending = std::get_if<screen::Sending>(&state.screen)) {
    consider(sending->since + settings.save_patience);
  } else if (const auto* number = std::get_if<screen::Number>(&state.screen)) {
    consider(next_second(number->clears_at, now));
  } else if (const auto* thanks = std::get_if<screen::Thank>(&state.screen)) {
    consider(thanks->clears_at);
  } else {
    consider(state.dialog == Dialog::idle ? next_second(warning + state.site.warning, now) : warning);
  }
  return next;
}

bool is_start_changed(const AppState& state) {
  return state.language != state.settings.language || state.text_size != TextSize::normal ||
         state.high_contrast || state.reach || state.speech;
}

void wipe(domain::Registration& registration) {
  for (std::string* text :
       {&registration.contact.name, &registration.contact.email, &registration.contact.phone,
        &registration.contact.employee_id, &registration.contact.preferred, &registration.contact.language,
        &registration.description, &registration.computer.asset_tag, &registration.computer.os,
        &registration.computer.os_version, &registration.computer.model, &registration.computer.serial,
        &registration.computer.hostname, &registration.telephone.number, &registration.telephone.extension,
        &registration.telephone.handset, &registration.telephone.carrier})
    wipe(*text);
  if (auto* voicemail = std::get_if<std::string>(&registration.telephone.voicemail)) wipe(*voicemail);
}

} // namespace walkin::kiosk
