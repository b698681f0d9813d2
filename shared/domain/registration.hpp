// What a customer hands over when they are registered, and the rules for it.
#pragma once

#include "shared/base/result.hpp"
#include "shared/domain/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::domain {

enum class Channel { walk_in, phone, email, field };
enum class Category { computer, phone, account, printer, network, other };
enum class Nature { question, incident, problem, complaint, work_order };
enum class Degree { high, medium, low }; // of severity and of consequence
enum class Affected { one, team, many }; // people affected
enum class Priority { p1 = 1, p2, p3, p4 };

// The names used in registration.json, on the wire and in the store ("walk_in", "work_order", "P2").
std::string_view name_of(Channel channel);
std::string_view name_of(Category category);
std::string_view name_of(Nature nature);
std::string_view name_of(Degree degree);
std::string_view name_of(Affected affected);
std::string_view name_of(Priority priority);
std::optional<Channel> parse_channel(std::string_view name);
std::optional<Category> parse_category(std::string_view name);
std::optional<Nature> parse_nature(std::string_view name);
std::optional<Degree> parse_degree(std::string_view name);
std::optional<Affected> parse_affected(std::string_view name);
std::optional<Priority> parse_priority(std::string_view name);

// The matrix: impact comes from people affected, urgency from severity and consequence (the higher of the
// two). What was not said counts as medium severity and consequence for one person.
Priority priority_of(std::optional<Degree> severity, std::optional<Affected> affected,
                     std::optional<Degree> consequence);

struct Contact {
  std::string name, email, phone, employee_id;
  std::string preferred; // how the customer wants the answer: "email", "phone", "in person" ...
  std::string language;  // BCP 47, "en", "es", "nb"

  bool is_reachable() const { return !email.empty() || !phone.empty() || !employee_id.empty(); }
};

struct ComputerDetails {
  std::string asset_tag, os, os_version, model, serial, hostname;
  std::optional<std::int64_t> memory_mb;
};

struct TelephoneDetails {
  std::string number, extension, handset, carrier;
  Value voicemail; // text (the mailbox) or yes/no (whether it is about voicemail)
};

struct Registration {
  Contact contact;
  Channel channel = Channel::walk_in;
  std::optional<Category> category;
  std::optional<Nature> nature;
  std::string description;
  std::optional<Degree> severity;
  std::optional<Affected> affected;
  std::optional<Degree> consequence;
  ComputerDetails computer;
  TelephoneDetails telephone;
  // Solved at a kiosk by an answer that the customer found there, before anybody was asked. Such a question
  // counts as demand and may be nobody's. Only the kiosk says so: no file and no program outside can.
  bool self_service = false;

  bool may_be_anonymous() const {
    return self_service && channel == Channel::walk_in && nature == Nature::question;
  }
};

// What is wrong with one field, as a kiosk needs it to say so in the customer's own words.
enum class Problem {
  invalid_utf8,
  forbidden_character, // control character or bidirectional override
  too_long,            // `limit` holds the greatest number of code points
  too_small,           // `limit` holds the least number
  too_big,             // `limit` holds the greatest number
  mail_no_at,          // no @, or nothing before or after it
  mail_no_ending,      // "maria@company": what comes after the name of the company is missing
  mail_bad_character,  // a blank, a second @, a character no mail address has
  phone_bad_character, // not digits, blanks, + ( ) - . / #
  phone_too_few,       // fewer than `limit` digits
  id_bad_character,    // staff number, tag or code: letters, digits, - . _ / only
  not_a_choice,        // not one of the values allowed
  unreachable,         // nothing by which the customer could be reached
};

struct FieldProblem {
  std::string field; // dotted, as in registration.json: "contact.email"
  Problem problem;
  std::int64_t limit = 0;
};

// One sentence in English naming the field, what is wrong, and the limit.
std::string describe(const FieldProblem& problem);

// The rule of one text field by its dotted name ("contact.email", "computer.model", "description", ...).
// `text` is expected as it was entered; blank is always fine. Pure.
std::optional<FieldProblem> check_text(std::string_view field, std::string_view text);

// The rule of computer.memory_mb, 1 MB to 64 TB.
std::optional<FieldProblem> check_memory_mb(std::int64_t memory_mb);

// Greatest number of code points of a text field.
std::size_t limit_of(std::string_view field);

// A registration whose every text is clean (base::clean), or everything that is wrong with it in the order
// of the fields. A customer who cannot be reached at all is refused with Problem::unreachable, but for a
// question that was self-service.
tl::expected<Registration, std::vector<FieldProblem>> validate(Registration registration);

// The same as one Error for programs: the first problem described, its field as context.
base::Result<Registration> validated(Registration registration);

} // namespace walkin::domain
