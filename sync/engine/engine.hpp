// The station's end of sync as a pure state machine: (state, input, now) -> the one next action. It never
// blocks, reads no clock and keeps no rows; sync/http carries its actions out, a simulator can as well.
//
// A round: push the outbox batch by batch until nothing moves, pull page by page to the feed's end, compare
// digests and repair what differs, wait. Any failure ends the round, is put into words, and the next is tried
// after a while.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/domain/event.hpp"
#include "shared/protocol/recovery_messages.hpp"
#include "sync/engine/documents.hpp"
#include "sync/engine/repair.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace walkin::sync {

using base::Instant;
using base::Millis;

// Every limit of the replicator.
struct Tuning {
  std::size_t push_events_max = 1000;
  std::size_t push_bytes_max = 2 * 1024 * 1024;
  std::uint32_t pull_events_max = 1000;
  std::size_t held_events_max = protocol::k_missing_asked_max; // in a question about what the desk lacks
  std::size_t give_back_events_max = 200;
  std::size_t give_back_documents_max = 5;  // of up to 512 KiB each
  Millis poll_min{2'000}, poll_max{60'000}; // bounds on what the desk asks for
  Millis backoff_first{1'000}, backoff_max{60'000};
  Millis retry_after_max{std::chrono::hours(1)};
  Millis refused_wait{std::chrono::minutes(5)};     // after a refusal that only a person can mend
  Millis repair_interval{std::chrono::minutes(10)}; // after a repair that did not bring both together
};

// A failed exchange.
struct Failure {
  base::Error error;                 // the protocol's own code, where the desk gave one, is its context
  std::optional<Millis> retry_after; // as the desk asked for
};

namespace input {
struct Tick {};      // time has passed
struct LocalWork {}; // something was put into the outbox, or a person asked to sync now
struct Outbox {
  std::vector<domain::Event> events;
  protocol::Standing standing = {};
  DocumentsHeld held = {};
  bool is_held_back = false; // something of the station's waits at the desk, set aside there
};
struct PushAnswer {
  tl::expected<protocol::PushReply, Failure> reply;
  Millis round_trip{0};
  std::optional<Instant> arrived = {}; // when it is taken in some time after it came
};
struct PullAnswer {
  tl::expected<protocol::PullReply, Failure> reply;
  Millis round_trip{0};
  std::optional<Instant> arrived = {}; // when it is taken in some time after it came
};
struct Digests {
  std::vector<protocol::ScopeDigest> digests;
  bool work_waits = false; // written since the outbox was read
};
struct Hashes {
  std::vector<base::Hash> hashes;
};
struct RangesAnswer {
  tl::expected<protocol::RangesReply, Failure> reply;
};
struct EventsAnswer {
  tl::expected<protocol::EventsReply, Failure> reply;
};
// The key to ask for an identity with; none when the store says that the desk spoke of what is past.
struct SplitKey {
  std::optional<base::Hash> key;
};
struct RehomeAnswer {
  tl::expected<protocol::RehomeReply, Failure> reply;
};
struct Erasures {
  std::vector<domain::Erasure> erasures;
};
// A part of what the desk had placed; nothing when it has been told of all.
struct Held {
  std::vector<protocol::HeldEvent> events;
  std::int64_t last_position = 0;
  std::string epoch = {}; // of the desk that was told of what comes before; "": none was
};
// A part of the documents that the desk had given out; nothing when it has been told of all.
struct HeldDocuments {
  std::vector<protocol::HeldDocument> documents;
  std::int64_t last_number = 0;
};
struct MissingAnswer {
  tl::expected<protocol::MissingReply, Failure> reply;
};
struct Offers {
  std::vector<protocol::PlacedEvent> events;
};
struct DocumentOffers {
  std::vector<domain::Document> documents;
};
struct GiveBackAnswer {
  tl::expected<protocol::GiveBackReply, Failure> reply;
};
struct DocumentsAnswer {
  tl::expected<protocol::DocumentsReply, Failure> reply;
};
struct DocumentDigest {
  protocol::ScopeDigest digest;
};
struct Stored {}; // the store has done what it was asked to
struct StoreFailed {
  base::Error error;
};
} // namespace input

using Input =
    std::variant<input::Tick, input::LocalWork, input::Outbox, input::PushAnswer, input::PullAnswer,
                 input::Digests, input::Hashes, input::RangesAnswer, input::EventsAnswer, input::SplitKey,
                 input::RehomeAnswer, input::Erasures, input::Held, input::HeldDocuments,
                 input::MissingAnswer, input::Offers, input::DocumentOffers, input::GiveBackAnswer,
                 input::DocumentsAnswer, input::DocumentDigest, input::Stored, input::StoreFailed>;

namespace action {
struct ReadOutbox {
  std::size_t events_max, bytes_max;
};
struct SendPush {
  protocol::PushRequest request;
};
struct StoreVerdicts {
  std::vector<protocol::PushVerdict> verdicts;
};
struct SendPull {
  protocol::PullRequest request;
};
struct StorePage {
  std::vector<protocol::PlacedEvent> events;
  std::string cursor;
  bool is_first = false, is_last = false; // of a pull from the beginning; up to the feed's end
  std::vector<std::string> scopes = {};
  std::vector<domain::TicketId> left = {};
  std::vector<domain::PublicStatus> statuses = {};
  std::vector<domain::Erasure> erasures = {};
};
struct ReadDigests {};
struct ReadHashes { // of the rows of a scope, computed from what is stored
  std::string scope;
};
struct SendRanges {
  protocol::RangesRequest request;
};
struct SendEvents {
  protocol::EventsRequest request;
};
struct StoreRepair { // in place of rows that were changed or lost
  std::vector<protocol::PlacedEvent> events;
};
// This directory was copied or put back: an identity of its own is to be asked for, unless `head_told` says
// no longer where it stands.
struct BeginSplit {
  std::optional<protocol::KnownHead> head_told;
  bool anew = false; // another copy uses what came of the key before
};
struct RequeueOwn {}; // the desk has lost some of what this station had handed in
struct SendRehome {
  protocol::RehomeRequest request;
};
struct StoreIdentity {
  protocol::RehomeReply identity;
};
// The desk was put back to an earlier state: it is told of all that it had placed, part by part from where
// the last attempt got to, and given back what it lacks.
struct ReadErasures {};
struct ReadHeld {
  std::size_t count_max;
};
struct ReadHeldDocuments { // with a receipt, that follow in the store
  std::int64_t after;
  std::size_t count_max;
};
struct SendMissing {
  protocol::MissingRequest request;
};
struct ReadOffers {
  std::vector<domain::EventId> ids;
};
struct ReadDocumentOffers {
  std::vector<protocol::HeldDocument> documents;
};
struct SendGiveBack {
  protocol::GiveBackRequest request;
};
struct StoreGivenBack {
  std::vector<domain::EventId> not_taken, elsewhere;
  std::vector<protocol::PushVerdict> judged; // otherwise than before
};
struct StoreGivenBackTo { // all up to here in the station's log, to the desk of this epoch
  std::int64_t last_position;
  std::string epoch;
};
struct FinishGivingBack {
  std::string epoch;
};
struct SendDocuments {
  protocol::DocumentsRequest request;
};
struct StoreDocuments {
  protocol::DocumentsReply page;
  bool is_first = false; // of a pull from the beginning
};
struct ReadDocumentDigest {}; // computed from what is stored
struct StoreDocumentTag {     // all that is held is the desk's
  std::string tag;
};
struct StoreContact {
  Millis clock_offset;
  bool digests_agree;
  std::string desk_public_key; // empty: the desk did not say
  std::optional<domain::QueueBoard> queue = {};
  std::string queue_tag = {};
};
struct StoreTrouble {
  std::string words;
};
struct Wait {
  Instant until;
}; // give Tick then, or LocalWork before
} // namespace action

using Action = std::variant<
    action::ReadOutbox, action::SendPush, action::StoreVerdicts, action::SendPull, action::StorePage,
    action::ReadDigests, action::ReadHashes, action::SendRanges, action::SendEvents, action::StoreRepair,
    action::BeginSplit, action::RequeueOwn, action::SendRehome, action::StoreIdentity, action::ReadErasures,
    action::ReadHeld, action::ReadHeldDocuments, action::SendMissing, action::ReadOffers,
    action::ReadDocumentOffers, action::SendGiveBack, action::StoreGivenBack, action::StoreGivenBackTo,
    action::FinishGivingBack, action::SendDocuments, action::StoreDocuments, action::ReadDocumentDigest,
    action::StoreDocumentTag, action::StoreContact, action::StoreTrouble, action::Wait>;

// The way to the desk: HTTP in the programs, a played network in tests.
class Link {
public:
  virtual ~Link() = default;
  virtual tl::expected<protocol::PushReply, Failure> push(const protocol::PushRequest& request) = 0;
  virtual tl::expected<protocol::PullReply, Failure> pull(const protocol::PullRequest& request) = 0;
  virtual tl::expected<protocol::RangesReply, Failure> ranges(const protocol::RangesRequest& request) = 0;
  virtual tl::expected<protocol::EventsReply, Failure> events(const protocol::EventsRequest& request) = 0;
  virtual tl::expected<protocol::RehomeReply, Failure> rehome(const protocol::RehomeRequest&) {
    return tl::unexpected(Failure{{base::ErrorCode::not_found, "This desk gives no new identity.", ""}, {}});
  }
  virtual tl::expected<protocol::MissingReply, Failure> missing(const protocol::MissingRequest&) {
    return tl::unexpected(Failure{{base::ErrorCode::not_found, "This desk takes nothing back.", ""}, {}});
  }
  virtual tl::expected<protocol::GiveBackReply, Failure> give_back(const protocol::GiveBackRequest&) {
    return tl::unexpected(Failure{{base::ErrorCode::not_found, "This desk takes nothing back.", ""}, {}});
  }
  virtual tl::expected<protocol::DocumentsReply, Failure> pull_documents(const protocol::DocumentsRequest&) {
    return tl::unexpected(Failure{{base::ErrorCode::not_found, "This desk gives no documents.", ""}, {}});
  }
  virtual void set_token(const std::string&) {} // of all later requests
};

// What the last rounds came to.
struct Summary {
  std::int64_t pushed = 0, pulled = 0, rejected = 0; // events, since the engine was made
  std::int64_t repaired = 0;                         // events fetched because the digests differed
  std::int64_t given_back = 0;                       // to a desk that had lost them
  std::int64_t rounds = 0;                           // ended, well or not
  std::optional<Failure> failure;                    // of the last round
  bool in_sync = false; // the last round ended with an empty outbox and equal digests
};

// Belongs to one thread. Each step() answers the action before it.
class Engine {
public:
  Engine(std::string cursor, base::Random& random, Tuning tuning = {});

  Action step(Input input, Instant now);
  const Summary& summary() const { return summary_; }

private:
  enum class Phase {
    waiting,
    reading_outbox,
    pushing,
    storing_verdicts,
    pulling,
    storing_page,
    reading_digests,
    reading_hashes,
    comparing,
    fetching,
    storing_repair,
    beginning_split,
    rehoming,
    storing_identity,
    requeuing,
    reading_erasures,
    giving_back_erasures,
    reading_held,
    asking_missing,
    reading_offers,
    giving_back,
    storing_given_back,
    storing_given_back_to,
    storing_given_back_anew,
    reading_held_documents,
    asking_missing_documents,
    reading_document_offers,
    giving_back_documents,
    finishing_giving_back,
    fetching_documents,
    storing_documents,
    reading_document_digest,
    storing_document_tag,
    storing_contact,
    storing_trouble
  };

  Action start_round();
  Action on_outbox(std::vector<domain::Event> events);
  Action on_push_answer(input::PushAnswer answer, Instant now);
  Action on_pull_answer(input::PullAnswer answer, Instant now);
  Action on_stored(Instant now);
  Action on_digests(const std::vector<protocol::ScopeDigest>& own, Instant now);
  Action repair_next_scope();
  Action next_of_repair();
  Action on_hashes(std::vector<base::Hash> own);
  Action on_ranges_answer(input::RangesAnswer answer);
  Action on_events_answer(input::EventsAnswer answer);
  Action end_with_documents(Instant now);
  Action fetch_documents();
  Action on_documents_answer(input::DocumentsAnswer answer);
  Action on_documents_stored();
  Action on_document_digest(const protocol::ScopeDigest& own, Instant now);
  Action store_contact();
  Action pull_from_start();
  Action pull();
  Action read_outbox();
  Action on_failure(Failure failure, std::optional<protocol::KnownHead> head_told);
  Action on_split_key(const std::optional<base::Hash>& key);
  Action on_rehome_answer(input::RehomeAnswer answer);
  Action give_back_next_erasures();
  Action read_held();
  Action on_held(input::Held held);
  Action on_missing_answer(input::MissingAnswer answer);
  Action offer_next();
  Action on_offers(std::vector<protocol::PlacedEvent> events);
  Action read_held_documents();
  Action on_held_documents(input::HeldDocuments held);
  Action on_missing_documents(const std::vector<base::Hash>& missing);
  Action offer_next_documents();
  Action on_document_offers(std::vector<domain::Document> documents);
  Action on_give_back_answer(input::GiveBackAnswer answer);
  Action fail_round(Failure failure);
  Action wait_after_failure(Instant now);
  Action wait(Instant now, Millis delay);
  Millis jittered(Millis delay);
  void measure_offset(Instant desk_now, Instant now, Millis round_trip);

  std::string cursor_;      // of what the store holds
  std::string next_cursor_; // of the page that is being stored
  base::Random& random_;
  Tuning tuning_;
  Phase phase_ = Phase::waiting;
  Instant wait_until_{};
  std::deque<std::string> to_repair_; // scopes
  std::optional<Repair> repair_;
  bool repaired_ = false; // in this round
  std::optional<Instant> repair_failed_;
  bool first_step_ = true;
  bool work_waits_ = false;    // LocalWork came in mid-round
  bool push_is_stuck_ = false; // the last batch moved nothing: no use in sending it again this round
  bool outbox_is_empty_ = false;
  bool held_ = false;      // something waits at the desk, which has set it aside
  bool requeued_ = false;  // in this round
  bool gave_back_ = false; // in this round
  struct GivingBack {
    std::string epoch; // of the desk that was told so far
    std::int64_t last_position = 0;
    std::deque<domain::Erasure> erasures;
    std::deque<domain::EventId> missing;
    std::vector<domain::EventId> asked; // of the offer under way
    std::vector<domain::EventId> not_taken;
    std::int64_t last_document = 0;               // up to which the desk was asked
    std::deque<protocol::HeldDocument> documents; // asked about, then those that it does not know
  };
  GivingBack giving_back_;
  int splits_tried_ = 0; // in this round: a desk that finds fault with every identity is not asked for ever
  bool page_has_more_ = false;
  Millis poll_after_{0};
  Millis clock_offset_{0};
  int failures_ = 0; // in a row
  std::vector<protocol::ScopeDigest> desk_digests_;
  std::string desk_public_key_;
  bool digests_agree_ = false;
  DocumentPull documents_;
  std::string desk_documents_; // the tag of the last pull's reply
  bool documents_have_more_ = false;
  std::optional<Instant> documents_failed_;
  std::string queue_tag_; // of the board that the store has, or that waits to be stored
  std::optional<domain::QueueBoard> queue_;
  std::size_t batch_size_ = 0;
  protocol::Standing standing_;                  // as read with the outbox
  std::optional<protocol::KnownHead> head_told_; // with the pull under way
  Summary summary_;
};

} // namespace walkin::sync
