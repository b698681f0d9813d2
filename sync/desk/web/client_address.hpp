// Who asks, for limits by address.
#pragma once

#include <string>

namespace httplib {
struct Request;
}

namespace walkin::desk {

// The address of the connection; of a proxy on this machine, the one that it says it asks for.
std::string client_address(const httplib::Request& request);

} // namespace walkin::desk
