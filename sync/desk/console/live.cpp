// Server-sent events (WHATWG HTML, section 9.2): tells open pages that tickets have changed. Only codes
// travel; a page fetches what it may see by itself.
#include "sync/desk/console/console.hpp"
#include "sync/desk/web/http_server.hpp"

#include <fmt/format.h>
#include <memory>

namespace walkin::desk {

namespace {

constexpr base::Millis k_wait = std::chrono::seconds(2); // then it looks whether the page is still there
constexpr base::Millis k_heartbeat = std::chrono::seconds(10); // so that proxies keep the line open
constexpr base::Millis k_line_age_max =
    std::chrono::minutes(15); // then the page asks anew and is signed in or not

class Place {
public:
  Place(std::atomic<std::size_t>& taken, std::size_t most) : taken_(taken) {
    is_free_ = taken_.fetch_add(1) < most;
  }
  ~Place() { taken_.fetch_sub(1); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool is_free() const { return is_free_; }

private:
  std::atomic<std::size_t>& taken_;
  bool is_free_;
};

std::string as_event(const Changes& changes) {
  std::string codes;
  for (const std::string& code : changes.codes) codes += (codes.empty() ? "" : ",") + code;
  return fmt::format("id: {}\nevent: change\ndata: {}\n\n", changes.position, changes.is_many ? "*" : codes);
}

} // namespace

void Console::events(Call& call) {
  auto place = std::make_shared<Place>(live_pages_, k_live_pages_max);
  if (!place->is_free() || stopping_) {
    call.response.status = 503;
    call.response.set_header("Retry-After", "8");
    call.response.set_content("All lines are taken. Try again in 8 s.\n", "text/plain; charset=utf-8");
    return;
  }
  struct Line {
    std::uint64_t position;
    Instant started, said;
    bool greeted = false;
  };
  std::uint64_t after = parts_.tickets.position();
  // A page that comes back says what it saw last; one that was just loaded says what it was made from.
  std::string last = call.request.get_header_value("Last-Event-ID");
  if (last.empty()) last = call.query["after"];
  if (!last.empty() && last.size() < 19 && last.find_first_not_of("0123456789") == std::string::npos)
    after = std::min<std::uint64_t>(after, std::stoull(last));
  auto line = std::make_shared<Line>(Line{after, call.now, call.now});
  Hash session = token_hash(call.session_token);
  call.response.status = 200;
  call.response.set_header("Cache-Control", "no-store");
  call.response.set_header("X-Accel-Buffering", "no");
  call.response.set_chunked_content_provider(
      "text/event-stream", [this, place, line, session](std::size_t, httplib::DataSink& sink) {
        auto send = [&sink](const std::string& text) { return sink.write(text.data(), text.size()); };
        if (!line->greeted) {
          line->greeted = true;
          return send("retry: 8000\nevent: live\ndata: \n\n");
        }
        Changes changes = parts_.tickets.wait(line->position, k_wait);
        Instant now = parts_.clock.now();
        bool is_over = stopping_ || now - line->started > k_line_age_max;
        if (is_over || !sink.is_writable()) {
          sink.done();
          return false;
        }
        if (changes.position != line->position) {
          if (!parts_.accounts.find_session(session, now)) return false; // signed out or disabled meanwhile
          line->position = changes.position;
          line->said = now;
          return send(as_event(changes));
        }
        if (now - line->said < k_heartbeat) return true;
        line->said = now;
        return send(": still here\n\n");
      });
}

} // namespace walkin::desk
