#include "tests/fixtures/ticket_events.hpp"

#include <doctest/doctest.h>
#include <functional>
#include <set>

using namespace walkin;
using domain::Event;

namespace {

Event full_event() {
  fixtures::SeededRandom random(2);
  const auto at = base::from_ms(fixtures::FakeClock::k_start_ms);
  Event event;
  event.id = domain::EventId::make(at, random);
  event.ticket = domain::TicketId::make(at, random);
  event.replica = domain::ReplicaId::make(at, random);
  event.replica_seq = 7;
  event.previous = base::hash_of("previous");
  event.claimed = base::Hlc::from(at, 3);
  event.kind = "field_changed";
  event.seen = {{"severity", domain::EventId::make(at, random)}, {"title", domain::EventId{}}};
  event.body = R"({"severity":"high"})";
  event.contact_state = domain::ContactState::plain;
  event.contact = R"({"title":"x"})";
  event.contact_hash = domain::compute_contact_hash(event.contact);
  event.hash = domain::compute_hash(event);
  return event;
}

} // namespace

TEST_CASE("the hash of an event changes with every single member of it") {
  const Event before = full_event();
  const std::vector<std::function<void(Event&)>> changes{
      [](Event& e) { e.id.bytes[15] ^= 1; },
      [](Event& e) { e.ticket.bytes[0] ^= 1; },
      [](Event& e) { e.replica.bytes[7] ^= 1; },
      [](Event& e) { ++e.replica_seq; },
      [](Event& e) { e.replica_seq |= 1ULL << 63; },
      [](Event& e) { e.previous.bytes[31] ^= 1; },
      [](Event& e) { e.claimed.packed += 1; },
      [](Event& e) { e.claimed.packed = -e.claimed.packed; },
      [](Event& e) { ++e.envelope; },
      [](Event& e) { e.kind = "field_changes"; },
      [](Event& e) { e.kind.clear(); },
      [](Event& e) { ++e.kind_version; },
      [](Event& e) { e.seen["severity"].bytes[3] ^= 1; },
      [](Event& e) { e.seen.erase("title"); },
      [](Event& e) { e.seen.emplace("nature", domain::EventId{}); },
      [](Event& e) {
        e.seen.emplace("titlf", e.seen["title"]);
        e.seen.erase("title");
      },
      [](Event& e) { e.body += " "; },
      [](Event& e) { e.body.clear(); },
      [](Event& e) { e.contact_hash.bytes[0] ^= 1; },
      [](Event& e) { // moved over the border between two members
        e.body = e.kind.back() + e.body;
        e.kind.pop_back();
      }};
  std::set<base::Hash> hashes{before.hash};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Event changed = before;
    changes[i](changed);
    CHECK_MESSAGE(hashes.insert(domain::compute_hash(changed)).second, "change ", i);
  }
}

TEST_CASE("the hash of an event stays when its contact part is sealed or erased") {
  Event event = full_event();
  event.contact_state = domain::ContactState::sealed;
  event.contact = "sealed bytes";
  CHECK(domain::compute_hash(event) == full_event().hash);
  event.contact_state = domain::ContactState::erased;
  event.contact.clear();
  CHECK(domain::compute_hash(event) == full_event().hash);
}

TEST_CASE("the layout under the hash is the one other clients are told") {
  const Event e = full_event();
  base::Hasher by_hand;
  by_hand.raw(std::string_view("walkin-event-1\0", 15));
  auto raw = [&](const auto& id) { by_hand.raw(std::span<const std::uint8_t>(id.bytes)); };
  raw(e.id), raw(e.ticket), raw(e.replica);
  by_hand.u64(7);
  raw(e.previous);
  by_hand.u64(static_cast<std::uint64_t>(e.claimed.packed)).u32(1).u32(13).raw("field_changed").u32(1).u32(2);
  by_hand.u32(8).raw("severity");
  raw(e.seen.at("severity"));
  by_hand.u32(5).raw("title");
  raw(e.seen.at("title"));
  by_hand.u32(static_cast<std::uint32_t>(e.body.size())).raw(e.body);
  raw(e.contact_hash);
  CHECK(by_hand.finish() == e.hash);
}

TEST_CASE("every kind of event has one name, read back as itself") {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(domain::EventKind::verdict); ++kind) {
    const std::string_view name = domain::name_of(static_cast<domain::EventKind>(kind));
    CHECK(!name.empty());
    CHECK(names.insert(name).second);
    CHECK(domain::parse_event_kind(name) == static_cast<domain::EventKind>(kind));
  }
  CHECK(!domain::parse_event_kind("teleported"));
  CHECK(!domain::parse_event_kind(""));
  for (auto verdict : {domain::Verdict::pending, domain::Verdict::applied, domain::Verdict::rejected,
                       domain::Verdict::quarantined})
    CHECK(domain::parse_verdict(domain::name_of(verdict)) == verdict);
}
