#include "shared/domain/workflow.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace walkin;
using domain::TicketStatus;

namespace {
using enum TicketStatus;
constexpr TicketStatus k_all[] = {created, in_work, waits_customer, waits_supplier, solved, closed};
} // namespace

TEST_CASE("what may follow what is exactly this") {
  const std::set<std::pair<TicketStatus, TicketStatus>> allowed{{created, in_work},
                                                                {created, waits_customer},
                                                                {created, waits_supplier},
                                                                {created, solved},
                                                                {in_work, waits_customer},
                                                                {in_work, waits_supplier},
                                                                {in_work, solved},
                                                                {waits_customer, in_work},
                                                                {waits_customer, solved},
                                                                {waits_supplier, in_work},
                                                                {waits_customer, waits_supplier},
                                                                {waits_supplier, solved},
                                                                {solved, in_work},
                                                                {solved, closed},
                                                                {waits_supplier, waits_customer}};
  for (TicketStatus from : k_all)
    for (TicketStatus to : k_all) {
      CHECK_MESSAGE(domain::is_allowed(from, to) == allowed.contains({from, to}), domain::name_of(from),
                    " to ", domain::name_of(to));
      const auto checked = domain::check_transition(from, to);
      CHECK(checked.has_value() == allowed.contains({from, to}));
      if (checked) continue;
      CHECK(checked.error().code == base::ErrorCode::not_allowed);
      // The refusal names where the ticket is and every way out.
      CHECK(checked.error().message.find(domain::name_of(from)) != std::string::npos);
      for (TicketStatus next : domain::allowed_from(from))
        CHECK(checked.error().message.find(domain::name_of(next)) != std::string::npos);
    }
}

TEST_CASE("every open status can be worked towards solved, and only solved can be closed") {
  for (TicketStatus status : k_all) {
    CHECK(domain::is_open(status) == (status != solved && status != closed));
    if (domain::is_open(status)) CHECK(domain::is_allowed(status, solved));
    CHECK(domain::is_allowed(status, closed) == (status == solved));
  }
  CHECK(domain::allowed_from(closed).empty());
}

TEST_CASE("a status has one name, read back as itself") {
  for (TicketStatus status : k_all) CHECK(domain::parse_status(domain::name_of(status)) == status);
  CHECK(domain::name_of(created) == "new");
  CHECK(!domain::parse_status("created"));
  CHECK(!domain::parse_status(""));
}
