// Requests to the desk over HTTP, with a deadline on every one.
#pragma once

#include "sync/engine/engine.hpp"
#include "sync/engine/upload.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace walkin::sync {

struct DeskAddress {
  std::string url;     // "https://desk.example.org" or, to loopback only, "http://127.0.0.1:8080"
  std::string ca_file; // the authority to trust; empty: those of the system
  std::string token;
};

// Checks the form of the address: http or https, plain http to loopback only.
base::Status check_desk_url(std::string_view url);

struct TransportLimits {
  Millis connect{5'000};
  Millis idle{15'000};     // without a byte moving
  Millis request{120'000}; // the whole exchange, whatever moves
};

// Connections that are kept alive: one, and a second from the first moment on at which two requests are under
// way. Requests may come from two threads at once; set_token() only while there are none.
class Transport final : public Link, public FileLink {
public:
  explicit Transport(DeskAddress address, protocol::Format format = protocol::Format::cbor,
                     TransportLimits limits = {});
  ~Transport() override;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  tl::expected<protocol::EnrollReply, Failure> enroll(const protocol::EnrollRequest& request);
  tl::expected<protocol::PushReply, Failure> push(const protocol::PushRequest& request) override;
  tl::expected<protocol::PullReply, Failure> pull(const protocol::PullRequest& request) override;
  tl::expected<protocol::RangesReply, Failure> ranges(const protocol::RangesRequest& request) override;
  tl::expected<protocol::EventsReply, Failure> events(const protocol::EventsRequest& request) override;

  tl::expected<protocol::RehomeReply, Failure> rehome(const protocol::RehomeRequest& request) override;
  tl::expected<protocol::MissingReply, Failure> missing(const protocol::MissingRequest& request) override;
  tl::expected<protocol::GiveBackReply, Failure> give_back(const protocol::GiveBackRequest& request) override;
  tl::expected<protocol::DocumentsReply, Failure>
  pull_documents(const protocol::DocumentsRequest& request) override;
  void set_token(const std::string& token) override { address_.token = token; }
  // Any status is an answer; an answer without the protocol's header is none.
  tl::expected<FileReply, Failure> exchange(const FileRequest& request) override;

  // From any thread: ends the request under way and refuses later ones.
  void cancel();

  std::int64_t bytes_sent() const { return bytes_sent_; } // of bodies, as on the wire
  std::int64_t bytes_received() const { return bytes_received_; }

private:
  struct Http;
  struct Line { // nobody else's while it is held
    Http& http;
    std::unique_lock<std::mutex> lock;
  };
  Line free_line();
  tl::expected<std::string, Failure> post(const std::string& path, std::string body);
  template <class Message, class Decode>
  tl::expected<Message, Failure> exchange(const std::string& path, std::string body, Decode decode);

  DeskAddress address_;
  protocol::Format format_;
  TransportLimits limits_;
  std::mutex lines_mutex_;
  std::array<std::unique_ptr<Http>, 2> lines_; // the second is made when it is first needed
  std::atomic<bool> cancelled_ = false;
  std::atomic<std::int64_t> bytes_sent_ = 0, bytes_received_ = 0;
};

} // namespace walkin::sync
