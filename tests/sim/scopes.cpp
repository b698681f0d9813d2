#include "tests/sim/scopes.hpp"

#include <algorithm>

namespace walkin::sim {

namespace {

std::string text_of(const NaiveTicket& ticket, const char* field) {
  auto held = ticket.fields.find(field);
  const auto* text = held == ticket.fields.end() ? nullptr : std::get_if<std::string>(&held->second.value);
  return text == nullptr ? std::string{} : *text;
}

bool have_common(const std::set<std::string>& some, const std::set<std::string>& others) {
  return std::ranges::any_of(some, [&](const std::string& scope) { return others.contains(scope); });
}

} // namespace

Stories tell_stories(const std::vector<Fact>& feed) {
  Stories stories;
  for (const Fact& fact : feed) stories[fact.event.ticket].facts.push_back(fact);
  for (auto& [id, story] : stories) story.ticket = naive_fold(story.facts);
  return stories;
}

std::set<std::string> scopes_of(const Belongs& station) {
  if (station.is_kiosk) return {"public:" + station.site};
  std::set<std::string> scopes{"site:" + station.site};
  if (!station.person.empty()) scopes.insert("person:" + station.person);
  if (!station.group.empty()) scopes.insert("group:" + station.group);
  return scopes;
}

std::set<std::string> scopes_of(const NaiveTicket& ticket) {
  std::set<std::string> scopes;
  if (text_of(ticket, "code").empty()) return scopes;
  if (text_of(ticket, "status") != "closed") scopes.insert("site:" + text_of(ticket, "site"));
  if (auto person = text_of(ticket, "assignee"); !person.empty()) scopes.insert("person:" + person);
  if (auto group = text_of(ticket, "group"); !group.empty()) scopes.insert("group:" + group);
  return scopes;
}

bool holds(const Belongs& station, const NaiveTicket& ticket) {
  return have_common(scopes_of(station), scopes_of(ticket));
}

bool has_held(const Belongs& station, const std::vector<Fact>& before, std::int64_t commit) {
  std::vector<Fact> then;
  for (std::size_t i = 0; i < before.size() && before[i].commit != commit; ++i) {
    then.push_back(before[i]);
    bool is_end = i + 1 == before.size() || before[i + 1].commit != before[i].commit;
    if (is_end && holds(station, naive_fold(then))) return true;
  }
  return false;
}

std::map<std::string, domain::PublicStatus> statuses_of(const Stories& stories, const std::string& site) {
  std::map<std::string, domain::PublicStatus> statuses;
  for (const auto& [id, story] : stories) {
    std::string code = text_of(story.ticket, "code");
    if (code.empty() || text_of(story.ticket, "site") != site) continue;
    domain::PublicStatus status{id,
                                code,
                                text_of(story.ticket, "queue_number"),
                                domain::parse_status(text_of(story.ticket, "status")).value(),
                                {}};
    for (const Fact& fact : story.facts)
      status.updated = std::max(status.updated, fact.event.claimed.instant());
    statuses[code] = status;
  }
  return statuses;
}

void NaiveDigest::add(const base::Hash& hash) {
  ++count;
  unsigned carry = 0;
  for (std::size_t i = 32; i-- > 0;) {
    unsigned digit = static_cast<unsigned char>(sum[i]) + hash.bytes[i] + carry;
    sum[i] = static_cast<char>(digit & 0xff);
    carry = digit >> 8;
  }
}

NaiveDigest digest_of(const Stories& stories, const std::string& scope) {
  NaiveDigest digest;
  for (const auto& [id, story] : stories)
    if (scopes_of(story.ticket).contains(scope))
      for (const Fact& fact : story.facts) digest.add(fact.event.hash);
  return digest;
}

NaiveDigest digest_of(const std::map<std::string, domain::PublicStatus>& statuses) {
  NaiveDigest digest;
  for (const auto& [code, status] : statuses) digest.add(domain::hash_of(status));
  return digest;
}

} // namespace walkin::sim
