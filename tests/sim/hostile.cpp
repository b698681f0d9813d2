// A station that was taken over: it has a token, and sends what is not its own and what is no message.
#include "tests/sim/network.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::sim {

namespace {

constexpr const char* k_hostile_token = "hostile";
constexpr std::size_t k_depth = 20'000, k_rubbish_bytes_max = 50'000;

std::string rubbish(Dice& dice) {
  std::string bytes;
  switch (dice.number(0, 3)) {
  case 0: return std::string(k_depth, '[');
  case 1: return R"({"events":)" + std::string(k_depth, '{');
  case 2: return std::string(dice.below(k_rubbish_bytes_max), '\x9f'); // lists without an end, in CBOR
  default:
    for (std::size_t i = dice.below(k_rubbish_bytes_max); i > 0; --i)
      bytes += static_cast<char>(dice.below(256));
    return bytes;
  }
}

// Goes on where somebody else's history ends, with a hash that fits.
void forge(std::vector<domain::Event>& events) {
  for (domain::Event& event : events) {
    event.id.bytes[15] ^= 0xff;
    event.body = R"({"by":"nobody","visibility":"public"})";
    event.hash = domain::compute_hash(event);
  }
}

} // namespace

void Network::attack(Dice own) {
  auto [hostile, is_new] = peers_.try_emplace(k_hostile_token);
  if (is_new) {
    SimRandom random(own.next());
    hostile->second.replica = domain::ReplicaId::make(base::from_ms(time_.now_ms), random);
    hostile->second.site = "Library";
    hostile->second.prefix = "XX";
  }
  auto format = own.chance(50) ? protocol::Format::json : protocol::Format::cbor;
  DeskMachine::Request request{hostile->second, "push", rubbish(own), format};
  bool is_message = false;
  if (last_push_ && own.chance(70)) {
    if (auto push = protocol::decode_push_request(last_push_->bytes, last_push_->format)) {
      is_message = true;
      if (own.chance(50)) forge(push->events);
      request.bytes = protocol::encode(protocol::PushRequest{push->events, {}}, format);
    }
  }
  auto answer = desk_.serve(request);
  if (!answer || answer->status >= 500) return; // the desk is in trouble of its own
  if (!is_message && answer->status == 200)
    throw Violation{"hostile", "the desk takes rubbish for a message"};
  if (!is_message) return;
  auto reply = protocol::decode_push_reply(answer->body, format);
  bool is_refused = reply && std::ranges::all_of(reply->verdicts, [](const protocol::PushVerdict& verdict) {
                      return verdict.verdict == domain::Verdict::rejected && !verdict.reason.empty();
                    });
  if (!is_refused)
    throw Violation{"hostile", "the desk takes events of a station from another one: " + answer->body};
}

} // namespace walkin::sim
