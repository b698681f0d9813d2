// The rules of the forms: which fields a page has, which of the domain's rules each obeys, and the
// registration that comes of it all.
#pragma once

#include "kiosk/app/state.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace walkin::kiosk {

// The dotted name in domain::Registration; "" for a field that is no part of one. A short number on the
// telephone page is an extension.
std::string_view domain_field_of(const Visit& visit, Field field);

KeyboardKind keyboard_of(Field field);
bool is_multiline(Field field);
bool is_masked(Field field); // shown as dots, never spoken

// In the order in which they stand on the page.
std::vector<Field> fields_of(const Visit& visit, PageId page);

// Which page asks for the field in this visit.
PageId page_of_field(Field field);

// The field by which the customer of this visit is reached; nothing before they have chosen a way.
std::optional<Field> reach_field(const Visit& visit);

// Finds what is wrong with what was entered, or that it is missing though it is needed (`when_leaving_page`).
void check_field(Visit& visit, Field field, bool when_leaving_page);

// After an edit: takes back a problem that is mended or no longer the one that was told.
void recheck_edited(Visit& visit, Field field);

// Checks every field of the page; the first that can't stay as it is, whose problem is then set, and that one
// only.
std::optional<Field> first_problem(Visit& visit, PageId page);

// Whether Continue leads on from this page: where a touch is the answer, once there is one; where everything
// is optional, always.
bool may_continue(const Visit& visit, PageId page);

// What the customer told, less what the pages they were not asked hold. Not validated.
domain::Registration make_registration(const Visit& visit, i18n::Language language);

// The memory chip's size; nothing for "don't know".
std::optional<std::int64_t> memory_mb_of(Memory memory);
std::string_view system_name_of(System system); // "" for other and unknown
System system_of(std::string_view os);          // by the name's beginning: "Windows 11 Pro"
std::optional<Memory> memory_of(std::int64_t memory_mb);

} // namespace walkin::kiosk
