// A customer's data is erased (row 22 of what must be survived): gone everywhere, digests still equal.
#include "tests/fixtures/sync_world.hpp"

#include <algorithm>
#include <fstream>

namespace walkin {

using domain::EventKind;
using domain::EventParts;
using fixtures::SyncStation;
using fixtures::SyncWorld;

namespace {

const std::vector<std::string> k_personal{"Quillfeather", "bramblewick", "Flickerbulb", "wobblecrank",
                                          "snomwhistle"};

domain::Registration personal_registration() {
  domain::Registration r;
  r.contact = {.name = "Quillfeather Olsen", .email = "q@bramblewick.example"};
  r.category = domain::Category::computer;
  r.description = "Flickerbulb hums at midnight.";
  return r;
}

EventParts note(const char* text) {
  return {EventKind::note, {{"visibility", std::string("internal")}}, {{"text", std::string(text)}}};
}

// Which of the words stand in any file under this folder, in whatever case.
std::vector<std::string> found_in(const std::filesystem::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    for (const std::string& word : k_personal) {
      auto at = std::ranges::search(
          bytes, word, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
      if (!at.empty()) found.push_back(entry.path().filename().string() + ": " + word);
    }
  }
  return found;
}

struct ErasureWorld : SyncWorld {
  std::filesystem::path folder_of(const char* name) { return folder.path() / name; }
  std::unique_ptr<SyncStation> on_disk(const char* kind, const char* prefix) {
    return station(kind, prefix, "Library", folder_of(prefix));
  }
  static void close(SyncStation& station) { station.station.reset(); }
};

} // namespace

TEST_CASE("what is erased at the desk is gone from every file of the desk and of every station, and digests "
          "stay equal") {
  ErasureWorld world;
  auto kiosk = world.on_disk("kiosk", "LK"), near = world.on_disk("technician", "LT"),
       far = world.on_disk("technician", "LF");
  std::string code = kiosk->station->register_ticket(personal_registration()).value().code;
  std::string other = near->station->register_ticket(fixtures::any_registration()).value().code;
  kiosk->sync();
  near->sync();
  far->sync();
  auto ticket = near->station->find_code(code).value();
  REQUIRE(near->station->append(ticket, {note("Wobblecrank squeaked.")}, "ana"));
  near->sync();
  REQUIRE(world.desk->append(code, "ingrid", note("Ordered a snomwhistle."), {}));
  far->sync();
  REQUIRE(found_in(world.folder.path()).size() > 3);
  REQUIRE(world.desk->codes_of_customer("Q@Bramblewick.example") == std::vector<std::string>{code});
  auto before = near->station->digest();

  CHECK(world.desk->erase(std::vector<std::string>{code}, "ingrid") == std::vector<std::string>{code});
  CHECK(world.desk->erase(std::vector<std::string>{code}, "ingrid").empty()); // once
  for (auto* each : {kiosk.get(), near.get(), far.get()}) {
    each->sync();
    CHECK_MESSAGE(each->sync().in_sync, each->station->status().trouble);
    CHECK(each->station->check());
  }

  CHECK(near->station->digest() == far->station->digest());
  CHECK(near->station->digest() != before); // the erasure itself is in the history
  auto seen = near->station->load(ticket).value();
  CHECK(seen.is_erased());
  CHECK(seen.history.size() == 4);
  CHECK(SyncWorld::rendered(seen) == SyncWorld::rendered(world.desk->find(code).value()));
  CHECK(world.desk->find(other)->text("description") == "The screen stays black.");
  CHECK(world.desk->check_integrity());
  for (auto* each : {kiosk.get(), near.get(), far.get()}) ErasureWorld::close(*each);
  world.desk.reset();
  CHECK(found_in(world.folder.path()) == std::vector<std::string>{});
}

TEST_CASE("a station that had let go of a ticket drops what it had sealed of it too") {
  ErasureWorld world;
  auto near = world.on_disk("technician", "LT");
  auto done = near->station->register_ticket(personal_registration()).value();
  near->sync();
  for (const char* status : {"solved", "closed"})
    REQUIRE(world.desk->append(done.code, "ana",
                               {EventKind::status_changed, {{"status", std::string(status)}}, {}}, {}));
  near->sync();
  REQUIRE_FALSE(near->station->load(done.ticket));
  (void)world.desk->erase(std::vector<std::string>{done.code}, "ingrid");
  near->sync();
  CHECK(near->station->check());
  CHECK(near->station->erasures().size() == 1);
  auto offered = near->station->offers(std::vector{near->station->held_for_desk(1).events.at(0).id});
  REQUIRE(offered.size() == 1);
  CHECK(offered[0].event.contact_state == domain::ContactState::erased);
}

TEST_CASE(
    "what was written offline on a ticket that was erased meanwhile is refused in words and kept nowhere") {
  ErasureWorld world;
  auto near = world.on_disk("technician", "LT");
  auto done = near->station->register_ticket(personal_registration()).value();
  near->sync();
  REQUIRE(near->station->append(done.ticket, {note("Wobblecrank squeaked.")}, "ana"));
  (void)world.desk->erase(std::vector<std::string>{done.code}, "ingrid");
  CHECK(near->sync().rejected == 1);
  near->sync();
  CHECK(near->station->status().in_sync);
  auto seen = near->station->load(done.ticket).value();
  auto refused = std::ranges::find(seen.history, domain::Verdict::rejected, &domain::HistoryEntry::verdict);
  REQUIRE(refused != seen.history.end());
  CHECK(refused->reason.find("erased") != std::string::npos);
  auto more = near->station->append(done.ticket, {note("Once more.")}, "ana");
  REQUIRE_FALSE(more);
  CHECK(more.error().message.find("Register a new ticket") != std::string::npos);
  REQUIRE(near->station->append(
      done.ticket, {{EventKind::status_changed, {{"status", std::string("in_work")}}, {}}}, "ana"));
  CHECK(world.desk->check_integrity());
  ErasureWorld::close(*near);
  world.desk.reset();
  CHECK(found_in(world.folder.path()) == std::vector<std::string>{});
}

} // namespace walkin
