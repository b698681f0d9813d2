#include "sync/desk/web/assets.hpp"

#include "shared/base/hash.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace walkin::desk {

namespace {

struct Source {
  std::string_view name;
  std::string_view media_type;
  std::string_view path;    // absolute, or within the assets folder
  std::string_view package; // that brings it
};

constexpr Source k_sources[] = {
    {"console.css", "text/css; charset=utf-8", "console.css", "walkin"},
    {"status.css", "text/css; charset=utf-8", "status.css", "walkin"},
    {"console.js", "text/javascript; charset=utf-8", "console.js", "walkin"},
    {"mark.svg", "image/svg+xml", "mark.svg", "walkin"},
    {"reboot.css", "text/css; charset=utf-8", "/usr/share/javascript/bootstrap5/css/bootstrap-reboot.min.css",
     "libjs-bootstrap5"},
    {"inter-regular.otf", "font/otf", "/usr/share/fonts/opentype/inter/Inter-Regular.otf", "fonts-inter"},
    {"inter-semibold.otf", "font/otf", "/usr/share/fonts/opentype/inter/Inter-SemiBold.otf", "fonts-inter"},
    {"inter-display-bold.otf", "font/otf", "/usr/share/fonts/opentype/inter/InterDisplay-Bold.otf",
     "fonts-inter"},
    {"icons.woff2", "font/woff2",
     "/usr/share/fonts/woff/materialdesignicons-webfont/materialdesignicons-webfont.woff2",
     "fonts-materialdesignicons-webfont"},
};

} // namespace

base::Result<Assets> Assets::load(const std::filesystem::path& folder) {
  Assets assets;
  for (const Source& source : k_sources) {
    std::filesystem::path path = folder / source.path; // an absolute path replaces the folder
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (!file || bytes.empty())
      return base::fail(
          base::ErrorCode::unusable,
          fmt::format("{} cannot be read. The package {} brings it.", path.string(), source.package),
          path.string());
    std::string version = base::hash_of(bytes).str().substr(0, 12);
    assets.assets_.emplace(source.name, Asset{std::move(bytes), std::string(source.media_type), version});
  }
  // The style names the fonts, so their versions are part of it.
  Asset& style = assets.assets_.at("console.css");
  for (std::string_view font :
       {"inter-regular.otf", "inter-semibold.otf", "inter-display-bold.otf", "icons.woff2"}) {
    auto at = style.bytes.find(fmt::format("url({})", font));
    if (at != std::string::npos)
      style.bytes.replace(at, font.size() + 5, fmt::format("url({})", assets.address(font)));
  }
  style.version = base::hash_of(style.bytes).str().substr(0, 12);
  return assets;
}

const Asset* Assets::find(std::string_view name) const {
  auto found = assets_.find(name);
  return found == assets_.end() ? nullptr : &found->second;
}

std::string Assets::address(std::string_view name) const {
  const Asset* asset = find(name);
  return fmt::format("/assets/{}?v={}", name, asset ? asset->version : "0");
}

} // namespace walkin::desk
