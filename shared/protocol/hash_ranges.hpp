// Range-based set reconciliation over event hashes: two replicas compare count and sum of what they hold
// under a prefix of the hash, take apart what differs, and list what is small (after A. Meyer, "Range-Based
// Set Reconciliation", 2023, with the radix tree that uniform hashes allow in place of sorted split points).
#pragma once

#include "shared/base/hash.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace walkin::protocol {

// What a replica holds of the hashes that begin with a prefix.
struct HashRange {
  std::string prefix; // 0 to 64 lower-case hexadecimal digits
  std::int64_t count = 0;
  base::Hash sum; // modulo 2^256
  bool operator==(const HashRange&) const = default;
};

inline constexpr std::size_t k_range_parts = 16;
inline constexpr std::size_t k_range_list_max = 64; // so many hashes or fewer are listed, not taken apart

bool is_hash_prefix(std::string_view text);

// An unchanging sorted set.
class HashSet {
public:
  HashSet() = default;
  explicit HashSet(std::vector<base::Hash> hashes);

  std::span<const base::Hash> under(std::string_view prefix) const;
  HashRange range(std::string_view prefix) const;
  // The sixteen ranges one digit longer, empty ones included.
  std::vector<HashRange> parts(std::string_view prefix) const;
  bool contains(const base::Hash& hash) const;
  std::size_t size() const { return hashes_.size(); }

private:
  std::vector<base::Hash> hashes_;
};

} // namespace walkin::protocol
