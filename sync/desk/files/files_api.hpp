// /sync/v1/files: uploads by tus 1.0 (core, creation, creation-with-upload, checksum, expiration,
// termination) and downloads by range, as sync/PROTOCOL.md describes them.
#pragma once

#include "shared/protocol/tus.hpp"
#include "sync/desk/files/desk_files.hpp"
#include "sync/desk/peer.hpp"
#include "sync/desk/refusals.hpp"

#include <atomic>
#include <span>

namespace httplib {
class Server;
struct Request;
struct Response;
class ContentReader;
} // namespace httplib

namespace walkin::desk {

struct FilesRoute;

// Must outlive the server it is mounted on. Its handlers run on the server's threads.
class FilesApi {
public:
  FilesApi(DeskFiles& files, Peers& peers, Refusals& refusals, const base::Clock& clock)
      : files_(files), peers_(peers), refusals_(refusals), clock_(clock) {}

  void mount(httplib::Server& server);
  // One exchange, as a mounted server hands it over. `reader`: where the method may have a body.
  void serve(const httplib::Request& request, httplib::Response& response,
             const httplib::ContentReader* reader);

  // What is served, as "PATCH /sync/v1/files/uploads/{upload}".
  static std::vector<std::string> routes();

private:
  friend struct FilesRoute;
  struct Exchange;
  static std::span<const FilesRoute> table();
  bool admit(Exchange& exchange, const FilesRoute& route);
  void dispatch(Exchange& exchange);
  void note_refusal(const Exchange& exchange);

  void options(Exchange& exchange);
  void create(Exchange& exchange);
  void tell_offset(Exchange& exchange);
  void append(Exchange& exchange);
  void terminate(Exchange& exchange);
  void download(Exchange& exchange);

  std::optional<StoredUpload> upload_of(Exchange& exchange);
  bool check_new(Exchange& exchange, domain::TicketId& ticket, domain::Attachment& attachment);
  bool check_body(Exchange& exchange, const StoredUpload& upload,
                  std::optional<protocol::UploadChecksum>& checksum);
  bool take_body(Exchange& exchange, StoredUpload& upload,
                 const std::optional<protocol::UploadChecksum>& checksum);
  bool finish(Exchange& exchange, const StoredUpload& upload);

  DeskFiles& files_;
  Peers& peers_;
  Refusals& refusals_;
  const base::Clock& clock_;
  std::atomic<int> under_way_ = 0;
};

} // namespace walkin::desk
