// The fields of a ticket that people change, and how each is read and carried.
#pragma once

#include "shared/base/result.hpp"
#include "shared/domain/event.hpp"
#include "shared/domain/registration.hpp"
#include "shared/domain/workflow.hpp"

#include <string_view>
#include <vector>

namespace walkin::domain {

// Fields that `walkin set` and the console's forms may write.
bool is_writable(std::string_view field);

// Fields whose text identifies a person or was written by one: they travel in the contact part.
bool is_personal(std::string_view field);

// A kiosk may keep nothing that a customer typed: moves the details of machines, which are in the body
// elsewhere, to the contact part, which a kiosk seals.
void move_typed_to_contact(EventParts& parts);

// Whether an event of this kind may write this value, in the part of it where the value stands. A value of a
// kind that only newer programs know is not known to be wrong in a registration.
base::Status check_change(EventKind kind, std::string_view field, const Value& value, bool in_contact);

// A value typed as text, checked by the field's own rule; blank clears the field.
base::Result<Value> parse_field_value(std::string_view field, std::string_view typed);

// The events by which these writable fields are changed: one for each kind of event that they need.
std::vector<EventParts> parts_for_changes(const Fields& changes);

} // namespace walkin::domain
