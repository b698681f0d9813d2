// Bodies and contact parts of events as JSON text, registrations from JSON.
#pragma once

#include "shared/base/result.hpp"
#include "shared/domain/registration.hpp"
#include "shared/domain/value.hpp"

#include <string>
#include <string_view>

namespace walkin::protocol {

// One flat JSON object, keys in byte order, no white space, text in UTF-8.
std::string encode_fields(const domain::Fields& fields);

// One flat JSON object of null, booleans, whole numbers and texts. Errors: invalid (not JSON, nested, a
// fraction, over 128 fields or 256 KiB).
base::Result<domain::Fields> decode_fields(std::string_view json);

// What `walkin register` reads. Unknown keys, wrong types and broken rules are errors that name the field.
base::Result<domain::Registration> decode_registration(std::string_view json);

} // namespace walkin::protocol
