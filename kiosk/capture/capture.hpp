// What this machine is: read from the files in which Linux tells it. Needs no rights; what only the
// administrator may read is missing then, and says so.
//
//   const auto details = capture::capture();
//   registration.computer = capture::to_computer(details);
#pragma once

#include "shared/domain/registration.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::kiosk::capture {

struct NetworkAddress {
  std::string address; // 192.0.2.7, 2001:db8::7
  bool is_v6 = false;
};

struct NetworkInterface {
  std::string name, mac;
  bool is_up = false;
  std::vector<NetworkAddress> addresses; // none of them link-local
};

struct Disk {
  std::string name, model;
  std::int64_t size_mb = 0;
};

// Something that could not be found out. Not an error: a virtual machine has no serial number.
struct Missing {
  std::string what; // the member's name in SystemDetails: "serial"
  std::string why;  // in words: "Only the administrator may read /sys/class/dmi/id/product_serial."
};

// A text that is empty is in `missing`.
struct SystemDetails {
  std::string hostname;
  std::string os, os_version, os_id; // "Debian GNU/Linux", "12 (bookworm)", "debian"
  std::string kernel, architecture;  // "6.1.0-18-amd64", "x86_64"
  std::string vendor, model;         // as people call it: "ThinkPad T14 Gen 2", not "20W0003XMX"
  std::string product_code;          // what the maker calls it, where that is something else
  std::string serial, asset_tag;
  std::string firmware_vendor, firmware_version, firmware_date;
  std::string processor;
  std::optional<int> processor_threads;
  std::optional<std::int64_t> memory_mb;    // installed, else what the system can use of it
  std::vector<Disk> disks;                  // without what can be pulled out while it runs
  std::vector<NetworkInterface> interfaces; // without loopback
  std::vector<Missing> missing;
};

// `root` is where /proc, /sys and /etc are looked for; tests give a folder. Addresses and architecture are
// asked of the running system and only when `root` is "/". Blocks for a few milliseconds; from any thread;
// never throws for what it finds.
SystemDetails capture(const std::filesystem::path& root = "/");

// Shortened and checked so that domain::validate takes it.
domain::ComputerDetails to_computer(const SystemDetails& details);

} // namespace walkin::kiosk::capture
