// The messages by which reference documents travel. See sync/PROTOCOL.md, "Documents".
#pragma once

#include "shared/domain/reference.hpp"
#include "shared/protocol/messages.hpp"

namespace walkin::protocol {

inline constexpr std::size_t k_documents_max = 500; // in a page

struct DocumentsRequest {
  std::string cursor; // empty: from the beginning
  std::uint32_t limit = k_documents_max;
};

// What a kiosk needs to make links for its tickets and to look people up.
struct DocumentKeys {
  std::string link, link_prefix; // raw bytes; of codes with this prefix
  std::string directory;         // raw bytes
};

struct DocumentsReply {
  std::vector<domain::Document> documents; // those that are new to this cursor, in order of version
  std::string cursor;                      // for the next request
  bool more = false;
  std::vector<ScopeDigest>
      digests;     // when there is no more: count and sum of all that a station in touch holds
  std::string tag; // then too: names this state, as the pull's reply does
  std::optional<DocumentKeys> keys; // then too, for kiosks
  base::Instant now;
};

inline constexpr const char* k_documents_scope = "documents";

std::string encode(const DocumentsRequest& message, Format format);
std::string encode(const DocumentsReply& message, Format format);
base::Result<DocumentsRequest> decode_documents_request(std::string_view bytes, Format format);
base::Result<DocumentsReply> decode_documents_reply(std::string_view bytes, Format format);

} // namespace walkin::protocol
