// The console over HTTP on the loopback, as a browser without script uses it.
#include "tests/unit/desk_world.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <set>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

using namespace walkin;
using namespace walkin::test;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Fixture {
  Fixture() {
    world.add_person("root", Role::administrator, "Nora Vik");
    world.add_person("ana", Role::front_line, "Ana Ruiz");
    world.add_person("omar", Role::specialist, "Omar Haddad");
    world.add_person("ingrid", Role::technician, "Ingrid Solheim");
    world.add_person("mona", Role::manager, "Mona Berg");
    code = world.add_ticket();
    address = "/console/tickets/" + code;
  }
  Browser signed_in(const std::string& name) {
    Browser browser(desk);
    REQUIRE(browser.sign_in(name));
    return browser;
  }
  domain::Ticket ticket() { return *world.tickets.find(code); }
  std::size_t count(domain::EventKind kind) {
    return static_cast<std::size_t>(std::ranges::count(ticket().history, kind, &domain::HistoryEntry::known));
  }

  DeskWorld world;
  RunningDesk desk{world};
  std::string code, address;
};

const char* name_with(Role role) {
  switch (role) {
  case Role::administrator: return "root";
  case Role::front_line: return "ana";
  case Role::specialist: return "omar";
  case Role::technician: return "ingrid";
  case Role::manager: return "mona";
  }
  return "";
}

// A path that fits the route's pattern.
std::string example_of(std::string_view pattern, const std::string& code) {
  std::string path(pattern);
  for (const auto& [part, with] :
       {std::pair<std::string, std::string>{"{code}", code}, {"{prefix}", "ZZ"}, {"{name}", "nobody"}})
    if (auto at = path.find(part); at != std::string::npos) path.replace(at, part.size(), with);
  return path;
}

} // namespace

TEST_CASE_FIXTURE(Fixture, "each role is let in where its route says so, and refused everywhere else") {
  for (Role role : k_roles) {
    Browser browser = signed_in(name_with(role));
    for (const Route& route : Console::routes()) {
      if (route.is_public || contains(std::string(route.path), "sign-out") ||
          contains(std::string(route.path), "events"))
        continue;
      CAPTURE(name_of(role));
      CAPTURE(route.path);
      std::string path = example_of(route.path, code);
      auto answer = route.method == "GET" ? browser.get(path) : browser.post(path, {});
      REQUIRE(answer);
      if (route.roles.has(role))
        CHECK(answer->status != 403);
      else
        CHECK(answer->status == 403);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "nobody who is not signed in gets past the public routes") {
  for (const Route& route : Console::routes()) {
    CAPTURE(route.path);
    if (route.is_public) continue;
    Browser browser(desk);
    std::string path = example_of(route.path, code);
    auto answer = route.method == "GET" ? browser.get(path) : browser.post(path, {{"text", "x"}});
    REQUIRE(answer);
    bool is_turned_away =
        answer->status == 401 ||
        (answer->status == 303 && answer->get_header_value("Location").starts_with("/console/sign-in"));
    CHECK(is_turned_away);
  }
  CHECK(count(domain::EventKind::note) == 0);
}

TEST_CASE_FIXTURE(Fixture, "every route that changes something needs the form's token") {
  Browser browser = signed_in("root");
  for (const Route& route : Console::routes()) {
    if (route.method != "POST") continue;
    CAPTURE(route.path);
    for (const char* token : {"", "0123", "wrong"}) {
      browser.token = token;
      auto answer = browser.post(example_of(route.path, code),
                                 {{"text", "x"}, {"name", "root"}, {"password", k_password}});
      REQUIRE(answer);
      CHECK(answer->status == 403);
      browser.token.clear();
    }
  }
  CHECK(ticket().history.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a form that another site sends is refused even with its token") {
  Browser browser = signed_in("ana");
  httplib::Client client("127.0.0.1", desk.server->port());
  std::string body = "text=x&token=" + browser.token;
  for (auto [header, value] : {std::pair{"Sec-Fetch-Site", "cross-site"},
                               {"Sec-Fetch-Site", "same-site"},
                               {"Origin", "https://evil.example"}}) {
    httplib::Headers headers = browser.headers();
    headers.emplace(header, value);
    auto answer = client.Post(address + "/note", headers, body, "application/x-www-form-urlencoded");
    REQUIRE(answer);
    CHECK(answer->status == 403);
  }
  CHECK(count(domain::EventKind::note) == 0);
}

TEST_CASE_FIXTURE(Fixture, "an unknown name and a wrong password get the same words") {
  auto words_for = [&](const char* name, const char* password) {
    Browser browser(desk);
    browser.get("/console/sign-in");
    auto answer = browser.post("/console/sign-in", {{"name", name}, {"password", password}});
    auto at = answer->body.find("role=\"alert\"");
    return std::pair(answer->status, answer->body.substr(at, answer->body.find("</p>", at) - at));
  };
  auto wrong = words_for("ana", "wrong wrong");
  auto unknown = words_for("nobody", "wrong wrong");
  CHECK(wrong == unknown);
  CHECK(wrong.first == 403);
  CHECK(contains(wrong.second, "4 more tries"));
}

TEST_CASE_FIXTURE(Fixture, "after five wrong passwords even the right one has to wait five minutes") {
  Browser browser(desk);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(browser.sign_in("ana", "wrong wrong"));
  CHECK_FALSE(browser.sign_in("ana"));
  CHECK(contains(browser.page, "Wait 5 minutes"));
  CHECK(browser.sign_in("omar"));
  world.clock.move(TryLimit::k_window + base::Millis(1));
  CHECK(Browser(desk).sign_in("ana"));
}

TEST_CASE_FIXTURE(Fixture,
                  "signing in gives a new session, a strict cookie and leads back to where one was") {
  Browser browser(desk);
  auto asked = browser.get(address);
  REQUIRE(asked->status == 303);
  std::string sign_in = asked->get_header_value("Location");
  auto page = browser.get(sign_in);
  std::string before = browser.cookie;
  CHECK(browser.hidden("next") == address);
  auto answer =
      browser.post("/console/sign-in", {{"name", "ana"}, {"password", k_password}, {"next", address}});
  CHECK(answer->status == 303);
  CHECK(answer->get_header_value("Location") == address);
  CHECK(browser.cookie != before);
  CHECK(browser.cookie.size() == 64);
  std::string set = answer->get_header_value("Set-Cookie");
  CHECK(contains(set, "HttpOnly"));
  CHECK(contains(set, "SameSite=Lax"));
}

TEST_CASE_FIXTURE(Fixture, "signing in leads to no other site") {
  for (const char* next : {"https://evil.example/", "//evil.example/", "/console//evil.example",
                           "/\\evil.example", "javascript:alert(1)", "/console/a\r\nX: y"}) {
    Browser browser(desk);
    browser.get("/console/sign-in");
    auto answer =
        browser.post("/console/sign-in", {{"name", "ana"}, {"password", k_password}, {"next", next}});
    CHECK(answer->get_header_value("Location") == "/console/tickets");
  }
}

TEST_CASE_FIXTURE(Fixture, "who signs out is out, with the old cookie too") {
  Browser browser = signed_in("ana");
  std::string cookie = browser.cookie;
  CHECK(browser.post("/console/sign-out", {})->status == 303);
  browser.cookie = cookie;
  CHECK(browser.get("/console/tickets")->status == 303);
}

TEST_CASE_FIXTURE(Fixture, "every page carries the headers that keep a browser safe") {
  Browser browser = signed_in("root");
  for (const char* path :
       {"/console/tickets", "/console/people", "/console/nowhere", "/assets/console.css"}) {
    auto answer = browser.get(path);
    std::string policy = answer->get_header_value("Content-Security-Policy");
    CHECK(contains(policy, "default-src 'none'"));
    CHECK_FALSE(contains(policy, "unsafe"));
    CHECK(answer->get_header_value("X-Content-Type-Options") == "nosniff");
    CHECK(answer->get_header_value("X-Frame-Options") == "DENY");
  }
  browser.get("/console/tickets");
  CHECK_FALSE(contains(browser.page, "style=\""));
  CHECK_FALSE(contains(browser.page, "onclick"));
}

TEST_CASE_FIXTURE(Fixture, "the list is oldest first and turned by ten") {
  std::vector<std::string> codes{code};
  for (int i = 0; i < 22; ++i) codes.push_back(world.add_ticket(fmt::format("Person {}", i)));
  Browser browser = signed_in("ana");
  auto first = browser.get("/console/tickets");
  CHECK(contains(first->body, "1 to 10 of 23"));
  CHECK(contains(first->body, codes[0]));
  CHECK_FALSE(contains(first->body, codes[10]));
  CHECK(first->body.find(codes[0]) < first->body.find(codes[9]));
  auto last = browser.get("/console/tickets?view=open&page=3");
  CHECK(contains(last->body, "21 to 23 of 23"));
  auto beyond = browser.get("/console/tickets?view=open&page=99");
  CHECK(beyond->status == 303);
  CHECK(contains(beyond->get_header_value("Location"), "page=3"));
}

TEST_CASE_FIXTURE(Fixture, "a search finds a person without accents, and a whole code opens the ticket") {
  world.add_ticket("Señora Peña");
  Browser browser = signed_in("ana");
  auto found = browser.get("/console/tickets?q=senora");
  CHECK(contains(found->body, "Señora Peña"));
  CHECK_FALSE(contains(found->body, "Maria Lindqvist"));
  auto direct = browser.get("/console/tickets?q=" + encode_component(base::fold(code)));
  CHECK(direct->status == 303);
  CHECK(direct->get_header_value("Location") == address);
  CHECK(contains(browser.get("/console/tickets?q=zebra")->body, "No ticket has all of these words"));
}

TEST_CASE_FIXTURE(Fixture, "an empty view says so and what to do") {
  Browser browser = signed_in("ana");
  auto page = browser.get("/console/tickets?view=mine");
  CHECK(page->status == 200);
  CHECK(contains(page->body, "Nothing is with you"));
  CHECK(contains(page->body, "See all open"));
}

TEST_CASE_FIXTURE(Fixture, "a database that does not answer is told in words with a reference") {
  Browser browser = signed_in("ana");
  world.tickets.fails = true;
  auto page = browser.get("/console/tickets");
  CHECK(page->status == 503);
  CHECK(contains(page->body, "could not be brought up to date"));
  CHECK(contains(page->body, "Reference"));
  CHECK_FALSE(contains(page->body, "the database does not answer")); // the fault's own text is for the log
  world.tickets.fails = false;
}

TEST_CASE_FIXTURE(Fixture, "a reply reaches the customer's side of the history, a note does not") {
  Browser browser = signed_in("ana");
  browser.get(address);
  auto sent = browser.post(address + "/reply", {{"text", "We are <b>swapping</b> it now."}, {"once", "one"}});
  CHECK(sent->status == 303);
  browser.post(address + "/note", {{"text", "Supplier takes it back."}, {"once", "two"}});
  auto page = browser.get(address);
  CHECK(contains(page->body, "Ana Ruiz to Maria"));
  CHECK(contains(page->body, "We are &lt;b&gt;swapping&lt;/b&gt; it now."));
  CHECK(contains(page->body, "</span>, internal"));
  auto history = ticket().history;
  REQUIRE(history.size() == 3);
  CHECK(domain::to_text(history[1].body.at("visibility")) == "public");
  CHECK(domain::to_text(history[2].body.at("visibility")) == "internal");
  CHECK(history[1].by == "ana");
}

TEST_CASE_FIXTURE(Fixture, "the same form sent twice is carried out once") {
  Browser browser = signed_in("ana");
  browser.get(address);
  for (int i = 0; i < 3; ++i)
    CHECK(browser.post(address + "/note", {{"text", "Once."}, {"once", "abc"}})->status == 303);
  CHECK(count(domain::EventKind::note) == 1);
}

TEST_CASE_FIXTURE(Fixture, "an empty or forbidden text comes back with what was written and why") {
  Browser browser = signed_in("ana");
  browser.get(address);
  auto empty = browser.post(address + "/reply", {{"text", "   "}});
  CHECK(empty->status == 422);
  CHECK(contains(empty->body, "nothing to send"));
  auto hidden = browser.post(address + "/note", {{"text", "right \u202eleft"}});
  CHECK(hidden->status == 422);
  CHECK(contains(hidden->body, "right \u202eleft"));
  auto longest = browser.post(address + "/note", {{"text", std::string(60'000, 'a')}});
  CHECK(longest->status == 422);
  CHECK(ticket().history.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a long reply over the library's own limit of 8 KB for forms arrives") {
  Browser browser = signed_in("ana");
  browser.get(address);
  std::string text;
  while (text.size() < 3500) text += "ñandú ";
  auto sent = browser.post(address + "/reply", {{"text", text}}); // 8 KB and more once encoded
  CHECK(sent->status == 303);
  CHECK(count(domain::EventKind::note) == 1);
}

TEST_CASE_FIXTURE(Fixture, "a body over the limit is refused and the connection goes on") {
  Browser browser = signed_in("ana");
  auto refused = browser.post(address + "/note", {{"text", std::string(k_form_bytes_max + 1, 'a')}});
  REQUIRE(refused);
  CHECK(refused->status == 413);
  CHECK(browser.get("/console/tickets")->status == 200);
  CHECK(ticket().history.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "only statuses that may follow are offered, and no other is taken") {
  Browser browser = signed_in("ana");
  auto page = browser.get(address);
  CHECK(contains(page->body, "Take into work"));
  CHECK_FALSE(contains(page->body, "value=\"closed\""));
  std::string version = browser.hidden("version", address + "/status");
  auto refused = browser.post(address + "/status", {{"status", "closed"}, {"version", version}});
  CHECK(refused->status == 422);
  CHECK(ticket().status() == domain::TicketStatus::created);
  CHECK(browser.post(address + "/status", {{"status", "in_work"}, {"version", version}})->status == 303);
  CHECK(ticket().status() == domain::TicketStatus::in_work);
}

TEST_CASE_FIXTURE(Fixture, "a solved ticket carries the answer, a closed one is opened again") {
  Browser browser = signed_in("ana");
  browser.get(address);
  CHECK(browser.post(address + "/solve", {{"text", "New dock."}})->status == 303);
  CHECK(ticket().status() == domain::TicketStatus::solved);
  CHECK(ticket().text("resolution") == "New dock.");
  browser.get(address);
  browser.post(address + "/status",
               {{"status", "closed"}, {"version", browser.hidden("version", address + "/status")}});
  CHECK(ticket().status() == domain::TicketStatus::closed);
  browser.get(address);
  browser.post(address + "/status",
               {{"status", "in_work"}, {"version", browser.hidden("version", address + "/status")}});
  CHECK(ticket().status() == domain::TicketStatus::in_work);
}

TEST_CASE_FIXTURE(Fixture, "an edit that met a newer value comes back with both and overwrites nothing") {
  Browser ana = signed_in("ana"), omar = signed_in("omar");
  ana.get(address);
  std::string seen = ana.hidden("version", "name=\"field\" value=\"priority\"");
  omar.get(address);
  CHECK(omar.post(address + "/set", {{"field", "priority"}, {"value", "P1"}, {"version", ""}})->status ==
        303);
  auto stale = ana.post(address + "/set", {{"field", "priority"}, {"value", "P3"}, {"version", seen}});
  CHECK(stale->status == 409);
  CHECK(contains(stale->body, "Somebody changed this while you did"));
  CHECK(contains(stale->body, "Omar Haddad"));
  CHECK(contains(stale->body, "You wanted <b dir=\"auto\">P3</b>"));
  CHECK(ticket().priority() == domain::Priority::p1);
  std::string again = ana.hidden("version", "Nothing was overwritten");
  CHECK(again == ticket().fields.at("priority").version.str());
  CHECK(ana.post(address + "/set", {{"field", "priority"}, {"value", "P3"}, {"version", again}})->status ==
        303);
  CHECK(ticket().priority() == domain::Priority::p3);
}

TEST_CASE_FIXTURE(Fixture, "a ticket is given to a person with their group, to a group, and back to nobody") {
  Browser browser = signed_in("ana");
  auto give = [&](const char* to) {
    browser.get(address);
    return browser
        .post(address + "/assign", {{"to", to},
                                    {"version", browser.hidden("version", address + "/assign")},
                                    {"group_version", browser.hidden("group_version")}})
        ->status;
  };
  CHECK(give("person:ingrid") == 303);
  CHECK(ticket().text("assignee") == "ingrid");
  CHECK(contains(browser.get("/console/tickets")->body, "Ingrid Solheim"));
  CHECK(give("group:Level 2") == 303);
  CHECK(ticket().text("assignee").empty());
  CHECK(ticket().text("group") == "Level 2");
  CHECK(give("nobody") == 303);
  CHECK(give("person:nobody-known") == 422);
}

TEST_CASE_FIXTURE(Fixture, "two values written at once are both shown, and the loser can be taken back") {
  world.tickets.add_unseen(code, "ingrid",
                           {domain::EventKind::field_changed, {{"priority", std::string("P3")}}, {}},
                           world.clock.now(), world.clock.now());
  world.clock.move(std::chrono::minutes(1));
  world.tickets.add_unseen(code, "omar",
                           {domain::EventKind::field_changed, {{"priority", std::string("P2")}}, {}},
                           world.clock.now(), world.clock.now() + std::chrono::hours(1));
  Browser browser = signed_in("ana");
  auto page = browser.get(address);
  CHECK(contains(page->body, "Priority changed by two people at once"));
  CHECK(contains(page->body, "offline, came"));
  CHECK(contains(browser.get("/console/tickets")->body, "Conflict"));
  browser.get(address);
  std::string from = "changed by two people at once";
  browser.post(address + "/set", {{"field", browser.hidden("field", from)},
                                  {"value", browser.hidden("value", from)},
                                  {"version", browser.hidden("version", from)}});
  CHECK(ticket().priority() == domain::Priority::p3);
  CHECK(ticket().parallels.empty());
}

TEST_CASE_FIXTURE(
    Fixture, "an address of no ticket is answered in words, and a code typed in any way finds its ticket") {
  Browser browser = signed_in("ana");
  CHECK(browser.get("/console/tickets/LB-9999-9")->status == 404);
  CHECK(browser.get("/console/tickets/%3Cscript%3E")->status == 404);
  CHECK_FALSE(contains(browser.page, "<script>alert"));
  CHECK(browser.get("/console/tickets/" + encode_component(base::fold(code)))->get_header_value("Location") ==
        address);
  CHECK(browser.get("/" + std::string(2000, 'a'))->status == 414);
}

TEST_CASE_FIXTURE(Fixture, "the first administrator signs in with the one-time code and chooses a password") {
  DeskWorld fresh;
  RunningDesk fresh_desk(fresh);
  fresh.accounts->add_setup_code(code_hash("ACDE-FGHJ-KMNP"), fresh.clock.now());
  Browser browser(fresh_desk);
  CHECK(browser.get("/console/setup?code=WRON-GWRO-NGWR")->status == 403);
  CHECK(browser.get("/console/setup?code=ACDE-FGHJ-KMNP")->status == 200);
  std::vector<std::pair<std::string, std::string>> form{{"code", "ACDE-FGHJ-KMNP"},
                                                        {"name", "root"},
                                                        {"full_name", "Nora Vik"},
                                                        {"password", "short"},
                                                        {"again", "short"}};
  CHECK(browser.post("/console/setup", form)->status == 422);
  form[3].second = "long enough now";
  CHECK(browser.post("/console/setup", form)->status == 422);
  form[4].second = "long enough now";
  CHECK(browser.post("/console/setup", form)->status == 303);
  CHECK(contains(browser.get("/console/people")->body, "Nora Vik"));
  CHECK(browser.get("/console/setup?code=ACDE-FGHJ-KMNP")->status == 403);
}

TEST_CASE_FIXTURE(Fixture,
                  "an administrator makes a station code that works once, and revokes by typing the prefix") {
  Browser browser = signed_in("root");
  browser.get("/console/stations");
  auto made = browser.post("/console/stations/code", {{"site", "City Hall"}, {"kind", "kiosk"}});
  CHECK(made->status == 200);
  auto at = made->body.find("class=\"code-ticket\"><span>");
  REQUIRE(at != std::string::npos);
  std::string left = made->body.substr(at + 26, 4);
  std::string right = made->body.substr(made->body.find("<span>", at + 32) + 6, 4);
  auto station =
      world.accounts->enroll_station(code_hash(left + right), token_hash("bearer"), world.clock.now());
  REQUIRE(station);
  CHECK(browser.post("/console/stations/CH/revoke", {{"typed", "HC"}})->status == 422);
  CHECK(world.accounts->find_station(token_hash("bearer"), world.clock.now()));
  CHECK(browser.post("/console/stations/CH/revoke", {{"typed", "CH"}})->status == 303);
  CHECK_FALSE(world.accounts->find_station(token_hash("bearer"), world.clock.now()));
}

TEST_CASE_FIXTURE(Fixture, "a person added may sign in, one disabled is out at once") {
  Browser root = signed_in("root"), ana = signed_in("ana");
  root.get("/console/people");
  CHECK(root.post("/console/people", {{"name", "liv"},
                                      {"full_name", "Liv Strand"},
                                      {"role", "specialist"},
                                      {"password", "correct horse"}})
            ->status == 303);
  CHECK(Browser(desk).sign_in("liv"));
  CHECK(root.post("/console/people/ana", {{"disabled", "yes"}})->status == 303);
  CHECK(ana.get("/console/tickets")->status == 303);
  CHECK_FALSE(Browser(desk).sign_in("ana"));
  CHECK(root.post("/console/people/root", {{"disabled", "yes"}})->status == 422);
}

TEST_CASE_FIXTURE(Fixture, "an open page is told of a change within moments") {
  Browser browser = signed_in("ana");
  httplib::Client client("127.0.0.1", desk.server->port());
  client.set_read_timeout(10);
  std::string heard;
  std::atomic<bool> is_live = false;
  std::thread listener([&] {
    auto gone = client.Get("/console/events", browser.headers(), [&](const char* data, std::size_t size) {
      heard.append(data, size);
      is_live = is_live || contains(heard, "event: live");
      return !contains(heard, "event: change");
    });
    CHECK(gone.error() == httplib::Error::Canceled);
  });
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_live && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(is_live);
  CHECK(world.tickets.append(code, "omar",
                             {domain::EventKind::note,
                              {{"visibility", std::string("internal")}},
                              {{"text", std::string("secret words")}}},
                             {}));
  listener.join();
  CHECK(contains(heard, "data: " + code));
  CHECK_FALSE(contains(heard, "secret words"));
}

TEST_CASE_FIXTURE(Fixture,
                  "the desk stops promptly with open live pages, kept connections and half a request") {
  Browser browser = signed_in("ana"); // keeps its connection
  httplib::Client client("127.0.0.1", desk.server->port());
  std::atomic<bool> is_live = false;
  std::thread listener([&] {
    (void)client.Get("/console/events", browser.headers(),
                     [&](const char*, std::size_t) { return is_live = true; });
  });
  int half = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(desk.server->port()));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(half, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  REQUIRE(::send(half, "GET /console", 12, 0) == 12);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_live && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  auto started = std::chrono::steady_clock::now();
  desk.console.stop();
  desk.server->stop();
  desk.thread.join();
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(2));
  listener.join();
  ::close(half);
  desk.thread = std::thread([] {}); // for the fixture to join
}

TEST_CASE_FIXTURE(Fixture, "no log line holds a name, a password, a token or what was written") {
  std::ostringstream log;
  auto before = spdlog::default_logger();
  auto logger =
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
  logger->set_level(spdlog::level::trace);
  spdlog::set_default_logger(logger);
  {
    Browser browser = signed_in("ana");
    CHECK_FALSE(Browser(desk).sign_in("ana", "wrong password typed"));
    browser.get("/console/tickets?q=Lindqvist");
    browser.get(address);
    browser.post(address + "/note", {{"text", "private words"}});
    browser.get("/console/people");
    CHECK(log.str().size() > 100);
    for (const std::string& secret : {std::string("Lindqvist"), std::string("Maria"), std::string(k_password),
                                      std::string("wrong password"), browser.cookie, browser.token,
                                      std::string("private words"), std::string("maria@example.org")})
      CHECK_FALSE(contains(log.str(), secret));
  }
  spdlog::set_default_logger(before);
}

TEST_CASE("a port in use, a bad address and a certificate that cannot be read are said in words") {
  DeskWorld world;
  RunningDesk desk(world);
  auto second = HttpServer::make(
      {.host = "127.0.0.1", .port = desk.server->port(), .certificate_file = "", .key_file = ""});
  REQUIRE(second);
  auto bound = (*second)->bind();
  REQUIRE_FALSE(bound);
  CHECK(bound.error().code == base::ErrorCode::busy);
  CHECK(contains(bound.error().message, "in use"));
  for (const char* text : {"", "8080", ":8080", "host:", "host:port", "host:70000", "host:-1"})
    CHECK_FALSE(parse_listen(text));
  CHECK(parse_listen("[::1]:8080")->host == "::1");
  auto no_certificate = HttpServer::make({.host = "127.0.0.1",
                                          .port = 0,
                                          .certificate_file = "/nonexistent/cert.pem",
                                          .key_file = "/nonexistent/key.pem"});
  REQUIRE_FALSE(no_certificate);
  CHECK(contains(no_certificate.error().message, "/nonexistent/cert.pem cannot be read"));
}
