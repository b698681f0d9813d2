// A desk in memory with one person of each role, and what one needs to ask it.
#pragma once

#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"
#include "sync/desk/console/console.hpp"
#include "sync/desk/storage/sqlite_accounts.hpp"
#include "sync/desk/web/http_server.hpp"
#include "tests/unit/memory_tickets.hpp"

#include <atomic>
#include <fmt/format.h>
#include <thread>

namespace walkin::test {

// A clock that stands until it is moved.
class StandingClock final : public base::Clock {
public:
  base::Instant now() const override { return base::from_ms(now_ms_); }
  std::chrono::sys_days local_day(base::Instant instant) const override {
    return std::chrono::floor<std::chrono::days>(instant);
  }
  void move(base::Millis by) { now_ms_ += by.count(); }

private:
  std::atomic<std::int64_t> now_ms_ = 1'795'330'800'000; // 2026-11-22T07:00:00Z
};

// The same numbers in each run.
class CountingRandom final : public base::Random {
public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      state_ += 0x9e3779b97f4a7c15ull; // splitmix64
      std::uint64_t z = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9ull;
      byte = static_cast<std::uint8_t>(z >> 32);
    }
  }

private:
  std::atomic<std::uint64_t> state_ = 1;
};

inline constexpr const char* k_password = "correct horse";

struct DeskWorld {
  StandingClock clock;
  CountingRandom random;
  Passwords passwords{Passwords::Cost::light};
  MemoryTickets tickets{clock, random};
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Templates> templates;
  Assets assets;

  DeskWorld() {
    accounts = std::move(*open_sqlite_accounts(":memory:", store::Access::create, random, clock.now()));
    templates = std::move(*Templates::load(WALKIN_SOURCE_DIR "/assets/desk/templates"));
    assets = std::move(*Assets::load(WALKIN_SOURCE_DIR "/assets/desk"));
  }

  void add_person(const std::string& name, Role role, const std::string& full_name = {}) {
    NewUser user{.name = name,
                 .full_name = full_name,
                 .group = "",
                 .role = role,
                 .password_hash = passwords.hash(k_password)};
    if (!accounts->add_user(user, clock.now())) throw std::runtime_error("cannot add " + name);
  }

  // The code of a new ticket.
  std::string add_ticket(const std::string& person = "Maria Lindqvist",
                         const std::string& words = "Both screens go black. I lose the meeting.") {
    domain::NextCode next = domain::next_ticket_code("LB", last_counter_);
    last_counter_ = next.counter;
    domain::Registration registration;
    registration.contact.name = person;
    registration.contact.email = "maria@example.org";
    registration.description = words;
    tickets.add(next.code, registration, clock.now(), fmt::format("A{}", next.counter));
    clock.move(std::chrono::minutes(1));
    return next.code;
  }

private:
  std::uint32_t last_counter_ = 397;
};

// A running server on a free port of the loopback.
struct RunningDesk {
  explicit RunningDesk(DeskWorld& world, Documents* documents = nullptr)
      : console({world.tickets, *world.accounts, *world.templates, world.assets, world.clock, world.random,
                 world.passwords, false, nullptr, nullptr, documents}) {
    server = std::move(
        *HttpServer::make({.host = "127.0.0.1", .port = 0, .certificate_file = "", .key_file = ""}));
    console.mount(server->routes());
    if (!server->bind()) throw std::runtime_error("no free port");
    thread = std::thread([this] { server->run(); });
  }
  ~RunningDesk() {
    console.stop();
    server->stop();
    thread.join();
  }
  Console console;
  std::unique_ptr<HttpServer> server;
  std::thread thread;
};

// A person at a browser without script: keeps the cookie, follows no redirect by itself.
class Browser {
public:
  explicit Browser(const RunningDesk& desk) : client_("127.0.0.1", desk.server->port()) {
    client_.set_read_timeout(10);
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
  }

  httplib::Result get(const std::string& path) { return keep(client_.Get(path, headers())); }

  // Sends a form with the token of the page last seen.
  httplib::Result post(const std::string& path, std::vector<std::pair<std::string, std::string>> fields) {
    if (!token.empty()) fields.emplace_back("token", token);
    std::string body;
    for (const auto& [name, value] : fields)
      body += (body.empty() ? "" : "&") + encode_component(name) + "=" + encode_component(value);
    return keep(client_.Post(path, headers(), body, "application/x-www-form-urlencoded"));
  }

  bool sign_in(const std::string& name, const std::string& password = k_password) {
    get("/console/sign-in");
    auto answer = post("/console/sign-in", {{"name", name}, {"password", password}});
    if (!answer || answer->status != 303) return false;
    get("/console/tickets");
    return true;
  }

  // The value of the first hidden field of this name in the page last seen, after `from`.
  std::string hidden(const std::string& name, const std::string& from = "<main") const {
    auto start = page.find(from);
    auto at = page.find("name=\"" + name + "\" value=\"", start);
    if (start == std::string::npos || at == std::string::npos) return {};
    at += name.size() + 15;
    return page.substr(at, page.find('"', at) - at);
  }

  httplib::Headers headers() const {
    if (cookie.empty()) return {};
    return {{"Cookie", "walkin_session=" + cookie}};
  }

  std::string cookie, token, page;

private:
  httplib::Result keep(httplib::Result answer) {
    if (!answer) return answer;
    if (std::string set = answer->get_header_value("Set-Cookie"); !set.empty())
      cookie = set.substr(set.find('=') + 1, set.find(';') - set.find('=') - 1);
    if (answer->status != 303) {
      page = answer->body;
      if (std::string found = hidden("token", "<body"); !found.empty()) token = found;
    }
    return answer;
  }

  httplib::Client client_;
};

} // namespace walkin::test
