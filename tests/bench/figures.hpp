// Measured figures beside their budgets, and the table they make.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace walkin::bench {

using SteadyClock = std::chrono::steady_clock;

inline double ms_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

class Samples {
public:
  template <class Run>
  void time(Run run) {
    auto start = SteadyClock::now();
    run();
    ms_.push_back(ms_since(start));
  }
  void add(double ms) { ms_.push_back(ms); }
  // The value that `share` of all samples do not exceed.
  double quantile(double share) {
    std::ranges::sort(ms_);
    return ms_.empty() ? 0
                       : ms_[std::min(ms_.size() - 1,
                                      static_cast<std::size_t>(share * static_cast<double>(ms_.size())))];
  }
  std::string text() {
    return fmt::format("p50 {:.2f}, p99 {:.2f}, max {:.2f} ms of {}", quantile(0.5), quantile(0.99),
                       quantile(1), ms_.size());
  }

private:
  std::vector<double> ms_;
};

// One line of the table: what, measured, budget, met or not. A figure without a budget is for comparison.
inline void report(const std::string& what, const std::string& measured, const std::string& budget,
                   bool is_met) {
  fmt::print("{:<52} {:<52} {:<22} {}\n", what, measured, budget,
             budget.empty() ? ""
             : is_met       ? "met"
                            : "NOT MET");
  std::fflush(stdout);
}

} // namespace walkin::bench
