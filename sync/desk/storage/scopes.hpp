// Which tickets are in which scope at the desk, how that changed along the feed, and the digests of it all.
// Kept in step with the log by FeedCommit, in the same transaction.
#pragma once

#include "shared/domain/scope.hpp"
#include "shared/protocol/messages.hpp"
#include "shared/store/ticket_table.hpp"

#include <map>

namespace walkin::desk {

extern const std::string_view k_scopes_sql;

// What every commit to the feed does besides: marks where it ends, moves the tickets it touched between
// scopes and brings the digests up to date.
class FeedCommit {
public:
  // `author_scopes`: of the station that pushes; it holds what it writes on, in its scopes or not.
  explicit FeedCommit(store::Database& db, std::vector<std::string> author_scopes = {})
      : db_(db), author_scopes_(std::move(author_scopes)) {}
  void placed(std::int64_t position, const domain::Event& event);
  // Before the transaction's commit, after the tickets were projected: scopes come from their rows.
  void finish(store::Transaction&);

private:
  struct Sum {
    std::int64_t count = 0;
    base::HashSum hashes;
    void add(const Sum& other);
    void remove(const Sum& other);
  };
  struct Row; // of the projection
  void settle(const domain::TicketId& ticket, const Sum& added);
  void move(const std::string& scope, const domain::TicketId& ticket, bool entered);
  std::optional<Row> row_of(const domain::TicketId& ticket);

  store::Database& db_;
  std::vector<std::string> author_scopes_;
  std::int64_t last_position_ = 0;
  std::string hashes_; // of the events placed, one after the other
  std::map<domain::TicketId, Sum> added_;
  std::map<std::string, Sum> changes_; // of the digests
};

// The link of the feed's chain for a commit with events of these hashes, 32 bytes each, in order of position.
base::Hash chained(const base::Hash& before, std::string_view hashes);

bool is_in_scope(store::Database& db, const domain::TicketId& ticket, const std::vector<std::string>& scopes);
// Now or at any time before.
bool was_in_scope(store::Database& db, const domain::TicketId& ticket,
                  const std::vector<std::string>& scopes);

// One for each of these scopes.
std::vector<protocol::ScopeDigest> read_digests(store::Database& db, const std::vector<std::string>& scopes);

// Recomputes everything above from the log and the projection; the first difference.
base::Status check_scopes(store::Database& db);

} // namespace walkin::desk
