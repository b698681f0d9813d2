#include "sync/engine/repair.hpp"

#include <algorithm>

namespace walkin::sync {

using protocol::HashRange;
using protocol::HashSet;

namespace {

tl::unexpected<base::Error> strange(const char* what) {
  return base::fail(base::ErrorCode::invalid,
                    std::string("The desk's answer about differences makes no sense: ") + what, "ranges");
}

} // namespace

Repair::Repair(std::string scope, std::vector<base::Hash> own)
    : scope_(std::move(scope)), own_(std::move(own)), to_compare_{own_.range("")} {}

std::optional<protocol::RangesRequest> Repair::next_ranges() {
  if (to_compare_.empty()) return std::nullopt;
  protocol::RangesRequest request{scope_, {}};
  asked_.clear();
  while (!to_compare_.empty() && request.ranges.size() < protocol::k_ranges_max) {
    asked_.push_back(to_compare_.front().prefix);
    request.ranges.push_back(std::move(to_compare_.front()));
    to_compare_.pop_front();
  }
  return request;
}

base::Status Repair::take(const protocol::RangesReply& reply) {
  for (const protocol::RangeDifference& difference : reply.differences) {
    auto asked = std::ranges::find(asked_, difference.prefix);
    if (asked == asked_.end()) return strange("it tells of a range that was not asked for.");
    asked_.erase(asked);
    if (difference.parts.empty()) {
      list(difference);
      continue;
    }
    for (const HashRange& part : difference.parts) {
      // One digit longer each time, so that the end is always reached.
      if (part.prefix.size() != difference.prefix.size() + 1 || !part.prefix.starts_with(difference.prefix))
        return strange("a part does not belong to its range.");
      if (HashRange own = own_.range(part.prefix); own != part) to_compare_.push_back(std::move(own));
    }
  }
  return {};
}

void Repair::list(const protocol::RangeDifference& difference) {
  const HashSet theirs(difference.members);
  for (const base::Hash& hash : theirs.under(difference.prefix)) {
    if (own_.contains(hash)) continue;
    to_fetch_.push_back(hash);
    ++missing_count_;
  }
  for (const base::Hash& hash : own_.under(difference.prefix))
    if (!theirs.contains(hash)) surplus_.push_back(hash);
}

std::optional<protocol::EventsRequest> Repair::next_events() {
  if (to_fetch_.empty()) return std::nullopt;
  protocol::EventsRequest request{scope_, {}};
  while (!to_fetch_.empty() && request.hashes.size() < protocol::k_events_asked_max) {
    request.hashes.push_back(to_fetch_.front());
    to_fetch_.pop_front();
  }
  asked_events_ = request.hashes;
  return request;
}

base::Status Repair::take(const protocol::EventsReply& reply) {
  for (const protocol::PlacedEvent& placed : reply.events) {
    auto asked = std::ranges::find(asked_events_, placed.event.hash);
    if (asked == asked_events_.end() || domain::compute_hash(placed.event) != placed.event.hash)
      return strange("it sends an event that was not asked for.");
    asked_events_.erase(asked);
  }
  if (reply.more) {
    if (reply.events.empty()) return strange("it says that there is more, but sends nothing.");
    to_fetch_.insert(to_fetch_.end(), asked_events_.begin(), asked_events_.end());
  }
  asked_events_.clear();
  return {};
}

} // namespace walkin::sync
