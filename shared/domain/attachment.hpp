// Files that belong to a ticket: what may be attached, and what is attached to one.
#pragma once

#include "shared/base/sha256.hpp"
#include "shared/domain/ticket.hpp"

#include <string_view>
#include <vector>

namespace walkin::domain {

inline constexpr std::int64_t k_attachment_bytes_max = 25 * 1024 * 1024;
inline constexpr std::size_t k_attachments_max = 20; // of one ticket
inline constexpr std::size_t k_attachment_name_bytes_max = 255;

// The media type that these bytes are, by the bytes and never by a name: PNG, JPEG, GIF, WebP, HEIC, MP4,
// PDF, office files (OOXML and OpenDocument, without macros) and plain UTF-8 text. `content` is the whole
// file. Errors: invalid, saying what may be attached.
base::Result<std::string_view> media_type_of(std::string_view content);

// Whether this is one that media_type_of() may say.
bool is_attachable_type(std::string_view media_type);

// The last part of a path as a name that can be shown and saved anywhere: valid UTF-8, no separators, no
// control characters, at most 255 bytes; "file" when nothing is left.
std::string attachment_name(std::string_view given);

// Errors: invalid, in words, when a file of this many bytes cannot be attached.
base::Status check_attachment_size(std::int64_t bytes);

// The event that names a file.
EventParts attachment_parts(const base::Sha256& sha256, std::int64_t size, std::string_view media_type,
                            std::string_view name);

// What an event names. `name` is empty where the contact part is sealed.
struct Attachment {
  EventId event;
  ReplicaId author;
  base::Sha256 sha256;
  std::int64_t size = 0;
  std::string media_type, name;
  bool is_erased = false; // with the customer's data: its content is to be removed and never taken again
  bool is_placed = false; // the desk has the event
};

// In the order of the history; without those whose event took no effect.
std::vector<Attachment> attachments_of(const Ticket& ticket);

// What an event names, if it names a file in a form that can be read.
std::optional<Attachment> attachment_of(const HistoryEntry& entry);

// The rules of an attachment_named event that is to come next on this ticket.
base::Status check_attachment(const Ticket& ticket, const EventParts& parts);

} // namespace walkin::domain
