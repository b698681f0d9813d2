#include "shared/base/system.hpp"

#include <ctime>
#include <sodium.h>
#include <stdexcept>

namespace walkin::base {

Instant SystemClock::now() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

std::chrono::sys_days SystemClock::local_day(Instant instant) const {
  std::time_t seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  std::tm local{};
  localtime_r(&seconds, &local);
  return std::chrono::sys_days{std::chrono::year{local.tm_year + 1900} /
                               std::chrono::month{static_cast<unsigned>(local.tm_mon + 1)} /
                               std::chrono::day{static_cast<unsigned>(local.tm_mday)}};
}

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not start");
}

void SystemRandom::fill(std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); }

} // namespace walkin::base
