// One attachment on its way to the desk by tus 1.0, as a pure state machine: (state, input) -> the one next
// action. sync/http carries the actions out. Whatever is cut off, the desk's offset decides where it goes on.
#pragma once

#include "shared/base/sha256.hpp"
#include "sync/engine/engine.hpp"

namespace walkin::sync {

// One HTTP exchange about files. Header names are those of the protocol.
struct FileRequest {
  std::string method, path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct FileReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<Millis> retry_after;

  std::string header(std::string_view name) const; // "" when it is not there; case does not matter
};

// The way to the desk's files. Fails when no answer of a desk came.
class FileLink {
public:
  virtual ~FileLink() = default;
  virtual tl::expected<FileReply, Failure> exchange(const FileRequest& request) = 0;
};

namespace upload {

struct Ask { // exchange this
  FileRequest request;
};
struct Send { // PATCH these bytes of the content, with their checksum
  std::string location;
  std::int64_t offset = 0;
  std::size_t count = 0;
};
struct KeepLocation { // durably, so that the next run goes on there
  std::string location;
};
struct CheckContent {}; // is the content here what its name says?
struct Done {};
struct Unneeded {}; // its event was erased
struct Refused {
  std::string words;
};
struct Delayed {
  std::string words;
  std::optional<Millis> retry_after;
};

using Next = std::variant<Ask, Send, KeepLocation, CheckContent, Done, Unneeded, Refused, Delayed>;

} // namespace upload

// Every limit of the lane.
struct UploadTuning {
  std::size_t chunk_first = 256 * 1024, chunk_min = 64 * 1024, chunk_max = 4 * 1024 * 1024;
  Millis chunk_quick{300}, chunk_slow{1'500}; // grows below, shrinks above: events must not wait for long
  int fresh_starts_max = 3; // of one run, when the desk knows nothing of it or the hash differs
};

// Belongs to one thread. Each call answers the action before it and gives the next.
class Upload {
public:
  // `ticket` and `location` as the station holds them.
  Upload(const base::TicketId& ticket, const base::Sha256& sha256, std::int64_t size, std::string location,
         UploadTuning tuning = {});

  upload::Next start();
  upload::Next on_reply(const FileReply& reply, Millis took);
  upload::Next on_kept();                         // KeepLocation
  upload::Next on_checked(bool is_sound);         // CheckContent
  std::int64_t offset() const { return offset_; } // what the desk has

private:
  enum class Step { asking_content, asking_offset, creating, sending };

  upload::Next ask_offset();
  upload::Next create();
  upload::Next send();
  upload::Next on_content(const FileReply& reply);
  upload::Next on_offset(const FileReply& reply);
  upload::Next on_created(const FileReply& reply);
  upload::Next on_sent(const FileReply& reply, Millis took);
  upload::Next start_afresh(const FileReply& reply);
  upload::Next decide(const FileReply& reply) const;

  const base::TicketId ticket_;
  const base::Sha256 sha256_;
  const std::int64_t size_;
  std::string location_;
  const UploadTuning tuning_;
  Step step_ = Step::asking_content;
  std::int64_t offset_ = 0;
  std::size_t chunk_;
  int fresh_starts_ = 0;
};

// The address under which the desk gives the content of a ticket's file.
std::string content_path(const base::TicketId& ticket, const base::Sha256& sha256);

// What the desk says in an answer that is a refusal, in words and as its code.
protocol::ErrorReply refusal_of(const FileReply& reply);

} // namespace walkin::sync
