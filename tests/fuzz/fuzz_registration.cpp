#include "shared/base/text.hpp"
#include "shared/domain/ticket.hpp"
#include "shared/protocol/fields_json.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>

using namespace walkin;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto registration = protocol::decode_registration(fuzz::view(data, size));
  if (!registration) {
    const base::Error& error = registration.error();
    must(error.code == base::ErrorCode::invalid, "a refusal says that the input is invalid");
    must(base::is_valid_utf8(error.message) && base::is_valid_utf8(error.context), "a refusal is text");
    must(!error.message.empty() && error.message.size() < 1000, "a refusal is a sentence");
    return 0;
  }
  must(registration->contact.is_reachable(), "the customer can be reached");
  auto again = domain::validate(*registration);
  must(again.has_value(), "what was taken is valid");
  must(again->description == registration->description && again->contact.name == registration->contact.name,
       "what was taken is clean");
  auto parts = domain::registered_parts(*registration, "LB-0001-X", "A1", "Main", "Reception");
  must(domain::check_event(domain::Ticket{}, parts).has_value(), "the desk takes what a station took");
  for (const domain::Fields* fields : {&parts.body, &parts.contact}) {
    auto back = protocol::decode_fields(protocol::encode_fields(*fields));
    must(back && *back == *fields, "its event can be read");
  }
  return 0;
}
