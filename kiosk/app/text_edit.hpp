// The text of one field while it is edited: UTF-8, a cursor between characters as a person sees them, and the
// dead accents of the on-screen keyboard.
#pragma once

#include "kiosk/app/secret_text.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace walkin::kiosk {

// What counts as one character is an extended grapheme cluster (UAX #29): a letter with its combining marks,
// or a family emoji, is entered, passed over and erased as one.
class TextEdit {
public:
  TextEdit() = default;
  // `limit` in code points, as domain::limit_of gives it.
  TextEdit(std::size_t limit, bool multiline) : limit_(limit), multiline_(multiline) {}

  std::string_view text() const { return text_.view(); }
  std::size_t cursor() const { return cursor_; } // in bytes, always between two characters
  bool empty() const { return text_.empty(); }
  bool is_blank() const; // nothing but white space

  // At the cursor. False, and nothing changes, for what is no UTF-8, what may not stand in a field (control
  // characters, line feeds in a field of one line) or what would go beyond the limit. A letter after a dead
  // accent becomes one character with it.
  bool insert(std::string_view typed);

  // A dead accent: a combining mark (U+0301 acute, U+0308 diaeresis ...) that waits for the next letter. The
  // same accent twice, or before a blank, gives the accent itself.
  void press_accent(char32_t combining);
  std::optional<char32_t> accent() const { return accent_; }

  bool erase_back(); // an accent that waits, else the character before the cursor; false when there is none
  void clear();      // the clear button: empty, and overwritten
  void move_left();
  void move_right();
  void move_home();
  void move_end();
  void place(std::size_t byte_offset); // the nearest place between characters at or before it

  // The character before the cursor and the one after it begin and end here; for drawing and for tests.
  std::size_t previous_boundary(std::size_t from) const;
  std::size_t next_boundary(std::size_t from) const;

  void wipe() { clear(); }

private:
  bool insert_plain(std::string_view typed);

  SecretText text_;
  std::size_t cursor_ = 0;
  std::size_t limit_ = 200;
  bool multiline_ = false;
  std::optional<char32_t> accent_;
};

} // namespace walkin::kiosk
