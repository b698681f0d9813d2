// The state of the kiosk and the one function that changes it. No drawing, no clock, no I/O; UI thread only.
//
//   AppState state = make_state(settings, now);
//   for (auto& intent : intents.take())
//       for (auto& command : update(state, std::move(intent), now)) worker.post(std::move(command));
//   loop.sleep_until(next_deadline(state, now));
#pragma once

#include "kiosk/app/intents.hpp"
#include "kiosk/app/model.hpp"
#include "kiosk/app/text_edit.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace walkin::kiosk {

// What a site may set. The defaults are those of the help desk's process.
struct Settings {
  i18n::Language language = i18n::Language::en;
  bool reduced_motion = false;
  std::chrono::milliseconds idle{60'000};    // without a touch, then the warning
  std::chrono::milliseconds warning{20'000}; // then everything is wiped
  std::chrono::milliseconds number_page{40'000};
  std::chrono::milliseconds show_selected{120};
  std::chrono::milliseconds double_touch{
      500}; // touches this soon after one that turned the page are its echo
  std::chrono::milliseconds offline_notice{120'000};
  std::chrono::milliseconds save_patience{15'000}; // for an answer to a RegisterCommand
};

struct FieldState {
  TextEdit edit;
  std::optional<domain::FieldProblem> problem; // found on leaving the field, gone when it is mended
};

// What one customer has told so far.
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
};
} // namespace screen

// In the order of PageId.
using Screen = std::variant<screen::Start, screen::Who, screen::WhoFields, screen::About, screen::Computer,
                            screen::Telephone, screen::Words, screen::Serious, screen::Consequence,
                            screen::Review, screen::Sending, screen::Number>;

enum class Dialog : std::uint8_t { none, idle, save_failed, leave };

struct Connection {
  bool known = false; // before the first word from the sync worker nothing is said of it
  bool in_touch = false;
  Moment out_since;
  std::size_t outbox = 0;
};

struct AppState {
  Settings settings;
  Screen screen;
  Visit visit;
  i18n::Language language = i18n::Language::en;
  TextSize text_size = TextSize::normal;
  bool high_contrast = false, reach = false;

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

  RequestId request; // of this visit
  std::optional<SaveTrouble> save_trouble;
  Connection connection;
  StoreState store = StoreState::fine;
};

// To be saved by a worker, which answers with Registered or RegisterFailed of the same id.
struct RegisterCommand {
  RequestId request;
  domain::Registration registration;
};
using Command = std::variant<RegisterCommand>;

// Whole seconds that are left until `end`, as a countdown shows them.
int seconds_left(Moment end, Moment now);

// Whether the customer is to be told that the desk can't be reached.
bool is_offline_noticed(const AppState& state, Moment now);

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
