// walkin-bench: the budgets of the store and of sync, measured. tests/bench/run calls it and adds the
// programs.
#include "shared/store/station.hpp"
#include "sync/http/runner.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/reference_bench.hpp"
#include "tests/fixtures/world.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <cstring>

using namespace walkin;
using bench::report;
using bench::Samples;

namespace {

constexpr std::size_t k_page_events = 2000;

domain::Registration customer(fixtures::SeededRandom& random, std::size_t number) {
  static const char* k_first[] = {"María",  "Bjørn", "Ana",   "John",   "Chen",
                                  "Fatima", "Olga",  "Peter", "Señora", "Ingrid"};
  static const char* k_last[] = {"Ruiz",   "Hansen",  "García", "Smith", "Li",
                                 "Haddad", "Ivanova", "Müller", "Núñez", "Dahl"};
  static const char* k_what[] = {"The printer on floor {} is out of paper and blinks red.",
                                 "Cannot sign in to the mail account since this morning, error {}.",
                                 "The laptop screen stays black after the update, model {}.",
                                 "The wireless network drops every {} minutes in the meeting room.",
                                 "Voicemail light stays on though there are no messages, extension {}."};
  domain::Registration r;
  r.contact.name = fmt::format("{} {}", k_first[random.below(10)], k_last[random.below(10)]);
  r.contact.email = fmt::format("person{}@company.org", number);
  r.contact.phone = fmt::format("555 {:04}", number % 10'000);
  r.category = static_cast<domain::Category>(random.below(6));
  r.nature = static_cast<domain::Nature>(random.below(5));
  r.description = fmt::format(fmt::runtime(k_what[random.below(5)]), random.below(100));
  r.severity = static_cast<domain::Degree>(random.below(3));
  r.computer = {.asset_tag = fmt::format("PC-{:05}", number % 20'000),
                .os = "Debian",
                .os_version = "12",
                .model = "X1",
                .serial = {},
                .hostname = {},
                .memory_mb = 16384};
  return r;
}

store::StationIdentity identity(base::Random& random, std::string prefix) {
  store::StationIdentity out;
  out.replica = domain::ReplicaId::make(base::from_ms(fixtures::FakeClock::k_start_ms), random);
  out.prefix = std::move(prefix);
  out.letter = "A", out.site = "Main", out.kind = "technician", out.name = "Bench";
  return out;
}

// What happens to a ticket after its registration: with it, ten events.
void work_on(store::Station& station, const domain::TicketId& ticket) {
  using domain::EventKind;
  auto text = [](const char* words) { return domain::Fields{{"text", std::string(words)}}; };
  auto set = [](const char* field, const char* value) {
    return domain::EventParts{EventKind::field_changed, {{field, std::string(value)}}, {}};
  };
  (void)station
      .append(
          ticket,
          {{EventKind::assigned, {{"assignee", std::string("ingrid")}, {"group", std::string("field")}}, {}},
           {EventKind::status_changed, {{"status", std::string("in_work")}}, {}},
           {EventKind::note, {{"visibility", std::string("public")}}, text("We are on our way.")},
           set("computer.model", "ThinkPad T14"),
           {EventKind::note,
            {{"visibility", std::string("internal")}},
            text("Cable replaced, screen still dark.")},
           {EventKind::work_time, {{"minutes", std::int64_t{25}}}, {}},
           set("severity", "medium"),
           {EventKind::note, {{"visibility", std::string("public")}}, text("A new screen comes tomorrow.")},
           {EventKind::status_changed, {{"status", std::string("waits_supplier")}}, {}}},
          "ingrid")
      .value();
}

std::vector<store::StoredEvent> as_page(std::vector<domain::Event> events, base::Instant received) {
  std::vector<store::StoredEvent> page;
  page.reserve(events.size());
  for (domain::Event& event : events) {
    const std::int64_t effective = event.claimed.packed;
    page.push_back({std::move(event), effective, received, domain::Verdict::applied, {}, 0});
  }
  return page;
}

// Writes the columns that an event has, and nothing else, with the same durability: what any store must pay.
class BareInsert {
public:
  explicit BareInsert(const std::filesystem::path& file)
      : db_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    db_.exec("PRAGMA journal_mode=WAL");
    db_.exec("PRAGMA synchronous=FULL");
    db_.exec(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, id BLOB UNIQUE, ticket BLOB, replica BLOB, seq "
        "INTEGER, "
        "previous BLOB, claimed INTEGER, kind TEXT, body TEXT, contact BLOB, contact_hash BLOB, hash BLOB)");
  }
  void insert(std::span<const store::StoredEvent> events) {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement row(db_, "INSERT INTO events VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?)");
    auto blob = [&](int at, const auto& bytes) {
      row.bind(at, bytes.data(), static_cast<int>(bytes.size()));
    };
    for (const store::StoredEvent& stored : events) {
      const domain::Event& e = stored.event;
      blob(1, e.id.bytes), blob(2, e.ticket.bytes), blob(3, e.replica.bytes);
      row.bind(4, static_cast<std::int64_t>(e.replica_seq));
      blob(5, e.previous.bytes);
      row.bind(6, e.claimed.packed);
      row.bind(7, e.kind), row.bind(8, e.body);
      blob(9, e.contact), blob(10, e.contact_hash.bytes), blob(11, e.hash.bytes);
      row.exec();
      row.reset();
    }
    transaction.commit();
  }

private:
  SQLite::Database db_;
};

enum class Copied { log, all };

// SQLite alone writing the same rows into the same tables with the same indexes and the same durability: the
// log of a station or desk, all its columns, and with it all that is made from it, copied a commit at a time.
// Milliseconds.
double bare_copy_ms(const std::filesystem::path& from, const std::filesystem::path& to,
                    std::int64_t events_a_commit, Copied copied) {
  SQLite::Database db(to.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec("PRAGMA journal_mode=WAL");
  db.exec("PRAGMA synchronous=FULL");
  db.exec("PRAGMA cache_size=-32000");
  db.exec("PRAGMA wal_autocheckpoint=4000");
  SQLite::Statement attach(db, "ATTACH ? AS source");
  attach.bind(1, from.string());
  attach.exec();
  std::vector<std::string> makings;
  for (SQLite::Statement made(db,
                              "SELECT sql FROM source.sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB "
                              "'sqlite_*' AND name NOT GLOB '*words_*' ORDER BY rowid");
       made.executeStep();)
    makings.push_back(made.getColumn(0).getString());
  for (const std::string& making : makings) db.exec(making);
  // What belongs to a commit: by the place of its events, or by the tickets it wrote.
  std::vector<std::string> parts = {
      "main.events SELECT * FROM source.events WHERE position > ?1 AND position <= ?2"};
  const std::string of_tickets = "(SELECT ticket FROM source.tickets WHERE number > ?3 AND number <= ?4)";
  auto has = [&](const char* table) {
    return db.execAndGet(fmt::format("SELECT count(*) FROM source.sqlite_schema WHERE name = '{}'", table))
               .getInt() > 0;
  };
  if (copied == Copied::all) {
    parts.push_back("main.tickets SELECT * FROM source.tickets WHERE number > ?3 AND number <= ?4");
    parts.push_back("main.ticket_words (rowid, words) SELECT rowid, words FROM source.ticket_words WHERE "
                    "rowid > ?3 AND rowid <= ?4");
    if (has("scope_moves"))
      parts.push_back(
          "main.scope_moves SELECT * FROM source.scope_moves WHERE position > ?1 AND position <= ?2");
    if (has("commits"))
      parts.push_back(
          "main.commits SELECT * FROM source.commits WHERE last_position > ?1 AND last_position <= ?2");
    for (const char* table : {"ticket_sums", "ticket_scopes"})
      if (has(table))
        parts.push_back(
            fmt::format("main.{0} SELECT * FROM source.{0} WHERE ticket IN {1}", table, of_tickets));
  }
  std::vector<SQLite::Statement> copies;
  for (const std::string& part : parts) copies.emplace_back(db, "INSERT INTO " + part);
  const std::int64_t events = db.execAndGet("SELECT max(position) FROM source.events").getInt64();
  const std::int64_t tickets = db.execAndGet("SELECT max(number) FROM source.tickets").getInt64();
  const auto start = bench::SteadyClock::now();
  for (std::int64_t done = 0; done < events; done += events_a_commit) {
    const std::int64_t end = std::min(events, done + events_a_commit);
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    for (SQLite::Statement& copy : copies) {
      const std::int64_t bounds[] = {done, end, done * tickets / events, end * tickets / events};
      for (int at = 0; at < copy.getBindParameterCount(); ++at) copy.bind(at + 1, bounds[at]);
      copy.exec();
      copy.reset();
    }
    transaction.commit();
  }
  return bench::ms_since(start);
}

void measure_registering(store::Station& station, BareInsert& bare, fixtures::FakeClock& clock,
                         fixtures::SeededRandom& random, const std::string& what, std::size_t count) {
  Samples registering, inserting;
  std::vector<domain::Registration> customers;
  for (std::size_t i = 0; i < count; ++i) customers.push_back(customer(random, i));
  for (std::size_t i = 0; i < count; ++i) {
    clock.advance(base::Millis{1});
    registering.time([&] { (void)station.register_ticket(customers[i]).value(); });
    if (i % 10 != 0) continue;
    auto one = as_page(station.outbox(1, 1), clock.now());
    one[0].event.id = domain::EventId::make(clock.now(), random);
    inserting.time([&] { bare.insert(one); });
  }
  report(what, registering.text(), "p99 <= 10 ms", registering.quantile(0.99) <= 10);
  report("  a bare durable insert of such a row, same disk", inserting.text(), "", true);
  report("  ratio of the medians, registering / bare",
         fmt::format("{:.2f}", registering.quantile(0.5) / std::max(1e-6, inserting.quantile(0.5))), "",
         true);
}

void measure_search(store::Station& station, std::size_t tickets) {
  Samples typing;
  std::string slowest;
  double slowest_ms = 0;
  for (const std::string word : {"printer", "senora", "maria ruiz", "black screen", "person4711",
                                 "voicemail light", "LB-0042", "hansen", "floor 3", "wireless network drops"})
    for (std::size_t length = 1; length <= word.size(); ++length) {
      const std::string typed = word.substr(0, length);
      const auto start = bench::SteadyClock::now();
      typing.time([&] { (void)station.list({.words = typed, .sort = store::SortBy::newest, .limit = 30}); });
      if (const double ms = bench::ms_since(start); ms > slowest_ms) slowest_ms = ms, slowest = typed;
    }
  report(fmt::format("search while typing, {} tickets", tickets), typing.text(), "p99 <= 20 ms",
         typing.quantile(0.99) <= 20);
  report("  slowest", "'" + slowest + "'", "", true);
}

void measure_store(const std::filesystem::path& folder, std::size_t tickets) {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  BareInsert bare_one(folder / "bare_one.db"), bare_pages(folder / "bare_pages.db");

  auto fresh = store::Station::create(folder / "fresh", identity(random, "FR"), clock, random).value();
  measure_registering(*fresh, bare_one, clock, random, "register 10,000 times, an empty store", 10'000);
  Samples folding;
  const auto any = fresh->list({.limit = 1}).front().ticket;
  for (int i = 0; i < 1000; ++i) folding.time([&] { (void)fresh->load(any); });
  report("  load and fold one ticket", folding.text(), "", true);

  auto author = store::Station::in_memory(identity(random, "LB"), clock, random);
  auto station = store::Station::create(folder / "full", identity(random, "TE"), clock, random).value();
  double pulling_ms = 0, bare_ms = 0;
  std::size_t pulled = 0;
  for (std::size_t made = 0; made < tickets;) {
    for (std::size_t i = 0; i < k_page_events && made < tickets; ++i, ++made) {
      clock.advance(base::Millis{1000});
      (void)author->register_ticket(customer(random, made)).value();
    }
    auto page = as_page(author->outbox(k_page_events, std::size_t{1} << 30), clock.now());
    std::vector<store::EventVerdict> verdicts;
    for (const auto& stored : page)
      verdicts.push_back({stored.event.id, domain::Verdict::applied, {}, stored.effective, clock.now()});
    author->store_verdicts(verdicts);
    auto start = bench::SteadyClock::now();
    station->store_page(page, std::to_string(made));
    pulling_ms += bench::ms_since(start);
    start = bench::SteadyClock::now();
    bare_pages.insert(page);
    bare_ms += bench::ms_since(start);
    pulled += page.size();
  }
  author.reset();
  const double per_second = static_cast<double>(pulled) / pulling_ms * 1000;
  report("pages of the feed into a station's store", fmt::format("{:.0f} events/s", per_second),
         ">= 25,000 events/s", per_second >= 25'000);
  const double copy_ms =
      bare_copy_ms(folder / "full" / "station.db", folder / "copy.db", k_page_events, Copied::all);
  report("  SQLite alone writing the same rows",
         fmt::format("{:.0f} events/s", static_cast<double>(pulled) / copy_ms * 1000), "", true);
  report("  ratio", fmt::format("{:.2f}", copy_ms / pulling_ms), ">= 0.35", copy_ms / pulling_ms >= 0.35);
  report("  SQLite alone writing the log without its indexes",
         fmt::format("{:.0f} events/s", static_cast<double>(pulled) / bare_ms * 1000), "", true);

  measure_search(*station, tickets);
  measure_registering(*station, bare_one, clock, random,
                      fmt::format("register 10,000 times, {} tickets in the store", tickets), 10'000);
  Samples listing, digesting, stating;
  for (int i = 0; i < 50; ++i) {
    listing.time([&] { (void)station->list({.is_open = true, .limit = 50}); });
    stating.time([&] { (void)station->status(); });
  }
  for (int i = 0; i < 10; ++i) digesting.time([&] { (void)station->digest(); });
  report("  list of 50 open tickets", listing.text(), "", true);
  report("  status", stating.text(), "", true);
  report("  digest of all stored events", digesting.text(), "", true);
}

class WallClock : public base::Clock {
public:
  base::Instant now() const override {
    return std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
  }
};

// The line to the desk, which notes when the feed is first asked for: the outbox is empty by then.
class NotingLink : public sync::Link {
public:
  explicit NotingLink(sync::Link& link) : link_(link) {}

  tl::expected<protocol::PushReply, sync::Failure> push(const protocol::PushRequest& request) override {
    return link_.push(request);
  }
  tl::expected<protocol::PullReply, sync::Failure> pull(const protocol::PullRequest& request) override {
    if (!first_pull) first_pull = bench::SteadyClock::now();
    return link_.pull(request);
  }
  tl::expected<protocol::RangesReply, sync::Failure> ranges(const protocol::RangesRequest& request) override {
    return link_.ranges(request);
  }
  tl::expected<protocol::EventsReply, sync::Failure> events(const protocol::EventsRequest& request) override {
    return link_.events(request);
  }
  void set_token(const std::string& token) override { link_.set_token(token); }

  std::optional<bench::SteadyClock::time_point> first_pull;

private:
  sync::Link& link_;
};

// A round of sync: how long pushing took, and pulling after it.
struct Round {
  double push_ms, pull_ms;
};
Round run_round(sync::Runner& runner, NotingLink& link) {
  link.first_pull.reset();
  const auto start = bench::SteadyClock::now();
  runner.run(sync::input::LocalWork{});
  const double whole_ms = bench::ms_since(start);
  const double pull_ms = link.first_pull ? bench::ms_since(*link.first_pull) : 0;
  return {whole_ms - pull_ms, pull_ms};
}

// Two stations against a running desk: one pushes, one pulls, then neither has anything to do.
// `desk`: the folder of its data.
int measure_sync(const std::filesystem::path& folder, const std::string& url, const std::string& push_code,
                 const std::string& pull_code, std::size_t tickets, const std::filesystem::path& desk) {
  WallClock clock;
  fixtures::SeededRandom random(static_cast<std::uint64_t>(base::to_ms(clock.now())));
  for (const auto& [name, code] : {std::pair{"push", push_code}, std::pair{"pull", pull_code}})
    if (auto done = sync::enroll(folder / name, url, code, "", clock, random); !done) {
      fmt::print(stderr, "{}\n", done.error().message);
      return 1;
    }
  auto pusher = store::Station::open(folder / "push", clock, random).value();
  auto puller = store::Station::open(folder / "pull", clock, random).value();
  for (std::size_t i = 0; i < tickets; ++i)
    work_on(*pusher, pusher->register_ticket(customer(random, i)).value().ticket);
  const auto count = static_cast<double>(pusher->status().outbox);
  auto transport_of = [&](store::Station& station) {
    return std::make_unique<sync::Transport>(sync::DeskAddress{url, "", station.identity().token});
  };
  auto push_line = transport_of(*pusher), pull_line = transport_of(*puller);
  NotingLink push_link(*push_line), pull_link(*pull_line);
  sync::Runner push_runner(*pusher, push_link, clock, random, {}, sync::AskAhead::yes),
      pull_runner(*puller, pull_link, clock, random, {}, sync::AskAhead::yes);
  const Round pushing = run_round(push_runner, push_link);
  const auto left = pusher->status();
  const double push_ms = pushing.push_ms, pull_ms = run_round(pull_runner, pull_link).pull_ms;
  const auto held = puller->status();
  if (left.outbox != 0 || puller->list({.limit = 10'000'000}).size() < tickets)
    fmt::print("sync did not end: {} left to push, {} to pull; {} {}\n", left.outbox,
               tickets - puller->list({.limit = 10'000'000}).size(), left.trouble, held.trouble);
  const std::filesystem::path at_desk = desk / "tickets.db", at_station = folder / "pull" / "station.db";
  const auto a_commit = static_cast<std::int64_t>(sync::Tuning{}.push_events_max);
  const double log_ms = bare_copy_ms(at_desk, folder / "log.db", a_commit, Copied::log);
  const double desk_ms = bare_copy_ms(at_desk, folder / "desk.db", a_commit, Copied::all);
  const double station_ms = bare_copy_ms(at_station, folder / "station.db", a_commit, Copied::all);
  auto rate = [&](double ms) { return fmt::format("{:.0f} events/s", count / ms * 1000); };
  auto is_fast = [&](double ms) { return count / ms * 1000 >= 25'000; };
  auto ratio = [&](double bare_ms, double ms) { return fmt::format("{:.2f}", bare_ms / ms); };
  report("tickets of ten events each", fmt::format("{} tickets", tickets), "", true);
  report("push over HTTP on loopback", rate(push_ms), ">= 25,000 events/s", is_fast(push_ms));
  report("  SQLite alone writing the same rows of the desk", rate(desk_ms), "", true);
  report("  ratio", ratio(desk_ms, push_ms), ">= 0.35", desk_ms / push_ms >= 0.35);
  report("  SQLite alone writing the log of it only", rate(log_ms), "", true);
  report("  ratio", ratio(log_ms, push_ms), "", true);
  report("  what the desk gives back of it to the same station", rate(pushing.pull_ms), "", true);
  report("pull into a station over HTTP on loopback", rate(pull_ms), ">= 25,000 events/s", is_fast(pull_ms));
  report("  SQLite alone writing the same rows of the station", rate(station_ms), "", true);
  report("  ratio", ratio(station_ms, pull_ms), ">= 0.35", station_ms / pull_ms >= 0.35);
  Samples nothing;
  const std::int64_t bytes_before = pull_line->bytes_sent() + pull_line->bytes_received();
  constexpr int k_rounds = 50;
  for (int i = 0; i < k_rounds; ++i) nothing.time([&] { pull_runner.run(sync::input::LocalWork{}); });
  const auto bytes = (pull_line->bytes_sent() + pull_line->bytes_received() - bytes_before) / k_rounds;
  report("nothing to sync, time", nothing.text(), "<= 10 ms", nothing.quantile(0.5) <= 10);
  report("nothing to sync, bodies on the wire", fmt::format("{} bytes", bytes), "<= 1 KB",
         bytes <= 1024 && bytes > 0);
  return 0;
}

int usage() {
  fmt::print(stderr, "walkin-bench store FOLDER [TICKETS]\n"
                     "walkin-bench answers [ARTICLES]\n"
                     "walkin-bench sync FOLDER URL PUSH_CODE PULL_CODE TICKETS DESK_FOLDER\n");
  return 2;
}

} // namespace

int main(int count, char** words) try {
  const std::string what = count > 1 ? words[1] : "";
  auto number = [&](int at) { return count > at ? std::stoull(words[at]) : std::size_t{0}; };
  if (what == "store" && count >= 3) {
    measure_store(words[2], count > 3 ? number(3) : 100'000);
    return 0;
  }
  if (what == "answers") {
    bench::search_answers(count > 2 ? number(2) : 5'000);
    return 0;
  }
  if (what == "sync" && count == 8)
    return measure_sync(words[2], words[3], words[4], words[5], number(6), words[7]);
  return usage();
} catch (const std::exception& caught) {
  fmt::print(stderr, "{}\n", caught.what());
  return 1;
}
