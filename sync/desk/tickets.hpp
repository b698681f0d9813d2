// Tickets as the console asks for them. The other half of what the desk stores.
#pragma once

#include "shared/base/result.hpp"
#include "shared/domain/ticket.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::desk {

// The built-in views, in the order of their tabs.
enum class View : std::uint8_t { open, mine, nobodys, waits_customer, solved, closed, older };

inline constexpr std::array k_views{View::open,   View::mine,   View::nobodys, View::waits_customer,
                                    View::solved, View::closed, View::older};
inline constexpr base::Millis k_older_than = std::chrono::hours(7 * 24);

std::string_view name_of(View view); // as in an address: "waits_customer"
std::optional<View> parse_view(std::string_view name);

struct TicketQuery {
  View view = View::open;
  std::string me = {};    // whose tickets "mine" are: a user's name
  std::string words = {}; // over code, person and words; empty: all. Searches in every status
  base::Instant now;      // what "older" counts from
  std::int64_t offset = 0;
  std::int64_t limit = 10;
};

struct TicketRow {
  std::string code, queue_number, title, person, site, assignee, group;
  domain::TicketStatus status = domain::TicketStatus::created;
  domain::Priority priority = domain::Priority::p4;
  base::Instant created;
  bool has_conflict = false;
};

struct TicketPage {
  std::vector<TicketRow> rows; // oldest first
  std::int64_t total = 0;      // in the whole view
};

using ViewCounts = std::array<std::int64_t, k_views.size()>; // in the order of k_views

// What happened since a position: codes of tickets, or so many that one should look at everything again.
struct Changes {
  std::uint64_t position = 0;
  std::vector<std::string> codes;
  bool is_many = false;
};

inline constexpr std::size_t k_changed_codes_max = 50;

// Safe to call from any thread. Faults of the database are exceptions.
class Tickets {
public:
  virtual ~Tickets() = default;

  virtual TicketPage list(const TicketQuery& query) = 0;
  virtual ViewCounts counts(std::string_view me, base::Instant now) = 0;
  virtual std::optional<domain::Ticket> find(std::string_view code) = 0;

  // Appends an event by `author` (a user's name) if the workflow allows it. `expected` names, for fields the
  // event writes, the version its author saw (nil: none). Errors: not_found, invalid, not_allowed, conflict
  // (a field has another version by now; nothing was written).
  virtual base::Status append(std::string_view code, std::string_view author, const domain::EventParts& parts,
                              const domain::Seen& expected) = 0;

  // The newest position, and what came after one. wait() returns when something has, or after `at_most`, or
  // when it is woken.
  virtual std::uint64_t position() = 0;
  virtual Changes wait(std::uint64_t after, base::Millis at_most) = 0;
  virtual void wake_all() = 0; // from now on wait() returns at once: the desk stops

  virtual base::Status check_integrity() = 0;
};

} // namespace walkin::desk
