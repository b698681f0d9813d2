#include "shared/domain/reference.hpp"

#include "shared/base/text.hpp"
#include "shared/domain/names.hpp"
#include "shared/domain/ticket_code.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::domain {

using base::ErrorCode;

namespace {

constexpr detail::Names<DocumentKind, 6> k_kinds{{{DocumentKind::article, "article"},
                                                  {DocumentKind::guide, "guide"},
                                                  {DocumentKind::bulletin, "bulletin"},
                                                  {DocumentKind::site, "site"},
                                                  {DocumentKind::asset, "asset"},
                                                  {DocumentKind::person, "person"}}};
constexpr detail::Names<Audience, 2> k_audiences{
    {{Audience::everyone, "public"}, {Audience::internal, "internal"}}};
constexpr detail::Names<Printer::Way, 4> k_ways{{{Printer::Way::none, "none"},
                                                 {Printer::Way::device, "device"},
                                                 {Printer::Way::file, "file"},
                                                 {Printer::Way::cups, "cups"}}};
constexpr detail::Names<Entitlement, 3> k_entitlements{{{Entitlement::covered, "covered"},
                                                        {Entitlement::not_covered, "not_covered"},
                                                        {Entitlement::unknown, "unknown"}}};

// PNG, 5.2 and 11.2: the signature and the first chunk's length and type; the last chunk.
constexpr std::string_view k_png_start{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16};
constexpr std::string_view k_png_end{"\0\0\0\0IEND\xAE\x42\x60\x82", 12};
constexpr std::size_t k_setting_text_max = 200;
constexpr std::size_t k_languages_max = 20;

base::Status wrong(std::string_view setting, std::string_view what) {
  return base::fail(ErrorCode::invalid, fmt::format("{}: {}.", setting, what), std::string(setting));
}

// Of the character that begins there.
std::size_t letter_bytes(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xC0U) == 0x80U)
    ++length;
  return length;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }

bool is_language_tag(std::string_view tag) {
  return tag.size() >= 2 && tag.size() <= 8 &&
         std::ranges::all_of(tag, [](char c) { return is_small_letter(c) || c == '-'; });
}

// What could be a telephone number: digits and what people write between them.
bool looks_like_phone(std::string_view text) {
  return std::ranges::count_if(text, is_digit) >= 5 && std::ranges::all_of(text, [](char c) {
           return is_digit(c) || std::string_view(" +()-./").find(c) != std::string_view::npos;
         });
}

} // namespace

std::string_view name_of(DocumentKind kind) { return detail::name_in(k_kinds, kind); }
std::optional<DocumentKind> parse_document_kind(std::string_view name) {
  return detail::parse_in(k_kinds, name);
}
std::string_view name_of(Audience audience) { return detail::name_in(k_audiences, audience); }
std::optional<Audience> parse_audience(std::string_view name) { return detail::parse_in(k_audiences, name); }
std::string_view name_of(Printer::Way way) { return detail::name_in(k_ways, way); }
std::string_view name_of(Entitlement entitlement) { return detail::name_in(k_entitlements, entitlement); }
std::optional<Entitlement> parse_entitlement(std::string_view name) {
  return detail::parse_in(k_entitlements, name);
}

base::Hash hash_of(const Document& document) {
  return base::Hasher()
      .text("walkin-document-1")
      .text(document.kind)
      .text(document.id)
      .u64(static_cast<std::uint64_t>(document.version))
      .text(document.body)
      .finish();
}

bool is_document_name(std::string_view id) {
  return !id.empty() && id.size() <= k_document_id_bytes_max && id.front() != '.' &&
         std::ranges::all_of(id, [](char c) {
           return is_small_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
         });
}

std::string_view text_in(const Localised& text, std::string_view language) {
  for (std::string_view tag : {language, std::string_view("en")})
    if (auto found = text.find(tag); found != text.end() && !found->second.empty()) return found->second;
  return text.empty() ? std::string_view{} : std::string_view(text.begin()->second);
}

std::string article_document_id(std::string_view id, std::string_view language) {
  return fmt::format("{}.{}", id, language);
}

bool Bulletin::is_about(Category category) const {
  return categories.empty() || std::ranges::find(categories, category) != categories.end();
}

base::Result<Printer> parse_printer(std::string_view text) {
  auto colon = text.find(':');
  Printer printer;
  auto way = detail::parse_in(k_ways, text.substr(0, colon));
  if (colon != std::string_view::npos) printer.target = text.substr(colon + 1);
  if (!way || (*way == Printer::Way::none) != printer.target.empty() ||
      printer.target.size() > k_setting_text_max)
    return base::fail(ErrorCode::invalid,
                      "printer: none, device:/dev/usb/lp0, file:/path/of/a/file or cups:name-of-a-queue.",
                      "printer");
  printer.way = *way;
  return printer;
}

std::string to_text(const Printer& printer) {
  if (printer.way == Printer::Way::none) return "none";
  return fmt::format("{}:{}", name_of(printer.way), printer.target);
}

base::Status check_article(const Article& article) {
  if (article.audience == Audience::everyone && !article.groups.empty())
    return wrong("groups", "only an internal article has some");
  for (const std::string& group : article.groups)
    if (group.empty() || base::count_code_points(group) > k_setting_text_max || !base::is_valid_utf8(group) ||
        base::find_forbidden(group, false))
      return wrong("groups", "names of support groups, with commas between");
  return {};
}

base::Status check_logo(std::string_view png) {
  if (png.size() > k_logo_bytes_max)
    return wrong("logo", fmt::format("at most {} KiB", k_logo_bytes_max / 1024));
  if (!png.starts_with(k_png_start) || png.size() < k_png_start.size() + 8)
    return wrong("logo", "this is no PNG picture");
  if (!png.ends_with(k_png_end)) return wrong("logo", "this PNG picture is cut off; save it anew");
  const auto side = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (const char byte : png.substr(at, 4)) value = (value << 8) | static_cast<std::uint8_t>(byte);
    return value;
  };
  const std::uint32_t width = side(k_png_start.size()), height = side(k_png_start.size() + 4);
  if (std::min(width, height) < k_logo_side_min || std::max(width, height) > k_logo_side_max)
    return wrong("logo", fmt::format("{} by {} pixels; each side must have {} to {}", width, height,
                                     k_logo_side_min, k_logo_side_max));
  return {};
}

base::Status check_settings(const SiteSettings& settings) {
  if (settings.site.empty()) return wrong("site", "its name is missing");
  for (const auto& [name, text] : {std::pair{"site", &settings.site},
                                   {"organisation", &settings.organisation},
                                   {"phone", &settings.phone},
                                   {"time_zone", &settings.time_zone},
                                   {"public_address", &settings.public_address}}) {
    if (!base::is_valid_utf8(*text) || base::find_forbidden(*text, false))
      return wrong(name, "it has a character that has no place here");
    if (base::count_code_points(*text) > k_setting_text_max)
      return wrong(name, fmt::format("at most {} characters", k_setting_text_max));
  }
  if (!settings.logo_png.empty())
    if (auto checked = check_logo(settings.logo_png); !checked) return checked;
  if (settings.languages.empty() || settings.languages.size() > k_languages_max ||
      !std::ranges::all_of(settings.languages, is_language_tag))
    return wrong("languages", "one or more tags such as en, es, nb");
  const std::string_view address = settings.public_address;
  if (!address.empty() && ((!address.starts_with("https://") && !address.starts_with("http://")) ||
                           address.ends_with('/') || address.find_first_of(" ?#") != address.npos))
    return wrong("public_address", "an address such as https://help.example.org, without a slash at its end");
  if (settings.idle_after < std::chrono::seconds(10) || settings.idle_after > std::chrono::hours(1))
    return wrong("idle_after_s", "10 to 3600 seconds");
  if (settings.idle_warning < std::chrono::seconds(20) || settings.idle_warning > std::chrono::minutes(5))
    return wrong("idle_warning_s", "20 to 300 seconds");
  if (settings.number_shown < std::chrono::seconds(10) || settings.number_shown > std::chrono::minutes(10))
    return wrong("number_shown_s", "10 to 600 seconds");
  if (settings.no_show_min < 1 || settings.no_show_min > 60) return wrong("no_show_min", "1 to 60 minutes");
  for (const auto& [name, days] :
       {std::pair{"link_days", settings.link_days}, {"keep_days", settings.keep_days}})
    if (days < 1 || days > 3650) return wrong(name, "1 to 3650 days");
  return {};
}

std::string normalised_tag(std::string_view tag) {
  std::string out;
  for (char c : base::fold(tag))
    if (c != ' ' && c != '-') out += is_small_letter(c) ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string normalised_identifier(std::string_view identifier) {
  std::string folded = base::fold(base::clean(identifier));
  std::erase(folded, ' ');
  if (folded.find('@') != std::string::npos || !looks_like_phone(folded)) return folded;
  const bool is_international = folded.starts_with('+') || folded.starts_with("00");
  std::string digits;
  std::ranges::copy_if(folded, std::back_inserter(digits), is_digit);
  if (folded.starts_with("00")) digits.erase(0, 2);
  return (is_international ? "+" : "") + digits;
}

base::Hash directory_key(std::string_view secret, std::string_view identifier) {
  return base::keyed_hash(secret, "walkin-directory-1\n" + normalised_identifier(identifier));
}

std::string masked_name(std::string_view name) {
  std::string out;
  bool starts_word = true;
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t length = letter_bytes(name, i);
    if (name[i] == ' ') {
      starts_word = true;
    } else if (starts_word) {
      if (!out.empty()) out += ' ';
      out.append(name.substr(i, length)).append("****");
      starts_word = false;
    }
    i += length;
  }
  return out;
}

std::string masked_email(std::string_view email) {
  constexpr std::ptrdiff_t k_telling = 3;
  const auto at = email.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == email.size()) return {};
  const std::string_view name = email.substr(0, at);
  std::string out(name.substr(0, letter_bytes(name, 0)));
  out += "****";
  const auto letters =
      std::ranges::count_if(name, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  if (letters > k_telling && static_cast<unsigned char>(name.back()) < 0x80) out += name.back();
  return out.append(email.substr(at));
}

std::string masked_phone(std::string_view phone) {
  constexpr std::size_t k_shown = 3;
  std::string digits;
  std::ranges::copy_if(phone, std::back_inserter(digits), is_digit);
  return digits.size() > 2 * k_shown ? "*** ** " + digits.substr(digits.size() - k_shown) : "";
}

std::string link_key_of(std::string_view desk_key, std::string_view prefix) {
  return base::keyed_hash(desk_key, fmt::format("walkin-link-key-1\n{}", prefix)).raw();
}

std::string link_token(std::string_view link_key, std::string_view code) {
  // Crockford's base 32 in small letters, without i, l, o, u: it survives being read aloud.
  constexpr std::string_view k_digits = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr std::size_t k_letters = 26; // 130 bits
  const base::Hash hash = base::keyed_hash(link_key, fmt::format("walkin-link-1\n{}", code));
  std::string out = fmt::format("{}.", code);
  std::uint32_t bits = 0;
  int held = 0;
  std::size_t next = 0;
  for (std::size_t i = 0; i < k_letters; ++i) {
    while (held < 5) {
      bits = (bits << 8U) | hash.bytes[next++];
      held += 8;
    }
    held -= 5;
    out += k_digits[(bits >> static_cast<unsigned>(held)) & 31U];
  }
  return out;
}

} // namespace walkin::domain
