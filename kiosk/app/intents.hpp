// Everything that can happen to the kiosk: what the customer does, that time passes, what workers report.
#pragma once

#include "kiosk/app/secret_text.hpp"
#include "shared/domain/registration.hpp"
#include "shared/i18n/catalogue.hpp"
#include "shared/i18n/format.hpp"

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
};
inline constexpr std::size_t k_field_count = 11;

enum class System : std::uint8_t { windows, macos, linux, chromeos, other, unknown };
enum class Memory : std::uint8_t { gb4, gb8, gb16, gb32, gb64, unknown };

// A row of the review, by what its Change leads to.
enum class ReviewPart : std::uint8_t { who, about, computer, telephone, words, serious, consequence };

// --- What the customer does. Draw functions take these from the Model; only keys make their own. ---
struct Touched {}; // anywhere: somebody is there
struct ChooseLanguage {
  i18n::Language language;
};
struct StartVisit {};
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
struct TryAgain {};    // after saving failed
struct Exit {};        // asks first where something would be lost
struct ConfirmExit {}; // leaves and wipes at once: "Clear it now", "Done", the counter
struct Stay {};        // closes the dialog
struct ExtendTime {};
struct CycleTextSize {};
struct ToggleContrast {};
struct ToggleReach {};

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
  std::string follow_url; // what the QR holds; empty: there is no page to follow it on
};
enum class SaveTrouble : std::uint8_t { busy, no_space, failed, no_answer };
struct RegisterFailed {
  RequestId request;
  SaveTrouble trouble;
};
struct ConnectionChanged {
  bool in_touch;
  std::size_t outbox; // events that wait to be sent
};
// Whether this station can save at all. While it can't, the ticket on the start page gives way to a notice.
enum class StoreState : std::uint8_t { fine, locked, full, broken };
struct StoreChanged {
  StoreState state;
};

using Intent =
    std::variant<Touched, ChooseLanguage, StartVisit, ChooseWay, ChooseGuestWay, ChooseCategory, ChooseSystem,
                 ChooseMemory, ChooseVoicemail, ChooseSeverity, ChooseAffected, ChooseConsequence, FocusField,
                 LeaveField, InsertText, PressAccent, EraseBack, ClearField, MoveCursor, PlaceCursor,
                 PressShift, PressSymbols, Continue, Back, Change, Send, TryAgain, Exit, ConfirmExit, Stay,
                 ExtendTime, CycleTextSize, ToggleContrast, ToggleReach, Tick, Registered, RegisterFailed,
                 ConnectionChanged, StoreChanged>;

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
