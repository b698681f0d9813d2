// Style, script and fonts, read once at the start and sent with a name that changes when they do.
#pragma once

#include "shared/base/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace walkin::desk {

struct Asset {
  std::string bytes;
  std::string media_type;
  std::string version; // of its bytes: the same bytes, the same version
};

class Assets {
public:
  // `folder` holds console.css and console.js; Bootstrap, Inter and the icons come from the system's
  // packages. Errors: unusable, naming what is missing and the package that brings it.
  static base::Result<Assets> load(const std::filesystem::path& folder);

  const Asset* find(std::string_view name) const;
  // "/assets/console.css?v=1a2b3c4d"
  std::string address(std::string_view name) const;

private:
  std::map<std::string, Asset, std::less<>> assets_;
};

} // namespace walkin::desk
