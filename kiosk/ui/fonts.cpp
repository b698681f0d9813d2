#include "kiosk/ui/fonts.hpp"

#include <algorithm>
#include <cstring>
#include <imgui.h>
#include <memory>
#include <string>

#include <ft2build.h>
#include FT_FREETYPE_H

namespace walkin::kiosk::ui {
namespace {

struct Range {
  char32_t first, last;
};

// What a customer may be called and write, in the sizes in which it is shown and on keys; our own words need
// less.
constexpr Range k_latin[] = {{0x20, 0x7E},     {0xA0, 0x17F},    {0x2013, 0x2014}, {0x2018, 0x2019},
                             {0x201C, 0x201D}, {0x2022, 0x2022}, {0x2026, 0x2026}};
constexpr Range k_western[] = {{0x20, 0x7E},     {0xA0, 0xFF},     {0x2013, 0x2014}, {0x2018, 0x2019},
                               {0x201C, 0x201D}, {0x2022, 0x2022}, {0x2026, 0x2026}};
constexpr Range k_number[] = {{'-', '-'}, {'0', '9'}, {'?', '?'}, {'A', 'Z'}};

constexpr Symbol k_symbols[] = {
    Symbol::account,     Symbol::account_card, Symbol::account_key,  Symbol::alert,
    Symbol::shift,       Symbol::arrow_down,   Symbol::arrow_left,   Symbol::arrow_right,
    Symbol::arrow_up,    Symbol::backspace,    Symbol::bell,         Symbol::bullhorn,
    Symbol::call_split,  Symbol::check,        Symbol::check_circle, Symbol::chevron_right,
    Symbol::close,       Symbol::close_circle, Symbol::cloud_check,  Symbol::cloud_off,
    Symbol::contrast,    Symbol::deskphone,    Symbol::email,        Symbol::document,
    Symbol::format_size, Symbol::help,         Symbol::greeting,     Symbol::keyboard_return,
    Symbol::laptop,      Symbol::lock,         Symbol::phone,        Symbol::printer,
    Symbol::volume,      Symbol::ticket,       Symbol::wheelchair,   Symbol::wifi,
    Symbol::book,        Symbol::star,         Symbol::star_outline};

constexpr float k_icon_sizes_design[] = {48, 60, 92};

const char* file_of(Type type) {
  switch (type) {
  case Type::text:
  case Type::field:
  case Type::lead_plain: return "Inter-Regular.otf";
  case Type::text_medium:
  case Type::lead_medium: return "Inter-Medium.otf";
  case Type::text_strong:
  case Type::button:
  case Type::lead: return "Inter-SemiBold.otf";
  case Type::hero_light: return "InterDisplay-Medium.otf";
  case Type::title:
  case Type::display:
  case Type::hero:
  case Type::number:
  case Type::count_: break;
  }
  return "InterDisplay-Bold.otf";
}

struct FreeType {
  FT_Library library = nullptr;
  FreeType() { FT_Init_FreeType(&library); }
  ~FreeType() { FT_Done_FreeType(library); }
  FreeType(const FreeType&) = delete;
  FreeType& operator=(const FreeType&) = delete;
};

// A glyph's bitmap until the atlas tells where it goes.
struct Pending {
  FontFace* face;
  char32_t code;
  int rect;
  std::vector<std::uint8_t> pixels;
};

class Rasteriser {
public:
  explicit Rasteriser(ImFontAtlas& atlas) : atlas_(atlas) {}

  base::Status open(const std::string& path) {
    if (path == path_) return {};
    close();
    if (FT_New_Face(free_type_.library, path.c_str(), 0, &face_) != 0)
      return base::fail(base::ErrorCode::unusable,
                        "The font file cannot be read. Install the packages fonts-inter and "
                        "fonts-materialdesignicons-webfont.",
                        path);
    path_ = path;
    return {};
  }

  void size(FontFace& out, int em_px) {
    FT_Set_Pixel_Sizes(face_, 0, static_cast<FT_UInt>(em_px));
    const float unit = static_cast<float>(em_px) / static_cast<float>(face_->units_per_EM);
    out.em_px = em_px;
    out.ascent = static_cast<float>(face_->ascender) * unit;
    out.descent = static_cast<float>(-face_->descender) * unit;
    out.glyphs.clear();
  }

  void add(FontFace& out, char32_t code) {
    const FT_UInt index = FT_Get_Char_Index(face_, code);
    if (index == 0 || FT_Load_Glyph(face_, index, FT_LOAD_NO_HINTING) != 0) return;
    FT_GlyphSlot slot = face_->glyph;
    Glyph glyph;
    glyph.advance = static_cast<float>(slot->linearHoriAdvance) / 65536.0F;
    if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) == 0 && slot->bitmap.width > 0) {
      const int width = static_cast<int>(slot->bitmap.width), height = static_cast<int>(slot->bitmap.rows);
      glyph.x = static_cast<float>(slot->bitmap_left);
      glyph.y = static_cast<float>(-slot->bitmap_top);
      glyph.width = static_cast<float>(width);
      glyph.height = static_cast<float>(height);
      Pending pending{&out, code, atlas_.AddCustomRectRegular(width, height), {}};
      pending.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
      for (int row = 0; row < height; ++row)
        std::memcpy(&pending.pixels[static_cast<std::size_t>(row * width)],
                    slot->bitmap.buffer + row * slot->bitmap.pitch, static_cast<std::size_t>(width));
      pending_.push_back(std::move(pending));
    }
    out.glyphs[code] = glyph;
  }

  void place() {
    unsigned char* texture = nullptr;
    int width = 0, height = 0;
    atlas_.GetTexDataAsAlpha8(&texture, &width, &height);
    for (const Pending& pending : pending_) {
      const ImFontAtlasCustomRect* rect = atlas_.GetCustomRectByIndex(pending.rect);
      if (!rect->IsPacked()) continue;
      for (int row = 0; row < rect->Height; ++row)
        std::memcpy(texture + (rect->Y + row) * width + rect->X,
                    &pending.pixels[static_cast<std::size_t>(row * rect->Width)], rect->Width);
      Glyph& glyph = pending.face->glyphs.at(pending.code);
      ImVec2 first, second;
      atlas_.CalcCustomRectUV(rect, &first, &second);
      glyph.u0 = first.x, glyph.v0 = first.y, glyph.u1 = second.x, glyph.v1 = second.y;
    }
  }

  ~Rasteriser() { close(); }
  Rasteriser(const Rasteriser&) = delete;
  Rasteriser& operator=(const Rasteriser&) = delete;

private:
  void close() {
    if (face_ != nullptr) FT_Done_Face(face_);
    face_ = nullptr;
    path_.clear();
  }

  FreeType free_type_;
  ImFontAtlas& atlas_;
  FT_Face face_ = nullptr;
  std::string path_;
  std::vector<Pending> pending_;
};

template <std::size_t N>
void add_ranges(Rasteriser& rasteriser, FontFace& face, const Range (&ranges)[N]) {
  for (const Range& range : ranges)
    for (char32_t code = range.first; code <= range.last; ++code) rasteriser.add(face, code);
}

} // namespace

const Glyph& FontFace::glyph(char32_t code) const {
  static constexpr Glyph k_nothing;
  if (auto found = glyphs.find(code); found != glyphs.end()) return found->second;
  auto fallback = glyphs.find(U'?');
  return fallback != glyphs.end() ? fallback->second : k_nothing;
}

base::Status Fonts::build(ImFontAtlas& atlas, const Metrics& metrics, const FontFiles& files) {
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight | ImFontAtlasFlags_NoMouseCursors;
  atlas.TexDesiredWidth = metrics.font_px(Type::text) > 60 ? 4096 : 2048;
  atlas.AddFontDefault(); // ImGui wants one font of its own; nothing is drawn with it
  Rasteriser rasteriser(atlas);
  for (std::size_t i = 0; i < faces_.size(); ++i) {
    const Type type = static_cast<Type>(i);
    if (auto opened = rasteriser.open(std::string(files.inter_dir) + file_of(type)); !opened) return opened;
    rasteriser.size(faces_[i], metrics.font_px(type));
    if (type == Type::number)
      add_ranges(rasteriser, faces_[i], k_number);
    else if (type == Type::text || type == Type::text_strong || type == Type::field ||
             type == Type::text_medium || type == Type::lead_medium)
      add_ranges(rasteriser, faces_[i], k_latin);
    else
      add_ranges(rasteriser, faces_[i], k_western);
  }
  icons_.assign(std::size(k_icon_sizes_design), {});
  if (auto opened = rasteriser.open(std::string(files.icons)); !opened) return opened;
  for (std::size_t i = 0; i < icons_.size(); ++i) {
    rasteriser.size(icons_[i], static_cast<int>(metrics.px(k_icon_sizes_design[i])));
    for (Symbol symbol : k_symbols) rasteriser.add(icons_[i], static_cast<char32_t>(symbol));
  }
  if (!atlas.Build())
    return base::fail(base::ErrorCode::unusable,
                      "The letters do not fit the graphics memory of this screen.");
  rasteriser.place();
  return {};
}

const FontFace& Fonts::icon_face(float size_px) const {
  for (const FontFace& face : icons_)
    if (static_cast<float>(face.em_px) >= size_px - 0.5F) return face;
  return icons_.back();
}

} // namespace walkin::kiosk::ui
