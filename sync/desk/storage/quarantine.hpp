// Events that the desk cannot read, set aside for an administrator, and those of the same station on the same
// ticket that wait behind them. Nothing else waits.
#pragma once

#include "shared/protocol/messages.hpp"
#include "shared/store/database.hpp"

#include <optional>
#include <vector>

namespace walkin::desk {

struct SetAside {
  enum class State : std::uint8_t {
    unreadable, // the administrator decides: try again, or drop
    held_back,  // could be read; waits for one that could not
    dropped,    // given up; its author's station keeps it
  };
  domain::EventId id;
  domain::ReplicaId replica;
  std::uint64_t replica_seq = 0;
  domain::TicketId ticket; // nil where not even that could be read
  std::string bytes;       // of the event as CBOR; what came of it where it is no event
  std::string reason;
  base::Instant received;
  State state = State::unreadable;
};

std::string_view name_of(SetAside::State state);

extern const std::string_view k_quarantine_sql;

class Quarantine {
public:
  explicit Quarantine(store::Database& db) : db_(db) {}

  // The verdict that its author's station is told. One that is there already, under the name that the station
  // had before it was copied or put back, goes on under the new one.
  protocol::PushVerdict add(store::Transaction&, const SetAside& aside);
  // What was said of this event, if it was set aside.
  std::optional<protocol::PushVerdict> verdict_on(const domain::EventId& id);
  // Why what this station writes on this ticket has to wait, if it has to.
  std::optional<std::string> holds_back(const domain::ReplicaId& replica, const domain::TicketId& ticket);

  std::vector<SetAside> list(); // oldest first, without those that were dropped
  std::optional<SetAside> find(const domain::EventId& id);
  // This one, if it is not dropped, and what is held back behind it, in the order of its station's chain.
  std::vector<SetAside> chain_of(const domain::EventId& id);
  // Those of this station that are in the log by now.
  std::vector<domain::EventId> given_back(const domain::ReplicaId& replica);
  void drop(store::Transaction&, const domain::EventId& id);
  void keep(store::Transaction&, const domain::EventId& id, std::string_view reason); // still unreadable
  void remove(store::Transaction&, const domain::EventId& id);                        // it has its place now
  // Drops the contact parts of what was set aside of a ticket.
  void erase(store::Transaction&, const domain::TicketId& ticket);

private:
  std::vector<SetAside> read(store::Query row);
  store::Database& db_;
};

} // namespace walkin::desk
