// Enumerators and their names in one table each, so that the two directions cannot disagree.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace walkin::domain::detail {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
constexpr std::string_view name_in(const Names<Enum, N>& names, Enum value) {
  for (const auto& [entry, name] : names)
    if (entry == value) return name;
  return "";
}

template <class Enum, std::size_t N>
constexpr std::optional<Enum> parse_in(const Names<Enum, N>& names, std::string_view name) {
  for (const auto& [entry, entry_name] : names)
    if (entry_name == name) return entry;
  return std::nullopt;
}

} // namespace walkin::domain::detail
