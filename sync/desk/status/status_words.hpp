// The words of the customer's status page in each language. Plain sentences; {name} stands for a value.
#pragma once

#include "shared/i18n/catalogue.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace walkin::desk {

struct StatusWord {
  std::string_view key;
  std::string_view en, es, nb;

  std::string_view in(i18n::Language language) const;
};

std::span<const StatusWord> status_words();

// The key itself where there are no such words, so that nothing is ever blank.
std::string_view status_text(i18n::Language language, std::string_view key);
std::string status_text(i18n::Language language, std::string_view key,
                        std::initializer_list<std::pair<std::string_view, std::string>> values);

// The first of an Accept-Language header (RFC 9110) that there are words in, by its weights.
std::optional<i18n::Language> accepted_language(std::string_view header);

} // namespace walkin::desk
