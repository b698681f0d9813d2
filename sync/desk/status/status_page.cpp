#include "sync/desk/status/status_page.hpp"

#include "shared/base/text.hpp"
#include "sync/desk/status/status_words.hpp"
#include "sync/desk/web/client_address.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

using domain::EventKind;
using domain::EventParts;
using domain::TicketStatus;

namespace {

constexpr std::string_view k_cookie = "walkin_guest";
constexpr std::size_t k_text_letters_max = 4000;
constexpr std::size_t k_target_bytes_max = 512;

std::string cookie_of(const httplib::Request& request) {
  const std::string header = request.get_header_value("Cookie");
  const std::string start = std::string(k_cookie) + "=";
  auto at = header.find(start);
  if (at == std::string::npos || (at > 0 && header[at - 1] != ' ' && header[at - 1] != ';')) return {};
  at += start.size();
  return header.substr(at, header.find(';', at) - at);
}

void set_headers(httplib::Response& response) {
  response.set_header("Content-Security-Policy",
                      "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
                      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("X-Frame-Options", "DENY");
  response.set_header("Referrer-Policy", "no-referrer"); // the address is the key to the ticket
  response.set_header("Cross-Origin-Opener-Policy", "same-origin");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  response.set_header("X-Robots-Tag", "noindex, nofollow");
  response.set_header("Cache-Control", "no-store");
}

bool is_same_origin(const httplib::Request& request) {
  const std::string site = request.get_header_value("Sec-Fetch-Site");
  return site.empty() || site == "same-origin" || site == "none";
}

// A text that the customer wrote, as it may be kept; else the key of what is wrong with it.
tl::expected<std::string, std::string> clean_text(const std::string& typed) {
  std::string text = base::clean(typed);
  if (base::find_forbidden(text, true)) return tl::unexpected<std::string>("wrong_letters");
  if (base::count_code_points(text) > k_text_letters_max) return tl::unexpected<std::string>("wrong_long");
  return text;
}

} // namespace

struct StatusPage::Visit {
  const httplib::Request& request;
  httplib::Response& response;
  base::Instant now;
  std::string token, cookie;
  Form query = {}, form = {};
  i18n::Language language = i18n::Language::en;
  std::optional<domain::Ticket> ticket = {};
  domain::SiteSettings settings = {};

  std::string address() const { return std::string(k_status_path) + token; }
};

std::vector<std::string> StatusPage::routes() { return {"GET /t/{token}", "POST /t/{token}"}; }

void StatusPage::mount(httplib::Server& server) {
  server.Get("/t/[^/]*", [this](const httplib::Request& request, httplib::Response& response) {
    answer(request, response, nullptr);
  });
  server.Post("/t/[^/]*", [this](const httplib::Request& request, httplib::Response& response,
                                 const httplib::ContentReader& read) {
    std::string body;
    bool is_too_large = false;
    // Read to its end, else what is left of it would be taken for the next request.
    bool is_whole = read([&](const char* data, std::size_t size) {
      is_too_large = is_too_large || body.size() + size > k_form_bytes_max;
      if (!is_too_large) body.append(data, size);
      return true;
    });
    if (!is_whole || is_too_large) {
      set_headers(response);
      response.status = is_too_large ? 413 : 400;
      response.set_content("The form is too large.\n", "text/plain; charset=utf-8");
      return;
    }
    answer(request, response, &body);
  });
}

void StatusPage::answer(const httplib::Request& request, httplib::Response& response,
                        const std::string* form) {
  set_headers(response);
  Visit visit{request, response, parts_.clock.now(), request.path.substr(k_status_path.size()),
              cookie_of(request)};
  try {
    const auto question = request.target.find('?');
    auto query =
        Form::parse(question == std::string::npos ? std::string_view{}
                                                  : std::string_view(request.target).substr(question + 1));
    auto sent = Form::parse(form ? std::string_view(*form) : std::string_view{});
    if (query) visit.query = std::move(*query);
    const std::string chosen = visit.query["lang"];
    auto language = i18n::parse_language(chosen);
    if (!language) language = accepted_language(request.get_header_value("Accept-Language"));
    visit.language = language.value_or(i18n::Language::en);
    const std::string address = client_address(request);
    if (strangers_.left(address, visit.now) == 0) {
      response.set_header("Retry-After", "300");
      response.status = 429;
      return gone(visit);
    }
    const bool is_plain = visit.token.size() <= k_target_bytes_max && base::is_valid_utf8(visit.token);
    auto code = is_plain ? parts_.documents.code_of_link(visit.token) : std::nullopt;
    if (!code) strangers_.failed(address, visit.now);
    if (code) visit.ticket = parts_.tickets.find_by_slip(*code);
    if (visit.ticket)
      visit.settings = parts_.documents.settings(visit.ticket->text("site")).value_or(domain::SiteSettings{});
    if (!visit.ticket || is_link_expired(*visit.ticket, visit.settings.link_days, visit.now)) {
      response.status = 404;
      return gone(visit);
    }
    if (!form) return show(visit, 200, "");
    if (!sent) return show(visit, 400, "wrong_letters");
    visit.form = std::move(*sent);
    act(visit);
  } catch (const std::exception& fault) {
    spdlog::error("the status page failed: {}", fault.what());
    response.status = 500;
    response.set_content("This did not work. Nothing you sent before is lost. Try again in a moment.\n",
                         "text/plain; charset=utf-8");
  }
}

Data StatusPage::base_data(Visit& visit, std::string_view title) {
  Data data;
  for (const StatusWord& word : status_words())
    data.set("w_" + std::string(word.key), std::string(word.in(visit.language)));
  data.set("page_title", std::string(title));
  data.set("lang", std::string(i18n::tag_of(visit.language)));
  for (const char* name : {"console.css", "status.css", "mark.svg", "reboot.css"}) {
    std::string key(name);
    std::ranges::replace(key, '.', '_');
    data.set("asset_" + key, parts_.assets.address(name));
  }
  data.set("organisation", visit.settings.organisation.empty()
                               ? std::string(status_text(visit.language, "desk"))
                               : visit.settings.organisation);
  Data languages = data_list();
  for (i18n::Language language : i18n::k_languages) {
    Data item;
    item.set("tag", std::string(i18n::tag_of(language)));
    item.set("name", std::string(status_text(language, "language")));
    item.set("address", fmt::format("{}?lang={}", visit.address(), i18n::tag_of(language)));
    item.set("is_chosen", language == visit.language);
    languages.push_back(item);
  }
  data.set("languages", languages);
  return data;
}

void StatusPage::render(Visit& visit, int status, const char* name, const Data& data) {
  visit.response.status = status;
  visit.response.set_header("Content-Language", std::string(i18n::tag_of(visit.language)));
  visit.response.set_content(parts_.templates.render(name, data), "text/html; charset=utf-8");
}

// The same words for a link that never was, and for one that is too old.
void StatusPage::gone(Visit& visit) {
  visit.token.clear(); // nothing of it stands in the page
  Data data = base_data(visit, status_text(visit.language, "gone_title"));
  render(visit, visit.response.status, "status_gone", data);
}

StatusFacts StatusPage::facts(const Visit& visit, const base::Zone& zone) {
  const std::string site = visit.ticket->text("site");
  StatusFacts facts{*visit.ticket, visit.now, zone, visit.settings.link_days};
  if (visit.ticket->status() == TicketStatus::created) {
    facts.ahead = parts_.queue.ahead_of(site, visit.ticket->code());
    const domain::QueueBoard board = parts_.queue.board(site);
    if (facts.ahead)
      facts.wait = domain::estimated_wait(*facts.ahead, board.median_service_min, board.people_serving);
  }
  facts.full_name = [this](const std::string& name) {
    auto user = parts_.accounts.find_user(name);
    return user ? user->full_name : name;
  };
  return facts;
}

void StatusPage::show(Visit& visit, int status, std::string_view wrong) {
  if (visit.cookie.size() != 64) {
    visit.cookie = make_token(parts_.random);
    const bool is_secure = parts_.is_tls || visit.request.get_header_value("X-Forwarded-Proto") == "https";
    visit.response.set_header("Set-Cookie",
                              fmt::format("{}={}; Path={}; HttpOnly; SameSite=Lax{}", k_cookie, visit.cookie,
                                          k_status_path, is_secure ? "; Secure" : ""));
  }
  const base::Zone zone = parts_.zones(visit.settings.time_zone).value_or(base::Zone{});
  const StatusView view = make_status_view(facts(visit, zone), visit.language);
  Data data = base_data(visit, view.title);
  data.set("token", make_form_token(visit.cookie, parts_.random));
  data.set("action", fmt::format("{}?lang={}", visit.address(), i18n::tag_of(visit.language)));
  data.set("code", view.code);
  data.set("number", view.number);
  data.set("has_number", !view.number.empty());
  data.set("title", view.title);
  data.set("subject", view.subject);
  data.set("next", view.next);
  data.set("queue", view.queue);
  data.set("has_queue", !view.queue.empty());
  data.set("foot", view.foot);
  data.set("can_write", view.can_write);
  data.set("asks_solved", view.asks_solved);
  data.set("can_reopen", view.can_reopen);
  data.set("rates", view.asks_solved || view.can_rate);
  data.set("can_rate_alone", view.can_rate);
  data.set("has_wrong", !wrong.empty());
  data.set("wrong", status_text(visit.language, wrong, {{"n", std::to_string(k_text_letters_max)}}));
  const std::string said = "said_" + visit.query["said"];
  const bool has_said = wrong.empty() && status_text(visit.language, said) != said;
  data.set("has_said", has_said);
  data.set("said", std::string(status_text(visit.language, said)));
  data.set("text", wrong.empty() ? std::string{} : visit.form["text"]);
  data.set("word", wrong.empty() ? std::string{} : visit.form["word"]);
  Data steps = data_list();
  for (const StatusStep& step : view.steps) {
    Data item;
    item.set("name", step.name);
    item.set("when", step.when);
    item.set("is_done", step.state == StatusStep::State::done);
    item.set("is_now", step.state == StatusStep::State::now);
    item.set("is_to_come", step.state == StatusStep::State::to_come);
    steps.push_back(item);
  }
  data.set("steps", steps);
  Data messages = data_list();
  for (const StatusMessage& message : view.messages) {
    Data item;
    item.set("who", message.who);
    item.set("when", message.when);
    item.set("text", message.text);
    item.set("is_own", message.is_from_customer);
    messages.push_back(item);
  }
  data.set("messages", messages);
  Data stars = data_list();
  for (int star = 1; star <= 5; ++star) {
    Data item;
    item.set("number", std::to_string(star));
    item.set("name", std::string(status_text(visit.language, fmt::format("star_{}", star))));
    stars.push_back(item);
  }
  data.set("stars", stars);
  render(visit, status, "status", data);
}

tl::expected<std::vector<EventParts>, std::string> StatusPage::events_of(const Visit& visit) const {
  const std::string& action = visit.form["do"];
  const TicketStatus status = visit.ticket->status();
  const bool is_open = domain::is_open(status);
  std::vector<EventParts> events;
  auto needs = [](bool holds) -> tl::expected<void, std::string> {
    if (!holds) return tl::unexpected<std::string>("wrong_state");
    return {};
  };
  auto add_rating = [&](bool is_required) -> tl::expected<void, std::string> {
    auto stars = base::parse_integer(visit.form["stars"]);
    auto word = clean_text(visit.form["word"]);
    if (!word) return tl::unexpected(word.error());
    if (!stars && !is_required) return {};
    if (!stars || *stars < 1 || *stars > 5) return tl::unexpected<std::string>("wrong_star");
    EventParts rated{EventKind::rated, {{"stars", *stars}}, {}};
    if (!word->empty()) rated.contact.emplace("text", *word);
    events.push_back(std::move(rated));
    return {};
  };
  tl::expected<void, std::string> fits;
  if (action == "note") {
    auto text = clean_text(visit.form["text"]);
    if (!text) return tl::unexpected(text.error());
    if (text->empty()) return tl::unexpected<std::string>("wrong_empty");
    fits = needs(is_open);
    events.push_back({EventKind::note, {{"visibility", std::string("public")}}, {{"text", *text}}});
  } else if (action == "already") {
    fits = needs(is_open);
    events.push_back({EventKind::status_changed, {{"status", std::string("solved")}}, {}});
    events.push_back({EventKind::confirmed, {{"solved", true}}, {}});
  } else if (action == "yes") {
    fits = needs(status == TicketStatus::solved);
    events.push_back({EventKind::confirmed, {{"solved", true}}, {}});
    if (fits) fits = add_rating(false);
  } else if (action == "no") {
    fits = needs(status == TicketStatus::solved);
    events.push_back({EventKind::confirmed, {{"solved", false}}, {}});
  } else if (action == "reopen") {
    fits = needs(status == TicketStatus::closed);
    events.push_back({EventKind::reopened, {}, {}});
  } else if (action == "rate") {
    fits = needs(status == TicketStatus::closed && visit.ticket->text("rating").empty());
    if (fits) fits = add_rating(true);
  } else {
    return tl::unexpected<std::string>("wrong_state");
  }
  if (!fits) return tl::unexpected(fits.error());
  return events;
}

void StatusPage::act(Visit& visit) {
  if (!is_same_origin(visit.request) || !is_form_token(visit.form["token"], visit.cookie))
    return show(visit, 403, "wrong_late");
  const std::string code = visit.ticket->code();
  if (actions_.left(code, visit.now) == 0) {
    visit.response.set_header("Retry-After", "300");
    return show(visit, 429, "wrong_often");
  }
  auto events = events_of(visit);
  if (!events) return show(visit, events.error() == "wrong_state" ? 409 : 422, events.error());
  actions_.failed(code, visit.now); // counts, so that one link cannot fill a ticket
  for (const EventParts& parts : *events)
    // The customer has no name among the desk's people.
    if (auto done = parts_.tickets.append(code, "", parts, {}); !done) {
      visit.ticket = parts_.tickets.find_by_slip(code);
      return visit.ticket ? show(visit, 409, "wrong_state") : gone(visit);
    }
  std::string said = visit.form["do"];
  if (said == "already") said = "yes";
  if (said == "reopen") said = "no";
  visit.response.set_redirect(
      fmt::format("{}?lang={}&said={}", visit.address(), i18n::tag_of(visit.language), said), 303);
}

} // namespace walkin::desk
