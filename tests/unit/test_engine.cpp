// The station's engine, driven by hand: each test plays the store and the network.

#include "sync/engine/engine.hpp"

#include <doctest/doctest.h>

namespace walkin {

using namespace std::chrono_literals;
using base::ErrorCode;
using domain::Verdict;
using sync::Engine;
using sync::Millis;
namespace input = sync::input;
namespace action = sync::action;

namespace {

// The least jitter always, so that bounds can be told.
class Zeros final : public base::Random {
public:
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0}); }
};

struct World {
  Zeros random;
  base::Instant now = base::from_ms(1'795'000'000'000);
  Engine engine{"", random};

  sync::Action step(sync::Input in) { return engine.step(std::move(in), now); }

  domain::Event event(std::uint64_t seq) {
    domain::Event e;
    e.id.bytes[15] = static_cast<std::uint8_t>(seq);
    e.replica_seq = seq;
    return e;
  }
  input::PushAnswer verdicts(std::vector<domain::Event> events, Verdict verdict) {
    protocol::PushReply reply;
    reply.now = now;
    for (const auto& e : events) reply.verdicts.push_back({e.id, verdict, false, "", 1, now});
    return {reply, 10ms};
  }
  input::PullAnswer page(std::string cursor, bool more, std::int64_t count = 0) {
    protocol::PullReply reply;
    reply.cursor = std::move(cursor);
    reply.more = more;
    reply.now = now;
    reply.poll_after_ms = 5'000;
    if (!more) reply.digests = {{"site:Library", count, {}}};
    return {reply, 10ms};
  }
  input::PullAnswer failed(ErrorCode code, std::optional<Millis> retry_after = {}) {
    return {tl::unexpected(sync::Failure{{code, "It did not work.", ""}, retry_after}), 0ms};
  }
  // From a page stored to digests that differ.
  sync::Action differ() {
    step(input::Stored{});
    return step(input::Digests{{{"site:Library", 1, {}}}});
  }
  // From waiting to the failure of a pull, and the wait after it.
  action::Wait fail_a_round(ErrorCode code, std::optional<Millis> retry_after = {}) {
    step(input::LocalWork{});
    step(input::Outbox{});
    auto trouble = step(failed(code, retry_after));
    REQUIRE(std::holds_alternative<action::StoreTrouble>(trouble));
    auto wait = step(input::Stored{});
    REQUIRE(std::holds_alternative<action::Wait>(wait));
    return std::get<action::Wait>(wait);
  }
};

template <class A>
A expect(const sync::Action& action) {
  REQUIRE(std::holds_alternative<A>(action));
  return std::get<A>(action);
}

} // namespace

TEST_CASE("a round pushes until the outbox is empty, pulls to the feed's end and compares digests") {
  World w;
  expect<action::ReadOutbox>(w.step(input::Tick{}));
  auto push = expect<action::SendPush>(w.step(input::Outbox{{w.event(1), w.event(2)}}));
  CHECK(push.request.events.size() == 2);
  auto stored = expect<action::StoreVerdicts>(w.step(w.verdicts(push.request.events, Verdict::applied)));
  CHECK(stored.verdicts.size() == 2);
  expect<action::ReadOutbox>(w.step(input::Stored{}));
  CHECK(expect<action::SendPull>(w.step(input::Outbox{})).request.cursor.empty());
  CHECK(expect<action::StorePage>(w.step(w.page("e.1", true))).cursor == "e.1");
  CHECK(expect<action::SendPull>(w.step(input::Stored{})).request.cursor == "e.1");
  expect<action::StorePage>(w.step(w.page("e.2", false, 2)));
  expect<action::ReadDigests>(w.step(input::Stored{}));
  CHECK(expect<action::StoreContact>(w.step(input::Digests{{{"site:Library", 2, {}}}})).digests_agree);
  auto wait = expect<action::Wait>(w.step(input::Stored{}));
  CHECK(wait.until > w.now);
  CHECK(wait.until <= w.now + 5s);
  CHECK(w.engine.summary().pushed == 2);
  CHECK(w.engine.summary().in_sync);
}

TEST_CASE("digests that differ are not called in sync while something waits to be sent") {
  World w;
  w.step(input::Tick{});
  auto push = expect<action::SendPush>(w.step(input::Outbox{{w.event(1)}}));
  w.step(w.verdicts(push.request.events, Verdict::pending));
  w.step(input::Stored{});
  w.step(w.page("", false, 3));
  CHECK_FALSE(expect<action::StoreContact>(w.step(input::Digests{{{"site:Library", 2, {}}}})).digests_agree);
  w.step(input::Stored{});
  CHECK_FALSE(w.engine.summary().in_sync);
}

TEST_CASE("a difference is looked for by ranges, and what is missing is fetched and stored") {
  World w;
  w.step(input::LocalWork{});
  w.step(input::Outbox{});
  w.step(w.page("e.9", false, 2));
  CHECK(expect<action::ReadHashes>(w.differ()).scope == "site:Library");
  auto event = w.event(1);
  event.hash = domain::compute_hash(event);
  auto ranges = expect<action::SendRanges>(w.step(input::Hashes{}));
  REQUIRE(ranges.request.ranges.size() == 1);
  CHECK(ranges.request.ranges[0].count == 0);
  protocol::RangesReply differences{{{"", {}, {event.hash}}}, w.now};
  auto fetch = expect<action::SendEvents>(w.step(input::RangesAnswer{differences}));
  CHECK(fetch.request.hashes == std::vector{event.hash});
  protocol::EventsReply found{{{event, 1, w.now, Verdict::applied, ""}}, false, w.now};
  CHECK(expect<action::StoreRepair>(w.step(input::EventsAnswer{found})).events.size() == 1);
  expect<action::ReadDigests>(w.step(input::Stored{}));
  CHECK(expect<action::StoreContact>(w.step(input::Digests{{{"site:Library", 2, {}}}})).digests_agree);
  CHECK(w.engine.summary().repaired == 1);
  CHECK(w.engine.summary().in_sync);
}

TEST_CASE("a repair that does not bring both together is told, and not tried again at every poll") {
  World w;
  auto poll = [&] {
    w.step(input::LocalWork{});
    w.step(input::Outbox{});
    if (std::holds_alternative<action::StorePage>(w.step(w.page("e.9", false, 3)))) w.step(input::Stored{});
    return w.step(input::Digests{{{"site:Library", 2, {}}}});
  };
  expect<action::ReadHashes>(poll());
  expect<action::SendRanges>(w.step(input::Hashes{}));
  expect<action::ReadDigests>(w.step(input::RangesAnswer{protocol::RangesReply{{}, w.now}}));
  auto trouble = expect<action::StoreTrouble>(w.step(input::Digests{{{"site:Library", 2, {}}}}));
  CHECK(trouble.words.find("walkin check") != std::string::npos);
  w.step(input::Stored{});
  expect<action::StoreTrouble>(poll());
  w.step(input::Stored{});
  w.now += 10min;
  expect<action::ReadHashes>(poll());
}

TEST_CASE("a desk that lies about ranges or events ends the round, and changes nothing") {
  World w;
  w.step(input::LocalWork{});
  w.step(input::Outbox{});
  w.step(w.page("e.9", false, 2));
  w.differ();
  w.step(input::Hashes{});
  SUBCASE("a range that was not asked for") {
    protocol::RangesReply reply{{{"ab", {}, {}}}, w.now};
    expect<action::StoreTrouble>(w.step(input::RangesAnswer{reply}));
  }
  SUBCASE("a part that leads back to where it came from") {
    protocol::RangesReply reply{{{"", {{"", 5, {}}}, {}}}, w.now};
    expect<action::StoreTrouble>(w.step(input::RangesAnswer{reply}));
  }
  SUBCASE("an event that does not have the hash that was asked for") {
    auto event = w.event(1);
    event.hash = domain::compute_hash(event);
    protocol::RangesReply reply{{{"", {}, {event.hash}}}, w.now};
    expect<action::SendEvents>(w.step(input::RangesAnswer{reply}));
    event.body = "{}";
    expect<action::StoreTrouble>(w.step(
        input::EventsAnswer{protocol::EventsReply{{{event, 1, w.now, Verdict::applied, ""}}, false, w.now}}));
  }
}

TEST_CASE("an older desk that cannot compare ranges is asked for its whole feed") {
  World w;
  w.step(input::LocalWork{});
  w.step(input::Outbox{});
  w.step(w.page("e.9", false, 2));
  w.differ();
  w.step(input::Hashes{});
  sync::Failure unknown{{ErrorCode::not_found, "Not known here.", ""}, {}};
  CHECK(
      expect<action::SendPull>(w.step(input::RangesAnswer{tl::unexpected(unknown)})).request.cursor.empty());
}

TEST_CASE("a cursor that the desk does not know is given up for the beginning") {
  World w;
  w.step(input::Tick{});
  w.step(input::Outbox{});
  w.step(w.page("e.9", false));
  w.step(input::Stored{});
  w.step(input::Digests{{{"site:Library", 0, {}}}});
  w.step(input::Stored{});
  w.step(input::LocalWork{});
  CHECK(expect<action::SendPull>(w.step(input::Outbox{})).request.cursor == "e.9");
  CHECK(expect<action::SendPull>(w.step(w.failed(ErrorCode::conflict))).request.cursor.empty());
  expect<action::StoreTrouble>(w.step(w.failed(ErrorCode::conflict)));
}

TEST_CASE("a batch of which nothing is decided is not sent again in the same round") {
  World w;
  w.step(input::Tick{});
  auto push = expect<action::SendPush>(w.step(input::Outbox{{w.event(1)}}));
  expect<action::StoreVerdicts>(w.step(w.verdicts(push.request.events, Verdict::pending)));
  expect<action::SendPull>(w.step(input::Stored{}));
  w.step(w.page("", false));
  w.step(input::Digests{{{"site:Library", 0, {}}}});
  expect<action::Wait>(w.step(input::Stored{}));
  CHECK_FALSE(w.engine.summary().in_sync);
}

TEST_CASE("a refused event counts as rejected, not as pushed, and leaves the way free for the next") {
  World w;
  w.step(input::Tick{});
  auto push = expect<action::SendPush>(w.step(input::Outbox{{w.event(1)}}));
  w.step(w.verdicts(push.request.events, Verdict::rejected));
  expect<action::ReadOutbox>(w.step(input::Stored{}));
  CHECK(w.engine.summary().rejected == 1);
  CHECK(w.engine.summary().pushed == 0);
}

TEST_CASE("work that comes in during a round starts another right after it") {
  World w;
  w.step(input::Tick{});
  w.step(input::Outbox{});
  expect<action::Wait>(w.step(input::LocalWork{}));
  w.step(w.page("", false));
  w.step(input::Digests{{{"site:Library", 0, {}}}});
  expect<action::ReadOutbox>(w.step(input::Stored{}));
}

TEST_CASE("failures wait longer and longer, up to a minute") {
  World w;
  Millis last{0};
  for (int i = 0; i < 12; ++i) {
    Millis delay = w.fail_a_round(ErrorCode::offline).until - w.now;
    CHECK(delay >= last);
    CHECK(delay <= 60s);
    last = delay;
  }
  CHECK(last >= 30s);
  CHECK_FALSE(w.engine.summary().in_sync);
}

TEST_CASE("one success lets the next failure wait shortly again") {
  World w;
  for (int i = 0; i < 8; ++i) w.fail_a_round(ErrorCode::offline);
  w.step(input::LocalWork{});
  w.step(input::Outbox{});
  w.step(w.page("", false));
  w.step(input::Digests{{{"site:Library", 0, {}}}});
  w.step(input::Stored{});
  CHECK(w.fail_a_round(ErrorCode::offline).until - w.now <= 1s);
}

TEST_CASE("the desk's Retry-After is obeyed, but no longer than an hour") {
  World w;
  CHECK(w.fail_a_round(ErrorCode::busy, Millis{90s}).until >= w.now + 90s);
  CHECK(w.fail_a_round(ErrorCode::busy, Millis{48h}).until <= w.now + 1h + 1s);
}

TEST_CASE("a clock that is set back by ten years does not stop the rounds") {
  World w;
  w.fail_a_round(ErrorCode::offline);
  w.now -= std::chrono::hours(24 * 365 * 10);
  expect<action::ReadOutbox>(w.step(input::Tick{}));
}

TEST_CASE("a desk that says there is more but stays where it is ends the round instead of looping") {
  World w;
  w.step(input::Tick{});
  w.step(input::Outbox{});
  auto trouble = expect<action::StoreTrouble>(w.step(w.page("", true)));
  CHECK_FALSE(trouble.words.empty());
}

TEST_CASE("the store's failure ends the round and is told") {
  World w;
  w.step(input::Tick{});
  auto wait =
      expect<action::Wait>(w.step(input::StoreFailed{{ErrorCode::no_space, "The disk is full.", ""}}));
  CHECK(wait.until > w.now);
  REQUIRE(w.engine.summary().failure);
  CHECK(w.engine.summary().failure->error.code == ErrorCode::no_space);
}

TEST_CASE("the clock's difference to the desk is measured from the middle of the exchange") {
  World w;
  w.step(input::Tick{});
  w.step(input::Outbox{});
  auto page = w.page("", false);
  page.reply->now = w.now + 10min - 1s;
  page.round_trip = 2s;
  w.step(std::move(page));
  auto contact = expect<action::StoreContact>(w.step(input::Digests{{{"site:Library", 0, {}}}}));
  CHECK(contact.clock_offset == Millis{10min});
}

TEST_CASE("a page that could not be stored is asked for again") {
  World w;
  w.step(input::Tick{});
  w.step(input::Outbox{});
  expect<action::StorePage>(w.step(w.page("1.5", false, 1)));
  expect<action::Wait>(w.step(input::StoreFailed{{ErrorCode::no_space, "The disk is full.", ""}}));
  w.step(input::LocalWork{});
  auto again = expect<action::SendPull>(w.step(input::Outbox{}));
  CHECK(again.request.cursor.empty());
}

} // namespace walkin
