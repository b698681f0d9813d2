#include "sync/desk/web/templates.hpp"

#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace walkin::desk {

namespace {

using Sources = std::map<std::string, std::string>;
constexpr int k_depth_max = 8;

// The source with its partials in place, lines stripped of their indent (which would only be sent over and
// over) and the marks around translatable words taken away.
base::Result<std::string> put_together(const Sources& sources, const std::string& name, int depth) {
  auto broken = [&](std::string_view why) {
    return base::fail(base::ErrorCode::unusable, fmt::format("The page template {} {}.", name, why), name);
  };
  auto found = sources.find(name);
  if (found == sources.end()) return broken("is missing");
  if (depth > k_depth_max) return broken("includes itself");
  std::string out;
  std::string_view rest = found->second;
  while (!rest.empty()) {
    auto tag = rest.find("{{>");
    out += rest.substr(0, tag);
    if (tag == std::string_view::npos) break;
    auto end = rest.find("}}", tag);
    if (end == std::string_view::npos) return broken("has an open {{>");
    std::string partial(rest.substr(tag + 3, end - tag - 3));
    std::erase(partial, ' ');
    auto inner = put_together(sources, partial, depth + 1);
    if (!inner) return inner;
    if (!inner->empty() && inner->back() == '\n') inner->pop_back();
    out += *inner;
    rest = rest.substr(end + 2);
  }
  if (out.find("{{{") != std::string::npos || out.find("{{&") != std::string::npos)
    return broken("has text that is not escaped");
  return out;
}

std::string without_marks_and_indent(std::string_view source) {
  std::string out;
  bool at_line_start = true;
  for (std::size_t i = 0; i < source.size(); ++i) {
    char c = source[i];
    if (at_line_start && c == ' ') continue;
    at_line_start = c == '\n';
    bool is_mark = (c == '[' || c == ']') && i + 1 < source.size() && source[i + 1] == c;
    if (is_mark)
      ++i;
    else
      out += c;
  }
  return out;
}

} // namespace

Data data_list() { return Data(Data::type::list); }

base::Result<std::unique_ptr<Templates>> Templates::load(const std::filesystem::path& folder) {
  Sources sources;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".html") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    sources.emplace(entry.path().stem().string(), text.str());
  }
  if (error || sources.empty())
    return base::fail(base::ErrorCode::unusable,
                      fmt::format("The console's pages are not in {}. Install Walkin anew, or name their "
                                  "folder with --assets.",
                                  folder.string()),
                      folder.string());
  auto templates = std::make_unique<Templates>();
  for (const auto& [name, source] : sources) {
    auto whole = put_together(sources, name, 0);
    if (!whole) return base::forward_error(whole);
    auto page = std::make_unique<kainjow::mustache::mustache>(without_marks_and_indent(*whole));
    if (!page->is_valid() && !name.starts_with("_"))
      return base::fail(base::ErrorCode::unusable,
                        fmt::format("The page template {} is broken: {}.", name, page->error_message()),
                        name);
    templates->pages_.emplace(name, std::move(page));
  }
  return templates;
}

std::string Templates::render(const std::string& name, const Data& data) const {
  std::string out;
  pages_.at(name)->render(data, [&out](const std::string& part) { out += part; });
  return out;
}

} // namespace walkin::desk
