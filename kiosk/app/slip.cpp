#include "kiosk/app/slip.hpp"

#include <initializer_list>
#include <utility>

namespace walkin::kiosk {

namespace {

// "ESC/POS Command Reference for TM Printers", Epson.
constexpr std::uint8_t k_esc = 0x1B, k_gs = 0x1D, k_line_feed = 0x0A;
constexpr std::uint8_t k_code_page_1252 = 16;

// Code points of Windows-1252 that are not those of Latin-1; of these the screen's words use a few.
constexpr std::pair<char32_t, std::uint8_t> k_windows_1252[] = {
    {0x20AC, 0x80}, {0x2026, 0x85}, {0x2018, 0x91}, {0x2019, 0x92}, {0x201C, 0x93},
    {0x201D, 0x94}, {0x2022, 0x95}, {0x2013, 0x96}, {0x2014, 0x97}, {0x202F, 0xA0}};

std::uint8_t byte_of(char32_t code) {
  if ((code >= 0x20 && code < 0x7F) || (code >= 0xA0 && code <= 0xFF)) return static_cast<std::uint8_t>(code);
  for (const auto& [wide, byte] : k_windows_1252)
    if (wide == code) return byte;
  return '?';
}

class Printout {
public:
  void command(std::initializer_list<std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes); }
  void text(std::string_view utf8) {
    for (std::size_t at = 0; at < utf8.size();) {
      const auto first = static_cast<unsigned char>(utf8[at]);
      const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
      char32_t code = first < 0x80 ? first : first & (0x7F >> length);
      for (std::size_t i = 1; i < length && at + i < utf8.size(); ++i)
        code = (code << 6) | (static_cast<unsigned char>(utf8[at + i]) & 0x3F);
      bytes_.push_back(code == '\n' ? k_line_feed : byte_of(code));
      at += length;
    }
  }
  void line(std::string_view utf8) {
    if (utf8.empty()) return;
    text(utf8);
    bytes_.push_back(k_line_feed);
  }
  void align_center(bool center) { command({k_esc, 'a', static_cast<std::uint8_t>(center ? 1 : 0)}); }
  void bold(bool on) { command({k_esc, 'E', static_cast<std::uint8_t>(on ? 1 : 0)}); }
  // Each way from 1 to 8 times the size of a letter.
  void size(std::uint8_t times) {
    command({k_gs, '!', static_cast<std::uint8_t>(((times - 1) << 4) | (times - 1))});
  }
  // GS ( k, functions 165, 167, 169, 180 and 181: model 2, squares of 6 dots, correction M, store, print.
  void qr(std::string_view content) {
    command({k_gs, '(', 'k', 4, 0, 49, 65, 50, 0});
    command({k_gs, '(', 'k', 3, 0, 49, 67, 6});
    command({k_gs, '(', 'k', 3, 0, 49, 69, 49});
    const std::size_t length = content.size() + 3;
    command({k_gs, '(', 'k', static_cast<std::uint8_t>(length & 0xFF), static_cast<std::uint8_t>(length >> 8),
             49, 80, 48});
    for (char c : content) bytes_.push_back(static_cast<std::uint8_t>(c));
    command({k_gs, '(', 'k', 3, 0, 49, 81, 48});
    bytes_.push_back(k_line_feed);
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
  std::vector<std::uint8_t> bytes_;
};

} // namespace

std::vector<std::uint8_t> encode_slip(const Slip& slip) {
  const i18n::Catalogue& words = i18n::catalogue(slip.language);
  Printout out;
  out.command({k_esc, '@'});
  out.command({k_esc, 't', k_code_page_1252});
  out.align_center(true);
  out.bold(true);
  out.line(slip.desk_name);
  out.bold(false);
  out.line(words.text("number.label"));
  out.size(6);
  out.line(slip.number);
  out.size(1);
  if (slip.at.date.ok())
    out.line(i18n::format_date(slip.language, slip.at) + "  " + i18n::format_clock(slip.at));
  out.line(words.text("number.ticket"));
  out.size(2);
  out.line(slip.code);
  out.size(1);
  if (!slip.follow_url.empty()) {
    out.qr(slip.follow_url);
    out.line(words.text("number.follow"));
  }
  out.line(slip.last_lines);
  out.command({k_esc, 'd', 4});
  out.command({k_gs, 'V', 66, 0});
  return out.take();
}

bool is_paper_out(std::uint8_t sensor_status) { return (sensor_status & 0x60) == 0x60; }

} // namespace walkin::kiosk
