// The value of one field of a ticket, and sets of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace walkin::domain {

// Cleared (monostate), yes or no, a whole number, or text. Never a fraction: hashes must not depend on
// rounding.
using Value = std::variant<std::monostate, bool, std::int64_t, std::string>;

// Field name to value, in byte order of the names. Names are dotted lower case: "status", "computer.model".
using Fields = std::map<std::string, Value, std::less<>>;

// For people: "" when cleared, "yes"/"no", decimal digits, or the text itself.
std::string to_text(const Value& value);

bool is_cleared(const Value& value);

} // namespace walkin::domain
