#include "shared/domain/event.hpp"

#include "shared/domain/names.hpp"

#include <algorithm>

namespace walkin::domain {

namespace {

using enum EventKind;
constexpr detail::Names<EventKind, 22> k_kinds{{{registered, "registered"},
                                                {contact_changed, "contact_changed"},
                                                {field_changed, "field_changed"},
                                                {note, "note"},
                                                {status_changed, "status_changed"},
                                                {assigned, "assigned"},
                                                {owner_changed, "owner_changed"},
                                                {escalated, "escalated"},
                                                {linked, "linked"},
                                                {merged, "merged"},
                                                {attachment_named, "attachment_named"},
                                                {work_time, "work_time"},
                                                {called, "called"},
                                                {served, "served"},
                                                {no_show, "no_show"},
                                                {left, "left"},
                                                {resolved, "resolved"},
                                                {confirmed, "confirmed"},
                                                {rated, "rated"},
                                                {reopened, "reopened"},
                                                {verdict, "verdict"},
                                                {erased, "erased"}}};

constexpr detail::Names<Verdict, 4> k_verdicts{{{Verdict::pending, "pending"},
                                                {Verdict::applied, "applied"},
                                                {Verdict::rejected, "rejected"},
                                                {Verdict::quarantined, "quarantined"}}};

constexpr std::string_view k_hash_domain{"walkin-event-1\0", 15};
constexpr base::Millis k_claim_ahead_max{60'000};

} // namespace

std::string_view name_of(EventKind kind) { return detail::name_in(k_kinds, kind); }
std::optional<EventKind> parse_event_kind(std::string_view name) { return detail::parse_in(k_kinds, name); }
std::string_view name_of(Verdict verdict) { return detail::name_in(k_verdicts, verdict); }
std::optional<Verdict> parse_verdict(std::string_view name) { return detail::parse_in(k_verdicts, name); }

Hash compute_hash(const Event& event) {
  base::Hasher hasher;
  hasher.raw(k_hash_domain)
      .raw(event.id.bytes)
      .raw(event.ticket.bytes)
      .raw(event.replica.bytes)
      .u64(event.replica_seq)
      .raw(event.previous.bytes)
      .u64(static_cast<std::uint64_t>(event.claimed.packed))
      .u32(event.envelope)
      .text(event.kind)
      .u32(event.kind_version)
      .u32(static_cast<std::uint32_t>(event.seen.size()));
  for (const auto& [field, version] : event.seen) hasher.text(field).raw(version.bytes);
  return hasher.text(event.body).raw(event.contact_hash.bytes).finish();
}

Hash compute_contact_hash(std::string_view contact) { return base::hash_of(contact); }

std::int64_t effective_clock(std::optional<std::int64_t> based_on, Hlc claimed, Instant received) {
  std::int64_t bounded = std::min(claimed.packed, Hlc::from(received + k_claim_ahead_max).packed);
  return based_on ? std::max(*based_on + 1, bounded) : bounded;
}

} // namespace walkin::domain
