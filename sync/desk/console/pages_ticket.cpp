#include "shared/base/text.hpp"
#include "shared/domain/fields.hpp"
#include "shared/domain/ticket_code.hpp"
#include "sync/desk/console/console.hpp"
#include "sync/desk/console/row_data.hpp"
#include "sync/desk/console/ticket_panel.hpp"
#include "sync/desk/console/timeline.hpp"
#include "sync/desk/console/words.hpp"
#include "sync/desk/files/download.hpp"

#include <charconv>
#include <fmt/format.h>

namespace walkin::desk {

using domain::EventKind;
using domain::EventParts;
using domain::Seen;
using domain::Ticket;

namespace {

std::string ticket_address(const std::string& code) { return "/console/tickets/" + code; }

// The versions a form has seen, from its hidden field "version" or "version_<field>"; empty: the field had
// no value.
base::EventId version_in(const Form& form, const std::string& field) {
  return base::EventId::parse(form[field]).value_or(base::EventId{});
}

void set_stale(Data& data, const Ticket& ticket, const EventParts& parts, const std::string& action,
               const NameLookup& full_name) {
  Data fields = data_list();
  auto shown = [&](const std::string& field, const domain::Value& value) {
    bool is_person = (field == "assignee" || field == "owner") && !domain::is_cleared(value);
    return is_person ? full_name(domain::to_text(value)) : words::value(field, value);
  };
  std::string who;
  for (const domain::Fields* written : {&parts.body, &parts.contact})
    for (const auto& [name, wanted] : *written) {
      auto held = ticket.fields.find(name);
      Data field;
      field.set("name", words::field(name));
      field.set("theirs", held == ticket.fields.end() ? "nothing" : shown(name, held->second.value));
      field.set("yours", shown(name, wanted));
      fields.push_back(field);
      if (held == ticket.fields.end()) continue;
      auto writer = std::ranges::find(ticket.history, held->second.version, &domain::HistoryEntry::id);
      if (writer != ticket.history.end() && !writer->by.empty()) who = full_name(writer->by);
    }
  data.set("has_stale", true);
  data.set("stale_fields", fields);
  data.set("stale_who", who.empty() ? "Somebody" : who);
  data.set("stale_action", action);
}

// The fields that send the same edit once more, with the versions of now.
void set_stale_form(Data& data, const Ticket& ticket, const Form& form) {
  Data hidden = data_list();
  auto add = [&](std::string name, std::string value) {
    Data field;
    field.set("name", name);
    field.set("value", value);
    hidden.push_back(field);
  };
  auto version = [&](std::string_view field) {
    auto found = ticket.fields.find(field);
    return found == ticket.fields.end() ? std::string{} : found->second.version.str();
  };
  if (form.has("field")) add("version", version(form["field"]));
  if (form.has("status")) add("version", version("status"));
  if (form.has("to")) {
    add("version", version("assignee"));
    add("group_version", version("group"));
  }
  for (const char* name : {"field", "value", "status", "to"})
    if (form.has(name)) add(name, form[name]);
  data.set("stale_hidden", hidden);
}

} // namespace

void Console::ticket_page(Call& call) {
  // An address typed from a slip is brought to its one proper form.
  auto code = domain::parse_ticket_code(call.args[0]);
  if (code && *code != call.args[0]) return redirect(call, ticket_address(*code));
  show_ticket(call, {});
}

void Console::show_ticket(Call& call, const TicketNotice& notice) {
  auto code = domain::parse_ticket_code(call.args[0]);
  auto ticket = code ? parts_.tickets.find(*code) : std::nullopt;
  if (!ticket)
    return message(
        call, 404, "There is no such ticket",
        code ? fmt::format("Nothing is known under {}. It may still be waiting at its station.", *code)
             : code.error().message);
  show_ticket(call, *ticket, notice);
}

void Console::show_ticket(Call& call, const Ticket& ticket, const TicketNotice& notice) {
  NameLookup name_of_user = [this](std::string_view name) { return full_name(name); };
  bool may_work = call.user().role != Role::manager;
  std::string title = ticket.title().empty() ? "No description" : ticket.title();
  std::string code = ticket.code();
  std::string customer = ticket.text("contact.name");
  Data data = base_data(call, fmt::format("{} {}", code, title), "tickets");
  data.set("title", title);
  data.set("code", code);
  data.set("action", ticket_address(code));
  data.set("has_number", !ticket.text("queue_number").empty());
  data.set("number", ticket.text("queue_number"));
  data.set("priority", priority_data(ticket.priority()));
  std::string line = customer;
  for (const std::string& part : {ticket.text("site"), words::time(ticket.created, call.now)})
    if (!part.empty()) line += (line.empty() ? "" : ", ") + part;
  data.set("line", line);
  data.set("age", words::age(ticket.created, call.now));
  data.set("age_class", fmt::format("age{}", words::age_blocks(ticket.created, call.now)));
  data.set("is_open", domain::is_open(ticket.status()));
  set_status_menu(data, ticket);
  set_place_in_list(data, call, code);
  FileLookup has_file = [this](const base::Sha256& sha256) {
    return parts_.attachments && parts_.attachments->has(sha256);
  };
  set_timeline(data, ticket, call.now, {name_of_user, has_file}, may_work);
  data.set("may_attach", may_work && parts_.attachments);
  set_panel(data, ticket, parts_.accounts.users(), name_of_user, may_work);

  data.set("customer", customer.empty() ? "the customer" : customer);
  data.set("customer_first", customer.empty() ? "the customer" : words::first_name(customer));
  std::string reach = ticket.text("contact.email");
  if (reach.empty()) reach = ticket.text("contact.phone");
  data.set("travels", reach.empty() ? "kept on the ticket, nothing is mailed"
                                    : fmt::format("kept on the ticket, not mailed: tell them at {}", reach));
  for (const char* door : {"reply", "note", "solve"}) {
    bool is_open = notice.door == door;
    data.set(fmt::format("{}_open", door), is_open);
    data.set(fmt::format("{}_text", door), is_open ? notice.text : "");
    data.set(fmt::format("{}_error", door), is_open && !notice.error.empty());
  }
  data.set("has_door_error", !notice.door.empty() && !notice.error.empty());
  data.set("has_error", notice.door.empty() && !notice.error.empty());
  data.set("error", notice.error);
  data.set("has_stale", false);
  if (notice.stale) {
    set_stale(data, ticket, *notice.stale, notice.stale_action, name_of_user);
    set_stale_form(data, ticket, call.form);
  }
  page(call, notice.status, "ticket", data);
}

void Console::set_place_in_list(Data& data, Call& call, const std::string& code) {
  View view = parse_view(call.query["view"]).value_or(View::open);
  const std::string& words_searched = call.query["q"];
  std::string back = fmt::format("/console/tickets?view={}", name_of(view));
  if (!words_searched.empty()) back += "&q=" + encode_component(words_searched);
  data.set("back", back);
  data.set("back_words", words_searched.empty() ? std::string(words::view(view)) : "Found");
  data.set("has_place", false);
  std::int64_t place = 0;
  const std::string& n = call.query["n"];
  std::from_chars(n.data(), n.data() + n.size(), place);
  if (place < 1 || place > 1'000'000) return;
  std::int64_t offset = std::max<std::int64_t>(0, place - 2);
  TicketPage around = parts_.tickets.list({.view = view,
                                           .me = call.user().name,
                                           .words = words_searched,
                                           .now = call.now,
                                           .offset = offset,
                                           .limit = 3});
  auto here = std::ranges::find(around.rows, code, &TicketRow::code);
  if (here == around.rows.end()) return; // the list has moved on since
  auto index = here - around.rows.begin();
  auto set_way = [&](const std::string& name, std::ptrdiff_t i) {
    bool exists = i >= 0 && i < static_cast<std::ptrdiff_t>(around.rows.size());
    data.set("has_" + name, exists);
    if (!exists) return;
    std::string address =
        fmt::format("{}?view={}&n={}", ticket_address(around.rows[static_cast<std::size_t>(i)].code),
                    name_of(view), offset + i + 1);
    if (!words_searched.empty()) address += "&q=" + encode_component(words_searched);
    data.set(name, address);
  };
  set_way("earlier_ticket", index - 1);
  set_way("later_ticket", index + 1);
  data.set("has_place", true);
  data.set("place", words::thousands(offset + index + 1));
  data.set("place_total", words::thousands(around.total));
}

void Console::write_note(Call& call, std::string_view door, bool is_public) {
  std::string text = base::clean(call.form["text"]);
  TicketNotice notice{.door = std::string(door), .text = call.form["text"]};
  std::string code = call.args[0];
  if (was_done(call.form["once"]))
    return redirect(call, fmt::format("{}?sent={}#newest", ticket_address(code), door));
  if (text.empty()) {
    notice.status = 422;
    notice.error = is_public ? "There is nothing to send yet. Write a few words."
                             : "There is nothing to save yet. Write a few words.";
    return show_ticket(call, notice);
  }
  EventParts parts{
      EventKind::note, {{"visibility", std::string(is_public ? "public" : "internal")}}, {{"text", text}}};
  if (door == "solve") parts = {EventKind::resolved, {}, {{"text", text}}};
  auto written = parts_.tickets.append(code, call.user().name, parts, {});
  if (!written) {
    notice.status = written.error().code == base::ErrorCode::not_found ? 404 : 422;
    notice.error = written.error().message;
    return show_ticket(call, notice);
  }
  mark_done(call.form["once"]);
  // The reply is out: what follows may fail without taking it back, and is then only said.
  if (std::string then = call.form["then"]; door == "reply" && !then.empty()) {
    EventParts step{EventKind::status_changed, {{"status", then}}, {}};
    auto changed =
        parts_.tickets.append(code, call.user().name, step, {{"status", version_in(call.form, "version")}});
    if (!changed)
      return show_ticket(
          call, {.status = 409,
                 .error = "Your reply is sent. The status was not changed: " + changed.error().message});
  }
  // The page's script lets the draft of this door go only when it reads that the text arrived.
  redirect(call, fmt::format("{}?sent={}#newest", ticket_address(code), door));
}

void Console::reply(Call& call) { write_note(call, "reply", true); }
void Console::note(Call& call) { write_note(call, "note", false); }
void Console::solve(Call& call) { write_note(call, "solve", true); }

void Console::attach(Call& call) {
  std::string code = call.args[0];
  if (was_done(call.form["once"])) return redirect(call, ticket_address(code) + "#newest");
  TicketNotice notice{.status = 422};
  if (call.file.is_too_large)
    notice = {.status = 413,
              .error = domain::check_attachment_size(domain::k_attachment_bytes_max + 1).error().message};
  else if (call.file.name.empty() && call.file.content.empty())
    notice.error = "Choose a file first.";
  else if (!parts_.attachments)
    notice.error = "This desk keeps no files.";
  else if (auto done = parts_.attachments->attach(code, call.user().name, call.file.name, call.file.content);
           !done)
    notice.error = done.error().message;
  if (!notice.error.empty()) return show_ticket(call, notice);
  mark_done(call.form["once"]);
  redirect(call, ticket_address(code) + "#newest");
}

void Console::attached_file(Call& call) {
  auto ticket = parts_.tickets.find(call.args[0]);
  for (const domain::Attachment& each :
       ticket ? domain::attachments_of(*ticket) : std::vector<domain::Attachment>{}) {
    if (each.event.str() != call.args[1] || each.is_erased || !parts_.attachments) continue;
    if (!parts_.attachments->has(each.sha256))
      return message(call, 404, "The file is on its way",
                     "It comes with the next contact of the station that has it.");
    send_content(call.request, call.response, parts_.attachments->blobs(), each);
    return;
  }
  message(call, 404, "There is no such file", "It may have been erased with the customer's data.");
}

void Console::edit(Call& call, const EventParts& parts, const Seen& expected, const std::string& action) {
  std::string code = call.args[0];
  if (was_done(call.form["once"])) return redirect(call, ticket_address(code));
  auto changed = parts_.tickets.append(code, call.user().name, parts, expected);
  if (changed) {
    mark_done(call.form["once"]);
    return redirect(call, ticket_address(code));
  }
  TicketNotice notice{.status = 422, .error = changed.error().message};
  if (changed.error().code == base::ErrorCode::conflict)
    notice = TicketNotice{.status = 409, .stale = &parts, .stale_action = action};
  show_ticket(call, notice);
}

void Console::change_status(Call& call) {
  auto status = domain::parse_status(call.form["status"]);
  if (!status) return show_ticket(call, {.status = 422, .error = "Choose a status."});
  auto ticket = parts_.tickets.find(call.args[0]);
  bool reopens =
      ticket && ticket->status() == domain::TicketStatus::closed && *status == domain::TicketStatus::in_work;
  EventParts parts{EventKind::status_changed, {{"status", std::string(domain::name_of(*status))}}, {}};
  if (reopens) parts = {EventKind::reopened, {}, {}};
  edit(call, parts, {{"status", version_in(call.form, "version")}}, "status");
}

void Console::assign(Call& call) {
  const std::string& to = call.form["to"];
  EventParts parts{EventKind::assigned, {{"assignee", domain::Value{}}, {"group", domain::Value{}}}, {}};
  if (to.starts_with("person:")) {
    auto user = parts_.accounts.find_user(to.substr(7));
    if (!user || user->disabled)
      return show_ticket(call, {.status = 422, .error = "This person cannot be given tickets."});
    parts.body["assignee"] = user->name;
    if (!user->group.empty()) parts.body["group"] = user->group;
  } else if (to.starts_with("group:") && to.size() > 6) {
    parts.body["group"] = base::clean(to.substr(6));
  } else if (to != "nobody") {
    return show_ticket(call, {.status = 422, .error = "Choose a person or a group."});
  }
  edit(call, parts,
       {{"assignee", version_in(call.form, "version")}, {"group", version_in(call.form, "group_version")}},
       "assign");
}

void Console::set_field(Call& call) {
  const std::string& field = call.form["field"];
  bool is_own_route = field == "status" || field == "assignee" || field == "group";
  auto value = domain::parse_field_value(field, call.form["value"]);
  if (!value) return show_ticket(call, {.status = 422, .error = value.error().message});
  std::vector<EventParts> events = domain::parts_for_changes({{field, *value}});
  if (events.size() != 1 || (is_own_route && field == "status"))
    return show_ticket(call, {.status = 422, .error = "This cannot be changed here."});
  edit(call, events[0], {{field, version_in(call.form, "version")}}, "set");
}

} // namespace walkin::desk
