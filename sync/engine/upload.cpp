#include "sync/engine/upload.hpp"

#include "shared/protocol/tus.hpp"

#include <algorithm>
#include <cctype>

namespace walkin::sync {

using namespace upload;

namespace {

constexpr const char* k_tus_header = "Tus-Resumable";

FileRequest request_of(std::string method, std::string path) {
  return {std::move(method), std::move(path), {{k_tus_header, std::string(protocol::k_tus_version)}}, {}};
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

} // namespace

std::string FileReply::header(std::string_view name) const {
  auto found =
      std::ranges::find_if(headers, [&](const auto& header) { return same_name(header.first, name); });
  return found == headers.end() ? std::string{} : found->second;
}

std::string content_path(const base::TicketId& ticket, const base::Sha256& sha256) {
  return std::string(protocol::k_files_path) + "/" + sha256.str() + "?ticket=" + ticket.str();
}

protocol::ErrorReply refusal_of(const FileReply& reply) {
  if (auto said = protocol::decode_error_reply(reply.body, protocol::Format::json)) return std::move(*said);
  return {"", "The desk answered with status " + std::to_string(reply.status) + "."};
}

Upload::Upload(const base::TicketId& ticket, const base::Sha256& sha256, std::int64_t size,
               std::string location, UploadTuning tuning)
    : ticket_(ticket),
      sha256_(sha256),
      size_(size),
      location_(std::move(location)),
      tuning_(tuning),
      chunk_(tuning.chunk_first) {}

Next Upload::start() {
  if (!location_.empty()) return ask_offset();
  step_ = Step::asking_content;
  return Ask{request_of("HEAD", content_path(ticket_, sha256_))};
}

Next Upload::ask_offset() {
  step_ = Step::asking_offset;
  return Ask{request_of("HEAD", location_)};
}

Next Upload::create() {
  step_ = Step::creating;
  FileRequest request = request_of("POST", std::string(protocol::k_files_path));
  request.headers.emplace_back("Upload-Length", std::to_string(size_));
  request.headers.emplace_back(
      "Upload-Metadata",
      protocol::format_upload_metadata({{"sha256", sha256_.str()}, {"ticket", ticket_.str()}}));
  return Ask{std::move(request)};
}

Next Upload::send() {
  if (offset_ >= size_) return Done{};
  step_ = Step::sending;
  return Send{location_, offset_, std::min(chunk_, static_cast<std::size_t>(size_ - offset_))};
}

Next Upload::on_reply(const FileReply& reply, Millis took) {
  switch (step_) {
  case Step::asking_content: return on_content(reply);
  case Step::asking_offset: return on_offset(reply);
  case Step::creating: return on_created(reply);
  case Step::sending: return on_sent(reply, took);
  }
  return Delayed{};
}

Next Upload::on_content(const FileReply& reply) {
  if (reply.status == 200) {
    offset_ = size_;
    return Done{};
  }
  if (reply.status == 410) return Unneeded{};
  return reply.status == 404 ? create() : decide(reply);
}

Next Upload::on_offset(const FileReply& reply) {
  if (reply.status == 404 || reply.status == 410 || reply.status == 403) return start_afresh(reply);
  if (reply.status != 200) return decide(reply);
  auto offset = protocol::parse_upload_number(reply.header("Upload-Offset"));
  auto length = protocol::parse_upload_number(reply.header("Upload-Length"));
  if (!offset || length != size_ || *offset > size_) return start_afresh(reply);
  offset_ = *offset;
  return send();
}

Next Upload::on_created(const FileReply& reply) {
  if (reply.status == 410) return Unneeded{};
  if (reply.status != 201) return decide(reply);
  // A token is sent along with every request, so only to the place that was agreed upon.
  std::string location = reply.header("Location");
  if (!location.starts_with(protocol::k_uploads_path))
    return Delayed{"The desk names no place for the file.", {}};
  location_ = std::move(location);
  offset_ = 0;
  return KeepLocation{location_};
}

Next Upload::on_kept() { return send(); }

Next Upload::on_sent(const FileReply& reply, Millis took) {
  if (reply.status == 204) {
    auto offset = protocol::parse_upload_number(reply.header("Upload-Offset"));
    if (!offset || *offset <= offset_ || *offset > size_) return ask_offset();
    offset_ = *offset;
    if (took < tuning_.chunk_quick) chunk_ = std::min(chunk_ * 2, tuning_.chunk_max);
    if (took > tuning_.chunk_slow) chunk_ = std::max(chunk_ / 2, tuning_.chunk_min);
    return send();
  }
  if (reply.status == 404 || reply.status == 410) return start_afresh(reply);
  bool is_worth_asking = reply.status == 409 || reply.status == 460;
  if (!is_worth_asking || ++fresh_starts_ > tuning_.fresh_starts_max) return decide(reply);
  if (refusal_of(reply).code != "hash") return ask_offset();
  // All of it is there and is not what it should be: is it wrong here, or has the way changed it?
  location_.clear();
  return CheckContent{};
}

Next Upload::on_checked(bool is_sound) {
  if (is_sound) return create();
  return Refused{"The file is damaged on this station's disk. Attach it again from where it came."};
}

Next Upload::start_afresh(const FileReply& reply) {
  if (++fresh_starts_ > tuning_.fresh_starts_max) return decide(reply);
  location_.clear();
  return create();
}

// What no step knows to go on with: a person, or the next time.
Next Upload::decide(const FileReply& reply) const {
  std::string words = refusal_of(reply).message;
  switch (reply.status) {
  case 400:
  case 413:
  case 415: return Refused{std::move(words)};
  default: return Delayed{std::move(words), reply.retry_after};
  }
}

} // namespace walkin::sync
