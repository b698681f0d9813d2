// The state of the kiosk and the one function that changes it. No drawing, no clock, no I/O; UI thread only.
//
//   AppState state = make_state(settings, now);
//   for (auto& intent : intents.take())
//       for (auto& command : update(state, std::move(intent), now)) worker.post(std::move(command));
//   loop.sleep_until(next_deadline(state, now));
#pragma once

#include "kiosk/app/intents.hpp"
#include "kiosk/app/model.hpp"
#include "kiosk/app/qr.hpp"
#include "kiosk/app/text_edit.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace walkin::kiosk {

// How the program was started; what the site has set is SiteInfo.
struct Settings {
  i18n::Language language = i18n::Language::en;
  bool reduced_motion = false;
  std::chrono::milliseconds show_selected{120};
  std::chrono::milliseconds double_touch{
      500}; // touches this soon after one that turned the page are its echo
  std::chrono::milliseconds offline_notice{120'000};
  std::chrono::milliseconds save_patience{15'000}; // for an answer to a RegisterCommand
  std::chrono::milliseconds ask_patience{1'000};   // for an answer that a page waits for
  std::chrono::milliseconds pin_pause{300'000};    // after too many wrong ones
};

struct FieldState {
  TextEdit edit;
  std::optional<domain::FieldProblem> problem; // found on leaving the field, gone when it is mended
};

// An answer from the desk that is being read, and the way through it.
struct Reading {
  AnswerKind kind = AnswerKind::article;
  std::string id;
  std::optional<ArticleText> article;
  std::optional<domain::Guide> guide;
  struct Step {
    std::string node;
    GuideAnswer answer;
  };
  std::vector<Step> steps; // of a guide
  std::string node;        // where in it
};

// What is known of the label that was given.
enum class TagState : std::uint8_t { not_asked, known, unknown };

// What one customer has told so far, and what was looked up for them.
struct Visit {
  std::array<FieldState, k_field_count> fields;
  std::optional<Way> way;
  Way guest_way = Way::email;
  std::optional<domain::Category> category;
  std::optional<System> system;
  std::optional<Memory> memory;
  std::optional<bool> voicemail;
  std::optional<domain::Degree> severity;
  std::optional<domain::Affected> affected;
  std::optional<domain::Degree> consequence;
  bool consequence_asked = false; // "I can't tell" is an answer

  bool by_badge = false;      // the staff number was read from a badge
  bool badge_unknown = false; // the last badge that was held to the reader
  std::optional<KnownPerson> person;
  bool tag_scanned = false;
  TagState tag = TagState::not_asked;

  std::optional<domain::Bulletin> bulletin; // that the ticket is to be registered under
  std::vector<Suggestion> found;
  std::optional<Reading> reading;
  std::string solved_by; // the answer that helped
  SecretText trail;      // answers given in a guide, for who works on the ticket

  std::optional<TicketInfo> ticket;
  bool ticket_unknown = false;
  SecretText ticket_likely;
  bool pin_wrong = false;
  std::optional<bool> works;
  std::optional<int> stars;

  Visit();
  FieldState& at(Field field) { return fields[static_cast<std::size_t>(field)]; }
  const FieldState& at(Field field) const { return fields[static_cast<std::size_t>(field)]; }
  bool is_empty() const; // nothing would be lost by leaving
  void wipe();           // overwrites every text and forgets every choice
};

namespace screen {
struct Start {};
struct Who {};
struct WhoFields {};
struct Confirm {};
struct About {};
struct Computer {};
struct Telephone {};
struct Words {};
struct Serious {};
struct Consequence {};
struct Review {};
struct Sending {
  Moment since;
};
struct Number {
  Registered ticket;
  bool offline = false; // when it was registered
  Moment clears_at;
  std::optional<QrCode> qr{}; // of the address to follow it
};
struct Known {};
struct Bulletin {};
struct Find {};
struct Article {};
struct Guide {};
struct TicketCode {};
struct Ticket {};
struct Reply {};
// The end of what is no new ticket.
enum class Thanks : std::uint8_t { helped, closed, closed_later, reopened, reopened_later };
struct Thank {
  Thanks what;
  SecretText code; // of the ticket, where there is one
  Moment clears_at;
};
struct Pin {};
struct Service {
  std::optional<ServiceInfo> info;
};
} // namespace screen

// In the order of PageId.
using Screen =
    std::variant<screen::Start, screen::Who, screen::WhoFields, screen::Confirm, screen::About,
                 screen::Computer, screen::Telephone, screen::Words, screen::Serious, screen::Consequence,
                 screen::Review, screen::Sending, screen::Number, screen::Known, screen::Bulletin,
                 screen::Find, screen::Article, screen::Guide, screen::TicketCode, screen::Ticket,
                 screen::Reply, screen::Thank, screen::Pin, screen::Service>;

enum class Dialog : std::uint8_t { none, idle, save_failed, leave };

struct Connection {
  bool known = false; // before the first word from the sync worker nothing is said of it
  bool in_touch = false;
  Moment out_since;
  std::size_t outbox = 0;
  std::optional<i18n::LocalTime> last_contact;
};

// A question to a worker that the page waits for.
enum class Waiting : std::uint8_t { nothing, person, asset, answer, ticket, reply, pin };

inline constexpr int k_volume_rest = 3, k_volume_max = 5;

struct AppState {
  Settings settings;
  SiteInfo site;
  OpeningInfo opening;
  std::optional<QueueInfo> queue;
  std::vector<domain::Bulletin> bulletins; // open ones, widest first
  PrinterState printer = PrinterState::none;
  std::string speech_device; // empty: there is no speech
  Screen screen;
  Visit visit;
  i18n::Language language = i18n::Language::en;
  TextSize text_size = TextSize::normal;
  bool high_contrast = false, reach = false, speech = false;
  int volume = k_volume_rest;

  std::optional<Field> focus;
  Shift shift = Shift::off;
  bool symbols = false;

  Dialog dialog = Dialog::none;
  Moment last_activity;
  std::optional<Moment> advance_at; // a single choice is being shown as selected
  std::optional<Moment> last_turn;  // the touch that turned the page
  bool changing = false;            // the next Continue or Back leads to the review
  bool slides_forward = true;
  std::uint32_t page_serial = 0;

  std::vector<PageId> came_from; // pages beside the way of a visit lead back here, the last first
  AskId ask;                     // the newest question; answers to others are too late
  AskId search;                  // the newest search
  Waiting waiting = Waiting::nothing;
  std::optional<Moment> waits_until;
  int pin_failures = 0;
  std::optional<Moment> pin_blocked_until;

  RequestId request; // of this visit
  std::optional<SaveTrouble> save_trouble;
  Connection connection;
  StoreState store = StoreState::fine;
};

// To be saved by a worker, which answers with Registered or RegisterFailed of the same id.
struct RegisterCommand {
  RequestId request;
  domain::Registration registration;
  std::string bulletin{};  // id of the known problem it belongs to
  std::string solved_by{}; // id of the answer that solved it at once
  SecretText trail{};      // answers given in a guide
  SecretText person{};     // names a known person
  std::string entitlement{};
};
// The others are questions of a page; each is answered with the intent of its name and the same id.
struct LookUpPerson {
  AskId ask;
  SecretText identifier;
}; // PersonLooked
struct LookUpAsset {
  AskId ask;
  SecretText tag;
}; // AssetLooked
struct Suggest {
  AskId ask;
  SecretText words;
  i18n::Language language;
  std::optional<domain::Category> category;
  bool for_find; // articles and guides, also before anything is typed; else one of each kind
};               // Suggested
struct LoadAnswer {
  AskId ask;
  AnswerKind kind;
  std::string id;
  i18n::Language language;
}; // AnswerOpened
struct FindTicket {
  AskId ask;
  SecretText code;
}; // TicketLooked
struct SaveReply {
  AskId ask;
  SecretText code;
  bool works;
  std::optional<int> stars;
  SecretText text; // why it does not work
};                 // ReplySaved
struct PrintSlip {
  i18n::Language language;
  SecretText number, code, follow_url;
  i18n::LocalTime at;
}; // PrinterChanged
struct CheckPin {
  AskId ask;
  SecretText pin;
};                     // PinChecked
struct TellService {}; // ServiceChanged
struct Restart {};     // ends the program; what started it starts it anew
using Command = std::variant<RegisterCommand, LookUpPerson, LookUpAsset, Suggest, LoadAnswer, FindTicket,
                             SaveReply, PrintSlip, CheckPin, TellService, Restart>;

// Whole seconds that are left until `end`, as a countdown shows them.
int seconds_left(Moment end, Moment now);

// Whether the customer is to be told that the desk can't be reached.
bool is_offline_noticed(const AppState& state, Moment now);

// Whether it is known by which way the customer of this visit is reached.
bool is_identified(const Visit& visit);

// Whether somebody has left the start page in another language or look than the site's.
bool is_start_changed(const AppState& state);

AppState make_state(const Settings& settings, Moment now);
PageId page_of(const AppState& state);

// What happens. An intent that has no meaning where the customer is now changes nothing.
std::vector<Command> update(AppState& state, Intent intent, Moment now);

// When a Tick has something to do, or a countdown shows another number; nothing while all is quiet, so that
// an idle kiosk draws nothing. May be past: then a Tick is due now.
std::optional<Moment> next_deadline(const AppState& state, Moment now);

// Overwrites the texts of a registration that has been handed on.
void wipe(domain::Registration& registration);

} // namespace walkin::kiosk
