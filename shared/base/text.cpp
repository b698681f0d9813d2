#include "shared/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utf8proc.h>

namespace walkin::base {

namespace {

const utf8proc_uint8_t* data_of(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// How many bytes at the beginning are ASCII for certain; eight are looked at at a time, as most text is.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & 0x8080808080808080u) != 0) return at;
  }
  while (at < text.size() && is_ascii(text[at])) ++at;
  return at;
}

bool is_ascii(std::string_view text) { return ascii_prefix(text) == text.size(); }

// Calls `visit(code point, bytes)` for each code point until it returns false; -1 stands for invalid bytes.
template <class Visit>
void for_each_code_point(std::string_view text, Visit visit) {
  while (!text.empty()) {
    if (is_ascii(text.front())) {
      if (!visit(utf8proc_int32_t{text.front()}, std::size_t{1})) return;
      text.remove_prefix(1);
      continue;
    }
    utf8proc_int32_t code_point = -1;
    auto length = utf8proc_iterate(data_of(text), static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (length <= 0) {
      visit(-1, std::size_t{1});
      return;
    }
    if (!visit(code_point, static_cast<std::size_t>(length))) return;
    text.remove_prefix(static_cast<std::size_t>(length));
  }
}

std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* out = nullptr;
  auto length = utf8proc_map(data_of(text), static_cast<utf8proc_ssize_t>(text.size()), &out,
                             static_cast<utf8proc_option_t>(options));
  if (length < 0) return std::string(text);
  std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(out, &std::free);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

bool is_blank(utf8proc_int32_t c) {
  if (c < 0x80) return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  auto category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

} // namespace

bool is_valid_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) return true;
    utf8proc_int32_t code_point = -1;
    auto length = utf8proc_iterate(data_of(text), static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (length <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(length));
  }
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = ascii_prefix(text);
  text.remove_prefix(count);
  for_each_code_point(text, [&](utf8proc_int32_t, std::size_t) {
    ++count;
    return true;
  });
  return count;
}

std::string clean(std::string_view text) {
  // ASCII is in normal form C by itself (UAX #15).
  const bool all_ascii = is_ascii(text);
  if (all_ascii && text.find('\r') == std::string_view::npos) {
    const auto first = text.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\n") + 1 - first));
  }
  std::string composed = all_ascii ? std::string(text) : mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  std::string out;
  out.reserve(composed.size());
  for (std::size_t i = 0; i < composed.size(); ++i) {
    if (composed[i] == '\r') {
      if (i + 1 >= composed.size() || composed[i + 1] != '\n') out += '\n';
    } else {
      out += composed[i];
    }
  }
  std::size_t at = 0, first = std::string::npos, end = 0;
  for_each_code_point(out, [&](utf8proc_int32_t c, std::size_t length) {
    if (!is_blank(c)) {
      if (first == std::string::npos) first = at;
      end = at + length;
    }
    at += length;
    return true;
  });
  return first == std::string::npos ? std::string{} : out.substr(first, end - first);
}

std::optional<char32_t> find_forbidden(std::string_view text, bool multiline) {
  std::optional<char32_t> found;
  for_each_code_point(text, [&](utf8proc_int32_t c, std::size_t) {
    bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
    if (multiline && (c == '\n' || c == '\t' || c == '\r')) control = false;
    bool bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    if (control || bidi) found = static_cast<char32_t>(c);
    return !found;
  });
  return found;
}

std::string fold(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
}

std::string shorten(std::string_view text, std::size_t code_points) {
  if (code_points == 0) return {};
  std::size_t bytes = 0, kept = 0, bytes_with_room = 0;
  bool cut = false;
  for_each_code_point(text, [&](utf8proc_int32_t, std::size_t length) {
    if (kept == code_points) {
      cut = true;
      return false;
    }
    if (kept + 1 == code_points) bytes_with_room = bytes;
    ++kept;
    bytes += length;
    return true;
  });
  if (!cut) return std::string(text);
  return std::string(text.substr(0, bytes_with_room)) + "…";
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

} // namespace walkin::base
