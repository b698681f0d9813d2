#include "kiosk/instance_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace walkin::kiosk {

base::Result<std::unique_ptr<InstanceLock>> InstanceLock::take(const std::filesystem::path& directory) {
  const auto file = directory / "kiosk.lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    if (error == EACCES || error == EROFS || error == EPERM)
      return base::fail(
          base::ErrorCode::no_space,
          fmt::format("The folder {} can only be read. Give this user the right to write to it.",
                      directory.string()),
          directory.string());
    return base::fail(
        base::ErrorCode::unusable,
        fmt::format("The folder {} can't be used: {}.", directory.string(), std::strerror(error)),
        directory.string());
  }
  std::unique_ptr<InstanceLock> lock(new InstanceLock(descriptor));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return base::fail(
        base::ErrorCode::busy,
        fmt::format("Another kiosk is running on the station in {}. Close it first.", directory.string()),
        directory.string());
  return lock;
}

InstanceLock::~InstanceLock() { ::close(descriptor_); }

} // namespace walkin::kiosk
