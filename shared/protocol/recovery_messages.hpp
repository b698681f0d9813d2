// The messages by which a station and the desk find together again after one of them was copied or put back.
#pragma once

#include "shared/domain/reference.hpp"
#include "shared/protocol/messages.hpp"

namespace walkin::protocol {

// Asks for a new identity. The same key gets the same one again, however often it is asked for; it is as
// secret as the token that comes of it.
struct RehomeRequest {
  base::Hash key;
};
using RehomeReply = EnrollReply;

// Which of these events the desk does not have, after it was put back to an earlier state.
inline constexpr std::size_t k_missing_asked_max = 1000;
struct HeldEvent {
  domain::EventId id;
  base::Hash hash;
  domain::Verdict verdict = domain::Verdict::applied; // that it had been given
  bool operator==(const HeldEvent&) const = default;
};
struct HeldDocument {
  std::string kind, id;
  std::int64_t version = 0;
  base::Hash hash; // of all of it
  bool operator==(const HeldDocument&) const = default;
};
struct MissingRequest {
  std::vector<HeldEvent> held = {};
  std::vector<HeldDocument> documents = {}; // as many at most
};
struct MissingReply {
  std::vector<domain::EventId> missing;
  std::string epoch; // of the desk as it is now
  base::Instant now;
  std::vector<base::Hash> documents = {}; // that the desk does not know; an older desk names none
};

// Gives events back to a desk that has lost them: whoever wrote them, by the receipt with which it had given
// them out.
inline constexpr std::size_t k_give_back_max = 500;
struct GiveBackRequest {
  std::vector<PlacedEvent> events = {};
  std::vector<domain::Erasure> erasures = {};   // at most k_give_back_max; applied before any event
  std::vector<domain::Document> documents = {}; // at most k_give_back_max; they wait for an administrator
};
enum class GivenBack : std::uint8_t {
  taken,     // placed as it was
  held,      // the desk has it already
  elsewhere, // the desk has the event in another form, written anew by a copy of its station
  refused,   // no receipt of this desk, or not what the receipt was made for
};
std::string_view name_of(GivenBack outcome);
struct GiveBackReply {
  struct Outcome {
    domain::EventId id;
    GivenBack outcome = GivenBack::refused;
    std::string reason = {};
    // With "held": as the desk has judged it anew, where that is not as it was.
    std::optional<PushVerdict> judged = {};
  };
  std::vector<Outcome> outcomes; // one for each event of the request, in its order
  base::Instant now;
};

std::string encode(const RehomeRequest& message, Format format);
std::string encode(const MissingRequest& message, Format format);
std::string encode(const MissingReply& message, Format format);
std::string encode(const GiveBackRequest& message, Format format);
std::string encode(const GiveBackReply& message, Format format);
base::Result<MissingRequest> decode_missing_request(std::string_view bytes, Format format);
base::Result<MissingReply> decode_missing_reply(std::string_view bytes, Format format);
base::Result<GiveBackRequest> decode_give_back_request(std::string_view bytes, Format format);
base::Result<GiveBackReply> decode_give_back_reply(std::string_view bytes, Format format);
base::Result<RehomeRequest> decode_rehome_request(std::string_view bytes, Format format);

} // namespace walkin::protocol
