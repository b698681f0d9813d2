// Erasing a customer's data from tickets, when the law or the customer asks for it.
#include "shared/base/text.hpp"
#include "sync/desk/storage/desk_log_reader.hpp"
#include "sync/desk/storage/receipts.hpp"
#include "sync/desk/storage/scopes.hpp"

#include <algorithm>

namespace walkin::desk {

namespace {

constexpr std::int64_t k_found_max = 1000;
constexpr std::string_view k_identifying_fields[] = {"contact.name", "contact.email", "contact.phone",
                                                     "contact.employee_id", "telephone.number"};

} // namespace

// With the desk's own event the erasure has a place in the feed and in the ticket's history.
void DeskLog::append_erased(store::Transaction& transaction, FeedCommit& commit,
                            const domain::TicketId& ticket, std::string_view author) {
  append_own(transaction, commit,
             {ticket, clock_.now(), {domain::EventKind::erased, {}, {}}, std::string(author)}, {});
}

TellErased DeskLog::tell_erased() {
  return [this](store::Transaction& transaction, FeedCommit& commit, const domain::TicketId& ticket) {
    append_erased(transaction, commit, ticket, "");
  };
}

// Its code.
std::string DeskLog::erase_ticket(store::Transaction& transaction, const domain::Erasure& erasure,
                                  std::string_view author) {
  FeedCommit commit(*writer_);
  append_erased(transaction, commit, erasure.ticket, author);
  store::EventLog(*writer_).erase(transaction, erasure, 0);
  Quarantine(*writer_).erase(transaction, erasure.ticket);
  std::string code = store::TicketTable(*writer_).project(transaction, erasure.ticket).code();
  commit.finish(transaction);
  return code;
}

std::vector<std::string> DeskLog::erase(std::span<const std::string> codes, std::string_view author) {
  std::lock_guard lock(write_mutex_);
  store::TicketTable table(*writer_);
  std::vector<std::string> erased;
  for (const std::string& code : codes) {
    store::Transaction transaction(*writer_);
    auto ticket = table.find_code(code);
    if (!ticket || store::EventLog(*writer_).is_erased(*ticket)) continue;
    const base::Instant now = clock_.now();
    erased.push_back(
        erase_ticket(transaction, {*ticket, now, Receipts(*writer_).make(*ticket, now)}, author));
    transaction.commit();
  }
  if (!erased.empty()) forget_words();
  announce(erased);
  return erased;
}

// Given back by a station. A ticket that is not here yet comes later, without what was erased.
void DeskLog::take_erasures(std::span<const domain::Erasure> erasures) {
  store::EventLog log(*writer_);
  std::vector<std::string> codes;
  for (const domain::Erasure& erasure : erasures) {
    store::Transaction transaction(*writer_);
    if (log.is_erased(erasure.ticket) || !Receipts(*writer_).fits(erasure)) continue;
    if (log.has_ticket(erasure.ticket))
      codes.push_back(erase_ticket(transaction, erasure, ""));
    else
      log.erase(transaction, erasure, 0);
    transaction.commit();
  }
  if (!codes.empty()) forget_words();
  announce(std::move(codes));
}

// They are in the index of all tickets, and in the part of the file that is still to be copied back.
void DeskLog::forget_words() {
  store::Transaction transaction(*writer_);
  writer_->execute("INSERT INTO ticket_words (ticket_words) VALUES ('optimize')");
  transaction.commit();
  writer_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

std::vector<std::string> DeskLog::codes_of_customer(std::string_view value) {
  Reader reader(*this);
  store::TicketTable table(*reader);
  std::vector<std::string> codes;
  if (!base::is_valid_utf8(value)) return codes;
  const std::string wanted = base::fold(base::clean(value));
  store::TicketFilter filter;
  filter.words = value;
  filter.limit = k_found_max;
  for (const store::TicketRow& row : table.list(filter)) {
    auto ticket = table.load(row.ticket);
    bool is_theirs = ticket && std::ranges::any_of(k_identifying_fields, [&](std::string_view field) {
                       return base::fold(base::clean(ticket->text(field))) == wanted;
                     });
    if (is_theirs) codes.push_back(row.code);
  }
  return codes;
}

} // namespace walkin::desk
