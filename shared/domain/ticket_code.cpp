#include "shared/domain/ticket_code.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::domain {

namespace {

constexpr std::string_view k_alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
constexpr unsigned k_modulus = 37;
constexpr std::size_t k_digits_min = 4, k_digits_max = 9;

// ISO/IEC 7064 pure system recursion: P = (P + value) * 2 mod 37; the whole code leaves 1.
char check_character(std::string_view payload) {
  unsigned p = 0;
  for (char c : payload) p = (p + static_cast<unsigned>(k_alphabet.find(c))) * 2 % k_modulus;
  return k_alphabet[(k_modulus + 1 - p) % k_modulus];
}

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

bool is_station_prefix(std::string_view prefix) {
  return prefix.size() >= 2 && prefix.size() <= 4 && std::ranges::all_of(prefix, is_letter);
}

std::optional<std::string> make_ticket_code(std::string_view prefix, std::uint32_t counter) {
  std::string number = fmt::format("{:04}", counter);
  char check = check_character(std::string(prefix) + number);
  if (check == '*') return std::nullopt;
  return fmt::format("{}-{}-{}", prefix, number, check);
}

NextCode next_ticket_code(std::string_view prefix, std::uint32_t last) {
  for (std::uint32_t counter = last + 1;; ++counter)
    if (auto code = make_ticket_code(prefix, counter)) return {counter, *code};
}

base::Result<std::string> parse_ticket_code(std::string_view typed) {
  std::string plain;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    plain += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  auto letters = static_cast<std::size_t>(std::ranges::find_if_not(plain, is_letter) - plain.begin());
  std::size_t digits = 0;
  while (letters + digits < plain.size() && is_digit(plain[letters + digits])) ++digits;
  // The check character may be a digit itself, so the counter is all but the last of what follows.
  bool check_is_digit = letters + digits == plain.size();
  if (check_is_digit && digits > 0) --digits;
  std::string_view prefix = std::string_view(plain).substr(0, letters);
  std::string_view number = std::string_view(plain).substr(std::min(letters, plain.size()), digits);
  bool shape = is_station_prefix(prefix) && digits >= k_digits_min && digits <= k_digits_max &&
               plain.size() == letters + digits + 1 && (is_letter(plain.back()) || is_digit(plain.back())) &&
               (digits == k_digits_min || number.front() != '0');
  if (!shape)
    return base::fail(base::ErrorCode::invalid,
                      "A ticket code has letters, a number and a last character, like LB-0042-K.", "code");
  if (check_character(plain.substr(0, plain.size() - 1)) != plain.back())
    return base::fail(
        base::ErrorCode::invalid,
        "This ticket code has a mistake in it. Compare it with the slip, character by character.", "code");
  return fmt::format("{}-{}-{}", prefix, number, plain.back());
}

} // namespace walkin::domain
