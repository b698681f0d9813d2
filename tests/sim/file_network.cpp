// The way of attachments' content to the desk and back, and what a station that was cut off must not do.
#include "tests/sim/network.hpp"

#include "shared/protocol/tus.hpp"
#include "shared/protocol/version.hpp"

#include <fmt/format.h>

namespace walkin::sim {

namespace {

constexpr int k_file_exchanges_max = 2'000; // of one turn, with the files of a small world
constexpr std::int64_t k_deadline_ms = 120'000, k_margin_ms = 60 * 60'000;

tl::unexpected<sync::Failure> offline() {
  return tl::unexpected(sync::Failure{{base::ErrorCode::offline, "Lost on the way.", ""}, std::nullopt});
}

std::string header_of(const sync::FileRequest& request, std::string_view name) {
  for (const auto& [held, value] : request.headers)
    if (held == name) return value;
  return {};
}

} // namespace

// What the desk has said that it has is not sent again, in whatever upload, unless the desk may have dropped
// it.
void Network::check_ask(const FileOnWay& sent) {
  const sync::FileRequest& request = sent.request;
  if (!may_send_files) throw Violation{"held up", "a station sends files although something else is due"};
  if (++file_exchanges_ > k_file_exchanges_max)
    throw Violation{"endless", "a station does not stop sending files"};
  std::erase_if(uploads_, [&](const auto& entry) {
    return time_.now_ms - entry.second.told_ms > desk::k_upload_age_max.count() - k_margin_ms;
  });
  if (request.method == "POST")
    for (const auto& [place, upload] : uploads_)
      if (upload.who == sent.who && upload.replica == sent.peer.replica &&
          upload.metadata == header_of(request, "Upload-Metadata") && upload.acknowledged > 0)
        throw Violation{"started over", fmt::format("a station begins anew with a file of which the desk has "
                                                    "{} bytes at {}",
                                                    upload.acknowledged, place)};
  auto known = uploads_.find(request.path);
  if (request.method == "PATCH" && known != uploads_.end() &&
      protocol::parse_upload_number(header_of(request, "Upload-Offset")).value_or(0) <
          known->second.acknowledged)
    throw Violation{
        "sent again",
        fmt::format("a station sends bytes again of which the desk has said that it has them: {} at {}",
                    known->second.acknowledged, request.path)};
}

void Network::note_reply(const FileOnWay& sent, const sync::FileReply& reply) {
  const sync::FileRequest& request = sent.request;
  if (request.method == "POST" && reply.status == 201) {
    uploads_[reply.header("Location")] = {sent.who, sent.peer.replica, header_of(request, "Upload-Metadata"),
                                          0, time_.now_ms};
    return;
  }
  auto known = uploads_.find(request.path);
  if (known == uploads_.end() || reply.status < 200 || reply.status > 204) return;
  auto offset = protocol::parse_upload_number(reply.header("Upload-Offset"));
  if (!offset) return;
  if (*offset < known->second.acknowledged)
    throw Violation{"upload lost", fmt::format("the desk had {} bytes at {} and has {}",
                                               known->second.acknowledged, request.path, *offset)};
  known->second.acknowledged = *offset;
  known->second.told_ms = time_.now_ms;
}

std::optional<sync::FileReply> Network::at_desk(const FileOnWay& sent) {
  auto reply = desk_.serve(sent);
  // What came was not what was named, or is not wanted any more, and is dropped.
  if (reply && (reply->status == 410 || reply->status == 415 ||
                (reply->status == 460 && sync::refusal_of(*reply).code == "hash")))
    uploads_.erase(sent.request.path);
  if (reply && reply->status == 460 && reply->body.empty()) uploads_.erase(sent.request.path); // of a HEAD
  // A new one of the same file takes the place of the one before it, also when it is another copy's or comes
  // late.
  if (reply && reply->status == 201)
    std::erase_if(uploads_, [&](const auto& entry) {
      return entry.second.replica == sent.peer.replica &&
             entry.second.metadata == header_of(sent.request, "Upload-Metadata");
    });
  if (after_file) after_file();
  return reply;
}

tl::expected<sync::FileReply, sync::Failure> Network::exchange(int who, const std::string& token,
                                                               const sync::FileRequest& request) {
  FileOnWay sent{who, peers_.at(token), request, {}};
  check_ask(sent);
  time_.now_ms += dice.number(1, 400);
  auto wait_in_vain = [&] { time_.now_ms += dice.chance(50) ? k_deadline_ms : 0; };
  if (dice.chance(weather.portal)) return offline(); // its page does not say that it is a desk's
  if (dice.chance(weather.lose_request)) {
    wait_in_vain();
    return offline();
  }
  if (dice.chance(weather.delay)) {
    files_under_way_.push_back(std::move(sent));
    time_.now_ms += k_deadline_ms;
    return offline();
  }
  if (dice.chance(weather.busy)) {
    sync::FileReply later;
    later.status = 503;
    later.retry_after = sync::Millis{1'000 * dice.number(1, 900)};
    later.body = R"({"error":{"code":"busy","message":"Come back later."}})";
    return later;
  }
  // What stands between them changes a byte and leaves out what it does not know; or a byte alone.
  if (dice.chance(weather.mangle) && !sent.request.body.empty()) {
    sent.request.body[dice.below(sent.request.body.size())] ^= 1;
    if (dice.chance(50))
      std::erase_if(sent.request.headers,
                    [](const auto& header) { return header.first == "Upload-Checksum"; });
  }
  if (dice.chance(weather.cut_file)) {
    sent.cut_at = dice.below(sent.request.body.size() + 1);
    if (dice.chance(50)) // as of another program's: then what arrived is kept
      std::erase_if(sent.request.headers,
                    [](const auto& header) { return header.first == "Upload-Checksum"; });
  }
  if (dice.chance(weather.twice)) at_desk(sent);
  auto reply = at_desk(sent);
  if (dice.chance(weather.twice)) files_under_way_.push_back(sent);
  if (!reply || sent.cut_at || dice.chance(weather.lose_reply)) {
    wait_in_vain();
    return offline();
  }
  time_.now_ms += dice.number(1, 400);
  if (!protocol::parse_version_range(reply->header(protocol::k_version_header)))
    throw Violation{"no desk", "the desk does not say that it is one"};
  reply->retry_after = sync::read_retry_after(reply->header("Retry-After"));
  note_reply(sent, *reply);
  if (request.method == "GET" && dice.chance(weather.cut_reply)) return offline();
  return std::move(*reply);
}

tl::expected<sync::FileReply, sync::Failure> SimLink::exchange(const sync::FileRequest& request) {
  if (!station->is_alive()) return offline();
  return network_.exchange(station->who, token_, request);
}

} // namespace walkin::sim
