#include "sync/desk/sample.hpp"

#include "sync/desk/sample_stories.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>
#include <stdexcept>

namespace walkin::desk {

using domain::EventKind;
using domain::EventParts;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t k_batch_tickets = 500;
constexpr std::size_t k_tickets_a_day = 60;
constexpr std::int64_t k_days_min = 21, k_days_max = 730;
constexpr std::size_t k_queue_places = 3;  // people at each site's counter now
constexpr std::size_t k_queue_least = 100; // tickets from which on some of them are of this moment

// In the queue of a site.
struct Place {
  std::string_view site;
  std::string number;
};

class Storyteller {
public:
  Storyteller(std::uint64_t seed, base::Instant now, base::Instant day_began, std::size_t count,
              base::Random& random)
      : chance_(seed), now_(now), day_began_(day_began), random_(random) {
    days_ = std::clamp(static_cast<std::int64_t>(count / k_tickets_a_day), k_days_min, k_days_max);
  }

  // When tickets come in: on working days between 8 and 16, most of them before noon.
  std::vector<base::Instant> arrivals(std::size_t count) {
    std::vector<base::Instant> out;
    while (out.size() < count) {
      auto day = std::chrono::floor<std::chrono::days>(now_) -
                 std::chrono::days(static_cast<int>(below(static_cast<std::size_t>(days_))));
      std::chrono::weekday weekday{day};
      bool is_weekend = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
      if (is_weekend && !one_in(12)) continue;
      auto minute = static_cast<int>(std::min(below(480), below(480)));
      base::Instant at = base::Instant{day} + 8h + std::chrono::minutes(minute) +
                         std::chrono::seconds(static_cast<int>(below(60)));
      if (at < now_ - 5min) out.push_back(at);
    }
    std::ranges::sort(out);
    return out;
  }

  std::vector<DatedEvent> tell(const std::string& code, base::Instant at) {
    events_.clear();
    ticket_ = base::TicketId::make(at, random_);
    at_ = at;
    const Tongue& tongue = k_tongues[below(k_tongues.size())];
    const Story& story = tongue.stories[below(tongue.stories.size())];
    register_ticket(tongue, story, code);
    if (events_.back().by.empty()) serve_at_counter();
    bool is_old = now_ - at > 10 * 24h;
    // Most tickets of the past are done; a few stay open far too long, as they do.
    int fate = is_old ? (one_in(120) ? 1 : 9) : static_cast<int>(below(now_ - at < 24h ? 7 : 10));
    if (fate <= 1 && !is_old) return std::move(events_); // new, nobody's
    std::string solver = assign();
    if (fate <= 3) return std::move(events_);
    if (one_in(3))
      write(solver, {EventKind::work_time, {{"minutes", std::int64_t(5 + 5 * below(12))}}, {}}, 30min);
    if (one_in(2)) note(solver, "internal", tongue.notes[below(tongue.notes.size())], 20min);
    if (fate == 4 || one_in(6)) {
      note(solver, "public", tongue.question, 15min);
      status(solver, "waits_customer", 1min);
      if (fate == 4) return std::move(events_);
      note("", "public", tongue.answer, 5h);
      status(solver, "in_work", 30min);
    }
    if (fate == 5) {
      status(solver, "waits_supplier", 2h);
      return std::move(events_);
    }
    write(solver, {EventKind::resolved, {}, {{"text", std::string(story.fix)}}}, 4h);
    if (fate == 6 || fate == 7) return std::move(events_);
    bool is_fine = !one_in(25);
    write("", {EventKind::confirmed, {{"solved", is_fine}}, {}}, 20h);
    if (is_fine && one_in(3))
      write("", {EventKind::rated, {{"stars", std::int64_t(3 + below(3))}}, {}}, 1min);
    return std::move(events_);
  }

  // Somebody who came a few minutes ago. The first at each site is being served, the second was called.
  std::vector<DatedEvent> tell_of_queue(const std::string& code, std::size_t place) {
    events_.clear();
    const std::size_t site = place / k_queue_places, nth = place % k_queue_places;
    at_ = now_ - 6min * static_cast<int>(k_queue_places - nth) - std::chrono::seconds(static_cast<int>(site));
    at_ = std::max(at_, day_began_);
    ticket_ = base::TicketId::make(at_, random_);
    const Tongue& tongue = k_tongues[place % k_tongues.size()];
    register_ticket(tongue, tongue.stories[place % tongue.stories.size()], code,
                    Place{k_sites[site], fmt::format("K{}", 1 + nth)});
    const std::string counter = std::to_string(1 + nth);
    at_ = std::max(at_, now_ - 2min);
    if (nth < 2) at_counter(EventKind::called, "", counter);
    at_ = std::max(at_, now_ - 1min);
    if (nth < 1) at_counter(EventKind::served, "serving", counter);
    return std::move(events_);
  }

private:
  void at_counter(EventKind kind, const char* state, const std::string& counter) {
    EventParts parts{kind, {{"counter", counter}}, {}};
    if (*state != '\0') parts.body.emplace("state", std::string(state));
    events_.push_back({ticket_, at_, std::move(parts), std::string(k_staff[0].name)});
  }

  // Called after a while, served for some minutes; now and then somebody has left.
  void serve_at_counter() {
    const std::string counter = std::to_string(1 + below(3));
    auto later = [&](base::Millis least, base::Millis within) {
      at_ = std::min(
          now_, at_ + least +
                    base::Millis(static_cast<std::int64_t>(below(static_cast<std::size_t>(within.count())))));
    };
    later(1min, 20min);
    at_counter(EventKind::called, "", counter);
    if (one_in(15)) {
      later(3min, 1min);
      return at_counter(EventKind::no_show, "", counter);
    }
    later(10s, 50s);
    at_counter(EventKind::served, "serving", counter);
    later(3min, 12min);
    at_counter(EventKind::served, "done", counter);
  }

  std::size_t below(std::size_t limit) { return chance_() % limit; }
  bool one_in(std::size_t n) { return below(n) == 0; }

  // With a place, a walk-in there; else by whatever way, wherever.
  void register_ticket(const Tongue& tongue, const Story& story, const std::string& code,
                       std::optional<Place> place = {}) {
    domain::Registration r;
    std::string given(tongue.given_names[below(tongue.given_names.size())]);
    std::string family(tongue.family_names[below(tongue.family_names.size())]);
    r.contact.name = given + " " + family;
    r.contact.employee_id = std::to_string(10'000 + below(80'000));
    if (!one_in(4)) r.contact.email = fmt::format("user{}@example.org", r.contact.employee_id);
    if (one_in(2)) r.contact.phone = fmt::format("{} {}", tongue.phone, 10'000'000 + below(89'999'999));
    r.contact.language = tongue.language;
    r.channel = one_in(4)   ? domain::Channel::phone
                : one_in(8) ? domain::Channel::email
                            : domain::Channel::walk_in;
    if (place) r.channel = domain::Channel::walk_in;
    r.category = story.category;
    r.nature = story.nature;
    r.description = story.words;
    constexpr domain::Degree degrees[] = {domain::Degree::high, domain::Degree::medium, domain::Degree::low};
    constexpr domain::Affected affected[] = {domain::Affected::many, domain::Affected::team,
                                             domain::Affected::one, domain::Affected::one,
                                             domain::Affected::one};
    if (!one_in(3)) r.severity = degrees[below(3)];
    if (!one_in(3)) r.affected = affected[below(5)];
    if (one_in(2)) r.consequence = degrees[below(3)];
    if (story.category == domain::Category::computer) {
      r.computer.asset_tag = fmt::format("CH-PC-{:04}", below(900));
      r.computer.os = one_in(3) ? "Debian" : "Windows";
      r.computer.os_version = r.computer.os == "Debian" ? "12.7" : "11 23H2";
      r.computer.model = k_models[below(k_models.size())];
      r.computer.memory_mb = one_in(2) ? 16'384 : 8'192;
    }
    if (story.category == domain::Category::phone) r.telephone.extension = std::to_string(2000 + below(900));
    bool is_walk_in = r.channel == domain::Channel::walk_in;
    std::string number =
        is_walk_in ? fmt::format("{}{}", one_in(2) ? "A" : "B", 1 + below(60)) : std::string{};
    std::string by = is_walk_in ? std::string{} : std::string(k_staff[0].name);
    std::string_view site = k_sites[below(k_sites.size())];
    if (place) {
      number = place->number;
      site = place->site;
    }
    EventParts parts = domain::registered_parts(r, code, number, site, is_walk_in ? "Kiosk" : "Desk");
    events_.push_back({ticket_, at_, std::move(parts), std::move(by)});
  }

  std::string assign() {
    const Staff& solver = k_staff[1 + below(k_staff.size() - 1)];
    write(std::string(k_staff[0].name),
          {EventKind::assigned,
           {{"assignee", std::string(solver.name)}, {"group", std::string(solver.group)}},
           {}},
          40min);
    status(std::string(solver.name), "in_work", 90min);
    return std::string(solver.name);
  }

  void note(const std::string& by, const char* visibility, std::string_view text, base::Millis within) {
    write(by, {EventKind::note, {{"visibility", std::string(visibility)}}, {{"text", std::string(text)}}},
          within);
  }

  void status(const std::string& by, const char* status, base::Millis within) {
    write(by, {EventKind::status_changed, {{"status", std::string(status)}}, {}}, within);
  }

  // Some time after what came before, and never after now.
  void write(const std::string& by, EventParts parts, base::Millis within) {
    at_ += base::Millis(static_cast<std::int64_t>(1 + below(static_cast<std::size_t>(within.count()))));
    at_ = std::min(at_, now_);
    events_.push_back({ticket_, at_, std::move(parts), by});
  }

  std::mt19937_64 chance_;
  base::Instant now_, day_began_, at_{};
  base::Random& random_;
  std::int64_t days_ = k_days_min;
  base::TicketId ticket_;
  std::vector<DatedEvent> events_;
};

constexpr std::chrono::minutes k_a_day{24h};

// Its usual hours, from an hour before `time` if that is early, to three after it if that is late.
domain::OpenSpan day_around(const domain::OpenDay& usual, std::chrono::minutes time) {
  const std::chrono::minutes hour = std::chrono::floor<std::chrono::hours>(time);
  domain::OpenSpan day{9h, 15h};
  if (!usual.empty()) day = {usual.front().from, usual.back().until};
  day.from = std::min(day.from, std::max(hour - 1h, 0min));
  day.until = std::max(day.until, std::min(hour + 4h, k_a_day));
  return day;
}

} // namespace

void open_sites_now(OpenDesk& desk, base::Instant now, const ZoneSource& zones) {
  std::vector<DocumentDraft> drafts;
  for (const std::string& site : desk.documents->sites()) {
    auto settings = desk.documents->settings(site);
    if (!settings) continue;
    const auto local = zones(settings->time_zone).value_or(base::Zone{}).local(now);
    if (domain::opening_state(settings->hours, local).is_open) continue;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const auto weekday = std::chrono::weekday{day}.iso_encoding() - 1;
    settings->hours.exceptions.insert_or_assign(
        day, domain::OpenDay{day_around(settings->hours.week[weekday], local - day)});
    drafts.push_back(draft_of(*settings));
  }
  desk.documents->write(drafts, "sample");
}

void add_sample(OpenDesk& desk, std::size_t count, std::uint64_t seed, base::Instant now,
                base::Random& random, const base::Zone& zone) {
  for (const Staff& staff : k_staff) {
    NewUser user{.name = std::string(staff.name),
                 .full_name = std::string(staff.full_name),
                 .group = std::string(staff.group),
                 .role = staff.role,
                 .password_hash = "none"};
    auto added = desk.accounts->add_user(user, now);
    if (!added && added.error().code != base::ErrorCode::conflict) // from an earlier sample
      throw std::runtime_error(added.error().message);
  }
  const auto local = now + zone.offset_at(now);
  const base::Instant day_began = now - (local - std::chrono::floor<std::chrono::days>(local));
  Storyteller storyteller(seed, now, day_began, count, random);
  std::vector<std::string> codes = desk.tickets->take_codes(count);
  const std::size_t queued = count < k_queue_least ? 0 : k_queue_places * k_sites.size();
  std::vector<base::Instant> arrivals = storyteller.arrivals(count - queued);
  std::vector<DatedEvent> batch;
  for (std::size_t i = 0; i < count; ++i) {
    auto told = i < arrivals.size() ? storyteller.tell(codes[i], arrivals[i])
                                    : storyteller.tell_of_queue(codes[i], i - arrivals.size());
    for (DatedEvent& event : told) batch.push_back(std::move(event));
    if (i % k_batch_tickets == k_batch_tickets - 1 || i + 1 == count) {
      desk.tickets->import(batch);
      batch.clear();
    }
  }
}

} // namespace walkin::desk
