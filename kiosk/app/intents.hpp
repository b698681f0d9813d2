// Everything that can happen to the kiosk: what the customer does, that time passes, what workers report.
#pragma once

#include "kiosk/app/content.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace walkin::kiosk {

// A point in time on a clock that only goes forward, so that a corrected wall clock never ends a visit.
using Moment = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

// How the customer can be reached.
enum class Way : std::uint8_t { staff_number, email, phone, guest };

// Every field that can be typed into. `email` and `phone` are one field each, whichever page asks for them.
enum class Field : std::uint8_t {
  staff_number,
  email,
  phone,
  guest_name,
  asset_tag,
  other_system,
  model,
  telephone_number,
  handset,
  carrier,
  words,
  search,      // of "Find an answer"
  ticket_code, // of "My ticket"
  reply,       // why it is not solved; a word with the stars
  pin,         // of the service page
};
inline constexpr std::size_t k_field_count = 15;

enum class System : std::uint8_t { windows, macos, linux, chromeos, other, unknown };
enum class Memory : std::uint8_t { gb4, gb8, gb16, gb32, gb64, unknown };

// A row of the review, by what its Change leads to.
enum class ReviewPart : std::uint8_t { who, about, computer, telephone, words, serious, consequence };

// A question to a worker; an answer to one that is no longer asked is not shown.
struct AskId {
  std::uint64_t value = 0;
  auto operator<=>(const AskId&) const = default;
};

// --- What the customer does. Draw functions take these from the Model; only keys make their own. ---
struct Touched {}; // anywhere: somebody is there
struct ChooseLanguage {
  i18n::Language language;
};
struct StartVisit {};
struct JoinBulletin {
  std::string id;
};                       // "That's my problem too"
struct OpenBulletins {}; // the known problems that are not on the start page
struct OpenTicket {};    // "My ticket"
struct OpenFind {};      // "Find an answer"
struct OpenAnswer {
  AnswerKind kind;
  std::string id;
};
struct AnswerGuide {
  GuideAnswer answer;
};
struct RestartGuide {};
struct SayHelped {
  bool helped;
};                   // of an article or the end of a guide
struct GetNumber {}; // leaves the answers for a ticket
struct ConfirmPerson {};
struct NotMe {};
struct SayWorks {
  bool works;
}; // of a ticket that we think is solved
struct RateHelp {
  int stars;
}; // 1 to 5; a second touch takes it back
struct ChooseWay {
  Way way;
};
struct ChooseGuestWay {
  Way way;
}; // email or phone
struct ChooseCategory {
  domain::Category category;
};
struct ChooseSystem {
  System system;
}; // a second touch takes it back, as with all chips
struct ChooseMemory {
  Memory memory;
};
struct TakeOffered {
  Field field;
  std::string text;
}; // in place of what was typed
struct ChooseVoicemail {
  bool about_voicemail;
};
struct ChooseSeverity {
  domain::Degree degree;
};
struct ChooseAffected {
  domain::Affected affected;
};
struct ChooseConsequence {
  std::optional<domain::Degree> degree;
}; // nothing: the customer can't tell
struct FocusField {
  Field field;
};
struct LeaveField {}; // closes the keyboard
struct InsertText {
  SecretText text;
}; // a key, a pasted or scanned text; "\n" for return
struct PressAccent {
  char32_t combining;
}; // a dead key: U+0301 for ´, U+0300 `, U+0308 ¨, U+0302 ^, U+0303 ~
struct Accentuate {
  std::string_view letter, lower, upper;
}; // in place of the letter before the cursor, in its case
struct EraseBack {};
struct ClearField {
  Field field;
};
enum class CursorMove : std::uint8_t { left, right, home, end };
struct MoveCursor {
  CursorMove move;
};
struct PlaceCursor {
  std::size_t byte_offset;
};                      // a touch into the focused field
struct PressShift {};   // off, for one letter, locked, off
struct PressSymbols {}; // letters or symbols
struct Continue {};
struct Back {};
struct Change {
  ReviewPart part;
};
struct Send {};
struct PrintAgain {};
struct TryAgain {};    // after saving failed
struct Exit {};        // asks first where something would be lost
struct ConfirmExit {}; // leaves and wipes at once: "Clear it now", "Done", the counter
struct Stay {};        // closes the dialog
struct ExtendTime {};
struct CycleTextSize {};
struct ToggleContrast {};
struct ToggleReach {};
struct ToggleSpeech {};
struct ChangeVolume {
  int step;
}; // louder or softer, by keys
struct Scanned {
  SecretText text;
};                      // a badge, a label, a slip
struct StaffGesture {}; // a corner was held for three seconds
struct RestartKiosk {};

// --- Time. ---
struct Tick {}; // next_deadline() has come

// --- What workers report. ---
// One visit has one id, whichever try it is, so that a worker which has saved it can say so again.
struct RequestId {
  std::uint64_t value = 0;
  auto operator<=>(const RequestId&) const = default;
};
struct Registered {
  RequestId request;
  std::string code;         // for life: LB-0042-K
  std::string queue_number; // of the day: A12
  i18n::LocalTime at;
  std::string follow_url;           // what the QR holds; empty: there is no page to follow it on
  std::optional<QueueInfo> queue{}; // before this one
};
enum class SaveTrouble : std::uint8_t { busy, no_space, failed, no_answer };
struct RegisterFailed {
  RequestId request;
  SaveTrouble trouble;
};
struct ConnectionChanged {
  bool in_touch;
  std::size_t outbox; // events that wait to be sent
  std::optional<i18n::LocalTime> last_contact{};
};
// Whether this station can save at all. While it can't, the ticket on the start page gives way to a notice.
enum class StoreState : std::uint8_t { fine, locked, full, broken };
struct StoreChanged {
  StoreState state;
};
struct SiteChanged {
  SiteInfo site;
};
struct OpeningChanged {
  OpeningInfo opening;
};
struct QueueChanged {
  std::optional<QueueInfo> queue;         // nothing: not known
  std::vector<domain::QueueCall> calls{}; // newest first
};
struct BulletinsChanged {
  std::vector<domain::Bulletin> open; // widest first
};
struct PersonLooked {
  AskId ask;
  bool has_directory = false;
  std::optional<KnownPerson> person;
};
struct AssetLooked {
  AskId ask;
  std::optional<KnownAsset> asset;
};
struct Suggested {
  AskId ask;
  std::vector<Suggestion> found; // best first
};
// What was opened; all empty: it is gone.
struct AnswerOpened {
  AskId ask;
  std::optional<ArticleText> article;
  std::optional<domain::Guide> guide;
};
struct TicketLooked {
  AskId ask;
  std::optional<TicketInfo> ticket;
  SecretText likely{}; // not found: the code that may have been meant
};
struct ReplySaved {
  AskId ask;
  bool saved = true;
};
struct PrinterChanged {
  PrinterState state;
};
struct PinChecked {
  AskId ask;
  bool right = false;
};
struct ServiceChanged {
  ServiceInfo info;
};
struct SpeechChanged {
  std::string device; // what is heard through; empty: there is no speech
};

using Intent =
    std::variant<Touched, ChooseLanguage, StartVisit, JoinBulletin, OpenBulletins, OpenTicket, OpenFind,
                 OpenAnswer, AnswerGuide, RestartGuide, SayHelped, GetNumber, ConfirmPerson, NotMe, SayWorks,
                 RateHelp, ChooseWay, ChooseGuestWay, ChooseCategory, ChooseSystem, ChooseMemory, TakeOffered,
                 ChooseVoicemail, ChooseSeverity, ChooseAffected, ChooseConsequence, FocusField, LeaveField,
                 InsertText, PressAccent, Accentuate, EraseBack, ClearField, MoveCursor, PlaceCursor,
                 PressShift, PressSymbols, Continue, Back, Change, Send, PrintAgain, TryAgain, Exit,
                 ConfirmExit, Stay, ExtendTime, CycleTextSize, ToggleContrast, ToggleReach, ToggleSpeech,
                 ChangeVolume, Scanned, StaffGesture, RestartKiosk, Tick, Registered, RegisterFailed,
                 ConnectionChanged, StoreChanged, SiteChanged, OpeningChanged, QueueChanged, BulletinsChanged,
                 PersonLooked, AssetLooked, Suggested, AnswerOpened, TicketLooked, ReplySaved, PrinterChanged,
                 PinChecked, ServiceChanged, SpeechChanged>;

// What draw functions put their intents into. UI thread only.
class Intents {
public:
  void push(Intent intent) { pending_.push_back(std::move(intent)); }
  bool empty() const { return pending_.empty(); }
  std::vector<Intent> take() { return std::exchange(pending_, {}); }

private:
  std::vector<Intent> pending_;
};

} // namespace walkin::kiosk
