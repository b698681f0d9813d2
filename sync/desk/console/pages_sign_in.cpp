#include "sync/desk/console/console.hpp"
#include "sync/desk/console/words.hpp"
#include "sync/desk/web/client_address.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

namespace {

constexpr std::string_view k_home = "/console/tickets";

// Where to go after signing in: only to a page of the console, never to another site.
std::string safe_next(const std::string& next) {
  bool stays = next.starts_with("/console/") && next.find("//") == std::string::npos &&
               std::ranges::all_of(next, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  return stays ? next : std::string(k_home);
}

} // namespace

void Console::show_sign_in(Call& call, int status, std::string_view error, int tries_left) {
  // A visitor's forms have a token too, tied to a cookie that means nothing else.
  if (call.session_token.empty() || call.session) set_session_cookie(call, make_token(parts_.random), true);
  call.session.reset();
  Data data = base_data(call, "Sign in", "");
  data.set("token", make_form_token(call.session_token, parts_.random));
  data.set("has_error", !error.empty());
  data.set("error", std::string(error));
  data.set("can_try", tries_left > 0);
  data.set("name", call.form["name"]);
  data.set("has_name", !call.form["name"].empty());
  data.set("next", safe_next(call.form.has("next") ? call.form["next"] : call.query["next"]));
  page(call, status, "sign_in", data);
}

void Console::sign_in_page(Call& call) {
  if (call.session) return redirect(call, safe_next(call.query["next"]));
  show_sign_in(call, 200, "", 1);
}

void Console::sign_in(Call& call) {
  const std::string& name = call.form["name"];
  std::string address = client_address(call.request);
  std::string person = address + "|" + name.substr(0, 64);
  std::ranges::transform(person, person.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  auto wait_words = "Too many tries. Wait 5 minutes, then try again.";
  if (tries_of_person_.left(person, call.now) == 0 || tries_of_address_.left(address, call.now) == 0) {
    call.response.set_header("Retry-After", "300");
    return show_sign_in(call, 429, wait_words, 0);
  }
  auto user = parts_.accounts.find_user(name);
  std::optional<std::string> hash;
  if (user) hash = parts_.accounts.password_hash(user->id);
  if (!parts_.passwords.verify(call.form["password"], hash)) {
    tries_of_person_.failed(person, call.now);
    tries_of_address_.failed(address, call.now);
    spdlog::info("a sign-in failed");
    int left = std::min(tries_of_person_.left(person, call.now), tries_of_address_.left(address, call.now));
    if (left == 0) return show_sign_in(call, 429, wait_words, 0);
    return show_sign_in(
        call, 403,
        fmt::format("Name and password do not fit together. {} more {}, then 5 minutes’ wait.", left,
                    left == 1 ? "try" : "tries"),
        left);
  }
  tries_of_person_.succeeded(person);
  if (call.session) parts_.accounts.end_session(token_hash(call.session_token));
  std::string token = make_token(parts_.random);
  parts_.accounts.add_session(token_hash(token), user->id, call.now);
  set_session_cookie(call, token, true);
  redirect(call, safe_next(call.form["next"]));
}

void Console::sign_out(Call& call) {
  parts_.accounts.end_session(token_hash(call.session_token));
  set_session_cookie(call, "", false);
  redirect(call, "/console/sign-in");
}

void Console::show_setup(Call& call, int status, std::string_view error) {
  if (call.session_token.empty()) set_session_cookie(call, make_token(parts_.random), true);
  const std::string& code = call.form.has("code") ? call.form["code"] : call.query["code"];
  Data data = base_data(call, "First administrator", "");
  data.set("token", make_form_token(call.session_token, parts_.random));
  data.set("code", code);
  data.set("name", call.form["name"]);
  data.set("full_name", call.form["full_name"]);
  data.set("has_error", !error.empty());
  data.set("error", std::string(error));
  page(call, status, "setup", data);
}

void Console::setup_page(Call& call) {
  std::string address = client_address(call.request);
  if (!call.query.has("code")) return show_setup(call, 200, "");
  if (tries_of_address_.left(address, call.now) == 0)
    return message(call, 429, "Too many tries", "Wait 5 minutes, then try again.");
  if (parts_.accounts.is_setup_code(code_hash(call.query["code"]), call.now))
    return show_setup(call, 200, "");
  tries_of_address_.failed(address, call.now);
  message(call, 403, "This sign-in link was used already or is too old",
          "If nobody can sign in, add an administrator on the desk’s machine: walkin-desk user add.");
}

void Console::setup(Call& call) {
  std::string address = client_address(call.request);
  if (tries_of_address_.left(address, call.now) == 0)
    return message(call, 429, "Too many tries", "Wait 5 minutes, then try again.");
  if (!parts_.accounts.is_setup_code(code_hash(call.form["code"]), call.now)) {
    tries_of_address_.failed(address, call.now);
    return show_setup(call, 403, "This one-time code was used already, is too old or has a mistake in it.");
  }
  const std::string& password = call.form["password"];
  if (auto fits = check_password_rule(password); !fits) return show_setup(call, 422, fits.error().message);
  if (password != call.form["again"]) return show_setup(call, 422, "The two passwords are not the same.");
  NewUser administrator{.name = call.form["name"],
                        .full_name = call.form["full_name"],
                        .group = "",
                        .role = Role::administrator,
                        .password_hash = parts_.passwords.hash(password)};
  auto user = parts_.accounts.use_setup_code(code_hash(call.form["code"]), administrator, call.now);
  if (!user) return show_setup(call, 422, user.error().message);
  std::string token = make_token(parts_.random);
  parts_.accounts.add_session(token_hash(token), user->id, call.now);
  set_session_cookie(call, token, true);
  redirect(call, std::string(k_home));
}

} // namespace walkin::desk
