#include "kiosk/capture/capture.hpp"

#include "kiosk/capture/probe.hpp"
#include "shared/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <map>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/utsname.h>

namespace walkin::kiosk::capture {

namespace {

constexpr std::string_view k_dmi = "/sys/class/dmi/id/";
constexpr std::size_t k_entries_max = 64; // interfaces and disks: more than any machine at a help desk has

std::optional<std::int64_t> parse_number(std::string_view text, int base = 10) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

// Calls visit(line) for each line without its line feed.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    visit(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

// The names in a folder, sorted; none where there is no such folder.
std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (names.size() < k_entries_max * 16) names.push_back(at->path().filename().string());
  std::ranges::sort(names);
  return names;
}

// os-release(5): NAME="Debian GNU/Linux", with quotes or without, and \ before what has a meaning in a shell.
std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
    value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return plain_line(text);
}

void read_system(Probe& probe, SystemDetails& out) {
  out.hostname = probe.value("hostname", {"/proc/sys/kernel/hostname", "/etc/hostname"});
  out.kernel = probe.value("kernel", {"/proc/sys/kernel/osrelease"});
  auto release = probe.read("/etc/os-release");
  if (!release.why.empty()) release = probe.read("/usr/lib/os-release");
  if (!release.why.empty()) {
    probe.miss("os", release.why);
    return;
  }
  std::map<std::string, std::string, std::less<>> values;
  for_each_line(release.text, [&](std::string_view line) {
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && !line.starts_with('#'))
      values[std::string(line.substr(0, equals))] = unquoted(line.substr(equals + 1));
  });
  out.os = values["NAME"];
  // Rolling distributions have no version.
  out.os_version = !values["VERSION"].empty() ? values["VERSION"] : values["VERSION_ID"];
  out.os_id = values["ID"];
  if (out.os.empty()) probe.miss("os", "The os-release file does not give a name.");
  if (out.os_version.empty()) probe.miss("os_version", "This system has no version.");
}

std::string dmi(std::string_view name) { return fmt::format("{}{}", k_dmi, name); }

void read_machine(Probe& probe, SystemDetails& out) {
  out.vendor = probe.value("vendor", {dmi("sys_vendor"), dmi("board_vendor")});
  // Lenovo puts the name that people know into the version and its own number into the name.
  const bool name_in_version = base::fold(out.vendor) == "lenovo";
  if (name_in_version) {
    out.model = probe.value("model", {dmi("product_version"), dmi("product_name")});
    const std::string code = plain_line(probe.read(dmi("product_name")).text);
    if (code != out.model) out.product_code = code;
  } else {
    out.model = probe.value("model", {dmi("product_name"), dmi("board_name")});
  }
  out.serial = probe.value("serial", {dmi("product_serial"), dmi("chassis_serial")});
  out.asset_tag = probe.value("asset_tag", {dmi("chassis_asset_tag"), dmi("board_asset_tag")});
  out.firmware_vendor = probe.value("firmware_vendor", {dmi("bios_vendor")});
  out.firmware_version = probe.value("firmware_version", {dmi("bios_version")});
  out.firmware_date = probe.value("firmware_date", {dmi("bios_date")});
}

void read_processor(Probe& probe, SystemDetails& out) {
  const auto info = probe.read("/proc/cpuinfo");
  if (!info.why.empty()) {
    probe.miss("processor", info.why);
    return;
  }
  int threads = 0;
  for_each_line(info.text, [&](std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto key = plain_line(line.substr(0, colon));
    if (key == "processor") ++threads;
    if (out.processor.empty() && (key == "model name" || key == "Model"))
      out.processor = plain_line(line.substr(colon + 1));
  });
  if (threads > 0) out.processor_threads = threads;
  if (out.processor.empty()) probe.miss("processor", "/proc/cpuinfo does not name it.");
}

// What is plugged in, from the blocks of memory that are online; the kernel's own share is part of it.
std::optional<std::int64_t> installed_memory_mb(const Probe& probe) {
  constexpr std::string_view k_memory = "/sys/devices/system/memory";
  const auto size =
      parse_number(plain_line(probe.read(fmt::format("{}/block_size_bytes", k_memory)).text), 16);
  if (!size || *size <= 0) return std::nullopt;
  std::int64_t blocks = 0;
  for (const auto& name : names_in(probe.path(k_memory)))
    if (name.starts_with("memory") && name.size() > 6 && name[6] >= '0' && name[6] <= '9') {
      const auto online = probe.read(fmt::format("{}/{}/online", k_memory, name));
      if (online.why.empty() && plain_line(online.text) == "1") ++blocks;
    }
  if (blocks == 0) return std::nullopt;
  return blocks * (*size / (1024 * 1024));
}

void read_memory(Probe& probe, SystemDetails& out) {
  out.memory_mb = installed_memory_mb(probe);
  if (out.memory_mb) return;
  const auto info = probe.read("/proc/meminfo");
  for_each_line(info.text, [&](std::string_view line) {
    if (!line.starts_with("MemTotal:")) return;
    line.remove_prefix(9);
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ')));
    if (const auto kb = parse_number(line)) out.memory_mb = *kb / 1024;
  });
  if (!out.memory_mb)
    probe.miss("memory_mb", info.why.empty() ? "/proc/meminfo does not tell it." : info.why);
}

void read_disks(Probe& probe, SystemDetails& out) {
  constexpr std::string_view k_block = "/sys/block";
  for (const auto& name : names_in(probe.path(k_block))) {
    const std::string folder = fmt::format("{}/{}/", k_block, name);
    // Loops, memory disks and the like have no device behind them.
    std::error_code error;
    if (!std::filesystem::exists(probe.path(folder + "device"), error)) continue;
    if (plain_line(probe.read(folder + "removable").text) == "1") continue;
    const auto sectors = parse_number(plain_line(probe.read(folder + "size").text));
    if (!sectors || *sectors <= 0 || out.disks.size() >= k_entries_max) continue;
    constexpr std::int64_t k_sectors_per_mb = 2048; // always of 512 bytes here, whatever the disk's own are
    out.disks.push_back(
        {name, plain_line(probe.read(folder + "device/model").text), *sectors / k_sectors_per_mb});
  }
  if (out.disks.empty()) probe.miss("disks", "No disk with a device behind it is listed in /sys/block.");
}

void read_interfaces(Probe& probe, SystemDetails& out) {
  constexpr std::string_view k_net = "/sys/class/net";
  for (const auto& name : names_in(probe.path(k_net))) {
    if (name == "lo" || out.interfaces.size() >= k_entries_max) continue;
    const auto of = [&](std::string_view file) {
      return plain_line(probe.read(fmt::format("{}/{}/{}", k_net, name, file)).text);
    };
    NetworkInterface interface;
    interface.name = name;
    interface.mac = of("address");
    interface.is_up = of("operstate") == "up";
    out.interfaces.push_back(std::move(interface));
  }
  if (out.interfaces.empty()) probe.miss("interfaces", "No network interface is listed in /sys/class/net.");
}

bool is_link_local(const in6_addr& address) { return IN6_IS_ADDR_LINKLOCAL(&address) != 0; }
bool is_link_local(const in_addr& address) { return (ntohl(address.s_addr) >> 16) == 0xa9fe; } // 169.254/16

std::optional<NetworkAddress> address_of(const sockaddr* socket) {
  if (!socket) return std::nullopt;
  char text[INET6_ADDRSTRLEN] = {};
  if (socket->sa_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in*>(socket)->sin_addr;
    if (is_link_local(address) || !inet_ntop(AF_INET, &address, text, sizeof text)) return std::nullopt;
    return NetworkAddress{text, false};
  }
  if (socket->sa_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6*>(socket)->sin6_addr;
    if (is_link_local(address) || !inet_ntop(AF_INET6, &address, text, sizeof text)) return std::nullopt;
    return NetworkAddress{text, true};
  }
  return std::nullopt;
}

// Of the running system: the kernel gives these by calls and not by files.
void read_live(Probe& probe, SystemDetails& out) {
  utsname names{};
  if (::uname(&names) == 0) out.architecture = plain_line(names.machine);

  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    probe.miss("interfaces", "The system did not give its network addresses.");
    return;
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  for (const ifaddrs* at = list; at; at = at->ifa_next) {
    const auto found =
        std::ranges::find(out.interfaces, std::string_view(at->ifa_name), &NetworkInterface::name);
    if (found == out.interfaces.end()) continue;
    if (auto address = address_of(at->ifa_addr)) found->addresses.push_back(std::move(*address));
  }
}

// In the domain's limit, and nothing at all where the rule of the field would refuse it.
std::string fitting(std::string_view field, std::string_view value) {
  std::string text = base::shorten(value, domain::limit_of(field));
  return domain::check_text(field, text) ? std::string() : text;
}

} // namespace

SystemDetails capture(const std::filesystem::path& root) {
  SystemDetails out;
  Probe probe(root, out.missing);
  read_system(probe, out);
  read_machine(probe, out);
  read_processor(probe, out);
  read_memory(probe, out);
  read_disks(probe, out);
  read_interfaces(probe, out);
  if (root == "/")
    read_live(probe, out);
  else
    probe.miss("architecture", "It is known of the running system only.");
  return out;
}

domain::ComputerDetails to_computer(const SystemDetails& details) {
  domain::ComputerDetails out;
  out.asset_tag = fitting("computer.asset_tag", details.asset_tag);
  out.os = fitting("computer.os", details.os);
  out.os_version = fitting("computer.os_version", details.os_version);
  out.serial = fitting("computer.serial", details.serial);
  out.hostname = fitting("computer.hostname", details.hostname);
  // "Dell Inc. Latitude 7420", but not "LENOVO Lenovo Yoga".
  const bool named = base::fold(details.model).starts_with(base::fold(details.vendor));
  const bool both = !named && !details.vendor.empty() && !details.model.empty();
  out.model =
      fitting("computer.model", both ? fmt::format("{} {}", details.vendor, details.model) : details.model);
  if (details.memory_mb && !domain::check_memory_mb(*details.memory_mb)) out.memory_mb = details.memory_mb;
  return out;
}

} // namespace walkin::kiosk::capture
