// Reference documents as a station reads them: settings of its site, answers, guides, known problems, assets,
// the directory of a kiosk, the board of the queue. All of it works offline, from what the desk sent last.
// Reached through Station::reference(); belongs to the thread of its station, like it. Reads see what another
// process or connection has committed.
#pragma once

#include "shared/domain/queue.hpp"
#include "shared/domain/reference.hpp"
#include "shared/store/database.hpp"

#include <span>

namespace walkin::store {

// Something that may help, found by words.
struct Match {
  domain::DocumentKind kind = domain::DocumentKind::article; // article, guide or bulletin
  std::string id;                                            // of article(), guide() or bulletin()
  std::string language; // in which it was found; that of the question where there is one
  std::string title, summary;
  std::optional<domain::Category> category;
  int questions = 0;  // of a guide: on its longest way
  double score = 0.0; // greater is better
};

// What to look for. The last word counts as its beginning, since it may still be being typed; accents and
// case do not matter; a word that is found nowhere is taken for one that is a slip away.
struct SearchFor {
  std::string_view words;
  std::string_view language = "en";
  std::optional<domain::Category> category = {}; // what is of it comes first
  std::size_t count_max = 10;
};

// Keys that a kiosk gets from the desk; empty until then, and at a technician's station.
struct ReferenceKeys {
  std::string link;        // for status links
  std::string link_prefix; // of the codes that it is for
  std::string directory;   // the site's secret
  bool operator==(const ReferenceKeys&) const = default;
};

// What sync compares with the desk.
struct ReferenceStanding {
  std::string tag;    // of all documents, as the desk said when the last of them came
  std::string cursor; // of a pull that goes on; empty: from the beginning
  std::string queue_tag;
};

struct DocumentDigest {
  std::int64_t count = 0;
  base::Hash sum;
  bool operator==(const DocumentDigest&) const = default;
};

// A page of documents as the desk sent it.
struct DocumentPage {
  std::span<const domain::Document> documents;
  std::string_view cursor;                // that follows it
  bool is_first = false, is_last = false; // of a pull from the beginning; up to the newest
  std::optional<ReferenceKeys> keys = {};
};

// Parts of a station's schema, its second and third step.
extern const std::string_view k_reference_sql, k_document_receipts_sql;

class Reference {
public:
  explicit Reference(Database& db) : db_(db) {}

  // Another number whenever anything below may answer otherwise: to be compared after each contact. Cheap.
  std::int64_t revision();

  // None until the desk has sent them.
  std::optional<domain::SiteSettings> settings();

  // Those that are open now, widest first (of all categories and sites), then newest first. With a category:
  // of these only those about it.
  std::vector<domain::Bulletin> open_bulletins(base::Instant now,
                                               std::optional<domain::Category> category = {});
  std::optional<domain::Bulletin> bulletin(std::string_view id);

  // Articles and guides, best first.
  std::vector<Match> search(const SearchFor& search);
  // For the page where the customer writes what happens: at most one open bulletin, one article and one
  // guide, best first. Nothing for fewer than 3 letters.
  std::vector<Match> suggest(const SearchFor& search, base::Instant now);
  // For "Find an answer" before anything is typed: articles and guides of a category (or all) by title.
  std::vector<Match> browse(std::string_view language, std::optional<domain::Category> category,
                            std::size_t count_max);

  // In this language, else in English, else in any.
  std::optional<domain::Article> article(std::string_view id, std::string_view language);
  std::optional<domain::Guide> guide(std::string_view id);

  // By its label as typed or scanned.
  std::optional<domain::Asset> find_asset(std::string_view tag);
  // Of machines of these kinds ("computer laptop"), the commonest first; `most` of them at most.
  std::vector<std::string> usual_models(std::string_view kinds, std::size_t most);

  // Whether this station has a directory at all: without one, "unknown" says nothing about a person.
  bool has_directory();
  // By employee id, mail or telephone, as typed or scanned.
  std::optional<domain::DirectoryEntry> find_person(std::string_view identifier);

  // As of the last contact; none until the desk has sent it.
  std::optional<domain::QueueBoard> queue_board();

  // Where a customer follows this ticket, for the QR code: "https://help.example.org/t/LB-0042-K.…". Made
  // offline. "" where the public address or the key is not known, or for a code of another prefix.
  std::string status_link(std::string_view code);

  // For sync. Durable on return.
  ReferenceStanding standing();
  DocumentDigest digest(); // computed from the stored rows
  // What comes takes the place of what was held; at the end of a pull from the beginning, what it did not
  // tell of is dropped. A body that cannot be read is kept, and shown nowhere.
  void store_page(const DocumentPage& page);
  void store_tag(std::string_view tag); // all that is held is what the desk holds under this tag
  void store_queue(const domain::QueueBoard& board, std::string_view tag);
  void forget(); // pull all again
  // For a desk that was put back to an earlier state: what it had given with a receipt, but for the
  // directory, which the desk makes of what it knows. Those that follow in the store, with their numbers
  // there.
  std::vector<std::pair<std::int64_t, domain::Document>> given_by_desk(std::int64_t after,
                                                                       std::size_t count_max);
  std::optional<domain::Document> document(std::string_view kind, std::string_view id);

private:
  std::string meta(std::string_view key);
  void set_meta(Transaction&, std::string_view key, std::string_view value);
  void count_revision(Transaction&);
  std::string body(domain::DocumentKind kind, std::string_view id);
  std::string body_by_key(domain::DocumentKind kind, std::string_view key);
  void store(Transaction&, const domain::Document& document);
  void drop(Transaction&, std::int64_t document);
  void drop_untold(Transaction&);
  void index(Transaction&, std::int64_t document, const domain::Document& content);
  // Of each kind the best, `search.count_max` at most; kind by kind.
  std::vector<Match> find(const SearchFor& search, std::span<const std::string> terms,
                          std::span<const domain::DocumentKind> kinds, std::string_view language);
  std::vector<Match> find_with_english(const SearchFor& search, std::span<const domain::DocumentKind> kinds);
  std::vector<std::string> terms_for(std::string_view words);
  std::int64_t documents_with(const std::string& term);
  bool begins_a_term(const std::string& start);
  std::vector<std::string> near_terms(const std::string& word);
  bool has_language(std::string_view kind, std::string_view id, std::string_view language);

  struct Vocabulary { // all words of all answers, for slips
    std::int64_t revision = -1;
    std::vector<std::string> terms;
  };
  Vocabulary vocabulary_;
  Database& db_;
};

} // namespace walkin::store
