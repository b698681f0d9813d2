// The first byte chooses the kind of document, the rest is its body; or a time zone's file.
#include "shared/base/text.hpp"
#include "shared/base/zone.hpp"
#include "shared/protocol/reference_json.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>

using namespace walkin;
using fuzz::must;

namespace {

// What could be read is written as text that is read as the same.
template <class Document>
void check(const base::Result<Document>& document, base::Result<Document> (*decode)(std::string_view)) {
  if (!document) {
    must(document.error().code == base::ErrorCode::invalid, "a refusal says that the input is invalid");
    must(base::is_valid_utf8(document.error().message), "a refusal is text");
    return;
  }
  auto again = decode(protocol::encode_body(*document));
  must(again.has_value(), "what was written can be read");
  must(*again == *document, "what was written is read as the same");
}

void check_guide(const base::Result<domain::Guide>& guide) {
  check(guide, protocol::decode_guide);
  if (!guide) return;
  must(domain::check_guide(*guide).has_value(), "a guide that was taken has no loop and no open end");
  const domain::GuideNode* node = guide->find(guide->start);
  for (int steps = 0; node->type == domain::GuideNode::Type::question; ++steps) {
    must(steps < guide->questions_max(), "no way is longer than the longest");
    node = guide->find(steps % 2 == 0 ? node->yes : node->cant_tell);
    must(node != nullptr, "every way leads somewhere");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes = fuzz::view(data + 1, size - 1);
  switch (data[0] % 8) {
  case 0: check(protocol::decode_article(bytes), protocol::decode_article); break;
  case 1: check_guide(protocol::decode_guide(bytes)); break;
  case 2: check(protocol::decode_bulletin(bytes), protocol::decode_bulletin); break;
  case 3: check(protocol::decode_settings(bytes), protocol::decode_settings); break;
  case 4: check(protocol::decode_asset(bytes), protocol::decode_asset); break;
  case 5: check(protocol::decode_directory_entry(bytes), protocol::decode_directory_entry); break;
  case 6: check(protocol::decode_queue_board(bytes), protocol::decode_queue_board); break;
  default:
    if (auto zone = base::Zone::parse(bytes)) (void)zone->offset_at(base::from_ms(1'795'335'300'000));
    break;
  }
  return 0;
}
