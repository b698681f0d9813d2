// Reference documents on their way from the desk to stations.
#include "shared/protocol/reference_json.hpp"
#include "sync/desk/storage/queue.hpp"
#include "tests/fixtures/sync_world.hpp"

#include <doctest/doctest.h>
#include <thread>

using namespace walkin;
using namespace walkin::domain;
using desk::DocumentDraft;
using desk::WriteOutcome;
using fixtures::SyncStation;
using fixtures::SyncWorld;

namespace {

struct DocumentWorld : SyncWorld {
  std::unique_ptr<desk::Documents> documents =
      desk::Documents::open(folder.path() / "tickets.db", clock, random).value();
  std::unique_ptr<desk::Queue> queue =
      desk::Queue::open(
          folder.path() / "tickets.db", *desk, *documents, [](auto) { return base::Zone{}; }, clock)
          .value();

  std::unique_ptr<SyncStation> reader(const std::string& kind, const std::string& prefix,
                                      const std::string& site = "Library") {
    auto made = station(kind, prefix, site);
    made->link.documents = documents.get();
    made->link.queue = queue.get();
    return made;
  }
  WriteOutcome write(const DocumentDraft& draft) {
    return documents->write(std::span(&draft, 1), "ana").front();
  }
  static DocumentDraft article(std::string id, Audience audience = Audience::everyone,
                               std::string title = "Title") {
    Article a;
    a.id = std::move(id);
    a.language = "en";
    a.title = std::move(title);
    a.body = "Text";
    a.audience = audience;
    return desk::draft_of(a);
  }
  static std::int64_t count(SyncStation& s) { return s.station->reference().digest().count; }
};

// Another process of the same desk.
struct OtherProcess {
  std::unique_ptr<desk::DeskLog> log;
  std::unique_ptr<desk::Queue> queue;

  explicit OtherProcess(DocumentWorld& world)
      : log(desk::DeskLog::open(world.folder.path() / "tickets.db", store::Access::read_write,
                                domain::ReplicaId::make(world.clock.now(), world.random), "HE", world.clock,
                                world.random)
                .value()),
        queue(desk::Queue::open(
                  world.folder.path() / "tickets.db", *log, *world.documents,
                  [](auto) { return base::Zone{}; }, world.clock)
                  .value()) {}
};

} // namespace

TEST_CASE("a round brings documents when there are new ones, and asks for none when there are not") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  world.write(world.article("one"));
  CHECK(kiosk->sync().in_sync);
  CHECK(world.count(*kiosk) == 1);
  const std::size_t asked = kiosk->link.document_pages;
  CHECK(asked == 1);
  kiosk->sync();
  CHECK(kiosk->link.document_pages == asked);
  world.write(world.article("two"));
  kiosk->sync();
  CHECK(world.count(*kiosk) == 2);
  CHECK(kiosk->link.document_pages == asked + 1);
}

TEST_CASE("documents come over as many pages as they take, and a lost answer costs nothing but time") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  for (int i = 0; i < 25; ++i) world.write(world.article("a" + std::to_string(i)));
  kiosk->link.page_documents_max = 4;
  int lost = 0;
  kiosk->link.lose_answer = [&] { return kiosk->link.document_pages > 2 && lost++ == 0; };
  CHECK(!kiosk->sync().in_sync);
  CHECK(world.count(*kiosk) == 8);
  CHECK(kiosk->sync().in_sync);
  CHECK(world.count(*kiosk) == 25);
  CHECK(kiosk->link.document_pages == 3 + 5);
}

TEST_CASE("a desk that gives no documents is done without") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  kiosk->link.documents = nullptr;
  CHECK(kiosk->sync().in_sync);
  CHECK(!kiosk->sync().failure);
}

TEST_CASE("what is internal, of another site, or about people stays away from who may not have it") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  auto laptop = world.reader("technician", "LT", "School");
  world.write(world.article("script", Audience::internal));
  world.write(world.article("wifi"));
  for (const char* site : {"Library", "School"}) {
    SiteSettings settings;
    settings.site = site;
    world.write(desk::draft_of(settings));
  }
  Person maria{"", "Maria Nilsen", "E-1042", "maria@example.org", "", "nb", Entitlement::covered};
  CHECK(world.documents->write_people(std::span(&maria, 1), "ana") == 1);
  kiosk->sync();
  laptop->sync();
  store::Reference& at_kiosk = kiosk->station->reference();
  CHECK(!at_kiosk.article("script", "en"));
  CHECK(at_kiosk.article("wifi", "en"));
  CHECK(at_kiosk.settings()->site == "Library");
  REQUIRE(at_kiosk.find_person("e-1042"));
  CHECK(at_kiosk.find_person("e-1042")->masked_name == "M**** N****");
  CHECK(at_kiosk.find_person("e-1042")->masked_email == "m****a@example.org");
  CHECK(at_kiosk.find_person("e-1042")->masked_phone.empty());
  CHECK(at_kiosk.find_person("Maria@Example.org"));
  store::Reference& at_laptop = laptop->station->reference();
  CHECK(at_laptop.article("script", "en"));
  CHECK(!at_laptop.has_directory());
  CHECK(at_laptop.settings()->site == "School");
}

TEST_CASE(
    "an article for a support group goes to the stations of its people, and from them when they leave it") {
  DocumentWorld world;
  auto of_network = world.reader("technician", "LA"), of_accounts = world.reader("technician", "LB");
  auto of_nobody = world.reader("technician", "LC");
  auto kiosk = world.reader("kiosk", "LD");
  of_network->link.peer.group = "network";
  of_accounts->link.peer.group = "accounts";
  Article script;
  script.id = "script";
  script.language = "en";
  script.title = "Ask this first";
  script.body = "Text";
  script.audience = Audience::internal;
  script.groups = {"network", "second level"};
  world.write(desk::draft_of(script));
  world.write(world.article("for-all-staff", Audience::internal));
  auto held = [](SyncStation& s) {
    CHECK(s.sync().in_sync);
    return std::pair(s.station->reference().article("script", "en").has_value(),
                     s.station->reference().article("for-all-staff", "en").has_value());
  };
  CHECK(held(*of_network) == std::pair(true, true));
  CHECK(held(*of_accounts) == std::pair(false, true));
  CHECK(held(*of_nobody) == std::pair(false, true));
  CHECK(held(*kiosk) == std::pair(false, false));
  of_network->link.peer.group = "accounts"; // its person moves
  of_accounts->link.peer.group = "network";
  CHECK(held(*of_network) == std::pair(false, true));
  CHECK(held(*of_accounts) == std::pair(true, true));
  script.groups = {"accounts"};
  world.write(desk::draft_of(script));
  CHECK(held(*of_network) == std::pair(true, true));
  CHECK(held(*of_accounts) == std::pair(false, true));
  script.audience = Audience::everyone;
  CHECK(!protocol::decode_article(protocol::encode_body(script)));
}

TEST_CASE("a document that a station may no longer have, or that is gone, goes from it") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  auto late = world.reader("kiosk", "LC");
  world.write(world.article("script"));
  world.write(world.article("old"));
  kiosk->sync();
  CHECK(world.count(*kiosk) == 2);
  CHECK(world.write(world.article("script", Audience::internal)) == WriteOutcome::changed);
  CHECK(world.documents->remove(DocumentKind::article, "old.en", "ana"));
  CHECK(!world.documents->remove(DocumentKind::article, "old.en", "ana"));
  CHECK(kiosk->sync().in_sync);
  CHECK(world.count(*kiosk) == 0);
  late->sync(); // never told of either
  CHECK(world.count(*late) == 0);
}

TEST_CASE("a draft that says what is there keeps its version; who wrote a new one is remembered") {
  DocumentWorld world;
  CHECK(world.write(world.article("wifi")) == WriteOutcome::made);
  const auto version = world.documents->find(DocumentKind::article, "wifi.en")->version;
  CHECK(world.write(world.article("wifi")) == WriteOutcome::unchanged);
  CHECK(world.documents->find(DocumentKind::article, "wifi.en")->version == version);
  CHECK(world.write(world.article("wifi", Audience::everyone, "Other")) == WriteOutcome::changed);
  auto rows = world.documents->list(DocumentKind::article);
  CHECK(rows.front().document.version > version);
  CHECK(rows.front().by == "ana");
}

TEST_CASE("documents that a station lost are found by the digest with the next change") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  for (int i = 0; i < 5; ++i) world.write(world.article("a" + std::to_string(i)));
  kiosk->sync();
  Document gone{"article", "a3.en", 4, "", true};
  const store::ReferenceStanding standing = kiosk->station->reference().standing();
  kiosk->station->reference().store_page({std::span(&gone, 1), standing.cursor});
  CHECK(world.count(*kiosk) == 4);
  world.write(world.article("b"));
  CHECK(kiosk->sync().in_sync);
  CHECK(world.count(*kiosk) == 6);
}

TEST_CASE("a cursor of another desk, site or time is refused, and the station begins anew by itself") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  world.write(world.article("one"));
  auto refused = world.documents->feed(kiosk->link.peer, {"0123.4567.1", 10});
  REQUIRE(!refused);
  CHECK(refused.error().context == protocol::k_error_cursor);
  kiosk->sync();
  kiosk->link.peer.site = "School"; // it was moved
  world.write(world.article("two"));
  CHECK(kiosk->sync().in_sync);
  CHECK(world.count(*kiosk) == 2);
}

TEST_CASE("a kiosk makes the same link as the desk, and the desk takes it after its key was rotated") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  SiteSettings settings;
  settings.site = "Library";
  settings.public_address = "https://help.example.org";
  world.write(desk::draft_of(settings));
  kiosk->sync();
  const std::string link = kiosk->station->reference().status_link("LB-0042-K");
  CHECK(link == "https://help.example.org/t/" + world.documents->link_token("LB-0042-K"));
  const std::string token = link.substr(link.rfind('/') + 1);
  CHECK(world.documents->code_of_link(token) == "LB-0042-K");
  std::string forged = token;
  forged.back() = forged.back() == '0' ? '1' : '0';
  for (const std::string& wrong : {forged, std::string("LB-0042-K"), std::string(""), token + "0"})
    CHECK(!world.documents->code_of_link(wrong));
  world.desk->rotate_key(desk::KeyPurpose::link);
  CHECK(world.documents->code_of_link(token) == "LB-0042-K");
  kiosk->sync();
  CHECK(kiosk->station->reference().status_link("LB-0042-K") ==
        "https://help.example.org/t/" + world.documents->link_token("LB-0042-K"));
}

TEST_CASE("the queue's board comes with a pull when it has changed") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  Registration registration;
  registration.contact.email = "maria@example.org";
  auto made = kiosk->station->register_ticket(registration);
  REQUIRE(made);
  kiosk->sync();
  world.clock.advance(std::chrono::seconds(5));
  kiosk->sync();
  REQUIRE(kiosk->station->reference().queue_board());
  CHECK(kiosk->station->reference().queue_board()->waiting == 1);
  auto called = world.queue->act("Library", {QueueAction::call, "", "2", "ana"});
  REQUIRE(called);
  CHECK(called->entry.number == made->queue_number);
  kiosk->sync();
  auto board = kiosk->station->reference().queue_board();
  CHECK(board->waiting == 0);
  REQUIRE(board->calls.size() == 1);
  CHECK(board->calls.front().counter == "2");
  const std::int64_t revision = kiosk->station->reference().revision();
  kiosk->sync();
  CHECK(kiosk->station->reference().revision() == revision);
}

TEST_CASE("what happens in the queue stands in the ticket's history under who did it") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  Registration registration;
  registration.contact.email = "maria@example.org";
  const std::string code = kiosk->station->register_ticket(registration)->code;
  kiosk->sync();
  auto step = [&](QueueAction action) {
    world.clock.advance(std::chrono::minutes(4));
    return world.queue->act("Library", {action, "A1", "2", "ana"});
  };
  REQUIRE(step(QueueAction::call));
  REQUIRE(step(QueueAction::no_show));
  REQUIRE(step(QueueAction::undo));
  CHECK(world.queue->list("Library").front().entry.state == QueueState::waiting);
  REQUIRE(step(QueueAction::call));
  REQUIRE(step(QueueAction::serve));
  REQUIRE(step(QueueAction::done));
  CHECK(!step(QueueAction::call));
  auto ticket = world.desk->find(code);
  CHECK(ticket->text("queue_state") == "done");
  CHECK(ticket->text("queue_counter") == "2");
  CHECK(ticket->history.back().by == "ana");
  // Another process comes to the same from the log alone.
  auto other = desk::Queue::open(
                   world.folder.path() / "tickets.db", *world.desk, *world.documents,
                   [](auto) { return base::Zone{}; }, world.clock)
                   .value();
  CHECK(other->list("Library").front().entry.state == QueueState::done);
}

TEST_CASE("a called number that nobody came for is a no-show by the clock, once, and can be undone") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  Registration registration;
  registration.contact.email = "maria@example.org";
  const auto made = kiosk->station->register_ticket(registration).value();
  kiosk->sync();
  OtherProcess beside(world);
  auto& other = beside.queue;
  auto state = [&] { return world.queue->list("Library").front().entry.state; };
  REQUIRE(world.queue->act("Library", {QueueAction::call, "", "2", "ana"}));
  world.clock.advance(std::chrono::seconds(179));
  CHECK(world.queue->note_no_shows() == 0);
  world.clock.advance(std::chrono::seconds(1));
  CHECK(world.queue->note_no_shows() == 1);
  CHECK(other->note_no_shows() == 0);
  CHECK(world.queue->note_no_shows() == 0);
  CHECK(state() == QueueState::no_show);
  CHECK(world.queue->board("Library").calls.empty());
  CHECK(world.desk->find(made.code)->history.back().by == "system");

  REQUIRE(world.queue->act("Library", {QueueAction::undo, made.queue_number, "", "ana"}));
  CHECK(state() == QueueState::waiting);
  REQUIRE(world.queue->act("Library", {QueueAction::call, "", "2", "ana"}));
  REQUIRE(world.queue->act("Library", {QueueAction::serve, "", "2", "ana"}));
  world.clock.advance(std::chrono::hours(1));
  CHECK(other->note_no_shows() == 0);
  CHECK(state() == QueueState::serving);
}

TEST_CASE("two processes that look at the same moment note each no-show once") {
  DocumentWorld world;
  auto kiosk = world.reader("kiosk", "LB");
  constexpr std::size_t k_people = 20;
  for (std::size_t i = 0; i < k_people; ++i) {
    Registration registration;
    registration.contact.email = "maria@example.org";
    REQUIRE(kiosk->station->register_ticket(registration));
  }
  kiosk->sync();
  for (std::size_t i = 0; i < k_people; ++i)
    REQUIRE(world.queue->act("Library", {QueueAction::call, "", "2", "ana"}));
  world.clock.advance(std::chrono::minutes(4));
  OtherProcess beside(world);
  auto& other = beside.queue;
  std::size_t by_other = 0;
  std::thread thread([&] { by_other = other->note_no_shows(); });
  const std::size_t by_this = world.queue->note_no_shows();
  thread.join();
  CHECK(by_this + by_other == k_people);
  for (const auto& row : world.queue->list("Library")) {
    CHECK(row.entry.state == QueueState::no_show);
    std::size_t noted = 0;
    const auto ticket = world.desk->find(row.code).value();
    for (const auto& entry : ticket.history) noted += entry.kind == "no_show" ? 1 : 0;
    CHECK(noted == 1);
  }
}

TEST_CASE("how long a called number is waited for is the site's to say") {
  DocumentWorld world;
  SiteSettings settings;
  settings.site = "Library";
  settings.no_show_min = 10;
  world.write(desk::draft_of(settings));
  auto kiosk = world.reader("kiosk", "LB");
  Registration registration;
  registration.contact.email = "maria@example.org";
  REQUIRE(kiosk->station->register_ticket(registration));
  kiosk->sync();
  REQUIRE(world.queue->act("Library", {QueueAction::call, "", "2", "ana"}));
  world.clock.advance(std::chrono::minutes(9));
  CHECK(world.queue->note_no_shows() == 0);
  auto early = world.queue->act("Library", {QueueAction::no_show, "", "2", "ana"});
  REQUIRE(!early);
  CHECK(early.error().message.find("10 minutes") != std::string::npos);
  world.clock.advance(std::chrono::minutes(1));
  CHECK(world.queue->note_no_shows() == 1);
}
