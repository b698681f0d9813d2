// Attachments from and to files of this machine, for walkin attach and walkin fetch.
#pragma once

#include "shared/domain/attachment.hpp"
#include "sync/http/upload.hpp"

#include <filesystem>

namespace walkin::cli {

// Keeps a copy of the file's content beside the station and names it on the ticket; it goes to the desk with
// the next sync. Durable on return. Errors, each in words: not_found, unusable (no plain file, not readable,
// changed while it was read), invalid (empty, too large, of a type that is not taken), not_allowed (the
// 21st), no_space.
base::Result<domain::Ticket> attach(store::Station& station, store::Blobs& blobs,
                                    const domain::TicketId& ticket, const std::filesystem::path& file,
                                    std::string_view by);

// The attachment of this name (the newest of several) or of this hash, of which eight digits are enough.
// Errors: not_found.
base::Result<domain::Attachment> find_attachment(const domain::Ticket& ticket, std::string_view name_or_hash);

// Writes the content to `file`, or under its name into the folder `file`; returns where. Nothing is left
// there when it cannot be had. Errors: those of FileLane::fetch, unusable, no_space.
base::Result<std::filesystem::path> fetch(sync::FileLane& lane, const store::Blobs& blobs,
                                          const domain::TicketId& ticket,
                                          const domain::Attachment& attachment, std::filesystem::path file);

} // namespace walkin::cli
