// Range reconciliation alone: two sets of hashes, messages in between.
#include "sync/engine/repair.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>

namespace walkin {

namespace {

base::Hash hash_number(std::uint64_t n) { return base::hash_of(std::to_string(n)); }

// The other side, as the desk does it.
protocol::RangesReply answer(const protocol::HashSet& theirs, const protocol::RangesRequest& request) {
  protocol::RangesReply reply;
  for (const auto& range : request.ranges) {
    auto ours = theirs.range(range.prefix);
    if (ours == range) continue;
    protocol::RangeDifference difference{range.prefix, {}, {}};
    auto members = theirs.under(range.prefix);
    if (members.size() > protocol::k_range_list_max)
      difference.parts = theirs.parts(range.prefix);
    else
      difference.members.assign(members.begin(), members.end());
    reply.differences.push_back(std::move(difference));
  }
  return reply;
}

} // namespace

TEST_CASE("two sets find exactly what each lacks, with far fewer hashes told than they have") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice(seed);
    std::vector<base::Hash> here, there;
    std::size_t missing = 0, surplus = 0;
    const std::uint64_t size = seed == 1 ? 0 : 1 + dice() % 8000;
    const std::uint64_t rarity = 1 + dice() % 2000;
    for (std::uint64_t n = 0; n < size; ++n) {
      const auto fate = dice() % rarity;
      if (fate != 0) here.push_back(hash_number(n));
      if (fate != 1) there.push_back(hash_number(n));
      missing += fate == 0 ? 1 : 0;
      surplus += fate == 1 ? 1 : 0;
    }
    const protocol::HashSet theirs(there);
    sync::Repair repair("site:Library", here);
    std::size_t rounds = 0, listed = 0;
    while (auto request = repair.next_ranges()) {
      REQUIRE(++rounds < 100);
      REQUIRE(request->ranges.size() <= protocol::k_ranges_max);
      auto reply = answer(theirs, *request);
      for (const auto& difference : reply.differences) listed += difference.members.size();
      REQUIRE(repair.take(reply));
    }
    CHECK(repair.missing() == missing);
    CHECK(repair.surplus() == surplus);
    CHECK(listed <= (missing + surplus) * protocol::k_range_list_max);
    std::size_t fetched = 0;
    while (auto request = repair.next_events()) {
      for (const auto& hash : request->hashes) {
        CHECK(theirs.contains(hash));
        CHECK_FALSE(std::ranges::binary_search(here, hash));
      }
      fetched += request->hashes.size();
    }
    CHECK(fetched == missing);
  }
}

TEST_CASE("events for which an answer had no room are asked for again") {
  std::vector<domain::Event> events(3);
  std::vector<base::Hash> hashes;
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    events[i].hash = domain::compute_hash(events[i]);
    hashes.push_back(events[i].hash);
  }
  sync::Repair repair("site:Library", {});
  REQUIRE(repair.next_ranges());
  REQUIRE(repair.take(protocol::RangesReply{{{"", {}, hashes}}, {}}));
  REQUIRE(repair.next_events());
  protocol::EventsReply part;
  part.events.push_back({events[1], 1, {}, domain::Verdict::applied, ""});
  part.more = true;
  REQUIRE(repair.take(part));
  auto rest = repair.next_events();
  REQUIRE(rest);
  CHECK(rest->hashes.size() == 2);
  part.events.clear();
  CHECK_FALSE(repair.take(part)); // "more" without an event would go on for ever
}

TEST_CASE("prefixes are hexadecimal digits, at most those of a hash") {
  CHECK(protocol::is_hash_prefix(""));
  CHECK(protocol::is_hash_prefix("0f"));
  CHECK_FALSE(protocol::is_hash_prefix("0F"));
  CHECK_FALSE(protocol::is_hash_prefix("g"));
  CHECK(protocol::is_hash_prefix(std::string(64, 'a')));
  CHECK_FALSE(protocol::is_hash_prefix(std::string(65, 'a')));
  const base::Hash hash = hash_number(7);
  const protocol::HashSet one({hash, hash});
  CHECK(one.size() == 1);
  CHECK(one.range(hash.str()).count == 1);
  CHECK(one.range("").sum == hash);
}

} // namespace walkin
