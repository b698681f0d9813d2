// Which station ought to hold which ticket, and what a kiosk ought to know, worked out from scratch. The
// rules are those of sync/PROTOCOL.md.
#pragma once

#include "shared/domain/scope.hpp"
#include "tests/sim/oracle.hpp"

namespace walkin::sim {

// A ticket with all its events, as they are at the desk in the end.
struct Story {
  NaiveTicket ticket;
  std::vector<Fact> facts;
};
using Stories = std::map<domain::TicketId, Story>;
Stories tell_stories(const std::vector<Fact>& feed);

std::set<std::string> scopes_of(const Belongs& station);
// None for a ticket whose registration was refused.
std::set<std::string> scopes_of(const NaiveTicket& ticket);
bool holds(const Belongs& station, const NaiveTicket& ticket);
// Whether it did after a commit that came before `commit`. `before` are the ticket's events in feed order.
bool has_held(const Belongs& station, const std::vector<Fact>& before, std::int64_t commit);

// By code: all that a kiosk of this site is told.
std::map<std::string, domain::PublicStatus> statuses_of(const Stories& stories, const std::string& site);

// Count and sum modulo 2^256 of the hashes of the events of all tickets in a scope, or of public statuses.
struct NaiveDigest {
  std::int64_t count = 0;
  std::string sum = std::string(32, '\0');
  void add(const base::Hash& hash);
};
NaiveDigest digest_of(const Stories& stories, const std::string& scope);
NaiveDigest digest_of(const std::map<std::string, domain::PublicStatus>& statuses);

} // namespace walkin::sim
