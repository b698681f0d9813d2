// What the replicas ought to agree on, worked out again from the events alone: slowly, with plain lists and
// maps, and with nothing of the code that folds, merges or judges in the programs. The rules are those of
// sync/PROTOCOL.md.
#pragma once

#include "shared/domain/ticket.hpp"
#include "shared/store/event_log.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace walkin::sim {

// Something that must never be seen. `kind` is the same for the same fault, `text` tells this one.
struct Violation {
  std::string kind, text;
};

// One event as the desk holds it, taken apart.
struct Fact {
  domain::Event event;
  domain::Fields body, contact;
  bool is_readable = true;
  std::int64_t effective = 0, received_ms = 0;
  std::int64_t commit = 0; // the events of one commit have the same
  domain::Verdict verdict = domain::Verdict::pending;
  bool was_given_back = false; // to a desk that had been put back: placed and judged in its life before
};

// A ticket as people should see it.
struct NaiveTicket {
  struct Held {
    domain::Value value;
    domain::EventId by;
  };
  struct Step {
    domain::EventId id;
    std::string kind;
    bool took_effect;
    domain::Verdict verdict;
  };
  struct Lost {
    std::string field;
    domain::Value value;
    domain::EventId by;
  };
  std::map<std::string, Held> fields;
  std::vector<Step> history;
  std::vector<Lost> lost;
  std::vector<domain::EventId> questions;

  std::string status() const;
};

NaiveTicket naive_fold(std::vector<Fact> facts);

// The same words for the same ticket, so that two can be compared and a difference be read.
std::string in_words(const NaiveTicket& ticket);
std::string in_words(const domain::Ticket& ticket);

// Whose a station is, as the desk knows it.
struct Belongs {
  std::string site, person, group;
  bool is_kiosk = false;
  auto operator<=>(const Belongs&) const = default;
};

// Who pushed an event; more than one where it is not known at which attempt the desk took it.
using Pushers = std::set<Belongs>;

// Goes through the desk's log in the order of its feed and works out what each event's place in the order and
// its verdict should have been. Throws Violation.
void judge_again(const std::vector<Fact>& feed, const std::map<domain::EventId, Pushers>& pushers,
                 const std::set<domain::ReplicaId>& desks);

} // namespace walkin::sim
