// Each row of the table in shared/domain/merge_rules.hpp, told as a story of two people of whom one was
// offline.

#include "shared/domain/merge_rules.hpp"

#include <doctest/doctest.h>

namespace walkin::domain {

namespace {

// Ana works at the desk and is placed first; Ingrid was offline and saw the ticket as it was before.
class Story {
public:
  Story() {
    apply(EventKind::registered, {{"code", std::string("LB-0001-1")}}, {}, {});
    before_ = folder_.ticket();
  }
  Story& in(std::vector<const char*> statuses) {
    for (const char* status : statuses) ana(EventKind::status_changed, {{"status", std::string(status)}});
    before_ = folder_.ticket();
    return *this;
  }
  Story& ana(EventKind kind, Fields body = {}, Fields contact = {}) {
    auto seen = seen_of(folder_.ticket(), {kind, body, contact});
    return apply(kind, std::move(body), std::move(contact), std::move(seen));
  }
  Story& ingrid(EventKind kind, Fields body = {}, Fields contact = {}) {
    auto seen = seen_of(before_, {kind, body, contact});
    incoming = check_incoming(folder_.ticket(), make(kind, body, contact, seen));
    return apply(kind, std::move(body), std::move(contact), std::move(seen));
  }
  const Ticket& ticket() const { return folder_.ticket(); }
  bool last_took_effect() const { return ticket().history.back().took_effect; }

  base::Status incoming; // what the desk said of Ingrid's

private:
  TicketEvent make(EventKind kind, Fields body, Fields contact, Seen seen) {
    TicketEvent event;
    event.kind = kind;
    event.body = std::move(body);
    event.contact = std::move(contact);
    event.envelope.kind = name_of(kind);
    event.envelope.seen = std::move(seen);
    event.envelope.id.bytes[15] = static_cast<std::uint8_t>(number_ + 1);
    event.effective = number_ + 1;
    event.verdict = Verdict::applied;
    event.received = Instant{};
    return event;
  }
  Story& apply(EventKind kind, Fields body, Fields contact, Seen seen) {
    folder_.apply(make(kind, std::move(body), std::move(contact), std::move(seen)));
    ++number_;
    return *this;
  }

  TicketFolder folder_{TicketId{}};
  Ticket before_;
  int number_ = 0;
};

const Fields k_internal{{"visibility", std::string("internal")}};
const Fields k_text{{"text", std::string("Changed the cable.")}};

Fields status(const char* name) { return {{"status", std::string(name)}}; }

} // namespace

TEST_CASE("a closed ticket that receives an offline note asks for review") {
  Story s;
  s.in({"in_work"})
      .ana(EventKind::status_changed, status("solved"))
      .ana(EventKind::status_changed, status("closed"));
  s.ingrid(EventKind::note, k_internal, k_text);
  CHECK(s.incoming);
  CHECK(s.last_took_effect());
  CHECK(s.ticket().status() == TicketStatus::closed);
  CHECK(s.ticket().reviews.size() == 1);
}

TEST_CASE("a closed ticket that receives a file or working time from offline asks for review") {
  for (auto kind : {EventKind::attachment_named, EventKind::work_time}) {
    Story s;
    s.in({"solved"}).ana(EventKind::status_changed, status("closed"));
    s.ingrid(kind, {{"minutes", std::int64_t{10}}});
    CHECK(s.last_took_effect());
    CHECK(s.ticket().reviews.size() == 1);
  }
}

TEST_CASE("a note on an open or solved ticket asks nothing") {
  Story s;
  s.in({"in_work"}).ana(EventKind::status_changed, status("solved"));
  s.ingrid(EventKind::note, k_internal, k_text);
  CHECK(s.ticket().reviews.empty());
}

TEST_CASE("a note on a closed ticket by somebody who knew asks nothing") {
  Story s;
  s.in({"solved", "closed"}).ingrid(EventKind::note, k_internal, k_text);
  CHECK(s.ticket().reviews.empty());
}

TEST_CASE("the same status set by two people is no conflict") {
  Story s;
  s.in({"in_work"}).ana(EventKind::status_changed, status("solved"));
  s.ingrid(EventKind::status_changed, status("solved"));
  CHECK(s.incoming);
  CHECK(s.last_took_effect());
  CHECK(s.ticket().reviews.empty());
  CHECK(s.ticket().parallels.empty());
}

TEST_CASE("a status that the other one allows takes effect, and the other stays visible") {
  Story s;
  s.in({"in_work"}).ana(EventKind::status_changed, status("waits_customer"));
  s.ingrid(EventKind::status_changed, status("waits_supplier"));
  CHECK(s.incoming);
  CHECK(s.ticket().status() == TicketStatus::waits_supplier);
  REQUIRE(s.ticket().parallels.size() == 1);
  CHECK(s.ticket().parallels.front().value == Value{std::string("waits_customer")});
}

TEST_CASE("a status that the other one does not allow has no effect and asks for review") {
  Story s;
  s.in({"in_work"}).ana(EventKind::status_changed, status("solved"));
  s.ingrid(EventKind::status_changed, status("waits_supplier"));
  CHECK(s.incoming);
  CHECK_FALSE(s.last_took_effect());
  CHECK(s.ticket().status() == TicketStatus::solved);
  CHECK(s.ticket().reviews.size() == 1);
}

TEST_CASE("two solutions: one text holds, the other stays visible") {
  Story s;
  s.in({"in_work"}).ana(EventKind::resolved, {}, {{"text", std::string("New cable.")}});
  s.ingrid(EventKind::resolved, {}, {{"text", std::string("Restarted it.")}});
  CHECK(s.incoming);
  CHECK(s.ticket().text("resolution") == "Restarted it.");
  REQUIRE(s.ticket().parallels.size() == 1);
  CHECK(s.ticket().parallels.front().field == "resolution");
}

TEST_CASE("a solution for a ticket that was closed meanwhile has no effect and asks for review") {
  Story s;
  s.in({"solved"}).ana(EventKind::status_changed, status("closed"));
  s.ingrid(EventKind::resolved, {}, k_text);
  CHECK(s.incoming);
  CHECK_FALSE(s.last_took_effect());
  CHECK(s.ticket().reviews.size() == 1);
}

TEST_CASE("a solution against an escalation: the higher level goes on, somebody has to look") {
  Story s;
  s.in({"in_work"}).ana(EventKind::escalated, {{"level", std::int64_t{2}}});
  s.ingrid(EventKind::resolved, {}, k_text);
  CHECK(s.incoming);
  CHECK(s.ticket().status() == TicketStatus::in_work);
  CHECK(s.ticket().reviews.size() == 1);
  CHECK(s.ticket().history.back().contact == k_text);
}

TEST_CASE("a confirmation of a solution that was reopened meanwhile does not close it") {
  Story s;
  s.in({"solved"}).ana(EventKind::reopened);
  s.ingrid(EventKind::confirmed, {{"solved", true}});
  CHECK(s.incoming);
  CHECK(s.ticket().status() == TicketStatus::in_work);
  CHECK(s.ticket().reviews.size() == 1);
}

TEST_CASE("a customer who says no to a solution that was closed meanwhile has the last word") {
  Story s;
  s.in({"solved"}).ana(EventKind::status_changed, status("closed"));
  s.ingrid(EventKind::confirmed, {{"solved", false}});
  CHECK(s.incoming);
  CHECK(s.ticket().status() == TicketStatus::in_work);
}

TEST_CASE("a reopening of what was reopened already is nothing to do") {
  Story s;
  s.in({"solved"}).ana(EventKind::reopened);
  s.ingrid(EventKind::reopened);
  CHECK(s.incoming);
  CHECK(s.ticket().status() == TicketStatus::in_work);
  CHECK(s.ticket().reviews.empty());
}

TEST_CASE("an escalation of what was solved meanwhile raises the level and asks for review") {
  Story s;
  s.in({"in_work"}).ana(EventKind::status_changed, status("solved"));
  s.ingrid(EventKind::escalated, {{"level", std::int64_t{3}}});
  CHECK(s.incoming);
  CHECK(s.ticket().text("level") == "3");
  CHECK(s.ticket().status() == TicketStatus::solved);
  CHECK(s.ticket().reviews.size() == 1);
}

TEST_CASE("who knew the status and asks for a step that the workflow does not have is refused by the desk") {
  Story s;
  s.in({"solved", "closed"}).ingrid(EventKind::status_changed, status("in_work"));
  CHECK_FALSE(s.incoming);
  CHECK_FALSE(s.last_took_effect());
  CHECK(s.ticket().reviews.empty());
}

TEST_CASE("a review is settled by the next who writes with it in view, not by one who had not seen it") {
  Story s;
  s.in({"solved"}).ana(EventKind::status_changed, status("closed"));
  s.ingrid(EventKind::note, k_internal, k_text).ingrid(EventKind::note, k_internal, k_text);
  CHECK(s.ticket().reviews.size() == 2);
  s.ana(EventKind::note, k_internal, k_text);
  CHECK(s.ticket().reviews.empty());
}

} // namespace walkin::domain
