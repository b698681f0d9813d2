#include "sync/http/upload.hpp"

#include "shared/protocol/tus.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::sync {

using base::ErrorCode;
using base::fail;
using store::PendingUpload;
using store::UploadOutcome;

namespace {

constexpr std::size_t k_uploads_a_turn = 100;
constexpr std::size_t k_fetch_bytes = 1024 * 1024;
constexpr base::Millis k_sweep_interval = std::chrono::hours(1);
constexpr base::Millis k_unnamed_age_max =
    std::chrono::hours(24); // an attach in another program may be midway

base::Error in_words(const FileReply& reply) {
  std::string words = refusal_of(reply).message;
  switch (reply.status) {
  case 401:
  case 403: return {ErrorCode::denied, std::move(words), {}};
  case 404:
  case 410: return {ErrorCode::not_found, std::move(words), {}};
  case 429:
  case 503: return {ErrorCode::busy, std::move(words), {}};
  default: return {ErrorCode::internal, std::move(words), {}};
  }
}

} // namespace

LaneSummary& LaneSummary::operator+=(const LaneSummary& next) {
  files += next.files;
  bytes += next.bytes;
  is_interrupted = next.is_interrupted;
  trouble = next.trouble;
  return *this;
}

store::Blobs station_blobs(const std::filesystem::path& station_directory) {
  return store::Blobs(station_directory / "blobs");
}

FileLane::FileLane(store::Station& station, store::Blobs& blobs, FileLink& link, const base::Clock& clock,
                   UploadTuning tuning)
    : station_(station), blobs_(blobs), link_(link), clock_(clock), tuning_(tuning) {}

LaneSummary FileLane::run(const std::function<bool()>& is_over) {
  LaneSummary summary;
  remove_unneeded();
  base::Instant now = clock_.now();
  bool is_too_early = now < not_before_ && not_before_ - now < base::Millis{std::chrono::hours(1)};
  if (is_too_early) return summary;
  for (const PendingUpload& pending : station_.uploads(k_uploads_a_turn))
    if (send(pending, is_over, summary) == Turn::over) break;
  return summary;
}

FileLane::Turn FileLane::send(const PendingUpload& pending, const std::function<bool()>& is_over,
                              LaneSummary& summary) {
  auto settle = [&](UploadOutcome outcome, const std::string& words) {
    station_.store_upload_outcome(pending, outcome, words);
    if (!words.empty()) summary.trouble = words;
    return Turn::next_file;
  };
  if (blobs_.size(pending.sha256) != pending.size)
    return settle(UploadOutcome::refused,
                  "The file is not on this station's disk any more. Attach it again.");
  Upload upload(pending.ticket, pending.sha256, pending.size, pending.location, tuning_);
  upload::Next next = upload.start();
  int status = 0; // of the last answer
  for (;;) {
    if (is_over()) {
      summary.is_interrupted = true;
      return Turn::over;
    }
    tl::expected<FileReply, Failure> reply;
    base::Instant start = clock_.now();
    std::int64_t before = upload.offset();
    if (auto* ask = std::get_if<upload::Ask>(&next)) {
      reply = link_.exchange(ask->request);
    } else if (auto* chunk = std::get_if<upload::Send>(&next)) {
      reply = patch(*chunk, pending);
    } else if (auto* place = std::get_if<upload::KeepLocation>(&next)) {
      station_.store_upload_place(pending, place->location);
      next = upload.on_kept();
      continue;
    } else if (std::holds_alternative<upload::CheckContent>(next)) {
      station_.store_upload_place(pending, {});
      next = upload.on_checked(blobs_.read(pending.sha256).has_value());
      continue;
    } else if (std::holds_alternative<upload::Done>(next)) {
      ++summary.files;
      return settle(UploadOutcome::verified, {});
    } else if (std::holds_alternative<upload::Unneeded>(next)) {
      return settle(UploadOutcome::unneeded, {});
    } else if (auto* refused = std::get_if<upload::Refused>(&next)) {
      return settle(UploadOutcome::refused, refused->words);
    } else {
      const auto& delayed = std::get<upload::Delayed>(next);
      if (!pending.is_named && status == 404) return settle(UploadOutcome::unneeded, {});
      if (delayed.retry_after) not_before_ = clock_.now() + *delayed.retry_after;
      settle(UploadOutcome::delayed, delayed.words);
      return delayed.retry_after ? Turn::over : Turn::next_file;
    }
    if (!reply) {
      summary.trouble = reply.error().error.message;
      return Turn::over;
    }
    status = reply->status;
    next = upload.on_reply(*reply, clock_.now() - start);
    summary.bytes += std::max<std::int64_t>(0, upload.offset() - before);
  }
}

tl::expected<FileReply, Failure> FileLane::patch(const upload::Send& chunk, const PendingUpload& pending) {
  auto bytes = blobs_.read(pending.sha256, chunk.offset, chunk.count);
  if (!bytes) return tl::unexpected(Failure{bytes.error(), std::nullopt});
  std::string checksum =
      protocol::format_upload_checksum({protocol::ChecksumAlgorithm::sha256, base::sha256_of(*bytes).raw()});
  return link_.exchange({"PATCH",
                         chunk.location,
                         {{"Tus-Resumable", std::string(protocol::k_tus_version)},
                          {"Content-Type", protocol::k_tus_body_type},
                          {"Upload-Offset", std::to_string(chunk.offset)},
                          {"Upload-Checksum", checksum}},
                         std::move(*bytes)});
}

// Erased content, content of tickets that are not of this station any more, and what was left unfinished.
void FileLane::remove_unneeded() {
  base::Instant now = clock_.now();
  if (now >= swept_ && now - swept_ < k_sweep_interval) return;
  swept_ = now;
  store::remove_unneeded(blobs_, station_.files_named(), now - k_unnamed_age_max);
  blobs_.remove_parts(now, k_unnamed_age_max);
}

base::Status FileLane::fetch(const base::TicketId& ticket, const base::Sha256& sha256, std::int64_t size) {
  if (blobs_.read(sha256)) return {};
  if (station_.identity().kind == "kiosk")
    return fail(ErrorCode::denied, "A kiosk downloads no files. Look at it at the desk.");
  const std::string part = "get-" + sha256.str();
  std::int64_t have = blobs_.part_size(part).value_or(0);
  if (have > size) have = 0;
  while (have < size) {
    std::int64_t last = std::min<std::int64_t>(size, have + static_cast<std::int64_t>(k_fetch_bytes)) - 1;
    auto reply = link_.exchange(
        {"GET",
         content_path(ticket, sha256),
         {{"Range", fmt::format("bytes={}-{}", have, last)}, {"If-Range", '"' + sha256.str() + '"'}},
         {}});
    if (!reply) return tl::unexpected(std::move(reply.error().error));
    bool is_whole = reply->status == 200 && static_cast<std::int64_t>(reply->body.size()) == size;
    bool is_part = reply->status == 206 && static_cast<std::int64_t>(reply->body.size()) == last - have + 1;
    if (!is_whole && !is_part) {
      if (reply->status == 200 || reply->status == 206)
        return fail(ErrorCode::offline,
                    "The file was cut off on the way. Try again; it goes on where it was cut.");
      return tl::unexpected(in_words(*reply));
    }
    if (is_whole) have = 0;
    if (auto written = blobs_.write_part(part, have, reply->body); !written) return written;
    have += static_cast<std::int64_t>(reply->body.size());
  }
  return blobs_.keep_part(part, sha256);
}

} // namespace walkin::sync
