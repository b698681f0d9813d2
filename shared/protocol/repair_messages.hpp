// The messages by which a station finds out what it holds otherwise than the desk, and fetches it. See
// sync/PROTOCOL.md, "Repair".
#pragma once

#include "shared/protocol/hash_ranges.hpp"
#include "shared/protocol/messages.hpp"

namespace walkin::protocol {

inline constexpr std::size_t k_ranges_max = 256;       // in a request
inline constexpr std::size_t k_events_asked_max = 500; // in a request for events by their hashes

struct RangesRequest {
  std::string scope;
  std::vector<HashRange> ranges; // as the station has them
};

// What the desk holds of a range that differs.
struct RangeDifference {
  std::string prefix;
  std::vector<HashRange> parts;    // taken apart, or
  std::vector<base::Hash> members; // listed, where there are at most k_range_list_max
};

struct RangesReply {
  std::vector<RangeDifference> differences; // nothing for ranges that are equal
  base::Instant now;
};

struct EventsRequest {
  std::string scope;
  std::vector<base::Hash> hashes;
};

// Fewer than asked for where a message would grow too large (then more is true), or the desk has them no
// longer in this scope.
struct EventsReply {
  std::vector<PlacedEvent> events;
  bool more = false;
  base::Instant now;
};

std::string encode(const RangesRequest& message, Format format);
std::string encode(const RangesReply& message, Format format);
std::string encode(const EventsRequest& message, Format format);
std::string encode(const EventsReply& message, Format format);

base::Result<RangesRequest> decode_ranges_request(std::string_view bytes, Format format);
base::Result<RangesReply> decode_ranges_reply(std::string_view bytes, Format format);
base::Result<EventsRequest> decode_events_request(std::string_view bytes, Format format);
base::Result<EventsReply> decode_events_reply(std::string_view bytes, Format format);

} // namespace walkin::protocol
