// Settings of a site by the names that the shell and forms know: "printer", "hours.mon", "day.2026-12-24".
#pragma once

#include "shared/domain/reference.hpp"

#include <filesystem>

namespace walkin::desk {

// Reads "key=value" into the settings. Errors: invalid, in words; nothing was changed.
base::Status set_site_key(domain::SiteSettings& settings, std::string_view assignment);

// A picture that check_logo takes. Errors: invalid, in words.
base::Result<std::string> read_logo(const std::filesystem::path& file);

// All keys with what they mean, a line each.
std::string_view site_keys_help();

} // namespace walkin::desk
