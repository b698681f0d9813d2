// The web console: pages for the desk's people, rendered here, made live by a little script.
#pragma once

#include "sync/desk/accounts.hpp"
#include "sync/desk/attachments.hpp"
#include "sync/desk/refusals.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/tickets.hpp"
#include "sync/desk/web/assets.hpp"
#include "sync/desk/web/form.hpp"
#include "sync/desk/web/templates.hpp"

#include <atomic>
#include <deque>
#include <httplib.h>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::desk {

// What the console works with; all of it must outlive it.
class Documents;

struct ConsoleParts {
  Tickets& tickets;
  Accounts& accounts;
  const Templates& templates;
  const Assets& assets;
  const base::Clock& clock;
  base::Random& random;
  Passwords& passwords;
  bool is_tls = false;
  const Refusals* refusals = nullptr; // what the stations page tells of them; null: nothing
  Attachments* attachments = nullptr; // none: tickets have no files here
  Documents* documents = nullptr;     // of which the stations page tells what stations offer; none: nothing
};

// One request being answered.
struct Call {
  const httplib::Request& request;
  httplib::Response& response;
  std::vector<std::string> args; // what stood for {...} in the route's path
  Form query;
  Form form;
  UploadedFile file; // of a form that brings one
  Instant now;
  std::optional<Session> session;
  std::string session_token; // or that of the visitor who is about to sign in

  const User& user() const { return session->user; } // on routes that are not public
};

class Console;

struct Route {
  std::string_view method; // GET or POST
  std::string_view path;   // "/console/tickets/{code}"
  Roles roles;             // who may
  bool is_public;          // anyone, also without signing in
  void (Console::*handle)(Call&);
};

class Console {
public:
  explicit Console(const ConsoleParts& parts);

  static std::span<const Route> routes();

  // Adds the routes; leaves /sync/ alone. The console must outlive the server's run.
  void mount(httplib::Server& server);
  // Lets go of the live pages. From any thread.
  void stop();

  void home(Call& call);
  void asset(Call& call);
  void sign_in_page(Call& call);
  void sign_in(Call& call);
  void sign_out(Call& call);
  void setup_page(Call& call);
  void setup(Call& call);
  void tickets_page(Call& call);
  void ticket_page(Call& call);
  void reply(Call& call);
  void note(Call& call);
  void solve(Call& call);
  void change_status(Call& call);
  void assign(Call& call);
  void set_field(Call& call);
  void attach(Call& call);
  void attached_file(Call& call);
  void stations_page(Call& call);
  void make_station_code_for(Call& call);
  void revoke_station(Call& call);
  void people_page(Call& call);
  void add_person(Call& call);
  void change_person(Call& call);
  void events(Call& call);

private:
  void dispatch(const Route& route, std::vector<std::string> args, const httplib::Request& request,
                httplib::Response& response, std::string_view body, UploadedFile file = {});
  void take_form(const Route& route, const httplib::Request& request, httplib::Response& response,
                 const httplib::ContentReader& read);
  void take_file_form(const Route& route, const httplib::Request& request, httplib::Response& response,
                      const httplib::ContentReader& read);
  bool admit(const Route& route, Call& call);
  void find_caller(Call& call);

  // Answers.
  void page(Call& call, int status, const std::string& name, Data& data);
  void message(Call& call, int status, std::string_view title, std::string_view text);
  void redirect(Call& call, const std::string& to);
  void set_session_cookie(Call& call, const std::string& token, bool keep);
  Data base_data(Call& call, std::string_view title, std::string_view nav);

  void show_sign_in(Call& call, int status, std::string_view error, int tries_left);
  void show_setup(Call& call, int status, std::string_view error);
  void show_stations(Call& call, int status, std::string_view error, std::string_view code,
                     std::string_view code_kind, std::string_view code_site);
  void show_people(Call& call, int status, std::string_view error);

  // What a ticket page shows besides the ticket: what the last form ran into.
  struct TicketNotice {
    int status = 200;
    std::string error = {}; // in words
    std::string door = {};  // "reply", "note", "solve": opened with the text kept
    std::string text = {};
    const domain::EventParts* stale = nullptr; // an edit that met a newer value
    std::string stale_action = {};             // where its form goes
  };
  void show_ticket(Call& call, const TicketNotice& notice);
  void show_ticket(Call& call, const domain::Ticket& ticket, const TicketNotice& notice);
  void set_place_in_list(Data& data, Call& call, const std::string& code);
  void write_note(Call& call, std::string_view door, bool is_public);
  void edit(Call& call, const domain::EventParts& parts, const domain::Seen& expected,
            const std::string& action);

  // A form sent twice (a double click, a reload) is carried out once.
  bool was_done(const std::string& once);
  void mark_done(const std::string& once);

  std::string full_name(std::string_view user_name);

  ConsoleParts parts_;
  TryLimit tries_of_person_{5};
  TryLimit tries_of_address_{40};
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> live_pages_ = 0;
  std::mutex done_mutex_;
  std::set<std::string, std::less<>> done_;
  std::deque<std::string> done_order_;
  std::mutex names_mutex_;
  std::map<std::string, std::string, std::less<>> names_; // full names by user name
  Instant names_read_;
};

} // namespace walkin::desk
