#include "shared/base/text.hpp"
#include "shared/domain/registration.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <limits>

using namespace walkin;
using domain::check_text;
using domain::Problem;

namespace {

domain::Registration reachable() {
  domain::Registration registration;
  registration.contact.email = "maria@company.org";
  return registration;
}

std::optional<Problem> problem_of(std::string_view field, std::string_view text) {
  if (auto found = check_text(field, text)) return found->problem;
  return std::nullopt;
}

} // namespace

TEST_CASE("priority follows the table of impact and urgency") {
  using enum domain::Priority;
  using domain::Affected;
  using domain::Degree;
  const std::optional<Degree> degrees[] = {Degree::high, Degree::medium, Degree::low};
  const Affected people[] = {Affected::many, Affected::team, Affected::one};
  const domain::Priority expected[3][3] = {{p1, p2, p3}, {p2, p3, p4}, {p3, p4, p4}};
  for (std::size_t severity = 0; severity < 3; ++severity)
    for (std::size_t consequence = 0; consequence < 3; ++consequence)
      for (std::size_t impact = 0; impact < 3; ++impact) {
        const std::size_t urgency = std::min(severity, consequence); // the higher of the two comes first
        CHECK(domain::priority_of(degrees[severity], people[impact], degrees[consequence]) ==
              expected[impact][urgency]);
      }
}

TEST_CASE("what was not said about priority counts as medium, for one person") {
  using enum domain::Priority;
  using domain::Affected;
  using domain::Degree;
  CHECK(domain::priority_of({}, {}, {}) == p4);
  CHECK(domain::priority_of({}, Affected::many, {}) == p2);
  CHECK(domain::priority_of(Degree::high, {}, {}) == p3);
  CHECK(domain::priority_of({}, Affected::many, Degree::high) == p1);
  // Something said to be low does not become medium because the other question was left open.
  CHECK(domain::priority_of(Degree::low, Affected::many, {}) == p3);
}

TEST_CASE("every name of a choice is read back as that choice") {
  auto round = [](auto parse, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      auto value = parse(name);
      REQUIRE_MESSAGE(value.has_value(), name);
      CHECK(domain::name_of(*value) == name);
    }
    CHECK(!parse(""));
    CHECK(!parse("HIGH"));
  };
  round(domain::parse_channel, {"walk_in", "phone", "email", "field"});
  round(domain::parse_category, {"computer", "phone", "account", "printer", "network", "other"});
  round(domain::parse_nature, {"question", "incident", "problem", "complaint", "work_order"});
  round(domain::parse_degree, {"high", "medium", "low"});
  round(domain::parse_affected, {"one", "team", "many"});
  round(domain::parse_priority, {"P1", "P2", "P3", "P4"});
}

TEST_CASE("mail addresses that people have are taken") {
  for (const char* mail :
       {"maria@company.org", "m@x.io", "first.last+tag@sub.company.co.uk", "o'brien@company.ie",
        "用户@例子.公司", "señora@compañía.es", "a_b-c@x-y.museum", " maria@company.org "})
    CHECK_MESSAGE(!check_text("contact.email", mail), mail);
}

TEST_CASE("what is wrong with a mail address is told") {
  for (const char* mail : {"maria", "@", "@company.org", "maria@", "maria.company.org"})
    CHECK_MESSAGE(problem_of("contact.email", mail) == Problem::mail_no_at, mail);
  for (const char* mail : {"maria@company", "maria@company.", "maria@company.o", "maria@x"})
    CHECK_MESSAGE(problem_of("contact.email", mail) == Problem::mail_no_ending, mail);
  for (const char* mail :
       {"maria ruiz@company.org", "a@b@company.org", "a,b@company.org", "<a@company.org>", "a@comp any.org",
        "a..b@company.org", ".a@company.org", "a.@company.org", "a@-company.org", "a@.company.org",
        "a@company..org", "a@comp_any.org", "a;b@company.org", "\U0001F600@company.org",
        "a\u00a0b@company.org", "a\u200b@company.org"})
    CHECK_MESSAGE(problem_of("contact.email", mail) == Problem::mail_bad_character, mail);
}

TEST_CASE("telephone numbers have at least three digits and no letters") {
  for (const char* phone :
       {"911", "+47 22 12 34 56", "(555) 010-0100", "1.800.555.0100", "5550100 #12", "*67 555"})
    CHECK_MESSAGE(!check_text("contact.phone", phone), phone);
  for (const char* phone : {"12", "+1", "- - -", "()"}) {
    const auto found = check_text("contact.phone", phone);
    REQUIRE(found);
    CHECK(found->problem == Problem::phone_too_few);
    CHECK(found->limit == 3);
  }
  for (const char* phone : {"call me", "555-CALL", "555;0100", "５５５"})
    CHECK_MESSAGE(problem_of("contact.phone", phone) == Problem::phone_bad_character, phone);
}

TEST_CASE("staff numbers and tags are letters, digits and - . _ /") {
  for (const char* id : {"E-1002", "a.b_c/d", "0"}) CHECK_MESSAGE(!check_text("contact.employee_id", id), id);
  for (const char* id : {"E 1002", "é", "a'b", "a\"b", "a;b"})
    CHECK_MESSAGE(problem_of("computer.asset_tag", id) == Problem::id_bad_character, id);
}

TEST_CASE("the way to answer is in the customer's words, the language a tag") {
  for (const char* way : {"email", "phone", "in person"}) CHECK(!check_text("contact.preferred", way));
  CHECK(problem_of("contact.language", "en US") == Problem::not_a_choice);
  CHECK(!check_text("contact.language", "pt-BR"));
}

TEST_CASE("a limit counts code points of the cleaned text and is told") {
  for (const char* field : {"contact.name", "description", "computer.model", "title", "text"}) {
    const std::size_t limit = domain::limit_of(field);
    std::string text;
    for (std::size_t i = 0; i < limit; ++i) text += "n\u0303"; // two code points that compose into one
    CHECK_MESSAGE(!check_text(field, "  " + text + "  "), field);
    const auto found = check_text(field, text + "x");
    REQUIRE_MESSAGE(found, field);
    CHECK(found->problem == Problem::too_long);
    CHECK(found->limit == static_cast<std::int64_t>(limit));
    CHECK(domain::describe(*found).find(std::to_string(limit)) != std::string::npos);
  }
}

TEST_CASE("characters that a person cannot have meant are refused in every field") {
  for (const char* field :
       {"contact.name", "contact.email", "contact.phone", "description", "computer.os", "anything"}) {
    CHECK(problem_of(field, "a\u202eb") == Problem::forbidden_character);
    CHECK(problem_of(field, std::string_view("a\0b", 3)) == Problem::forbidden_character);
    CHECK(problem_of(field, "a\x1b[31m") == Problem::forbidden_character);
    CHECK(problem_of(field, "a\xff") == Problem::invalid_utf8);
  }
  CHECK(!check_text("description", "first line\nsecond\tline"));
  CHECK(problem_of("contact.name", "first\nsecond") == Problem::forbidden_character);
}

TEST_CASE("blank is always fine") {
  for (const char* field :
       {"contact.email", "contact.phone", "contact.employee_id", "contact.preferred", "description"})
    for (const char* blank : {"", " ", "   "}) CHECK(!check_text(field, blank));
}

TEST_CASE("memory is between a megabyte and 64 terabytes") {
  CHECK(!domain::check_memory_mb(1));
  CHECK(!domain::check_memory_mb(64LL * 1024 * 1024));
  CHECK(domain::check_memory_mb(0)->problem == Problem::too_small);
  CHECK(domain::check_memory_mb(-5)->problem == Problem::too_small);
  CHECK(domain::check_memory_mb(64LL * 1024 * 1024 + 1)->problem == Problem::too_big);
  CHECK(domain::check_memory_mb(std::numeric_limits<std::int64_t>::max())->problem == Problem::too_big);
}

TEST_CASE("a registration needs one way to reach the customer and nothing else") {
  CHECK(domain::validate(reachable()));
  domain::Registration by_phone, by_id, by_name;
  by_phone.contact.phone = "555 0100";
  by_id.contact.employee_id = "E1002";
  by_name.contact.name = "Maria";
  CHECK(domain::validate(by_phone));
  CHECK(domain::validate(by_id));
  for (const auto& unreachable : {by_name, domain::Registration{}}) {
    const auto refused = domain::validate(unreachable);
    REQUIRE(!refused);
    REQUIRE(refused.error().size() == 1);
    CHECK(refused.error().front().problem == Problem::unreachable);
  }
}

TEST_CASE("only a question that was self-service may be nobody's") {
  domain::Registration solved;
  solved.self_service = true;
  solved.nature = domain::Nature::question;
  CHECK(domain::validate(solved));
  const auto is_refused = [&](auto change) {
    domain::Registration other = solved;
    change(other);
    const auto refused = domain::validate(other);
    return !refused && refused.error().front().problem == Problem::unreachable;
  };
  CHECK(is_refused([](auto& r) { r.self_service = false; }));
  CHECK(is_refused([](auto& r) { r.nature = domain::Nature::incident; }));
  CHECK(is_refused([](auto& r) { r.nature.reset(); }));
  CHECK(is_refused([](auto& r) { r.channel = domain::Channel::phone; }));
}

TEST_CASE("a customer whose only way of contact is blanks cannot be reached") {
  domain::Registration registration;
  registration.contact.email = "  ";
  registration.contact.phone = "\u00a0";
  const auto refused = domain::validate(registration);
  REQUIRE(!refused);
  CHECK(refused.error().front().problem == Problem::unreachable);
}

TEST_CASE("everything that is wrong is told at once, in the order of the fields") {
  domain::Registration registration = reachable();
  registration.contact.name = std::string(200, 'x');
  registration.contact.email = "maria@company";
  registration.computer.memory_mb = 0;
  registration.telephone.number = "x";
  registration.telephone.voicemail = std::string("a\x01");
  const auto refused = domain::validate(registration);
  REQUIRE(!refused);
  std::vector<std::string> fields;
  for (const auto& problem : refused.error()) {
    fields.push_back(problem.field);
    CHECK(domain::describe(problem).starts_with(problem.field));
  }
  CHECK(fields == std::vector<std::string>{"contact.name", "contact.email", "telephone.number",
                                           "telephone.voicemail", "computer.memory_mb"});
}

TEST_CASE("a valid registration comes back clean") {
  domain::Registration registration = reachable();
  registration.contact.name = "  Sen\u0303ora Ruiz ";
  registration.description = "one\r\ntwo";
  const auto valid = domain::validate(registration);
  REQUIRE(valid);
  CHECK(valid->contact.name == "Se\u00f1ora Ruiz");
  CHECK(valid->description == "one\ntwo");
}

TEST_CASE("every problem is described in its own words, ending in a full stop") {
  std::vector<std::string> said;
  for (Problem problem : {Problem::invalid_utf8, Problem::forbidden_character, Problem::too_long,
                          Problem::too_small, Problem::too_big, Problem::mail_no_at, Problem::mail_no_ending,
                          Problem::mail_bad_character, Problem::phone_bad_character, Problem::phone_too_few,
                          Problem::id_bad_character, Problem::not_a_choice, Problem::unreachable}) {
    const std::string words = domain::describe({"contact", problem, 7});
    CHECK_MESSAGE(words.ends_with("."), words);
    CHECK(std::ranges::find(said, words) == said.end());
    said.push_back(words);
  }
}
