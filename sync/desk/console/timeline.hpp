// A ticket's history as the ticket page shows it: three voices on three papers.
#pragma once

#include "shared/domain/attachment.hpp"
#include "sync/desk/web/templates.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace walkin::desk {

using NameLookup = std::function<std::string(std::string_view user_name)>;
using FileLookup = std::function<bool(const base::Sha256&)>;

struct TimelineLookups {
  const NameLookup& full_name;
  const FileLookup& has_file; // whether the content of an attachment has arrived
};

// Sets "entries" (and, over 30, "first", "earlier" with "earlier_count") in `page`: oldest first. `may_work`:
// whether a value that lost may be taken back by the viewer.
void set_timeline(Data& page, const domain::Ticket& ticket, base::Instant now, const TimelineLookups& lookups,
                  bool may_work);

} // namespace walkin::desk
