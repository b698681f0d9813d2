// The messages of the sync protocol and their two forms, JSON and CBOR (RFC 8949). sync/PROTOCOL.md describes
// them for who writes another client. Decoders take bytes from outside: every size, count and depth is
// limited, and each error says which member is wrong.
#pragma once

#include "shared/base/result.hpp"
#include "shared/domain/event.hpp"
#include "shared/domain/queue.hpp"
#include "shared/domain/scope.hpp"

#include <string>
#include <vector>

namespace walkin::protocol {

enum class Format { json, cbor };

const char* media_type(Format format);
// By the media type of a Content-Type or Accept header; JSON where it is empty or */*.
std::optional<Format> format_of(std::string_view media_type);

// Limits on what one message may hold.
inline constexpr std::size_t k_push_events_max = 1000;
inline constexpr std::size_t k_pull_events_max = 2000;
inline constexpr std::size_t k_message_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t k_event_bytes_max = 256 * 1024;

// Hands a one-time code in for an identity.
struct EnrollRequest {
  std::string code;
  std::string program; // "walkin 0.1.0"
};

struct EnrollReply {
  domain::ReplicaId replica;
  std::string prefix, letter, site, kind, name;
  std::string token;
  std::string epoch;
  std::string public_key; // of the desk, hexadecimal; contact parts of kiosks are sealed to it
  base::Instant now;
};

// The last event of its own chain that a station knows the desk to have; replica_seq 0: none yet.
struct KnownHead {
  std::uint64_t replica_seq = 0;
  base::Hash hash;
  bool operator==(const KnownHead&) const = default;
};

// What a request says of the station that sends it.
struct Standing {
  std::string epoch;             // of the desk, as last heard; empty: not said
  std::optional<KnownHead> head; // of a pull only while nothing waits to be pushed
};

struct PushRequest {
  std::vector<domain::Event> events; // in order of replica_seq
  Standing standing = {};
};

// "duplicate" says that the desk had the event already; its verdict is the one that it was given then.
// "retry" says to send it again after the given time; everything else is final. "elsewhere" says that a copy
// of the station had sent the event first, under its own replica: the desk's form of it comes with the feed.
struct PushVerdict {
  domain::EventId id;
  domain::Verdict verdict = domain::Verdict::pending; // pending: retry
  bool duplicate = false;
  std::string reason;
  std::int64_t effective = 0;
  base::Instant received;
  bool elsewhere = false;
  base::Hash receipt = {}; // of what was placed; zero: none
  bool held = false; // with "retry": the desk has it and keeps it until it decides; do not send it again
};

struct PushReply {
  std::vector<PushVerdict> verdicts; // one for each event of the request, in its order
  base::Instant now;
};

struct PullRequest {
  std::string cursor; // empty: from the beginning
  std::uint32_t limit = k_pull_events_max;
  Standing standing = {};
  std::string queue = {}; // the tag of the board that the station has
};

// An event as the desk has placed it.
struct PlacedEvent {
  domain::Event event;
  std::int64_t effective = 0;
  base::Instant received;
  domain::Verdict verdict = domain::Verdict::applied;
  std::string reason;
  base::Hash receipt = {}; // by which the desk that gave it out knows it again; zero: none
};

struct ScopeDigest {
  std::string scope;
  std::int64_t count = 0;
  base::Hash hash;
};

struct PullReply {
  std::vector<PlacedEvent> events;
  std::string cursor; // for the next request
  bool more = false;
  std::vector<ScopeDigest> digests;           // when there is no more: what a replica in touch holds now
  std::uint32_t poll_after_ms = 0;            // when to come back
  std::vector<std::string> scopes;            // that this station is given
  std::vector<domain::TicketId> left;         // in none of them any more
  std::vector<domain::PublicStatus> statuses; // for kiosks: those that are new
  std::vector<domain::Erasure> erasures;      // in whatever scope, so that nobody keeps a copy
  std::string public_key; // of the desk, hexadecimal, as at enrolment: newer when it was rotated
  base::Instant now;
  std::string documents = {}; // names the state of the reference documents that this station is given
  std::string queue_tag = {}; // of the board of its site's queue
  std::optional<domain::QueueBoard> queue = {}; // where that is not the one of the request
};

// Codes of errors that a station acts on by itself.
inline constexpr const char* k_error_fork = "fork";     // this station was copied or put back
inline constexpr const char* k_error_behind = "behind"; // the desk has lost events of this station
inline constexpr const char* k_error_cursor = "cursor"; // no cursor of this desk
inline constexpr const char* k_error_epoch = "epoch";   // the desk was put back to an earlier state

// The body of every answer that is not a success.
struct ErrorReply {
  std::string code; // "unauthorized", "too_large" ... as PROTOCOL.md lists them
  std::string message;
};

std::string encode(const EnrollRequest& message, Format format);
std::string encode(const EnrollReply& message, Format format);
std::string encode(const PushRequest& message, Format format);
std::string encode(const PushReply& message, Format format);
std::string encode(const PullRequest& message, Format format);
std::string encode(const PullReply& message, Format format);
std::string encode(const ErrorReply& message, Format format);

base::Result<EnrollRequest> decode_enroll_request(std::string_view bytes, Format format);
base::Result<EnrollReply> decode_enroll_reply(std::string_view bytes, Format format);
base::Result<PushReply> decode_push_reply(std::string_view bytes, Format format);
base::Result<PullRequest> decode_pull_request(std::string_view bytes, Format format);
base::Result<PullReply> decode_pull_reply(std::string_view bytes, Format format);
base::Result<ErrorReply> decode_error_reply(std::string_view bytes, Format format);

// One event of a push that could not be read. When even its id is unreadable, `id` is nil.
struct UnreadableEvent {
  std::size_t index = 0;
  domain::EventId id;
  std::string reason;
  std::uint64_t seq = 0; // 0, nil and zero where they cannot be read
  domain::TicketId ticket = {};
  base::Hash hash = {};
  std::string bytes = {}; // of it alone, as CBOR; empty where they are more than an event may have
};

// A push is read event by event: one that cannot be read is reported and does not hold back the others.
struct DecodedPush {
  std::vector<domain::Event> events;
  std::vector<std::size_t> indices; // of `events` in the request
  std::vector<UnreadableEvent> unreadable;
  std::size_t count = 0; // of all in the request
  Standing standing = {};
};
base::Result<DecodedPush> decode_push_request(std::string_view bytes, Format format);

// An event alone, as `walkin show --json` and tests use it.
std::string encode(const domain::Event& event, Format format);
base::Result<domain::Event> decode_event(std::string_view bytes, Format format);

} // namespace walkin::protocol
