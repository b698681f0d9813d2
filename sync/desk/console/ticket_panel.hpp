// The side of a ticket page: its properties with a pencil where they may be changed, and what may follow its
// status.
#pragma once

#include "shared/domain/ticket.hpp"
#include "sync/desk/accounts.hpp"
#include "sync/desk/console/timeline.hpp"

#include <vector>

namespace walkin::desk {

void set_status_menu(Data& page, const domain::Ticket& ticket);
void set_panel(Data& page, const domain::Ticket& ticket, const std::vector<User>& users,
               const NameLookup& full_name, bool may_work);

} // namespace walkin::desk
