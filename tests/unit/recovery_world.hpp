// A desk and stations in folders that are copied, put back and lost, with a network that loses requests and
// answers. Messages go through their bytes.
#pragma once

#include "sync/desk/rehome.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/storage/backup.hpp"
#include "sync/desk/storage/documents.hpp"
#include "sync/desk/storage/sqlite_accounts.hpp"
#include "sync/http/runner.hpp"
#include "tests/fixtures/stations.hpp"

#include <functional>
#include <random>
#include <set>

namespace walkin::test {

namespace fs = std::filesystem;
using fixtures::FakeClock;
using fixtures::SeededRandom;

class RecoveryDesk {
public:
  RecoveryDesk(const fs::path& folder, base::Clock& clock, base::Random& random)
      : folder_(folder), clock_(clock), random_(random) {
    fs::create_directories(folder);
    open(store::Access::create);
  }
  void open(store::Access access = store::Access::read_write) {
    accounts = std::move(*desk::open_sqlite_accounts(folder_ / "accounts.db", access, random_, clock_.now()));
    log = std::move(*desk::DeskLog::open(folder_ / "tickets.db", access, accounts->desk_replica(), "HD",
                                         clock_, random_));
    documents = std::move(*desk::Documents::open(folder_ / "tickets.db", clock_, random_));
  }
  void close() {
    documents.reset();
    log.reset();
    accounts.reset();
  }
  store::StationIdentity enroll(const std::string& site = "Main") {
    std::string code = desk::make_station_code(random_), token = desk::make_token(random_);
    if (!accounts->add_station_code(desk::code_hash(code), desk::StationKind::technician, site, clock_.now()))
      throw std::runtime_error("no code");
    auto station =
        accounts->enroll_station(desk::code_hash(code), desk::token_hash(token), clock_.now()).value();
    return identity_of(station, token);
  }
  store::StationIdentity identity_of(const desk::Station& station, const std::string& token) {
    store::StationIdentity identity;
    identity.replica = station.replica;
    identity.prefix = station.prefix;
    identity.letter = station.letter;
    identity.site = station.site;
    identity.kind = "technician";
    identity.name = desk::station_name(station);
    identity.token = token;
    identity.desk_epoch = log->epoch();
    return identity;
  }
  std::vector<std::string> codes() {
    std::vector<std::string> out;
    for (auto view : {desk::View::open, desk::View::solved, desk::View::closed}) {
      desk::TicketQuery query;
      query.view = view;
      query.limit = 1'000'000;
      for (const auto& row : log->list(query).rows)
        if (std::ranges::find(out, row.code) == out.end()) out.push_back(row.code);
    }
    return out;
  }

  std::unique_ptr<desk::Accounts> accounts;
  std::unique_ptr<desk::DeskLog> log;
  std::unique_ptr<desk::Documents> documents;

private:
  fs::path folder_;
  base::Clock& clock_;
  base::Random& random_;
};

class RecoveryLink final : public sync::Link {
public:
  RecoveryLink(RecoveryDesk& desk, base::Clock& clock) : desk_(desk), clock_(clock) {}

  tl::expected<protocol::PushReply, sync::Failure> push(const protocol::PushRequest& request) override {
    auto bytes = protocol::encode(request, protocol::Format::cbor);
    auto decoded = protocol::decode_push_request(bytes, protocol::Format::cbor).value();
    return exchange<protocol::PushReply>(
        [&](const desk::SyncPeer& peer) { return desk_.log->intake(peer, decoded); },
        protocol::decode_push_reply);
  }
  tl::expected<protocol::PullReply, sync::Failure> pull(const protocol::PullRequest& request) override {
    auto bytes = protocol::encode(request, protocol::Format::json);
    auto decoded = protocol::decode_pull_request(bytes, protocol::Format::json).value();
    return exchange<protocol::PullReply>(
        [&](const desk::SyncPeer& peer) {
          auto reply = desk_.log->feed(peer, decoded);
          if (reply && !reply->more) reply->documents = desk_.documents->tag(peer);
          return reply;
        },
        protocol::decode_pull_reply);
  }
  tl::expected<protocol::DocumentsReply, sync::Failure>
  pull_documents(const protocol::DocumentsRequest& request) override {
    return exchange<protocol::DocumentsReply>(
        [&](const desk::SyncPeer& peer) { return desk_.documents->feed(peer, request); },
        protocol::decode_documents_reply);
  }
  tl::expected<protocol::RangesReply, sync::Failure> ranges(const protocol::RangesRequest& request) override {
    return exchange<protocol::RangesReply>(
        [&](const desk::SyncPeer& peer) { return desk_.log->ranges(peer, request); },
        protocol::decode_ranges_reply);
  }
  tl::expected<protocol::EventsReply, sync::Failure> events(const protocol::EventsRequest& request) override {
    return exchange<protocol::EventsReply>(
        [&](const desk::SyncPeer& peer) { return desk_.log->events(peer, request); },
        protocol::decode_events_reply);
  }
  tl::expected<protocol::RehomeReply, sync::Failure> rehome(const protocol::RehomeRequest& request) override {
    return exchange<protocol::RehomeReply>(
        [&](const desk::SyncPeer& peer) -> base::Result<protocol::RehomeReply> {
          auto made = desk::rehome(*desk_.accounts, *desk_.log, peer.replica, request.key, clock_.now());
          if (!made) return base::forward_error(made);
          auto identity = desk_.identity_of(made->station, made->token);
          return protocol::RehomeReply{.replica = identity.replica,
                                       .prefix = identity.prefix,
                                       .letter = identity.letter,
                                       .site = identity.site,
                                       .kind = identity.kind,
                                       .name = identity.name,
                                       .token = made->token,
                                       .epoch = identity.desk_epoch,
                                       .public_key = {},
                                       .now = clock_.now()};
        },
        protocol::decode_enroll_reply);
  }
  tl::expected<protocol::MissingReply, sync::Failure>
  missing(const protocol::MissingRequest& request) override {
    auto bytes = protocol::encode(request, protocol::Format::cbor);
    auto decoded = protocol::decode_missing_request(bytes, protocol::Format::cbor).value();
    return exchange<protocol::MissingReply>(
        [&](const desk::SyncPeer& peer) {
          protocol::MissingRequest told = decoded;
          if (is_older_desk) told.documents.clear(); // a member that it does not know
          return desk_.log->missing(peer, told);
        },
        protocol::decode_missing_reply);
  }
  tl::expected<protocol::GiveBackReply, sync::Failure>
  give_back(const protocol::GiveBackRequest& request) override {
    auto bytes = protocol::encode(request, protocol::Format::json);
    auto decoded = protocol::decode_give_back_request(bytes, protocol::Format::json).value();
    return exchange<protocol::GiveBackReply>(
        [&](const desk::SyncPeer& peer) { return desk_.log->give_back(peer, decoded); },
        protocol::decode_give_back_reply);
  }
  void set_token(const std::string& token) override { token_ = token; }

  std::function<bool()> lose_request, lose_answer;
  bool is_older_desk = false; // that takes no documents back

private:
  static tl::unexpected<sync::Failure> lost() {
    return tl::unexpected(sync::Failure{{base::ErrorCode::offline, "Lost on the way.", ""}, std::nullopt});
  }
  template <class Reply, class Handle, class Decode>
  tl::expected<Reply, sync::Failure> exchange(Handle handle, Decode decode) {
    if (lose_request && lose_request()) return lost();
    auto station = desk_.accounts->find_station(desk::token_hash(token_), clock_.now());
    if (!station)
      return tl::unexpected(sync::Failure{{base::ErrorCode::denied, "Unknown station.", "unauthorized"}, {}});
    base::Result<Reply> reply = handle(desk::SyncPeer{station->replica, station->site, station->prefix});
    if (lose_answer && lose_answer()) return lost();
    if (!reply) return tl::unexpected(sync::Failure{reply.error(), {}});
    return decode(protocol::encode(*reply, protocol::Format::cbor), protocol::Format::cbor).value();
  }

  RecoveryDesk& desk_;
  base::Clock& clock_;
  std::string token_;
};

// A station in a folder, with what syncs it.
class Machine {
public:
  Machine(RecoveryDesk& desk, fs::path folder, base::Clock& clock, base::Random& random)
      : link(desk, clock), folder_(std::move(folder)), clock_(clock), random_(random) {
    if (!fs::exists(folder_ / "station.db"))
      REQUIRE(store::Station::create(folder_, desk.enroll(), clock, random).has_value());
    open();
  }
  void open() {
    station = std::move(*store::Station::open(folder_, clock_, random_));
    runner = std::make_unique<sync::Runner>(*station, link, clock_, random_);
  }
  void close() {
    runner.reset();
    station.reset();
  }
  // Its folder as it is, under another name.
  void copy_to(const fs::path& target) {
    close();
    fs::remove_all(target);
    fs::copy(folder_, target, fs::copy_options::recursive);
    open();
  }
  void put_back(const fs::path& from) {
    close();
    fs::remove_all(folder_);
    fs::copy(from, folder_, fs::copy_options::recursive);
    open();
  }
  std::optional<sync::Failure> sync() {
    runner->run(sync::input::LocalWork{});
    return runner->summary().failure;
  }
  std::string add(std::string words) {
    auto registration = fixtures::any_registration();
    registration.description = std::move(words);
    return station->register_ticket(std::move(registration)).value().code;
  }
  void note(const domain::TicketId& ticket, std::string words) {
    REQUIRE(station->append(ticket, {fixtures::note_parts(std::move(words))}, "ana"));
  }
  const std::string& prefix() { return station->refresh_identity().prefix; }

  RecoveryLink link;
  std::unique_ptr<store::Station> station;
  std::unique_ptr<sync::Runner> runner;

private:
  fs::path folder_;
  base::Clock& clock_;
  base::Random& random_;
};

// Descriptions and texts of notes in a ticket: what people have entered.
inline std::multiset<std::string> entered(const domain::Ticket& ticket) {
  std::multiset<std::string> out;
  for (const auto& entry : ticket.history)
    for (const char* field : {"description", "text"})
      if (auto found = entry.contact.find(field); found != entry.contact.end())
        out.insert(domain::to_text(found->second));
  return out;
}

// A desk that is backed up, goes on, and is put back to the backup.
struct RestoredWorld {
  explicit RestoredWorld(std::uint64_t seed = 1) : random(seed), desk(folder(), clock, random) {}

  fs::path folder() const { return directory.path() / "desk"; }
  std::unique_ptr<Machine> machine(const char* name) {
    return std::make_unique<Machine>(desk, directory.path() / name, clock, random);
  }
  void back_up() { REQUIRE(desk::back_up(folder(), backup(), std::nullopt, clock.now(), random)); }
  void restore() {
    desk.close();
    REQUIRE(desk::restore(folder(), backup(), std::nullopt, clock.now(), random));
    desk.open();
    pass_an_hour();
  }
  void pass_an_hour() { clock.advance(std::chrono::hours(1)); }
  void write_at_desk(const std::string& code, std::string words) {
    REQUIRE(desk.log->append(code, "ingrid", fixtures::note_parts(std::move(words)), {}));
  }
  std::multiset<std::string> words_at_desk() {
    std::multiset<std::string> out;
    for (const std::string& code : desk.codes()) out.merge(entered(desk.log->find(code).value()));
    return out;
  }
  static void sync(std::vector<Machine*> machines) {
    for (int i = 0; i < 4; ++i)
      for (Machine* machine : machines) (void)machine->sync();
    for (Machine* machine : machines) {
      auto status = machine->station->status();
      CHECK_MESSAGE(status.in_sync, status.trouble);
      CHECK(machine->station->check());
      CHECK(machine->station->digest() == machines.front()->station->digest());
    }
  }
  void check_desk() {
    auto sound = desk.log->check_integrity();
    CHECK_MESSAGE(sound.has_value(), (sound ? "" : sound.error().message));
  }

  FakeClock clock;
  SeededRandom random;
  fixtures::TempDirectory directory;
  RecoveryDesk desk;

private:
  fs::path backup() const { return directory.path() / "desk.backup"; }
};

} // namespace walkin::test
