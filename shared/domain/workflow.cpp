#include "shared/domain/workflow.hpp"

#include "shared/domain/names.hpp"

#include <algorithm>
#include <string>

namespace walkin::domain {

namespace {

using enum TicketStatus;

constexpr detail::Names<TicketStatus, 6> k_names{{{created, "new"},
                                                  {in_work, "in_work"},
                                                  {waits_customer, "waits_customer"},
                                                  {waits_supplier, "waits_supplier"},
                                                  {solved, "solved"},
                                                  {closed, "closed"}}};

constexpr std::array k_from_created{in_work, waits_customer, waits_supplier, solved};
constexpr std::array k_from_in_work{waits_customer, waits_supplier, solved};
constexpr std::array k_from_waits_customer{in_work, waits_supplier, solved};
constexpr std::array k_from_waits_supplier{in_work, waits_customer, solved};
constexpr std::array k_from_solved{in_work, closed};

} // namespace

std::string_view name_of(TicketStatus status) { return detail::name_in(k_names, status); }
std::optional<TicketStatus> parse_status(std::string_view name) { return detail::parse_in(k_names, name); }

bool is_open(TicketStatus status) { return status != solved && status != closed; }

std::span<const TicketStatus> allowed_from(TicketStatus status) {
  switch (status) {
  case created: return k_from_created;
  case in_work: return k_from_in_work;
  case waits_customer: return k_from_waits_customer;
  case waits_supplier: return k_from_waits_supplier;
  case solved: return k_from_solved;
  case closed: return {};
  }
  return {};
}

bool is_allowed(TicketStatus from, TicketStatus to) {
  return std::ranges::find(allowed_from(from), to) != allowed_from(from).end();
}

base::Status check_transition(TicketStatus from, TicketStatus to) {
  if (is_allowed(from, to)) return {};
  std::string message = "The ticket is " + std::string(name_of(from)) + " and cannot become " +
                        std::string(name_of(to)) + " from there.";
  if (allowed_from(from).empty()) {
    message += " Reopen it first.";
  } else {
    message += " Possible:";
    for (TicketStatus next : allowed_from(from)) message += " " + std::string(name_of(next));
    message += ".";
  }
  return base::fail(base::ErrorCode::not_allowed, message, "status");
}

} // namespace walkin::domain
