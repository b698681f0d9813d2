// What the commands print: one JSON document, or text for people.
#pragma once

#include "kiosk/capture/capture.hpp"
#include "shared/domain/attachment.hpp"
#include "shared/store/station.hpp"
#include "sync/http/runner.hpp"
#include "sync/http/upload.hpp"

#include <string>
#include <vector>

namespace walkin::cli {

std::string registered_json(const store::Registered& registered);
std::string ticket_json(const domain::Ticket& ticket);
std::string list_json(const std::vector<store::TicketRow>& rows);
std::string status_json(const store::StationIdentity& identity, const store::StationStatus& status);
std::string sync_json(const sync::Summary& summary, const sync::LaneSummary& files,
                      const store::StationStatus& status);
std::string fetched_json(const domain::Attachment& attachment, const std::string& file);
std::string digest_json(const std::vector<store::ScopeDigest>& digests);
std::string matches_json(const std::vector<store::Match>& found);
std::string link_json(const std::string& link);
std::string capture_json(const kiosk::capture::SystemDetails& details);
// The inventory format of GLPI (https://github.com/glpi-project/inventory_format), the sections we know of.
std::string capture_glpi(const kiosk::capture::SystemDetails& details);
std::string error_json(const base::Error& error);

std::string ticket_text(const domain::Ticket& ticket);
std::string list_text(const std::vector<store::TicketRow>& rows);
std::string status_text(const store::StationIdentity& identity, const store::StationStatus& status);
std::string matches_text(const std::vector<store::Match>& found);
std::string capture_text(const kiosk::capture::SystemDetails& details);

} // namespace walkin::cli
