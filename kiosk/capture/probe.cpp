#include "kiosk/capture/probe.hpp"

#include "shared/base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace walkin::kiosk::capture {

namespace {

constexpr std::size_t k_file_bytes_max = 256 * 1024;

class Descriptor {
public:
  explicit Descriptor(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

private:
  int fd_;
};

std::string why_not(int error, std::string_view file) {
  if (error == EACCES || error == EPERM) return fmt::format("Only the administrator may read {}.", file);
  if (error == ENOENT || error == ENOTDIR) return fmt::format("This machine has no {}.", file);
  return fmt::format("{} can't be read: {}.", file, std::strerror(error));
}

} // namespace

Probe::Text Probe::read(std::string_view absolute) const {
  const Descriptor file(path(absolute));
  if (file.get() < 0) return {{}, why_not(errno, absolute)};
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() < k_file_bytes_max) {
    const auto size = ::read(file.get(), piece.data(), piece.size());
    if (size == 0) break;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return {{}, why_not(errno, absolute)};
    text.append(piece.data(), static_cast<std::size_t>(size));
  }
  return {std::move(text), {}};
}

std::string plain_line(std::string_view raw) {
  raw = raw.substr(0, raw.find_first_of(std::string_view("\n\0", 2)));
  if (!base::is_valid_utf8(raw)) return {};
  std::string line;
  for (char c : raw)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) line += c;
  if (base::find_forbidden(line, false)) return {};
  return base::clean(line);
}

bool is_placeholder(std::string_view value) {
  static constexpr std::array<std::string_view, 17> k_placeholders{"to be filled by o.e.m.",
                                                                   "default string",
                                                                   "not specified",
                                                                   "not applicable",
                                                                   "none",
                                                                   "system product name",
                                                                   "system version",
                                                                   "system serial number",
                                                                   "system manufacturer",
                                                                   "chassis asset tag",
                                                                   "no asset tag",
                                                                   "no asset information",
                                                                   "asset-1234567890",
                                                                   "unknown",
                                                                   "n/a",
                                                                   "invalid",
                                                                   "oem"};
  const std::string folded = base::fold(value);
  if (std::ranges::find(k_placeholders, folded) != k_placeholders.end()) return true;
  // Zeros, blanks or dashes only.
  return folded.find_first_not_of("0 -._") == std::string::npos;
}

std::string Probe::value(std::string_view what, std::initializer_list<std::string_view> files) {
  std::string why;
  for (std::string_view file : files) {
    auto found = read(file);
    why = std::move(found.why);
    if (!why.empty()) continue;
    std::string line = plain_line(found.text);
    if (!line.empty() && !is_placeholder(line)) return line;
    why = fmt::format("The maker left {} blank.", file);
  }
  miss(what, std::move(why));
  return {};
}

} // namespace walkin::kiosk::capture
