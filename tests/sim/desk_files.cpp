#include "tests/sim/desk_files.hpp"

#include <httplib.h>
#include <spdlog/spdlog.h>

namespace walkin::sim {

DeskFilesEnd::DeskFilesEnd(desk::DeskLog& log, std::unique_ptr<desk::Uploads> uploads, store::Blobs blobs,
                           const base::Clock& clock, base::Random& random)
    : uploads_(std::move(uploads)),
      files_(log, *uploads_, std::move(blobs), clock, random),
      api_(files_, *this, refusals_, clock) {
  spdlog::set_level(spdlog::level::off); // what goes wrong here is meant to
  files_.tidy();
}

std::optional<desk::Station> DeskFilesEnd::find_station(const base::Hash&, base::Instant) {
  desk::Station station;
  station.replica = peer_.replica;
  station.kind = peer_.is_kiosk ? desk::StationKind::kiosk : desk::StationKind::technician;
  station.site = peer_.site;
  station.prefix = peer_.prefix;
  station.person = peer_.person;
  return station;
}

std::optional<desk::User> DeskFilesEnd::find_user(std::string_view name) {
  desk::User user;
  user.name = name;
  user.group = peer_.group;
  return user;
}

sync::FileReply DeskFilesEnd::serve(const FileOnWay& sent) {
  peer_ = sent.peer;
  httplib::Request request;
  request.method = sent.request.method;
  auto question = sent.request.path.find('?');
  request.path = sent.request.path.substr(0, question);
  if (question != std::string::npos)
    httplib::detail::parse_query_text(sent.request.path.substr(question + 1), request.params);
  for (const auto& [name, value] : sent.request.headers) request.headers.emplace(name, value);
  request.headers.emplace("Authorization", "Bearer token");
  request.headers.emplace("Accept", "application/json");
  const std::string& body = sent.request.body;
  if (!body.empty()) request.headers.emplace("Content-Length", std::to_string(body.size()));
  const std::size_t arrives = sent.cut_at.value_or(body.size());
  httplib::ContentReader reader(
      [&](const httplib::ContentReceiver& take) {
        return (arrives == 0 || take(body.data(), arrives)) && arrives == body.size();
      },
      [](const auto&, const auto&) { return false; });
  httplib::Response response;
  bool may_have_body = request.method != "GET" && request.method != "HEAD";
  api_.serve(request, response, may_have_body ? &reader : nullptr);

  sync::FileReply reply;
  reply.status = response.status;
  for (const auto& [name, value] : response.headers) reply.headers.emplace_back(name, value);
  if (request.method == "HEAD") return reply;
  reply.body = response.body;
  if (response.content_provider_) {
    httplib::DataSink sink;
    sink.write = [&](const char* data, std::size_t size) {
      reply.body.append(data, size);
      return true;
    };
    while (reply.body.size() < response.content_length_)
      if (!response.content_provider_(reply.body.size(), response.content_length_ - reply.body.size(), sink))
        break;
  }
  return reply;
}

} // namespace walkin::sim
