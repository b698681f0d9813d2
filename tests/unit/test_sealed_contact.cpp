#include "tests/fixtures/sync_world.hpp"

#include <algorithm>
#include <fstream>

namespace walkin {

using fixtures::SyncWorld;

namespace {

const std::vector<std::string> k_typed{"Quillfeather Bramblewick",
                                       "quillfeather@bramblewick.example",
                                       "+47 555 73 91 28",
                                       "Flickerbulb hums at midnight",
                                       "TAG-77193",
                                       "Thinkslab Quattro",
                                       "Snomwhistle 9",
                                       "Wobblecrank squeaked"};

domain::Registration typed_registration() {
  domain::Registration r;
  r.contact = {.name = k_typed[0], .email = k_typed[1], .phone = k_typed[2]};
  r.category = domain::Category::computer;
  r.description = k_typed[3];
  r.computer.asset_tag = k_typed[4];
  r.computer.model = k_typed[5];
  r.telephone.handset = k_typed[6];
  return r;
}

// A text as it could stand in a file: whole and in words, as UTF-8 and UTF-16, in lower case.
std::vector<std::string> forms_of(const std::string& typed) {
  std::vector<std::string> parts{typed};
  std::string word;
  for (char c : typed + ' ') {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      word += c;
      continue;
    }
    if (word.size() >= 5) parts.push_back(word);
    word.clear();
  }
  std::vector<std::string> forms;
  for (std::string part : parts) {
    std::ranges::transform(part, part.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string wide;
    for (char c : part) wide += {c, '\0'};
    wide.pop_back();
    forms.push_back(part);
    forms.push_back(wide);
  }
  return forms;
}

std::vector<std::string> found_in(const std::filesystem::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::ranges::transform(bytes, bytes.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const std::string& typed : k_typed)
      for (const std::string& form : forms_of(typed))
        if (bytes.find(form) != std::string::npos)
          found.push_back(entry.path().filename().string() + ": " + typed);
  }
  return found;
}

} // namespace

TEST_CASE("nothing that was typed at a kiosk stands in any of its files, and the desk reads it all") {
  SyncWorld world;
  auto folder = world.folder.path() / "kiosk";
  auto kiosk = world.station("kiosk", "LK", "Library", folder);
  auto done = kiosk->station->register_ticket(typed_registration()).value();
  domain::EventParts note{
      domain::EventKind::note, {{"visibility", std::string("public")}}, {{"text", k_typed[7]}}};
  REQUIRE(kiosk->station->append(done.ticket, {note}, ""));
  CHECK(found_in(folder).empty());
  kiosk->sync();
  CHECK(kiosk->station->status().outbox == 0);
  CHECK(found_in(folder).empty());
  kiosk->station->rebuild();
  REQUIRE(kiosk->station->check());
  kiosk->station.reset(); // its last connection closes: the WAL goes into the file
  CHECK(found_in(folder).empty());

  auto ticket = world.desk->find(done.code);
  REQUIRE(ticket);
  CHECK(ticket->text("contact.name") == k_typed[0]);
  CHECK(ticket->text("description") == k_typed[3]);
  CHECK(ticket->text("computer.asset_tag") == k_typed[4]);
  CHECK(domain::to_text(ticket->history.back().contact.at("text")) == k_typed[7]);
  // What the search does find, so that finding nothing above says something.
  CHECK(found_in(world.folder.path()).size() >= k_typed.size());
}

TEST_CASE("a kiosk lists a ticket that it cannot read by what it is about") {
  SyncWorld world;
  auto kiosk = world.station("kiosk", "LK");
  auto done = kiosk->station->register_ticket(typed_registration()).value();
  auto rows = kiosk->station->list({});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].title == "Computer, kept sealed for the desk");
  CHECK(rows[0].person.empty());
  CHECK(rows[0].category == "computer");
  CHECK(kiosk->station->load(done.ticket)->history[0].contact_state == domain::ContactState::sealed);
  auto plain = typed_registration();
  plain.category.reset();
  kiosk->station->register_ticket(plain).value();
  CHECK(kiosk->station->list({.words = "flickerbulb"}).empty());
  CHECK(kiosk->station->list({.sort = store::SortBy::newest}).size() == 2);
}

TEST_CASE("a kiosk without a key of the desk refuses to keep what was typed, in words") {
  SyncWorld world;
  auto kiosk = world.station("kiosk", "LK");
  for (const char* key : {"", "00ff", "0000000000000000000000000000000000000000000000000000000000000000"}) {
    auto identity = kiosk->identity;
    identity.desk_public_key = key;
    auto station = store::Station::in_memory(identity, world.clock, world.random);
    auto refused = station->register_ticket(typed_registration());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("Enrol it again") != std::string::npos);
    CHECK(station->list({}).empty());
    CHECK(station->status().outbox == 0);
  }
}

TEST_CASE("what a kiosk sealed before the desk's key was replaced is opened all the same") {
  SyncWorld world;
  auto kiosk = world.station("kiosk", "LK");
  auto before = kiosk->station->register_ticket(typed_registration()).value();
  world.desk->rotate_key(desk::KeyPurpose::contact);
  kiosk->sync();
  CHECK(kiosk->station->identity().desk_public_key == world.desk->public_key());
  auto after = kiosk->station->register_ticket(typed_registration()).value();
  kiosk->sync();
  for (const auto& done : {before, after})
    CHECK(world.desk->find(done.code).value().text("contact.email") == k_typed[1]);
}

TEST_CASE(
    "a contact part that the desk cannot open, or that is another than was hashed, is quarantined in words") {
  SyncWorld world;
  auto kiosk = world.station("kiosk", "LK");
  for (int i = 0; i < 3; ++i) kiosk->station->register_ticket(typed_registration()).value();
  auto events = kiosk->station->outbox(10, 1'000'000);
  REQUIRE(events.size() == 3);
  auto stranger = base::make_box_keys(world.random);
  events[0].contact = base::seal("{}", stranger.public_key, world.random).value();
  std::string key(base::k_box_key_bytes, '\0');
  std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(key.data()), key.size());
  REQUIRE(base::from_hex(world.desk->public_key(), bytes));
  events[1].contact = base::seal("{\"contact.name\":\"Somebody else\"}", key, world.random).value();
  auto verdicts = kiosk->link.push({events}).value().verdicts;
  CHECK(verdicts[0].verdict == domain::Verdict::quarantined);
  CHECK(verdicts[0].reason.find("key that this desk does not have") != std::string::npos);
  CHECK(verdicts[1].verdict == domain::Verdict::quarantined);
  CHECK(verdicts[1].reason.find("hash of the contact part") != std::string::npos);
  CHECK(verdicts[2].verdict == domain::Verdict::applied);
}

TEST_CASE("a kiosk is given no events, neither by the feed nor by a repair") {
  SyncWorld world;
  auto kiosk = world.station("kiosk", "LK");
  auto technician = world.station("technician", "LT");
  technician->station->register_ticket(typed_registration()).value();
  technician->sync();
  kiosk->sync();
  CHECK(kiosk->station->status().in_sync);
  CHECK(kiosk->station->list({}).empty());
  CHECK(kiosk->link.pull({}).value().events.empty());
  CHECK_FALSE(kiosk->link.ranges({"site:Library", {}}));
  CHECK_FALSE(kiosk->link.events({"site:Library", {}}));
}

} // namespace walkin
