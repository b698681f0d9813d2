// The console's words that depend on values: ages, times, names of states. Words that do not are in the
// templates.
#pragma once

#include "shared/domain/ticket.hpp"
#include "sync/desk/accounts.hpp"
#include "sync/desk/tickets.hpp"

#include <string>
#include <string_view>

namespace walkin::desk::words {

// "now", "40 min", "3 h", "9 d", "3 months", "2 years". A time in the future counts as now.
std::string age(base::Instant from, base::Instant now);
// 1 up to a day, 2 up to three days, 3 up to seven, else 4.
int age_blocks(base::Instant from, base::Instant now);

// In the zone of this process: "Today 10:42", "Mon 14:02" within the last six days, "3 Mar 14:02" within the
// year, else "3 Mar 2025".
std::string time(base::Instant at, base::Instant now);
std::string time_of_day(base::Instant at); // "10:42"

std::string_view status(domain::TicketStatus status);        // "Waits, customer"
std::string_view status_icon(domain::TicketStatus status);   // of the icon font's classes
std::string_view status_action(domain::TicketStatus status); // "Wait for the customer"
std::string_view view(View view);                            // "Older than 7 days"
std::string_view role(Role role);
std::string_view station_kind(StationKind kind);
std::string_view category_icon(std::string_view category);

// Of a field by its dotted name: "Priority", "Machine"; the name itself when it is not known.
std::string field(std::string_view name);
// Of a field's value as it is stored: "waits_customer" is "Waits, customer".
std::string value(std::string_view field, const domain::Value& value);

std::string bytes(std::int64_t count);         // "612 bytes", "684 KB", "1.2 MB"
std::string minutes(std::int64_t minutes);     // "1 h 10"
std::string initials(std::string_view name);   // "ML"; "?" when there is no letter
std::string first_name(std::string_view name); // up to the first blank
std::string thousands(std::int64_t number);    // "100 000" with a narrow blank from 10 000 on

} // namespace walkin::desk::words
