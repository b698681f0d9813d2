// The words for what the state holds: names of choices, the review's values, problems with a field.
#pragma once

#include "kiosk/app/model.hpp"
#include "kiosk/app/state.hpp"

#include <initializer_list>

namespace walkin::kiosk {

// A catalogue whose composed texts are wiped, as they may hold what a customer entered.
class Words {
public:
  explicit Words(i18n::Language language) : catalogue_(i18n::catalogue(language)) {}
  i18n::Language language() const { return catalogue_.language(); }
  std::string_view text(std::string_view key) const { return catalogue_.text(key); }
  SecretText fill(std::string_view key, std::initializer_list<i18n::Argument> arguments) const;
  SecretText plural(std::string_view key, int count) const;

private:
  const i18n::Catalogue& catalogue_;
};

std::string_view category_name(const Words& words, domain::Category category);
std::string_view category_hint(const Words& words, domain::Category category);
Icon category_icon(domain::Category category);
std::string_view system_name(const Words& words, System system);
std::string_view memory_name(const Words& words, Memory memory);
std::string_view consequence_name(const Words& words, std::optional<domain::Degree> degree);

std::string_view field_label(const Words& words, Field field);
ProblemView problem_view(const Words& words, const Visit& visit, Field field);

// A ticket's code that is none, or that nobody has; `likely` is what may have been meant, or "".
ProblemView ticket_problem(const Words& words, std::string_view likely);

// "M**** N****" with the dots of the screen.
SecretText dotted(std::string_view masked);

// The rows of the review, in the order of the pages.
std::vector<ReviewRowView> review_rows(const Words& words, const Visit& visit);

} // namespace walkin::kiosk
