// What a station answers from the documents that the desk sent.
#include "shared/protocol/reference_json.hpp"
#include "shared/store/station.hpp"
#include "tests/fixtures/world.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::domain;
using namespace std::chrono_literals;

namespace {

const std::string k_secret(32, 's'), k_link_key(32, 'l');

struct World {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  std::unique_ptr<store::Station> station = store::Station::in_memory(
      {.replica = ReplicaId::make(clock.now(), random), .prefix = "LB", .site = "Library", .kind = "kiosk"},
      clock, random);
  store::Reference& reference = station->reference();
  std::int64_t version = 0;

  Document document(DocumentKind kind, std::string id, std::string body) {
    return {std::string(name_of(kind)), std::move(id), ++version, std::move(body), false};
  }
  Document article(std::string id, std::string language, std::string title, std::string keywords,
                   std::string body, std::optional<Category> category = {}) {
    Article a;
    a.id = std::move(id);
    a.language = std::move(language);
    a.title = std::move(title);
    a.keywords = {std::move(keywords)};
    a.body = std::move(body);
    a.category = category;
    return document(DocumentKind::article, article_document_id(a.id, a.language), protocol::encode_body(a));
  }
  void store(std::vector<Document> documents, bool is_first = false, bool is_last = false) {
    reference.store_page(
        {documents, "c", is_first, is_last, store::ReferenceKeys{k_link_key, "LB", k_secret}});
  }
  void store_answers() {
    store({article("printer-password", "es", "La impresora pide contraseña", "imprimir",
                   "Escriba la contraseña de su cuenta.", Category::printer),
           article("printer-password", "en", "The printer asks for a password", "print",
                   "Type the password of your account.", Category::printer),
           article("wifi", "en", "Join the wireless network", "wifi, wlan, eduroam", "Choose eduroam.",
                   Category::network),
           article("guest-wifi", "en", "Wireless for guests", "wifi", "Ask at the counter for a code.",
                   Category::network)});
  }
  std::vector<std::string> found(std::string_view words, std::string_view language = "en",
                                 std::optional<Category> category = {}) {
    std::vector<std::string> ids;
    for (const store::Match& match : reference.search({words, language, category})) ids.push_back(match.id);
    return ids;
  }
};

using Ids = std::vector<std::string>;

} // namespace

TEST_CASE("an answer is found by the beginning of a word, without its accents") {
  World world;
  world.store_answers();
  CHECK(world.found("contras", "es") == Ids{"printer-password"});
  CHECK(world.found("IMPRESORA pide contrasena", "es") == Ids{"printer-password"});
  CHECK(world.found("passw") == Ids{"printer-password"});
}

TEST_CASE("a slip of a letter does not hide an answer") {
  World world;
  world.store_answers();
  for (const char* typed : {"pasword", "passwrod", "passward", "xpassword", "assword"})
    CHECK_MESSAGE(world.found(typed) == Ids{"printer-password"}, typed);
  CHECK(world.found("zzzzzz").empty());
}

TEST_CASE("a title counts for more than a word in the text, and the chosen subject for more yet") {
  World world;
  world.store_answers();
  world.store({world.article("code", "en", "Where is my code", "", "A password is no code.")});
  CHECK(world.found("password").front() == "printer-password");
  world.store({world.article("account-password", "en", "The password of an account", "password", "Change it.",
                             Category::account)});
  CHECK(world.found("password", "en", Category::account).front() == "account-password");
}

TEST_CASE("a language gets its own answers, and English ones only where it has none") {
  World world;
  world.store_answers();
  CHECK(world.found("password", "es").empty()); // it has this answer in Spanish
  CHECK(world.found("eduroam", "es") == Ids{"wifi"});
  CHECK(world.reference.article("printer-password", "es")->title == "La impresora pide contraseña");
  CHECK(world.reference.article("wifi", "es")->language == "en");
  CHECK(!world.reference.article("nothing", "en"));
}

TEST_CASE("what is typed is never read as a language of queries") {
  World world;
  world.store_answers();
  for (const char* typed :
       {"\"", "wifi OR", "NEAR(", "title:wifi", "wifi*", "^", "-", "", "' OR 1", "\xF0\x9F\x98\x80"})
    CHECK_NOTHROW((void)world.found(typed));
  CHECK(world.found("\xFF").empty());
}

TEST_CASE("suggestions are one of each kind, and of known problems only open ones") {
  World world;
  world.store_answers();
  Bulletin down{.id = "wifi-down",
                .title = {{"en", "Wireless is down"}},
                .body = {{"en", "Since 8."}},
                .from = world.clock.now() - 1h};
  Guide guide;
  guide.id = "no-wifi";
  guide.title = {{"en", "No wireless"}};
  guide.start = "help";
  guide.nodes["help"] = {GuideNode::Type::get_help, {{"en", "Come."}}, {}, "", "", "", ""};
  world.store({world.document(DocumentKind::bulletin, down.id, protocol::encode_body(down)),
               world.document(DocumentKind::guide, guide.id, protocol::encode_body(guide))});
  auto kinds = [&] {
    std::vector<DocumentKind> out;
    for (auto& match : world.reference.suggest({"wireless"}, world.clock.now())) out.push_back(match.kind);
    return out;
  };
  CHECK(kinds() == std::vector{DocumentKind::bulletin, DocumentKind::article, DocumentKind::guide});
  CHECK(world.reference.suggest({"wi"}, world.clock.now()).empty());
  // One that says what it is about is not offered to who chose something else.
  const auto offers = [&](std::optional<Category> category) {
    const auto found = world.reference.suggest({"wireless", "en", category}, world.clock.now());
    return std::ranges::count(found, DocumentKind::bulletin, &store::Match::kind) > 0;
  };
  down.categories = {Category::network};
  world.store({world.document(DocumentKind::bulletin, down.id, protocol::encode_body(down))});
  CHECK(offers(std::nullopt));
  CHECK(offers(Category::network));
  CHECK(offers(Category::other));
  CHECK_FALSE(offers(Category::printer));
  down.is_ended = true;
  world.store({world.document(DocumentKind::bulletin, down.id, protocol::encode_body(down))});
  CHECK(kinds() == std::vector{DocumentKind::article, DocumentKind::guide});
}

TEST_CASE("known problems stand widest first, then newest, and only those of the subject") {
  World world;
  auto put = [&](std::string id, base::Millis age, std::vector<Category> categories) {
    Bulletin b{.id = std::move(id),
               .title = {{"en", "x"}},
               .from = world.clock.now() - age,
               .categories = std::move(categories)};
    world.store({world.document(DocumentKind::bulletin, b.id, protocol::encode_body(b))});
  };
  put("printers", 1h, {Category::printer});
  put("everything-old", 3h, {});
  put("everything", 2h, {});
  put("tomorrow", -24h, {});
  auto ids = [&](std::optional<Category> category) {
    Ids out;
    for (const Bulletin& b : world.reference.open_bulletins(world.clock.now(), category)) out.push_back(b.id);
    return out;
  };
  CHECK(ids({}) == Ids{"everything", "everything-old", "printers"});
  CHECK(ids(Category::phone) == Ids{"everything", "everything-old"});
}

TEST_CASE("a person is found by what only they would type, and a machine by its label") {
  World world;
  DirectoryEntry entry{directory_key(k_secret, "e1042"), "M**** N****", "nb", Entitlement::covered, "p-1"};
  Asset asset{"LAP-0042", "laptop", "X1", "Debian", "12", "S1", 16384};
  CHECK(!world.reference.has_directory());
  world.store({world.document(DocumentKind::person, entry.key.str(), protocol::encode_body(entry)),
               world.document(DocumentKind::asset, "lap-0042", protocol::encode_body(asset))});
  CHECK(world.reference.has_directory());
  CHECK(world.reference.find_person("E 1042") == entry);
  CHECK(!world.reference.find_person("e1043"));
  CHECK(world.reference.find_asset("lap 0042") == asset);
  CHECK(!world.reference.find_asset(""));
}

TEST_CASE("the commonest models of a kind come first") {
  World world;
  std::vector<Document> documents;
  const auto add = [&](std::string_view kind, std::string_view model) {
    const std::string tag = "T-" + std::to_string(documents.size());
    const Asset asset{tag, std::string(kind), std::string(model), "", "", "", {}};
    documents.push_back(world.document(DocumentKind::asset, tag, protocol::encode_body(asset)));
  };
  for (const char* model : {"X1", "Latitude", "Latitude", ""}) add("laptop", model);
  for (const char* model : {"X1", "X1", "iMac"}) add("computer", model);
  add("phone", "Yealink");
  world.store(documents);
  using Models = std::vector<std::string>;
  CHECK(world.reference.usual_models("computer laptop", 9) == Models{"X1", "Latitude", "iMac"});
  CHECK(world.reference.usual_models("computer laptop", 1) == Models{"X1"});
  CHECK(world.reference.usual_models("phone", 9) == Models{"Yealink"});
  CHECK(world.reference.usual_models("printer", 9).empty());
}

TEST_CASE("the link of a ticket is made offline, once the desk's address and the key are known") {
  World world;
  CHECK(world.reference.status_link("LB-0042-K") == "");
  SiteSettings settings;
  settings.site = "Library";
  settings.public_address = "https://help.example.org";
  world.store({world.document(DocumentKind::site, "Library", protocol::encode_body(settings))});
  CHECK(world.reference.settings() == settings);
  CHECK(world.reference.status_link("LB-0042-K") ==
        "https://help.example.org/t/" + link_token(k_link_key, "LB-0042-K"));
  CHECK(world.reference.status_link("XX-0042-K") == "");
}

TEST_CASE("what a pull from the beginning does not tell of is dropped, over as many pages as it has") {
  World world;
  world.store_answers();
  const store::DocumentDigest before = world.reference.digest();
  CHECK(before.count == 4);
  auto kept = world.article("kept", "en", "Kept", "", "");
  world.store({kept}, true, false);
  CHECK(world.reference.digest().count == 5);
  auto other = world.article("other", "en", "Other", "", "");
  world.store({other}, false, true);
  CHECK(world.reference.digest().count == 2);
  CHECK(world.found("password").empty());
  base::HashSum sum;
  sum.add(hash_of(kept));
  sum.add(hash_of(other));
  CHECK(world.reference.digest().sum == sum.value());
}

TEST_CASE("a deleted document is gone, and a changed one is found by its new words only") {
  World world;
  world.store_answers();
  const std::int64_t revision = world.reference.revision();
  Document gone = world.document(DocumentKind::article, "wifi.en", "");
  gone.is_deleted = true;
  world.store({gone, world.article("guest-wifi", "en", "Visitors", "", "Ask us.")});
  CHECK(world.found("eduroam").empty());
  CHECK(world.found("counter").empty());
  CHECK(world.found("visitors") == Ids{"guest-wifi"});
  CHECK(world.reference.revision() != revision);
}

TEST_CASE("what a newer desk writes is kept for the digest and shown nowhere") {
  World world;
  Document strange{"song", "s-1", 7, "{\"verse\":1}", false};
  Document broken{"article", "x.en", 8, "{\"title\":", false};
  world.store({strange, broken});
  CHECK(world.reference.digest().count == 2);
  CHECK(!world.reference.article("x", "en"));
  CHECK(world.found("verse").empty());
}

TEST_CASE("the queue's board is that of the last contact") {
  World world;
  CHECK(!world.reference.queue_board());
  QueueBoard board{"Library", 3, 2, 10, {{"A12", "2", world.clock.now()}}, {"A13", "A14"}, world.clock.now()};
  world.reference.store_queue(board, "t1");
  CHECK(world.reference.queue_board() == board);
  CHECK(world.reference.standing().queue_tag == "t1");
  CHECK(board.wait() == WaitRange{10, 20});
  world.clock.advance(10min);
  world.station->store_contact(0ms, true);
  CHECK(world.reference.queue_board()->as_of == world.clock.now());
}

TEST_CASE("a station of the first schema gets its documents' tables when it is opened") {
  fixtures::TempDirectory folder;
  World world;
  const auto place = folder.path() / "station";
  {
    auto made = store::Station::create(place, world.station->identity(), world.clock, world.random);
    REQUIRE(made);
  }
  {
    SQLite::Database db((place / "station.db").string(), SQLite::OPEN_READWRITE);
    for (const char* table :
         {"answer_vocabulary", "answer_words", "searchable", "reference_meta", "documents"})
      db.exec(std::string("DROP TABLE ") + table);
    db.exec("ALTER TABLE hidden_tickets DROP COLUMN since");
    db.exec("PRAGMA user_version = 1");
  }
  auto opened = store::Station::open(place, world.clock, world.random);
  REQUIRE(opened);
  CHECK((*opened)->reference().digest().count == 0);
}
