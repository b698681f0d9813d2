// A look at CBOR (RFC 8949) before anything is built from it.
#pragma once

#include <cstddef>
#include <string_view>

namespace walkin::protocol {

enum class CborShape { plain, too_deep, malformed };

// Plain is one whole item without bytes after it, of known lengths throughout, without tags, lists and maps
// nested at most `depth_max` deep. Lengths that promise more than the bytes hold are malformed. Needs memory
// for `depth_max` levels only; a reader that calls itself for what is nested is safe afterwards.
CborShape check_cbor(std::string_view bytes, std::size_t depth_max);

} // namespace walkin::protocol
