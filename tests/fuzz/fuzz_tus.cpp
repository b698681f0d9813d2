#include "shared/protocol/tus.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>

using namespace walkin;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view header = fuzz::view(data, size);
  if (auto metadata = protocol::parse_upload_metadata(header)) {
    auto again = protocol::parse_upload_metadata(protocol::format_upload_metadata(*metadata));
    must(again && *again == *metadata, "metadata that was read is written as it was meant");
    must(metadata->size() <= protocol::k_metadata_pairs_max, "there are no more keys than allowed");
  }
  if (auto checksum = protocol::parse_upload_checksum(header)) {
    auto again = protocol::parse_upload_checksum(protocol::format_upload_checksum(*checksum));
    must(again && again->digest == checksum->digest, "a checksum that was read is written as it was meant");
  }
  if (auto number = protocol::parse_upload_number(header)) must(*number >= 0, "a length is not negative");
  for (std::int64_t bytes : {0, 1, 100, 26'214'400}) {
    protocol::RangeAnswer answer = protocol::read_range(header, bytes);
    if (answer.verdict != protocol::RangeVerdict::part) continue;
    must(answer.range.first >= 0 && answer.range.first <= answer.range.last && answer.range.last < bytes,
         "a range is of the content");
  }
  return 0;
}
