#include "tests/sim/machines.hpp"

#include "shared/protocol/fields_json.hpp"
#include "shared/store/reference.hpp"
#include "tests/sim/plan.hpp"

#include <fmt/format.h>
#include <fstream>
#include <regex>
#include <sqlite3.h>
#include <stdlib.h>

namespace walkin::sim {

namespace {

// A connection of the simulator's own.
class Raw {
public:
  explicit Raw(const std::filesystem::path& file) {
    if (sqlite3_open_v2(file.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
        SQLITE_OK)
      throw std::runtime_error("the simulator cannot open " + file.string());
  }
  ~Raw() { sqlite3_close(db_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  std::int64_t number(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr);
    sqlite3_step(statement);
    std::int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
  }

private:
  sqlite3* db_ = nullptr;
};

// The file as it is, whatever its schema has become.
std::unique_ptr<store::Database> open_any(const std::filesystem::path& file) {
  std::int64_t id = 0, version = 0;
  {
    Raw raw(file);
    id = raw.number("PRAGMA application_id");
    version = raw.number("PRAGMA user_version");
  }
  std::vector<store::Migration> steps(static_cast<std::size_t>(version));
  store::Schema schema{static_cast<std::int32_t>(id), "simulated file", steps};
  auto db = store::Database::open(file, schema, store::Access::read_write);
  if (!db) throw std::runtime_error(db.error().message);
  return std::move(*db);
}

sync::Answer answer_of(int status, std::string body, protocol::Format format) {
  sync::Answer answer;
  answer.status = status;
  answer.version = "1";
  answer.content_type = protocol::media_type(format);
  answer.retry_after = status == 503 || status == 507 ? "30" : "";
  answer.digest = base::hash_of(body).str();
  answer.body = std::move(body);
  return answer;
}

sync::Answer error_of(int status, const char* code, std::string message, protocol::Format format) {
  return answer_of(status, protocol::encode(protocol::ErrorReply{code, std::move(message)}, format), format);
}

} // namespace

std::vector<store::StoredEvent> read_events(const std::filesystem::path& file) {
  auto db = open_any(file);
  std::vector<store::StoredEvent> events;
  store::EventLog(*db).scan(0, [&](store::StoredEvent&& stored) {
    events.push_back(std::move(stored));
    return true;
  });
  return events;
}

Fact to_fact(store::StoredEvent stored) {
  Fact fact;
  fact.effective = stored.effective;
  fact.received_ms = stored.received ? base::to_ms(*stored.received) : 0;
  fact.verdict = stored.verdict;
  if (auto body = protocol::decode_fields(stored.event.body))
    fact.body = std::move(*body);
  else
    fact.is_readable = false;
  if (stored.event.contact_state == domain::ContactState::plain)
    if (auto contact = protocol::decode_fields(stored.event.contact)) fact.contact = std::move(*contact);
  fact.event = std::move(stored.event);
  return fact;
}

Places::Places() {
  std::string name = (std::filesystem::temp_directory_path() / "walkin-sim-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
  root_ = name;
  constexpr int k_machines_max = 8;
  for (int who = k_desk; who < k_machines_max; ++who) {
    std::filesystem::create_directories(folder_of(who));
    std::ofstream(folder_of(who) / (who == k_desk ? k_desk_file : k_station_file));
  }
  std::ofstream(folder_of(k_desk) / k_uploads_file);
  Disk::install();
  TrueTime time{1'795'000'000'000};
  SimClock clock(time);
  SimRandom random(1);
  {
    Disk disk(folder_of(0).string(), 1);
    disk.start_process();
    disk.put(k_station_file, {});
    if (auto made = store::Station::check_vacant(folder_of(0)); !made)
      throw std::runtime_error(made.error().message);
    new_station_ = disk.bytes(k_station_file);
  }
  desk_replica_ = domain::ReplicaId::make(clock.now(), random);
  Disk disk(folder_of(k_desk).string(), 1);
  disk.start_process();
  disk.put(k_desk_file, {});
  auto log = desk::DeskLog::open(folder_of(k_desk) / k_desk_file, store::Access::create, desk_replica_,
                                 k_desk_prefix, clock, random);
  if (!log) throw std::runtime_error(log.error().message);
  desk_key_ = (*log)->public_key();
  desk_epoch_ = (*log)->epoch();
  log->reset();
  new_desk_ = disk.bytes(k_desk_file);
  disk.put(k_uploads_file, {});
  if (auto uploads = desk::Uploads::open(folder_of(k_desk) / k_uploads_file); !uploads)
    throw std::runtime_error(uploads.error().message);
  new_uploads_ = disk.bytes(k_uploads_file);
}

Places::~Places() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::filesystem::path Places::folder_of(int who) const {
  return root_ / (who == k_desk ? std::string("desk") : fmt::format("station-{}", who));
}

Machine::Machine(const Places& places, int who_, const TrueTime& time, base::Random& random,
                 std::uint64_t seed)
    : who(who_),
      clock(time),
      disk(places.folder_of(who_).string(), seed),
      random_(random),
      folder_(places.folder_of(who_)) {}

void Machine::die(Death how) {
  if (how == Death::power)
    disk.cut_power();
  else
    disk.kill(process_);
  stop();
}

void Machine::stop() {
  drop();
  if (disk.is_alive(process_)) disk.kill(process_);
  disk.bury();
}

bool Machine::start() {
  process_ = disk.start_process();
  bool opened = false;
  try {
    opened = open();
  } catch (const std::exception& fault) {
    trouble = store::to_error(fault).message;
  }
  if (opened && disk.is_alive(process_)) return true;
  bool was_alive = disk.is_alive(process_);
  stop();
  if (was_alive && !is_in_trouble() && !disk.has_failed() && !may_be_kept_out_)
    throw Violation{"start", fmt::format("the program of machine {} does not start: {}", who, trouble)};
  return false;
}

void Machine::repair() {
  disk.disarm();
  disk.is_full = disk.is_read_only = disk.is_locked = false;
}

DeskMachine::DeskMachine(const Places& places, const TrueTime& time, base::Random& random, std::uint64_t seed,
                         bool has_files)
    : Machine(places, k_desk, time, random, seed),
      places_(places),
      has_files_(has_files),
      blob_disk_(disk, folder_, clock),
      replica_(places.desk_replica()) {
  disk.put(k_desk_file, places.new_desk());
  if (has_files_) disk.put(k_uploads_file, places.new_uploads());
}
DeskMachine::~DeskMachine() { stop(); }

bool DeskMachine::open() {
  auto opened = desk::DeskLog::open(folder_ / k_desk_file, store::Access::create, replica_, k_desk_prefix,
                                    clock, random_);
  if (!opened) {
    trouble = opened.error().message;
    return false;
  }
  log = std::move(*opened);
  if (!has_files_ || may_be_kept_out_) return true;
  auto uploads = desk::Uploads::open(folder_ / k_uploads_file);
  if (!uploads) {
    trouble = uploads.error().message;
    return false;
  }
  files = std::make_unique<DeskFilesEnd>(*log, std::move(*uploads),
                                         store::Blobs(folder_ / "blobs", blob_disk_), clock, random_);
  return true;
}

std::optional<sync::FileReply> DeskMachine::serve(const FileOnWay& sent) {
  std::optional<sync::FileReply> said;
  if (run([&] {
        if (files) said = files->serve(sent);
      }) != Ended::done)
    return std::nullopt;
  return said;
}

void DeskMachine::put_back(const std::map<std::string, Bytes>& backup, const domain::ReplicaId& replica) {
  die(Death::power);
  repair();
  disk.put_image(backup);
  if (has_files_) disk.put(k_uploads_file, places_.new_uploads()); // the list is in no backup
  replica_ = replica;
  process_ = disk.start_process();
  {
    auto db = open_any(folder_ / k_desk_file);
    store::Transaction transaction(*db);
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"epoch", replica.str()},
          {"desk_prefix", std::string("H") + static_cast<char>('A' + restored_++ % 26)},
          {"last_code", "0"},
          {"restored_ms", std::to_string(base::to_ms(clock.now()))}})
      db->query("INSERT OR REPLACE INTO meta VALUES (?1, ?2)").bind(1, key).bind(2, value).run();
    transaction.commit();
  }
  stop();
}

std::vector<Fact> DeskMachine::read_facts() {
  std::vector<Fact> facts;
  auto db = open_any(folder_ / k_desk_file);
  std::set<domain::EventId> given_back;
  for (auto row = db->query("SELECT event FROM given_back"); row.step();)
    given_back.insert(row.id<domain::EventId>(0));
  std::set<std::int64_t> commits;
  for (auto row = db->query("SELECT last_position FROM commits"); row.step();) commits.insert(row.integer(0));
  store::EventLog(*db).scan(0, [&](store::StoredEvent&& stored) {
    auto commit = commits.lower_bound(stored.position);
    if (commit == commits.end()) throw Violation{"commits", "an event is behind the end of the feed"};
    facts.push_back(to_fact(std::move(stored)));
    facts.back().commit = *commit;
    facts.back().was_given_back = given_back.contains(facts.back().event.id);
    return true;
  });
  return facts;
}

namespace {

// As the desk's HTTP layer does: read, work, say.
template <class Decode, class Work>
sync::Answer answer_with(const DeskMachine::Request& request, Decode decode, Work work,
                         int status_of_refusal) {
  auto message = decode(request.bytes, request.format);
  if (!message) return error_of(400, "malformed", message.error().message, request.format);
  auto reply = work(*message);
  if (!reply) {
    const std::string& code = reply.error().context;
    return error_of(status_of_refusal, code.empty() ? "refused" : code.c_str(), reply.error().message,
                    request.format);
  }
  return answer_of(200, protocol::encode(*reply, request.format), request.format);
}

} // namespace

sync::Answer DeskMachine::success(std::string body, protocol::Format format) {
  return answer_of(200, std::move(body), format);
}

sync::Answer DeskMachine::refusal(int status, const char* code, std::string message,
                                  protocol::Format format) {
  return error_of(status, code, std::move(message), format);
}

sync::Answer DeskMachine::answer(const Request& request) {
  if (request.path == "push")
    return answer_with(
        request, protocol::decode_push_request,
        [&](const protocol::DecodedPush& push) {
          base::Result<protocol::PushReply> reply = log->intake(request.peer, push);
          if (reply && is_alive() && on_push) on_push(request, push, *reply);
          return reply;
        },
        409);
  if (request.path == "pull")
    return answer_with(
        request, protocol::decode_pull_request,
        [&](const protocol::PullRequest& pull) { return log->feed(request.peer, pull); }, 409);
  if (request.path == "ranges")
    return answer_with(
        request, protocol::decode_ranges_request,
        [&](const protocol::RangesRequest& ranges) { return log->ranges(request.peer, ranges); }, 403);
  if (request.path == "missing")
    return answer_with(
        request, protocol::decode_missing_request,
        [&](const protocol::MissingRequest& held) { return log->missing(request.peer, held); }, 403);
  if (request.path == "recover")
    return answer_with(
        request, protocol::decode_give_back_request,
        [&](const protocol::GiveBackRequest& events) {
          auto reply = log->give_back(request.peer, events);
          if (files) files->files().remove_erased();
          return reply;
        },
        403);
  if (request.path == "events")
    return answer_with(
        request, protocol::decode_events_request,
        [&](const protocol::EventsRequest& events) { return log->events(request.peer, events); }, 403);
  return error_of(404, "path", "There is no " + request.path + ".", request.format);
}

std::optional<sync::Answer> DeskMachine::serve(const Request& request) {
  std::optional<sync::Answer> said;
  Ended ended = run([&] {
    try {
      said = answer(request);
    } catch (const std::exception& fault) {
      base::Error error = store::to_error(fault);
      trouble = error.message;
      bool is_full = error.code == base::ErrorCode::no_space, is_busy = error.code == base::ErrorCode::busy;
      said = error_of(is_full ? 507 : is_busy ? 503 : 500, "trouble", error.message, request.format);
    }
  });
  if (ended != Ended::done) return std::nullopt;
  return said;
}

StationMachine::StationMachine(const Places& places, int who_, const store::StationIdentity& identity_,
                               sync::Link& link, sync::FileLink& file_link, const sync::Tuning& tuning,
                               const TrueTime& time, base::Random& random, std::uint64_t seed)
    : Machine(places, who_, time, random, seed),
      identity(identity_),
      blobs(folder_ / "blobs", blob_disk_),
      blob_disk_(disk, folder_, clock),
      link_(link),
      file_link_(file_link),
      tuning_(tuning) {
  disk.put(k_station_file, places.new_station());
  process_ = disk.start_process();
  if (auto made = store::Station::create(folder_, identity, clock, random_); !made)
    throw Violation{"start", "a station cannot be made: " + made.error().message};
  disk.kill(process_);
  disk.bury();
}
StationMachine::~StationMachine() { stop(); }

bool StationMachine::open() {
  auto opened = store::Station::open(folder_, clock, random_);
  if (!opened) {
    trouble = opened.error().message;
    return false;
  }
  station = std::move(*opened);
  if (is_rewritten_) station->rebuild();
  is_rewritten_ = false;
  runner = std::make_unique<sync::Runner>(*station, link_, clock, random_, tuning_);
  constexpr std::size_t k_chunk = 400; // bytes: files here are small
  lane = std::make_unique<sync::FileLane>(
      *station, blobs, file_link_, clock,
      sync::UploadTuning{.chunk_first = k_chunk, .chunk_min = k_chunk / 2, .chunk_max = 4 * k_chunk});
  return true;
}

void StationMachine::drop() {
  lane.reset();
  runner.reset();
  station.reset();
}

std::vector<Fact> StationMachine::read_facts() {
  std::vector<Fact> facts;
  for (store::StoredEvent& stored : read_events(folder_ / k_station_file))
    facts.push_back(to_fact(std::move(stored)));
  return facts;
}

bool StationMachine::harm_status(Dice& dice) {
  auto db = open_any(folder_ / k_station_file);
  std::vector<domain::TicketId> rows;
  for (auto row = db->query("SELECT ticket FROM public_status"); row.step();)
    rows.push_back(row.id<domain::TicketId>(0));
  if (rows.empty()) return false;
  static const std::vector<std::string> harms{"DELETE FROM public_status WHERE ticket = ?1",
                                              "UPDATE public_status SET code = 'X' WHERE ticket = ?1"};
  store::Transaction transaction(*db);
  db->query(dice.pick(harms)).bind(1, dice.pick(rows)).run();
  transaction.commit();
  return true;
}

void StationMachine::age_file() {
  stop();
  process_ = disk.start_process();
  {
    auto db = open_any(folder_ / k_station_file);
    store::Transaction transaction(*db);
    const std::string step(store::k_reference_sql);
    const std::regex made(R"(CREATE (?:VIRTUAL )?TABLE (\w+))");
    for (std::sregex_iterator table(step.begin(), step.end(), made), end; table != end; ++table)
      db->execute("DROP TABLE IF EXISTS " + (*table)[1].str());
    bool is_dated = false;
    {
      auto column = db->query("SELECT 1 FROM pragma_table_info('hidden_tickets') WHERE name = 'since'");
      is_dated = column.step();
    }
    if (is_dated) db->execute("ALTER TABLE hidden_tickets DROP COLUMN since");
    db->execute("PRAGMA user_version = 1");
    transaction.commit();
  }
  stop();
}

bool StationMachine::harm_row(Dice& dice) {
  if (identity.kind == "kiosk") return harm_status(dice);
  auto db = open_any(folder_ / k_station_file);
  std::vector<std::pair<std::int64_t, domain::TicketId>> rows;
  {
    // The newest of its own is left: without it the station is one that was put back to an earlier state.
    auto row = db->query(
        "SELECT position, ticket FROM events WHERE received IS NOT NULL AND verdict IN (1, 2) AND "
        "ticket IN (SELECT ticket FROM tickets) AND " // a refused registration is in no scope
        "(replica <> ?1 OR replica_seq < (SELECT max(replica_seq) FROM events WHERE replica = ?1))");
    row.bind(1, station->identity().replica);
    while (row.step()) rows.emplace_back(row.integer(0), row.id<domain::TicketId>(1));
  }
  if (rows.empty()) return false;
  const auto [position, ticket] = dice.pick(rows);
  harmed.insert(ticket); // the process may die of the harm and leave it done
  static const std::vector<std::string> harms{"DELETE FROM events WHERE position = ?1",
                                              "UPDATE events SET body = '{}' WHERE position = ?1",
                                              "UPDATE events SET hash = zeroblob(32) WHERE position = ?1"};
  store::Transaction transaction(*db);
  db->query(dice.pick(harms)).bind(1, position).run();
  transaction.commit();
  return true;
}

void StationMachine::rewrite_newest(const domain::TicketId& ticket, Rewrite how, domain::EventId& which) {
  {
    auto db = open_any(folder_ / k_station_file);
    store::EventLog log(*db);
    auto events = log.of_ticket(ticket);
    domain::Event event = events.back().event;
    which = event.id;
    if (how == Rewrite::newer_kind) {
      event.kind = "teleported";
      event.body = R"({"to":"somewhere","by":"a newer program"})";
    } else {
      event.body = "{what nobody can read";
    }
    event.hash = domain::compute_hash(event);
    is_rewritten_ = true;
    store::Transaction transaction(*db);
    db->query("UPDATE events SET kind = ?2, body = ?3, hash = ?4 WHERE id = ?1")
        .bind(1, event.id)
        .bind(2, event.kind)
        .bind(3, event.body)
        .bind_blob(4, event.hash.raw())
        .run();
    transaction.commit();
  }
  station->rebuild();
  is_rewritten_ = false;
}

} // namespace walkin::sim
