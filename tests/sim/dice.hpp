// All chance of the simulator comes from one seed through these, so that a seed tells a whole world.
#pragma once

#include "shared/base/clock.hpp"

#include <cstdint>

namespace walkin::sim {

// splitmix64 (Steele, Lea, Flood, 2014): small, quick, and the same on every machine.
class Dice {
public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; } // bound > 0
  int number(int least, int most) {
    return least + static_cast<int>(below(static_cast<std::uint64_t>(most - least + 1)));
  }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }

private:
  std::uint64_t state_;
};

// What the programs take for the system's random bytes.
class SimRandom final : public base::Random {
public:
  explicit SimRandom(std::uint64_t seed) : dice_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(dice_.next() >> 32);
  }

private:
  Dice dice_;
};

// The world's time, and a machine's idea of it.
struct TrueTime {
  std::int64_t now_ms = 0;
};

class SimClock final : public base::Clock {
public:
  explicit SimClock(const TrueTime& time) : time_(&time), drift_from_ms_(time.now_ms) {}
  base::Instant now() const override {
    std::int64_t since = time_->now_ms - drift_from_ms_;
    return base::from_ms(time_->now_ms + offset_ms_ + since * drift_ppm_ / 1'000'000);
  }
  void set_offset(std::int64_t ms) {
    offset_ms_ = ms;
    drift_from_ms_ = time_->now_ms;
  }
  void set_drift(std::int64_t parts_per_million) {
    drift_ppm_ = parts_per_million;
    drift_from_ms_ = time_->now_ms;
  }

private:
  const TrueTime* time_;
  std::int64_t offset_ms_ = 0, drift_ppm_ = 0, drift_from_ms_;
};

} // namespace walkin::sim
