// Text that a customer entered: every byte it ever occupied is overwritten before the memory is given back.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <string.h>

namespace walkin::kiosk {

// Overwrites in a way that the compiler may not leave out.
inline void wipe_bytes(void* data, std::size_t size) {
  if (size > 0) ::explicit_bzero(data, size); // nothing may be nowhere, which it does not take
}

template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) {}
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* data, std::size_t count) {
    wipe_bytes(data, count * sizeof(T));
    std::allocator<T>().deallocate(data, count);
  }
  bool operator==(const WipingAllocator&) const = default;
};

// Bytes on the heap only (no small-string buffer that a move would leave behind), so that the allocator sees
// all of them. Not for sharing between threads.
class SecretText {
public:
  SecretText() = default;
  explicit SecretText(std::string_view text) { append(text); }

  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  operator std::string_view() const { return view(); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }

  void append(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void insert(std::size_t at, std::string_view text) {
    bytes_.insert(bytes_.begin() + static_cast<std::ptrdiff_t>(at), text.begin(), text.end());
  }
  void erase(std::size_t at, std::size_t count) {
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
    bytes_.erase(first, first + static_cast<std::ptrdiff_t>(count));
  }
  // Overwrites the whole buffer, also what shorter text left behind in it, and empties it.
  void wipe() {
    bytes_.resize(bytes_.capacity());
    wipe_bytes(bytes_.data(), bytes_.size());
    bytes_.clear();
  }

private:
  std::vector<char, WipingAllocator<char>> bytes_;
};

// For the strings of types that are not ours to change.
inline void wipe(std::string& text) {
  text.resize(text.capacity());
  wipe_bytes(text.data(), text.size());
  text.clear();
}

} // namespace walkin::kiosk
