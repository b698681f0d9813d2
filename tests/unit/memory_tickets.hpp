// Tickets kept in memory, as the console's tests need them: the plainest thing that keeps Tickets' promises.
#pragma once

#include "shared/base/text.hpp"
#include "sync/desk/tickets.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>

namespace walkin::test {

using namespace walkin::desk;

class MemoryTickets final : public Tickets {
public:
  MemoryTickets(const base::Clock& clock, base::Random& random) : clock_(clock), random_(random) {}

  bool fails = false; // as a database that does not answer

  void add(const std::string& code, domain::Registration registration, base::Instant at,
           std::string_view queue_number = "", std::string_view site = "City Hall") {
    std::scoped_lock lock(mutex_);
    Kept& kept = tickets_[code];
    kept.id = base::TicketId::make(at, random_);
    write(code, kept, "", domain::registered_parts(registration, code, queue_number, site, "Kiosk A"), {}, at,
          at);
  }

  // As if written offline by somebody who had seen nothing of the field, and come in later.
  void add_unseen(const std::string& code, std::string_view author, domain::EventParts parts,
                  base::Instant at, base::Instant received) {
    std::scoped_lock lock(mutex_);
    write(code, tickets_.at(code), author, std::move(parts), {}, at, received);
  }

  TicketPage list(const TicketQuery& query) override {
    std::scoped_lock lock(mutex_);
    if (fails) throw std::runtime_error("the database does not answer");
    std::vector<TicketRow> all;
    for (auto& [code, kept] : tickets_) {
      const domain::Ticket& ticket = kept.folded;
      bool shown = query.words.empty() ? fits(ticket, query.view, query.me, query.now)
                                       : has_words(ticket, query.words);
      if (shown) all.push_back(row(ticket));
    }
    std::ranges::sort(all, {}, [](const TicketRow& each) { return std::pair(each.created, each.code); });
    TicketPage page{{}, static_cast<std::int64_t>(all.size())};
    for (auto i = static_cast<std::size_t>(query.offset);
         i < all.size() && page.rows.size() < static_cast<std::size_t>(query.limit); ++i)
      page.rows.push_back(all[i]);
    return page;
  }

  ViewCounts counts(std::string_view me, base::Instant now) override {
    std::scoped_lock lock(mutex_);
    ViewCounts counts{};
    for (auto& [code, kept] : tickets_)
      for (View view : k_views)
        counts[static_cast<std::size_t>(view)] += fits(kept.folded, view, me, now) ? 1 : 0;
    return counts;
  }

  std::optional<domain::Ticket> find(std::string_view code) override {
    std::scoped_lock lock(mutex_);
    if (fails) throw std::runtime_error("the database does not answer");
    auto found = tickets_.find(std::string(code));
    if (found == tickets_.end()) return std::nullopt;
    return found->second.folded;
  }

  base::Status append(std::string_view code, std::string_view author, const domain::EventParts& parts,
                      const domain::Seen& expected) override {
    std::scoped_lock lock(mutex_);
    auto found = tickets_.find(std::string(code));
    if (found == tickets_.end()) return base::fail(base::ErrorCode::not_found, "There is no such ticket.");
    const domain::Ticket& ticket = found->second.folded;
    for (const auto& [field, version] : expected) {
      auto held = ticket.fields.find(field);
      base::EventId now = held == ticket.fields.end() ? base::EventId{} : held->second.version;
      if (now != version)
        return base::fail(base::ErrorCode::conflict, "Somebody changed it meanwhile.", field);
    }
    if (auto fits = domain::check_event(ticket, parts); !fits) return fits;
    write(std::string(code), found->second, author, parts, domain::seen_of(ticket, parts), clock_.now(),
          clock_.now());
    return {};
  }

  std::uint64_t position() override {
    std::scoped_lock lock(mutex_);
    return position_;
  }

  Changes wait(std::uint64_t after, base::Millis at_most) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [&] { return position_ > after || woken_; });
    Changes changes{position_, {}, false};
    for (std::uint64_t i = after; i < position_; ++i) changes.codes.push_back(changed_codes_[i]);
    return changes;
  }

  void wake_all() override {
    std::scoped_lock lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }

  base::Status check_integrity() override { return {}; }

private:
  struct Kept {
    base::TicketId id;
    std::vector<domain::TicketEvent> events;
    domain::Ticket folded;
  };

  void write(const std::string& code, Kept& kept, std::string_view author, domain::EventParts parts,
             domain::Seen seen, base::Instant at, base::Instant received) {
    if (!author.empty()) parts.body["by"] = std::string(author);
    domain::TicketEvent event;
    event.envelope.id = base::EventId::make(at, random_);
    event.envelope.ticket = kept.id;
    event.envelope.kind = std::string(domain::name_of(parts.kind));
    event.envelope.claimed = base::Hlc::from(at, static_cast<std::uint16_t>(kept.events.size()));
    event.envelope.seen = std::move(seen);
    event.envelope.contact_state =
        parts.contact.empty() ? domain::ContactState::none : domain::ContactState::plain;
    event.kind = parts.kind;
    event.body = std::move(parts.body);
    event.contact = std::move(parts.contact);
    event.effective = event.envelope.claimed.packed;
    event.verdict = domain::Verdict::applied;
    event.received = received;
    kept.events.push_back(std::move(event));
    kept.folded = domain::fold(kept.id, kept.events);
    ++position_;
    changed_codes_.push_back(code);
    changed_.notify_all();
  }

  static bool fits(const domain::Ticket& ticket, View view, std::string_view me, base::Instant now) {
    bool is_open = domain::is_open(ticket.status());
    switch (view) {
    case View::open: return is_open;
    case View::mine: return is_open && ticket.text("assignee") == me;
    case View::nobodys: return is_open && ticket.text("assignee").empty();
    case View::waits_customer: return ticket.status() == domain::TicketStatus::waits_customer;
    case View::solved: return ticket.status() == domain::TicketStatus::solved;
    case View::closed: return ticket.status() == domain::TicketStatus::closed;
    case View::older: return is_open && now - ticket.created > k_older_than;
    }
    return false;
  }

  static bool has_words(const domain::Ticket& ticket, const std::string& words) {
    std::string all = ticket.code() + " " + ticket.text("contact.name") + " " + ticket.text("description");
    return base::fold(all).find(base::fold(words)) != std::string::npos;
  }

  static TicketRow row(const domain::Ticket& ticket) {
    return {.code = ticket.code(),
            .queue_number = ticket.text("queue_number"),
            .title = ticket.title(),
            .person = ticket.text("contact.name"),
            .site = ticket.text("site"),
            .assignee = ticket.text("assignee"),
            .group = ticket.text("group"),
            .status = ticket.status(),
            .priority = ticket.priority(),
            .created = ticket.created,
            .has_conflict = !ticket.parallels.empty()};
  }

  const base::Clock& clock_;
  base::Random& random_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Kept> tickets_;
  std::vector<std::string> changed_codes_;
  std::uint64_t position_ = 0;
  bool woken_ = false;
};

} // namespace walkin::test
