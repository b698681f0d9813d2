// Requests that the desk has refused, counted by station and written to the log: which, from where and why,
// nothing of what was in them, and not line after line.
#pragma once

#include "shared/base/clock.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace walkin::desk {

// Since the desk was started. Safe to call from any thread.
class Refusals {
public:
  struct Count {
    std::uint64_t requests = 0;
    std::string last_code; // as sync/PROTOCOL.md names it
    base::Instant last;
  };

  // `prefix`: of the station whose token the request had; "" for one without a good token.
  void note(std::string_view prefix, std::string_view address, int status, std::string_view code,
            base::Instant now);

  std::optional<Count> of_station(std::string_view prefix) const;
  Count of_strangers() const;

private:
  struct Line {
    base::Instant written;
    std::uint64_t left_out = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Count, std::less<>> counts_;
  std::map<std::string, Line, std::less<>> lines_;
};

} // namespace walkin::desk
