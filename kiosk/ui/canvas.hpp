// Drawing in pixels onto one ImGui draw list: rounded shapes, text set in line boxes, icons. Holds no state
// of the screen. UI thread, between Ui::begin_frame() and end_frame().
#pragma once

#include "kiosk/ui/fonts.hpp"
#include "kiosk/ui/semantics.hpp"

#include <string_view>
#include <vector>

struct ImDrawList;

namespace walkin::kiosk::ui {

enum class Align : std::uint8_t { left, center, right };

// One line of wrapped text: bytes [begin, end) of the text it was made from.
struct Line {
  std::size_t begin = 0, end = 0;
};

// What a frame has set in letters, for audits: never the words, only their place.
struct TextInk {
  Rect rect;                // around the glyphs, cut to what is not clipped away
  bool breaks_word = false; // the line ends within a word, which goes on below
};

class Canvas {
public:
  // Every line that is set is added to `inks`.
  Canvas(ImDrawList& list, const Fonts& fonts, const Metrics& metrics, std::vector<TextInk>& inks)
      : list_(list), fonts_(fonts), metrics_(metrics), inks_(inks) {}

  void fill(const Rect& rect, float radius, Color color);
  // Corners only where asked: an upper or a lower pair.
  void fill_top(const Rect& rect, float radius, Color color);
  void fill_bottom(const Rect& rect, float radius, Color color);
  // The edge lies inside `rect`; what is inside the edge is `fill`.
  void box(const Rect& rect, float radius, float edge_width, Color edge, Color inside);
  // An edge with nothing inside, where the surface behind is no plain colour.
  void outline(const Rect& rect, float radius, float edge_width, Color edge);
  void gradient(const Rect& rect, Color top, Color bottom);
  void circle(Point center, float radius, Color color);
  // From `start` clockwise by `part` of the whole, 0 at the top.
  void ring(Point center, float radius, float width, float part, Color color);
  void arc(Point center, float radius, float width, float from_radians, float to_radians, Color color);
  void line(Point from, Point to, float width, Color color);
  // Round dots or, with `dash`, strokes, from end to end.
  void dots(Point from, Point to, float size, float step, Color color);
  void dashes(Point from, Point to, float width, float dash, float step, Color color);

  float width(Type type, std::string_view text) const;
  // `at` is the upper corner of the line box (or its middle or right end); one line.
  void text(Type type, Point at, Color color, std::string_view text, Align align = Align::left);
  // One line around `center`, made smaller where it would be wider than `max_width` or by `scale`.
  void text_within(Type type, Point center, float max_width, Color color, std::string_view text,
                   float scale = 1);
  // One line from its upper left corner: somewhat smaller where it would be wider than `max_width`, and with
  // an ellipsis where that is not enough.
  void line(Type type, Point at, float max_width, Color color, std::string_view text);
  // Breaks at blanks and line feeds; a word that is wider than the line is broken inside, behind a joint such
  // as '@' where there is one.
  std::vector<Line> wrap(Type type, std::string_view text, float max_width) const;
  // In as few lines, and of about equal width: no word stands alone on the last one. Running text, which has
  // more than four, stays as it was.
  std::vector<Line> wrap_evenly(Type type, std::string_view text, float max_width) const;
  // Wrapped text from its top, in even lines; returns its height. More than `max_lines` end in an ellipsis.
  float paragraph(Type type, Point at, float max_width, Color color, std::string_view text,
                  Align align = Align::left, int max_lines = 0);
  float paragraph_height(Type type, std::string_view text, float max_width, int max_lines = 0) const;
  // As paragraph() in another line height.
  float paragraph_spaced(Type type, Point at, float max_width, float line_height, Color color,
                         std::string_view text, Align align = Align::left, int max_lines = 0);

  // Centred on a point by its em box, as a person sees it placed.
  void icon(Symbol symbol, Point center, float size_px, Color color);

  void push_clip(const Rect& rect);
  void pop_clip();

  const Metrics& metrics() const { return metrics_; }
  float px(float design) const { return metrics_.px(design); }
  float line_height(Type type) const { return metrics_.line_height(type); }

  ImDrawList& list() { return list_; }

private:
  // `pen` on the baseline.
  void set_glyphs(const FontFace& face, Point pen, float scale, Color color, std::string_view text);
  void record_ink(float left, float top, float right, float bottom);

  ImDrawList& list_;
  const Fonts& fonts_;
  const Metrics& metrics_;
  std::vector<TextInk>& inks_;
};

// The next code point of valid UTF-8 and how many bytes it takes; U+FFFD and 1 for what is not.
char32_t decode(std::string_view text, std::size_t at, std::size_t& bytes);

} // namespace walkin::kiosk::ui
