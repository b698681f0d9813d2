// The first byte chooses message and form, the rest is the message.
#include "shared/base/text.hpp"
#include "shared/protocol/document_messages.hpp"
#include "shared/protocol/recovery_messages.hpp"
#include "shared/protocol/repair_messages.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>
#include <optional>
#include <string>

using namespace walkin;
using fuzz::must;
using protocol::Format;

namespace {

// What could be read can be written in both forms, and is then read as the same.
template <class Message, class Decode>
void check(const base::Result<Message>& message, Decode decode) {
  if (!message) {
    must(message.error().code == base::ErrorCode::invalid, "a refusal says that the input is invalid");
    must(base::is_valid_utf8(message.error().message), "a refusal is text");
    return;
  }
  for (Format format : {Format::json, Format::cbor}) {
    std::string bytes = protocol::encode(*message, format);
    auto again = decode(bytes, format);
    must(again.has_value(), "what was written can be read");
    must(protocol::encode(*again, format) == bytes, "what was written is read as the same");
  }
}

// The same message with a member that none of our programs writes before the others, which the quick reader
// leaves to the thorough one. Nothing where it has too many members for that.
std::optional<std::string> unusual_form(std::string_view cbor) {
  constexpr unsigned char k_map_of_none = 0xa0, k_map_of_23 = 0xb7;
  auto first = static_cast<unsigned char>(cbor.empty() ? '\0' : cbor.front());
  if (first < k_map_of_none || first >= k_map_of_23) return std::nullopt;
  return static_cast<char>(first + 1) + std::string("\x60\xf6") + std::string(cbor.substr(1)); // "": null
}

// What both readers make of a message has to be the same.
template <class Message, class Decode, class Same>
void compare_readers(const base::Result<Message>& read, Decode decode, std::string_view bytes, Same same) {
  auto unusual = unusual_form(bytes);
  if (!unusual) return;
  auto thorough = decode(*unusual, Format::cbor);
  must(read.has_value() == thorough.has_value(), "both readers take the same messages");
  must(read ? same(*read, *thorough) : read.error().message == thorough.error().message,
       "both readers read the same");
}

template <class Message, class Decode>
void check_in_both_readers(std::string_view bytes, Format format, Decode decode) {
  base::Result<Message> message = decode(bytes, format);
  if (format == Format::cbor)
    compare_readers(message, decode, bytes, [](const Message& a, const Message& b) {
      return protocol::encode(a, Format::json) == protocol::encode(b, Format::json);
    });
  check(message, decode);
}

bool is_same_push(const protocol::DecodedPush& a, const protocol::DecodedPush& b) {
  return a.count == b.count && a.indices == b.indices && a.unreadable.size() == b.unreadable.size() &&
         protocol::encode(protocol::PushRequest{a.events, a.standing}, Format::json) ==
             protocol::encode(protocol::PushRequest{b.events, b.standing}, Format::json);
}

void check_push(std::string_view bytes, Format format) {
  auto push = protocol::decode_push_request(bytes, format);
  if (format == Format::cbor) compare_readers(push, protocol::decode_push_request, bytes, is_same_push);
  if (!push) return must(base::is_valid_utf8(push.error().message), "a refusal is text");
  must(push->events.size() + push->unreadable.size() == push->count, "every event is told of");
  must(push->indices.size() == push->events.size(), "every event has its place");
  for (const auto& unreadable : push->unreadable)
    must(base::is_valid_utf8(unreadable.reason), "a reason is text");
  for (const domain::Event& event : push->events) {
    (void)domain::compute_hash(event);
    (void)protocol::encode(event, Format::json);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Format format = data[0] % 2 == 0 ? Format::json : Format::cbor;
  std::string_view bytes = fuzz::view(data + 1, size - 1);
  switch (data[0] / 2 % 18) {
  case 0: check_push(bytes, format); break;
  case 1: check_in_both_readers<protocol::PushReply>(bytes, format, protocol::decode_push_reply); break;
  case 2: check(protocol::decode_pull_request(bytes, format), protocol::decode_pull_request); break;
  case 3: check_in_both_readers<protocol::PullReply>(bytes, format, protocol::decode_pull_reply); break;
  case 4: check(protocol::decode_enroll_request(bytes, format), protocol::decode_enroll_request); break;
  case 5: check(protocol::decode_enroll_reply(bytes, format), protocol::decode_enroll_reply); break;
  case 6: check(protocol::decode_error_reply(bytes, format), protocol::decode_error_reply); break;
  case 7: check(protocol::decode_event(bytes, format), protocol::decode_event); break;
  case 8: check(protocol::decode_ranges_request(bytes, format), protocol::decode_ranges_request); break;
  case 9: check(protocol::decode_ranges_reply(bytes, format), protocol::decode_ranges_reply); break;
  case 10: check(protocol::decode_events_request(bytes, format), protocol::decode_events_request); break;
  case 11: check(protocol::decode_events_reply(bytes, format), protocol::decode_events_reply); break;
  case 12: check(protocol::decode_missing_request(bytes, format), protocol::decode_missing_request); break;
  case 13: check(protocol::decode_missing_reply(bytes, format), protocol::decode_missing_reply); break;
  case 14:
    check(protocol::decode_give_back_request(bytes, format), protocol::decode_give_back_request);
    break;
  case 15: check(protocol::decode_give_back_reply(bytes, format), protocol::decode_give_back_reply); break;
  case 16:
    check(protocol::decode_documents_request(bytes, format), protocol::decode_documents_request);
    break;
  default: check(protocol::decode_documents_reply(bytes, format), protocol::decode_documents_reply); break;
  }
  return 0;
}
