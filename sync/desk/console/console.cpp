#include "sync/desk/console/console.hpp"

#include "shared/base/text.hpp"
#include "sync/desk/console/words.hpp"
#include "sync/desk/status/status_page.hpp"
#include "sync/desk/web/http_server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

namespace {

constexpr Roles k_everyone = Roles::all();
constexpr Roles k_workers(Role::administrator, Role::front_line, Role::specialist, Role::technician);
constexpr Roles k_administrators(Role::administrator);
constexpr std::string_view k_cookie = "walkin_session";
constexpr std::size_t k_path_characters_max = 512;
constexpr std::size_t k_done_max = 10'000;
constexpr base::Millis k_names_age_max = std::chrono::seconds(10);

constexpr Route k_routes[] = {
    {"GET", "/", {}, true, &Console::home},
    {"GET", "/assets/{name}", {}, true, &Console::asset},
    {"GET", "/console/sign-in", {}, true, &Console::sign_in_page},
    {"POST", "/console/sign-in", {}, true, &Console::sign_in},
    {"GET", "/console/setup", {}, true, &Console::setup_page},
    {"POST", "/console/setup", {}, true, &Console::setup},
    {"POST", "/console/sign-out", k_everyone, false, &Console::sign_out},
    {"GET", "/console", k_everyone, false, &Console::home},
    {"GET", "/console/events", k_everyone, false, &Console::events},
    {"GET", "/console/tickets", k_everyone, false, &Console::tickets_page},
    {"GET", "/console/tickets/{code}", k_everyone, false, &Console::ticket_page},
    {"POST", "/console/tickets/{code}/reply", k_workers, false, &Console::reply},
    {"POST", "/console/tickets/{code}/note", k_everyone, false, &Console::note},
    {"POST", "/console/tickets/{code}/solve", k_workers, false, &Console::solve},
    {"POST", "/console/tickets/{code}/status", k_workers, false, &Console::change_status},
    {"POST", "/console/tickets/{code}/assign", k_workers, false, &Console::assign},
    {"POST", "/console/tickets/{code}/set", k_workers, false, &Console::set_field},
    {"POST", "/console/tickets/{code}/attach", k_workers, false, &Console::attach},
    {"GET", "/console/tickets/{code}/files/{event}", k_everyone, false, &Console::attached_file},
    {"GET", "/console/stations", k_administrators, false, &Console::stations_page},
    {"POST", "/console/stations/code", k_administrators, false, &Console::make_station_code_for},
    {"POST", "/console/stations/{prefix}/revoke", k_administrators, false, &Console::revoke_station},
    {"GET", "/console/people", k_administrators, false, &Console::people_page},
    {"POST", "/console/people", k_administrators, false, &Console::add_person},
    {"POST", "/console/people/{name}", k_administrators, false, &Console::change_person},
};

// What stands for the {...} of a route's path, or nothing when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> args;
  while (!pattern.empty() || !path.empty()) {
    if (pattern.starts_with('{')) {
      auto end = path.find('/');
      std::string_view part = path.substr(0, end);
      if (part.empty()) return std::nullopt;
      args.emplace_back(part);
      pattern = pattern.substr(pattern.find('}') + 1);
      path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    } else if (pattern.empty() || path.empty() || pattern.front() != path.front()) {
      return std::nullopt;
    } else {
      pattern.remove_prefix(1);
      path.remove_prefix(1);
    }
  }
  return args;
}

// For the library's own table, which is asked for requests that carry a body.
std::string as_regex(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{') {
      out += "[^/]+";
      i = pattern.find('}', i);
    } else {
      out += pattern[i];
    }
  }
  return out;
}

std::string cookie_of(const httplib::Request& request, std::string_view name) {
  std::string header = request.get_header_value("Cookie");
  std::string_view rest = header;
  while (!rest.empty()) {
    auto end = rest.find(';');
    std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
      return std::string(pair.substr(name.size() + 1));
  }
  return {};
}

// Whether a browser says that a form was sent by one of our own pages. A browser that says nothing passes:
// the form's token decides.
bool is_same_origin(const httplib::Request& request) {
  std::string site = request.get_header_value("Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  std::string origin = request.get_header_value("Origin");
  if (origin.empty()) return true;
  auto host = origin.find("://");
  std::string from = host == std::string::npos ? origin : origin.substr(host + 3);
  return from == request.get_header_value("Host") || from == request.get_header_value("X-Forwarded-Host");
}

void set_security_headers(httplib::Response& response) {
  response.set_header(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
      "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("X-Frame-Options", "DENY");
  response.set_header("Referrer-Policy", "same-origin");
  response.set_header("Cross-Origin-Opener-Policy", "same-origin");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  response.set_header("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

} // namespace

Console::Console(const ConsoleParts& parts) : parts_(parts) {}

std::span<const Route> Console::routes() { return k_routes; }

void Console::mount(httplib::Server& server) {
  // Pages are answered before the library's own routing: its table is of regular expressions tried one after
  // the other.
  server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    using enum httplib::Server::HandlerResponse;
    if (request.path.starts_with("/sync/")) return Unhandled;
    if (request.path.size() > k_path_characters_max) {
      response.status = 414;
      response.set_content("The address is too long.\n", "text/plain; charset=utf-8");
      return Handled;
    }
    // The library would compress with brotli at its slowest setting, which costs more than making the page.
    // The request is its own local variable, not const in truth.
    auto& headers = const_cast<httplib::Request&>(request).headers;
    bool takes_gzip = request.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
    headers.erase("Accept-Encoding");
    if (takes_gzip) headers.emplace("Accept-Encoding", "gzip");
    if (request.method != "GET" && request.method != "HEAD") return Unhandled;
    if (request.path.starts_with(k_status_path)) return Unhandled; // the customers' pages
    for (const Route& route : k_routes) {
      if (route.method != "GET") continue;
      if (auto args = match(route.path, request.path)) {
        dispatch(route, std::move(*args), request, response, {});
        return Handled;
      }
    }
    Call call{request, response, {}, {}, {}, {}, parts_.clock.now(), {}, {}};
    set_security_headers(response);
    find_caller(call);
    message(call, 404, "There is no such page", "The address may have a mistake in it.");
    return Handled;
  });
  for (const Route& route : k_routes) {
    if (route.method != "POST") continue;
    server.Post(as_regex(route.path),
                [this, &route](const httplib::Request& request, httplib::Response& response,
                               const httplib::ContentReader& read) {
                  if (route.handle == &Console::attach && request.is_multipart_form_data())
                    take_file_form(route, request, response, read);
                  else
                    take_form(route, request, response, read);
                });
  }
  server.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty() || request.path.starts_with("/sync/")) return;
    response.set_content(fmt::format("This cannot be answered ({}).\n", response.status),
                         "text/plain; charset=utf-8");
  });
}

void Console::stop() {
  stopping_ = true;
  parts_.tickets.wake_all();
}

// The body is always read to its end, else what is left of it would be taken for the next request.
void Console::take_form(const Route& route, const httplib::Request& request, httplib::Response& response,
                        const httplib::ContentReader& read) {
  std::string body;
  std::size_t size = 0;
  bool complete = read([&](const char* data, std::size_t length) {
    size += length;
    if (size <= k_form_bytes_max) body.append(data, length);
    return true;
  });
  auto args = match(route.path, request.path);
  if (!complete || size > k_form_bytes_max || !args) {
    response.status = size > k_form_bytes_max ? 413 : 400;
    response.set_content(
        fmt::format("The form is too large. At most {} KB can be sent.\n", k_form_bytes_max / 1024),
        "text/plain; charset=utf-8");
    return;
  }
  dispatch(route, std::move(*args), request, response, body);
}

// A form in parts, of which one is a file: its fields as any other form's, the file beside them.
void Console::take_file_form(const Route& route, const httplib::Request& request, httplib::Response& response,
                             const httplib::ContentReader& read) {
  std::map<std::string, std::string> fields;
  UploadedFile file;
  std::string* into = nullptr;
  std::size_t fields_size = 0;
  bool complete = read(
      [&](const httplib::MultipartFormData& part) {
        if (!part.filename.empty()) file.name = part.filename;
        bool is_file = part.name == "file";
        into = is_file ? &file.content : &fields[part.name];
        return is_file || fields.size() <= k_form_fields_max;
      },
      [&](const char* data, std::size_t length) {
        bool is_file = into == &file.content;
        if (is_file && into->size() + length > domain::k_attachment_bytes_max) file.is_too_large = true;
        if (!is_file) fields_size += length;
        if (into && !(is_file && file.is_too_large)) into->append(data, length);
        return fields_size <= k_form_bytes_max;
      });
  auto args = match(route.path, request.path);
  if (!complete || !args) {
    response.status = response.status == 413 ? 413 : 400;
    response.set_content("The form could not be read. Send a file of at most 25 MB with it.\n",
                         "text/plain; charset=utf-8");
    return;
  }
  std::string body;
  for (const auto& [name, value] : fields)
    body += (body.empty() ? "" : "&") + encode_component(name) + "=" + encode_component(value);
  dispatch(route, std::move(*args), request, response, body, std::move(file));
}

void Console::dispatch(const Route& route, std::vector<std::string> args, const httplib::Request& request,
                       httplib::Response& response, std::string_view body, UploadedFile file) {
  Call call{request, response, std::move(args), {}, {}, std::move(file), parts_.clock.now(), {}, {}};
  set_security_headers(response);
  try {
    auto question = request.target.find('?');
    auto query =
        Form::parse(question == std::string::npos ? std::string_view{}
                                                  : std::string_view(request.target).substr(question + 1));
    auto form = Form::parse(body);
    bool readable =
        std::ranges::all_of(call.args, [](const std::string& arg) { return base::is_valid_utf8(arg); });
    if (!query || !form || !readable) {
      message(call, 400, "This cannot be read",
              !query  ? query.error().message
              : !form ? form.error().message
                      : "The address is not UTF-8.");
      return;
    }
    call.query = std::move(*query);
    call.form = std::move(*form);
    find_caller(call);
    if (admit(route, call)) (this->*route.handle)(call);
  } catch (const std::exception& fault) {
    // The reference joins what the person sees with this line; the fault's text names no customer.
    std::string reference = make_token(parts_.random).substr(0, 8);
    spdlog::error("{} {} failed, reference {}: {}", route.method, route.path, reference, fault.what());
    message(call, 500, "This did not work",
            fmt::format(
                "The desk ran into a fault of its own. Nothing you saved before is lost. Try again; if it "
                "stays, give the administrator the reference {}.",
                reference));
  }
  spdlog::debug("{} {} {}", route.method, route.path, response.status);
}

void Console::find_caller(Call& call) {
  call.session_token = cookie_of(call.request, k_cookie);
  if (call.session_token.empty()) return;
  call.session = parts_.accounts.find_session(token_hash(call.session_token), call.now);
}

bool Console::admit(const Route& route, Call& call) {
  bool is_form = route.method == "POST";
  if (is_form && !is_same_origin(call.request)) {
    message(call, 403, "This form came from another site",
            "Open the desk's own page and send it from there.");
    return false;
  }
  if (!route.is_public && !call.session) {
    if (route.handle == &Console::events) {
      call.response.status = 401;
      call.response.set_content("Sign in first.\n", "text/plain; charset=utf-8");
      return false;
    }
    std::string back = is_form ? "" : call.request.target;
    redirect(call, back.empty() ? "/console/sign-in" : "/console/sign-in?next=" + encode_component(back));
    return false;
  }
  if (!route.is_public && !route.roles.has(call.user().role)) {
    spdlog::info("denied {} {} to role {}", route.method, route.path, name_of(call.user().role));
    message(call, 403, "This is not for you",
            fmt::format("{} is signed in as {}, who may not do this. Ask an administrator.",
                        call.user().full_name, words::role(call.user().role)));
    return false;
  }
  if (is_form && !is_form_token(call.form["token"], call.session_token)) {
    message(call, 403, "This page was open for too long",
            "Go back, load the page anew and send the form again. What you wrote is kept as a draft.");
    return false;
  }
  return true;
}

void Console::page(Call& call, int status, const std::string& name, Data& data) {
  call.response.status = status;
  call.response.set_header("Cache-Control", "no-store");
  call.response.set_content(parts_.templates.render(name, data), "text/html; charset=utf-8");
}

void Console::message(Call& call, int status, std::string_view title, std::string_view text) {
  Data data = base_data(call, title, "");
  data.set("heading", std::string(title));
  data.set("text", std::string(text));
  page(call, status, "message", data);
}

void Console::redirect(Call& call, const std::string& to) {
  call.response.set_redirect(to, 303);
  call.response.set_header("Cache-Control", "no-store");
}

void Console::set_session_cookie(Call& call, const std::string& token, bool keep) {
  bool is_secure = parts_.is_tls || call.request.get_header_value("X-Forwarded-Proto") == "https";
  call.response.set_header("Set-Cookie",
                           fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}{}", k_cookie, token,
                                       is_secure ? "; Secure" : "", keep ? "" : "; Max-Age=0"));
  call.session_token = token;
}

Data Console::base_data(Call& call, std::string_view title, std::string_view nav) {
  Data data;
  data.set("page_title", std::string(title));
  for (const char* name : {"console.css", "console.js", "mark.svg", "reboot.css"}) {
    std::string key(name);
    std::ranges::replace(key, '.', '_');
    data.set("asset_" + key, parts_.assets.address(name));
  }
  data.set("nav_tickets", nav == "tickets");
  data.set("nav_stations", nav == "stations");
  data.set("nav_people", nav == "people");
  data.set("signed_in", call.session.has_value());
  data.set("search_words", "");
  if (call.session) {
    const User& user = call.user();
    data.set("token", make_form_token(call.session_token, parts_.random));
    data.set("once", make_token(parts_.random).substr(0, 32));
    data.set("me_name", user.full_name);
    data.set("me_role", std::string(words::role(user.role)));
    data.set("me_initials", words::initials(user.full_name));
    data.set("is_administrator", user.role == Role::administrator);
    data.set("may_work", k_workers.has(user.role));
    data.set("position", std::to_string(parts_.tickets.position()));
  }
  return data;
}

bool Console::was_done(const std::string& once) {
  std::scoped_lock lock(done_mutex_);
  return !once.empty() && done_.contains(once);
}

void Console::mark_done(const std::string& once) {
  std::scoped_lock lock(done_mutex_);
  if (once.empty() || once.size() > 64 || !done_.insert(once).second) return;
  done_order_.push_back(once);
  if (done_order_.size() <= k_done_max) return;
  done_.erase(done_order_.front());
  done_order_.pop_front();
}

std::string Console::full_name(std::string_view user_name) {
  std::scoped_lock lock(names_mutex_);
  Instant now = parts_.clock.now();
  if (names_.empty() || now - names_read_ > k_names_age_max || now < names_read_) {
    names_.clear();
    for (const User& user : parts_.accounts.users()) names_.emplace(user.name, user.full_name);
    names_read_ = now;
  }
  auto found = names_.find(user_name);
  return found == names_.end() ? std::string(user_name) : found->second;
}

void Console::home(Call& call) { redirect(call, "/console/tickets"); }

void Console::asset(Call& call) {
  const Asset* asset = parts_.assets.find(call.args[0]);
  if (!asset) {
    call.response.status = 404;
    call.response.set_content("There is no such file.\n", "text/plain; charset=utf-8");
    return;
  }
  call.response.status = 200;
  call.response.set_header("Cache-Control", "public, max-age=31536000, immutable");
  call.response.set_content(asset->bytes, asset->media_type);
}

} // namespace walkin::desk
