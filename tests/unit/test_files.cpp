// Attachments between real stations and a real desk over HTTP on the loopback, with a line that is cut
// wherever it can be.
#include "sync/desk/data_directory.hpp"
#include "sync/desk/files/files_api.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/sync_api.hpp"
#include "sync/desk/web/http_server.hpp"
#include "sync/http/runner.hpp"
#include "sync/http/upload.hpp"
#include "tests/fixtures/world.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace walkin {

namespace {

using fixtures::FakeClock;
using fixtures::SeededRandom;
using fixtures::TempDirectory;
using sync::FileReply;
using sync::FileRequest;

// A desk that can be stopped and started again over its folder.
class Desk {
public:
  Desk() {
    auto made = desk::make_desk(directory_.path() / "desk", clock, random);
    REQUIRE_MESSAGE(made.has_value(), made.error().message);
    open_ = std::move(*made);
    start();
  }
  ~Desk() { stop(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void start() {
    if (!open_.tickets) open_ = std::move(*desk::open_desk(directory_.path() / "desk", clock, random));
    uploads_ = std::move(*desk::Uploads::open(directory_.path() / "desk" / "uploads.db"));
    files_ = std::make_unique<desk::DeskFiles>(*open_.tickets, *uploads_, blobs(), clock, random);
    files_->tidy();
    sync_api_ =
        std::make_unique<desk::SyncApi>(*open_.tickets, *open_.documents, *open_.queue, *open_.accounts,
                                        refusals_, clock, random, [this] { files_->remove_erased(); });
    files_api_ = std::make_unique<desk::FilesApi>(*files_, *open_.accounts, refusals_, clock);
    server_ = std::move(*desk::HttpServer::make(
        {.host = "127.0.0.1", .port = port_, .certificate_file = "", .key_file = ""}));
    files_api_->mount(server_->routes());
    sync_api_->mount(server_->routes());
    auto bound = server_->bind();
    REQUIRE_MESSAGE(bound.has_value(), bound.error().message);
    port_ = server_->port();
    thread_ = std::thread([this] { server_->run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_.reset();
    files_api_.reset();
    sync_api_.reset();
    files_.reset();
    uploads_.reset();
    open_ = {};
  }

  store::Blobs blobs() const { return desk::desk_blobs(directory_.path() / "desk"); }
  int port() const { return port_; }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  const std::filesystem::path& path() const { return directory_.path(); }
  desk::DeskFiles& files() { return *files_; }
  desk::DeskLog& log() { return *open_.tickets; }

  store::StationIdentity enroll(desk::StationKind kind, const std::string& site = "Main",
                                const std::string& person = {}) {
    std::string code = desk::make_station_code(random), token = desk::make_token(random);
    if (!person.empty())
      REQUIRE(open_.accounts->add_user({.name = person,
                                        .full_name = person,
                                        .group = "",
                                        .role = desk::Role::technician,
                                        .password_hash = "none"},
                                       clock.now()));
    REQUIRE(open_.accounts->add_station_code(desk::code_hash(code), kind, site, clock.now(), person));
    auto station =
        open_.accounts->enroll_station(desk::code_hash(code), desk::token_hash(token), clock.now());
    REQUIRE(station);
    store::StationIdentity identity;
    identity.replica = station->replica;
    identity.prefix = station->prefix;
    identity.site = site;
    identity.kind = desk::name_of(kind);
    identity.name = "Station " + station->prefix;
    identity.desk_url = url();
    identity.token = token;
    identity.desk_epoch = open_.tickets->epoch();
    identity.desk_public_key = open_.tickets->public_key();
    return identity;
  }

  FakeClock clock;
  SeededRandom random;

private:
  TempDirectory directory_;
  desk::OpenDesk open_;
  std::unique_ptr<desk::Uploads> uploads_;
  std::unique_ptr<desk::DeskFiles> files_;
  desk::Refusals refusals_;
  std::unique_ptr<desk::SyncApi> sync_api_;
  std::unique_ptr<desk::FilesApi> files_api_;
  std::unique_ptr<desk::HttpServer> server_;
  std::thread thread_;
  int port_ = 0;
};

// Sends the beginning of a request's body and hangs up.
void send_half(int port, const FileRequest& request, const std::string& token, std::size_t bytes) {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n",
                  request.method, request.path, token, request.body.size());
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += "\r\n" + request.body.substr(0, bytes);
  REQUIRE(::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  ::shutdown(socket, SHUT_WR);
  char drain[4096];
  while (::recv(socket, drain, sizeof drain, 0) > 0) {
  }
  ::close(socket);
}

enum class Cut { request_lost, answer_lost, body_cut };

// A line that is cut once, at the exchange of this number.
class CutLink final : public sync::FileLink {
public:
  CutLink(sync::FileLink& whole, const Desk& desk, std::string token)
      : whole_(whole), desk_(desk), token_(std::move(token)) {}

  tl::expected<FileReply, sync::Failure> exchange(const FileRequest& request) override {
    if (request.method == "PATCH") sent_bytes += static_cast<std::int64_t>(request.body.size());
    if (left-- != 0) return whole_.exchange(request);
    if (how == Cut::answer_lost) (void)whole_.exchange(request);
    if (how == Cut::body_cut)
      send_half(desk_.port(), request, token_, request.body.size() * cut_at_percent / 100);
    return tl::unexpected(sync::Failure{{base::ErrorCode::offline, "Cut.", {}}, std::nullopt});
  }

  int left = -1; // exchanges that still pass; below zero all do
  Cut how = Cut::request_lost;
  std::size_t cut_at_percent = 50;
  std::int64_t sent_bytes = 0;

private:
  sync::FileLink& whole_;
  const Desk& desk_;
  std::string token_;
};

struct Replica {
  explicit Replica(Desk& desk_, desk::StationKind kind = desk::StationKind::technician,
                   const std::string& site = "Main", const std::string& person = {})
      : desk(desk_),
        identity(desk.enroll(kind, site, person)),
        station(store::Station::in_memory(identity, desk.clock, desk.random)),
        blobs(desk.path() / identity.prefix),
        transport({identity.desk_url, {}, identity.token}),
        link(transport, desk, identity.token),
        runner(*station, transport, desk.clock, desk.random),
        lane(*station, blobs, link, desk.clock,
             {.chunk_first = 70'000, .chunk_min = 70'000, .chunk_max = 70'000}) {}

  domain::TicketId new_ticket() {
    domain::Registration registration;
    registration.contact.email = "maria@example.org";
    return station->register_ticket(registration).value().ticket;
  }
  base::Sha256 attach(const domain::TicketId& ticket, const std::string& content,
                      const std::string& name = "log.txt") {
    auto sha256 = blobs.put(content).value();
    auto done = station->append(
        ticket,
        {domain::attachment_parts(sha256, static_cast<std::int64_t>(content.size()), "text/plain", name)},
        "ana");
    REQUIRE_MESSAGE(done.has_value(), done.error().message);
    return sha256;
  }
  void push() {
    runner.run(sync::input::LocalWork{});
    REQUIRE_FALSE(runner.summary().failure);
  }
  sync::LaneSummary send() {
    return lane.run([] { return false; });
  }

  Desk& desk;
  store::StationIdentity identity;
  std::unique_ptr<store::Station> station;
  store::Blobs blobs;
  sync::Transport transport;
  CutLink link;
  sync::Runner runner;
  sync::FileLane lane;
};

std::string text_of(std::size_t bytes, unsigned seed = 1) {
  SeededRandom random(seed);
  std::string out(bytes, ' ');
  for (char& c : out) c = static_cast<char>('a' + random.below(26));
  return out;
}

} // namespace

TEST_CASE("a file goes to the desk behind the event that names it") {
  Desk desk;
  Replica ana(desk);
  auto ticket = ana.new_ticket();
  std::string content = text_of(200'000);
  auto sha256 = ana.attach(ticket, content);
  CHECK(ana.station->status().attachments.waiting == 1);
  CHECK(ana.send().files == 0); // its event is not there yet
  ana.push();
  auto sent = ana.send();
  CHECK(sent.files == 1);
  CHECK(sent.bytes == 200'000);
  CHECK(ana.station->status().attachments.waiting == 0);
  CHECK(*desk.blobs().read(sha256) == content);
  CHECK(ana.send().files == 0);
}

TEST_CASE(
    "21: an attachment cut at every exchange and at any byte resumes at the desk's offset, hash equal") {
  Desk desk;
  Replica ana(desk);
  std::string content = text_of(300'000);
  unsigned seed = 1;
  for (Cut how : {Cut::request_lost, Cut::answer_lost, Cut::body_cut})
    for (int at = 0; at < 8; ++at) {
      CAPTURE(static_cast<int>(how));
      CAPTURE(at);
      content[0] = static_cast<char>('a' + seed % 26); // other content each time
      content[1] = static_cast<char>('a' + seed / 26);
      auto sha256 = ana.attach(ana.new_ticket(), content);
      ana.push();
      ana.link.how = how;
      ana.link.left = at;
      ana.link.cut_at_percent = ana.desk.random.below(101);
      ana.link.sent_bytes = 0;
      int runs = 0;
      while (ana.station->status().attachments.waiting > 0) {
        REQUIRE(++runs < 5);
        ana.send();
      }
      CHECK(*desk.blobs().read(sha256) == content);
      CHECK(desk.blobs().parts().empty());
      CHECK(ana.link.sent_bytes <= 300'000 + 2 * 70'000); // a piece or two again, never all of it
      ++seed;
    }
}

TEST_CASE("an upload goes on over a restart of both ends") {
  Desk desk;
  Replica ana(desk);
  std::string content = text_of(300'000);
  auto sha256 = ana.attach(ana.new_ticket(), content);
  ana.push();
  int chunks = 0;
  auto cut = ana.lane.run([&] { return ++chunks > 4; });
  CHECK(cut.is_interrupted);
  CHECK(cut.bytes > 0);
  desk.stop();
  CHECK_FALSE(ana.send().trouble.empty());
  desk.start();
  sync::FileLane again(*ana.station, ana.blobs, ana.link, desk.clock);
  auto rest = again.run([] { return false; });
  CHECK(rest.files == 1);
  CHECK(cut.bytes + rest.bytes >= 300'000);
  CHECK(rest.bytes <= 300'000);
  CHECK(*desk.blobs().read(sha256) == content);
}

TEST_CASE("two stations that send the same content at once both succeed") {
  Desk desk;
  Replica ana(desk), per(desk);
  std::string content = text_of(500'000);
  auto sha256 = ana.attach(ana.new_ticket(), content);
  per.attach(per.new_ticket(), content);
  ana.push();
  per.push();
  sync::LaneSummary first, second;
  {
    std::jthread one([&] { first = ana.send(); });
    std::jthread two([&] { second = per.send(); });
  }
  CHECK(first.trouble == "");
  CHECK(second.trouble == "");
  CHECK(first.files + second.files == 2);
  CHECK(*desk.blobs().read(sha256) == content);
  CHECK(desk.blobs().parts().empty());
}

TEST_CASE("what the desk has already is not sent again, and is sent again to a desk that has lost it") {
  Desk desk;
  Replica ana(desk);
  std::string content = text_of(100'000);
  auto sha256 = ana.attach(ana.new_ticket(), content);
  ana.push();
  CHECK(ana.send().files == 1);
  ana.link.sent_bytes = 0;
  ana.attach(ana.new_ticket(), content);
  ana.push();
  CHECK(ana.send().files == 1);
  CHECK(ana.link.sent_bytes == 0);
  REQUIRE(desk.blobs().remove(sha256));
  ana.attach(ana.new_ticket(), content);
  ana.push();
  CHECK(ana.send().files == 1);
  CHECK(ana.link.sent_bytes == 100'000);
  CHECK(desk.blobs().read(sha256));
}

TEST_CASE("content that is damaged at the station is refused in words and never stands at the desk") {
  Desk desk;
  Replica ana(desk);
  auto sha256 = ana.attach(ana.new_ticket(), text_of(100'000));
  ana.push();
  std::fstream(ana.blobs.file(sha256), std::ios::in | std::ios::out | std::ios::binary)
      .seekp(70'000)
      .put('!');
  CHECK(ana.send().trouble.find("damaged") != std::string::npos);
  CHECK(ana.station->status().attachments.refused == 1);
  CHECK(ana.station->status().attachments.waiting == 0);
  CHECK_FALSE(desk.blobs().size(sha256));
  CHECK(desk.blobs().parts().empty());
}

TEST_CASE("content that is no allowed type is refused by the desk, whatever its name and its station say") {
  Desk desk;
  Replica ana(desk);
  std::string program = std::string("MZ\x90\0\3", 5) + text_of(1'000);
  auto sha256 = ana.attach(ana.new_ticket(), program, "holiday.txt");
  ana.push();
  CHECK(ana.send().trouble.find("cannot be attached") != std::string::npos);
  CHECK(ana.station->status().attachments.refused == 1);
  CHECK_FALSE(desk.blobs().size(sha256));
}

TEST_CASE("an unfinished upload is forgotten after seven days without progress, and begun anew") {
  Desk desk;
  Replica ana(desk);
  auto sha256 = ana.attach(ana.new_ticket(), text_of(300'000));
  ana.push();
  int chunks = 0;
  REQUIRE(ana.lane.run([&] { return ++chunks > 4; }).is_interrupted);
  REQUIRE(desk.blobs().parts().size() == 1);
  desk.clock.advance(desk::k_upload_age_max + base::Millis{1});
  desk.files().remove_expired();
  CHECK(desk.blobs().parts().empty());
  auto again = ana.send();
  CHECK(again.files == 1);
  CHECK(again.bytes == 300'000);
  CHECK(desk.blobs().read(sha256));
}

TEST_CASE("a file of a ticket that left the station before it was sent reaches the desk all the same") {
  Desk desk;
  Replica ana(desk);
  auto ticket = ana.new_ticket();
  auto sha256 = ana.attach(ticket, text_of(1'000));
  ana.push();
  const std::string code = ana.station->load(ticket)->code();
  for (const char* status : {"solved", "closed"})
    REQUIRE(desk.log().append(
        code, "ingrid", {domain::EventKind::status_changed, {{"status", std::string(status)}}, {}}, {}));
  ana.push();
  REQUIRE_FALSE(ana.station->load(ticket));
  CHECK(ana.station->purge(1'000) == 0);
  CHECK(ana.send().files == 1);
  CHECK(desk.blobs().size(sha256) == 1'000);
}

TEST_CASE("a kiosk takes no files and downloads none") {
  Desk desk;
  Replica kiosk(desk, desk::StationKind::kiosk);
  auto ticket = kiosk.new_ticket();
  auto sha256 = base::sha256_of(text_of(1'000));
  auto attached = kiosk.station->append(
      ticket, {domain::attachment_parts(sha256, 1'000, "text/plain", "private.txt")}, "");
  REQUIRE_FALSE(attached);
  CHECK(attached.error().code == base::ErrorCode::not_allowed);
  CHECK(kiosk.station->attachments().waiting == 0);
  auto refused = kiosk.lane.fetch(ticket, sha256, 1'000);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::denied);
  auto asked = kiosk.transport.exchange({"GET", sync::content_path(ticket, sha256), {}, {}});
  CHECK(asked->status == 403);
}

TEST_CASE("another station fetches the content in pieces and goes on where it was cut off") {
  Desk desk;
  Replica ana(desk), per(desk);
  std::string content = text_of(2'500'000);
  auto ticket = ana.new_ticket();
  auto sha256 = ana.attach(ticket, content);
  ana.push();
  per.push();
  auto early = per.lane.fetch(ticket, sha256, 2'500'000);
  REQUIRE_FALSE(early);
  CHECK(early.error().message.find("on its way") != std::string::npos);
  ana.send();
  per.link.left = 1;
  CHECK_FALSE(per.lane.fetch(ticket, sha256, 2'500'000));
  CHECK(per.blobs.part_size("get-" + sha256.str()) == 1024 * 1024);
  REQUIRE(per.lane.fetch(ticket, sha256, 2'500'000));
  CHECK(*per.blobs.read(sha256) == content);
}

TEST_CASE("a file goes to the desk although its ticket has left the station with the same push") {
  Desk desk;
  Replica ana(desk);
  auto ticket = ana.new_ticket();
  auto sha256 = ana.attach(ticket, text_of(1'000));
  for (const char* status : {"solved", "closed"})
    REQUIRE(ana.station->append(
        ticket, {{domain::EventKind::status_changed, {{"status", std::string(status)}}, {}}}, "ana"));
  ana.push();
  REQUIRE_FALSE(ana.station->load(ticket)); // closed
  CHECK(ana.send().files == 1);
  CHECK(desk.blobs().size(sha256) == 1'000);
  CHECK(ana.station->status().attachments.waiting == 0);
}

TEST_CASE("a file whose event was refused goes when a desk that was put back takes the event after all") {
  Desk desk;
  Replica ana(desk);
  auto ticket = ana.new_ticket();
  auto sha256 = ana.attach(ticket, text_of(1'000));
  std::vector<store::EventVerdict> refused;
  for (const domain::Event& event : ana.station->outbox(10, 1'000'000))
    refused.push_back({event.id, domain::Verdict::rejected, "Not this one.", 0, desk.clock.now()});
  ana.station->store_verdicts(refused);
  CHECK(ana.send().files == 0);
  CHECK(ana.station->status().attachments.waiting == 0);
  ana.station->requeue_own(); // as after a desk that does not know of it
  ana.push();
  CHECK(ana.send().files == 1);
  CHECK(desk.blobs().size(sha256) == 1'000);
}

TEST_CASE(
    "a file whose event was lost on this disk is offered all the same, and its content kept until then") {
  TempDirectory folder;
  FakeClock clock;
  SeededRandom random;
  store::StationIdentity identity;
  identity.replica = domain::ReplicaId::make(clock.now(), random);
  identity.prefix = "LB", identity.site = "Main", identity.kind = "technician", identity.desk_epoch = "one";
  auto station = store::Station::create(folder.path() / "station", identity, clock, random).value();
  domain::Registration registration;
  registration.contact.email = "maria@example.org";
  auto ticket = station->register_ticket(registration).value().ticket;
  auto sha256 = base::sha256_of(text_of(1'000));
  REQUIRE(station->append(ticket, {domain::attachment_parts(sha256, 1'000, "text/plain", "log.txt")}, "ana"));
  std::vector<store::EventVerdict> taken;
  for (const domain::Event& event : station->outbox(10, 1'000'000))
    taken.push_back({event.id, domain::Verdict::applied, "", event.claimed.packed, clock.now()});
  station->store_verdicts(taken);
  REQUIRE(station->uploads(10).size() == 1);
  SQLite::Database((folder.path() / "station" / "station.db").string(), SQLite::OPEN_READWRITE)
      .exec("DELETE FROM events WHERE kind = 'attachment_named'");
  CHECK(station->uploads(10).empty()); // it may come again with a repair
  station->store_contact(base::Millis{0}, true);
  auto offered = station->uploads(10);
  REQUIRE(offered.size() == 1);
  CHECK_FALSE(offered.front().is_named);
  CHECK(station->files_named().kept.contains(sha256));
}

TEST_CASE("a person's station fetches the files of their tickets at other sites") {
  Desk desk;
  Replica ana(desk), per(desk, desk::StationKind::technician, "Annex", "per");
  auto ticket = ana.new_ticket();
  auto sha256 = ana.attach(ticket, text_of(1'000));
  REQUIRE(ana.station->append(ticket, {{domain::EventKind::assigned, {{"assignee", std::string("per")}}, {}}},
                              "ana"));
  ana.push();
  ana.send();
  per.push();
  REQUIRE(per.station->load(ticket));
  CHECK(per.lane.fetch(ticket, sha256, 1'000));
}

TEST_CASE("content that was changed on the desk's disk is not taken for the one that was named") {
  Desk desk;
  Replica ana(desk), per(desk);
  auto ticket = ana.new_ticket();
  auto sha256 = ana.attach(ticket, text_of(10'000));
  ana.push();
  ana.send();
  per.push();
  std::fstream(desk.blobs().file(sha256), std::ios::in | std::ios::out | std::ios::binary)
      .seekp(5'000)
      .put('!');
  auto refused = per.lane.fetch(ticket, sha256, 10'000);
  REQUIRE_FALSE(refused);
  CHECK_FALSE(per.blobs.size(sha256));
  CHECK(per.blobs.parts().empty());
}

TEST_CASE("files give way to what else is due, between two pieces") {
  Desk desk;
  Replica ana(desk);
  ana.attach(ana.new_ticket(), text_of(300'000));
  ana.push();
  auto summary = ana.lane.run([] { return true; });
  CHECK(summary.is_interrupted);
  CHECK(summary.bytes == 0);
}

TEST_CASE("a file that a person gives at the desk is there at once, under the same rules") {
  Desk desk;
  Replica ana(desk);
  auto ticket = ana.new_ticket();
  ana.push();
  std::string code = ana.station->load(ticket)->code();
  CHECK(desk.files().attach(code, "ingrid", "C:\\photos\\screen.txt", "what it said"));
  CHECK_FALSE(desk.files().attach(code, "ingrid", "nothing.txt", ""));
  CHECK_FALSE(desk.files().attach(code, "ingrid", "a.exe", std::string("MZ\x90\0\3", 5)));
  CHECK_FALSE(desk.files().attach("LB-9999-9", "ingrid", "a.txt", "x"));
  ana.push();
  auto attachments = domain::attachments_of(*ana.station->load(ticket));
  REQUIRE(attachments.size() == 1);
  CHECK(attachments[0].name == "screen.txt");
  CHECK(ana.lane.fetch(ticket, attachments[0].sha256, attachments[0].size));
}

} // namespace walkin
