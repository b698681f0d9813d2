#include "shared/protocol/hash_ranges.hpp"

#include <algorithm>

namespace walkin::protocol {

namespace {

constexpr std::string_view k_digits = "0123456789abcdef";
constexpr std::size_t k_hash_digits = 64;

// The least hash under a prefix.
base::Hash first_under(std::string_view prefix) {
  std::string digits(prefix);
  digits.resize(k_hash_digits, '0');
  return base::Hash::parse(digits).value();
}

base::Hash last_under(std::string_view prefix) {
  std::string digits(prefix);
  digits.resize(k_hash_digits, 'f');
  return base::Hash::parse(digits).value();
}

} // namespace

bool is_hash_prefix(std::string_view text) {
  return text.size() <= k_hash_digits && text.find_first_not_of(k_digits) == std::string_view::npos;
}

HashSet::HashSet(std::vector<base::Hash> hashes) : hashes_(std::move(hashes)) {
  std::ranges::sort(hashes_);
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
}

std::span<const base::Hash> HashSet::under(std::string_view prefix) const {
  auto begin = std::ranges::lower_bound(hashes_, first_under(prefix));
  auto end = std::ranges::upper_bound(begin, hashes_.end(), last_under(prefix));
  return {begin, end};
}

HashRange HashSet::range(std::string_view prefix) const {
  auto members = under(prefix);
  base::HashSum sum;
  for (const base::Hash& hash : members) sum.add(hash);
  return {std::string(prefix), static_cast<std::int64_t>(members.size()), sum.value()};
}

std::vector<HashRange> HashSet::parts(std::string_view prefix) const {
  std::vector<HashRange> out;
  for (char digit : k_digits) out.push_back(range(std::string(prefix) + digit));
  return out;
}

bool HashSet::contains(const base::Hash& hash) const { return std::ranges::binary_search(hashes_, hash); }

} // namespace walkin::protocol
