// Text from outside: UTF-8 (RFC 3629) checks, normal form and folding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walkin::base {

bool is_valid_utf8(std::string_view text);

// Number of code points; `text` must be valid UTF-8.
std::size_t count_code_points(std::string_view text);

// Unicode normal form C (UAX #15), white space (of any script) trimmed at both ends, CR LF as LF.
// `text` must be valid UTF-8.
std::string clean(std::string_view text);

// First character of `text` that has no place in what a person wrote: a control character (tab and line
// feed are allowed when `multiline`), or a bidirectional override or isolate (U+202A-202E, U+2066-2069),
// which can make text read as something else than it is.
std::optional<char32_t> find_forbidden(std::string_view text, bool multiline);

// For comparing and searching: case folded, accents removed ("Señora" and "senora" are the same).
std::string fold(std::string_view text);

// At most `code_points` code points of `text`, ending in an ellipsis where something was cut off.
std::string shorten(std::string_view text, std::size_t code_points);

// A whole number written in ASCII digits, with an optional minus sign and nothing besides.
std::optional<std::int64_t> parse_integer(std::string_view text);

} // namespace walkin::base
