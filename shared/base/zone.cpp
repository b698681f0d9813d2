#include "shared/base/zone.hpp"

#include <algorithm>
#include <optional>

namespace walkin::base {

namespace {

// Reads big-endian numbers; what is beyond the end is zero and remembered.
class Reader {
public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::int64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (char c : take(size)) value = (value << 8U) | static_cast<std::uint8_t>(c);
    if (size == 4) return static_cast<std::int32_t>(value);
    return static_cast<std::int64_t>(value);
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) {
      is_short_ = true;
      size = bytes_.size();
    }
    std::string_view out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return out;
  }
  bool is_short() const { return is_short_; }

private:
  std::string_view bytes_;
  bool is_short_ = false;
};

struct Header {
  std::size_t utc_flags, standard_flags, leap_seconds, changes, types, letters;
};

constexpr std::int64_t k_count_max = 10'000;

std::optional<Header> read_header(Reader& in) {
  if (in.take(4) != "TZif") return std::nullopt;
  in.take(16);
  Header header{};
  for (std::size_t* count : {&header.utc_flags, &header.standard_flags, &header.leap_seconds, &header.changes,
                             &header.types, &header.letters}) {
    const std::int64_t read = in.number(4);
    if (read < 0 || read > k_count_max) return std::nullopt;
    *count = static_cast<std::size_t>(read);
  }
  return header;
}

} // namespace

Result<Zone> Zone::parse(std::string_view tzif) {
  const auto refused = fail(ErrorCode::unusable, "This is no time zone's file.", "time_zone");
  if (tzif.size() < 5 || tzif[4] < '2') return refused;
  Reader in(tzif);
  auto old = read_header(in);
  if (!old) return refused;
  // The first part repeats the rules with 32 bits.
  in.take(old->changes * 5 + old->types * 6 + old->letters + old->leap_seconds * 8 + old->standard_flags +
          old->utc_flags);
  auto header = read_header(in);
  if (!header || header->types == 0) return refused;
  Zone zone;
  for (std::size_t i = 0; i < header->changes; ++i) zone.changes_.push_back({in.number(8), 0});
  std::string_view which = in.take(header->changes);
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < header->types; ++i) {
    offsets.push_back(static_cast<std::int32_t>(in.number(4)));
    in.take(2);
  }
  if (in.is_short()) return refused;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto type = static_cast<std::uint8_t>(which[i]);
    if (type >= offsets.size()) return refused;
    zone.changes_[i].offset_s = offsets[type];
  }
  zone.first_offset_s_ = offsets.front();
  return zone;
}

std::chrono::seconds Zone::offset_at(Instant instant) const {
  const std::int64_t at_s = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  auto next = std::ranges::upper_bound(changes_, at_s, {}, &Change::at_s);
  return std::chrono::seconds{next == changes_.begin() ? first_offset_s_ : std::prev(next)->offset_s};
}

} // namespace walkin::base
