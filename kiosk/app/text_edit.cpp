#include "kiosk/app/text_edit.hpp"

#include "shared/base/text.hpp"

#include <algorithm>
#include <string>
#include <utf8proc.h>

namespace walkin::kiosk {

namespace {

struct CodePoint {
  utf8proc_int32_t value;
  std::size_t size; // in bytes
};

// `text` is valid UTF-8: everything in a TextEdit has been checked on its way in.
CodePoint code_point_at(std::string_view text, std::size_t at) {
  utf8proc_int32_t value = 0;
  const auto rest = text.substr(at);
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                     static_cast<utf8proc_ssize_t>(rest.size()), &value);
  return {value, size > 0 ? static_cast<std::size_t>(size) : 1};
}

std::string utf8_of(char32_t code_point) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

// The accent on its own, as a character that takes room.
std::string spacing_form(char32_t combining) {
  switch (combining) {
  case U'\u0300': return "`";
  case U'\u0301': return "\u00b4";
  case U'\u0302': return "^";
  case U'\u0303': return "~";
  case U'\u0308': return "\u00a8";
  case U'\u030a': return "\u00b0";
  default: return {};
  }
}

// Where the character that begins at `from` ends.
std::size_t end_of_character(std::string_view text, std::size_t from) {
  if (from >= text.size()) return text.size();
  utf8proc_int32_t state = 0;
  CodePoint current = code_point_at(text, from);
  std::size_t at = from + current.size;
  while (at < text.size()) {
    const CodePoint next = code_point_at(text, at);
    if (utf8proc_grapheme_break_stateful(current.value, next.value, &state)) break;
    at += next.size;
    current = next;
  }
  return at;
}

} // namespace

bool TextEdit::is_blank() const {
  return std::ranges::all_of(text(), [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
}

std::size_t TextEdit::previous_boundary(std::size_t from) const {
  // Clusters are only defined from the front: whether two flags belong together depends on those before them.
  std::size_t before = 0;
  for (std::size_t at = 0; at < std::min(from, text_.size());) {
    before = at;
    at = end_of_character(text(), at);
  }
  return before;
}

std::size_t TextEdit::next_boundary(std::size_t from) const {
  std::size_t at = 0;
  while (at <= from && at < text_.size()) at = end_of_character(text(), at);
  return at;
}

void TextEdit::place(std::size_t byte_offset) {
  accent_.reset();
  std::size_t at = 0;
  while (at < text_.size()) {
    const std::size_t end = end_of_character(text(), at);
    if (end > byte_offset) break;
    at = end;
  }
  cursor_ = at;
}

bool TextEdit::insert_plain(std::string_view typed) {
  if (typed.empty()) return false;
  if (base::count_code_points(text()) + base::count_code_points(typed) > limit_) return false;
  text_.insert(cursor_, typed);
  const std::size_t end = cursor_ + typed.size();
  // What was typed may have joined what follows it (a mark, a joiner): then the cursor goes behind both.
  cursor_ = end == 0 ? 0 : next_boundary(end - 1);
  return true;
}

bool TextEdit::insert(std::string_view typed) {
  if (!base::is_valid_utf8(typed) || base::find_forbidden(typed, multiline_) || typed.empty()) return false;
  if (!accent_) return insert_plain(typed);

  const char32_t mark = *accent_;
  const std::size_t first = code_point_at(typed, 0).size;
  std::string together = std::string(typed.substr(0, first)) + utf8_of(mark);
  std::string composed = typed.front() == ' ' ? spacing_form(mark) : base::clean(together);
  if (base::count_code_points(composed) > 1)
    composed = spacing_form(mark) + std::string(typed.substr(0, first));
  composed += typed.substr(first);
  const bool inserted = insert_plain(composed);
  if (inserted) accent_.reset();
  kiosk::wipe(together);
  kiosk::wipe(composed);
  return inserted;
}

void TextEdit::press_accent(char32_t combining) {
  if (accent_ == combining) {
    accent_.reset();
    insert_plain(spacing_form(combining));
    return;
  }
  accent_ = combining;
}

bool TextEdit::erase_back() {
  if (accent_) {
    accent_.reset();
    return true;
  }
  if (cursor_ == 0) return false;
  const std::size_t from = previous_boundary(cursor_);
  text_.erase(from, cursor_ - from);
  // What is left on both sides may have become one character.
  const std::size_t end = from == 0 ? 0 : next_boundary(from - 1);
  cursor_ = end;
  return true;
}

void TextEdit::clear() {
  text_.wipe();
  cursor_ = 0;
  accent_.reset();
}

void TextEdit::move_left() {
  accent_.reset();
  cursor_ = previous_boundary(cursor_);
}

void TextEdit::move_right() {
  accent_.reset();
  cursor_ = next_boundary(cursor_);
}

void TextEdit::move_home() {
  accent_.reset();
  cursor_ = 0;
}

void TextEdit::move_end() {
  accent_.reset();
  cursor_ = text_.size();
}

} // namespace walkin::kiosk
