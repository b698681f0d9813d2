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
struct QrCode;

// Which page is shown; each has its own file pair in kiosk/ui.
enum class PageId : std::uint8_t {
  start,
  who,
  who_fields,
  confirm,
  about,
  computer,
  telephone,
  words,
  serious,
  consequence,
  review,
  sending,
  number,
  known,
  bulletin,
  find,
  article,
  guide,
  ticket_code,
  ticket,
  reply,
  thanks,
  pin,
  service,
};

// By the name of the Material Design icon; `bars_*` and `people_*` are drawn, not glyphs.
enum class Icon : std::uint8_t {
  none,
  account,
  account_card_details,
  account_key,
  alert_circle,
  arrow_left,
  arrow_right,
  bell_ring,
  book_open,
  bullhorn,
  call_split,
  check,
  close,
  cloud_check,
  cloud_outline_off,
  contrast_circle,
  deskphone,
  email,
  file_document,
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
  pair,   // two side by side, a sign before the words
  halves, // as cards, two a row
};
struct ChoiceGroupView {
  std::string_view label;      // above the group; "" where the title asks already
  bool label_is_title = false; // the second question of the serious page
  ChoiceStyle style = ChoiceStyle::rows;
  std::vector<ChoiceView> choices;
  bool completes = false; // the field before it, which has the keyboard; as many as there is room for
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
  bool masked = false;     // dots in place of what was typed
  bool sure = false;       // ticked: it was read or is known
  bool with_label = false; // a label is drawn beside it, on which stands what was entered
  KeyboardKind keyboard = KeyboardKind::text;
  std::optional<ProblemView> problem;
  std::string_view clear_name;
  Intent on_focus; // FocusField
  Intent on_clear; // ClearField
};

struct NoticeView {
  Icon icon = Icon::none;
  std::string_view title;
  std::string_view text;
};

// The quick way: what to hold where.
struct BadgeView {
  std::string_view title, text;
};
// A line with words in its middle.
struct DividerView {
  std::string_view text;
};
// Somebody who is known, as much as may be seen over a shoulder. Nothing of it is spoken.
struct PersonView {
  struct Row {
    Icon icon;
    std::string_view label;
    SecretText value;
  };
  SecretText name;
  std::string_view spoken; // in place of the name
  std::vector<Row> rows;
};
// One row a thing that can be opened.
struct LinkView {
  Icon icon = Icon::none; // bullhorn, file_document or call_split
  SecretText kind;        // "Known problem"; also where it is not shown it is spoken
  std::string_view title;
  Intent intent;
};
struct LinksView {
  std::string_view label; // above them; "" for none
  std::vector<LinkView> links;
  SecretText count{}; // "3 possible answers", where there is no room for them
};
struct TimelineView {
  enum class State : std::uint8_t { done, now, to_come };
  struct Step {
    State state;
    std::string_view text;
    SecretText time; // "" for none
  };
  std::vector<Step> steps;
};
struct StarsView {
  std::string_view label, optional, low, high;
  int chosen = 0;
  std::array<SecretText, 5> names; // "4 of 5, good"
};
enum class TextStyle : std::uint8_t { text, heading, step, quiet, private_, log };
struct TextView {
  TextStyle style = TextStyle::text;
  SecretText text;
  SecretText mark{}; // before a step
};
struct ButtonView {
  std::string_view id;
  ActionView action;
};
// What helps to answer the question, in the colours of explanations.
struct ExplainView {
  std::string_view text;
  std::optional<domain::GuidePicture> picture;
};

// What stands on a page, in its order. While the keyboard is up a page may show the focused field alone.
using Block = std::variant<FieldView, ChoiceGroupView, NoticeView, BadgeView, DividerView, PersonView,
                           LinksView, TimelineView, StarsView, TextView, ButtonView, ExplainView>;

// A known problem on the start page.
struct BulletinView {
  SecretText title, text;
  ActionView join;
};

struct StartView {
  std::string_view desk_name;                // "IT help desk"
  std::shared_ptr<const Bitmap> logo;        // in its place; may be none
  SecretText corner;                         // "Open until 16:00"; "" where the hours are not known
  std::array<std::string_view, 3> greetings; // the chosen language's first and bold
  std::string_view lead;                     // "Tell us what you need help with. It takes about a minute."
  std::vector<ChoiceView> languages;         // each in its own tongue
  std::optional<ActionView> ticket;          // "Get help"; none while nothing can be saved
  SecretText ticket_hint;                    // "" leaves the line out
  std::optional<BulletinView> bulletin;      // the widest
  std::optional<ActionView> more_bulletins;  // "2 more known problems"
  std::optional<ActionView> all_bulletins;   // "3 known problems", where there is room for one row only
  SecretText more_name, all_name;            // which hold those names
  std::vector<ActionView> actions;           // My ticket, Find an answer
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
  SecretText line1, line2;       // under the number; line2 may be ""
  std::string_view ticket_label; // "Your ticket"
  std::string_view code;         // "LB-0042-K"
  std::string_view follow;       // beside the QR; "" with no follow_url
  const QrCode* qr = nullptr;    // of the address to follow it; nothing draws none
  NoticeView first;              // icon and text: have a seat
  NoticeView second;             // icon and text: the slip; offline it is kept and sent alone
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
  bool primary_is_secondary = false; // drawn as one action among others
  bool back_is_print = false;        // after sending there is no way back: its place is Print again's
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
  bool high_contrast = false, reach = false, reduced_motion = false, speech = false;
  std::string_view title, help; // the page's question and one line under it; either may be ""
  SecretText kicker;            // one line above the title: "Question 2 of about 4"; may be ""
  bool title_large = false;
  std::optional<ActionView> exit;
  std::optional<ProgressView> progress;
  SecretText header;       // beside the mark on pages that are no step: "Ticket LB-0042-K"
  SecretText header_short; // where it does not fit; "" cuts it
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
