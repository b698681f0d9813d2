// The answer that carries an attachment, for stations and browsers alike.
#pragma once

#include "shared/domain/attachment.hpp"
#include "shared/store/blobs.hpp"

namespace httplib {
struct Request;
struct Response;
} // namespace httplib

namespace walkin::desk {

// 200, 206 for one range, 304 or 416, with the headers that keep a browser from showing or running it as a
// page of this desk. The content has to be there; it is read from the disk while it is sent.
void send_content(const httplib::Request& request, httplib::Response& response, const store::Blobs& blobs,
                  const domain::Attachment& attachment);

// RFC 6266 with RFC 8187: any name, and one of ASCII for programs that know no better.
std::string content_disposition(std::string_view name);

} // namespace walkin::desk
