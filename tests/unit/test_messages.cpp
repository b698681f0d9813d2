#include "shared/base/text.hpp"
#include "shared/protocol/messages.hpp"
#include "shared/protocol/version.hpp"
#include "tests/fixtures/ticket_events.hpp"

#include <doctest/doctest.h>
#include <functional>

using namespace walkin;
using protocol::Format;

namespace {

constexpr Format k_formats[] = {Format::json, Format::cbor};

domain::Event any_event(fixtures::SeededRandom& random) {
  auto author = fixtures::Author::make(random);
  const auto at = base::from_ms(fixtures::FakeClock::k_start_ms);
  auto event =
      author.write(domain::TicketId::make(at, random),
                   domain::registered_parts(fixtures::any_registration("Señora \U0001F600 \"quoted\"\n"),
                                            "LB-0001-X", "A1", "Main", "Reception"),
                   {{"title", domain::EventId::make(at, random)}}, at, random);
  return event.envelope;
}

void check_equal(const domain::Event& a, const domain::Event& b) {
  CHECK(a.id == b.id);
  CHECK(a.ticket == b.ticket);
  CHECK(a.replica == b.replica);
  CHECK(a.replica_seq == b.replica_seq);
  CHECK(a.previous == b.previous);
  CHECK(a.claimed == b.claimed);
  CHECK(a.envelope == b.envelope);
  CHECK(a.kind == b.kind);
  CHECK(a.kind_version == b.kind_version);
  CHECK(a.seen == b.seen);
  CHECK(a.body == b.body);
  CHECK(a.contact_state == b.contact_state);
  CHECK(a.contact == b.contact);
  CHECK(a.contact_hash == b.contact_hash);
  CHECK(a.hash == b.hash);
}

} // namespace

TEST_CASE("an event arrives as it was sent, in both forms and in every state of its contact part") {
  fixtures::SeededRandom random;
  for (Format format : k_formats)
    for (auto state : {domain::ContactState::plain, domain::ContactState::sealed,
                       domain::ContactState::erased, domain::ContactState::none}) {
      domain::Event event = any_event(random);
      event.contact_state = state;
      event.replica_seq = (1ULL << 53) + 1; // more than a double can count
      event.claimed.packed = -((1LL << 60) + 1);
      event.envelope = 3, event.kind_version = 7;
      event.previous = base::hash_of("previous");
      if (state == domain::ContactState::sealed) event.contact = std::string("\0\xff\x80sealed", 9);
      if (state == domain::ContactState::erased || state == domain::ContactState::none) event.contact.clear();
      if (state == domain::ContactState::none) event.contact_hash = {};
      event.hash = domain::compute_hash(event);
      const auto back = protocol::decode_event(protocol::encode(event, format), format);
      REQUIRE_MESSAGE(back.has_value(), back.error().message);
      check_equal(*back, event);
      CHECK(domain::compute_hash(*back) == event.hash);
    }
}

TEST_CASE("every message arrives as it was sent, in both forms") {
  fixtures::SeededRandom random;
  const auto at = base::from_ms(fixtures::FakeClock::k_start_ms);
  for (Format format : k_formats) {
    protocol::EnrollRequest ask;
    ask.code = "ABCD-1234";
    ask.program = "walkin 0.1.0";
    const auto asked = protocol::decode_enroll_request(protocol::encode(ask, format), format);
    REQUIRE(asked);
    CHECK(asked->code == ask.code);
    CHECK(asked->program == ask.program);

    const protocol::EnrollReply given{
        domain::ReplicaId::make(at, random), "LB", "A", "Main", "kiosk", "Reception", "t", "e", "00ff", at};
    const auto got = protocol::decode_enroll_reply(protocol::encode(given, format), format);
    REQUIRE(got);
    CHECK(got->prefix == "LB");
    CHECK(got->public_key == "00ff");
    CHECK(got->now == at);

    const protocol::PushRequest push{{any_event(random), any_event(random)}};
    const auto pushed = protocol::decode_push_request(protocol::encode(push, format), format);
    REQUIRE(pushed);
    CHECK(pushed->count == 2);
    CHECK(pushed->unreadable.empty());
    REQUIRE(pushed->events.size() == 2);
    check_equal(pushed->events[1], push.events[1]);

    protocol::PushReply reply;
    reply.verdicts.push_back({push.events[0].id, domain::Verdict::rejected, true, "No: señora.", -5, at});
    reply.verdicts.push_back({push.events[1].id, domain::Verdict::pending, false, "Later.", 0, {}});
    reply.now = at;
    const auto replied = protocol::decode_push_reply(protocol::encode(reply, format), format);
    REQUIRE(replied);
    REQUIRE(replied->verdicts.size() == 2);
    CHECK(replied->verdicts[0].verdict == domain::Verdict::rejected);
    CHECK(replied->verdicts[0].duplicate);
    CHECK(replied->verdicts[0].reason == "No: señora.");
    CHECK(replied->verdicts[0].effective == -5);
    CHECK(replied->verdicts[0].received == at);
    CHECK(replied->verdicts[1].verdict == domain::Verdict::pending);

    const auto pull =
        protocol::decode_pull_request(protocol::encode(protocol::PullRequest{"c", 7}, format), format);
    REQUIRE(pull);
    CHECK(pull->cursor == "c");
    CHECK(pull->limit == 7);

    protocol::PullReply page;
    page.events.push_back({push.events[0], 12, at, domain::Verdict::rejected, "No."});
    page.cursor = "next";
    page.digests.push_back({"site:Main", 3, base::hash_of("x")});
    page.poll_after_ms = 2000;
    page.now = at;
    const auto paged = protocol::decode_pull_reply(protocol::encode(page, format), format);
    REQUIRE(paged);
    REQUIRE(paged->events.size() == 1);
    check_equal(paged->events[0].event, push.events[0]);
    CHECK(paged->events[0].verdict == domain::Verdict::rejected);
    CHECK(paged->events[0].effective == 12);
    REQUIRE(paged->digests.size() == 1);
    CHECK(paged->digests[0].hash == base::hash_of("x"));
    CHECK(paged->poll_after_ms == 2000);

    const auto error =
        protocol::decode_error_reply(protocol::encode(protocol::ErrorReply{"c", "m"}, format), format);
    REQUIRE(error);
    CHECK(error->message == "m");
  }
}

TEST_CASE("CBOR is read alike whether it is written as our programs do or otherwise, and so are its faults") {
  fixtures::SeededRandom random;
  auto event = any_event(random);
  event.previous = base::hash_of("previous");
  const std::string usual =
      protocol::encode(protocol::PushRequest{{event, any_event(random)}, {"epoch", {}}}, Format::cbor);
  auto unusual = [](const std::string& message) { // one more member, of which we know nothing: "": null
    return static_cast<char>(message[0] + 1) + std::string("\x60\xf6") + message.substr(1);
  };
  const auto read = protocol::decode_push_request(usual, Format::cbor);
  const auto thorough = protocol::decode_push_request(unusual(usual), Format::cbor);
  REQUIRE(read);
  REQUIRE(thorough);
  CHECK(read->standing.epoch == "epoch");
  REQUIRE(read->events.size() == 2);
  REQUIRE(thorough->events.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) check_equal(read->events[i], thorough->events[i]);
  for (std::size_t at = 0; at < usual.size(); ++at) // cut, and every byte changed
    for (const std::string& broken :
         {usual.substr(0, at),
          usual.substr(0, at) + static_cast<char>(usual[at] ^ 0x41) + usual.substr(at + 1)}) {
      if (broken.empty() || (broken[0] & 0xf0) != 0xa0) continue;
      const auto a = protocol::decode_push_request(broken, Format::cbor);
      const auto b = protocol::decode_push_request(unusual(broken), Format::cbor);
      REQUIRE_MESSAGE(a.has_value() == b.has_value(), at);
      if (!a) {
        CHECK(a.error().message == b.error().message);
        continue;
      }
      CHECK(a->indices == b->indices);
      REQUIRE(a->unreadable.size() == b->unreadable.size());
      for (std::size_t i = 0; i < a->unreadable.size(); ++i)
        CHECK(a->unreadable[i].reason == b->unreadable[i].reason);
      for (std::size_t i = 0; i < a->events.size(); ++i) check_equal(a->events[i], b->events[i]);
    }
}

TEST_CASE("of a push each event is read alone and one that cannot be read is named") {
  fixtures::SeededRandom random;
  const auto good = any_event(random);
  const std::string text = protocol::encode(good, Format::json);
  auto with = [&](std::string what, std::string by) {
    std::string changed = text;
    const auto at = changed.find(what);
    REQUIRE_MESSAGE(at != std::string::npos, what);
    return changed.replace(at, what.size(), by);
  };
  const std::vector<std::string> bad{
      "5",
      "null",
      "{}",
      "[]",
      with("\"seq\":1", "\"seq\":0"),
      with("\"seq\":1", "\"seq\":1.5"),
      with("\"kind\":\"registered\"", "\"kind\":7"),
      with("\"hlc\":\"", "\"hlc\":\"x"),
      with("\"kind\":\"registered\"", "\"kind\":\"" + std::string(100, 'k') + "\"")};
  for (const std::string& broken : bad) {
    const auto push = protocol::decode_push_request("{\"events\":[" + text + "," + broken + "," + text + "]}",
                                                    Format::json);
    REQUIRE(push);
    CHECK(push->count == 3);
    CHECK(push->events.size() == 2);
    CHECK(push->indices == std::vector<std::size_t>{0, 2});
    REQUIRE(push->unreadable.size() == 1);
    CHECK(push->unreadable[0].index == 1);
    CHECK(!push->unreadable[0].reason.empty());
    CHECK(push->unreadable[0].id.is_nil() == (broken.size() < 10));
  }
}

TEST_CASE("messages that are no messages are refused in words") {
  const std::string hostile[] = {"",
                                 " ",
                                 "null",
                                 "[]",
                                 "{",
                                 "<html>Sign in to the network</html>",
                                 "{\"events\": 5}",
                                 std::string(100'000, '['),
                                 std::string(3, '\0'),
                                 "\xff\xff\xff\xff"};
  for (Format format : k_formats)
    for (const std::string& bytes : hostile) {
      const std::function<base::Error()> attempts[] = {
          [&] {
            auto r = protocol::decode_push_request(bytes, format);
            return r ? base::Error{} : r.error();
          },
          [&] {
            auto r = protocol::decode_push_reply(bytes, format);
            return r ? base::Error{} : r.error();
          },
          [&] {
            auto r = protocol::decode_pull_request(bytes, format);
            return r ? base::Error{} : r.error();
          },
          [&] {
            auto r = protocol::decode_pull_reply(bytes, format);
            return r ? base::Error{} : r.error();
          },
          [&] {
            auto r = protocol::decode_enroll_request(bytes, format);
            return r ? base::Error{} : r.error();
          },
          [&] {
            auto r = protocol::decode_enroll_reply(bytes, format);
            return r ? base::Error{} : r.error();
          },
          [&] {
            auto r = protocol::decode_event(bytes, format);
            return r ? base::Error{} : r.error();
          }};
      for (const auto& attempt : attempts) {
        const base::Error refused = attempt();
        CHECK(refused.code == base::ErrorCode::invalid);
        CHECK(refused.message.size() > 5);
        CHECK(refused.message.size() < 500);
        CHECK(base::is_valid_utf8(refused.message));
      }
    }
}

TEST_CASE("deep nesting is refused before it can exhaust the stack, in every form that has it") {
  // 0x81 list of one, 0xa1 map of one, 0x9f and 0xbf of unknown length; 0x5f and 0x7f strings in pieces,
  // whose pieces some readers take to be in pieces again; 0xc0 a tag on what follows.
  for (char opener : {'\x81', '\x9f', '\x5f', '\x7f', '\xc0', '\xd8'}) {
    const std::string bytes(protocol::k_message_bytes_max, opener);
    CHECK(!protocol::decode_push_request(bytes, Format::cbor));
  }
  std::string maps;
  while (maps.size() < 4'000'000) maps += "\xa1\x61k";
  CHECK(!protocol::decode_push_request(maps, Format::cbor));
  std::string inside = "\xa1\x66"
                       "events";
  inside.append(4'000'000, '\x7f');
  CHECK(!protocol::decode_push_request(inside, Format::cbor));
  CHECK(!protocol::decode_push_request(std::string(protocol::k_message_bytes_max, '['), Format::json));
}

TEST_CASE("a message that announces more than it holds is refused without the memory for it") {
  for (const char* bytes : {"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", "\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
                            "\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", "\x7b\x7f\xff\xff\xff\xff\xff\xff\xff",
                            "\xa1\x66"
                            "events"
                            "\x9a\xff\xff\xff\xff"})
    CHECK(!protocol::decode_push_request(bytes, Format::cbor));
  CHECK(!protocol::decode_push_request(std::string(protocol::k_message_bytes_max + 1, ' '), Format::json));
}

TEST_CASE("what was read from CBOR can always be written as JSON") {
  fixtures::SeededRandom random;
  domain::Event event = any_event(random);
  event.seen = {{"k\xff", event.id}};
  const auto odd_name = protocol::decode_event(protocol::encode(event, Format::cbor), Format::cbor);
  CHECK(!odd_name);
  event = any_event(random);
  for (auto change :
       {+[](domain::Event& e) { e.kind = "n\xff"; }, +[](domain::Event& e) { e.body = "{\"a\":\"\xff\"}"; },
        +[](domain::Event& e) { e.contact = "\xff"; }}) {
    domain::Event odd = event;
    change(odd);
    const auto back = protocol::decode_event(protocol::encode(odd, Format::cbor), Format::cbor);
    if (back) CHECK_NOTHROW((void)protocol::encode(*back, Format::json));
  }
}

TEST_CASE("a batch over the limits is refused with the limit") {
  std::string json = "{\"events\":[";
  for (std::size_t i = 0; i <= protocol::k_push_events_max; ++i) json += i ? ",{}" : "{}";
  const auto refused = protocol::decode_push_request(json + "]}", Format::json);
  REQUIRE(!refused);
  CHECK(refused.error().message.find(std::to_string(protocol::k_push_events_max)) != std::string::npos);
  CHECK(!protocol::decode_pull_request(R"({"cursor": "", "limit": 0})", Format::json));
  CHECK(!protocol::decode_pull_request(R"({"cursor": "", "limit": 2001})", Format::json));
  CHECK(!protocol::decode_pull_request("{\"cursor\": \"" + std::string(513, 'c') + "\", \"limit\": 1}",
                                       Format::json));
}

TEST_CASE("media types and versions are negotiated") {
  CHECK(protocol::format_of("") == Format::json);
  CHECK(protocol::format_of("*/*") == Format::json);
  CHECK(protocol::format_of("application/json; charset=utf-8") == Format::json);
  CHECK(protocol::format_of("application/cbor") == Format::cbor);
  CHECK(!protocol::format_of("text/html"));
  CHECK(protocol::parse_version_range("1-3")->max == 3);
  CHECK(protocol::parse_version_range("2")->min == 2);
  for (const char* wrong : {"", "-", "1-", "-1", "3-1", "0", "0-1", "a", "1-2-3", "99999999999", " 1", "1.5"})
    CHECK_MESSAGE(!protocol::parse_version_range(wrong), wrong);
  CHECK(protocol::negotiate({1, 3}, {2, 9}) == 3u);
  CHECK(!protocol::negotiate({1, 1}, {2, 9}));
}
