#include "shared/base/text.hpp"
#include "tests/fixtures/ticket_events.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <set>

using namespace walkin;
using domain::EventKind;
using domain::EventParts;
using domain::Ticket;
using domain::TicketEvent;
using domain::TicketStatus;
using domain::Verdict;
using fixtures::Author;

namespace {

// All that a person or program can see of a ticket, as text to compare.
std::string render(const Ticket& ticket) {
  std::string out;
  for (const auto& [name, state] : ticket.fields)
    out += fmt::format("{}={} by {}\n", name, domain::to_text(state.value), state.version.str());
  std::vector<std::string> parallels;
  for (const auto& p : ticket.parallels)
    parallels.push_back(fmt::format("{}: {} of {} lost to {}\n", p.field, domain::to_text(p.value),
                                    p.version.str(), p.winner.str()));
  for (const std::string& line : parallels) out += line;
  for (const auto& entry : ticket.history)
    out += fmt::format("{} {} {} {} {}\n", entry.id.str(), entry.kind, base::to_ms(entry.at),
                       entry.took_effect, entry.reason);
  return out;
}

EventParts set_field(std::string name, domain::Value value) {
  auto parts = domain::parts_for_changes({{std::move(name), std::move(value)}});
  REQUIRE(parts.size() == 1);
  return parts.front();
}

EventParts set_status(std::string name) { return set_field("status", std::move(name)); }

// One ticket, some authors and a desk that places what it is given, in that order.
struct Story {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random;
  domain::TicketId ticket;
  std::vector<TicketEvent> desk;

  explicit Story(std::uint64_t seed = 1) : random(seed) {
    ticket = domain::TicketId::make(clock.now(), random);
  }

  Author author() { return Author::make(random); }

  TicketEvent write(Author& by, const EventParts& parts, const std::vector<TicketEvent>& knows) {
    clock.advance(base::Millis{1000});
    return by.write(ticket, parts, domain::seen_of(domain::fold(ticket, knows), parts), clock.now(), random);
  }
  TicketEvent place(const TicketEvent& event) {
    clock.advance(base::Millis{10});
    desk.push_back(fixtures::placed(event, desk, clock.now()));
    return desk.back();
  }
  TicketEvent say(Author& by, const EventParts& parts) { return place(write(by, parts, desk)); }
  void registers(Author& by) {
    say(by, domain::registered_parts(fixtures::any_registration(), "LB-0001-X", "A1", "Main", "Reception"));
  }
  Ticket fold() const { return domain::fold(ticket, desk); }
};

std::vector<std::string> parallel_values(const Ticket& ticket, std::string_view field) {
  std::vector<std::string> values;
  for (const auto& parallel : ticket.parallels)
    if (parallel.field == field) values.push_back(domain::to_text(parallel.value));
  return values;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("a registration is a ticket with all that was given") {
  Story story;
  Author kiosk = story.author();
  story.registers(kiosk);
  const Ticket ticket = story.fold();
  CHECK(ticket.code() == "LB-0001-X");
  CHECK(ticket.status() == TicketStatus::created);
  CHECK(ticket.text("contact.name") == "Maria Ruiz");
  CHECK(ticket.text("queue_number") == "A1");
  CHECK(ticket.title() == "The screen stays black.");
  CHECK(ticket.priority() == domain::Priority::p4);
  REQUIRE(ticket.history.size() == 1);
  CHECK(ticket.created == ticket.history.front().at);
  CHECK(ticket.parallels.empty());
}

TEST_CASE("concurrent writes to different fields are both kept") {
  Story story;
  Author kiosk = story.author(), ana = story.author(), ben = story.author();
  story.registers(kiosk);
  const auto by_ana = story.write(ana, set_field("severity", std::string("high")), story.desk);
  const auto by_ben = story.write(ben, set_field("affected", std::string("many")), story.desk);
  story.place(by_ben), story.place(by_ana);
  const Ticket ticket = story.fold();
  CHECK(ticket.text("severity") == "high");
  CHECK(ticket.text("affected") == "many");
  CHECK(ticket.parallels.empty());
  CHECK(ticket.priority() == domain::Priority::p1);
}

TEST_CASE("of concurrent writes to one field one wins and the other stays visible until somebody decides") {
  Story story;
  Author kiosk = story.author(), ana = story.author(), ben = story.author();
  story.registers(kiosk);
  const auto by_ana = story.write(ana, set_field("title", std::string("Ana's")), story.desk);
  const auto by_ben = story.write(ben, set_field("title", std::string("Ben's")), story.desk);
  story.place(by_ben), story.place(by_ana);
  Ticket ticket = story.fold();
  CHECK(ticket.text("title") == "Ben's"); // the later claim, whichever arrived first
  REQUIRE(ticket.parallels.size() == 1);
  CHECK(ticket.parallels.front().value == domain::Value{std::string("Ana's")});
  CHECK(ticket.parallels.front().version == by_ana.envelope.id);
  CHECK(ticket.parallels.front().winner == by_ben.envelope.id);

  story.say(kiosk, set_field("severity", std::string("low"))); // about something else
  CHECK(parallel_values(story.fold(), "title") == Texts{"Ana's"});

  story.say(ana, set_field("title", std::string("Both")));
  ticket = story.fold();
  CHECK(ticket.text("title") == "Both");
  CHECK(ticket.parallels.empty());
}

TEST_CASE("a value that lost is taken back with one action, and nothing is left to decide") {
  Story story;
  Author kiosk = story.author(), ana = story.author(), ben = story.author(), eva = story.author();
  story.registers(kiosk);
  const auto known = story.desk;
  const auto by_ana = story.write(ana, set_field("title", std::string("Ana's")), known);
  const auto by_ben = story.write(ben, set_field("title", std::string("Ben's")), known);
  const auto by_eva = story.write(eva, set_field("title", std::string("Eva's")), known);
  story.place(by_ana), story.place(by_ben), story.place(by_eva);
  REQUIRE(story.fold().text("title") == "Eva's");

  CHECK(domain::parts_to_take_back(story.fold(), "severity", {}).error().code == base::ErrorCode::not_found);
  CHECK(domain::parts_to_take_back(story.fold(), "title", "Carl's").error().code ==
        base::ErrorCode::not_found);
  CHECK(domain::parts_to_take_back(story.fold(), "code", {}).error().code == base::ErrorCode::not_allowed);
  const auto newest = domain::parts_to_take_back(story.fold(), "title", {});
  REQUIRE(newest);
  CHECK(domain::to_text(newest->front().contact.at("title")) == "Ben's");
  const auto chosen = domain::parts_to_take_back(story.fold(), "title", "Ana's");
  REQUIRE(chosen);
  for (const auto& parts : *chosen) story.say(ben, parts);
  const Ticket ticket = story.fold();
  CHECK(ticket.text("title") == "Ana's");
  CHECK(ticket.parallels.empty());
  CHECK(ticket.history.size() == 5);
}

TEST_CASE("the same value written twice at the same time is no conflict") {
  Story story;
  Author kiosk = story.author(), ana = story.author(), ben = story.author();
  story.registers(kiosk);
  const auto by_ana = story.write(ana, set_field("severity", std::string("high")), story.desk);
  const auto by_ben = story.write(ben, set_field("severity", std::string("high")), story.desk);
  story.place(by_ana), story.place(by_ben);
  CHECK(story.fold().parallels.empty());
}

TEST_CASE("somebody's second thought does not hide what another wrote meanwhile") {
  for (bool ben_is_first : {true, false}) {
    Story story;
    Author kiosk = story.author(), ana = story.author(), ben = story.author();
    story.registers(kiosk);
    const auto known = story.desk;
    std::optional<TicketEvent> by_ben;
    auto ben_writes = [&] { by_ben = story.write(ben, set_field("title", std::string("Ben's")), known); };
    if (ben_is_first) ben_writes();
    const auto first = story.write(ana, set_field("title", std::string("Ana's first")), known);
    if (!ben_is_first) ben_writes();
    auto knows = known;
    knows.push_back(first);
    const auto second = story.write(ana, set_field("title", std::string("Ana's second")), knows);
    story.place(*by_ben), story.place(first), story.place(second);
    const Ticket ticket = story.fold();
    CHECK(ticket.text("title") == "Ana's second");
    // Ben's is still to be decided; what Ana herself replaced is not.
    CHECK(parallel_values(ticket, "title") == Texts{"Ben's"});
    CHECK(ticket.parallels.front().winner == second.envelope.id);
    story.say(ben, set_field("title", std::string("Agreed")));
    CHECK(story.fold().parallels.empty());
  }
}

TEST_CASE("of three concurrent writes both losers stay visible") {
  Story story;
  Author kiosk = story.author(), a = story.author(), b = story.author(), c = story.author();
  story.registers(kiosk);
  const auto known = story.desk;
  const auto one = story.write(a, set_field("title", std::string("one")), known);
  const auto two = story.write(b, set_field("title", std::string("two")), known);
  const auto three = story.write(c, set_field("title", std::string("three")), known);
  story.place(three), story.place(one), story.place(two);
  CHECK(story.fold().text("title") == "three");
  CHECK(parallel_values(story.fold(), "title") == Texts{"one", "two"});
  for (const auto& parallel : story.fold().parallels) CHECK(parallel.winner == three.envelope.id);
  story.say(b, set_field("title", std::string("two and a half")));
  CHECK(story.fold().parallels.empty());
}

TEST_CASE("a rejected or quarantined event writes nothing and stays in the history with its reason") {
  for (Verdict verdict : {Verdict::rejected, Verdict::quarantined}) {
    Story story;
    Author kiosk = story.author(), ana = story.author();
    story.registers(kiosk);
    story.say(ana, set_field("severity", std::string("low")));
    auto refused = story.write(ana, set_field("severity", std::string("high")), story.desk);
    refused.verdict = verdict;
    refused.reason = "You may not.";
    refused.received = story.clock.now();
    story.desk.push_back(refused);
    const Ticket ticket = story.fold();
    CHECK(ticket.text("severity") == "low");
    CHECK(ticket.parallels.empty());
    REQUIRE(ticket.history.size() == 3);
    const auto entry = std::ranges::find(ticket.history, refused.envelope.id, &domain::HistoryEntry::id);
    REQUIRE(entry != ticket.history.end());
    CHECK(!entry->took_effect);
    CHECK(entry->reason == "You may not.");
  }
}

TEST_CASE("an event of a kind that only newer programs know is kept and changes nothing") {
  Story story;
  Author kiosk = story.author(), newer = story.author();
  story.registers(kiosk);
  auto strange = story.write(newer, set_field("severity", std::string("high")), story.desk);
  strange.envelope.kind = "teleported";
  strange.kind.reset();
  story.place(strange);
  const Ticket ticket = story.fold();
  CHECK(ticket.text("severity").empty());
  REQUIRE(ticket.history.size() == 2);
  CHECK(ticket.history.back().kind == "teleported");
  CHECK(!ticket.history.back().known);
  CHECK(!ticket.history.back().took_effect);
}

TEST_CASE("own work that waits stays in view on top of what the desk has placed") {
  Story story;
  Author kiosk = story.author(), ana = story.author(), ben = story.author();
  story.registers(kiosk);
  const auto known = story.desk;
  const auto mine = story.write(ana, set_field("title", std::string("mine")), known);
  story.clock.advance(std::chrono::hours(1));
  story.say(ben, set_field("title", std::string("theirs, an hour later")));
  auto on_station = story.desk;
  on_station.push_back(mine);
  const Ticket here = domain::fold(story.ticket, on_station);
  CHECK(here.text("title") == "mine");
  CHECK(parallel_values(here, "title") == Texts{"theirs, an hour later"});
  story.place(mine);
  CHECK(story.fold().text("title") == "theirs, an hour later");
  CHECK(parallel_values(story.fold(), "title") == Texts{"mine"});
}

TEST_CASE("statuses follow the workflow in every pair") {
  using enum TicketStatus;
  const std::map<TicketStatus, Texts> ways{{created, {}},
                                           {in_work, {"in_work"}},
                                           {waits_customer, {"waits_customer"}},
                                           {waits_supplier, {"waits_supplier"}},
                                           {solved, {"solved"}},
                                           {closed, {"solved", "closed"}}};
  for (const auto& [from, way] : ways)
    for (const auto& [to, unused] : ways) {
      Story story;
      Author kiosk = story.author(), ana = story.author();
      story.registers(kiosk);
      for (const std::string& step : way) story.say(ana, set_status(step));
      REQUIRE(story.fold().status() == from);
      const EventParts parts = set_status(std::string(domain::name_of(to)));
      CHECK(domain::check_event(story.fold(), parts).has_value() == domain::is_allowed(from, to));
      story.say(ana, parts); // as another replica may have written it, not knowing
      const Ticket after = story.fold();
      CHECK(after.status() == (domain::is_allowed(from, to) ? to : from));
      if (from != to) CHECK(after.history.back().took_effect == domain::is_allowed(from, to));
    }
}

TEST_CASE("only a reopened event leads out of closed") {
  Story story;
  Author kiosk = story.author(), ana = story.author();
  story.registers(kiosk);
  CHECK(!domain::check_event(story.fold(), {EventKind::reopened, {}, {}}));
  story.say(ana, {EventKind::resolved, {}, {{"text", std::string("A new cable.")}}});
  CHECK(story.fold().status() == TicketStatus::solved);
  CHECK(story.fold().text("resolution") == "A new cable.");
  story.say(kiosk, {EventKind::confirmed, {{"solved", true}}, {}});
  CHECK(story.fold().status() == TicketStatus::closed);
  for (const char* status : {"new", "in_work", "waits_customer", "waits_supplier", "solved"})
    CHECK(!domain::check_event(story.fold(), set_status(status)));
  CHECK(domain::check_event(story.fold(), {EventKind::reopened, {}, {}}));
  story.say(kiosk, {EventKind::reopened, {}, {{"text", std::string("Black again.")}}});
  CHECK(story.fold().status() == TicketStatus::in_work);
}

TEST_CASE("a customer who says it is not solved brings the ticket back to work") {
  Story story;
  Author kiosk = story.author(), ana = story.author();
  story.registers(kiosk);
  story.say(ana, {EventKind::resolved, {}, {{"text", std::string("Done.")}}});
  story.say(kiosk, {EventKind::confirmed, {{"solved", false}}, {}});
  CHECK(story.fold().status() == TicketStatus::in_work);
}

TEST_CASE("a change of fields cannot smuggle in what its kind does not write") {
  Story story;
  Author kiosk = story.author();
  story.registers(kiosk);
  const Ticket ticket = story.fold();
  const std::string text = "x";
  for (const char* field : {"status", "assignee", "group", "owner", "level", "department", "code", "site",
                            "resolution", "rating", "contact.name", "merged_into", "no.such.field"}) {
    const domain::Value value =
        std::string_view(field) == "status" ? domain::Value{std::string("closed")} : domain::Value{text};
    const EventParts in_body{EventKind::field_changed, {{field, value}}, {}};
    CHECK_MESSAGE(!domain::check_event(ticket, in_body), field);
  }
  CHECK(!domain::check_event(ticket, {EventKind::contact_changed, {}, {{"severity", std::string("high")}}}));
}

TEST_CASE("what identifies a person is refused in the body, where it could not be erased") {
  Story story;
  Author kiosk = story.author();
  story.registers(kiosk);
  const Ticket ticket = story.fold();
  const std::string text = "Maria";
  CHECK(domain::check_event(ticket, {EventKind::contact_changed, {}, {{"contact.name", text}}}));
  CHECK(!domain::check_event(ticket, {EventKind::contact_changed, {{"contact.name", text}}, {}}));
  CHECK(domain::check_event(ticket, {EventKind::field_changed, {}, {{"title", text}}}));
  CHECK(!domain::check_event(ticket, {EventKind::field_changed, {{"title", text}}, {}}));
}

TEST_CASE("a value that its field cannot have is refused, whoever sends it") {
  Story story;
  Author kiosk = story.author();
  story.registers(kiosk);
  const Ticket ticket = story.fold();
  auto checked = [&](const char* field, domain::Value value) {
    return domain::check_event(ticket, set_field(field, std::move(value))).has_value();
  };
  CHECK(checked("category", std::string("printer")));
  CHECK(!checked("category", std::string("banana")));
  CHECK(!checked("category", true));
  CHECK(checked("category", domain::Value{}));
  CHECK(!checked("priority", std::int64_t{1}));
  CHECK(!checked("priority", std::string("P5")));
  CHECK(checked("computer.memory_mb", std::int64_t{16384}));
  CHECK(!checked("computer.memory_mb", std::int64_t{-1}));
  CHECK(!checked("computer.memory_mb", std::string("16384")));
  CHECK(!checked("level", std::int64_t{4}));
  CHECK(checked("level", std::int64_t{2}));
  CHECK(!checked("contact.email", std::string("maria@company")));
  CHECK(!checked("contact.name", std::int64_t{5}));
  CHECK(!checked("assignee", true));
  CHECK(checked("telephone.voicemail", true));
  CHECK(checked("telephone.voicemail", std::string("4711")));
  CHECK(!checked("telephone.voicemail", std::int64_t{1}));
  CHECK(!checked("status", domain::Value{}));
}

TEST_CASE("notes, ratings and work times are checked") {
  Story story;
  Author kiosk = story.author();
  story.registers(kiosk);
  const Ticket ticket = story.fold();
  auto checked = [&](EventKind kind, domain::Fields body, domain::Fields contact = {}) {
    return domain::check_event(ticket, {kind, std::move(body), std::move(contact)}).has_value();
  };
  const domain::Fields text{{"text", std::string("Looked at it.")}};
  CHECK(checked(EventKind::note, {{"visibility", std::string("internal")}}, text));
  CHECK(!checked(EventKind::note, {{"visibility", std::string("everyone")}}, text));
  CHECK(!checked(EventKind::note, {}, text));
  CHECK(!checked(EventKind::note, {{"visibility", std::string("public")}}, {}));
  CHECK(!checked(EventKind::note, {{"visibility", std::string("public")}},
                 {{"text", std::string("a\u202eb")}}));
  for (std::int64_t stars : {0, 6, -1}) CHECK(!checked(EventKind::rated, {{"stars", stars}}));
  CHECK(checked(EventKind::rated, {{"stars", std::int64_t{5}}}));
  CHECK(!checked(EventKind::rated, {{"stars", std::string("5")}}));
  for (std::int64_t minutes : {0, 1441, -1}) CHECK(!checked(EventKind::work_time, {{"minutes", minutes}}));
  CHECK(checked(EventKind::work_time, {{"minutes", std::int64_t{1440}}}));
}

TEST_CASE("work time is summed over what took effect") {
  Story story;
  Author ana = story.author();
  story.registers(ana);
  for (std::int64_t minutes : {10, 20}) story.say(ana, {EventKind::work_time, {{"minutes", minutes}}, {}});
  auto refused = story.write(ana, {EventKind::work_time, {{"minutes", std::int64_t{400}}}, {}}, story.desk);
  refused.verdict = Verdict::rejected;
  story.desk.push_back(refused);
  CHECK(story.fold().work_minutes() == 30);
}

TEST_CASE("a ticket without a title is called by the first sentence of its description") {
  Story story;
  Author kiosk = story.author();
  auto title_of = [&](const std::string& description) {
    story.desk.clear();
    story.say(kiosk, domain::registered_parts(fixtures::any_registration(description), "LB-0001-X", "",
                                              "Main", "Reception"));
    return story.fold().title();
  };
  CHECK(title_of("It broke. I did nothing.") == "It broke.");
  CHECK(title_of("Why? Help!") == "Why?");
  CHECK(title_of("First line\nsecond. line") == "First line");
  CHECK(title_of("Version 2.0 is broken") == "Version 2.0 is broken");
  CHECK(title_of("") == "");
  CHECK(base::count_code_points(title_of(std::string(500, 'x'))) == 80);
}

namespace {

// Replicas that write and exchange at random with one desk; `seed` decides everything.
struct RandomWorld {
  explicit RandomWorld(std::uint64_t seed) : story(seed) {
    for (int i = 0; i < 3; ++i) replicas.push_back({story.author(), {}, {}});
    story.registers(replicas.front().author);
    for (int step = 0; step < 40; ++step) act();
    for (Replica& replica : replicas) push(replica, replica.waiting.size());
  }

  struct Replica {
    Author author;
    std::vector<TicketEvent> held; // from the desk
    std::vector<TicketEvent> waiting;
  };

  EventParts any_change() {
    static const char* k_statuses[] = {"in_work", "waits_customer", "solved", "closed"};
    switch (story.random.below(6)) {
    case 0: return set_field("title", "title " + std::to_string(++titles));
    case 1: return set_field("severity", std::string(story.random.below(2) ? "high" : "low"));
    case 2: return set_status(k_statuses[story.random.below(4)]);
    case 3: return {EventKind::reopened, {}, {}};
    case 4: return {EventKind::work_time, {{"minutes", std::int64_t{5}}}, {}};
    default: return set_field("affected", std::string(story.random.below(2) ? "many" : "one"));
    }
  }

  void act() {
    Replica& replica = replicas[story.random.below(replicas.size())];
    switch (story.random.below(4)) {
    case 0: replica.held = story.desk; break;
    case 1: push(replica, story.random.below(replica.waiting.size() + 1)); break;
    default: {
      auto knows = replica.held;
      for (const TicketEvent& own : replica.waiting)
        if (std::ranges::find(knows, own.envelope.id, [](const auto& e) { return e.envelope.id; }) ==
            knows.end())
          knows.push_back(own);
      if (story.random.below(10) == 0) story.clock.advance(std::chrono::hours(-24 * 400));
      if (story.random.below(10) == 0) story.clock.advance(std::chrono::hours(24 * 400));
      replica.waiting.push_back(story.write(replica.author, any_change(), knows));
    }
    }
  }

  void push(Replica& replica, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      TicketEvent event = story.place(replica.waiting[i]);
      if (story.random.below(12) == 0) story.desk.back().verdict = Verdict::rejected;
      replica.held.push_back(story.desk.back());
    }
    replica.waiting.erase(replica.waiting.begin(),
                          replica.waiting.begin() + static_cast<std::ptrdiff_t>(count));
  }

  Story story;
  std::vector<Replica> replicas;
  int titles = 0;
};

} // namespace

TEST_CASE("the same events give the same ticket in every order of delivery") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomWorld world(seed);
    const std::string expected = render(world.story.fold());
    auto events = world.story.desk;
    for (int shuffle = 0; shuffle < 10; ++shuffle) {
      for (std::size_t i = events.size(); i > 1; --i)
        std::swap(events[i - 1], events[world.story.random.below(i)]);
      REQUIRE_MESSAGE(render(domain::fold(world.story.ticket, events)) == expected, "seed ", seed);
    }
  }
}

TEST_CASE("a value that was lost stays visible unless a writer had seen it") {
  // The oracle: follow what each writer had seen of a field; what no later writer had seen must be in view.
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWorld world(seed);
    const Ticket ticket = world.story.fold();
    std::set<domain::EventId> seen_by_a_writer;
    std::vector<const TicketEvent*> writers;
    for (const auto& entry : ticket.history) {
      if (!entry.took_effect) continue;
      const auto event =
          std::ranges::find(world.story.desk, entry.id, [](const auto& e) { return e.envelope.id; });
      if (!event->contact.contains("title")) continue;
      writers.push_back(&*event);
      for (const auto& [field, version] : event->envelope.seen)
        if (field.starts_with("title")) seen_by_a_writer.insert(version);
    }
    if (writers.empty()) continue;
    const auto& winner = *writers.back();
    CHECK(ticket.fields.at("title").version == winner.envelope.id);
    for (const TicketEvent* loser : writers) {
      if (loser == &winner || seen_by_a_writer.contains(loser->envelope.id)) continue;
      const auto texts = parallel_values(ticket, "title");
      CHECK_MESSAGE(std::ranges::find(texts, domain::to_text(loser->contact.at("title"))) != texts.end(),
                    "seed ", seed);
    }
  }
}

TEST_CASE("a fold of nothing is an empty ticket") {
  const Ticket ticket = domain::fold({}, {});
  CHECK(ticket.code().empty());
  CHECK(ticket.history.empty());
  CHECK(ticket.title().empty());
}
