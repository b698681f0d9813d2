// What a station keeps of tickets that it shows no more, and when it lets go of that for good.
#include "shared/store/station.hpp"

#include <fmt/format.h>

namespace walkin::store {

using domain::TicketId;

// 0: hidden by a program that did not note when.
const std::string_view k_station_retention_sql =
    "ALTER TABLE hidden_tickets ADD COLUMN since INTEGER NOT NULL DEFAULT 0;"; // ms since 1970

namespace {

// Tickets `t` of which something has to reach the desk still, or that the own chain ends with.
constexpr std::string_view k_is_needed =
    "EXISTS (SELECT 1 FROM events w WHERE w.ticket = t.ticket AND w.received IS NULL) OR "
    "EXISTS (SELECT 1 FROM uploads u WHERE u.ticket = t.ticket AND u.epoch IS NOT ?2 AND u.is_refused = 0) "
    "OR "
    "t.ticket IS (SELECT ticket FROM events WHERE replica = ?3 ORDER BY replica_seq DESC LIMIT 1)";

// By the desk's clock too, for this station's may have been years behind when the ticket went.
constexpr std::string_view k_out_of_view =
    "SELECT h.ticket, max(h.since, coalesce(max(e.received), 0)) AS at FROM hidden_tickets h "
    "LEFT JOIN events e ON e.ticket = h.ticket AND e.received <= ?5 WHERE h.since <= ?1 GROUP BY h.ticket "
    "HAVING at <= ?1";
// A kiosk is given no tickets; what the desk refused stays for whoever looks after it.
constexpr std::string_view k_of_kiosk =
    "SELECT ticket, max(received) AS at FROM events GROUP BY ticket "
    "HAVING max(received) <= ?1 AND min(verdict) = 1 AND max(verdict) = 1";

} // namespace

std::vector<TicketId> Station::outlived(base::Instant before, std::size_t count_max) {
  auto row = db_->query(fmt::format("SELECT t.ticket FROM ({}) t WHERE NOT ({}) ORDER BY t.at LIMIT ?4",
                                    is_kiosk() ? k_of_kiosk : k_out_of_view, k_is_needed));
  row.bind(1, base::to_ms(before))
      .bind(2, meta("desk_epoch"))
      .bind(3, identity_.replica)
      .bind(4, static_cast<std::int64_t>(count_max));
  if (!is_kiosk()) row.bind(5, base::to_ms(now()));
  std::vector<TicketId> tickets;
  while (row.step()) tickets.push_back(row.id<TicketId>(0));
  return tickets;
}

std::size_t Station::purge(std::size_t events_max) {
  const base::Instant at = now();
  const domain::SiteSettings settings = reference_.settings().value_or(domain::SiteSettings{});
  const base::Instant before = at - std::chrono::hours(24) * settings.keep_days;
  // Counted from now where it is not known, or was noted by a clock that was ahead.
  constexpr std::string_view k_undated = "hidden_tickets WHERE since = 0 OR since > ?1";
  auto undated = db_->query(fmt::format("SELECT 1 FROM {} LIMIT 1", k_undated));
  const bool has_undated = undated.bind(1, base::to_ms(at)).step();
  if (!has_undated && outlived(before, 1).empty()) return 0;
  Transaction transaction(*db_);
  refresh_identity();
  db_->query("UPDATE hidden_tickets SET since = ?1 WHERE since = 0 OR since > ?1")
      .bind(1, base::to_ms(at))
      .run();
  std::size_t gone = 0;
  for (const TicketId& ticket : outlived(before, events_max)) {
    if (gone >= events_max) break;
    gone += log_.let_go(transaction, ticket, identity_.replica);
    for (const char* table : {"uploads", "hidden_tickets", "leaving_tickets"})
      db_->query(fmt::format("DELETE FROM {} WHERE ticket = ?1", table)).bind(1, ticket).run();
    if (is_kiosk()) tickets_.project(transaction, ticket);
  }
  transaction.commit();
  return gone;
}

} // namespace walkin::store
