#include "shared/protocol/quick_cbor.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/codec.hpp"

#include <cstring>

namespace walkin::protocol::quick {

using codec::k_int64_max;
using domain::ContactState;
using domain::Event;
using domain::Verdict;

namespace {

enum Major : unsigned { whole, negative, byte_string, text_string, list, map, tag, simple };

void write_head(std::string& out, Major major, std::uint64_t argument) {
  const unsigned kind = unsigned{major} << 5u;
  auto put = [&](unsigned info, int bytes) {
    out += static_cast<char>(kind | info);
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(argument >> (8 * i));
  };
  if (argument < 24)
    put(static_cast<unsigned>(argument), 0);
  else if (argument <= 0xff)
    put(24, 1);
  else if (argument <= 0xffff)
    put(25, 2);
  else if (argument <= 0xffffffff)
    put(26, 4);
  else
    put(27, 8);
}

void write_integer(std::string& out, std::int64_t value) {
  if (value < 0)
    write_head(out, negative, static_cast<std::uint64_t>(-1 - value));
  else
    write_head(out, whole, static_cast<std::uint64_t>(value));
}

template <std::size_t size>
void write_bytes(std::string& out, const std::array<std::uint8_t, size>& bytes) {
  write_head(out, byte_string, size);
  out.append(reinterpret_cast<const char*>(bytes.data()), size);
}

// Members in byte order of their names. What stands between those of an event is written by the callbacks.
template <class AfterContact, class AfterPrevious>
void write_members(std::string& out, const Event& e, AfterContact after_contact,
                   AfterPrevious after_previous) {
  write_text(out, "body"), write_text(out, e.body);
  if (e.contact_state == ContactState::plain) write_text(out, "contact"), write_text(out, e.contact);
  if (e.contact_state != ContactState::none)
    write_text(out, "contact_hash"), write_bytes(out, e.contact_hash.bytes);
  after_contact();
  write_text(out, "hash"), write_bytes(out, e.hash.bytes);
  write_text(out, "hlc"), write_integer(out, e.claimed.packed);
  write_text(out, "id"), write_bytes(out, e.id.bytes);
  write_text(out, "kind"), write_text(out, e.kind);
  if (e.kind_version != 1) write_text(out, "kv"), write_head(out, whole, e.kind_version);
  if (!e.previous.is_zero()) write_text(out, "prev"), write_bytes(out, e.previous.bytes);
  after_previous();
  write_text(out, "replica"), write_bytes(out, e.replica.bytes);
  if (e.contact_state == ContactState::sealed) {
    write_text(out, "sealed"), write_head(out, byte_string, e.contact.size());
    out += e.contact;
  }
  if (!e.seen.empty()) {
    write_text(out, "seen"), write_map_head(out, e.seen.size());
    for (const auto& [field, version] : e.seen) write_text(out, field), write_bytes(out, version.bytes);
  }
  write_text(out, "seq"), write_head(out, whole, e.replica_seq);
  write_text(out, "ticket"), write_bytes(out, e.ticket.bytes);
  if (e.envelope != 1) write_text(out, "v"), write_head(out, whole, e.envelope);
}

std::size_t count_members(const Event& e) {
  std::size_t count = 8;
  count += e.previous.is_zero() ? 0 : 1;
  count += e.envelope == 1 ? 0 : 1;
  count += e.kind_version == 1 ? 0 : 1;
  count += e.seen.empty() ? 0 : 1;
  count += e.contact_state == ContactState::none ? 0 : 1;
  count += e.contact_state == ContactState::plain || e.contact_state == ContactState::sealed ? 1 : 0;
  return count;
}

// Thrown at the first thing that is not as programs write it.
struct Unusual {};

class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool is_at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::uint64_t head(Major expected) {
    auto [major, argument] = take_head();
    if (major != expected) throw Unusual{};
    return argument;
  }
  std::int64_t integer() {
    auto [major, argument] = take_head();
    if (argument > static_cast<std::uint64_t>(k_int64_max)) throw Unusual{};
    auto value = static_cast<std::int64_t>(argument);
    if (major == negative) return -1 - value;
    if (major != whole) throw Unusual{};
    return value;
  }
  std::int64_t integer(std::int64_t least, std::int64_t most) {
    std::int64_t value = integer();
    if (value < least || value > most) throw Unusual{};
    return value;
  }
  std::string_view text(std::size_t bytes_max) {
    std::string_view text = take(head(text_string), bytes_max);
    if (!base::is_valid_utf8(text)) throw Unusual{};
    return text;
  }
  std::string_view bytes(std::size_t bytes_max) { return take(head(byte_string), bytes_max); }
  template <std::size_t size>
  void fixed(std::array<std::uint8_t, size>& out) {
    if (head(byte_string) != size) throw Unusual{};
    std::memcpy(out.data(), take(size, size).data(), size);
  }
  bool yes_or_no() {
    std::uint64_t value = head(simple);
    if (value != 20 && value != 21) throw Unusual{};
    return value == 21;
  }
  base::Instant instant() {
    constexpr std::int64_t k_year_10000_ms = 253'402'300'800'000;
    return base::from_ms(integer(-k_year_10000_ms, k_year_10000_ms));
  }
  void skip(int depth_max) {
    auto [major, argument] = take_head();
    if (major == byte_string || major == text_string) {
      take(argument, codec::k_int64_max);
    } else if (major == list || major == map) {
      if (depth_max == 0 || argument > rest_.size()) throw Unusual{};
      for (std::uint64_t i = 0; i < (major == map ? 2 * argument : argument); ++i) skip(depth_max - 1);
    } else if (major == tag) {
      throw Unusual{};
    }
  }

private:
  struct Head {
    Major major;
    std::uint64_t argument;
  };
  Head take_head() {
    if (rest_.empty()) throw Unusual{};
    const unsigned first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    const unsigned info = first & 31u;
    if (info < 24) return {static_cast<Major>(first >> 5u), info};
    if (info > 27) throw Unusual{};
    std::uint64_t argument = 0;
    for (char byte : take(std::size_t{1} << (info - 24), sizeof argument))
      argument = (argument << 8) | static_cast<std::uint8_t>(byte);
    return {static_cast<Major>(first >> 5u), argument};
  }
  std::string_view take(std::uint64_t size, std::size_t bytes_max) {
    if (size > rest_.size() || size > bytes_max) throw Unusual{};
    std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

// Which members of an object have been read.
class Members {
public:
  template <std::size_t count>
  std::size_t index(std::string_view name, const std::array<std::string_view, count>& names) {
    std::size_t at = 0;
    while (at < count && names[at] != name) ++at;
    if (at == count || has(at)) throw Unusual{};
    read_ |= 1u << at;
    return at;
  }
  bool has(std::size_t at) const { return (read_ >> at & 1u) != 0; }
  bool have_all_of(std::uint32_t mask) const { return (read_ & mask) == mask; }

private:
  std::uint32_t read_ = 0;
};

constexpr std::uint32_t bits(std::initializer_list<unsigned> indices) {
  std::uint32_t mask = 0;
  for (unsigned index : indices) mask |= 1u << index;
  return mask;
}

domain::Seen read_seen(Reader& reader) {
  domain::Seen seen;
  const std::uint64_t count = reader.head(map);
  if (count > codec::k_seen_max) throw Unusual{};
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string_view field = reader.text(codec::k_kind_bytes_max);
    domain::EventId version;
    reader.fixed(version.bytes);
    if (field.find('\0') != std::string_view::npos || !seen.emplace(field, version).second) throw Unusual{};
  }
  return seen;
}

// With `placed`, also what the desk adds to an event.
void read_event(Reader& reader, Event& e, PlacedEvent* placed) {
  enum Member : unsigned {
    id,
    ticket,
    replica,
    seq,
    hlc,
    kind,
    body,
    hash,
    prev,
    v,
    kv,
    seen,
    contact_hash,
    contact,
    sealed,
    effective,
    received,
    verdict,
    reason,
    receipt
  };
  static constexpr std::array<std::string_view, 20> k_names{
      "id",     "ticket",    "replica",  "seq",     "hlc",    "kind",         "body",
      "hash",   "prev",      "v",        "kv",      "seen",   "contact_hash", "contact",
      "sealed", "effective", "received", "verdict", "reason", "receipt"};
  constexpr std::int64_t k_u32_max = std::numeric_limits<std::uint32_t>::max();
  Members members;
  for (std::uint64_t left = reader.head(map); left > 0; --left) {
    const auto member = static_cast<Member>(members.index(reader.text(codec::k_kind_bytes_max), k_names));
    if (member >= effective && !placed) throw Unusual{};
    switch (member) {
    case id: reader.fixed(e.id.bytes); break;
    case ticket: reader.fixed(e.ticket.bytes); break;
    case replica: reader.fixed(e.replica.bytes); break;
    case seq: e.replica_seq = static_cast<std::uint64_t>(reader.integer(1, k_int64_max)); break;
    case hlc: e.claimed.packed = reader.integer(); break;
    case kind: e.kind = reader.text(codec::k_kind_bytes_max); break;
    case body: e.body = reader.text(k_event_bytes_max); break;
    case hash: reader.fixed(e.hash.bytes); break;
    case prev: reader.fixed(e.previous.bytes); break;
    case v: e.envelope = static_cast<std::uint32_t>(reader.integer(1, k_u32_max)); break;
    case kv: e.kind_version = static_cast<std::uint32_t>(reader.integer(1, k_u32_max)); break;
    case seen: e.seen = read_seen(reader); break;
    case contact_hash: reader.fixed(e.contact_hash.bytes); break;
    case contact: e.contact = reader.text(k_event_bytes_max); break;
    case sealed: e.contact = reader.bytes(k_event_bytes_max); break;
    case effective: placed->effective = reader.integer(); break;
    case received: placed->received = reader.instant(); break;
    case verdict: {
      auto parsed = domain::parse_verdict(reader.text(codec::k_kind_bytes_max));
      if (!parsed) throw Unusual{};
      placed->verdict = *parsed;
      break;
    }
    case reason: placed->reason = reader.text(codec::k_short_text_bytes_max); break;
    case receipt: reader.fixed(placed->receipt.bytes); break;
    }
  }
  const bool is_whole = members.have_all_of(bits({id, ticket, replica, seq, hlc, kind, body, hash})) &&
                        (!placed || members.have_all_of(bits({effective, received})));
  const bool is_clear =
      !members.have_all_of(bits({contact, sealed})) && (members.has(verdict) || !members.has(reason));
  if (!is_whole || !is_clear) throw Unusual{};
  if (members.has(contact))
    e.contact_state = ContactState::plain;
  else if (members.has(sealed))
    e.contact_state = ContactState::sealed;
  else if (members.has(contact_hash))
    e.contact_state = ContactState::erased;
}

void read_item(Reader& reader, Event& event) { read_event(reader, event, nullptr); }
void read_item(Reader& reader, PlacedEvent& placed) { read_event(reader, placed.event, &placed); }

void read_item(Reader& reader, PushVerdict& out) {
  enum Member : unsigned { id, verdict, duplicate, elsewhere, reason, effective, received, held, receipt };
  static constexpr std::array<std::string_view, 9> k_names{
      "id", "verdict", "duplicate", "elsewhere", "reason", "effective", "received", "held", "receipt"};
  Members members;
  bool is_retry = false;
  for (std::uint64_t left = reader.head(map); left > 0; --left)
    switch (static_cast<Member>(members.index(reader.text(codec::k_kind_bytes_max), k_names))) {
    case id: reader.fixed(out.id.bytes); break;
    case verdict: {
      std::string_view name = reader.text(codec::k_kind_bytes_max);
      is_retry = name == "retry";
      auto parsed = is_retry ? std::optional(Verdict::pending) : domain::parse_verdict(name);
      if (!parsed || (*parsed == Verdict::pending) != is_retry) throw Unusual{};
      out.verdict = *parsed;
      break;
    }
    case duplicate: out.duplicate = reader.yes_or_no(); break;
    case elsewhere: out.elsewhere = reader.yes_or_no(); break;
    case reason: out.reason = reader.text(codec::k_short_text_bytes_max); break;
    case effective: out.effective = reader.integer(); break;
    case received: out.received = reader.instant(); break;
    case held: out.held = reader.yes_or_no(); break;
    case receipt: reader.fixed(out.receipt.bytes); break;
    }
  const bool is_placed = members.have_all_of(bits({effective, received}));
  const bool says_nothing = !members.has(effective) && !members.has(received);
  if (!members.have_all_of(bits({id, verdict})) || !(is_retry ? says_nothing : is_placed)) throw Unusual{};
}

template <class Item>
std::optional<Split<Item>> split(std::string_view message, std::string_view name, std::size_t count_max) {
  constexpr int k_depth_max = 7; // below the message itself
  if (message.size() > k_message_bytes_max) return std::nullopt;
  try {
    Reader reader(message);
    Split<Item> out;
    const std::uint64_t members = reader.head(map);
    bool is_found = false;
    std::string others;
    for (std::uint64_t i = 0; i < members; ++i) {
      const std::string_view from = reader.rest();
      if (reader.text(codec::k_short_text_bytes_max) != name) {
        reader.skip(k_depth_max);
        others += from.substr(0, from.size() - reader.rest().size());
        continue;
      }
      const std::uint64_t count = reader.head(list);
      if (is_found || count > count_max) return std::nullopt;
      is_found = true;
      out.items.resize(count);
      for (Item& item : out.items) read_item(reader, item);
    }
    if (!is_found || !reader.is_at_end()) return std::nullopt;
    write_map_head(out.rest, members);
    write_text(out.rest, name), write_list_head(out.rest, 0);
    out.rest += others;
    return out;
  } catch (const Unusual&) {
    return std::nullopt;
  }
}

} // namespace

void write_list_head(std::string& out, std::size_t count) { write_head(out, list, count); }
void write_map_head(std::string& out, std::size_t count) { write_head(out, map, count); }

void write_text(std::string& out, std::string_view text) {
  write_head(out, text_string, text.size());
  out += text;
}

void write(std::string& out, const Event& event) {
  write_map_head(out, count_members(event));
  write_members(
      out, event, [] {}, [] {});
}

void write(std::string& out, const PlacedEvent& placed) {
  const bool is_applied = placed.verdict == Verdict::applied;
  const bool has_receipt = !placed.receipt.is_zero();
  write_map_head(out, count_members(placed.event) + (is_applied ? 2 : 4) + (has_receipt ? 1 : 0));
  write_members(
      out, placed.event, [&] { write_text(out, "effective"), write_integer(out, placed.effective); },
      [&] {
        if (!is_applied) write_text(out, "reason"), write_text(out, placed.reason);
        if (has_receipt) write_text(out, "receipt"), write_bytes(out, placed.receipt.bytes);
        write_text(out, "received"), write_integer(out, base::to_ms(placed.received));
      });
  if (!is_applied) write_text(out, "verdict"), write_text(out, domain::name_of(placed.verdict));
}

void write(std::string& out, const PushVerdict& v) {
  const bool is_retry = v.verdict == Verdict::pending;
  std::size_t members = is_retry ? 2 : 4;
  for (bool is_there : {v.duplicate, v.elsewhere, v.held, !v.reason.empty(), !v.receipt.is_zero()})
    members += is_there ? 1 : 0;
  constexpr char k_true = '\xf5';
  write_map_head(out, members);
  if (v.duplicate) write_text(out, "duplicate"), out += k_true;
  if (!is_retry) write_text(out, "effective"), write_integer(out, v.effective);
  if (v.elsewhere) write_text(out, "elsewhere"), out += k_true;
  if (v.held) write_text(out, "held"), out += k_true;
  write_text(out, "id"), write_bytes(out, v.id.bytes);
  if (!v.reason.empty()) write_text(out, "reason"), write_text(out, v.reason);
  if (!v.receipt.is_zero()) write_text(out, "receipt"), write_bytes(out, v.receipt.bytes);
  if (!is_retry) write_text(out, "received"), write_integer(out, base::to_ms(v.received));
  write_text(out, "verdict"), write_text(out, is_retry ? "retry" : domain::name_of(v.verdict));
}

std::optional<Split<Event>> split_events(std::string_view message, std::size_t count_max) {
  return split<Event>(message, "events", count_max);
}
std::optional<Split<PlacedEvent>> split_placed(std::string_view message, std::size_t count_max) {
  return split<PlacedEvent>(message, "events", count_max);
}
std::optional<Split<PushVerdict>> split_verdicts(std::string_view message, std::size_t count_max) {
  return split<PushVerdict>(message, "verdicts", count_max);
}

} // namespace walkin::protocol::quick
