#include "shared/domain/fields.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using domain::parse_field_value;
using domain::Value;

TEST_CASE("typed values become what their field holds") {
  CHECK(*parse_field_value("computer.memory_mb", " 16384 ") == Value{std::int64_t{16384}});
  CHECK(*parse_field_value("level", "3") == Value{std::int64_t{3}});
  CHECK(*parse_field_value("category", "printer") == Value{std::string("printer")});
  CHECK(*parse_field_value("telephone.voicemail", "yes") == Value{true});
  CHECK(*parse_field_value("telephone.voicemail", "4711") == Value{std::string("4711")});
  CHECK(*parse_field_value("title", " Sen\u0303ora ") == Value{std::string("Se\u00f1ora")});
}

TEST_CASE("blank clears every field but the status") {
  for (const char* field : {"title", "category", "computer.memory_mb", "assignee", "contact.email", "level"})
    CHECK_MESSAGE(domain::is_cleared(*parse_field_value(field, "  ")), field);
  CHECK(!parse_field_value("status", ""));
}

TEST_CASE("what a field cannot hold is refused in its name") {
  for (const auto& [field, typed] : std::initializer_list<std::pair<const char*, const char*>>{
           {"computer.memory_mb", "16 GB"},
           {"computer.memory_mb", "0"},
           {"computer.memory_mb", "1.5"},
           {"computer.memory_mb", "-1"},
           {"computer.memory_mb", "0x10"},
           {"computer.memory_mb", "99999999999999999999"},
           {"level", "4"},
           {"category", "Printer"},
           {"priority", "p1"},
           {"status", "created"},
           {"contact.email", "maria@"},
           {"contact.phone", "x"},
           {"assignee", "a\nb"},
           {"title", "\u202e"},
           {"code", "LB-0001-X"},
           {"no.such.field", "x"},
           {"", "x"}}) {
    const auto refused = parse_field_value(field, typed);
    REQUIRE_MESSAGE(!refused.has_value(), field);
    CHECK(refused.error().code == base::ErrorCode::invalid);
    CHECK(refused.error().context == field);
  }
}

TEST_CASE("changes are put into the events and parts they belong in") {
  const domain::Fields changes{{"assignee", std::string("ana")},   {"group", std::string("Network")},
                               {"title", std::string("t")},        {"severity", std::string("high")},
                               {"contact.name", std::string("m")}, {"status", std::string("in_work")}};
  const auto events = domain::parts_for_changes(changes);
  REQUIRE(events.size() == 4);
  std::size_t fields = 0;
  for (const auto& event : events) {
    for (const auto& [name, value] : event.body) CHECK(!domain::is_personal(name));
    for (const auto& [name, value] : event.contact) CHECK(domain::is_personal(name));
    fields += event.body.size() + event.contact.size();
  }
  CHECK(fields == changes.size());
}
