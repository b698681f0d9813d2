// A scanner of the keyboard kind types what it reads in one burst and ends it with Enter. The filter stands
// before everything that is typed and tells such a burst from a person by its pace. Pure; one thread.
//
//   filter.text("4", now); ... filter.enter(now);        each answers with what has become certain
//   filter.expire(now);                                  when deadline() has come
#pragma once

#include "kiosk/app/intents.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::kiosk {

// What came out: typing goes on to the field, a scan to the page. Enter is typing too.
struct Typed {
  enum class Kind : std::uint8_t { text, enter, scan } kind;
  SecretText text;
};

class ScanFilter {
public:
  // Between two characters of a scanner there is less time than between the two quickest of a person.
  static constexpr std::chrono::milliseconds k_gap{40};
  static constexpr std::size_t k_characters_min = 4; // fewer are typing, however quick
  static constexpr std::size_t k_bytes_max = 512; // longer is no code: all of it is dropped up to the pause

  std::vector<Typed> text(std::string_view typed, Moment now);
  std::vector<Typed> enter(Moment now);
  // A touch or another key ends a burst at once.
  std::vector<Typed> interrupt();
  std::vector<Typed> expire(Moment now);
  // When what is held will be known to be typing; nothing while nothing is held.
  std::optional<Moment> deadline() const;
  bool is_holding() const { return deadline().has_value(); }

private:
  std::vector<Typed> release();

  SecretText held_;
  std::size_t characters_ = 0;
  Moment last_{};
  bool too_long_ = false;
};

// What was read, without what no code has; nothing where nothing is left. "]C1" and the like, by which some
// scanners name the kind of code, go.
std::optional<SecretText> cleaned_scan(std::string_view scanned);

// The ticket's code in a scan of a slip: the code itself, or the address behind its QR. In its proper form.
std::optional<std::string> code_in_scan(std::string_view scanned);

// The codes that differ from what was typed in one character or one swap of neighbours and are codes: the one
// with another last character first, as that is the one that is misread.
std::vector<std::string> codes_near(std::string_view typed);

} // namespace walkin::kiosk
