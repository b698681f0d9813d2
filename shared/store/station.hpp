// The station's store: what is registered and changed here, the outbox that waits for the desk, and what the
// desk has sent. One directory holds one station. Belongs to one thread at a time; several processes may have
// the same directory open, SQLite's locks keep them apart.
#pragma once

#include "shared/domain/scope.hpp"
#include "shared/domain/ticket.hpp"
#include "shared/protocol/recovery_messages.hpp"
#include "shared/store/named_files.hpp"
#include "shared/store/reference.hpp"
#include "shared/store/ticket_table.hpp"

#include <filesystem>
#include <span>

namespace walkin::store {

// What enrolment gave this station.
struct StationIdentity {
  domain::ReplicaId replica;
  std::string prefix; // of its ticket codes
  std::string letter; // of its queue numbers; empty where it gives none
  std::string site, kind, name;
  std::string desk_url, token, ca_file;
  std::string desk_epoch, desk_public_key;
};

struct Registered {
  domain::TicketId ticket;
  std::string code;
  std::string queue_number; // of the day, "A12"; empty where the station gives none
};

// Files of this station that the desk does not have yet.
struct AttachmentsStatus {
  std::int64_t waiting = 0, waiting_bytes = 0;
  std::int64_t refused = 0; // those that the desk will not take
  std::string trouble;      // of the newest that did not go on, in words; empty when none
};

// One of them, and where it goes.
struct PendingUpload {
  domain::TicketId ticket;
  base::Sha256 sha256;
  std::int64_t size = 0;
  std::string location; // at the desk; empty: not asked yet
  bool is_named = true; // by an event that is here; else the desk knows whether there is one
};

enum class UploadOutcome {
  verified, // the desk has it
  refused,  // it never will
  delayed,  // not this time
  unneeded, // its event was refused or erased, by the desk as it is now
};

struct StationStatus {
  std::int64_t outbox = 0;
  std::int64_t conflicts = 0; // tickets that two people wrote on at once, with something left to decide
  std::int64_t refused = 0;   // events of this station that the desk refused
  std::int64_t held = 0;      // those that wait at the desk behind one that it cannot read
  std::optional<base::Instant> last_contact; // to half a minute
  bool in_sync = false;                      // outbox empty and the digests agreed at the last contact
  std::string trouble;                       // why the last contact failed, in words; empty when it did not
  AttachmentsStatus attachments;
};

// What the desk said of one event.
struct EventVerdict {
  domain::EventId id;
  domain::Verdict verdict = domain::Verdict::pending;
  std::string reason;
  std::int64_t effective = 0;
  base::Instant received;
  bool elsewhere = false; // the desk holds the event under another replica: its form replaces this one
  base::Hash receipt = {};
  bool held = false; // not decided yet, and not to be sent again
};

// A part of what a desk that was put back to an earlier state is to be asked about.
struct HeldBatch {
  std::vector<protocol::HeldEvent> events;
  std::int64_t last_position = 0; // in this log; 0: nothing is left to ask about
  std::string epoch = {};         // of the desk that was told of what is before it; "": none was
};

// What the desk is told of this station's own chain.
struct Standing {
  std::string epoch;  // of the desk, as last heard
  ChainHead head;     // the last event of the chain that the desk has; replica_seq 0: none
  bool waits = false; // there is something in the outbox
  bool held = false;  // something waits at the desk, set aside there
};

// Count and 256-bit sum of event hashes of one scope.
struct ScopeDigest {
  std::string scope;
  std::int64_t count = 0;
  base::Hash hash;
  bool operator==(const ScopeDigest&) const = default;
};

// A page of the desk's feed, as a station takes it in.
struct FeedPage {
  std::span<const StoredEvent> events;
  std::string_view cursor;                 // that follows it
  bool is_first = false, is_last = false;  // of a pull from the beginning; up to the feed's end
  std::vector<std::string> scopes = {};    // that the desk gives this station; empty: not told
  std::vector<domain::TicketId> left = {}; // in none of them any more
  std::vector<domain::PublicStatus> statuses = {};
  std::vector<domain::Erasure> erasures = {};
};

// Part of a station's schema.
extern const std::string_view k_station_scope_sql, k_station_retention_sql;

class Station {
public:
  // Makes the directory (mode 0700) and its database. Errors: conflict when there is a station already.
  static base::Result<std::unique_ptr<Station>> create(const std::filesystem::path& directory,
                                                       const StationIdentity& identity,
                                                       const base::Clock& clock, base::Random& random);
  // conflict when there is a station in this directory already.
  static base::Status check_vacant(const std::filesystem::path& directory);
  // Errors: not_found, unusable, too_new, no_space, busy; each says what to do.
  static base::Result<std::unique_ptr<Station>> open(const std::filesystem::path& directory,
                                                     const base::Clock& clock, base::Random& random);
  // A station in memory, for tests and benchmarks of logic.
  static std::unique_ptr<Station> in_memory(const StationIdentity& identity, const base::Clock& clock,
                                            base::Random& random);

  // Another process may have given the station a new one; every change below works with the newest.
  const StationIdentity& identity() const { return identity_; }
  const StationIdentity& refresh_identity();

  // Durable on return, all of it or nothing. The registration is validated first. `beside`: what else the
  // registration's body says ("entitlement"); `after`: what follows it at once (linked, a note, resolved).
  base::Result<Registered> register_ticket(domain::Registration registration,
                                           const domain::Fields& beside = {},
                                           std::vector<domain::EventParts> after = {});

  // Appends what `parts` say to a ticket, in one transaction; `by` is the author's name. Checked against the
  // workflow and the fields' rules first. Durable on return.
  base::Result<domain::Ticket> append(const domain::TicketId& ticket, std::vector<domain::EventParts> parts,
                                      std::string_view by);

  // Whether a file may be attached here, before it is copied. Errors: not_allowed (a kiosk: it could read
  // back what customers gave).
  base::Status check_attach() const;

  base::Result<domain::TicketId> find_code(std::string_view typed);
  std::optional<domain::Ticket> load(const domain::TicketId& ticket) { return tickets_.load(ticket); }
  // Tickets whose slip has this code although they were given another since.
  std::vector<domain::TicketId> find_former(std::string_view code) { return tickets_.find_former(code); }
  std::vector<TicketRow> list(const TicketFilter& filter);
  // What a kiosk may tell of a ticket of its site.
  std::optional<domain::PublicStatus> public_status(std::string_view code);
  // Appends what a customer says of a ticket of this site at a kiosk (confirmed, rated, reopened), which
  // knows of the ticket no more than its public status: the desk judges it by the workflow. Durable on
  // return.
  base::Status append_reply(const domain::TicketId& ticket, std::vector<domain::EventParts> parts);
  StationStatus status();
  std::vector<ScopeDigest> digest(); // computed from the stored rows, every time
  // The same, from the rows at least every ten minutes and after every change: what polls compare.
  std::vector<ScopeDigest> recent_digest();

  // For the lane of attachments: those whose event the desk has, oldest ticket first; what came of one.
  std::vector<PendingUpload> uploads(std::size_t count_max);
  AttachmentsStatus attachments();
  void store_upload_place(const PendingUpload& upload, std::string_view location);
  void store_upload_outcome(const PendingUpload& upload, UploadOutcome outcome, std::string_view words);
  NamedFiles files_named();

  // File, chain, hashes, projections against the log.
  base::Status check();
  void rebuild();

  // What the desk has written for this station to read: answers, known problems, settings, the queue's board.
  Reference& reference() { return reference_; }

  // For sync: the oldest events that wait, up to both limits (at least one).
  std::vector<domain::Event> outbox(std::size_t events_max, std::size_t bytes_max, std::uint64_t after = 0);
  void store_verdicts(std::span<const EventVerdict> verdicts);
  // Stores a page of the feed together with the cursor that follows it. Own events are settled by it too.
  // A ticket that left is out of view once nothing of it waits; its events stay, sealed for the desk.
  void store_page(const FeedPage& page);
  void store_page(std::span<const StoredEvent> events, std::string_view cursor) {
    store_page(FeedPage{events, cursor});
  }
  std::string cursor();
  // Of the rows that `digest` counts in this scope; empty for a scope that is not the station's.
  std::vector<base::Hash> event_hashes(std::string_view scope);
  // Writes rows anew that were changed or lost here.
  void store_repair(std::span<const StoredEvent> events);
  // The desk says that this directory was copied, or put back to an earlier state. The key by which to ask
  // for an identity of its own, the same until that has been stored; nothing when the station does not stand
  // any more as it did when it was said, so that there is nothing to conclude from it.
  Standing standing();
  // With `anew` the key before is dropped: the desk has said that another copy uses what came of it.
  std::optional<base::Hash> begin_split(const std::optional<ChainHead>& head_told, bool anew);
  // Goes on under the new identity. What the desk has stays as it is; what waits is written anew under the
  // new replica: same events and tickets, but with new codes where the other copy may have given the same.
  void rehome(const StationIdentity& identity);

  // The desk has lost some of what it had of this station: all of it waits again. What the desk still has is
  // settled as before.
  void requeue_own();

  // A desk that was put back to an earlier state is told of everything it had placed, from where the last
  // attempt got to; what of it this station can give back with a receipt; and what came of that. An event of
  // this station that the desk neither has nor takes back waits again.
  HeldBatch held_for_desk(std::size_t count_max);
  std::vector<StoredEvent> offers(std::span<const domain::EventId> ids);
  std::vector<domain::Erasure> erasures() { return log_.erasures(); } // given back before anything else
  void store_given_back(std::span<const domain::EventId> not_taken,
                        std::span<const domain::EventId> elsewhere,
                        std::span<const EventVerdict> judged = {});
  void store_given_back_to(std::int64_t last_position, std::string_view epoch);
  // Lets go for good, whole tickets at a time up to about so many events, of what is kept for nothing but a
  // desk that may be put back: tickets out of view for longer than the site's keep_days; at a kiosk what the
  // desk has taken in that long ago. Nothing that waits, or whose file does, nor the end of the own chain.
  // How many events went.
  std::size_t purge(std::size_t events_max);
  // The desk of this epoch has all that it can be given back: the feed begins anew.
  void finish_giving_back(std::string_view epoch);

  // Measured difference desk - station; stamps are corrected by it. And the outcome of a contact.
  void store_contact(base::Millis clock_offset, bool digests_agree);
  // The desk's public key (hexadecimal) as it is now; what is no key is not taken.
  void store_desk_key(std::string_view public_key);
  void store_trouble(std::string_view words);

private:
  Station(std::unique_ptr<Database> db, const base::Clock& clock, base::Random& random);
  struct Settled { // verdicts on events of one ticket, in order of replica_seq
    std::int64_t count = 0;
    std::uint64_t first_seq = 0, last_seq = 0;
    std::int64_t first_effective = 0;
    bool as_expected = true;
  };
  bool takes_other_form(Transaction&, const EventLog::Placed& own, const StoredEvent& incoming);
  bool comes_with_feed(const EventVerdict& verdict, const domain::TicketId& ticket);
  bool stays_in_place(const domain::TicketId& ticket, const Settled& events);
  bool is_place_taken(const domain::Event& incoming);
  base::Status check_chain();
  void write_identity(const StationIdentity& identity);
  void read_identity();
  base::Instant now(); // corrected by the desk's clock
  std::string meta(std::string_view key);
  void set_meta(Transaction&, std::string_view key, std::string_view value);
  // Errors: unusable (a kiosk that has nothing to seal with).
  base::Status append_own(Transaction&, const domain::TicketId& ticket, domain::EventParts parts,
                          domain::Seen seen);
  std::vector<std::string> scopes();
  void store_scopes(Transaction&, const std::vector<std::string>& scopes);
  // Of the tickets in view, those in these scopes, with which of them.
  std::map<domain::TicketId, std::vector<std::string>> tickets_in(const std::vector<std::string>& scopes);
  void store_statuses(Transaction&, const FeedPage& page);
  // A pull from the beginning tells of every ticket that this station is given; the others leave at its end.
  void begin_sweep(Transaction&);
  void end_sweep(Transaction&);
  void came(Transaction&, const domain::TicketId& ticket);
  void left(Transaction&, const domain::TicketId& ticket);
  void let_go(Transaction&);
  bool apply_erasures(Transaction&, std::span<const domain::Erasure> erasures); // whether any is new here
  void rewrite_words();
  std::vector<domain::TicketId> outlived(base::Instant before, std::size_t count_max);
  void hide(Transaction&, const domain::TicketId& ticket);
  bool is_kiosk() const { return identity_.kind == "kiosk"; }
  base::Status seal_contact(domain::Event& event);
  void begin_upload(Transaction&, const domain::TicketId& ticket, const domain::EventParts& parts);
  std::string upload_trouble(const PendingUpload& upload);
  // Whether the desk has an event that names it, may have one that was lost here, may come to have one, or
  // will not have any.
  enum class Naming { placed, unknown, waits, over };
  Naming naming_of(const PendingUpload& upload);
  std::string next_queue_number(Transaction&, base::Instant now);
  base::Status check_own_chain();
  void put_identity(Transaction&, const StationIdentity& identity);

  std::unique_ptr<Database> db_;
  EventLog log_;
  TicketTable tickets_;
  Reference reference_;
  const base::Clock& clock_;
  base::Random& random_;
  StationIdentity identity_;
  struct RecentDigest {
    std::vector<ScopeDigest> digests;
    std::int64_t data_version;
    base::Instant at;
  };
  std::optional<RecentDigest> recent_;
};

} // namespace walkin::store
