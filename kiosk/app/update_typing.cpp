// Fields and keys.
#include "kiosk/app/form.hpp"
#include "kiosk/app/happening.hpp"
#include "shared/base/text.hpp"

#include <algorithm>

namespace walkin::kiosk {

bool Happening::is_here(Field field) { return std::ranges::count(fields_of(visit(), page()), field) > 0; }

void Happening::focus_on(Field field) {
  if (!is_here(field)) return;
  if (state_.focus && state_.focus != field) leave_field();
  if (state_.focus != field) {
    state_.symbols = false;
    visit().at(field).edit.move_end();
  }
  state_.focus = field;
  capitalize();
}

void Happening::leave_field() {
  if (state_.focus && is_here(*state_.focus)) check_field(visit(), *state_.focus, false);
  if (state_.focus == Field::asset_tag) look_up_tag();
  state_.focus.reset();
}

void Happening::edited() {
  recheck_edited(visit(), *state_.focus);
  capitalize();
  switch (*state_.focus) {
  case Field::words:
  case Field::search: return search();
  case Field::asset_tag:
    visit().tag_scanned = false;
    visit().tag = TagState::not_asked;
    return;
  case Field::ticket_code: visit().ticket_unknown = false; return;
  case Field::staff_number: visit().by_badge = false; return;
  default: return;
  }
}

// A capital begins a name, and a sentence of the customer's own words.
void Happening::capitalize() {
  if (state_.shift == Shift::locked) return;
  state_.shift = Shift::off;
  if (!state_.focus || keyboard_of(*state_.focus) != KeyboardKind::text) return;
  const TextEdit& edit = *focused();
  const std::string_view before = edit.text().substr(0, edit.cursor());
  const auto last = before.find_last_not_of(' ');
  const bool after_blank = last + 1 < before.size();
  const bool begins = last == std::string_view::npos || before[last] == '\n';
  const bool sentence = is_multiline(*state_.focus) && after_blank && !begins &&
                        std::string_view(".?").find(before[last]) != std::string_view::npos;
  const bool name = state_.focus == Field::guest_name && after_blank;
  if (begins || sentence || name) state_.shift = Shift::once;
}

void Happening::on(TakeOffered intent) {
  if (state_.focus != intent.field) return;
  TextEdit& edit = *focused();
  edit.wipe();
  if (edit.insert(intent.text)) edited();
  leave_field();
}

void Happening::on(FocusField intent) { focus_on(intent.field); }
void Happening::on(LeaveField) { leave_field(); }

void Happening::on(InsertText intent) {
  TextEdit* edit = focused();
  if (!edit) return;
  std::string_view typed = intent.text.view();
  // Return in a field of one line is Continue.
  const bool has_return = !is_multiline(*state_.focus) && typed.ends_with('\n');
  if (has_return) typed.remove_suffix(typed.ends_with("\r\n") ? 2 : 1);
  if (!typed.empty() && !edit->insert(typed))
    refuse(typed);
  else if (!typed.empty())
    edited();
  if (has_return) on(Continue{});
}

void Happening::refuse(std::string_view typed) {
  const Field field = *state_.focus;
  const std::string_view name = domain_field_of(visit(), field);
  if (name.empty()) return; // of no registration: what goes beyond its limit is not taken, and that is seen
  const auto found = domain::check_text(name, typed);
  const bool unkeepable = found && (found->problem == domain::Problem::forbidden_character ||
                                    found->problem == domain::Problem::invalid_utf8);
  visit().at(field).problem = domain::FieldProblem{
      std::string(name), unkeepable ? domain::Problem::forbidden_character : domain::Problem::too_long,
      static_cast<std::int64_t>(domain::limit_of(name))};
}

void Happening::on(PressAccent intent) {
  if (!focused()) return;
  focused()->press_accent(intent.combining);
  edited();
}

void Happening::on(Accentuate intent) {
  TextEdit* edit = focused();
  if (!edit) return;
  const std::size_t from = edit->previous_boundary(edit->cursor());
  const std::string_view before = edit->text().substr(from, edit->cursor() - from);
  const bool is_lower = before == intent.letter;
  if (!is_lower && base::fold(before) != intent.letter) return;
  edit->erase_back();
  (void)edit->insert(is_lower ? intent.lower : intent.upper);
  edited();
}

void Happening::on(EraseBack) {
  if (focused() && focused()->erase_back()) edited();
}

void Happening::on(ClearField intent) {
  if (!is_here(intent.field)) return;
  focus_on(intent.field);
  focused()->clear();
  visit().at(intent.field).problem.reset();
  edited();
}

void Happening::on(MoveCursor intent) {
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

void Happening::on(PlaceCursor intent) {
  if (!focused()) return;
  focused()->place(intent.byte_offset);
  capitalize();
}

void Happening::on(PressShift) {
  switch (state_.shift) {
  case Shift::off: state_.shift = Shift::once; break;
  case Shift::once: state_.shift = Shift::locked; break;
  case Shift::locked: state_.shift = Shift::off; break;
  }
}

void Happening::on(PressSymbols) { state_.symbols = !state_.symbols; }

} // namespace walkin::kiosk
