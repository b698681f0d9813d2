// Which stations hold a ticket. A scope is a named set of tickets; a station is given some scopes and holds
// the tickets that are in any of them. Both ends decide membership by the same function of what lists show of
// a ticket, so that their digests of a scope can be compared.
#pragma once

#include "shared/domain/event.hpp"
#include "shared/domain/workflow.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace walkin::domain {

// What decides about a ticket, from its row in the projection.
struct ScopeFacts {
  TicketStatus status = TicketStatus::created;
  std::string_view site, assignee, group;
};

// The scopes that hold this ticket, in byte order: its site's while it is not closed, its assignee's and its
// group's.
std::vector<std::string> scopes_of(const ScopeFacts& facts);

std::string site_scope(std::string_view site);
std::string person_scope(std::string_view name);
std::string group_scope(std::string_view group);

// Of a kiosk: no events, but what customers may be told of the tickets of this site.
std::string public_scope(std::string_view site);
bool is_public_scope(std::string_view scope);

// Names a set of scopes in a few characters; another set has another one.
std::string scope_set_tag(const std::vector<std::string>& scopes);

// All that a kiosk knows of a ticket: nothing about people.
struct PublicStatus {
  TicketId ticket;
  std::string code, queue_number;
  TicketStatus status = TicketStatus::created;
  Instant updated;
  bool operator==(const PublicStatus&) const = default;
};

Hash hash_of(const PublicStatus& status);

} // namespace walkin::domain
