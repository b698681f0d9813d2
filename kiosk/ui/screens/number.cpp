#include "kiosk/ui/screens/number.hpp"

#include "kiosk/app/qr.hpp"
#include "kiosk/ui/flow.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace walkin::kiosk::ui {
namespace {

// The lines on the paper ticket, from its top; each is centred or, below the perforation, at the left.
struct Paper {
  float scale = 1; // of the number, where its full size does not fit
  int lines = 2;   // under the number, the wait first; what is not there is told with what happens next
  float label_h, number_h, line1_h, line2_h, stub_h, height;
  float qr, follow_h; // side of the code with its quiet zone; 0 is not there
};

// The width beside the code in squares.
float stub_words(Ui& ui, float width, float qr) { return width - ui.px(51) - qr - ui.px(80); }

void draw_qr(Ui& ui, const QrCode& code, const Rect& place, std::string_view name) {
  Canvas& canvas = ui.canvas();
  const Color white = rgb(0xFFFFFF), black = rgb(0x000000);
  canvas.fill(place, ui.px(16), white);
  // Whole pixels, or the squares would differ in width; four squares around stay white.
  const float unit = std::max(1.0F, std::floor(place.w / static_cast<float>(code.side + 6)));
  const float side = unit * static_cast<float>(code.side);
  const float left = std::round(place.center().x - side / 2), top = std::round(place.center().y - side / 2);
  for (std::size_t row = 0; row < code.side; ++row)
    for (std::size_t first = 0; first < code.side; ++first) {
      std::size_t last = first;
      while (last < code.side && code.at(last, row)) ++last;
      if (last == first) continue;
      canvas.fill({left + unit * static_cast<float>(first), top + unit * static_cast<float>(row),
                   unit * static_cast<float>(last - first), unit},
                  0, black);
      first = last;
    }
  ui.add({.id = "ticket/qr",
          .role = Role::image,
          .name = SecretText(name),
          .rect = place,
          .text = black,
          .background = white});
}

Paper measure_paper(Ui& ui, const NumberView& view, float width, float scale, int lines) {
  Canvas& canvas = ui.canvas();
  const float room = width - ui.px(96);
  Paper paper{};
  paper.scale = scale;
  paper.lines = lines;
  paper.label_h = canvas.line_height(Type::lead_medium) + ui.px(58);
  // Capitals and digits fill 72 % of their em; the line needs little more.
  paper.number_h =
      std::round(static_cast<float>(ui.metrics().font_px(Type::number)) * 0.72F * scale) + ui.px(56);
  paper.line1_h = lines > 0 ? canvas.paragraph_height(Type::button, view.line1, room) : 0;
  paper.line2_h =
      view.line2.empty() || lines < 2 ? 0 : canvas.paragraph_height(Type::field, view.line2, room);
  const float words = canvas.line_height(Type::text) + canvas.line_height(Type::title);
  paper.qr = view.qr == nullptr ? 0 : ui.px(251);
  const float follow =
      view.qr == nullptr ? 0
                         : canvas.paragraph_height(Type::text, view.follow, stub_words(ui, width, paper.qr));
  // Where room is short the code in squares stays, and that it can be scanned goes without saying.
  const bool fits_beside = words + ui.px(12) + follow <= paper.qr + ui.px(12);
  paper.follow_h = fits_beside || (lines == 2 && scale >= 1) ? follow : 0;
  paper.stub_h =
      std::max(words + (paper.follow_h > 0 ? paper.follow_h + ui.px(12) : 0) + ui.px(view.qr ? 68 : 96),
               paper.qr > 0 ? paper.qr + ui.px(64) : 0);
  paper.height = paper.label_h + paper.number_h + paper.line1_h + paper.line2_h + ui.px(40) + paper.stub_h;
  return paper;
}

// `place` holds it, however large it would be.
void draw_the_number(Ui& ui, const NumberView& view, const Rect& place, float scale) {
  Canvas& canvas = ui.canvas();
  const Color ink = ui.theme()[Token::on_sun];
  const float width = std::min(canvas.width(Type::number, view.number) * scale, place.w);
  canvas.text_within(Type::number, place.center(), place.w, ink, view.number, scale);
  ui.add({.id = "number",
          .role = Role::heading,
          .name = SecretText(view.spoken_number),
          .value = SecretText(view.number),
          .rect = {place.center().x - width / 2, place.y, width, place.h},
          .text = ink,
          .background = ui.theme()[Token::sun]});
}

void draw_paper(Ui& ui, const NumberView& view, const Rect& rect, const Paper& paper) {
  const Theme& t = ui.theme();
  const Color ink = t[Token::on_sun], sun = t[Token::sun];
  const float stub = std::round(rect.bottom() - paper.stub_h);
  ticket(ui, rect, {.stub_y = stub});
  const float x = rect.x + ui.px(48), room = rect.w - ui.px(96);
  float y = rect.y + ui.px(58);
  paragraph(ui, "number/label", Role::text, Type::lead_medium, {x, y}, room, ink, sun, view.label,
            Align::center);
  y = rect.y + paper.label_h;
  draw_the_number(ui, view, {x, y - ui.px(4), room, paper.number_h}, paper.scale);
  y += paper.number_h;
  if (paper.lines > 0)
    y += paragraph(ui, "number/line1", Role::text, Type::button, {x, y}, room, ink, sun, view.line1,
                   Align::center);
  if (paper.lines > 1)
    paragraph(ui, "number/line2", Role::text, Type::field, {x, y}, room, ink, sun, view.line2, Align::center);
  y = stub + ui.px(36);
  const float words = view.qr == nullptr ? room : stub_words(ui, rect.w, paper.qr);
  const float left = rect.x + ui.px(51);
  y += paragraph(ui, "ticket/label", Role::text, Type::text, {left, y}, words, ink, sun, view.ticket_label);
  y += paragraph(ui, "ticket/code", Role::text, Type::title, {left, y}, words, ink, sun, view.code);
  if (view.qr == nullptr) return;
  if (paper.follow_h > 0)
    paragraph(ui, "ticket/follow", Role::text, Type::text, {left, y + ui.px(12)}, words, ink, sun,
              view.follow);
  const float top = stub + (rect.bottom() - stub - paper.qr) / 2;
  draw_qr(ui, *view.qr, {rect.right() - ui.px(48) - paper.qr, std::round(top), paper.qr, paper.qr},
          view.follow);
}

// Larger letters on a wide screen: the number stands left of an upright perforation, its code right of it.
struct WidePaper {
  float scale = 1; // of the number
  float label_h = 0, number_h = 0, line1_h = 0, code_h = 0;
  float number_w = 0, code_w = 0; // of the places left and right, without their margins
  float height = 0;
  bool with_line1 = false; // else it is told with what happens next
};

WidePaper measure_wide(Ui& ui, const NumberView& view, float width, float height_max) {
  Canvas& canvas = ui.canvas();
  const float pad = ui.px(48), above = ui.px(56), below = ui.px(44);
  const float cap = static_cast<float>(ui.metrics().font_px(Type::number)) * 0.72F;
  WidePaper paper;
  paper.label_h = canvas.line_height(Type::lead_medium);
  paper.code_h = canvas.line_height(Type::text) + canvas.line_height(Type::title);
  const float code_least =
      std::max(canvas.width(Type::title, view.code), canvas.width(Type::text, view.ticket_label));
  const float number_most = width - code_least - 4 * pad;
  const float room = height_max - above - paper.label_h - ui.px(24) - below;
  const float full_w = canvas.width(Type::number, view.number);
  paper.scale = std::min({1.0F, room / cap, number_most / full_w});
  paper.number_h = std::round(cap * paper.scale);
  paper.number_w = std::ceil(
      std::max(full_w * paper.scale, std::min(number_most, canvas.width(Type::lead_medium, view.label) + 1)));
  paper.code_w = width - paper.number_w - 4 * pad;
  paper.line1_h = canvas.paragraph_height(Type::button, view.line1, paper.code_w);
  const float left = above + paper.label_h + ui.px(24) + paper.number_h + below;
  const float right = above + paper.code_h + below;
  const float with_line1 = right + paper.line1_h + ui.px(24);
  paper.with_line1 = with_line1 <= height_max;
  paper.height = std::max(left, paper.with_line1 ? with_line1 : right);
  return paper;
}

void draw_wide(Ui& ui, const NumberView& view, const Rect& rect, const WidePaper& paper) {
  const Theme& t = ui.theme();
  const Color ink = t[Token::on_sun], sun = t[Token::sun];
  const float pad = ui.px(48), x = rect.x + pad, stub = x + paper.number_w + pad;
  ticket(ui, rect, {.stub_x = std::round(stub)});
  const float top = rect.y + ui.px(56);
  paragraph(ui, "number/label", Role::text, Type::lead_medium, {x, top}, paper.number_w, ink, sun, view.label,
            Align::center);
  const float under = top + paper.label_h;
  draw_the_number(ui, view, {x, under, paper.number_w, rect.bottom() - ui.px(20) - under}, paper.scale);
  const float right = stub + pad, gap = ui.px(24);
  const float words = paper.code_h + (paper.with_line1 ? paper.line1_h + gap : 0);
  float y = std::round(rect.center().y + ui.px(6) - words / 2);
  if (paper.with_line1)
    y += gap + paragraph(ui, "number/line1", Role::text, Type::button, {right, y}, paper.code_w, ink, sun,
                         view.line1);
  y += paragraph(ui, "ticket/label", Role::text, Type::text, {right, y}, paper.code_w, ink, sun,
                 view.ticket_label);
  paragraph(ui, "ticket/code", Role::text, Type::title, {right, y}, paper.code_w, ink, sun, view.code);
}

std::string_view words_of(const NoticeView& view) { return view.text.empty() ? view.title : view.text; }

// One thing that is told beside or after the ticket.
struct Note {
  std::string id;
  Icon icon = Icon::none;
  std::string_view text;
  bool quiet = false;       // when the page clears: without an icon, in the second ink
  std::string_view below{}; // a quieter second line
  std::string below_id = "clears";
  Type type = Type::text;
};

// What happens next, and when the page clears; first what did not fit onto the ticket.
std::vector<Note> notes_of(Ui& ui, const NumberView& view, bool with_line1, bool with_line2) {
  std::vector<Note> notes;
  const bool both = with_line1 && with_line2 && !ui.metrics().enlarged(); // beside the ticket
  if (both)
    notes.push_back({"number/line1", Icon::ticket_confirmation, view.line1, false, view.line2, "number/line2",
                     Type::button});
  else if (with_line1)
    notes.push_back({"number/line1", Icon::bell_ring, view.line1});
  if (with_line2 && !both && !view.line2.empty())
    notes.push_back({"number/line2", Icon::help_circle, view.line2});
  int index = 0;
  for (const NoticeView* row : {&view.first, &view.second})
    if (!words_of(*row).empty())
      notes.push_back({"next/" + std::to_string(index++), row->icon, words_of(*row)});
  if (ui.metrics().enlarged() || notes.empty())
    notes.push_back({"clears", Icon::none, view.clears, true});
  else
    notes.back().below = view.clears;
  return notes;
}

float note_inset(Ui& ui, const Note& note) { return note.quiet && ui.metrics().enlarged() ? 0 : ui.px(122); }

float words_height(Ui& ui, const Note& note, float width) {
  const float room = width - note_inset(ui, note);
  return ui.canvas().paragraph_height(note.type, note.text, room) +
         (note.below.empty() ? 0 : ui.canvas().paragraph_height(Type::text, note.below, room));
}

float note_height(Ui& ui, const Note& note, float width) {
  const float words = words_height(ui, note, width);
  return note.quiet ? words : std::max(ui.px(92), words);
}

// When the page clears is told right below what came before it.
float note_gap(Ui& ui, const Note& note) { return ui.px(note.quiet ? 6 : 24); }

float notes_height(Ui& ui, std::span<const Note> notes, float width) {
  float sum = 0;
  for (const Note& note : notes) sum += (sum > 0 ? note_gap(ui, note) : 0) + note_height(ui, note, width);
  return sum;
}

void draw_notes(Ui& ui, std::span<const Note> notes, const Rect& area) {
  const Theme& t = ui.theme();
  float y = area.y;
  for (const Note& note : notes) {
    const float height = note_height(ui, note, area.w), inset = note_inset(ui, note);
    if (y > area.y) y += note_gap(ui, note);
    const float words = words_height(ui, note, area.w);
    if (note.icon != Icon::none)
      round_icon(ui, {area.x + ui.px(46), y + height / 2}, ui.px(92), symbol_of(note.icon),
                 note.icon == Icon::cloud_outline_off ? Disc::sun : Disc::plain);
    const Point at{area.x + inset, std::round(y + (height - words) / 2)};
    const float told =
        paragraph(ui, note.id, note.quiet ? Role::status : Role::text, note.type, at, area.w - inset,
                  t[note.quiet ? Token::ink2 : Token::ink], t[Token::paper], note.text);
    if (!note.below.empty())
      paragraph(ui, note.below_id, Role::status, Type::text, {at.x, at.y + told}, area.w - inset,
                t[Token::ink2], t[Token::paper], note.below);
    y += height;
  }
}

// The first notes of every page that is `height` high.
std::vector<std::size_t> break_notes(Ui& ui, std::span<const Note> notes, float width, float height) {
  std::vector<std::size_t> starts{0};
  for (std::size_t i = 1; i < notes.size(); ++i)
    if (notes_height(ui, notes.subspan(starts.back(), i + 1 - starts.back()), width) > height)
      starts.push_back(i);
  return starts;
}

void draw_top(Ui& ui, const Model& model, const NumberView& view, const PageLayout& layout, float title_y,
              bool with_header) {
  const Theme& t = ui.theme();
  Canvas& canvas = ui.canvas();
  const Color strong = t.high_contrast ? t[Token::ink] : t[Token::on_pine];
  const Color quiet = t.high_contrast ? t[Token::ink2] : t[Token::on_pine2];
  const Color behind = t.high_contrast ? t[Token::pine_deep] : t[Token::pine];
  if (with_header) {
    const float middle = layout.header.center().y, line = canvas.line_height(Type::text_strong);
    mark(ui, {layout.header.x, middle - ui.px(23)}, behind);
    paragraph(ui, "desk", Role::text, Type::text_strong, {layout.header.x + ui.px(86), middle - line / 2},
              layout.header.w - ui.px(86), strong, behind, view.desk_name);
    const float width = canvas.width(Type::text, view.corner) + 1;
    paragraph(ui, "corner", Role::status, Type::text, {layout.header.right() - width, middle - line / 2},
              width, quiet, behind, view.corner);
  }
  paragraph(ui, "title", Role::heading, Type::title, {layout.header.x, title_y}, layout.header.w, strong,
            behind, model.title);
}

// The ticket on the first page, what happens next on those after it.
void draw_turned(Ui& ui, const Model& model, std::span<const Note> notes, const Rect& ticket_area,
                 const Rect& notes_area, const std::function<void()>& draw_ticket) {
  const auto starts = break_notes(ui, notes, notes_area.w, notes_area.h);
  const int pages = static_cast<int>(starts.size()) + 1;
  const int page = std::clamp(ui.turned("number"), 0, pages - 1);
  if (page == 0) {
    draw_ticket();
  } else {
    const std::size_t begin = starts[static_cast<std::size_t>(page) - 1];
    const std::size_t end = page + 1 < pages ? starts[static_cast<std::size_t>(page)] : notes.size();
    draw_notes(ui, notes.subspan(begin, end - begin), notes_area);
  }
  const float height = pager_height(ui);
  pager(ui, model.language, "number", {.pages = pages, .page = page, .by_page = true},
        {ticket_area.x, ticket_area.bottom() + ui.px(18), ticket_area.w, height});
}

// Where the dark surface ends: the ticket hangs from here.
float draw_upper(Ui& ui, const Model& model, const NumberView& view, const PageLayout& layout) {
  const bool with_header = !ui.metrics().enlarged();
  const float title_y = with_header ? layout.header.bottom() + ui.px(layout.landscape ? 4 : 37) : ui.px(24);
  const float title_h = ui.canvas().paragraph_height(Type::title, model.title, layout.header.w);
  const float slot = title_y + title_h + ui.px(layout.landscape ? 26 : 50);
  ui.canvas().fill({0, 0, ui.size().w, ui.size().h}, 0, ui.theme()[Token::paper]);
  dark_surface(ui, {0, 0, ui.size().w, slot + ui.px(36)});
  draw_top(ui, model, view, layout, title_y, with_header);
  return slot;
}

void draw_large_wide(Ui& ui, const Model& model, const NumberView& view, const Rect& area) {
  const float pager_h = pager_height(ui) + ui.px(18);
  const Rect pages{area.x, area.y, area.w, area.h - pager_h};
  const WidePaper paper = measure_wide(ui, view, area.w, pages.h);
  const std::vector<Note> notes = notes_of(ui, view, !paper.with_line1, true);
  const float top = area.y + ui.px(70);
  draw_turned(ui, model, notes, pages, {area.x, top, area.w, pages.bottom() - top}, [&] {
    draw_wide(ui, view, {area.x, area.y, area.w, paper.height}, paper);
  });
}

// The number gives way first, as long as it stays what is seen before all else; then the lines under it,
// unless `whole` both or none, and the wait last.
Paper fitting(Ui& ui, const NumberView& view, float width, float height, bool whole = false) {
  constexpr float k_scale_least = 0.5F, k_nearly_full = 0.99F;
  for (int lines = 2; lines >= 0; lines -= whole ? 2 : 1) {
    const Paper full = measure_paper(ui, view, width, 1, lines);
    if (full.height <= height) return full;
    // Without what goes without saying.
    const Paper paper = measure_paper(ui, view, width, k_nearly_full, lines);
    const float number = (paper.number_h - ui.px(56)) / k_nearly_full;
    const float scale = k_nearly_full - std::max(0.0F, paper.height - height) / number;
    if (scale >= k_scale_least || lines == 0)
      return measure_paper(ui, view, width, std::max(scale, 0.3F), lines);
  }
  return {};
}

} // namespace

void draw_number(Ui& ui, const Model& model, const NumberView& view, Intents& intents) {
  const PageLayout layout = lay_out_page(ui, model);
  const float slot = draw_upper(ui, model, view, layout);
  const Rect place{layout.content.x, slot, layout.content.w, layout.content.bottom() - slot};
  const bool beside = layout.landscape && !ui.metrics().enlarged(); // the notes stand right of the ticket
  if (layout.landscape && !beside) {
    draw_large_wide(ui, model, view, place);
    return end_page(ui, model, layout, intents);
  }
  const float paper_w = beside ? std::floor(place.w * 0.52F) : place.w;
  Rect rows{place.x, 0, place.w, 0};
  if (beside) rows = {place.x + paper_w + ui.px(60), slot + ui.px(80), place.w - paper_w - ui.px(60), 0};
  Paper paper = fitting(ui, view, paper_w, place.h, beside);
  const bool tells_lines = beside && paper.lines == 0;
  std::vector<Note> notes = notes_of(ui, view, tells_lines, tells_lines);
  float notes_h = notes_height(ui, notes, rows.w);
  if (beside && rows.y + notes_h > place.bottom()) {
    rows.y = slot + ui.px(56); // right below the dark surface
    if (rows.y + notes_h > place.bottom() && tells_lines)
      notes.front().below = {}; // who is ahead, or that none can tell
    notes_h = notes_height(ui, notes, rows.w);
  }
  // A somewhat smaller number before a page has to be turned for what happens next.
  constexpr float k_scale_least = 0.65F;
  if (!beside && paper.lines == 2 && paper.height + ui.px(20) + notes_h > place.h)
    if (const Paper smaller = fitting(ui, view, paper_w, place.h - ui.px(20) - notes_h);
        smaller.lines == 2 && smaller.scale >= k_scale_least)
      paper = smaller;
  if (beside || (paper.lines == 2 && paper.height + ui.px(20) + notes_h <= place.h + 1)) {
    const Rect ticket_rect{place.x, slot, paper_w, std::min(paper.height, place.h)};
    draw_paper(ui, view, ticket_rect, paper);
    if (!beside)
      rows.y =
          ticket_rect.bottom() + std::max(ui.px(20), (place.bottom() - ticket_rect.bottom() - notes_h) / 2);
    draw_notes(ui, notes, rows);
  } else {
    const Rect pages{place.x, slot, place.w, place.h - pager_height(ui) - ui.px(18)};
    paper = fitting(ui, view, paper_w, pages.h);
    const std::vector<Note> told = notes_of(ui, view, paper.lines < 1, paper.lines < 2);
    rows.y = slot + ui.px(70);
    rows.h = pages.bottom() - rows.y;
    draw_turned(ui, model, told, pages, rows, [&] {
      draw_paper(ui, view, {place.x, slot, paper_w, std::min(paper.height, pages.h)}, paper);
    });
  }
  end_page(ui, model, layout, intents);
}

} // namespace walkin::kiosk::ui
