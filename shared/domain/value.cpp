#include "shared/domain/value.hpp"

namespace walkin::domain {

std::string to_text(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool yes) const { return yes ? "yes" : "no"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(const std::string& text) const { return text; }
  };
  return std::visit(Visitor{}, value);
}

bool is_cleared(const Value& value) { return std::holds_alternative<std::monostate>(value); }

} // namespace walkin::domain
