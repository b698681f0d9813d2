// What of a request is known before anything else looks at it: where its head ends, how long its body is, who
// asks. Stricter than RFC 9112 asks a server to be: what two readers could take for two different requests is
// refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace walkin::desk {

inline constexpr std::size_t k_head_bytes_max = 32u << 10;
inline constexpr std::size_t k_head_lines_max = 100;
inline constexpr std::size_t k_waited_body_bytes_max =
    64u << 10; // a body up to this is there before a worker begins

struct RequestHead {
  std::size_t bytes = 0;           // with the empty line that ends it
  std::size_t body_bytes = 0;      // as Content-Length says
  bool is_chunked = false;         // its length is not known
  bool waits_for_continue = false; // the body comes only when it is asked for
  bool is_sync = false;            // a station's, not a person's
};

enum class HeadState { incomplete, complete, malformed, too_large };

struct ReadHead {
  HeadState state = HeadState::incomplete;
  RequestHead head = {}; // when it is complete
};

// Of what has arrived so far. Pure.
ReadHead read_head(std::string_view received);

} // namespace walkin::desk
