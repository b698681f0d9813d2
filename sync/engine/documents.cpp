#include "sync/engine/documents.hpp"

#include <algorithm>

namespace walkin::sync {

bool DocumentPull::start_again() {
  if (started_again_) return false;
  started_again_ = true;
  held_.cursor.clear();
  return true;
}

bool DocumentPull::advance(const protocol::DocumentsReply& reply) {
  if (reply.more && reply.cursor == held_.cursor) return false;
  held_.cursor = reply.cursor;
  digests_ = reply.digests;
  tag_ = reply.tag;
  return true;
}

bool DocumentPull::agrees(const protocol::ScopeDigest& own) const {
  return std::ranges::all_of(digests_, [&](const protocol::ScopeDigest& theirs) {
    return theirs.scope != own.scope || (theirs.count == own.count && theirs.hash == own.hash);
  });
}

} // namespace walkin::sync
