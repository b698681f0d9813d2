#include "kiosk/ui/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <imgui.h>
#include <limits>
#include <numbers>

namespace walkin::kiosk::ui {
namespace {

ImU32 packed(Color color) { return IM_COL32(color.r, color.g, color.b, color.a); }
ImVec2 vec(Point point) { return {point.x, point.y}; }
ImVec2 low(const Rect& rect) { return {rect.x, rect.y}; }
ImVec2 high(const Rect& rect) { return {rect.right(), rect.bottom()}; }

constexpr float k_top = -std::numbers::pi_v<float> / 2;

} // namespace

char32_t decode(std::string_view text, std::size_t at, std::size_t& bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  bytes = 1;
  if (first < 0x80) return first;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
  if (length == 0 || at + length > text.size()) return U'\uFFFD';
  char32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return U'\uFFFD';
    code = (code << 6) | (byte(at + i) & 0x3FU);
  }
  bytes = length;
  return code;
}

void Canvas::fill(const Rect& rect, float radius, Color color) {
  if (rect.w <= 0 || rect.h <= 0) return;
  list_.AddRectFilled(low(rect), high(rect), packed(color), std::min({radius, rect.w / 2, rect.h / 2}));
}

void Canvas::fill_bottom(const Rect& rect, float radius, Color color) {
  list_.AddRectFilled(low(rect), high(rect), packed(color), radius, ImDrawFlags_RoundCornersBottom);
}

void Canvas::fill_top(const Rect& rect, float radius, Color color) {
  list_.AddRectFilled(low(rect), high(rect), packed(color), radius, ImDrawFlags_RoundCornersTop);
}

void Canvas::box(const Rect& rect, float radius, float edge_width, Color edge, Color inside) {
  fill(rect, radius, edge);
  fill(rect.inset(edge_width), std::max(radius - edge_width, 0.0F), inside);
}

void Canvas::outline(const Rect& rect, float radius, float edge_width, Color edge) {
  const Rect middle = rect.inset(edge_width / 2);
  list_.AddRect(low(middle), high(middle), packed(edge), radius - edge_width / 2, 0, edge_width);
}

void Canvas::gradient(const Rect& rect, Color top, Color bottom) {
  list_.AddRectFilledMultiColor(low(rect), high(rect), packed(top), packed(top), packed(bottom),
                                packed(bottom));
}

void Canvas::circle(Point center, float radius, Color color) {
  list_.AddCircleFilled(vec(center), radius, packed(color), 0);
}

void Canvas::ring(Point center, float radius, float width, float part, Color color) {
  if (part <= 0.0F) return;
  if (part >= 1.0F) return list_.AddCircle(vec(center), radius, packed(color), 96, width);
  list_.PathArcTo(vec(center), radius, k_top, k_top + part * 2 * std::numbers::pi_v<float>, 96);
  list_.PathStroke(packed(color), 0, width);
}

void Canvas::arc(Point center, float radius, float width, float from_radians, float to_radians, Color color) {
  list_.PathArcTo(vec(center), radius, from_radians, to_radians, 24);
  list_.PathStroke(packed(color), 0, width);
}

void Canvas::line(Point from, Point to, float width, Color color) {
  // Level and upright lines as rectangles on whole pixels: crisp, and no half-covered rows.
  if (from.y == to.y) return fill({from.x, from.y - std::floor(width / 2), to.x - from.x, width}, 0, color);
  if (from.x == to.x) return fill({from.x - std::floor(width / 2), from.y, width, to.y - from.y}, 0, color);
  list_.AddLine(vec(from), vec(to), packed(color), width);
}

void Canvas::dots(Point from, Point to, float size, float step, Color color) {
  const float length = std::hypot(to.x - from.x, to.y - from.y);
  const int count = std::max(static_cast<int>(length / step), 1);
  for (int i = 0; i <= count; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(count);
    list_.AddCircleFilled({from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t}, size / 2,
                          packed(color), 10);
  }
}

void Canvas::dashes(Point from, Point to, float width, float dash, float step, Color color) {
  const bool upright = from.x == to.x;
  const float end = upright ? to.y : to.x;
  for (float at = upright ? from.y : from.x; at < end; at += step) {
    const float length = std::min(dash, end - at);
    fill(upright ? Rect{from.x - std::floor(width / 2), at, width, length}
                 : Rect{at, from.y - std::floor(width / 2), length, width},
         0, color);
  }
}

float Canvas::width(Type type, std::string_view text) const {
  const FontFace& face = fonts_.face(type);
  float sum = 0;
  for (std::size_t at = 0, bytes = 0; at < text.size(); at += bytes)
    sum += face.glyph(decode(text, at, bytes)).advance;
  return sum;
}

void Canvas::text(Type type, Point at, Color color, std::string_view text, Align align) {
  const FontFace& face = fonts_.face(type);
  if (align != Align::left) at.x -= width(type, text) * (align == Align::center ? 0.5F : 1.0F);
  const float baseline =
      std::round(at.y + (line_height(type) - (face.ascent + face.descent)) / 2 + face.ascent);
  set_glyphs(face, {at.x, baseline}, 1, color, text);
}

void Canvas::text_within(Type type, Point center, float max_width, Color color, std::string_view text,
                         float scale) {
  const FontFace& face = fonts_.face(type);
  const float full = width(type, text);
  if (full * scale > max_width) scale = max_width / full;
  const float baseline = std::round(center.y + (face.ascent - face.descent) * scale / 2);
  set_glyphs(face, {center.x - full * scale / 2, baseline}, scale, color, text);
}

void Canvas::line(Type type, Point at, float max_width, Color color, std::string_view text) {
  constexpr float k_smallest = 0.7F;
  const float full = width(type, text);
  if (full > max_width && full * k_smallest <= max_width)
    text_within(type, {at.x + max_width / 2, at.y + line_height(type) / 2}, max_width, color, text);
  else
    paragraph(type, at, max_width, color, text, Align::left, 1);
}

void Canvas::set_glyphs(const FontFace& face, Point pen, float scale, Color color, std::string_view text) {
  list_.PrimReserve(static_cast<int>(text.size()) * 6, static_cast<int>(text.size()) * 4);
  int unused = static_cast<int>(text.size());
  constexpr float k_far = std::numeric_limits<float>::max();
  float left = k_far, top = k_far, right = -k_far, bottom = -k_far;
  for (std::size_t i = 0, bytes = 0; i < text.size(); i += bytes) {
    const Glyph& glyph = face.glyph(decode(text, i, bytes));
    if (glyph.width > 0) {
      const float x =
          std::round(pen.x + (scale == 1.0F ? 0 : glyph.x * scale)) + (scale == 1.0F ? glyph.x : 0);
      const float y = pen.y + glyph.y * scale;
      list_.PrimRectUV({x, y}, {x + glyph.width * scale, y + glyph.height * scale}, {glyph.u0, glyph.v0},
                       {glyph.u1, glyph.v1}, packed(color));
      --unused;
      left = std::min(left, x), right = std::max(right, x + glyph.width * scale);
      top = std::min(top, y), bottom = std::max(bottom, y + glyph.height * scale);
    }
    pen.x += glyph.advance * scale;
  }
  list_.PrimUnreserve(unused * 6, unused * 4);
  if (left < right) record_ink(left, top, right, bottom);
}

void Canvas::record_ink(float left, float top, float right, float bottom) {
  const ImVec2 clip_low = list_.GetClipRectMin(), clip_high = list_.GetClipRectMax();
  left = std::max(left, clip_low.x), right = std::min(right, clip_high.x);
  top = std::max(top, clip_low.y), bottom = std::min(bottom, clip_high.y);
  if (left < right && top < bottom) inks_.push_back({{left, top, right - left, bottom - top}});
}

std::vector<Line> Canvas::wrap(Type type, std::string_view text, float max_width) const {
  const FontFace& face = fonts_.face(type);
  std::vector<Line> lines;
  constexpr std::size_t k_none = std::string_view::npos;
  // A word that is longer than a line, such as a mail address, is broken behind its last joint that fits.
  std::size_t begin = 0, blank = k_none, joint = k_none;
  float pen = 0, after_blank = 0, after_joint = 0;
  for (std::size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    const char32_t code = decode(text, at, bytes);
    if (code == U'\n') {
      lines.push_back({begin, at});
      begin = at + 1, blank = joint = k_none, pen = 0;
      continue;
    }
    const float advance = face.glyph(code).advance;
    if (code == U' ') {
      blank = at, joint = k_none, pen += advance, after_blank = 0;
      continue;
    }
    if (pen + advance > max_width && at > begin) {
      const bool inside = blank == k_none, at_joint = inside && joint != k_none;
      lines.push_back({begin, at_joint ? joint : inside ? at : blank});
      begin = at_joint ? joint : inside ? at : blank + 1;
      pen = at_joint ? after_joint : inside ? 0 : after_blank;
      blank = k_none;
      if (inside) joint = k_none;
    }
    pen += advance, after_blank += advance, after_joint += advance;
    if (code == U'@' || code == U'.' || code == U'-' || code == U'_' || code == U'/')
      joint = at + bytes, after_joint = 0;
  }
  lines.push_back({begin, text.size()});
  return lines;
}

std::vector<Line> Canvas::wrap_evenly(Type type, std::string_view text, float max_width) const {
  constexpr std::size_t k_lines_max = 4;
  constexpr float k_narrowest = 0.5F;
  constexpr int k_steps = 6; // to within 1 % of the width
  std::vector<Line> lines = wrap(type, text, max_width);
  if (lines.size() < 2 || lines.size() > k_lines_max) return lines;
  const auto breaks_word = [](const std::vector<Line>& in) {
    for (std::size_t i = 1; i < in.size(); ++i)
      if (in[i].begin == in[i - 1].end) return true;
    return false;
  };
  if (breaks_word(lines)) return lines;
  float low = max_width * k_narrowest, high = max_width;
  for (int step = 0; step < k_steps; ++step) {
    const float middle = (low + high) / 2;
    std::vector<Line> tried = wrap(type, text, middle);
    if (tried.size() > lines.size() || breaks_word(tried)) {
      low = middle;
    } else {
      high = middle;
      lines = std::move(tried);
    }
  }
  return lines;
}

float Canvas::paragraph(Type type, Point at, float max_width, Color color, std::string_view text, Align align,
                        int max_lines) {
  return paragraph_spaced(type, at, max_width, line_height(type), color, text, align, max_lines);
}

float Canvas::paragraph_spaced(Type type, Point at, float max_width, float line_height, Color color,
                               std::string_view text, Align align, int max_lines) {
  auto lines = wrap_evenly(type, text, max_width);
  if (max_lines > 0 && lines.size() > static_cast<std::size_t>(max_lines))
    lines = wrap(type, text, max_width);
  const std::size_t shown =
      max_lines > 0 ? std::min(lines.size(), static_cast<std::size_t>(max_lines)) : lines.size();
  const float lift = (line_height - this->line_height(type)) / 2;
  const float x = align == Align::left     ? at.x
                  : align == Align::center ? at.x + max_width / 2
                                           : at.x + max_width;
  for (std::size_t i = 0; i < shown; ++i) {
    const Point corner{x, at.y + lift + line_height * static_cast<float>(i)};
    const std::string_view part = text.substr(lines[i].begin, lines[i].end - lines[i].begin);
    const std::size_t inked = inks_.size();
    this->text(type, corner, color, part, align);
    if (inks_.size() > inked && i + 1 < lines.size() && lines[i].end == lines[i + 1].begin)
      inks_.back().breaks_word = true;
    if (i + 1 == shown && shown < lines.size() && align == Align::left)
      this->text(type, {corner.x + width(type, part), corner.y}, color, "\u2026");
  }
  return line_height * static_cast<float>(shown);
}

float Canvas::paragraph_height(Type type, std::string_view text, float max_width, int max_lines) const {
  auto count = static_cast<int>(wrap(type, text, max_width).size());
  if (max_lines > 0) count = std::min(count, max_lines);
  return line_height(type) * static_cast<float>(count);
}

void Canvas::push_clip(const Rect& rect) { list_.PushClipRect(low(rect), high(rect), true); }
void Canvas::pop_clip() { list_.PopClipRect(); }

void Canvas::icon(Symbol symbol, Point center, float size_px, Color color) {
  if (symbol == Symbol::none) return;
  const FontFace& face = fonts_.icon_face(size_px);
  const float scale = size_px / static_cast<float>(face.em_px);
  const Glyph& glyph = face.glyph(static_cast<char32_t>(symbol));
  const float em_top = center.y - (face.ascent + face.descent) * scale / 2;
  const float x = std::round(center.x - glyph.advance * scale / 2 + glyph.x * scale);
  const float y = std::round(em_top + (face.ascent + glyph.y) * scale);
  list_.PrimReserve(6, 4);
  list_.PrimRectUV({x, y}, {x + glyph.width * scale, y + glyph.height * scale}, {glyph.u0, glyph.v0},
                   {glyph.u1, glyph.v1}, packed(color));
}

} // namespace walkin::kiosk::ui
