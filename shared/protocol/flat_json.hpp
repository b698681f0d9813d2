// A quick reader of flat JSON objects in the form in which programs write them.
#pragma once

#include "shared/domain/value.hpp"

#include <optional>
#include <string_view>

namespace walkin::protocol {

// The fields of an object of texts, whole numbers, booleans and nulls, where it is written without white
// space, without \u escapes, and no key stands twice. Nothing where it is anything else, valid or not: a
// thorough reader has then to look at it, and to say what is wrong. Never reads otherwise than such a reader
// would.
std::optional<domain::Fields> read_flat_json(std::string_view json, std::size_t fields_max);

} // namespace walkin::protocol
