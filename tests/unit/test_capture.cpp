#include "kiosk/capture/capture.hpp"
#include "kiosk/capture/probe.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace walkin;
using namespace walkin::kiosk::capture;

namespace {

namespace fs = std::filesystem;

// A machine made of files, gone at the end of the test.
class Machine {
public:
  Machine() {
    std::string name = (fs::temp_directory_path() / "walkin-capture-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
  }
  ~Machine() { fs::remove_all(root_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void has(std::string_view path, std::string_view text) {
    const fs::path file = root_ / path.substr(1);
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  SystemDetails captured() const { return kiosk::capture::capture(root_); }
  const fs::path& root() const { return root_; }

private:
  fs::path root_;
};

std::string why(const SystemDetails& details, std::string_view what) {
  const auto found = std::ranges::find(details.missing, what, &Missing::what);
  return found == details.missing.end() ? "(not missing)" : found->why;
}

void is_a_laptop(Machine& machine) {
  machine.has("/proc/sys/kernel/hostname", "pc-20418\n");
  machine.has("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  machine.has("/etc/os-release",
              "# a comment\nNAME=\"Debian GNU/Linux\"\nVERSION=\"12 (bookworm)\"\nID=debian\n");
  machine.has("/sys/class/dmi/id/sys_vendor", "LENOVO\n");
  machine.has("/sys/class/dmi/id/product_name", "20W0003XMX\n");
  machine.has("/sys/class/dmi/id/product_version", "ThinkPad T14 Gen 2i\n");
  machine.has("/sys/class/dmi/id/product_serial", "PF2ABCDE\n");
  machine.has("/sys/class/dmi/id/chassis_asset_tag", "PC-20418\n");
  machine.has("/sys/class/dmi/id/bios_vendor", "LENOVO\n");
  machine.has("/sys/class/dmi/id/bios_version", "N34ET58W (1.58)\n");
  machine.has("/sys/class/dmi/id/bios_date", "09/04/2023\n");
  machine.has("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5-1135G7\n\nprocessor\t: 1\n"
                               "model name\t: Intel(R) Core(TM) i5-1135G7\n");
  machine.has("/proc/meminfo", "MemTotal:       16155692 kB\nMemFree: 1 kB\n");
  machine.has("/sys/block/nvme0n1/size", "1000215216\n");
  machine.has("/sys/block/nvme0n1/removable", "0\n");
  machine.has("/sys/block/nvme0n1/device/model", "SAMSUNG MZVL2512HCJQ-00BL7\n");
  machine.has("/sys/block/loop0/size", "8\n");
  machine.has("/sys/block/sda/size", "60000000\n");
  machine.has("/sys/block/sda/removable", "1\n");
  machine.has("/sys/block/sda/device/model", "USB stick\n");
  machine.has("/sys/class/net/lo/address", "00:00:00:00:00:00\n");
  machine.has("/sys/class/net/enp0s31f6/address", "54:e1:ad:00:11:22\n");
  machine.has("/sys/class/net/enp0s31f6/operstate", "up\n");
}

} // namespace

TEST_CASE("a laptop tells what it is, under the names people use") {
  Machine machine;
  is_a_laptop(machine);
  const SystemDetails details = machine.captured();
  CHECK(details.hostname == "pc-20418");
  CHECK(details.os == "Debian GNU/Linux");
  CHECK(details.os_version == "12 (bookworm)");
  CHECK(details.kernel == "6.1.0-18-amd64");
  CHECK(details.model == "ThinkPad T14 Gen 2i");
  CHECK(details.product_code == "20W0003XMX");
  CHECK(details.serial == "PF2ABCDE");
  CHECK(details.processor == "Intel(R) Core(TM) i5-1135G7");
  CHECK(details.processor_threads == 2);
  CHECK(details.memory_mb == 15777);
  REQUIRE(details.disks.size() == 1); // neither the loop nor the stick
  CHECK(details.disks[0].size_mb == 488386);
  CHECK(details.disks[0].model == "SAMSUNG MZVL2512HCJQ-00BL7");
  REQUIRE(details.interfaces.size() == 1);
  CHECK(details.interfaces[0].mac == "54:e1:ad:00:11:22");
  CHECK(details.interfaces[0].is_up);
  CHECK(details.missing.size() == 1); // the architecture, which no file tells
}

TEST_CASE("what was captured is a registration's computer that the domain takes") {
  Machine machine;
  is_a_laptop(machine);
  domain::Registration registration;
  registration.contact.email = "a@b.org";
  registration.computer = to_computer(machine.captured());
  CHECK(registration.computer.model == "LENOVO ThinkPad T14 Gen 2i");
  CHECK(registration.computer.asset_tag == "PC-20418");
  CHECK(registration.computer.memory_mb == 15777);
  CHECK(domain::validate(registration).has_value());
}

TEST_CASE("memory is what is plugged in, where the blocks tell it") {
  Machine machine;
  is_a_laptop(machine);
  machine.has("/sys/devices/system/memory/block_size_bytes", "8000000\n"); // 128 MB, in hexadecimal
  for (int i = 0; i < 128; ++i)
    machine.has("/sys/devices/system/memory/memory" + std::to_string(i) + "/online", "1\n");
  machine.has("/sys/devices/system/memory/memory128/online", "0\n");
  CHECK(machine.captured().memory_mb == 16384);
}

TEST_CASE("a machine that tells nothing is no error, and every gap has its reason") {
  Machine machine;
  const SystemDetails details = machine.captured();
  for (std::string_view what : {"hostname", "kernel", "os", "vendor", "model", "serial", "asset_tag",
                                "processor", "memory_mb", "disks", "interfaces"}) {
    CAPTURE(what);
    CHECK(why(details, what) != "(not missing)");
    CHECK_FALSE(why(details, what).empty());
  }
  CHECK(why(details, "kernel") == "This machine has no /proc/sys/kernel/osrelease.");
  const auto computer = to_computer(details);
  CHECK(computer.model.empty());
  CHECK_FALSE(computer.memory_mb);
}

TEST_CASE("what a maker left in the place of a value is not taken for one") {
  Machine machine;
  machine.has("/sys/class/dmi/id/sys_vendor", "ASUS\n");
  machine.has("/sys/class/dmi/id/product_name", "System Product Name\n");
  machine.has("/sys/class/dmi/id/board_name", "PRIME B450M-A\n");
  machine.has("/sys/class/dmi/id/product_serial", "To Be Filled By O.E.M.\n");
  machine.has("/sys/class/dmi/id/chassis_serial", "00000000\n");
  machine.has("/sys/class/dmi/id/chassis_asset_tag", "No Asset Tag\n");
  const SystemDetails details = machine.captured();
  CHECK(details.model == "PRIME B450M-A");
  CHECK(details.serial.empty());
  CHECK(why(details, "serial") == "The maker left /sys/class/dmi/id/chassis_serial blank.");
  CHECK(details.asset_tag.empty());
}

TEST_CASE("a file that only the administrator may read says so") {
  if (::geteuid() == 0) return; // who may read everything
  Machine machine;
  machine.has("/sys/class/dmi/id/product_serial", "SECRET\n");
  fs::permissions(machine.root() / "sys/class/dmi/id/product_serial", fs::perms::none);
  CHECK(why(machine.captured(), "serial").starts_with("Only the administrator may read"));
}

TEST_CASE("files with nonsense in them give nothing rather than nonsense") {
  Machine machine;
  machine.has("/proc/sys/kernel/hostname", "\xff\xfe bad\n");
  machine.has("/etc/os-release", "NAME=\"un\\\"quoted\\\\\nVERSION\n=\n\xff");
  machine.has("/proc/meminfo", "MemTotal: lots\n");
  machine.has("/sys/class/dmi/id/product_name", std::string("Model\0hidden", 12) + "\x1b[31m\n");
  machine.has("/sys/class/dmi/id/chassis_asset_tag", "not a tag, really\n");
  machine.has("/sys/devices/system/memory/block_size_bytes", "zz\n");
  const SystemDetails details = machine.captured();
  CHECK(details.hostname.empty());
  CHECK_FALSE(details.memory_mb);
  CHECK(details.model == "Model");
  CHECK(to_computer(details).asset_tag.empty()); // no label could be told from it
}

TEST_CASE("a file without end is read up to a limit") {
  Machine machine;
  machine.has("/proc/sys/kernel/hostname", std::string(10 << 20, 'x'));
  CHECK(machine.captured().hostname.size() <= 256 * 1024);
  CHECK(to_computer(machine.captured()).hostname.size() <= 256);
}

TEST_CASE("the machine that runs this test can be captured") {
  const SystemDetails details = kiosk::capture::capture();
  CHECK_FALSE(details.kernel.empty());
  CHECK_FALSE(details.architecture.empty());
  CHECK(details.processor_threads.value_or(0) > 0);
  CHECK(details.memory_mb.value_or(0) > 0);
  for (const auto& missing : details.missing) CHECK_FALSE(missing.why.empty());
}
