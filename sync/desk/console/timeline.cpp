#include "sync/desk/console/timeline.hpp"

#include "sync/desk/console/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::desk {

using domain::EventKind;
using domain::Fields;
using domain::HistoryEntry;

namespace {

constexpr std::size_t k_entries_before_folding = 30;
constexpr std::size_t k_entries_kept_at_end = 20;
constexpr base::Millis k_late_after = std::chrono::minutes(15);

std::string text_of(const Fields& fields, std::string_view name) {
  auto found = fields.find(name);
  return found == fields.end() ? std::string{} : domain::to_text(found->second);
}

// One sentence "Ana Ruiz gave it to Ingrid Solheim, Field": who did what, the part to stress, what follows.
struct Sentence {
  std::string_view icon;
  std::string did, what, after;
};

std::string written_values(const Fields& body, const Fields& contact) {
  std::string out;
  for (const Fields* fields : {&body, &contact})
    for (const auto& [name, value] : *fields) {
      if (name == "by" || name == "salt") continue;
      out +=
          fmt::format("{}{} to {}", out.empty() ? "" : ", ", words::field(name), words::value(name, value));
    }
  return out;
}

Sentence sentence_of(const HistoryEntry& entry, const NameLookup& full_name) {
  auto body = [&](std::string_view name) { return text_of(entry.body, name); };
  auto status_words = [&] {
    auto status = domain::parse_status(body("status"));
    return std::string(status ? words::status(*status) : "");
  };
  switch (entry.known.value_or(EventKind::verdict)) {
  case EventKind::registered: return {"i-ticket", "registered it", "", ""};
  case EventKind::contact_changed:
  case EventKind::field_changed: return {"i-swap", "changed", written_values(entry.body, entry.contact), ""};
  case EventKind::status_changed: return {"i-swap", "set it to", status_words(), ""};
  case EventKind::assigned: {
    std::string who = full_name(body("assignee")), group = body("group");
    if (who.empty() && group.empty()) return {"i-swap", "gave it back to", "nobody", ""};
    if (who.empty()) return {"i-swap", "gave it to", group, ""};
    return {"i-swap", "gave it to", who, group.empty() ? "" : ", " + group};
  }
  case EventKind::owner_changed: return {"i-swap", "made the owner", full_name(body("owner")), ""};
  case EventKind::escalated: {
    std::string to = body("department").empty() ? "level " + body("level") : body("department");
    std::string why = text_of(entry.contact, "text");
    return {"i-up", "escalated it to", to, why.empty() ? "" : ": " + why};
  }
  case EventKind::linked: return {"i-link", "linked it as", body("relation"), ""};
  case EventKind::merged: return {"i-link", "merged it into", "another ticket", ""};
  case EventKind::attachment_named: return {"i-clip", "attached", text_of(entry.contact, "name"), ""};
  case EventKind::work_time: {
    std::int64_t minutes = 0;
    if (auto found = entry.body.find("minutes"); found != entry.body.end())
      if (const auto* number = std::get_if<std::int64_t>(&found->second)) minutes = *number;
    return {"i-timer", "worked", words::minutes(minutes), ""};
  }
  case EventKind::called:
    if (body("state") == "waiting") return {"i-bell", "put the customer", "back into the queue", ""};
    return {"i-bell", "called the customer to", body("counter"), ""};
  case EventKind::served:
    return {"i-bell",
            body("state") == "serving" ? "began to serve the customer at" : "served the customer at",
            body("counter"), ""};
  case EventKind::no_show: return {"i-bell", "called;", "the customer was not there", ""};
  case EventKind::left: return {"i-bell", "noted that", "the customer left", ""};
  case EventKind::erased: return {"i-info", "erased", "the customer's data", ", on request"};
  case EventKind::confirmed:
    return {"i-check", body("solved") == "yes" ? "confirmed that it is" : "said that it is",
            body("solved") == "yes" ? "solved" : "not solved", ""};
  case EventKind::rated:
    return {"i-star", "gave", fmt::format("{} of 5 stars", body("stars")),
            text_of(entry.contact, "text").empty() ? "" : ": " + text_of(entry.contact, "text")};
  case EventKind::reopened: {
    std::string why = text_of(entry.contact, "text");
    return {"i-undo", "opened it again", "", why.empty() ? "" : ": " + why};
  }
  case EventKind::note:
  case EventKind::resolved:
  case EventKind::verdict: break;
  }
  return {"i-info", entry.kind, "", ""};
}

class Timeline {
public:
  Timeline(const domain::Ticket& ticket, base::Instant now, const TimelineLookups& lookups, bool may_work)
      : ticket_(ticket),
        now_(now),
        full_name_(lookups.full_name),
        has_file_(lookups.has_file),
        may_work_(may_work),
        customer_(ticket.text("contact.name")) {
    if (customer_.empty()) customer_ = "Customer";
  }

  std::vector<Data> entries() {
    for (const HistoryEntry& entry : ticket_.history) {
      if (entry.known == EventKind::verdict) continue; // shows at the entry it is about
      add(entry);
      for (const domain::Parallel& parallel : ticket_.parallels)
        if (parallel.winner == entry.id) add_conflict(entry, parallel);
    }
    return std::move(out_);
  }

private:
  std::string author(const HistoryEntry& entry) const {
    return entry.by.empty() ? customer_ : full_name_(entry.by);
  }

  Data start(const HistoryEntry& entry, std::string_view paper) const {
    Data data;
    for (std::string_view name : {"customer", "reply", "note", "machine", "change", "conflict", "undone"})
      data.set("is_" + std::string(name), paper == name);
    data.set("id", entry.id.str());
    data.set("when", words::time(entry.at, now_));
    data.set("when_exact", base::to_rfc3339(entry.at));
    bool is_late = entry.received && *entry.received - entry.at > k_late_after;
    data.set("is_late", is_late);
    if (is_late) data.set("late", words::time(*entry.received, now_));
    data.set("extra", "");
    data.set("text", "");
    data.set("is_file", false);
    return data;
  }

  void set_text(Data& data, const HistoryEntry& entry, std::string_view field) const {
    std::string text = text_of(entry.contact, field);
    data.set("has_text", !text.empty());
    data.set("text", text);
    data.set("is_erased", entry.contact_state == domain::ContactState::erased);
    data.set("is_sealed", entry.contact_state == domain::ContactState::sealed);
  }

  void add(const HistoryEntry& entry) {
    if (!entry.took_effect) return add_undone(entry);
    bool is_public = text_of(entry.body, "visibility") == "public";
    switch (entry.known.value_or(EventKind::verdict)) {
    case EventKind::registered: return add_registration(entry);
    case EventKind::note:
      if (!is_public) return add_note(entry);
      return entry.by.empty() ? add_customer(entry, "text") : add_reply(entry, "");
    case EventKind::resolved: return add_reply(entry, "solved");
    case EventKind::contact_changed:
    case EventKind::field_changed:
    case EventKind::status_changed:
    case EventKind::assigned:
    case EventKind::owner_changed:
    case EventKind::escalated:
    case EventKind::linked:
    case EventKind::merged:
    case EventKind::attachment_named:
    case EventKind::work_time:
    case EventKind::called:
    case EventKind::served:
    case EventKind::no_show:
    case EventKind::left:
    case EventKind::confirmed:
    case EventKind::rated:
    case EventKind::reopened:
    case EventKind::verdict:
    case EventKind::erased: return add_change(entry);
    }
  }

  void add_customer(const HistoryEntry& entry, std::string_view field) {
    Data data = start(entry, "customer");
    data.set("who", customer_);
    data.set("initials", words::initials(customer_));
    std::string station = text_of(entry.body, "station");
    std::string site = text_of(entry.body, "site");
    data.set("extra", station.empty() ? site : station);
    set_text(data, entry, field);
    out_.push_back(std::move(data));
  }

  void add_registration(const HistoryEntry& entry) {
    add_customer(entry, "description");
    if (!entry.by.empty()) {
      Data by = start(entry, "change");
      by.set("icon", "i-ticket");
      by.set("who", full_name_(entry.by));
      by.set("did", "registered it");
      by.set("what", "");
      by.set("after", "");
      out_.push_back(std::move(by));
    }
    std::string name, values;
    for (const auto& [field, value] : entry.body) {
      if (!field.starts_with("computer.") && !field.starts_with("telephone.")) continue;
      if (field == "computer.asset_tag")
        name = domain::to_text(value);
      else
        values += fmt::format("{}{} {}", values.empty() ? "" : ", ", words::field(field),
                              words::value(field, value));
    }
    if (values.empty()) return;
    Data machine = start(entry, "machine");
    machine.set("who", name.empty() ? "Details" : "Details of " + name);
    machine.set("has_text", true);
    machine.set("text", values);
    out_.push_back(std::move(machine));
  }

  void add_reply(const HistoryEntry& entry, std::string_view what) {
    Data data = start(entry, "reply");
    data.set("who", fmt::format("{} to {}", author(entry), words::first_name(customer_)));
    data.set("extra", std::string(what));
    set_text(data, entry, "text");
    out_.push_back(std::move(data));
  }

  void add_note(const HistoryEntry& entry) {
    Data data = start(entry, "note");
    data.set("who", author(entry));
    set_text(data, entry, "text");
    out_.push_back(std::move(data));
  }

  void add_change(const HistoryEntry& entry) {
    Data data = start(entry, "change");
    Sentence sentence = sentence_of(entry, full_name_);
    data.set("icon", std::string(sentence.icon));
    data.set("who", author(entry));
    data.set("did", sentence.did);
    data.set("what", sentence.what);
    data.set("after", sentence.after);
    set_file(data, entry);
    out_.push_back(std::move(data));
  }

  // A file can be had once its content has arrived.
  void set_file(Data& data, const HistoryEntry& entry) const {
    auto attachment = domain::attachment_of(entry);
    if (!attachment) return;
    bool is_here = !attachment->is_erased && has_file_(attachment->sha256);
    std::string size = words::bytes(attachment->size);
    data.set("what", attachment->name.empty() ? "a file" : attachment->name);
    data.set("is_file", is_here);
    data.set("href", fmt::format("/console/tickets/{}/files/{}", ticket_.code(), entry.id.str()));
    if (attachment->is_erased)
      data.set("after", ", erased");
    else
      data.set("after", fmt::format(", {}, {}", size, is_here ? "available" : "on its way"));
  }

  void add_undone(const HistoryEntry& entry) {
    Data data = start(entry, "undone");
    Sentence sentence = sentence_of(entry, full_name_);
    data.set("who", author(entry));
    data.set("did", entry.known == EventKind::note ? "wrote" : sentence.did);
    data.set("what", sentence.what);
    data.set("reason", entry.reason);
    data.set("has_reason", !entry.reason.empty());
    set_text(data, entry, "text");
    out_.push_back(std::move(data));
  }

  void add_conflict(const HistoryEntry& winner, const domain::Parallel& parallel) {
    Data data = start(winner, "conflict");
    auto loser = std::ranges::find(ticket_.history, parallel.version, &HistoryEntry::id);
    auto now_it_is = ticket_.fields.find(parallel.field);
    auto shown = [&](const domain::Value& value) {
      bool is_person = parallel.field == "assignee" || parallel.field == "owner";
      return is_person && !domain::is_cleared(value) ? full_name_(domain::to_text(value))
                                                     : words::value(parallel.field, value);
    };
    data.set("field", parallel.field);
    data.set("field_words", words::field(parallel.field));
    data.set("loser", loser == ticket_.history.end() ? "Somebody" : author(*loser));
    data.set("lost", shown(parallel.value));
    data.set("lost_value", domain::to_text(parallel.value));
    data.set("winner", author(winner));
    data.set("now", now_it_is == ticket_.fields.end() ? "" : shown(now_it_is->second.value));
    data.set("version", now_it_is == ticket_.fields.end() ? "" : now_it_is->second.version.str());
    data.set("may_take_back", may_work_ && domain::is_writable(parallel.field));
    out_.push_back(std::move(data));
  }

  const domain::Ticket& ticket_;
  base::Instant now_;
  const NameLookup& full_name_;
  const FileLookup& has_file_;
  bool may_work_;
  std::string customer_;
  std::vector<Data> out_;
};

} // namespace

void set_timeline(Data& page, const domain::Ticket& ticket, base::Instant now, const TimelineLookups& lookups,
                  bool may_work) {
  std::vector<Data> all = Timeline(ticket, now, lookups, may_work).entries();
  Data first = data_list(), earlier = data_list(), entries = data_list();
  bool is_long = all.size() > k_entries_before_folding;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (is_long && i == 0)
      first.push_back(all[i]);
    else if (is_long && i + k_entries_kept_at_end < all.size())
      earlier.push_back(all[i]);
    else
      entries.push_back(all[i]);
  }
  page.set("has_earlier", is_long);
  page.set("earlier_count", std::to_string(earlier.is_list() ? earlier.list_value().size() : 0));
  page.set("first", first);
  page.set("earlier", earlier);
  page.set("entries", entries);
}

} // namespace walkin::desk
