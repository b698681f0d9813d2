#include "sync/desk/files/download.hpp"

#include "shared/protocol/tus.hpp"
#include "sync/desk/web/form.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <httplib.h>

namespace walkin::desk {

using protocol::RangeVerdict;

namespace {

constexpr std::size_t k_read_bytes = 256 * 1024;

} // namespace

std::string content_disposition(std::string_view name) {
  std::string ascii;
  for (char c : name) {
    bool is_plain = c >= ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '%';
    if (is_plain)
      ascii += c;
    else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
      ascii += '_';
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii, encode_component(name));
}

void send_content(const httplib::Request& request, httplib::Response& response, const store::Blobs& blobs,
                  const domain::Attachment& attachment) {
  const std::string tag = '"' + attachment.sha256.str() + '"';
  bool is_known_type = domain::is_attachable_type(attachment.media_type);
  response.headers.erase("Cache-Control");
  response.set_header("Cache-Control", "private, no-cache");
  response.headers.erase("Content-Security-Policy");
  response.set_header("Content-Security-Policy", "sandbox; default-src 'none'");
  response.headers.erase("X-Content-Type-Options");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Accept-Ranges", "bytes");
  response.set_header("ETag", tag);
  if (request.get_header_value("If-None-Match") == tag) {
    response.status = 304;
    return;
  }
  const std::int64_t size = blobs.size(attachment.sha256).value_or(0);
  bool asks_for_part = !request.has_header("If-Range") || request.get_header_value("If-Range") == tag;
  protocol::RangeAnswer range;
  if (asks_for_part) range = protocol::read_range(request.get_header_value("Range"), size);
  if (range.verdict == RangeVerdict::unsatisfiable) {
    response.status = 416;
    response.set_header("Content-Range", fmt::format("bytes */{}", size));
    return;
  }
  std::int64_t first = 0, count = size;
  response.status = 200;
  if (range.verdict == RangeVerdict::part) {
    first = range.range.first;
    count = range.range.last - first + 1;
    response.status = 206;
    response.set_header("Content-Range", fmt::format("bytes {}-{}/{}", first, range.range.last, size));
  }
  response.set_header("Content-Disposition",
                      content_disposition(attachment.name.empty() ? "file" : attachment.name));
  response.set_content_provider(
      static_cast<std::size_t>(count),
      is_known_type ? attachment.media_type + (attachment.media_type == "text/plain" ? "; charset=utf-8" : "")
                    : "application/octet-stream",
      [blobs, sha256 = attachment.sha256, first](std::size_t offset, std::size_t length,
                                                 httplib::DataSink& sink) {
        auto bytes =
            blobs.read(sha256, first + static_cast<std::int64_t>(offset), std::min(length, k_read_bytes));
        return bytes && !bytes->empty() && sink.write(bytes->data(), bytes->size());
      });
}

} // namespace walkin::desk
