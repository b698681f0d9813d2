#include "shared/protocol/tus.hpp"

#include "shared/base/bytes.hpp"

#include <algorithm>
#include <charconv>

namespace walkin::protocol {

namespace {

using base::ErrorCode;
using base::fail;
using base::from_base64;
using base::to_base64;

constexpr std::int64_t k_number_max = (std::int64_t{1} << 53) - 1;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::nullopt;
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::size_t digest_bytes(ChecksumAlgorithm algorithm) {
  return algorithm == ChecksumAlgorithm::sha1 ? 20 : 32;
}

} // namespace

base::Result<UploadMetadata> parse_upload_metadata(std::string_view header) {
  auto wrong = [](std::string message) {
    return fail(ErrorCode::invalid, std::move(message), "Upload-Metadata");
  };
  if (header.size() > k_metadata_bytes_max) return wrong("Upload-Metadata has more than 4 KB.");
  UploadMetadata out;
  std::string_view rest = trimmed(header);
  if (rest.empty()) return out;
  for (bool is_last = false; !is_last;) {
    auto comma = rest.find(',');
    is_last = comma == std::string_view::npos;
    std::string_view pair = trimmed(rest.substr(0, comma));
    if (!is_last) rest = rest.substr(comma + 1);
    auto blank = pair.find(' ');
    std::string_view key = pair.substr(0, blank);
    bool is_key = !key.empty() && std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
    if (!is_key) return wrong("A key in Upload-Metadata is empty or not of visible ASCII characters.");
    auto value =
        from_base64(blank == std::string_view::npos ? std::string_view{} : trimmed(pair.substr(blank)));
    if (!value) return wrong("A value in Upload-Metadata is not Base64.");
    if (!out.emplace(key, std::move(*value)).second) return wrong("A key is in Upload-Metadata twice.");
    if (out.size() > k_metadata_pairs_max) return wrong("Upload-Metadata has more than 16 keys.");
  }
  return out;
}

std::string format_upload_metadata(const UploadMetadata& metadata) {
  std::string out;
  for (const auto& [key, value] : metadata) {
    if (!out.empty()) out += ',';
    out += key;
    if (!value.empty()) out += ' ' + to_base64(value);
  }
  return out;
}

std::string_view name_of(ChecksumAlgorithm algorithm) {
  return algorithm == ChecksumAlgorithm::sha1 ? "sha1" : "sha256";
}

base::Result<UploadChecksum> parse_upload_checksum(std::string_view header) {
  auto wrong = [](std::string message) {
    return fail(ErrorCode::invalid, std::move(message), "Upload-Checksum");
  };
  auto blank = header.find(' ');
  if (blank == std::string_view::npos)
    return wrong("Upload-Checksum is an algorithm, a blank and a digest in Base64.");
  std::string_view name = header.substr(0, blank);
  if (name != "sha1" && name != "sha256")
    return wrong("Upload-Checksum: the algorithms are sha1 and sha256.");
  auto algorithm = name == "sha1" ? ChecksumAlgorithm::sha1 : ChecksumAlgorithm::sha256;
  auto digest = from_base64(trimmed(header.substr(blank)));
  if (!digest || digest->size() != digest_bytes(algorithm))
    return wrong("Upload-Checksum: the digest is not Base64 of the algorithm's length.");
  return UploadChecksum{algorithm, std::move(*digest)};
}

std::string format_upload_checksum(const UploadChecksum& checksum) {
  return std::string(name_of(checksum.algorithm)) + ' ' + to_base64(checksum.digest);
}

std::optional<std::int64_t> parse_upload_number(std::string_view header) {
  auto value = digits(header);
  return value && *value <= k_number_max ? value : std::nullopt;
}

RangeAnswer read_range(std::string_view header, std::int64_t size) {
  constexpr std::string_view k_unit = "bytes=";
  const RangeAnswer whole;
  if (!header.starts_with(k_unit)) return whole;
  std::string_view spec = trimmed(header.substr(k_unit.size()));
  auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return whole;
  std::string_view from = spec.substr(0, dash), to = spec.substr(dash + 1);
  const RangeAnswer nothing{RangeVerdict::unsatisfiable, {}};
  if (from.empty()) { // the last bytes of it
    auto count = parse_upload_number(to);
    if (!count) return whole;
    if (*count == 0 || size == 0) return nothing;
    return {RangeVerdict::part, {std::max<std::int64_t>(0, size - *count), size - 1}};
  }
  auto first = parse_upload_number(from);
  auto last = to.empty() ? std::optional(size - 1) : parse_upload_number(to);
  if (!first || !last || (!to.empty() && *last < *first)) return whole;
  if (*first >= size) return nothing;
  return {RangeVerdict::part, {*first, std::min(*last, size - 1)}};
}

} // namespace walkin::protocol
