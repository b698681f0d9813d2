// The projection: one row a ticket for lists, and the words for searching. A cache that rebuild() makes anew
// from the log.
#pragma once

#include "shared/domain/ticket.hpp"
#include "shared/store/event_log.hpp"

namespace walkin::store {

extern const std::string_view k_ticket_table_sql;

// A ticket as lists show it.
struct TicketRow {
  domain::TicketId ticket;
  std::string code, queue_number;
  domain::TicketStatus status = domain::TicketStatus::created;
  domain::Priority priority = domain::Priority::p4;
  std::string category, site, assignee, group, title, person;
  base::Instant created, updated;
  std::int64_t events = 0;
  std::int64_t conflicts = 0; // values written in parallel and reviews, as long as nobody has decided
  std::int64_t waiting = 0;   // events here that the desk has not had yet
  auto operator<=>(const TicketRow&) const = default;
};

enum class SortBy { oldest, newest, priority };

struct TicketFilter {
  std::optional<bool> is_open;
  std::optional<domain::TicketStatus> status;
  std::optional<std::string> assignee; // "" finds those that nobody has
  std::optional<std::string> group;
  std::optional<std::string> site;
  std::optional<base::Instant> created_before;
  std::string words; // full text; empty: all
  SortBy sort = SortBy::oldest;
  std::int64_t offset = 0;
  std::int64_t limit = 100;
};

class TicketTable {
public:
  explicit TicketTable(Database& db) : db_(db), log_(db) {}

  // Folds the ticket's events and writes its row; returns the ticket. A ticket whose registration is not
  // here, or was refused, has no row.
  domain::Ticket project(Transaction&, const domain::TicketId& ticket);
  void put(Transaction&, const domain::Ticket& ticket); // a ticket folded already
  // So many of its events wait no longer, and nothing else of it has changed.
  void count_sent(Transaction&, const domain::TicketId& ticket, std::int64_t events);

  bool has_code(std::string_view code) { return count_code(code) > 0; } // a ticket has it now
  std::int64_t count_code(std::string_view code);
  // By the code the ticket has, else by one that it had.
  std::optional<domain::TicketId> find_code(std::string_view code);
  // Those that had this code on their slip before they were given another.
  std::vector<domain::TicketId> find_former(std::string_view code);
  std::optional<domain::Ticket> load(const domain::TicketId& ticket);
  std::vector<TicketRow> list(const TicketFilter& filter);
  std::int64_t count(const TicketFilter& filter);

  // Drops every row and folds the whole log again.
  void rebuild(Transaction&);

  // Compares each row and its words with the fold of its events; the first difference.
  base::Status check();

private:
  bool is_hidden(const domain::TicketId& ticket);

  Database& db_;
  EventLog log_;
};

} // namespace walkin::store
