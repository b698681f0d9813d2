// The page that a customer's QR code leads to: how their ticket stands, and what they may say about it.
// Whoever has the link may; there is no sign-in. It works without script.
#pragma once

#include "sync/desk/data_directory.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/status/status_view.hpp"
#include "sync/desk/web/assets.hpp"
#include "sync/desk/web/form.hpp"
#include "sync/desk/web/templates.hpp"

#include <httplib.h>

namespace walkin::desk {

inline constexpr std::string_view k_status_path = "/t/";

// All of it must outlive the page.
struct StatusParts {
  DeskLog& tickets;
  Documents& documents;
  Queue& queue;
  Accounts& accounts;
  const Templates& templates;
  const Assets& assets;
  const base::Clock& clock;
  base::Random& random;
  ZoneSource zones;
  bool is_tls = false;
};

// Must outlive the server it is mounted on; its handlers run on the server's threads.
class StatusPage {
public:
  explicit StatusPage(StatusParts parts) : parts_(std::move(parts)) {}
  void mount(httplib::Server& server);

  // What is served, as "GET /t/{token}".
  static std::vector<std::string> routes();

private:
  struct Visit;
  void answer(const httplib::Request& request, httplib::Response& response, const std::string* form);
  void show(Visit& visit, int status, std::string_view wrong);
  void gone(Visit& visit);
  void act(Visit& visit);
  // What the form asks for, as events; an error is the key of the words that say what is wrong.
  tl::expected<std::vector<domain::EventParts>, std::string> events_of(const Visit& visit) const;
  Data base_data(Visit& visit, std::string_view title);
  StatusFacts facts(const Visit& visit, const base::Zone& zone);
  void render(Visit& visit, int status, const char* name, const Data& data);

  StatusParts parts_;
  TryLimit strangers_{20}; // links that are none, from one address
  TryLimit actions_{20};   // of one ticket
};

} // namespace walkin::desk
