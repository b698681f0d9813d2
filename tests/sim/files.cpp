// Attachments: people attach and look at them, disks damage them, and in the end each is where its event is.
#include "tests/sim/world.hpp"

#include "shared/domain/attachment.hpp"

#include <algorithm>

namespace walkin::sim {

namespace {

constexpr std::int64_t k_hour_ms = 60 * 60 * 1000;
constexpr const char* k_blobs = "blobs/";

// Some of it the same as another's, some nothing at all.
std::string content_of(Dice& dice) {
  if (dice.chance(5)) return {};
  const auto size = static_cast<std::size_t>(dice.chance(30) ? dice.number(1, 50) : dice.number(1, 4'000));
  Dice text(dice.chance(30) ? 1 : dice.next());
  std::string content;
  while (content.size() < size) content += fmt::format("{:016x}\n", text.next());
  content.resize(size);
  return content;
}

domain::EventParts naming(const std::string& content) {
  return domain::attachment_parts(base::sha256_of(content), static_cast<std::int64_t>(content.size()),
                                  "text/plain", "log.txt");
}

std::optional<base::Sha256> sha256_in(const domain::Fields& body) {
  auto found = body.find("sha256");
  return found == body.end() ? std::nullopt : base::Sha256::parse(domain::to_text(found->second));
}

} // namespace

// As `walkin attach` does: content first, then the event that names it.
void World::attach(StationMachine& station, Dice dice) {
  if (station.identity.kind == "kiosk") return; // it takes none
  Deed deed = new_deed(station.who);
  std::string content = content_of(dice);
  deed.ticket = some_ticket(station, dice);
  if (deed.ticket.is_nil()) return;
  deed.parts = {naming(content)};
  contents_[base::sha256_of(content)] = content;
  Ended ended = station.run([&] {
    if (auto kept = station.blobs.put(content); !kept) {
      if (station.is_alive()) deed.state = Deed::State::refused;
    } else {
      write_at(*station.station, deed, station);
    }
  });
  say("station {} attaches {} ({}, {} bytes) to {}: {}, {}", station.who, deed.label(),
      base::sha256_of(content).str().substr(0, 8), content.size(), deed.ticket.str(), word_of(ended),
      deed.state == Deed::State::done ? "done" : "not done");
  if (content.empty() && deed.state == Deed::State::done)
    throw Violation{"empty file", "a file without content was attached"};
  deeds_.push_back(std::move(deed));
}

domain::TicketId World::some_ticket(StationMachine& station, Dice& dice) {
  std::vector<domain::TicketId> tickets;
  station.run([&] {
    for (const store::TicketRow& row : station.station->list(store::TicketFilter{}))
      tickets.push_back(row.ticket);
  });
  return tickets.empty() ? domain::TicketId{} : dice.pick(tickets);
}

void World::desk_attach(const std::string& code, Deed& deed, Dice& dice, base::Status& told) {
  std::string content = content_of(dice);
  contents_[base::sha256_of(content)] = content;
  deed.parts = {naming(content)};
  if (desk_.files)
    told = desk_.files->files().attach(code, deed.label(), "log.txt", content);
  else
    told = base::fail(base::ErrorCode::busy, "The console is another process's.");
}

// What is due at the station comes first, whenever it comes.
void World::carry_files(StationMachine& station, int steps_max) {
  if (!station.is_alive() || station.runner->summary().failure) return;
  auto summary = station.lane->run([&] {
    network_.may_send_files = steps_max-- > 0;
    return !network_.may_send_files;
  });
  network_.may_send_files = true;
  if (summary.files > 0 || !summary.trouble.empty())
    say("station {} sends files: {}, {} bytes, {}", station.who, summary.files, summary.bytes,
        summary.trouble);
}

void World::fetch(StationMachine& station, Dice dice) {
  std::vector<std::pair<domain::TicketId, domain::Attachment>> all;
  auto look = [&] {
    for (const store::TicketRow& row : station.station->list(store::TicketFilter{}))
      if (auto ticket = station.station->load(row.ticket))
        for (domain::Attachment& each : domain::attachments_of(*ticket)) all.emplace_back(row.ticket, each);
  };
  if (station.run(look) != Ended::done || all.empty()) return;
  auto [ticket, attachment] = dice.pick(all);
  blow(Dice(dice.next()));
  base::Status told;
  base::Result<std::string> seen = base::fail(base::ErrorCode::not_found, "");
  Ended ended = station.run([&] {
    told = station.lane->fetch(ticket, attachment.sha256, attachment.size);
    if (told) seen = station.blobs.read(attachment.sha256);
  });
  say("station {} looks at {}: {}, {}", station.who, attachment.sha256.str().substr(0, 8), word_of(ended),
      told ? "there" : told.error().message);
  if (ended == Ended::done && told && (!seen || *seen != contents_[attachment.sha256]))
    throw Violation{"wrong content",
                    fmt::format("station {} shows other content than was attached", station.who)};
}

// At the desk of what is not whole yet; at a station of anything.
void World::rot(Machine& at, Dice dice) {
  const std::string folder = at.who == k_desk ? "blobs/part/" : k_blobs;
  std::vector<std::string> names;
  for (const auto& [name, bytes] : at.disk.image())
    if (name.starts_with(folder) && !bytes.empty()) names.push_back(name);
  if (names.empty()) return;
  const std::string& name = dice.pick(names);
  at.disk.flip_bit(name, dice.next());
  say("{} of machine {} is damaged", name, at.who);
  if (at.who != k_desk)
    for (const auto& [sha256, content] : contents_)
      if (name.ends_with(sha256.str().substr(2))) excused_.insert(sha256);
}

void World::let_expire() {
  // Events wait for a restored desk's decisions no longer than they would here.
  if (has(plan_.faults, Fault::restored) || std::exchange(has_expired_, true)) return;
  pass_time(desk::k_upload_age_max.count() + k_hour_ms);
  say("nobody is there for a week");
}

// A name stands for its content and nothing else, from the first moment.
void World::demand_names() {
  for (const auto& [sha256, content] : contents_) {
    const std::string name = k_blobs + sha256.str().substr(0, 2) + "/" + sha256.str().substr(2);
    if (!desk_.disk.has(name)) continue;
    const Bytes bytes = desk_.disk.bytes(name);
    if (!std::ranges::equal(bytes, content,
                            [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }))
      throw Violation{"wrong content", fmt::format("the desk shows as available under {} what it is not",
                                                   sha256.str().substr(0, 8))};
  }
}

// Contents that nobody has to have any more, for the disk that had them alone was put back.
void World::excuse(int who, std::size_t since) {
  for (const Deed& deed : deeds_)
    if (deed.who == who && static_cast<std::size_t>(deed.number) >= since)
      for (const domain::EventParts& parts : deed.parts)
        if (auto sha256 = sha256_in(parts.body); sha256 && parts.kind == domain::EventKind::attachment_named)
          excused_.insert(*sha256);
}

void World::demand_files(const std::vector<Fact>& feed) {
  if (!has(plan_.faults, Fault::files)) return;
  std::set<base::Sha256> kept, erased;
  std::set<domain::TicketId> registered; // of others there is no ticket that it could be looked at in
  for (const Fact& fact : feed)
    if (fact.event.kind == "registered" && fact.verdict == domain::Verdict::applied)
      registered.insert(fact.event.ticket);
  for (const Fact& fact : feed) {
    auto sha256 = sha256_in(fact.body);
    if (fact.event.kind != "attachment_named" || !sha256 || !registered.contains(fact.event.ticket)) continue;
    if (fact.event.contact_state == domain::ContactState::erased)
      erased.insert(*sha256);
    else if (fact.verdict == domain::Verdict::applied)
      kept.insert(*sha256);
  }
  demand_names();
  desk_.run([&] {
    for (const base::Sha256& sha256 : kept)
      if (!desk_.files->files().has(sha256) && !excused_.contains(sha256))
        throw Violation{"file lost",
                        fmt::format("{} is named by an event and not at the desk", sha256.str())};
  });
  for (const base::Sha256& sha256 : kept) erased.erase(sha256);
  for (int who = k_desk; who < static_cast<int>(stations_.size()); ++who)
    for (const auto& [name, bytes] : machine(who).disk.image()) {
      auto is_of = [&](const base::Sha256& sha256) {
        return name.starts_with(k_blobs) && name.ends_with(sha256.str().substr(2));
      };
      if (std::ranges::any_of(erased, is_of))
        throw Violation{"erased file", fmt::format("{} is at machine {} still", name, who)};
      if (name.starts_with("blobs/part/"))
        throw Violation{"upload left", fmt::format("{} is left at machine {}", name, who)};
    }
}

} // namespace walkin::sim
