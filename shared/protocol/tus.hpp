// Headers of the resumable upload protocol tus 1.0 (https://tus.io/protocols/resumable-upload) and of range
// requests (RFC 9110 section 14), for both ends. Everything here comes from outside and is believed in
// nothing.
#pragma once

#include "shared/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace walkin::protocol {

inline constexpr std::string_view k_tus_version = "1.0.0";
inline constexpr const char* k_tus_body_type = "application/offset+octet-stream";
inline constexpr std::string_view k_files_path = "/sync/v1/files";
inline constexpr std::string_view k_uploads_path = "/sync/v1/files/uploads/";

inline constexpr std::size_t k_metadata_bytes_max = 4 * 1024;
inline constexpr std::size_t k_metadata_pairs_max = 16;

// Values may hold any bytes; a key may have none.
using UploadMetadata = std::map<std::string, std::string, std::less<>>;

// "filename d29ybGQ=,is_draft". Errors: invalid, saying what is wrong in it.
base::Result<UploadMetadata> parse_upload_metadata(std::string_view header);
std::string format_upload_metadata(const UploadMetadata& metadata);

enum class ChecksumAlgorithm { sha1, sha256 };
std::string_view name_of(ChecksumAlgorithm algorithm);

struct UploadChecksum {
  ChecksumAlgorithm algorithm;
  std::string digest; // raw
};

// "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=". Errors: invalid.
base::Result<UploadChecksum> parse_upload_checksum(std::string_view header);
std::string format_upload_checksum(const UploadChecksum& checksum);

// Upload-Length and Upload-Offset: digits, up to 2^53 - 1.
std::optional<std::int64_t> parse_upload_number(std::string_view header);

// What a Range header asks for of a content of `size` bytes.
struct ByteRange {
  std::int64_t first = 0, last = 0; // both are of it
  bool operator==(const ByteRange&) const = default;
};
enum class RangeVerdict {
  whole,         // no range, one that is malformed, of another unit, or several: all of it is sent
  part,          //
  unsatisfiable, // nothing of it is there: 416
};
struct RangeAnswer {
  RangeVerdict verdict = RangeVerdict::whole;
  ByteRange range;
};
RangeAnswer read_range(std::string_view header, std::int64_t size);

} // namespace walkin::protocol
