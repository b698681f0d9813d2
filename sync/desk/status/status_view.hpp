// What a customer sees of their ticket: made from the ticket, without anything that staff wrote for staff.
// Pure.
#pragma once

#include "shared/base/zone.hpp"
#include "shared/domain/queue.hpp"
#include "shared/domain/ticket.hpp"
#include "shared/i18n/catalogue.hpp"

#include <functional>
#include <string>
#include <vector>

namespace walkin::desk {

struct StatusStep {
  std::string name, when;
  enum class State { done, now, to_come } state = State::to_come;
};

struct StatusMessage {
  std::string who, when, text;
  bool is_from_customer = false;
};

struct StatusView {
  std::string code, number; // the number only on its own day
  std::string title, subject, next;
  std::string queue; // how many are ahead and how long it takes; may be empty
  std::vector<StatusStep> steps;
  std::vector<StatusMessage> messages; // newest last, at most k_messages_max
  bool can_write = false, asks_solved = false, can_reopen = false, can_rate = false;
  std::string foot;
  static constexpr std::size_t k_messages_max = 8;
};

struct StatusFacts {
  const domain::Ticket& ticket;
  base::Instant now;
  const base::Zone& zone; // of the ticket's site
  int link_days = 30;
  std::optional<std::int64_t> ahead = {}; // in the queue
  std::optional<domain::WaitRange> wait = {};
  std::function<std::string(const std::string& user)> full_name = {}; // of staff
};

StatusView make_status_view(const StatusFacts& facts, i18n::Language language);

// The moment the ticket was closed, where it is closed.
std::optional<base::Instant> closed_at(const domain::Ticket& ticket);
// A link lives until so many days after the ticket was closed.
bool is_link_expired(const domain::Ticket& ticket, int link_days, base::Instant now);

} // namespace walkin::desk
