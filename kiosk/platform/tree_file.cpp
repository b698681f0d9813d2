#include "kiosk/platform/tree_file.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>

namespace walkin::kiosk::platform {

namespace {

std::string states_of(const ui::Node& node) {
  std::string states;
  const auto add = [&](bool is_so, std::string_view name) {
    if (is_so) states.append(states.empty() ? "" : " ").append(name);
  };
  add(node.state.focused, "focused");
  add(node.state.pressed, "pressed");
  add(node.state.selected, "selected");
  add(node.state.disabled, "disabled");
  add(node.state.error, "error");
  add(node.behind, "behind");
  return states;
}

std::string line_of(const ui::Node& node) {
  std::string name = node.masked ? std::string() : std::string(node.name.view());
  std::ranges::replace_if(
      name, [](char c) { return c == '\t' || c == '\n'; }, ' ');
  return fmt::format("{:.0f} {:.0f} {:.0f} {:.0f}\t{}\t{}\t{}\t{}\n", node.rect.x, node.rect.y, node.rect.w,
                     node.rect.h, ui::role_name(node.role), states_of(node), node.id, name);
}

} // namespace

std::optional<TreeFile> TreeFile::from_environment() {
  const char* path = std::getenv("WALKIN_SEMANTICS_FILE");
  if (path == nullptr || *path == '\0') return std::nullopt;
  return TreeFile(path);
}

void TreeFile::put(const ui::SemanticTree& tree) {
  std::string text;
  for (const auto& node : tree.nodes()) text += line_of(node);
  if (text == written_) return;
  const std::string fresh = path_ + ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out.flush()) return;
  }
  if (std::rename(fresh.c_str(), path_.c_str()) == 0) written_ = std::move(text);
}

} // namespace walkin::kiosk::platform
