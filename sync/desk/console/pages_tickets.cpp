#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"
#include "sync/desk/console/console.hpp"
#include "sync/desk/console/row_data.hpp"
#include "sync/desk/console/words.hpp"

#include <charconv>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

namespace {

constexpr std::int64_t k_rows = 10;
constexpr std::int64_t k_page_max = 100'000;
constexpr std::size_t k_search_characters_max = 200;

std::int64_t page_number(const std::string& text) {
  std::int64_t number = 1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::clamp<std::int64_t>(number, 1, k_page_max);
}

std::string list_address(View view, std::string_view words, std::int64_t page) {
  std::string out = fmt::format("/console/tickets?view={}", name_of(view));
  if (!words.empty()) out += "&q=" + encode_component(words);
  if (page > 1) out += fmt::format("&page={}", page);
  return out;
}

void set_empty_words(Data& data, View view, bool is_search, const ViewCounts& counts) {
  auto say = [&](std::string_view heading, std::string_view text) {
    data.set("empty_heading", std::string(heading));
    data.set("empty_text", std::string(text));
  };
  std::int64_t everything = counts[static_cast<std::size_t>(View::open)] +
                            counts[static_cast<std::size_t>(View::solved)] +
                            counts[static_cast<std::size_t>(View::closed)];
  data.set("first_use", everything == 0 && !is_search);
  if (is_search)
    return say("No ticket has all of these words",
               "Try fewer words, the beginning of a word, or a ticket’s code.");
  if (everything == 0)
    return say("No tickets yet", "They come in from the kiosks. Enroll the first one under Stations.");
  switch (view) {
  case View::open: return say("Nothing is open", "Every ticket is solved or closed.");
  case View::mine: return say("Nothing is with you", "Tickets given to you show up here.");
  case View::nobodys:
    return say("Every open ticket is with somebody",
               "New ones show up here until they are given to a person.");
  case View::waits_customer:
    return say("Nothing waits for a customer", "Tickets that need a customer’s answer show up here.");
  case View::solved:
    return say("Nothing waits to be confirmed", "Solved tickets stay here until the customer says yes.");
  case View::closed: return say("Nothing has been closed yet", "Confirmed tickets show up here.");
  case View::older: return say("Nothing open is older than 7 days", "That is how it should be.");
  }
}

} // namespace

Data priority_data(domain::Priority priority) {
  Data data;
  auto level = static_cast<int>(priority);
  data.set("name", std::string(domain::name_of(priority)));
  data.set("class", fmt::format("p{}", level));
  for (int bar = 1; bar <= 4; ++bar) data.set(fmt::format("bar{}", bar), bar <= 5 - level);
  return data;
}

Data row_data(const TicketRow& row, base::Instant now) {
  Data data;
  data.set("code", row.code);
  data.set("title", row.title.empty() ? "No description" : row.title);
  std::string line = row.code;
  for (const std::string& part : {row.person, row.site})
    if (!part.empty()) line += ", " + part;
  data.set("line", line);
  data.set("priority", priority_data(row.priority));
  data.set("has_assignee", !row.assignee.empty());
  data.set("assignee", row.assignee);
  data.set("has_group", !row.group.empty());
  data.set("group", row.group);
  data.set("status", std::string(words::status(row.status)));
  data.set("status_icon", std::string(words::status_icon(row.status)));
  data.set("age", words::age(row.created, now));
  data.set("age_class", fmt::format("age{}", words::age_blocks(row.created, now)));
  data.set("created", base::to_rfc3339(row.created));
  data.set("created_words", words::time(row.created, now));
  data.set("has_conflict", row.has_conflict);
  return data;
}

void Console::tickets_page(Call& call) {
  std::string words = call.query["q"];
  if (base::find_forbidden(words, false) || base::count_code_points(words) > k_search_characters_max)
    words.clear();
  words = base::clean(words);
  // A whole code typed into the search is that ticket.
  if (!words.empty() && !call.query.has("view"))
    if (auto code = domain::parse_ticket_code(words); code && parts_.tickets.find(*code))
      return redirect(call, "/console/tickets/" + *code);

  View view = parse_view(call.query["view"]).value_or(View::open);
  std::int64_t page_now = page_number(call.query["page"]);
  Data data = base_data(call, "Tickets", "tickets");
  data.set("search_words", words);
  data.set("has_search", !words.empty());
  data.set("is_list", true);
  data.set("try_again", list_address(view, words, page_now));
  data.set("as_of", words::time_of_day(call.now));
  try {
    TicketQuery query{.view = view,
                      .me = call.user().name,
                      .words = words,
                      .now = call.now,
                      .offset = (page_now - 1) * k_rows,
                      .limit = k_rows};
    TicketPage found = parts_.tickets.list(query);
    if (found.rows.empty() && found.total > 0) // the list has become shorter since
      return redirect(call, list_address(view, words, (found.total + k_rows - 1) / k_rows));
    ViewCounts counts = parts_.tickets.counts(call.user().name, call.now);
    Data tabs = data_list();
    for (View each : k_views) {
      Data tab;
      tab.set("name", std::string(words::view(each)));
      tab.set("address", list_address(each, "", 1));
      tab.set("chosen", each == view && words.empty());
      tab.set("count", words::thousands(counts[static_cast<std::size_t>(each)]));
      tabs.push_back(tab);
    }
    data.set("tabs", tabs);
    data.set("open_count", words::thousands(counts[0]));
    Data rows = data_list();
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
      TicketRow& row = found.rows[i];
      if (!row.assignee.empty()) row.assignee = full_name(row.assignee);
      Data row_now = row_data(row, call.now);
      std::int64_t place = query.offset + static_cast<std::int64_t>(i) + 1;
      row_now.set("address", fmt::format("/console/tickets/{}?view={}&n={}{}", row.code, name_of(view), place,
                                         words.empty() ? "" : "&q=" + encode_component(words)));
      rows.push_back(row_now);
    }
    data.set("rows", rows);
    data.set("has_rows", !found.rows.empty());
    data.set("from", words::thousands(query.offset + 1));
    data.set("to", words::thousands(query.offset + static_cast<std::int64_t>(found.rows.size())));
    data.set("total", words::thousands(found.total));
    bool has_next = query.offset + k_rows < found.total;
    data.set("has_previous", page_now > 1);
    data.set("has_next", has_next);
    data.set("previous", list_address(view, words, page_now - 1));
    data.set("next", list_address(view, words, page_now + 1));
    if (found.rows.empty()) set_empty_words(data, view, !words.empty(), counts);
    data.set("other_view", list_address(View::open, "", 1));
    data.set("other_count", words::thousands(counts[0]));
    data.set("has_other", view != View::open || !words.empty());
    page(call, 200, "tickets", data);
  } catch (const std::exception& fault) {
    std::string reference = make_token(parts_.random).substr(0, 8);
    spdlog::error("the ticket list failed, reference {}: {}", reference, fault.what());
    data.set("has_failed", true);
    data.set("reference", reference);
    data.set("has_rows", false);
    call.response.set_header("Retry-After", "8");
    page(call, 503, "tickets", data);
  }
}

} // namespace walkin::desk
