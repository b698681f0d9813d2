// The console's pages: mustache templates, read once at the start.
#pragma once

#include "shared/base/result.hpp"

#include <filesystem>
#include <kainjow/mustache.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace walkin::desk {

// What a template is filled with. A text that is empty still opens its section, so say `has_x` for those.
using Data = kainjow::mustache::data;

Data data_list();

// Reads every *.html of a folder. {{> name}} is put in place when read; words for people stand in [[ ]], so
// that a catalogue can translate them in one place; {{name}} escapes, and no template may use {{{name}}} or
// {{& name}} (the constructor refuses it). Safe to render from any thread.
class Templates {
public:
  static base::Result<std::unique_ptr<Templates>> load(const std::filesystem::path& folder);

  // Throws std::out_of_range for a name that is not there.
  std::string render(const std::string& name, const Data& data) const;

private:
  std::map<std::string, std::unique_ptr<kainjow::mustache::mustache>> pages_;
};

} // namespace walkin::desk
