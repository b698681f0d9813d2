// What the messages say of reference documents and of the queue. For the .cpp files of this folder.
#pragma once

#include "shared/domain/reference.hpp"
#include "shared/protocol/codec.hpp"

namespace walkin::protocol::codec {

inline constexpr std::size_t k_tag_bytes_max = 128;

Json write_document(const Writer& writer, const domain::Document& document);
domain::Document read_document(const Json& json);

Json write_board(const domain::QueueBoard& board);
domain::QueueBoard read_board(const Json& json);

// The members `documents` and `queue` of a pull's reply.
void put_reference(Json& json, const PullReply& reply);
void read_reference(const Json& json, PullReply& reply);

} // namespace walkin::protocol::codec
