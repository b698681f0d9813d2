#include "shared/base/system.hpp"

#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
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

Result<Zone> load_zone(std::string_view name) {
  const bool is_name = !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos &&
                       name.find('\0') == std::string_view::npos;
  std::ifstream file;
  const std::filesystem::path path = fmt::format("/usr/share/zoneinfo/{}", name);
  std::error_code error;
  if (is_name && std::filesystem::is_regular_file(path, error)) file.open(path, std::ios::binary);
  if (!file.is_open())
    return fail(ErrorCode::not_found,
                fmt::format("This machine knows no time zone {}. Names are as in Europe/Oslo.", name),
                "time_zone");
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return Zone::parse(bytes);
}

} // namespace walkin::base
