#include "shared/domain/attachment.hpp"

#include "shared/base/text.hpp"

#include <algorithm>
#include <array>

namespace walkin::domain {

namespace {

using base::ErrorCode;
using base::fail;

constexpr std::string_view k_docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr std::string_view k_xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view k_pptx =
    "application/vnd.openxmlformats-officedocument.presentationml.presentation";

constexpr std::array<std::string_view, 3> k_open_document{"application/vnd.oasis.opendocument.text",
                                                          "application/vnd.oasis.opendocument.spreadsheet",
                                                          "application/vnd.oasis.opendocument.presentation"};

constexpr std::array<std::string_view, 14> k_types{"image/png",
                                                   "image/jpeg",
                                                   "image/gif",
                                                   "image/webp",
                                                   "image/heic",
                                                   "video/mp4",
                                                   "application/pdf",
                                                   "text/plain",
                                                   k_open_document[0],
                                                   k_open_document[1],
                                                   k_open_document[2],
                                                   k_docx,
                                                   k_xlsx,
                                                   k_pptx};

constexpr const char* k_what_may_be_attached = "It can be a picture (PNG, JPEG, GIF, WebP, HEIC), a video "
                                               "(MP4), a PDF, plain text in UTF-8, or an office "
                                               "file without macros.";

tl::unexpected<base::Error> no_such_type(std::string_view why) {
  return fail(ErrorCode::invalid, std::string(why) + " " + k_what_may_be_attached, "type");
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

// The names in a ZIP file's central directory (PKWARE APPNOTE 4.3.12); nothing where there is none. Archives
// in several parts or beyond 4 GB are none here.
std::vector<std::string_view> zip_names(std::string_view zip) {
  constexpr std::size_t k_end_bytes = 22, k_entry_bytes = 46, k_names_max = 20'000;
  std::vector<std::string_view> names;
  auto end = zip.rfind(std::string_view("PK\5\6", 4));
  if (end == std::string_view::npos || zip.size() - end < k_end_bytes) return names;
  std::size_t at = little_endian(zip, end + 16, 4);
  while (at + k_entry_bytes <= end && names.size() < k_names_max &&
         zip.substr(at, 4) == std::string_view("PK\1\2", 4)) {
    std::size_t name = little_endian(zip, at + 28, 2);
    std::size_t next =
        at + k_entry_bytes + name + little_endian(zip, at + 30, 2) + little_endian(zip, at + 32, 2);
    if (next > end) return {};
    names.push_back(zip.substr(at + k_entry_bytes, name));
    at = next;
  }
  return names;
}

// OpenDocument 1.3 part 2, 3.3: the first entry is "mimetype", stored as it is, with the type as its content.
std::string_view open_document_type(std::string_view zip) {
  constexpr std::size_t k_header_bytes = 30;
  constexpr std::string_view k_name = "mimetype";
  if (zip.size() < k_header_bytes + k_name.size() || zip.substr(k_header_bytes, k_name.size()) != k_name)
    return {};
  std::string_view content =
      zip.substr(k_header_bytes + k_name.size() + little_endian(zip, 28, 2) % zip.size());
  for (std::string_view type : k_open_document)
    if (content.starts_with(type) && content.substr(type.size()).starts_with("PK")) return type;
  return {};
}

base::Result<std::string_view> office_type(std::string_view zip) {
  std::vector<std::string_view> names = zip_names(zip);
  auto has = [&](auto fits) { return std::ranges::any_of(names, fits); };
  bool has_macros = has([](std::string_view name) {
    return name.ends_with("vbaProject.bin") || name.starts_with("Basic/") || name.starts_with("Scripts/");
  });
  if (has_macros) return no_such_type("This office file holds macros. Save it without them.");
  if (std::string_view type = open_document_type(zip); !type.empty() && !names.empty()) return type;
  if (has([](std::string_view name) { return name == "[Content_Types].xml"; }))
    for (auto [part, type] :
         {std::pair{std::string_view("word/"), k_docx}, {"xl/", k_xlsx}, {"ppt/", k_pptx}})
      if (has([part = part](std::string_view name) { return name.starts_with(part); })) return type;
  return no_such_type("This archive cannot be attached. Send the files in it one by one.");
}

// ISO/IEC 14496-12 4.3: length, "ftyp", major brand, minor version, other brands.
std::string_view iso_media_type(std::string_view content) {
  if (content.size() < 16 || content.substr(4, 4) != "ftyp") return {};
  std::string_view brand = content.substr(8, 4);
  for (std::string_view heic : {"heic", "heix", "heim", "heis", "mif1", "msf1"})
    if (brand == heic) return "image/heic";
  for (std::string_view mp4 :
       {"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash", "MSNV"})
    if (brand == mp4) return "video/mp4";
  return {};
}

bool is_plain_text(std::string_view content) {
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
  auto is_control = [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\x1b') || byte == 0x7f;
  };
  return std::ranges::none_of(content, is_control) && base::is_valid_utf8(content);
}

// Of the UTF-8 character that begins at `at`.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xc0) == 0x80)
    ++length;
  return length;
}

std::string_view text_in(const Fields& fields, std::string_view name) {
  auto found = fields.find(name);
  if (found == fields.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  return text ? std::string_view(*text) : std::string_view{};
}

std::int64_t number_in(const Fields& fields, std::string_view name) {
  auto found = fields.find(name);
  if (found == fields.end()) return 0;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number ? *number : 0;
}

} // namespace

base::Result<std::string_view> media_type_of(std::string_view content) {
  using namespace std::string_view_literals;
  if (content.starts_with("\x89PNG\r\n\x1a\n"sv)) return k_types[0];
  if (content.starts_with("\xff\xd8\xff"sv)) return k_types[1];
  if (content.starts_with("GIF87a"sv) || content.starts_with("GIF89a"sv)) return k_types[2];
  if (content.starts_with("RIFF"sv) && content.size() >= 16 && content.substr(8, 4) == "WEBP"sv)
    return k_types[3];
  if (std::string_view type = iso_media_type(content); !type.empty()) return type;
  if (content.starts_with("%PDF-"sv)) return k_types[6];
  if (content.starts_with("PK\3\4"sv)) return office_type(content);
  if (is_plain_text(content)) return k_types[7];
  return no_such_type("This kind of file cannot be attached.");
}

bool is_attachable_type(std::string_view media_type) {
  return std::ranges::find(k_types, media_type) != k_types.end();
}

std::string attachment_name(std::string_view given) {
  if (auto slash = given.find_last_of("/\\"); slash != std::string_view::npos) given.remove_prefix(slash + 1);
  if (!base::is_valid_utf8(given)) return "file";
  std::string kept;
  for (std::size_t i = 0, length = 0; i < given.size(); i += length) {
    length = character_bytes(given, i);
    std::string_view character = given.substr(i, length);
    if (kept.size() + length > k_attachment_name_bytes_max) break;
    if (!base::find_forbidden(character, false)) kept += character;
  }
  std::string name = base::clean(kept);
  bool is_usable = !name.empty() && name != "." && name != ".." && name.size() <= k_attachment_name_bytes_max;
  return is_usable ? name : "file";
}

base::Status check_attachment_size(std::int64_t bytes) {
  if (bytes <= 0) return fail(ErrorCode::invalid, "The file is empty. There is nothing to attach.", "size");
  if (bytes > k_attachment_bytes_max)
    return fail(ErrorCode::invalid,
                "The file has " + std::to_string((bytes + 1024 * 1024 - 1) / (1024 * 1024)) +
                    " MB; at most 25 MB can be attached. Make it smaller, or attach a part of it.",
                "size");
  return {};
}

EventParts attachment_parts(const base::Sha256& sha256, std::int64_t size, std::string_view media_type,
                            std::string_view name) {
  return {EventKind::attachment_named,
          {{"sha256", sha256.str()}, {"size", size}, {"media_type", std::string(media_type)}},
          {{"name", std::string(name)}}};
}

std::optional<Attachment> attachment_of(const HistoryEntry& entry) {
  if (entry.known != EventKind::attachment_named || !entry.took_effect) return std::nullopt;
  auto sha256 = base::Sha256::parse(text_in(entry.body, "sha256"));
  std::int64_t size = number_in(entry.body, "size");
  if (!sha256 || size <= 0 || size > k_attachment_bytes_max) return std::nullopt;
  return Attachment{.event = entry.id,
                    .author = entry.replica,
                    .sha256 = *sha256,
                    .size = size,
                    .media_type = std::string(text_in(entry.body, "media_type")),
                    .name = std::string(text_in(entry.contact, "name")),
                    .is_erased = entry.contact_state == ContactState::erased,
                    .is_placed = entry.received.has_value()};
}

std::vector<Attachment> attachments_of(const Ticket& ticket) {
  std::vector<Attachment> out;
  for (const HistoryEntry& entry : ticket.history)
    if (auto attachment = attachment_of(entry)) out.push_back(std::move(*attachment));
  return out;
}

base::Status check_attachment(const Ticket& ticket, const EventParts& parts) {
  if (!base::Sha256::parse(text_in(parts.body, "sha256")))
    return fail(ErrorCode::invalid, "sha256: 64 hexadecimal digits.", "sha256");
  if (auto fits = check_attachment_size(number_in(parts.body, "size")); !fits) return fits;
  if (text_in(parts.contact, "name").size() > k_attachment_name_bytes_max)
    return fail(ErrorCode::invalid, "name: at most 255 bytes.", "name");
  if (attachments_of(ticket).size() >= k_attachments_max)
    return fail(ErrorCode::not_allowed,
                "This ticket has 20 attachments already, and that is the most a ticket can have.",
                "attachments");
  return {};
}

} // namespace walkin::domain
