#include "sync/desk/refusals.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace walkin::desk {

namespace {

constexpr base::Millis k_line_interval = std::chrono::minutes(1); // between lines about the same
constexpr std::size_t k_lines_max = 200;                          // different ones in that time

} // namespace

void Refusals::note(std::string_view prefix, std::string_view address, int status, std::string_view code,
                    base::Instant now) {
  std::lock_guard lock(mutex_);
  Count& count = counts_[std::string(prefix)];
  ++count.requests;
  count.last_code = code;
  count.last = now;

  std::string who = prefix.empty() ? fmt::format("from {}", address) : fmt::format("of station {}", prefix);
  std::string about = fmt::format("{} {} {}", who, status, code);
  auto line = lines_.find(about);
  if (line == lines_.end()) {
    if (lines_.size() >= k_lines_max)
      std::erase_if(lines_, [&](const auto& entry) {
        return now < entry.second.written || now - entry.second.written >= k_line_interval;
      });
    if (lines_.size() >= k_lines_max) return;
    line = lines_.emplace(about, Line{now}).first;
  } else if (now >= line->second.written && now - line->second.written < k_line_interval) {
    ++line->second.left_out;
    return;
  }
  std::string more =
      line->second.left_out > 0 ? fmt::format(", {} more since the last line", line->second.left_out) : "";
  line->second = {now, 0};
  spdlog::warn("a request {} was refused: {} {}{}", who, status, code, more);
}

std::optional<Refusals::Count> Refusals::of_station(std::string_view prefix) const {
  std::lock_guard lock(mutex_);
  auto found = counts_.find(prefix);
  return found == counts_.end() ? std::nullopt : std::optional(found->second);
}

Refusals::Count Refusals::of_strangers() const { return of_station("").value_or(Count{}); }

} // namespace walkin::desk
