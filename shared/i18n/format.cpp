#include "shared/i18n/format.hpp"

#include <array>
#include <fmt/format.h>

namespace walkin::i18n {

namespace {

constexpr std::array<std::string_view, 12> k_months_en{"January",   "February", "March",    "April",
                                                       "May",       "June",     "July",     "August",
                                                       "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 12> k_months_es{"enero",      "febrero", "marzo",     "abril",
                                                       "mayo",       "junio",   "julio",     "agosto",
                                                       "septiembre", "octubre", "noviembre", "diciembre"};
constexpr std::array<std::string_view, 12> k_months_nb{"januar",    "februar", "mars",     "april",
                                                       "mai",       "juni",    "juli",     "august",
                                                       "september", "oktober", "november", "desember"};
constexpr std::array<std::string_view, 7> k_days_en{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 7> k_days_es{"domingo", "lunes",   "martes", "miércoles",
                                                    "jueves",  "viernes", "sábado"};
constexpr std::array<std::string_view, 7> k_days_nb{"søndag",  "mandag", "tirsdag", "onsdag",
                                                    "torsdag", "fredag", "lørdag"};

// "22 November", "22 de noviembre", "22. november"
std::string day_and_month(Language language, LocalTime time) {
  const unsigned day = static_cast<unsigned>(time.date.day());
  const std::size_t month = static_cast<unsigned>(time.date.month()) - 1;
  switch (language) {
  case Language::en: return fmt::format("{} {}", day, k_months_en.at(month));
  case Language::es: return fmt::format("{} de {}", day, k_months_es.at(month));
  case Language::nb: return fmt::format("{}. {}", day, k_months_nb.at(month));
  }
  return {};
}

} // namespace

std::string format_clock(LocalTime time) {
  const auto minutes = time.since_midnight.count();
  return fmt::format("{}:{:02}", minutes / 60, minutes % 60);
}

std::string format_date(Language language, LocalTime time) {
  return fmt::format("{}{}{}", day_and_month(language, time), language == Language::es ? " de " : " ",
                     static_cast<int>(time.date.year()));
}

std::string format_day(Language language, LocalTime time) {
  const auto weekday = std::chrono::weekday(std::chrono::sys_days(time.date)).c_encoding();
  const auto& names = language == Language::en ? k_days_en : language == Language::es ? k_days_es : k_days_nb;
  return fmt::format("{} {}", names.at(weekday), day_and_month(language, time));
}

std::string format_number(Language language, std::int64_t value) {
  // Unsigned, so that the smallest number has a magnitude too.
  const auto bits = static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(value < 0 ? ~bits + 1 : bits);
  // Spanish and Norwegian (ISO 80000-1) leave four digits together.
  const std::size_t grouped_from = language == Language::en ? 4 : 5;
  const std::string_view separator = language == Language::en   ? ","
                                     : language == Language::es ? "."
                                                                : "\u00a0";
  if (digits.size() >= grouped_from)
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, separator);
  return value < 0 ? "\u2212" + digits : digits;
}

} // namespace walkin::i18n
