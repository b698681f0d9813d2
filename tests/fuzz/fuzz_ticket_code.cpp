#include "shared/domain/ticket_code.hpp"
#include "tests/fuzz/property.hpp"

#include <charconv>
#include <cstdint>

using namespace walkin;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto code = domain::parse_ticket_code(fuzz::view(data, size));
  if (!code) return 0;
  auto again = domain::parse_ticket_code(*code);
  must(again && *again == *code, "the proper form is read as itself");
  auto dash = code->find('-');
  must(dash != std::string::npos && domain::is_station_prefix(code->substr(0, dash)), "it has a prefix");
  std::uint32_t counter = 0;
  std::from_chars(code->data() + dash + 1, code->data() + code->size(), counter);
  must(domain::make_ticket_code(code->substr(0, dash), counter) == code, "it is a code that is given out");
  return 0;
}
