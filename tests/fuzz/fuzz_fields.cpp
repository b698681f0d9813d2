#include "shared/base/text.hpp"
#include "shared/protocol/fields_json.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>
#include <string>

using namespace walkin;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::view(data, size);
  auto fields = protocol::decode_fields(text);
  // A blank before it is left to the thorough reader alone.
  auto thorough = protocol::decode_fields(" " + std::string(text));
  must(fields.has_value() == thorough.has_value() && (!fields || *fields == *thorough),
       "the quick reader reads nothing otherwise than the thorough one");
  if (!fields) {
    must(base::is_valid_utf8(fields.error().message), "a refusal is text");
    return 0;
  }
  must(fields->size() <= 128, "the number of fields is limited");
  std::string json = protocol::encode_fields(*fields);
  auto back = protocol::decode_fields(json);
  must(back.has_value() && *back == *fields, "fields come back as they went");
  must(protocol::encode_fields(*back) == json, "one set of fields has one text");
  return 0;
}
