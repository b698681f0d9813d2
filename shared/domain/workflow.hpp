// Which status a ticket can have and what may follow what.
#pragma once

#include "shared/base/result.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace walkin::domain {

// created -> in_work <-> waits -> solved -> closed, and back to in_work when it comes back.
enum class TicketStatus { created, in_work, waits_customer, waits_supplier, solved, closed };

std::string_view name_of(TicketStatus status); // "new" for created, else the enumerator's name
std::optional<TicketStatus> parse_status(std::string_view name);

// Nobody has to do anything any more.
bool is_open(TicketStatus status); // not solved and not closed

// What may be chosen from here. A closed ticket is only reopened, by a reopened event.
std::span<const TicketStatus> allowed_from(TicketStatus status);
bool is_allowed(TicketStatus from, TicketStatus to);

// `is_allowed` in words: which status it has and what can be chosen instead.
base::Status check_transition(TicketStatus from, TicketStatus to);

} // namespace walkin::domain
