#include "shared/protocol/document_messages.hpp"

#include "shared/protocol/document_codec.hpp"

namespace walkin::protocol {

using namespace codec;
using base::Result;
using domain::Document;

namespace codec {

namespace {

constexpr std::int64_t k_people_max = 10'000;
constexpr std::size_t k_number_bytes_max = 64;

} // namespace

Json write_document(const Writer& writer, const Document& document) {
  Json json = {{"kind", document.kind}, {"id", document.id}, {"version", document.version}};
  if (document.is_deleted)
    json["deleted"] = true;
  else
    json["body"] = document.body;
  if (!document.receipt.is_zero()) json["receipt"] = writer.hash(document.receipt);
  return json;
}

Document read_document(const Json& json) {
  Document document;
  document.kind = text_of(json, "kind", k_kind_bytes_max);
  document.id = text_of(json, "id", domain::k_document_id_bytes_max);
  document.version = integer_of(json, "version", 1);
  document.is_deleted = bool_of(json, "deleted");
  if (!document.is_deleted) document.body = text_of(json, "body", domain::k_document_body_bytes_max);
  if (const Json* receipt = optional_member(json, "receipt"))
    document.receipt = read_hash(*receipt, "receipt");
  return document;
}

Json write_board(const domain::QueueBoard& board) {
  Json calls = Json::array();
  for (const domain::QueueCall& call : board.calls)
    calls.push_back({{"number", call.number}, {"counter", call.counter}, {"at", base::to_ms(call.at)}});
  Json json = {{"site", board.site},
               {"waiting", board.waiting},
               {"calls", std::move(calls)},
               {"as_of", base::to_ms(board.as_of)}};
  if (!board.numbers.empty()) json["numbers"] = board.numbers;
  if (board.people_serving > 0) json["serving"] = board.people_serving;
  if (board.median_service_min > 0) json["median_min"] = board.median_service_min;
  return json;
}

domain::QueueBoard read_board(const Json& json) {
  domain::QueueBoard board;
  board.site = text_of(json, "site");
  board.waiting = integer_of(json, "waiting", 0, k_int64_max);
  if (optional_member(json, "serving") != nullptr)
    board.people_serving = static_cast<int>(integer_of(json, "serving", 0, k_people_max));
  if (optional_member(json, "median_min") != nullptr)
    board.median_service_min = static_cast<int>(integer_of(json, "median_min", 0, 24 * 60));
  for (const Json& call : list_of(json, "calls", domain::k_board_calls_max))
    board.calls.push_back({text_of(call, "number", k_number_bytes_max),
                           text_of(call, "counter", k_number_bytes_max), instant_of(call, "at")});
  if (optional_member(json, "numbers") != nullptr)
    for (const Json& number : list_of(json, "numbers", domain::k_board_numbers_max))
      board.numbers.push_back(read_text(number, "numbers", k_number_bytes_max));
  board.as_of = instant_of(json, "as_of");
  return board;
}

void put_reference(Json& json, const PullReply& reply) {
  if (!reply.documents.empty()) json["documents"] = reply.documents;
  if (!reply.queue) return;
  json["queue"] = write_board(*reply.queue);
  json["queue"]["tag"] = reply.queue_tag;
}

void read_reference(const Json& json, PullReply& reply) {
  reply.documents = optional_text_of(json, "documents", k_tag_bytes_max);
  const Json* queue = optional_member(json, "queue");
  if (queue == nullptr) return;
  reply.queue = read_board(*queue);
  reply.queue_tag = text_of(*queue, "tag", k_tag_bytes_max);
}

} // namespace codec

namespace {

constexpr std::size_t k_key_bytes_max = 64;

DocumentKeys read_keys(const Json& json) {
  return {read_raw_bytes(member(json, "link"), "link", k_key_bytes_max), text_of(json, "link_prefix", 16),
          read_raw_bytes(member(json, "directory"), "directory", k_key_bytes_max)};
}

} // namespace

std::string encode(const DocumentsRequest& m, Format format) {
  return Writer(format).finish({{"cursor", m.cursor}, {"limit", m.limit}});
}

std::string encode(const DocumentsReply& m, Format format) {
  Writer writer(format);
  Json documents = Json::array();
  for (const Document& document : m.documents) documents.push_back(write_document(writer, document));
  Json json = {{"documents", std::move(documents)},
               {"cursor", m.cursor},
               {"more", m.more},
               {"now", base::to_ms(m.now)}};
  if (m.more) return writer.finish(json);
  json["digests"] = Json::array();
  for (const ScopeDigest& digest : m.digests)
    json["digests"].push_back(
        {{"scope", digest.scope}, {"count", digest.count}, {"hash", writer.hash(digest.hash)}});
  json["tag"] = m.tag;
  if (m.keys)
    json["keys"] = {{"link", writer.bytes(m.keys->link)},
                    {"link_prefix", m.keys->link_prefix},
                    {"directory", writer.bytes(m.keys->directory)}};
  return writer.finish(json);
}

Result<DocumentsRequest> decode_documents_request(std::string_view bytes, Format format) {
  return decode_with<DocumentsRequest>(bytes, format, [](const Json& json) {
    return DocumentsRequest{text_of(json, "cursor", k_cursor_bytes_max),
                            static_cast<std::uint32_t>(integer_of(json, "limit", 1, k_documents_max))};
  });
}

Result<DocumentsReply> decode_documents_reply(std::string_view bytes, Format format) {
  return decode_with<DocumentsReply>(bytes, format, [](const Json& json) {
    DocumentsReply reply;
    for (const Json& item : list_of(json, "documents", k_documents_max))
      reply.documents.push_back(read_document(item));
    reply.cursor = text_of(json, "cursor", k_cursor_bytes_max);
    reply.more = bool_of(json, "more");
    reply.now = instant_of(json, "now");
    if (reply.more) return reply;
    for (const Json& item : list_of(json, "digests", 16))
      reply.digests.push_back(
          {text_of(item, "scope"), integer_of(item, "count", 0), read_hash(member(item, "hash"), "hash")});
    reply.tag = text_of(json, "tag", k_tag_bytes_max);
    if (const Json* keys = optional_member(json, "keys")) reply.keys = read_keys(*keys);
    return reply;
  });
}

} // namespace walkin::protocol
