#include "shared/protocol/recovery_messages.hpp"

#include "shared/protocol/codec.hpp"

namespace walkin::protocol {

using namespace codec;
using base::Result;

std::string encode(const RehomeRequest& m, Format format) {
  Writer writer(format);
  return writer.finish({{"key", writer.hash(m.key)}});
}

Result<RehomeRequest> decode_rehome_request(std::string_view bytes, Format format) {
  return decode_with<RehomeRequest>(
      bytes, format, [](const Json& json) { return RehomeRequest{read_hash(member(json, "key"), "key")}; });
}

} // namespace walkin::protocol
