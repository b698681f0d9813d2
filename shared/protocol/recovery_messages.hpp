// The messages by which a station and the desk find together again after one of them was copied or put back.
#pragma once

#include "shared/protocol/messages.hpp"

namespace walkin::protocol {

// Asks for a new identity. The same key gets the same one again, however often it is asked for; it is as
// secret as the token that comes of it.
struct RehomeRequest {
  base::Hash key;
};
using RehomeReply = EnrollReply;

std::string encode(const RehomeRequest& message, Format format);
base::Result<RehomeRequest> decode_rehome_request(std::string_view bytes, Format format);

} // namespace walkin::protocol
