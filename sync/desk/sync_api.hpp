// The sync protocol's end at the desk: /sync/v1/enroll, /push, /pull, /rehome and those of repair as
// sync/PROTOCOL.md describes them.
#pragma once

#include "sync/desk/admission.hpp"
#include "sync/desk/peer.hpp"
#include "sync/desk/refusals.hpp"
#include "sync/desk/storage/queue.hpp"

#include <functional>

namespace httplib {
class Server;
struct Request;
struct Response;
class ContentReader;
} // namespace httplib

namespace walkin::desk {

// Must outlive the server it is mounted on. Its handlers run on the server's threads. `after_give_back`, on
// those threads too: a station has brought what this desk had lost, also what it had erased.
class SyncApi {
public:
  SyncApi(DeskLog& log, Documents& documents, Queue& queue, Accounts& accounts, Refusals& refusals,
          const base::Clock& clock, base::Random& random, std::function<void()> after_give_back,
          AdmissionLimits limits = {})
      : log_(log),
        documents_(documents),
        queue_(queue),
        accounts_(accounts),
        refusals_(refusals),
        clock_(clock),
        random_(random),
        after_give_back_(std::move(after_give_back)),
        admission_(random, limits) {}

  void mount(httplib::Server& server);

  // What is served, as "POST /sync/v1/push".
  static std::vector<std::string> routes();

private:
  struct Exchange;
  template <class Visit>
  static void each_route(Visit visit);
  void enroll(Exchange& exchange);
  void push(Exchange& exchange);
  void pull(Exchange& exchange);
  void ranges(Exchange& exchange);
  void events(Exchange& exchange);
  void missing(Exchange& exchange);
  void give_back(Exchange& exchange);
  void documents(Exchange& exchange);
  void unknown(Exchange& exchange);
  template <class Decode, class Answer>
  void answer_from_log(Exchange& exchange, Decode decode, Answer answer);
  void rehome(Exchange& exchange);
  // Each false when the refusal has been answered.
  bool admit(Exchange& exchange, bool needs_token);
  bool is_understood(Exchange& exchange, bool needs_token); // version, media types and token
  bool is_in_time(Exchange& exchange);
  void finish(Exchange& exchange); // what every answer has, and the count of refusals
  // Answers one request, whatever happens.
  void serve(const httplib::Request& request, httplib::Response& response,
             const httplib::ContentReader& reader, bool needs_token, void (SyncApi::*handle)(Exchange&));
  // Version, media type, token, size, digest, then `handle`.
  void carry_out(Exchange& exchange, const httplib::ContentReader& reader, bool needs_token,
                 void (SyncApi::*handle)(Exchange&));
  protocol::EnrollReply identity_of(const Station& station, const std::string& token);
  std::optional<Station> station_of(const httplib::Request& request);

  DeskLog& log_;
  Documents& documents_;
  Queue& queue_;
  Accounts& accounts_;
  Refusals& refusals_;
  const base::Clock& clock_;
  base::Random& random_;
  const std::function<void()> after_give_back_;
  Admission admission_;
};

} // namespace walkin::desk
