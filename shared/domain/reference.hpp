// Reference documents: written at the desk, read at stations. What each kind holds, and the rules of what is
// in them. Pure. How they are written as text is shared/protocol/reference_json.hpp; how a station reads them
// is shared/store/reference.hpp.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/hash.hpp"
#include "shared/domain/opening_hours.hpp"
#include "shared/domain/registration.hpp"

namespace walkin::domain {

enum class DocumentKind { article, guide, bulletin, site, asset, person };
std::string_view name_of(DocumentKind kind);
std::optional<DocumentKind> parse_document_kind(std::string_view name);

// A document as it travels: whole, with the version that the desk gave it. Versions only grow; a newer one of
// the same kind and id takes the place of the older.
struct Document {
  std::string kind; // kinds that only newer programs know are kept as they are
  std::string id;   // unique within its kind
  std::int64_t version = 0;
  std::string body; // JSON text of its kind; empty when deleted
  bool is_deleted = false;
  base::Hash receipt = {}; // by which the desk knows again what it had given out; zeros: it gave none
  bool operator==(const Document&) const = default;
};
base::Hash hash_of(const Document& document); // of all but the receipt

inline constexpr std::size_t k_document_id_bytes_max = 128;
inline constexpr std::size_t k_document_body_bytes_max = 512 * 1024;

// Letters a-z, digits, - . _ ; what files and addresses are named by.
bool is_document_name(std::string_view id);

// A text in several languages, by BCP 47 tag ("en", "es", "nb").
using Localised = std::map<std::string, std::string, std::less<>>;
// In this language, else in English, else in any; "" when there is none.
std::string_view text_in(const Localised& text, std::string_view language);

enum class Audience { everyone, internal }; // "public", "internal": only staff may read it
std::string_view name_of(Audience audience);
std::optional<Audience> parse_audience(std::string_view name);

// An answer in one language. The same id in other languages is the same answer. Its document is named
// "ID.LANGUAGE".
struct Article {
  std::string id, language;
  std::string title, summary; // the summary is one line, for lists
  std::string body;           // CommonMark
  std::vector<std::string> keywords;
  std::optional<Category> category;
  std::string product;
  Audience audience = Audience::everyone;
  std::vector<std::string> groups; // of an internal one: the support groups that may read it; none: all staff
  std::string author;
  std::optional<std::chrono::local_days> reviewed, review_by;
  bool operator==(const Article&) const = default;
};
// Errors: invalid, the member as context: groups of one that everybody may read, or that are no names.
base::Status check_article(const Article& article);
std::string article_document_id(std::string_view id, std::string_view language);

// A flow chart of yes/no questions, one a page.
struct GuideNode {
  enum class Type { question, answer, get_help };
  Type type = Type::question;
  Localised text, help;           // help: a second line, may be empty
  std::string yes, no, cant_tell; // of a question: the next nodes
  std::string article;            // of an answer: where there is more to read; may be empty
  std::string picture{};          // of a question: by the name of a GuidePicture; others are not shown
  bool operator==(const GuideNode&) const = default;
};
std::string_view name_of(GuideNode::Type type); // "question", "answer", "get_help"
std::optional<GuideNode::Type> parse_guide_node_type(std::string_view name);

// What a station draws beside a question's second line: a printer, and on it the part that is asked about.
enum class GuidePicture { printer_light, printer_tray };
std::string_view name_of(GuidePicture picture); // "printer_light", "printer_tray"
std::optional<GuidePicture> parse_guide_picture(std::string_view name);

struct Guide {
  std::string id;
  std::optional<Category> category;
  std::string product;
  Localised title;
  std::map<std::string, std::vector<std::string>, std::less<>> keywords; // by language
  std::string start;
  std::map<std::string, GuideNode, std::less<>> nodes;
  bool operator==(const Guide&) const = default;

  const GuideNode* find(std::string_view node) const; // nullptr: there is none
  // Questions on the longest way through it; 0 for a guide that `check_guide` refuses.
  int questions_max() const;
};

// Every way through it ends in an answer or in help: no loop, no open end, no node that cannot be reached, a
// title, and every text in every language of the title. The first fault in words. Errors: invalid, the node
// as context.
base::Status check_guide(const Guide& guide);

// A known outage with a prepared answer.
struct Bulletin {
  std::string id;
  Localised title, body, answer; // answer: what whoever is registered under it is told
  base::Instant from;
  std::optional<base::Instant> until; // expected; it is open until somebody ends it
  std::vector<Category> categories;   // none: all
  std::vector<std::string> sites;     // none: all
  bool is_ended = false;
  std::optional<base::Instant> ended;
  bool operator==(const Bulletin&) const = default;

  bool is_open(base::Instant now) const { return !is_ended && from <= now; }
  bool is_about(Category category) const;
};

struct Printer {
  enum class Way { none, device, file, cups }; // a character device, a file (for trying it out), a CUPS queue
  Way way = Way::none;
  std::string target; // "/dev/usb/lp0", a path, a queue's name
  bool operator==(const Printer&) const = default;
};
std::string_view name_of(Printer::Way way); // "none", "device", "file", "cups"
// "device:/dev/usb/lp0", "cups:front", "none". Errors: invalid.
base::Result<Printer> parse_printer(std::string_view text);
std::string to_text(const Printer& printer);

inline constexpr std::size_t k_logo_bytes_max = 64 * 1024;
inline constexpr std::uint32_t k_logo_side_min = 16, k_logo_side_max = 1024; // in pixels
// A whole PNG of a size that a screen can show. Errors: invalid, in words; the bytes between its header and
// its end are not looked at.
base::Status check_logo(std::string_view png);

// What a site has set for its stations. The defaults are those of a site of which nothing is known.
struct SiteSettings {
  std::string site;                                     // its name, as stations are enrolled at
  std::string organisation;                             // "IT help desk"
  std::string logo_png;                                 // raw bytes, as check_logo takes them; may be empty
  std::vector<std::string> languages{"en", "es", "nb"}; // offered, the first is the one it rests in
  OpeningHours hours;
  std::string time_zone; // "Europe/Oslo"; empty: kiosks go by their machine's, the desk by UTC
  Localised slip_text;   // the last lines of the paper slip
  Printer printer;
  std::string staff_pin_hash; // of the kiosk's service page, as crypto_pwhash_str writes it; empty: closed
  std::string public_address; // of the desk, for the status link: "https://help.example.org"; may be empty
  std::chrono::seconds idle_after{60}, idle_warning{20};
  std::chrono::seconds number_shown{40}; // the page with the number clears itself after this
  bool reduced_motion = false;
  int link_days = 30;  // a status link works this long after its ticket was closed
  int no_show_min = 3; // a called number that nobody came for in so many minutes is a no-show
  int keep_days = 30;  // stations keep what left them this long, for a desk that is put back to a backup
  std::string phone;   // of the desk, for who gets no further; may be empty
  bool operator==(const SiteSettings&) const = default;
};
// Errors: invalid, the setting's name as context.
base::Status check_settings(const SiteSettings& settings);

struct Asset {
  std::string tag; // as on its label
  std::string kind, model, os, os_version, serial;
  std::optional<std::int64_t> memory_mb;
  bool operator==(const Asset&) const = default;
};
// Labels are compared in capitals and without blanks and dashes: "lap 0042" is "LAP-0042".
std::string normalised_tag(std::string_view tag);

enum class Entitlement { covered, not_covered, unknown };
std::string_view name_of(Entitlement entitlement);
std::optional<Entitlement> parse_entitlement(std::string_view name);

// A person, at the desk only.
struct Person {
  std::string ref; // opaque, names the person in tickets
  std::string name, employee_id, email, phone, language;
  Entitlement entitlement = Entitlement::unknown;
  bool operator==(const Person&) const = default;
};

// All that a kiosk holds of a person: enough to greet, not to know. One entry for each identifier.
struct DirectoryEntry {
  base::Hash key;          // directory_key of the identifier
  std::string masked_name; // "M**** N****"
  std::string language;    // may be empty
  Entitlement entitlement = Entitlement::unknown;
  std::string person;                         // the person's ref
  std::string masked_email{}, masked_phone{}; // may be empty
  bool operator==(const DirectoryEntry&) const = default;
};

// BLAKE2b-256 keyed by the site's secret (32 bytes) over the identifier in its normal form. Without the
// secret it tells nothing. An employee id, a mail address or a telephone number, as it was typed or scanned.
base::Hash directory_key(std::string_view secret, std::string_view identifier);
// Mail in lower case; telephone as its digits with 00 and + alike; anything else folded, without blanks.
std::string normalised_identifier(std::string_view identifier);
// The first letter of each word and four stars, so that not even lengths are told.
std::string masked_name(std::string_view name);
// "m****z@company.example": who it is knows it again, who looks over a shoulder can't write to it. Of a name
// of three letters or fewer the last one is hidden too. "" for what is no address.
std::string masked_email(std::string_view email);
// "*** ** 412"; "" for one of six digits or fewer, of which that would be half.
std::string masked_phone(std::string_view phone);

// The key by which a kiosk makes the links of its own tickets, from the desk's key for links.
std::string link_key_of(std::string_view desk_key, std::string_view prefix);
// What stands after /t/ in a status link: the code, a dot, 26 letters and digits that only who has the key
// can make.
std::string link_token(std::string_view link_key, std::string_view code);

} // namespace walkin::domain
