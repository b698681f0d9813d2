#include "kiosk/instance_lock.hpp"
#include "kiosk/store_worker.hpp"
#include "shared/base/seal.hpp"
#include "shared/protocol/reference_json.hpp"
#include "shared/store/database.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <doctest/doctest.h>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <unistd.h>
#include <utility>

using namespace walkin;
using namespace walkin::kiosk;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

class FixedClock final : public base::Clock {
public:
  base::Instant now() const override {
    return base::from_ms(1'795'000'000'000) + std::chrono::days{days_later.load()};
  }
  std::atomic<int> days_later = 0;
};

class CountingRandom final : public base::Random {
public:
  void fill(std::span<std::uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    for (auto& byte : out) byte = static_cast<std::uint8_t>((next_ = next_ * 1664525u + 1013904223u) >> 24);
  }

private:
  std::mutex mutex_;
  std::uint32_t next_ = 1;
};

// 16 by 16 pixels of grey.
const std::string k_dot_png("\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x10"
                            "\x00\x00\x00\x10\x08\x00\x00\x00\x00\x3a\x98\xa0\xbd\x00\x00\x00\x2c\x49\x44\x41"
                            "\x54\x78\x9c\x5d\xc1\xb5\x01\x00\x20\x00\xc0\xb0\xe2\x0e\xff\x7f\xcb\xde\x04\x2c"
                            "\x08\x51\x48\x42\x16\x8a\x50\x85\x26\x74\x61\x08\x53\x58\xc2\x16\x8e\x70\x85\x27"
                            "\x1f\x93\xee\x07\x81\xe2\x0b\x26\x15\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60"
                            "\x82",
                            101);

// What is told of the site at the start, whatever else happens.
bool is_of_the_site(const Intent& intent) {
  return std::holds_alternative<SiteChanged>(intent) || std::holds_alternative<QueueChanged>(intent) ||
         std::holds_alternative<OpeningChanged>(intent) || std::holds_alternative<BulletinsChanged>(intent);
}

// A kiosk's station on disk, its worker, and what the worker reports.
class Desk {
public:
  explicit Desk(std::string kind = "kiosk", std::string letter = "A") {
    std::string name = (fs::temp_directory_path() / "walkin-worker-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    store::StationIdentity identity;
    identity.replica.bytes[15] = 1;
    identity.prefix = "LB";
    identity.letter = std::move(letter);
    identity.kind = std::move(kind);
    identity.desk_public_key = base::to_hex(base::as_bytes(base::make_box_keys(random_).public_key));
    REQUIRE(store::Station::create(directory(), identity, clock_, random_).has_value());
  }
  ~Desk() {
    worker_.reset();
    fs::remove_all(root_);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  fs::path directory() const { return root_ / "station"; }

  base::Status start() {
    StoreWorkerContext context{clock_, random_, inbox_, [this] { ++saved_; },
                               [](base::Instant instant) {
                                 const auto day = std::chrono::floor<std::chrono::days>(instant);
                                 return i18n::LocalTime{day, {}};
                               }};
    context.watch_every = 1h;
    auto started = StoreWorker::start(directory(), std::move(context));
    if (!started) return base::forward_error(started);
    worker_ = std::move(*started);
    // Settings and queue are told before anything is drawn.
    std::size_t told = 0;
    for (const auto& intent : inbox_.take()) told += is_of_the_site(intent) ? 1 : 0;
    CHECK(told >= 2);
    return {};
  }
  // As sync does from a connection of its own.
  void desk_writes(const domain::SiteSettings& settings) {
    const domain::Document document{"site", settings.site, ++written_, protocol::encode_body(settings)};
    open()->reference().store_page({std::span(&document, 1), "c1", true, true, {}});
  }
  void desk_tells(const domain::QueueBoard& board) {
    open()->reference().store_queue(board, std::to_string(++written_));
  }
  std::unique_ptr<store::Station> open() {
    auto station = store::Station::open(directory(), clock_, random_);
    REQUIRE(station.has_value());
    return std::move(*station);
  }
  StoreWorker& worker() { return *worker_; }

  void send(std::uint64_t request, std::string_view mail = "ana@company.com") {
    RegisterCommand command{{request}, {}};
    command.registration.contact.email = mail;
    worker_->post(std::move(command));
  }

  SiteChanged next_site() {
    std::unique_lock lock(mutex_);
    std::optional<SiteChanged> site;
    REQUIRE(woken_.wait_for(lock, 20s, [&] {
      for (auto& intent : inbox_.take())
        if (auto* changed = std::get_if<SiteChanged>(&intent)) site = std::move(*changed);
      return site.has_value();
    }));
    return std::move(*site);
  }

  // The next report, or a failed test after some seconds.
  Intent next() {
    std::unique_lock lock(mutex_);
    REQUIRE(woken_.wait_for(lock, 20s, [this] {
      for (auto& intent : inbox_.take())
        if (!is_of_the_site(intent)) got_.push_back(std::move(intent));
      return !got_.empty();
    }));
    Intent first = std::move(got_.front());
    got_.erase(got_.begin());
    return first;
  }

  std::size_t tickets() { return open()->list({}).size(); }
  FixedClock clock_;
  std::atomic<int> saved_ = 0;
  std::function<void()> on_report_; // runs once, the moment that something is reported

private:
  fs::path root_;
  std::int64_t written_ = 0;
  CountingRandom random_;
  std::mutex mutex_;
  std::condition_variable woken_;
  Inbox inbox_{[this] {
    if (auto react = std::exchange(on_report_, {})) react();
    const std::lock_guard lock(mutex_);
    woken_.notify_all();
  }};
  std::vector<Intent> got_;
  std::unique_ptr<StoreWorker> worker_;
};

} // namespace

TEST_CASE("a registration is saved, numbered and told to sync") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  desk.send(7);
  const auto report = std::get<Registered>(desk.next());
  CHECK(report.request.value == 7);
  CHECK(report.queue_number == "A1");
  CHECK(report.code.starts_with("LB-"));
  desk.send(8);
  CHECK(std::get<Registered>(desk.next()).queue_number == "A2");
  CHECK(desk.saved_ >= 1);
  CHECK(desk.tickets() == 2);
}

TEST_CASE("what the desk has written is told when sync says that something is new, not at the next look") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  domain::SiteSettings settings;
  settings.site = "City Hall";
  settings.organisation = "Harbour City IT";
  desk.desk_writes(settings);
  desk.worker().look();
  CHECK(desk.next_site().site.organisation == "Harbour City IT");
}

TEST_CASE("what an answer has solved is saved as nobody's, solved, and without a number of the queue") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  RegisterCommand command{{7}, {}};
  command.registration.self_service = true;
  command.registration.nature = domain::Nature::question;
  command.registration.description = "Connect to the wireless network";
  RegisterCommand unsolved = command;
  unsolved.request = {8};
  command.solved_by = "wifi";
  desk.worker().post(std::move(command));
  const auto report = std::get<Registered>(desk.next());
  CHECK(report.queue_number.empty());
  const auto tickets = desk.open()->list({});
  REQUIRE(tickets.size() == 1);
  CHECK(tickets.front().status == domain::TicketStatus::closed);
  // Said to be self-service, but by nothing: refused, and the next one gets the first number.
  desk.worker().post(std::move(unsolved));
  CHECK(std::holds_alternative<RegisterFailed>(desk.next()));
  desk.send(9);
  CHECK(std::get<Registered>(desk.next()).queue_number == "A1");
}

TEST_CASE("a station that is no kiosk takes no registration that is nobody's") {
  Desk desk("technician", "");
  auto station = desk.open();
  domain::Registration registration;
  registration.self_service = true;
  registration.nature = domain::Nature::question;
  const auto refused = station->register_ticket(registration, {},
                                                {{domain::EventKind::resolved, {{"article", "wifi"}}, {}},
                                                 {domain::EventKind::confirmed, {{"solved", true}}, {}}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().context == "self_service");
}

TEST_CASE("a ticket that waits today is told its place and its wait; one that waits no more, or of another "
          "day, none") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  desk.send(7);
  const auto ticket = std::get<Registered>(desk.next());
  const auto looked = [&](std::vector<std::string> numbers) {
    desk.desk_tells({"City Hall", 4, 2, 10, {}, std::move(numbers), {}});
    desk.worker().post(FindTicket{{1}, SecretText(ticket.code)});
    return *std::get<TicketLooked>(desk.next()).ticket;
  };
  const TicketInfo waits = looked({"B4", "A9", ticket.queue_number, "K2"});
  CHECK(waits.ahead == 2);
  CHECK(waits.wait == domain::estimated_wait(2, 10, 2));
  CHECK_FALSE(looked({"B4", "K2"}).ahead);
  desk.clock_.days_later = 1;
  CHECK_FALSE(looked({ticket.queue_number}).ahead);
}

TEST_CASE("the organisation's logo is told as a picture, and a damaged one as none") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  domain::SiteSettings settings;
  settings.site = "City Hall";
  settings.logo_png = k_dot_png;
  desk.desk_writes(settings);
  desk.worker().look();
  const auto site = desk.next_site().site;
  REQUIRE(site.logo != nullptr);
  CHECK(site.logo->width == 16);
  settings.logo_png[60] = static_cast<char>(settings.logo_png[60] ^ 1);
  desk.desk_writes(settings);
  desk.worker().look();
  CHECK(desk.next_site().site.logo == nullptr);
}

TEST_CASE("the same visit sent again gets the same ticket and makes no second one") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  desk.send(7);
  const auto first = std::get<Registered>(desk.next());
  desk.send(7);
  const auto again = std::get<Registered>(desk.next());
  CHECK(again.code == first.code);
  CHECK(again.queue_number == first.queue_number);
  CHECK(desk.tickets() == 1);
}

TEST_CASE("a visit sent again the moment that its report is out is answered too") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  desk.on_report_ = [&] { desk.send(7); };
  desk.send(7);
  const auto first = std::get<Registered>(desk.next());
  CHECK(std::get<Registered>(desk.next()).code == first.code);
  CHECK(desk.tickets() == 1);
}

TEST_CASE("what the store refuses comes back as a failure and the worker goes on") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  desk.send(1, "");
  CHECK(std::get<RegisterFailed>(desk.next()).trouble == SaveTrouble::failed);
  desk.send(2);
  CHECK(std::get<Registered>(desk.next()).request.value == 2);
}

TEST_CASE("a store that another program holds is told as busy, and the next try saves the same visit") {
  Desk desk;
  REQUIRE(desk.start().has_value());
  {
    const store::Migration known[] = {
        {"SELECT 1"}, {"SELECT 2"}, {"SELECT 3"}, {"SELECT 4"}}; // as many as the station has
    auto other = store::Database::open(desk.directory() / "station.db", {0x57414c4b, "station", known},
                                       store::Access::read_write);
    REQUIRE(other.has_value());
    const store::Transaction held(**other); // longer than SQLite waits for it
    desk.send(2);
    CHECK(std::get<RegisterFailed>(desk.next()).trouble == SaveTrouble::busy);
  }
  desk.send(2);
  CHECK(std::get<Registered>(desk.next()).request.value == 2);
  CHECK(desk.tickets() == 1);
}

TEST_CASE("only a kiosk's station runs as a kiosk") {
  Desk field("technician", "");
  const auto started = field.start();
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().code == base::ErrorCode::not_allowed);
  CHECK(started.error().message.find("--kind kiosk") != std::string::npos);
}

TEST_CASE("a second kiosk on the same station is refused until the first is gone") {
  Desk desk;
  auto first = InstanceLock::take(desk.directory());
  REQUIRE(first.has_value());
  const auto second = InstanceLock::take(desk.directory());
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == base::ErrorCode::busy);
  first->reset();
  CHECK(InstanceLock::take(desk.directory()).has_value());
}

TEST_CASE("whether a station can save is known before a customer begins") {
  Desk desk;
  CHECK(state_of_store(desk.directory()) == StoreState::fine);
  CHECK(state_of_store(desk.directory() / "nowhere") == StoreState::broken);
  if (::geteuid() != 0) {
    fs::permissions(desk.directory() / "station.db", fs::perms::owner_read);
    CHECK(state_of_store(desk.directory()) == StoreState::locked);
  }
}
