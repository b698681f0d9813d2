#include "shared/domain/registration.hpp"

#include "shared/base/text.hpp"
#include "shared/domain/names.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::domain {

namespace {

constexpr detail::Names<Channel, 4> k_channels{{{Channel::walk_in, "walk_in"},
                                                {Channel::phone, "phone"},
                                                {Channel::email, "email"},
                                                {Channel::field, "field"}}};
constexpr detail::Names<Category, 6> k_categories{{{Category::computer, "computer"},
                                                   {Category::phone, "phone"},
                                                   {Category::account, "account"},
                                                   {Category::printer, "printer"},
                                                   {Category::network, "network"},
                                                   {Category::other, "other"}}};
constexpr detail::Names<Nature, 5> k_natures{{{Nature::question, "question"},
                                              {Nature::incident, "incident"},
                                              {Nature::problem, "problem"},
                                              {Nature::complaint, "complaint"},
                                              {Nature::work_order, "work_order"}}};
constexpr detail::Names<Degree, 3> k_degrees{
    {{Degree::high, "high"}, {Degree::medium, "medium"}, {Degree::low, "low"}}};
constexpr detail::Names<Affected, 3> k_affected{
    {{Affected::one, "one"}, {Affected::team, "team"}, {Affected::many, "many"}}};
constexpr detail::Names<Priority, 4> k_priorities{
    {{Priority::p1, "P1"}, {Priority::p2, "P2"}, {Priority::p3, "P3"}, {Priority::p4, "P4"}}};

enum class Rule { line, lines, mail, phone, identifier, language };

struct TextField {
  std::string_view name;
  std::size_t limit; // code points
  Rule rule;
};

constexpr std::int64_t k_memory_mb_max = 64LL * 1024 * 1024;
constexpr std::int64_t k_phone_digits_min = 3;

constexpr std::array k_text_fields{
    TextField{"contact.name", 120, Rule::line},
    TextField{"contact.email", 254, Rule::mail}, // RFC 5321 4.5.3.1.3, less the angle brackets
    TextField{"contact.phone", 40, Rule::phone},
    TextField{"contact.employee_id", 40, Rule::identifier},
    TextField{"contact.preferred", 40, Rule::line},
    TextField{"contact.language", 35, Rule::language}, // RFC 5646 4.4.1,
    TextField{"description", 4000, Rule::lines},
    TextField{"computer.asset_tag", 40, Rule::identifier},
    TextField{"computer.os", 60, Rule::line},
    TextField{"computer.os_version", 60, Rule::line},
    TextField{"computer.model", 80, Rule::line},
    TextField{"computer.serial", 60, Rule::line},
    TextField{"computer.hostname", 253, Rule::line},
    TextField{"telephone.number", 40, Rule::phone},
    TextField{"telephone.extension", 20, Rule::line},
    TextField{"telephone.handset", 80, Rule::line},
    TextField{"telephone.carrier", 80, Rule::line},
    TextField{"telephone.voicemail", 60, Rule::line},
    TextField{"title", 160, Rule::line},
    TextField{"text", 10000, Rule::lines},
    TextField{"assignee", 120, Rule::line},
    TextField{"group", 120, Rule::line},
    TextField{"owner", 120, Rule::line},
    TextField{"department", 120, Rule::line},
    TextField{"site", 80, Rule::line},
};

constexpr TextField k_any_other_field{"", 200, Rule::line};

const TextField& text_field(std::string_view name) {
  const auto* found = std::ranges::find(k_text_fields, name, &TextField::name);
  return found == k_text_fields.end() ? k_any_other_field : *found;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// A practical address: one @, something on both sides, a dot in the domain with at least two letters after
// it. International mailboxes and domains (RFC 6531) pass; quoted local parts do not, as nobody types them.
std::optional<Problem> check_mail(std::string_view mail) {
  auto at = mail.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == mail.size()) return Problem::mail_no_at;
  constexpr std::string_view k_never = " \t\n\"(),:;<>[\\]";
  if (mail.find_first_of(k_never) != std::string_view::npos ||
      mail.find('@', at + 1) != std::string_view::npos)
    return Problem::mail_bad_character;
  auto is_emoji_lead = [](char c) { return static_cast<unsigned char>(c) >= 0xf0; };
  if (std::ranges::any_of(mail, is_emoji_lead)) return Problem::mail_bad_character;
  // Pasted addresses bring these along unseen: no-break and zero-width blanks, word joiner, byte order mark.
  for (std::string_view unseen :
       {"\u00a0", "\u00ad", "\u200b", "\u200c", "\u200d", "\u202f", "\u2060", "\u3000", "\ufeff"})
    if (mail.find(unseen) != std::string_view::npos) return Problem::mail_bad_character;
  std::string_view local = mail.substr(0, at), domain = mail.substr(at + 1);
  if (local.front() == '.' || local.back() == '.' || mail.find("..") != std::string_view::npos)
    return Problem::mail_bad_character;
  auto dot = domain.rfind('.');
  if (dot == std::string_view::npos || domain.size() - dot - 1 < 2) return Problem::mail_no_ending;
  if (domain.front() == '.' || domain.front() == '-') return Problem::mail_bad_character;
  for (char c : domain)
    if (is_ascii(c) && !is_ascii_letter(c) && !is_digit(c) && c != '.' && c != '-')
      return Problem::mail_bad_character;
  return std::nullopt;
}

std::optional<FieldProblem> check_phone(std::string_view field, std::string_view phone) {
  constexpr std::string_view k_allowed = "0123456789 +()-./#*";
  if (phone.find_first_not_of(k_allowed) != std::string_view::npos)
    return FieldProblem{std::string(field), Problem::phone_bad_character};
  if (std::ranges::count_if(phone, is_digit) < k_phone_digits_min)
    return FieldProblem{std::string(field), Problem::phone_too_few, k_phone_digits_min};
  return std::nullopt;
}

std::optional<Problem> check_rule(Rule rule, std::string_view text) {
  switch (rule) {
  case Rule::mail: return check_mail(text);
  case Rule::identifier: {
    auto fits = [](char c) {
      return is_digit(c) || is_ascii_letter(c) || std::string_view("-._/").find(c) != std::string_view::npos;
    };
    if (!std::ranges::all_of(text, fits)) return Problem::id_bad_character;
    return std::nullopt;
  }
  case Rule::language:
    if (!std::ranges::all_of(
            text, [](char c) { return is_ascii_letter(c) || is_digit(c) || c == '-' || c == '_'; }))
      return Problem::not_a_choice;
    return std::nullopt;
  case Rule::phone:
  case Rule::line:
  case Rule::lines: return std::nullopt;
  }
  return std::nullopt;
}

// Every text of a registration with its name, for reading and writing.
template <class Registration_, class Visit>
void for_each_text(Registration_& r, Visit visit) {
  visit("contact.name", r.contact.name);
  visit("contact.email", r.contact.email);
  visit("contact.phone", r.contact.phone);
  visit("contact.employee_id", r.contact.employee_id);
  visit("contact.preferred", r.contact.preferred);
  visit("contact.language", r.contact.language);
  visit("description", r.description);
  visit("computer.asset_tag", r.computer.asset_tag);
  visit("computer.os", r.computer.os);
  visit("computer.os_version", r.computer.os_version);
  visit("computer.model", r.computer.model);
  visit("computer.serial", r.computer.serial);
  visit("computer.hostname", r.computer.hostname);
  visit("telephone.number", r.telephone.number);
  visit("telephone.extension", r.telephone.extension);
  visit("telephone.handset", r.telephone.handset);
  visit("telephone.carrier", r.telephone.carrier);
  if (auto* voicemail = std::get_if<std::string>(&r.telephone.voicemail))
    visit("telephone.voicemail", *voicemail);
}

} // namespace

std::string_view name_of(Channel channel) { return detail::name_in(k_channels, channel); }
std::string_view name_of(Category category) { return detail::name_in(k_categories, category); }
std::string_view name_of(Nature nature) { return detail::name_in(k_natures, nature); }
std::string_view name_of(Degree degree) { return detail::name_in(k_degrees, degree); }
std::string_view name_of(Affected affected) { return detail::name_in(k_affected, affected); }
std::string_view name_of(Priority priority) { return detail::name_in(k_priorities, priority); }
std::optional<Channel> parse_channel(std::string_view name) { return detail::parse_in(k_channels, name); }
std::optional<Category> parse_category(std::string_view name) { return detail::parse_in(k_categories, name); }
std::optional<Nature> parse_nature(std::string_view name) { return detail::parse_in(k_natures, name); }
std::optional<Degree> parse_degree(std::string_view name) { return detail::parse_in(k_degrees, name); }
std::optional<Affected> parse_affected(std::string_view name) { return detail::parse_in(k_affected, name); }
std::optional<Priority> parse_priority(std::string_view name) { return detail::parse_in(k_priorities, name); }

Priority priority_of(std::optional<Degree> severity, std::optional<Affected> affected,
                     std::optional<Degree> consequence) {
  using enum Priority;
  // Rows: impact high, medium, low; columns: urgency high, medium, low.
  constexpr Priority k_matrix[3][3] = {{p1, p2, p3}, {p2, p3, p4}, {p3, p4, p4}};
  // Degrees are declared from high to low, so the smaller is the more urgent.
  Degree urgency = Degree::medium;
  if (severity && consequence)
    urgency = std::min(*severity, *consequence);
  else if (severity || consequence)
    urgency = severity ? *severity : *consequence;
  Affected people = affected.value_or(Affected::one);
  std::size_t impact = people == Affected::many ? 0 : people == Affected::team ? 1 : 2;
  return k_matrix[impact][static_cast<std::size_t>(urgency)];
}

std::string describe(const FieldProblem& p) {
  switch (p.problem) {
  case Problem::invalid_utf8: return fmt::format("{}: this is not valid UTF-8 text.", p.field);
  case Problem::forbidden_character:
    return fmt::format("{}: control characters and text direction overrides are not allowed; take them out.",
                       p.field);
  case Problem::too_long: return fmt::format("{}: at most {} characters are allowed.", p.field, p.limit);
  case Problem::too_small: return fmt::format("{}: the least value is {}.", p.field, p.limit);
  case Problem::too_big: return fmt::format("{}: the greatest value is {}.", p.field, p.limit);
  case Problem::mail_no_at:
    return fmt::format("{}: a mail address has an @ with something before and after it.", p.field);
  case Problem::mail_no_ending:
    return fmt::format("{}: the ending of the mail address is missing, such as .com or .org.", p.field);
  case Problem::mail_bad_character:
    return fmt::format("{}: a mail address has no blanks, no second @ and none of \"(),:;<>[\\].", p.field);
  case Problem::phone_bad_character:
    return fmt::format("{}: a telephone number has digits, blanks and + ( ) - . / # * only.", p.field);
  case Problem::phone_too_few: return fmt::format("{}: at least {} digits are needed.", p.field, p.limit);
  case Problem::id_bad_character: return fmt::format("{}: letters, digits and - . _ / only.", p.field);
  case Problem::not_a_choice: return fmt::format("{}: this is not one of the values allowed.", p.field);
  case Problem::unreachable:
    return "contact: give at least one of email, phone or employee_id, so that the customer can be reached.";
  }
  return p.field;
}

std::size_t limit_of(std::string_view field) { return text_field(field).limit; }

std::optional<FieldProblem> check_text(std::string_view name, std::string_view text) {
  const TextField& field = text_field(name);
  auto problem = [&](Problem what, std::size_t limit = 0) {
    return FieldProblem{std::string(name), what, static_cast<std::int64_t>(limit)};
  };
  if (!base::is_valid_utf8(text)) return problem(Problem::invalid_utf8);
  if (base::find_forbidden(text, field.rule == Rule::lines)) return problem(Problem::forbidden_character);
  std::string cleaned = base::clean(text);
  if (cleaned.empty()) return std::nullopt;
  if (base::count_code_points(cleaned) > field.limit) return problem(Problem::too_long, field.limit);
  if (field.rule == Rule::phone) return check_phone(name, cleaned);
  if (auto what = check_rule(field.rule, cleaned)) return problem(*what);
  return std::nullopt;
}

std::optional<FieldProblem> check_memory_mb(std::int64_t memory_mb) {
  if (memory_mb < 1) return FieldProblem{"computer.memory_mb", Problem::too_small, 1};
  if (memory_mb > k_memory_mb_max)
    return FieldProblem{"computer.memory_mb", Problem::too_big, k_memory_mb_max};
  return std::nullopt;
}

tl::expected<Registration, std::vector<FieldProblem>> validate(Registration registration) {
  std::vector<FieldProblem> problems;
  for_each_text(registration, [&](std::string_view name, std::string& text) {
    if (auto problem = check_text(name, text))
      problems.push_back(std::move(*problem));
    else
      text = base::clean(text);
  });
  if (registration.computer.memory_mb)
    if (auto problem = check_memory_mb(*registration.computer.memory_mb)) problems.push_back(*problem);
  if (problems.empty() && !registration.contact.is_reachable() && !registration.may_be_anonymous())
    problems.push_back({"contact", Problem::unreachable});
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return registration;
}

base::Result<Registration> validated(Registration registration) {
  auto result = validate(std::move(registration));
  if (result) return std::move(*result);
  const FieldProblem& first = result.error().front();
  return base::fail(base::ErrorCode::invalid, describe(first), first.field);
}

} // namespace walkin::domain
