#include "shared/protocol/repair_messages.hpp"

#include "shared/protocol/codec.hpp"

namespace walkin::protocol {

using namespace codec;
using base::Result;

namespace {

constexpr std::size_t k_scope_bytes_max = 512;

Json write_ranges(const Writer& writer, const std::vector<HashRange>& ranges) {
  Json out = Json::array();
  for (const HashRange& range : ranges)
    out.push_back({{"prefix", range.prefix}, {"count", range.count}, {"sum", writer.hash(range.sum)}});
  return out;
}

Json write_hashes(const Writer& writer, const std::vector<base::Hash>& hashes) {
  Json out = Json::array();
  for (const base::Hash& hash : hashes) out.push_back(writer.hash(hash));
  return out;
}

std::string prefix_of(const Json& object) {
  std::string prefix = text_of(object, "prefix");
  if (!is_hash_prefix(prefix)) throw Malformed{"prefix", "it is not 0 to 64 lower-case hexadecimal digits"};
  return prefix;
}

std::vector<HashRange> read_ranges(const Json& object, const char* name, std::size_t count_max) {
  std::vector<HashRange> out;
  for (const Json& item : list_of(object, name, count_max))
    out.push_back({prefix_of(item), integer_of(item, "count", 0), read_hash(member(item, "sum"), "sum")});
  return out;
}

std::vector<base::Hash> read_hashes(const Json& object, const char* name, std::size_t count_max) {
  std::vector<base::Hash> out;
  for (const Json& item : list_of(object, name, count_max)) out.push_back(read_hash(item, name));
  return out;
}

} // namespace

std::string encode(const RangesRequest& m, Format format) {
  Writer writer(format);
  return writer.finish({{"scope", m.scope}, {"ranges", write_ranges(writer, m.ranges)}});
}

std::string encode(const RangesReply& m, Format format) {
  Writer writer(format);
  Json differences = Json::array();
  for (const RangeDifference& difference : m.differences) {
    Json json = {{"prefix", difference.prefix}};
    if (difference.parts.empty())
      json["members"] = write_hashes(writer, difference.members);
    else
      json["parts"] = write_ranges(writer, difference.parts);
    differences.push_back(std::move(json));
  }
  return writer.finish({{"differences", std::move(differences)}, {"now", base::to_ms(m.now)}});
}

std::string encode(const EventsRequest& m, Format format) {
  Writer writer(format);
  return writer.finish({{"scope", m.scope}, {"hashes", write_hashes(writer, m.hashes)}});
}

std::string encode(const EventsReply& m, Format format) {
  Writer writer(format);
  Json events = Json::array();
  for (const PlacedEvent& placed : m.events) events.push_back(writer.placed(placed));
  return writer.finish({{"events", std::move(events)}, {"more", m.more}, {"now", base::to_ms(m.now)}});
}

Result<RangesRequest> decode_ranges_request(std::string_view bytes, Format format) {
  return decode_with<RangesRequest>(bytes, format, [](const Json& json) {
    return RangesRequest{text_of(json, "scope", k_scope_bytes_max),
                         read_ranges(json, "ranges", k_ranges_max)};
  });
}

Result<RangesReply> decode_ranges_reply(std::string_view bytes, Format format) {
  return decode_with<RangesReply>(bytes, format, [](const Json& json) {
    RangesReply reply;
    for (const Json& item : list_of(json, "differences", k_ranges_max)) {
      RangeDifference difference{prefix_of(item), {}, {}};
      if (optional_member(item, "parts") != nullptr)
        difference.parts = read_ranges(item, "parts", k_range_parts);
      else
        difference.members = read_hashes(item, "members", k_range_list_max);
      reply.differences.push_back(std::move(difference));
    }
    reply.now = instant_of(json, "now");
    return reply;
  });
}

Result<EventsRequest> decode_events_request(std::string_view bytes, Format format) {
  return decode_with<EventsRequest>(bytes, format, [](const Json& json) {
    return EventsRequest{text_of(json, "scope", k_scope_bytes_max),
                         read_hashes(json, "hashes", k_events_asked_max)};
  });
}

Result<EventsReply> decode_events_reply(std::string_view bytes, Format format) {
  return decode_with<EventsReply>(bytes, format, [](const Json& json) {
    EventsReply reply;
    for (const Json& item : list_of(json, "events", k_events_asked_max))
      reply.events.push_back(read_placed(item));
    reply.more = bool_of(json, "more");
    reply.now = instant_of(json, "now");
    return reply;
  });
}

} // namespace walkin::protocol
