// Bodies of reference documents as JSON text: keys in byte order, no white space. Members that are not known
// are passed over, for a newer desk may write more. Errors: invalid, the member as context.
#pragma once

#include "shared/domain/queue.hpp"
#include "shared/domain/reference.hpp"

namespace walkin::protocol {

std::string encode_body(const domain::Article& article);
std::string encode_body(const domain::Guide& guide);
std::string encode_body(const domain::Bulletin& bulletin);
std::string encode_body(const domain::SiteSettings& settings);
std::string encode_body(const domain::Asset& asset);
std::string encode_body(const domain::DirectoryEntry& entry);

base::Result<domain::Article> decode_article(std::string_view body);
// The form of assets/kb/guides/*.json too. A guide that `domain::check_guide` refuses is an error here.
base::Result<domain::Guide> decode_guide(std::string_view body);
base::Result<domain::Bulletin> decode_bulletin(std::string_view body);
base::Result<domain::SiteSettings> decode_settings(std::string_view body);
base::Result<domain::Asset> decode_asset(std::string_view body);
base::Result<domain::DirectoryEntry> decode_directory_entry(std::string_view body);

// The board of the queue, as the station keeps it.
std::string encode_body(const domain::QueueBoard& board);
base::Result<domain::QueueBoard> decode_queue_board(std::string_view body);

} // namespace walkin::protocol
