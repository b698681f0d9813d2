// What came back from the address of the desk: whether it is the desk's answer at all, and what it means.
#pragma once

#include "sync/engine/engine.hpp"

#include <string>
#include <string_view>

namespace walkin::sync {

// Status, body (unpacked) and headers of an HTTP answer; a header that is absent is "".
struct Answer {
  int status = 0;
  std::string version; // of the protocol
  std::string content_type, retry_after;
  std::string digest; // of the body
  std::string body;
};

// The body of a success. Everything else is a failure in words: offline for what is no desk's answer
// (a captive portal, a proxy, bytes changed on the way), denied, conflict, too_new, busy, no_space, internal
// or invalid for the desk's own refusals. `url` is named in the words.
tl::expected<std::string, Failure> read_answer(Answer answer, std::string_view url);

// Of a header Retry-After: whole seconds, at most a day; nothing for anything else.
std::optional<Millis> read_retry_after(std::string_view text);
// In words, of what answers without the protocol's header.
std::string not_a_desk(std::string_view url);

} // namespace walkin::sync
