// Reference documents that were written after the backup a desk was put back to: they wait for an
// administrator.
#include "tests/unit/desk_world.hpp"
#include "tests/unit/recovery_world.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::test;

namespace {

struct DocumentsWorld : RestoredWorld {
  desk::Documents& documents() { return *desk.documents; }
  void write(const std::string& id, const std::string& title) {
    domain::Article article;
    article.id = id;
    article.language = "en";
    article.title = title;
    article.body = "Text";
    const desk::DocumentDraft draft = desk::draft_of(article);
    documents().write(std::span(&draft, 1), "ana");
  }
  static std::string title_at(Machine& machine, const std::string& id) {
    auto article = machine.station->reference().article(id, "en");
    return article ? article->title : "";
  }
  // As "id: title", of what waits.
  std::vector<std::string> offered() {
    std::vector<std::string> out;
    for (const auto& offer : documents().offered()) out.push_back(offer.document.id);
    return out;
  }
  // Every station holds what the desk gives it, by the text.
  void check_all_have_the_desks(std::vector<Machine*> machines) {
    for (Machine* machine : machines) {
      std::vector<std::string> here, there;
      for (const auto& [number, document] : machine->station->reference().given_by_desk(0, 1000))
        here.push_back(document.id + std::to_string(document.version) + document.body);
      for (const auto& row : documents().list(std::nullopt))
        there.push_back(row.document.id + std::to_string(row.document.version) + row.document.body);
      std::ranges::sort(here);
      std::ranges::sort(there);
      CHECK(here == there);
    }
  }
};

} // namespace

TEST_CASE(
    "documents newer than a restored desk's are offered by stations, and go to all when they are accepted") {
  DocumentsWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  world.write("wifi", "Old");
  world.write("mail", "Same");
  a->sync();
  b->sync();
  world.back_up();
  world.write("wifi", "New");
  world.write("phone", "Since then");
  a->sync();
  b->sync();
  REQUIRE(world.title_at(*a, "wifi") == "New");
  world.restore();
  RestoredWorld::sync({a.get(), b.get()});

  CHECK(world.offered() == std::vector<std::string>{"phone.en", "wifi.en"}); // each once
  CHECK(world.title_at(*a, "wifi") == "Old");                                // nothing by itself
  CHECK(world.title_at(*b, "phone") == "");
  world.check_all_have_the_desks({a.get(), b.get()});

  REQUIRE(world.documents().decide({}, true, "ingrid")->size() == 2);
  RestoredWorld::sync({a.get(), b.get()});
  CHECK(world.title_at(*a, "wifi") == "New");
  CHECK(world.title_at(*b, "phone") == "Since then");
  CHECK(world.documents().list(domain::DocumentKind::article).front().by != "");
  world.check_all_have_the_desks({a.get(), b.get()});
  CHECK(world.offered().empty());
}

TEST_CASE("what an administrator refuses is not offered again, and one by one can be decided") {
  DocumentsWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  a->sync();
  b->sync();
  world.back_up();
  world.write("wifi", "Lost");
  world.write("mail", "Lost too");
  a->sync();
  b->sync();
  world.restore();
  a->sync();
  auto offers = world.documents().offered();
  REQUIRE(offers.size() == 2);
  CHECK(!offers.front().present);
  const std::int64_t mail = offers.front().number, wrong = 99;
  CHECK(!world.documents().decide(std::span(&wrong, 1), false, "ingrid"));
  REQUIRE(world.documents().decide(std::span(&mail, 1), false, "ingrid"));
  CHECK(!world.documents().decide(std::span(&mail, 1), true, "ingrid"));
  RestoredWorld::sync({a.get(), b.get()}); // b offers both as well
  CHECK(world.offered() == std::vector<std::string>{"wifi.en"});
  CHECK(world.title_at(*b, "mail") == "");
}

TEST_CASE(
    "a restored desk that counts its versions anew leaves no station with another text under one of them") {
  DocumentsWorld world;
  auto a = world.machine("a"), b = world.machine("b");
  world.write("wifi", "Old");
  a->sync();
  b->sync();
  world.back_up();
  world.write("wifi", "Lost");
  a->sync();
  const auto lost = a->station->reference().document("article", "wifi.en")->version;
  world.restore();
  world.write("wifi", "Written since");
  REQUIRE(world.documents().find(domain::DocumentKind::article, "wifi.en")->version == lost);
  RestoredWorld::sync({a.get(), b.get()});
  CHECK(world.title_at(*a, "wifi") == "Written since");
  CHECK(world.title_at(*b, "wifi") == "Written since");
  world.check_all_have_the_desks({a.get(), b.get()});
  auto offers = world.documents().offered();
  REQUIRE(offers.size() == 1); // the lost one, though its number was given again
  CHECK(offers.front().present);
}

TEST_CASE("a desk whose file was put back without restore gives its stations what it has") {
  DocumentsWorld world;
  auto a = world.machine("a");
  world.write("wifi", "Old");
  a->sync();
  world.desk.close();
  fs::copy(world.folder(), world.directory.path() / "snapshot", fs::copy_options::recursive);
  world.desk.open();
  world.write("wifi", "Lost");
  a->sync();
  world.desk.close();
  fs::remove_all(world.folder());
  fs::copy(world.directory.path() / "snapshot", world.folder(), fs::copy_options::recursive);
  world.desk.open();
  world.write("wifi", "Since"); // under the version that the station has
  RestoredWorld::sync({a.get()});
  CHECK(world.title_at(*a, "wifi") == "Since");
}

TEST_CASE("a document that this desk had not given out is not offered to anybody") {
  DocumentsWorld world;
  auto a = world.machine("a");
  a->sync();
  world.back_up();
  world.write("wifi", "Lost");
  a->sync();
  domain::Document good = a->station->reference().document("article", "wifi.en").value();
  world.restore();
  desk::SyncPeer peer{a->station->identity().replica, "Main", a->prefix()};
  auto offers_after = [&](auto change) {
    protocol::GiveBackRequest request;
    request.documents.push_back(good);
    change(request.documents.front());
    REQUIRE(world.desk.log->give_back(peer, request));
    return world.documents().offered().size();
  };
  CHECK(offers_after([](auto& d) { d.receipt = {}; }) == 0);
  CHECK(offers_after([](auto& d) { d.receipt.bytes[0] ^= 1; }) == 0);
  CHECK(offers_after([](auto& d) { d.body = R"({"title":"planted"})"; }) == 0);
  CHECK(offers_after([](auto& d) { d.version += 1; }) == 0);
  CHECK(offers_after([](auto& d) { d.id = "other.en"; }) == 0);
  CHECK(offers_after([](auto&) {}) == 1);
  CHECK(offers_after([](auto&) {}) == 1);
}

TEST_CASE("an older desk that takes no documents back is given back all the rest") {
  DocumentsWorld world;
  auto a = world.machine("a");
  a->sync();
  world.back_up();
  world.write("wifi", "Lost");
  a->add("black screen");
  a->sync();
  a->link.is_older_desk = true;
  world.restore();
  RestoredWorld::sync({a.get()});
  CHECK(world.words_at_desk() == std::multiset<std::string>{"black screen"});
  CHECK(world.offered().empty());
}

TEST_CASE("many lost documents are offered in parts, also where answers are lost") {
  DocumentsWorld world;
  auto a = world.machine("a");
  a->sync();
  world.back_up();
  for (int i = 0; i < 33; ++i) world.write("a" + std::to_string(i), "Lost");
  a->sync();
  int answers = 0;
  a->link.lose_answer = [&] { return ++answers % 4 == 0; };
  world.restore();
  for (int i = 0; i < 20; ++i) {
    world.pass_an_hour();
    a->sync();
  }
  a->link.lose_answer = nullptr;
  RestoredWorld::sync({a.get()});
  CHECK(world.offered().size() == 33);
}

TEST_CASE("the stations page tells an administrator that documents wait for a decision, and only then") {
  DocumentsWorld world;
  auto a = world.machine("a");
  a->sync();
  world.back_up();
  world.write("wifi", "Lost");
  a->sync();
  world.restore();
  DeskWorld people;
  people.add_person("root", desk::Role::administrator, "Nora Vik");
  RunningDesk running(people, &world.documents());
  Browser browser(running);
  REQUIRE(browser.sign_in("root"));
  CHECK(browser.get("/console/stations")->body.find("offered list") == std::string::npos);
  a->sync();
  CHECK(browser.get("/console/stations")->body.find("offered list") != std::string::npos);
}
