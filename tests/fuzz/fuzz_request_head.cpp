// The head of an HTTP request, as it comes in piece by piece.
#include "sync/desk/web/request_head.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>

using namespace walkin;
using desk::HeadState;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes = fuzz::view(data, size);
  const desk::ReadHead all = desk::read_head(bytes);
  if (all.state == HeadState::incomplete)
    must(size < desk::k_head_bytes_max, "a head has an end, or is refused");
  if (all.state != HeadState::complete) return 0;
  must(all.head.bytes <= size && all.head.bytes <= desk::k_head_bytes_max, "a head is within what came");
  must(bytes.substr(0, all.head.bytes).ends_with("\r\n\r\n"), "a head ends with an empty line");
  must(!(all.head.is_chunked && all.head.body_bytes > 0), "a body has one end");
  const desk::ReadHead alone = desk::read_head(bytes.substr(0, all.head.bytes));
  must(alone.state == HeadState::complete && alone.head.body_bytes == all.head.body_bytes,
       "what follows a head does not change it");
  for (std::size_t cut : {all.head.bytes - 1, all.head.bytes / 2, std::size_t{1}})
    must(desk::read_head(bytes.substr(0, cut)).state == HeadState::incomplete,
         "a part of a good head is waited for");
  return 0;
}
