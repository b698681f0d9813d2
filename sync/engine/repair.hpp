// Finds what a station and the desk hold differently of one scope, by ranges of hashes that are taken apart
// until they are small enough to be listed. Pure: asked for the next request, given the answer.
#pragma once

#include "shared/protocol/repair_messages.hpp"

#include <deque>
#include <optional>

namespace walkin::sync {

class Repair {
public:
  // `own`: the hashes of the station's rows of this scope, computed from what is stored.
  Repair(std::string scope, std::vector<base::Hash> own);

  const std::string& scope() const { return scope_; }

  // Ranges to compare; nothing when all have been.
  std::optional<protocol::RangesRequest> next_ranges();
  // Errors: invalid (an answer to what was not asked, or one that leads nowhere).
  base::Status take(const protocol::RangesReply& reply);

  // Then the events to fetch, a request at a time; nothing when all have been asked for.
  std::optional<protocol::EventsRequest> next_events();
  // Keeps asking for what an answer had no room for. Errors: invalid (an event that was not asked for).
  base::Status take(const protocol::EventsReply& reply);

  std::size_t missing() const { return missing_count_; }  // at the desk, not here
  std::size_t surplus() const { return surplus_.size(); } // here, not at the desk

private:
  void list(const protocol::RangeDifference& difference);

  std::string scope_;
  protocol::HashSet own_;
  std::deque<protocol::HashRange> to_compare_;
  std::vector<std::string> asked_;
  std::deque<base::Hash> to_fetch_;
  std::vector<base::Hash> asked_events_;
  std::vector<base::Hash> surplus_;
  std::size_t missing_count_ = 0;
};

} // namespace walkin::sync
