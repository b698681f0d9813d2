// What templates show of a ticket in a list.
#pragma once

#include "sync/desk/tickets.hpp"
#include "sync/desk/web/templates.hpp"

namespace walkin::desk {

Data priority_data(domain::Priority priority);
Data row_data(const TicketRow& row, base::Instant now); // row.assignee as it is to be shown

} // namespace walkin::desk
