#include "sync/desk/files/files_api.hpp"

#include "shared/protocol/version.hpp"
#include "sync/desk/files/download.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/web/client_address.hpp"

#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

using base::ErrorCode;
using domain::Attachment;

namespace {

constexpr int k_under_way_max = 8; // each may hold a whole file in memory
constexpr std::size_t k_write_bytes = 1024 * 1024;
constexpr std::chrono::seconds k_body_time_max{110}; // the connection itself ends ten seconds later
constexpr const char* k_extensions = "creation,creation-with-upload,checksum,expiration,termination";

enum class Place { collection, upload, content };

// RFC 9110 section 5.6.7.
std::string http_date(base::Instant at) {
  std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char out[40];
  std::strftime(out, sizeof out, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return out;
}

bool fits(const protocol::UploadChecksum& checksum, std::string_view bytes) {
  const EVP_MD* digest = checksum.algorithm == protocol::ChecksumAlgorithm::sha1 ? EVP_sha1() : EVP_sha256();
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), out, &length, digest, nullptr);
  return checksum.digest == std::string_view(reinterpret_cast<const char*>(out), length);
}

bool has_body(const httplib::Request& request) {
  return request.get_header_value<std::uint64_t>("Content-Length") > 0 ||
         request.has_header("Transfer-Encoding");
}

} // namespace

struct FilesRoute {
  std::string_view method;
  Place place;
  bool is_tus;
  void (FilesApi::*handle)(FilesApi::Exchange&);
};

struct FilesApi::Exchange {
  const httplib::Request& request;
  httplib::Response& response;
  const httplib::ContentReader* reader; // none where the method has no body
  std::string method;
  std::string id; // of the upload, or the content's hash
  std::optional<Station> station = {};
  SyncPeer peer = {}; // the station's
  bool body_is_read = false;
  mutable const char* refused = ""; // the code, where it was

  // False, so that a check can end with it.
  bool fail(int status, const char* code, std::string message) const {
    refused = code;
    auto format = protocol::format_of(request.get_header_value("Accept")).value_or(protocol::Format::json);
    response.status = status;
    response.set_content(protocol::encode(protocol::ErrorReply{code, std::move(message)}, format),
                         protocol::media_type(format));
    return false;
  }
  bool fail(const base::Error& error) const {
    if (error.code == ErrorCode::no_space) {
      response.set_header("Retry-After", "60");
      return fail(507, "no_space", "The desk's disk is full. What has arrived is kept; come back later.");
    }
    spdlog::error("files: {} ({})", error.message, error.context);
    return fail(500, "internal", "The desk could not do this. Its log says why.");
  }
};

namespace {

// The place and its name in a path; nothing where there is no such place.
std::optional<std::pair<Place, std::string>> place_of(std::string_view path) {
  auto is_hex = [](std::string_view text, std::size_t length) {
    return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  if (path == protocol::k_files_path) return std::pair{Place::collection, std::string{}};
  if (path.starts_with(protocol::k_uploads_path) && is_hex(path.substr(protocol::k_uploads_path.size()), 32))
    return std::pair{Place::upload, std::string(path.substr(protocol::k_uploads_path.size()))};
  std::string_view rest = path.substr(protocol::k_files_path.size());
  if (rest.starts_with('/') && is_hex(rest.substr(1), 64))
    return std::pair{Place::content, std::string(rest.substr(1))};
  return std::nullopt;
}

} // namespace

// One table for serving, for what a refusal says is allowed, and for the list of what is served.
std::span<const FilesRoute> FilesApi::table() {
  static const FilesRoute k_routes[] = {
      {"OPTIONS", Place::collection, true, &FilesApi::options},
      {"POST", Place::collection, true, &FilesApi::create},
      {"OPTIONS", Place::upload, true, &FilesApi::options},
      {"HEAD", Place::upload, true, &FilesApi::tell_offset},
      {"PATCH", Place::upload, true, &FilesApi::append},
      {"DELETE", Place::upload, true, &FilesApi::terminate},
      {"GET", Place::content, false, &FilesApi::download},
      {"HEAD", Place::content, false, &FilesApi::download},
  };
  return k_routes;
}

std::vector<std::string> FilesApi::routes() {
  std::vector<std::string> out;
  for (const FilesRoute& route : table()) {
    std::string_view name = route.place == Place::upload    ? "/uploads/{upload}"
                            : route.place == Place::content ? "/{sha256}"
                                                            : "";
    out.push_back(fmt::format("{} {}{}", route.method, protocol::k_files_path, name));
  }
  return out;
}

void FilesApi::mount(httplib::Server& server) {
  const std::string pattern = std::string(protocol::k_files_path) + "(/.*)?";
  auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                          const httplib::ContentReader& reader) { serve(request, response, &reader); };
  auto without_body = [this](const httplib::Request& request, httplib::Response& response) {
    serve(request, response, nullptr);
  };
  server.Post(pattern, with_body);
  server.Put(pattern, with_body);
  server.Patch(pattern, with_body);
  server.Delete(pattern, with_body);
  server.Get(pattern, without_body); // HEAD as well
  server.Options(pattern, without_body);
}

void FilesApi::serve(const httplib::Request& request, httplib::Response& response,
                     const httplib::ContentReader* reader) {
  // The library would cut the answer by the range itself, without If-Range. The request is its own local
  // variable, not const in truth.
  const_cast<httplib::Request&>(request).ranges.clear();
  std::string method = request.get_header_value("X-HTTP-Method-Override");
  Exchange exchange{request, response, reader, method.empty() ? request.method : method, {}};
  response.set_header(protocol::k_version_header, std::to_string(protocol::k_version_max));
  response.set_header("Cache-Control", "no-store");
  ++under_way_;
  try {
    dispatch(exchange);
  } catch (const std::exception& fault) {
    base::Error error = store::to_error(fault);
    if (error.code == ErrorCode::busy) {
      response.set_header("Retry-After", "5");
      exchange.fail(503, "busy", error.message);
    } else {
      exchange.fail(error);
    }
  }
  --under_way_;
  // Bytes left in the connection would be taken for the next request.
  if (reader && !exchange.body_is_read && has_body(request))
    (*reader)([](const char*, std::size_t) { return true; });
  note_refusal(exchange);
}

// What only a defect or an attack brings about; a lost place or a late file is no refusal.
void FilesApi::note_refusal(const Exchange& exchange) {
  switch (exchange.response.status) {
  case 400:
  case 401:
  case 403:
  case 405:
  case 412:
  case 413:
  case 415:
  case 429:
    refusals_.note(exchange.station ? exchange.station->prefix : "", client_address(exchange.request),
                   exchange.response.status, exchange.refused, clock_.now());
    break;
  default: break;
  }
}

void FilesApi::dispatch(Exchange& exchange) {
  auto place = place_of(exchange.request.path);
  if (!place) {
    exchange.fail(404, "not_found", "There is nothing under this address.");
    return;
  }
  exchange.id = place->second;
  std::string allowed;
  for (const FilesRoute& route : table()) {
    if (route.place != place->first) continue;
    if (route.method == exchange.method) {
      if (admit(exchange, route)) (this->*route.handle)(exchange);
      return;
    }
    allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", route.method);
  }
  exchange.response.set_header("Allow", allowed);
  exchange.fail(405, "method", fmt::format("This address takes {}.", allowed));
}

bool FilesApi::admit(Exchange& exchange, const FilesRoute& route) {
  const httplib::Request& request = exchange.request;
  if (route.is_tus) exchange.response.set_header("Tus-Resumable", std::string(protocol::k_tus_version));
  bool is_options = route.method == "OPTIONS";
  if (route.is_tus && !is_options && request.get_header_value("Tus-Resumable") != protocol::k_tus_version) {
    exchange.response.set_header("Tus-Version", std::string(protocol::k_tus_version));
    return exchange.fail(412, "version",
                         "This desk speaks version 1.0.0 of tus. Send the header Tus-Resumable: 1.0.0.");
  }
  if (is_options) return true;
  constexpr std::string_view k_bearer = "Bearer ";
  std::string header = request.get_header_value("Authorization");
  if (header.starts_with(k_bearer))
    exchange.station = peers_.find_station(token_hash(header.substr(k_bearer.size())), clock_.now());
  if (!exchange.station)
    return exchange.fail(401, "unauthorized",
                         "The desk does not know this station, or has revoked it. Enrol it again.");
  exchange.peer = peer_of(*exchange.station, peers_);
  if (under_way_ > k_under_way_max) {
    exchange.response.set_header("Retry-After", "3");
    return exchange.fail(503, "busy", "Many files are being carried. Come back in 3 seconds.");
  }
  return true;
}

void FilesApi::options(Exchange& exchange) {
  httplib::Response& response = exchange.response;
  response.status = 204;
  response.set_header("Tus-Version", std::string(protocol::k_tus_version));
  response.set_header("Tus-Extension", k_extensions);
  response.set_header("Tus-Max-Size", std::to_string(domain::k_attachment_bytes_max));
  response.set_header("Tus-Checksum-Algorithm", "sha1,sha256");
}

// Which file of which ticket is to come, as its metadata says and the ticket's events confirm.
bool FilesApi::check_new(Exchange& exchange, domain::TicketId& ticket_id, Attachment& attachment) {
  const httplib::Request& request = exchange.request;
  auto length = protocol::parse_upload_number(request.get_header_value("Upload-Length"));
  if (!length)
    return exchange.fail(400, "malformed",
                         "Upload-Length is missing or no number of bytes. It cannot be deferred.");
  if (auto fits = domain::check_attachment_size(*length); !fits)
    return exchange.fail(*length == 0 ? 400 : 413, *length == 0 ? "empty" : "too_large",
                         fits.error().message);
  auto metadata = protocol::parse_upload_metadata(request.get_header_value("Upload-Metadata"));
  if (!metadata) return exchange.fail(400, "malformed", metadata.error().message);
  auto ticket = base::TicketId::parse((*metadata)["ticket"]);
  auto sha256 = base::Sha256::parse((*metadata)["sha256"]);
  if (!ticket || !sha256)
    return exchange.fail(400, "malformed",
                         "Upload-Metadata has to name ticket (its id) and sha256 (64 hexadecimal digits).");
  auto found = files_.log().find(*ticket);
  // A copied station goes on as another replica, and still has what it attached before.
  bool may_write = found && (files_.log().is_in_scope(exchange.peer, *found) ||
                             files_.log().has_held(exchange.peer, *ticket));
  bool is_erased = false;
  for (Attachment& named : found ? domain::attachments_of(*found) : std::vector<Attachment>{}) {
    if (named.sha256 != *sha256 || !(may_write || named.author == exchange.peer.replica)) continue;
    is_erased |= named.is_erased;
    if (named.is_erased) continue;
    if (named.size != *length)
      return exchange.fail(400, "malformed",
                           fmt::format("The ticket names this file with {} bytes.", named.size));
    ticket_id = *ticket;
    attachment = std::move(named);
    return true;
  }
  if (is_erased)
    return exchange.fail(410, "erased",
                         "This file was erased with the customer's data and is not taken again.");
  return exchange.fail(404, "not_found", "No event of this ticket names this file. Push the event first.");
}

void FilesApi::create(Exchange& exchange) {
  domain::TicketId ticket;
  Attachment attachment;
  if (!check_new(exchange, ticket, attachment)) return;
  std::optional<protocol::UploadChecksum> checksum;
  bool brings_content = exchange.reader && has_body(exchange.request);
  StoredUpload upload;
  upload.size = attachment.size;
  if (brings_content && !check_body(exchange, upload, checksum)) return;
  files_.remove_expired();
  if (files_.uploads().count_unfinished(exchange.peer.replica) >= k_unfinished_uploads_max) {
    exchange.response.set_header("Retry-After", "60");
    exchange.fail(429, "too_many",
                  fmt::format("This station has {} unfinished uploads. Finish or end some first.",
                              k_unfinished_uploads_max));
    return;
  }
  upload =
      files_.begin(exchange.peer, ticket, attachment, exchange.request.get_header_value("Upload-Metadata"));
  DeskFiles::Hold hold(files_, upload.id);
  exchange.response.set_header("Location", std::string(protocol::k_uploads_path) + upload.id);
  if (brings_content && !take_body(exchange, upload, checksum)) return;
  exchange.response.status = 201;
  exchange.response.set_header("Upload-Offset", std::to_string(upload.offset));
  exchange.response.set_header("Upload-Expires", http_date(upload.expires));
}

std::optional<StoredUpload> FilesApi::upload_of(Exchange& exchange) {
  auto upload = files_.find(exchange.id);
  if (upload && upload->replica == exchange.peer.replica) return upload;
  exchange.fail(404, "not_found",
                "There is no such upload of this station, or it has expired. Begin it anew.");
  return std::nullopt;
}

void FilesApi::tell_offset(Exchange& exchange) {
  auto upload = upload_of(exchange);
  if (!upload) return;
  if (upload->offset == upload->size && !upload->is_done) {
    DeskFiles::Hold hold(files_, upload->id);
    // Its last bytes came, and the desk was stopped before it had looked at them.
    if (hold.is_held() && !finish(exchange, *upload)) return;
  }
  httplib::Response& response = exchange.response;
  response.status = 200;
  response.set_header("Upload-Offset", std::to_string(upload->offset));
  response.set_header("Upload-Length", std::to_string(upload->size));
  if (!upload->metadata.empty()) response.set_header("Upload-Metadata", upload->metadata);
  if (!upload->is_done) response.set_header("Upload-Expires", http_date(upload->expires));
}

bool FilesApi::check_body(Exchange& exchange, const StoredUpload& upload,
                          std::optional<protocol::UploadChecksum>& checksum) {
  const httplib::Request& request = exchange.request;
  if (request.get_header_value("Content-Type") != protocol::k_tus_body_type)
    return exchange.fail(415, "media_type",
                         fmt::format("Send the content as {}.", protocol::k_tus_body_type));
  if (request.has_header("Upload-Checksum")) {
    auto read = protocol::parse_upload_checksum(request.get_header_value("Upload-Checksum"));
    if (!read) return exchange.fail(400, "malformed", read.error().message);
    checksum = std::move(*read);
  }
  auto length = static_cast<std::int64_t>(request.get_header_value<std::uint64_t>("Content-Length"));
  if (length > upload.size - upload.offset)
    return exchange.fail(413, "too_large",
                         fmt::format("Only {} bytes are missing of this file.", upload.size - upload.offset));
  return true;
}

// Takes what comes, as far as it comes: without a checksum everything that arrived is kept, with one all of
// it or nothing.
bool FilesApi::take_body(Exchange& exchange, StoredUpload& upload,
                         const std::optional<protocol::UploadChecksum>& checksum) {
  const std::int64_t room = upload.size - upload.offset;
  const auto until = std::chrono::steady_clock::now() + k_body_time_max;
  std::string buffer;
  std::int64_t taken = 0;
  bool is_late = false;
  base::Status written;
  exchange.body_is_read = true;
  bool is_whole = (*exchange.reader)([&](const char* data, std::size_t size) {
    is_late = std::chrono::steady_clock::now() > until;
    if (is_late) return false;
    taken += static_cast<std::int64_t>(size);
    if (!written || taken > room) return true; // read to its end all the same
    buffer.append(data, size);
    if (!checksum && buffer.size() >= k_write_bytes) {
      written = files_.append(upload, buffer);
      buffer.clear();
    }
    return true;
  });
  if (taken > room) return exchange.fail(413, "too_large", "More bytes came than are missing of this file.");
  if (checksum && is_whole && !fits(*checksum, buffer))
    return exchange.fail(
        460, "checksum",
        "The bytes that came do not have this checksum. They were dropped; send them again.");
  bool keeps_rest = is_whole || !checksum;
  if (written && keeps_rest && !buffer.empty()) written = files_.append(upload, buffer);
  if (!written) return exchange.fail(written.error());
  if (!is_whole)
    return exchange.fail(is_late ? 408 : 400, is_late ? "time" : "malformed",
                         "The content was cut off. Ask where to go on.");
  return upload.offset < upload.size || finish(exchange, upload);
}

bool FilesApi::finish(Exchange& exchange, const StoredUpload& upload) {
  auto done = files_.finish(upload);
  if (done) return true;
  const FinishError& wrong = done.error();
  switch (wrong.fault) {
  case FinishFault::disk: return exchange.fail(wrong.error);
  case FinishFault::hash: return exchange.fail(460, "hash", wrong.error.message);
  case FinishFault::type: return exchange.fail(415, "type", wrong.error.message);
  case FinishFault::gone: return exchange.fail(410, "erased", wrong.error.message);
  }
  return false;
}

void FilesApi::append(Exchange& exchange) {
  auto upload = upload_of(exchange);
  if (!upload) return;
  DeskFiles::Hold hold(files_, upload->id);
  if (!hold.is_held()) {
    exchange.fail(
        423, "locked",
        "Another request is bringing bytes of this file. Wait for its end, then ask where to go on.");
    return;
  }
  upload = upload_of(exchange); // as it is now that nobody else can change it
  if (!upload) return;
  const httplib::Request& request = exchange.request;
  auto offset = protocol::parse_upload_number(request.get_header_value("Upload-Offset"));
  std::optional<protocol::UploadChecksum> checksum;
  if (!offset) {
    exchange.fail(400, "malformed", "Upload-Offset is missing or no number of bytes.");
    return;
  }
  if (*offset != upload->offset) {
    exchange.response.set_header("Upload-Offset", std::to_string(upload->offset));
    exchange.fail(409, "offset",
                  fmt::format("The desk has {} bytes of this file. Go on there.", upload->offset));
    return;
  }
  if (!check_body(exchange, *upload, checksum)) return;
  if (exchange.reader && has_body(request)) {
    if (!take_body(exchange, *upload, checksum)) return;
  } else if (upload->offset == upload->size && !upload->is_done && !finish(exchange, *upload)) {
    return;
  }
  exchange.response.status = 204;
  exchange.response.set_header("Upload-Offset", std::to_string(upload->offset));
  if (upload->offset < upload->size)
    exchange.response.set_header("Upload-Expires", http_date(upload->expires));
}

void FilesApi::terminate(Exchange& exchange) {
  auto upload = upload_of(exchange);
  if (!upload) return;
  DeskFiles::Hold hold(files_, upload->id);
  if (!hold.is_held()) {
    exchange.fail(423, "locked", "Another request is bringing bytes of this file. Wait for its end.");
    return;
  }
  files_.remove(upload->id);
  exchange.response.status = 204;
}

void FilesApi::download(Exchange& exchange) {
  if (exchange.station->kind == StationKind::kiosk) {
    exchange.fail(403, "denied", "A kiosk downloads no files.");
    return;
  }
  auto sha256 = base::Sha256::parse(exchange.id);
  auto id = base::TicketId::parse(exchange.request.get_param_value("ticket"));
  if (!id) {
    exchange.fail(400, "malformed", "Say which ticket has this file: ?ticket=ID.");
    return;
  }
  auto ticket = files_.log().find(*id);
  bool is_in_scope = ticket && files_.log().is_in_scope(exchange.peer, *ticket);
  bool is_erased = false;
  for (const Attachment& named : is_in_scope ? domain::attachments_of(*ticket) : std::vector<Attachment>{}) {
    if (named.sha256 != *sha256) continue;
    is_erased |= named.is_erased;
    if (named.is_erased) continue;
    if (!files_.blobs().size(*sha256)) {
      exchange.fail(404, "not_yet", "The file is on its way to the desk and not here yet.");
      return;
    }
    send_content(exchange.request, exchange.response, files_.blobs(), named);
    if (exchange.response.status == 416) exchange.fail(416, "range", "The file does not reach that far.");
    return;
  }
  if (is_erased)
    exchange.fail(410, "erased", "This file was erased with the customer's data.");
  else
    exchange.fail(404, "not_found", "This station has no ticket with this file.");
}

} // namespace walkin::desk
