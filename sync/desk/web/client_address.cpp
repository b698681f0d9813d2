#include "sync/desk/web/client_address.hpp"

#include <httplib.h>
#include <string_view>

namespace walkin::desk {

namespace {

constexpr std::size_t k_address_bytes_max = 64;

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address == "::ffff:127.0.0.1";
}

} // namespace

std::string client_address(const httplib::Request& request) {
  // Nobody but a proxy on this machine is believed.
  std::string forwarded = request.get_header_value("X-Forwarded-For");
  if (forwarded.empty() || !is_loopback(request.remote_addr)) return request.remote_addr;
  auto last = forwarded.rfind(',');
  std::string address = last == std::string::npos ? forwarded : forwarded.substr(last + 1);
  std::erase(address, ' ');
  return address.substr(0, k_address_bytes_max);
}

} // namespace walkin::desk
