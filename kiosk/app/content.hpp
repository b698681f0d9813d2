// What workers tell the screen of what the desk has written and of people, computers and tickets: plain
// values, made from the store's documents. Any thread. None of it is needed: a desk without content leaves
// all empty.
#pragma once

#include "kiosk/app/secret_text.hpp"
#include "shared/domain/queue.hpp"
#include "shared/domain/reference.hpp"
#include "shared/domain/workflow.hpp"
#include "shared/i18n/catalogue.hpp"
#include "shared/i18n/format.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace walkin::kiosk {

// A picture in memory: four bytes a pixel (red, green, blue, alpha), rows from the top.
struct Bitmap {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
};

// What the site has set, as far as a screen needs it.
struct SiteInfo {
  std::string organisation;           // empty: the catalogue's "IT help desk"
  std::shared_ptr<const Bitmap> logo; // none, or damaged: the name stands in letters
  std::vector<i18n::Language> languages{i18n::k_languages.begin(), i18n::k_languages.end()};
  std::optional<i18n::Language> language; // in which it rests; nothing: as the program was started
  std::chrono::milliseconds idle{60'000}, warning{20'000}, number_page{40'000};
  bool reduced_motion = false;
  bool has_staff_pin = false;
  bool has_directory = false, has_assets = false; // that there is something to look in
  std::vector<std::string> computers, handsets;   // makes and models that the desk knows, the commonest first
  std::string phone;                              // of the desk; may be empty
  std::string printer;                            // as it is set: "cups:front"; for the service page
};

// Opening hours as they are now, by the site's calendar.
struct OpeningInfo {
  bool is_known = false, is_open = true;
  std::optional<i18n::LocalTime> until; // closes then, or opens then
  int days_ahead = 0;
};

// The queue at the counter.
struct QueueInfo {
  int ahead = 0;
  std::optional<domain::WaitRange> wait; // where it can be estimated
};

enum class AnswerKind : std::uint8_t { bulletin, article, guide };

// What might answer what the customer writes.
struct Suggestion {
  AnswerKind kind = AnswerKind::article;
  std::string id, title;
  int questions = 0; // of a guide, at most
};

// An article in the customer's language, taken apart for the screen.
struct ArticleText {
  struct Part {
    enum class Kind : std::uint8_t { heading, text, step } kind = Kind::text;
    std::string text;
    int number = 0; // of a step; 0 for one of a list without order
  };
  std::string id, title;
  std::vector<Part> parts;
};

enum class GuideAnswer : std::uint8_t { yes, no, unsure };

// A person that the directory knows, by what was typed or scanned: as much as may be shown.
struct KnownPerson {
  SecretText masked_name;                // "M**** N****"
  SecretText masked_email, masked_phone; // "m****z@company.example", "*** ** 412"; may be empty
  SecretText ref;                        // names the person in the registration
  std::string entitlement;
};

// A computer that the desk knows by its label.
struct KnownAsset {
  SecretText tag; // as it stands on the label
  std::string os, model;
  std::optional<std::int64_t> memory_mb;
};

// What customers may be told of a ticket.
struct TicketInfo {
  SecretText code;
  domain::TicketStatus status = domain::TicketStatus::created;
  SecretText queue_number;
  std::optional<int> ahead;                         // in the queue; nothing: not known
  std::optional<domain::WaitRange> wait;            // where it can be estimated
  std::optional<i18n::LocalTime> registered, since; // when it was registered; when it came to be as it is
  std::optional<i18n::LocalTime> as_of;             // without contact: when this was last known
};

enum class PrinterState : std::uint8_t { none, ready, printed, no_paper, failed };

// For the service page; nothing of any customer.
struct ServiceInfo {
  bool in_touch = false, in_sync = false;
  std::int64_t outbox = 0;
  std::optional<i18n::LocalTime> last_contact;
  std::string trouble;
  std::int64_t free_mb = 0;
  std::string version, station;
  std::vector<std::string> log; // the last lines, oldest first
};

} // namespace walkin::kiosk
