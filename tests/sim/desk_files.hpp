// The desk's end of attachments as its program wires it, served without a socket.
#pragma once

#include "sync/desk/files/files_api.hpp"
#include "sync/engine/upload.hpp"

namespace walkin::sim {

// A request about files as it reaches the desk: whose it is, and how much of its body is left.
struct FileOnWay {
  int who; // the machine that sends it
  desk::SyncPeer peer;
  sync::FileRequest request;
  std::optional<std::size_t> cut_at = {};
};

class DeskFilesEnd final : desk::Peers {
public:
  // What it is given outlives it.
  DeskFilesEnd(desk::DeskLog& log, std::unique_ptr<desk::Uploads> uploads, store::Blobs blobs,
               const base::Clock& clock, base::Random& random);
  sync::FileReply serve(const FileOnWay& sent);
  desk::DeskFiles& files() { return files_; }

private:
  std::optional<desk::Station> find_station(const base::Hash&, base::Instant) override;
  std::optional<desk::User> find_user(std::string_view name) override;

  std::unique_ptr<desk::Uploads> uploads_;
  desk::DeskFiles files_;
  desk::Refusals refusals_;
  desk::FilesApi api_;
  desk::SyncPeer peer_; // of the request that is served
};

} // namespace walkin::sim
