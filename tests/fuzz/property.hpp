// What a fuzz target says that must hold; a breach ends the process, which the fuzzer notices.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace walkin::fuzz {

inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view view(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

} // namespace walkin::fuzz
