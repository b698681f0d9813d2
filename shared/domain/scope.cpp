#include "shared/domain/scope.hpp"

#include <algorithm>

namespace walkin::domain {

namespace {

constexpr std::string_view k_public = "public:";
constexpr std::size_t k_tag_digits = 16;

std::string named(std::string_view kind, std::string_view name) {
  return std::string(kind) + std::string(name);
}

} // namespace

std::string site_scope(std::string_view site) { return named("site:", site); }
std::string person_scope(std::string_view name) { return named("person:", name); }
std::string group_scope(std::string_view group) { return named("group:", group); }
std::string public_scope(std::string_view site) { return named(k_public, site); }
bool is_public_scope(std::string_view scope) { return scope.starts_with(k_public); }

std::vector<std::string> scopes_of(const ScopeFacts& facts) {
  std::vector<std::string> scopes;
  if (!facts.group.empty()) scopes.push_back(group_scope(facts.group));
  if (!facts.assignee.empty()) scopes.push_back(person_scope(facts.assignee));
  if (facts.status != TicketStatus::closed) scopes.push_back(site_scope(facts.site));
  return scopes;
}

std::string scope_set_tag(const std::vector<std::string>& scopes) {
  auto sorted = scopes;
  std::ranges::sort(sorted);
  base::Hasher hasher;
  for (const std::string& scope : sorted) hasher.text(scope);
  return hasher.finish().str().substr(0, k_tag_digits);
}

Hash hash_of(const PublicStatus& status) {
  return base::Hasher()
      .text("walkin-public-1")
      .raw(status.ticket.bytes)
      .text(status.code)
      .text(status.queue_number)
      .text(name_of(status.status))
      .u64(static_cast<std::uint64_t>(base::to_ms(status.updated)))
      .finish();
}

} // namespace walkin::domain
