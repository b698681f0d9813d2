// Pulls reference documents page by page after a round's events, when the desk says that there is something
// new. Pure: asked for the next request, given the answer and what the store holds.
#pragma once

#include "shared/protocol/document_messages.hpp"

#include <optional>
#include <string>

namespace walkin::sync {

// What the station holds, as it stands in the store.
struct DocumentsHeld {
  std::string tag, cursor; // as the desk said last; empty: nothing yet
  std::string queue_tag;   // of the queue's board
};

class DocumentPull {
public:
  static constexpr std::uint32_t k_page_max = protocol::k_documents_max;

  DocumentPull() = default;
  explicit DocumentPull(DocumentsHeld held) : held_(std::move(held)) {}

  // With the tag of a pull's reply: whether there is something to ask for. A desk that names none has none.
  bool is_needed(const std::string& desk_tag) const { return !desk_tag.empty() && desk_tag != held_.tag; }

  protocol::DocumentsRequest next() const { return {held_.cursor, k_page_max}; }
  // The pages are of a pull from the beginning.
  bool is_first() const { return held_.cursor.empty(); }
  // The desk does not know the cursor, or what is held is not what it holds: from the beginning. False: that
  // was tried already.
  bool start_again();
  // A page is stored. False where the desk repeats itself.
  bool advance(const protocol::DocumentsReply& reply);
  // All is stored; `own` is computed from the rows.
  bool agrees(const protocol::ScopeDigest& own) const;
  const std::string& tag() const { return tag_; }

private:
  DocumentsHeld held_;
  std::vector<protocol::ScopeDigest> digests_;
  std::string tag_; // of the last page
  bool started_again_ = false;
};

} // namespace walkin::sync
