// What the screen shows, derived from the state: every word translated, every rule applied. Draw functions
// read it, put the intents it holds into Intents when something is touched, and decide nothing themselves.
//
//   Model model = make_model(state, now);
//   if (theme.button(model.footer.primary->name)) intents.push(model.footer.primary->intent);
//
// Views of plain words live as long as the program; what a customer entered is a SecretText, or a view into
// the AppState that is good until the next update(). Do not copy either into a std::string.
#pragma once

#include "kiosk/app/intents.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace walkin::kiosk {

struct AppState;

// Which page is shown; each has its own file pair in kiosk/ui.
enum class PageId : std::uint8_t {
  start,
  who,
  who_fields,
  about,
  computer,
  telephone,
  words,
  serious,
  consequence,
  review,
  sending,
  number,
};

// By the name of the Material Design icon; `bars_*` and `people_*` are drawn, not glyphs.
enum class Icon : std::uint8_t {
  none,
  account_card_details,
  account_key,
  alert_circle,
  arrow_left,
  arrow_right,
  bell_ring,
  check,
  close,
  cloud_check,
  cloud_outline_off,
  contrast_circle,
  deskphone,
  email,
  format_size,
  help_circle,
  human_greeting,
  laptop,
  lock,
  phone,
  printer,
  ticket_confirmation,
  volume_high,
  wheelchair_accessibility,
  wifi,
  bars_high,
  bars_medium,
  bars_low,
  people_one,
  people_team,
  people_many,
};

enum class TextSize : std::uint8_t { normal, large, largest }; // 100, 150, 200 %

// Something that can be pressed.
struct ActionView {
  std::string_view name;
  Icon icon = Icon::none;
  bool is_on = false; // of a switch in the accessibility bar
  Intent intent;
};

// One of several answers.
struct ChoiceView {
  std::string_view name;
  std::string_view hint; // "" for none
  Icon icon = Icon::none;
  bool selected = false;
  Intent intent;
};
enum class ChoiceStyle : std::uint8_t {
  tiles,  // large, icon over a disc, with hint: what it is about
  cards,  // icon and word beside it: the ways to be reached
  rows,   // full width, bars at the left
  people, // three a row, drawn people over the words
  chips,  // three a row; selected shows a tick
};
struct ChoiceGroupView {
  std::string_view label;      // above the group; "" where the title asks already
  bool label_is_title = false; // the second question of the serious page
  ChoiceStyle style = ChoiceStyle::rows;
  std::vector<ChoiceView> choices;
};

// What is wrong with a field, and how to mend it. Also to be spoken.
struct ProblemView {
  std::string_view what; // "The ending is missing."
  SecretText mend;       // "Add what comes after “company”, such as .com, .org or .no"
};

enum class KeyboardKind : std::uint8_t { text, mail, number, code }; // code: capital letters, digits, dash
enum class Shift : std::uint8_t { off, once, locked };

struct FieldView {
  Field field;
  std::string_view label;
  bool label_shown = true; // not where the page's title asks for it already
  std::string_view help;   // "" for none
  std::string_view text;   // as entered
  std::size_t cursor = 0;  // in bytes
  bool focused = false;
  bool multiline = false;
  KeyboardKind keyboard = KeyboardKind::text;
  std::optional<ProblemView> problem;
  std::string_view clear_name;
  Intent on_focus; // FocusField
  Intent on_clear; // ClearField
};

// Fields and choices in the order in which they stand on the page. While the keyboard is up a page may show
// the focused field alone.
using Block = std::variant<FieldView, ChoiceGroupView>;

struct NoticeView {
  Icon icon = Icon::none;
  std::string_view title;
  std::string_view text;
};

struct StartView {
  std::string_view desk_name;                // "IT help desk"
  std::array<std::string_view, 3> greetings; // the chosen language's first and bold
  std::string_view lead;                     // "Tell us what you need help with. It takes about a minute."
  std::vector<ChoiceView> languages;         // each in its own tongue
  std::optional<ActionView> ticket;          // "Get help"; none while nothing can be saved
  std::string_view ticket_hint;              // "" leaves the line out
  std::optional<NoticeView> cannot_take;     // in the ticket's place
  std::optional<NoticeView> offline;         // after 2 minutes without contact, instead of `touch`
  std::optional<NoticeView> touch;           // the quiet sign at the foot: icon and title only
};

struct QuestionView {
  std::vector<Block> blocks;
};

struct ReviewRowView {
  ReviewPart part;
  std::string_view label;
  SecretText value; // the customer's own words stand in the language's quotation marks
  ActionView change;
  SecretText change_name; // as spoken: "Change, You"
};
struct ReviewView {
  std::vector<ReviewRowView> rows;
  std::string_view privacy; // with a lock: "This screen forgets it all when you leave."
};

struct SendingView {
  std::string_view text; // "One moment" is the page's title; this says what happens
};

struct NumberView {
  std::string_view desk_name;
  SecretText corner;             // "9:42", or "Offline" in words
  std::string_view label;        // "Your number"
  std::string_view number;       // "A12"
  std::string_view line1, line2; // under the number; line2 may be ""
  std::string_view ticket_label; // "Your ticket"
  std::string_view code;         // "LB-0042-K"
  std::string_view follow;       // beside the QR; "" with no follow_url
  std::string_view follow_url;   // "" draws no QR
  NoticeView first;              // icon and text: have a seat
  NoticeView second;             // icon and text: offline it is kept and sent alone
  SecretText clears;             // "This page clears itself in 40 seconds."
  SecretText spoken_number;      // with the letter apart: "A 12"
};

using PageView = std::variant<StartView, QuestionView, ReviewView, SendingView, NumberView>;

// Step n of m, on the pages of a visit only.
struct ProgressView {
  SecretText text; // "Step 2 of 6"
  int done = 0, total = 0;
};

struct FooterView {
  std::optional<ActionView> back;
  std::optional<ActionView> primary; // none: its place stays empty
};

// The on-screen keyboard that the focused field needs. Layout tables are kiosk/ui's; keys send InsertText,
// PressAccent, EraseBack, PressShift and PressSymbols.
struct KeyboardView {
  KeyboardKind kind = KeyboardKind::text;
  i18n::Language language = i18n::Language::en;
  Shift shift = Shift::off;
  bool symbols = false;
  std::optional<char32_t> accent; // a dead key that waits: shown as on
  bool has_return = false;
  std::string_view space_name, shift_name, erase_name, return_name, symbols_name,
      letters_name; // shown or spoken
};

enum class DialogKind : std::uint8_t { idle, save_failed, leave };
struct DialogView {
  DialogKind kind;
  int seconds_left = 0, seconds_total = 0; // of the idle warning: ring and number
  std::string_view title;
  SecretText text;
  ActionView primary, secondary; // secondary below it, both full width
};

struct Model {
  PageId page = PageId::start;
  i18n::Language language = i18n::Language::en;
  TextSize text_size = TextSize::normal;
  bool high_contrast = false, reach = false, reduced_motion = false;
  std::string_view title, help; // the page's question and one line under it; help may be ""
  std::optional<ActionView> exit;
  std::optional<ProgressView> progress;
  PageView view;
  FooterView footer;
  std::optional<KeyboardView> keyboard;
  std::vector<ActionView> accessibility; // the bar at the foot
  std::optional<DialogView> dialog;      // over the page; nothing behind it can be touched
  bool slides_forward = true;            // the way the page came in, for the page change
  std::uint32_t page_serial = 0;         // another number for every page change
};

// `now` is for countdowns only. Pure.
Model make_model(const AppState& state, Moment now);

} // namespace walkin::kiosk
