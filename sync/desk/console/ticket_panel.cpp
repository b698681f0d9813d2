#include "sync/desk/console/ticket_panel.hpp"

#include "sync/desk/console/row_data.hpp"
#include "sync/desk/console/words.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace walkin::desk {

using domain::Ticket;

namespace {

// Support groups that every desk has; those of its people come on top.
constexpr std::array k_groups{"Level 1", "Level 2", "Level 3", "Field"};

std::string version_of(const Ticket& ticket, std::string_view field) {
  auto found = ticket.fields.find(field);
  return found == ticket.fields.end() ? std::string{} : found->second.version.str();
}

Data option(std::string_view value, std::string_view label, bool chosen) {
  Data data;
  data.set("value", std::string(value));
  data.set("label", std::string(label));
  data.set("chosen", chosen);
  return data;
}

struct Property {
  std::string_view field;
  std::vector<std::string_view> choices; // empty: text
  bool always_shown;
  bool is_long = false;
};

const std::vector<Property>& properties() {
  static const std::vector<Property> k_properties{
      {"priority", {"", "P1", "P2", "P3", "P4"}, true},
      {"nature", {"", "question", "incident", "problem", "complaint", "work_order"}, true},
      {"category", {"", "computer", "phone", "account", "printer", "network", "other"}, true},
      {"title", {}, false},
      {"level", {"", "1", "2", "3"}, false},
      {"contact.name", {}, true},
      {"contact.email", {}, true},
      {"contact.phone", {}, true},
      {"contact.employee_id", {}, false},
      {"contact.preferred", {"", "email", "phone", "in_person"}, false},
      {"contact.language", {"", "en", "es", "nb"}, false},
      {"computer.asset_tag", {}, false},
      {"computer.model", {}, false},
      {"computer.os", {}, false},
      {"computer.os_version", {}, false},
      {"computer.memory_mb", {}, false},
      {"computer.serial", {}, false},
      {"computer.hostname", {}, false},
      {"telephone.number", {}, false},
      {"telephone.extension", {}, false},
      {"telephone.handset", {}, false},
      {"telephone.carrier", {}, false},
      {"telephone.voicemail", {}, false},
      {"severity", {"", "high", "medium", "low"}, false},
      {"affected", {"", "one", "team", "many"}, false},
      {"consequence", {"", "high", "medium", "low"}, false},
  };
  return k_properties;
}

std::string choice_words(std::string_view field, std::string_view choice) {
  if (choice.empty()) return field == "priority" ? "From the three facts" : "Not said";
  return words::value(field, std::string(choice));
}

Data property_data(const Property& property, const Ticket& ticket) {
  Data row;
  std::string field(property.field);
  std::string text = ticket.text(field);
  row.set("field", field);
  row.set("label", words::field(field));
  row.set("version", version_of(ticket, field));
  row.set("value", text);
  row.set("is_priority", field == "priority");
  row.set("is_plain", field != "priority");
  auto held = ticket.fields.find(field);
  row.set("shown", text.empty() ? "–" : words::value(field, held->second.value));
  row.set("is_choice", !property.choices.empty());
  Data options = data_list();
  for (std::string_view choice : property.choices)
    options.push_back(option(choice, choice_words(field, choice), choice == text));
  row.set("options", options);
  return row;
}

} // namespace

void set_status_menu(Data& page, const Ticket& ticket) {
  domain::TicketStatus status = ticket.status();
  page.set("status", std::string(words::status(status)));
  page.set("status_icon", std::string(words::status_icon(status)));
  page.set("status_version", version_of(ticket, "status"));
  Data steps = data_list(), then = data_list();
  auto add = [](Data& list, domain::TicketStatus to, std::string_view label) {
    Data step;
    step.set("value", std::string(domain::name_of(to)));
    step.set("label", std::string(label));
    step.set("icon", std::string(words::status_icon(to)));
    list.push_back(step);
  };
  for (domain::TicketStatus to : domain::allowed_from(status)) {
    bool comes_back = status == domain::TicketStatus::solved && to == domain::TicketStatus::in_work;
    add(steps, to, comes_back ? "Take back into work" : words::status_action(to));
    bool fits_a_reply = to == domain::TicketStatus::waits_customer || to == domain::TicketStatus::in_work;
    if (fits_a_reply) add(then, to, to == domain::TicketStatus::in_work ? "in work" : "waits for customer");
  }
  if (status == domain::TicketStatus::closed) add(steps, domain::TicketStatus::in_work, "Open again");
  page.set("steps", steps);
  page.set("has_steps", steps.is_non_empty_list());
  page.set("then", then);
  page.set("has_then", then.is_non_empty_list());
  page.set("can_solve", domain::is_allowed(status, domain::TicketStatus::solved));
}

void set_panel(Data& page, const Ticket& ticket, const std::vector<User>& users, const NameLookup& full_name,
               bool may_work) {
  page.set("may_edit", may_work);
  std::string assignee = ticket.text("assignee"), group = ticket.text("group"), owner = ticket.text("owner");
  std::string with = assignee.empty() ? (group.empty() ? "Nobody" : group)
                                      : full_name(assignee) + (group.empty() ? "" : ", " + group);
  page.set("with", with);
  page.set("assignee_version", version_of(ticket, "assignee"));
  page.set("group_version", version_of(ticket, "group"));
  page.set("is_nobodys", assignee.empty() && group.empty());

  std::set<std::string> groups(k_groups.begin(), k_groups.end());
  Data people = data_list(), owners = data_list();
  for (const User& user : users) {
    if (!user.group.empty()) groups.insert(user.group);
    if (user.disabled || user.role == Role::manager) continue;
    people.push_back(option("person:" + user.name, user.full_name, user.name == assignee));
    owners.push_back(option(user.name, user.full_name, user.name == owner));
  }
  if (!group.empty()) groups.insert(group);
  Data group_options = data_list();
  for (const std::string& each : groups)
    group_options.push_back(option("group:" + each, each, assignee.empty() && each == group));
  page.set("people", people);
  page.set("groups", group_options);
  page.set("owners", owners);
  page.set("owner", owner.empty() ? "–" : full_name(owner));
  page.set("owner_version", version_of(ticket, "owner"));

  Data shown = data_list(), more = data_list();
  for (const Property& property : properties()) {
    bool has_value = !ticket.text(property.field).empty();
    (property.always_shown || has_value ? shown : more).push_back(property_data(property, ticket));
  }
  page.set("properties", shown);
  page.set("more_properties", more);
  page.set("has_more_properties", may_work && more.is_non_empty_list());
  page.set("has_time", ticket.work_minutes() > 0);
  page.set("time", words::minutes(ticket.work_minutes()));
}

} // namespace walkin::desk
