// Strong 128-bit identifiers: UUID version 7 (RFC 9562). An id is identity and never order.
#pragma once

#include "shared/base/bytes.hpp"
#include "shared/base/clock.hpp"

#include <compare>

namespace walkin::base {

using Uuid = std::array<std::uint8_t, 16>;

// 8-4-4-4-12 lower case, as in RFC 9562 section 4.
std::string uuid_to_string(const Uuid& uuid);

// Accepts the 36-character form only, in either case.
std::optional<Uuid> uuid_from_string(std::string_view text);

// A UUIDv7 of this instant with 74 random bits.
Uuid make_uuid_v7(Instant now, Random& random);

// An id that cannot be mixed up with another kind of id.
template <class Tag>
struct Id {
  Uuid bytes{};

  static Id make(Instant now, Random& random) { return Id{make_uuid_v7(now, random)}; }
  static std::optional<Id> parse(std::string_view text) {
    if (auto uuid = uuid_from_string(text)) return Id{*uuid};
    return std::nullopt;
  }
  std::string str() const { return uuid_to_string(bytes); }
  bool is_nil() const { return bytes == Uuid{}; }
  auto operator<=>(const Id&) const = default;
};

using TicketId = Id<struct TicketTag>;
using EventId = Id<struct EventTag>;
using ReplicaId = Id<struct ReplicaTag>;

} // namespace walkin::base

template <class Tag>
struct std::hash<walkin::base::Id<Tag>> {
  std::size_t operator()(const walkin::base::Id<Tag>& id) const noexcept {
    // The last eight bytes of a UUIDv7 are random, so they are a hash already.
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) value = (value << 8) | id.bytes[i];
    return value;
  }
};
