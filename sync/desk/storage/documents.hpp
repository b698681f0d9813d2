// Reference documents at the desk, in tickets.db: written here, given to stations by a feed of their own.
#pragma once

#include "shared/domain/reference.hpp"
#include "shared/protocol/document_messages.hpp"
#include "sync/desk/storage/desk_log.hpp"
#include "sync/desk/storage/offered_documents.hpp"

#include <mutex>

namespace walkin::desk {

extern const std::string_view k_documents_sql;

// A document as somebody writes it, and which stations are given it, by the names of `audiences_of`.
struct DocumentDraft {
  domain::DocumentKind kind = domain::DocumentKind::article;
  std::string id, body;
  std::vector<std::string> audience;
};

struct DocumentRow {
  domain::Document document;
  base::Instant at;
  std::string by; // who wrote this version
};

enum class WriteOutcome { made, changed, unchanged };

// Which stations: all of a kind, those of a kind at a site, and technicians' whose person is of a group.
inline constexpr const char* k_kiosks = "kiosk";
inline constexpr const char* k_technicians = "technician";
std::string kiosks_at(std::string_view site);
std::string technicians_at(std::string_view site);
std::string technicians_of(std::string_view group);
std::vector<std::string> audiences_of(const SyncPeer& peer);

// The drafts of what is typed. A bulletin without sites is for all stations.
DocumentDraft draft_of(const domain::Article& article);
DocumentDraft draft_of(const domain::Guide& guide);
DocumentDraft draft_of(const domain::Bulletin& bulletin);
DocumentDraft draft_of(const domain::SiteSettings& settings);
DocumentDraft draft_of(const domain::Asset& asset);
// Of a document as it was written. Errors: invalid (a kind or a body that this program cannot read).
base::Result<DocumentDraft> draft_of(const domain::Document& document);

// Safe to call from any thread; a connection of its own. What another process writes is seen at once. Faults
// of the database are exceptions.
class Documents {
public:
  // `file`: the tickets.db of a desk. Errors as of store::Database::open.
  static base::Result<std::unique_ptr<Documents>> open(const std::filesystem::path& file,
                                                       const base::Clock& clock, base::Random& random);

  // All or nothing, durable on return. A draft that says what is there already changes nothing, so that its
  // version stays. `by` is remembered with the version. One outcome for each draft, in order.
  std::vector<WriteOutcome> write(std::span<const DocumentDraft> drafts, std::string_view by);
  // Errors: not_found.
  base::Status remove(domain::DocumentKind kind, std::string_view id, std::string_view by);

  std::optional<domain::Document> find(domain::DocumentKind kind, std::string_view id);
  std::vector<DocumentRow> list(std::optional<domain::DocumentKind> kind); // by kind and id
  std::vector<std::string> sites();                                        // that have settings
  std::optional<domain::SiteSettings> settings(std::string_view site);

  // What stations gave back after the desk was put back to an earlier state, and what an administrator
  // decides of it: these, or all where none is named. What is accepted becomes a new version for all, in the
  // order of the versions that it had; what is refused is gone for good. Those that were decided. Errors:
  // not_found, invalid; nothing is changed then.
  std::vector<OfferedDocument> offered();
  base::Result<std::vector<OfferedDocument>> decide(std::span<const std::int64_t> numbers, bool is_accepted,
                                                    std::string_view by);

  // The directory of people. Those that are not named stay. Every site's kiosks get it anew, masked, under
  // keys of their own. Returns how many are new or differ.
  std::size_t write_people(std::span<const domain::Person> people, std::string_view by);
  std::size_t count_people();

  // A page for this peer. Errors: conflict, with the protocol's code as context.
  base::Result<protocol::DocumentsReply> feed(const SyncPeer& peer,
                                              const protocol::DocumentsRequest& request);
  // Names the state of what this peer is given; another one when it changes.
  std::string tag(const SyncPeer& peer);

  // The ticket's code that a link's token is for, if a key of this desk made it.
  std::optional<std::string> code_of_link(std::string_view token);
  // What stands after /t/ for a ticket's code.
  std::string link_token(std::string_view code);

private:
  struct Given { // what a set of stations is given
    std::int64_t position = -1;
    std::int64_t newest = 0; // of what is or was theirs
    protocol::ScopeDigest digest;
  };

  Documents(std::unique_ptr<store::Database> db, const base::Clock& clock, base::Random& random)
      : db_(std::move(db)), clock_(clock), random_(random) {}
  std::int64_t newest_position();
  WriteOutcome write_draft(store::Transaction&, const DocumentDraft& draft, std::string_view by);
  WriteOutcome write_one(store::Transaction&, const DocumentDraft& draft, std::string_view by);
  void remove_one(store::Transaction&, std::string_view kind, std::string_view id, std::string_view by);
  void write_directory(store::Transaction&, std::string_view site, std::string_view by);
  std::string secret_of_site(std::string_view site);
  const Given& given(const SyncPeer& peer);
  std::string tag_of(const SyncPeer& peer);
  std::string epoch();

  std::mutex mutex_; // guards all below
  std::unique_ptr<store::Database> db_;
  const base::Clock& clock_;
  base::Random& random_;
  std::map<std::string, Given> given_; // by audience
};

} // namespace walkin::desk
