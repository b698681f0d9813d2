#include "kiosk/ui/semantics.hpp"

#include <cmath>
#include <limits>

namespace walkin::kiosk::ui {
namespace {

bool can_be_reached(const Node& node) {
  return is_interactive(node.role) && !node.behind && !node.state.disabled;
}

} // namespace

std::string_view role_name(Role role) {
  switch (role) {
  case Role::heading: return "heading";
  case Role::text: return "text";
  case Role::status: return "status";
  case Role::progress: return "progress";
  case Role::image: return "image";
  case Role::notice: return "notice";
  case Role::dialog: return "dialog";
  case Role::button: return "button";
  case Role::choice: return "choice";
  case Role::chip: return "chip";
  case Role::toggle: return "toggle";
  case Role::field: return "field";
  case Role::key: return "key";
  }
  return "";
}

Node& SemanticTree::add(Node node) {
  nodes_.push_back(std::move(node));
  return nodes_.back();
}

void SemanticTree::put_behind() {
  for (Node& node : nodes_) node.behind = true;
}

const Node* SemanticTree::by_id(std::string_view id) const {
  for (const Node& node : nodes_)
    if (node.id == id) return &node;
  return nullptr;
}

const Node* SemanticTree::find(Role role, std::string_view name) const {
  for (const Node& node : nodes_)
    if (!node.behind && node.role == role && node.name.view() == name) return &node;
  return nullptr;
}

std::vector<const Node*> SemanticTree::all(Role role) const {
  std::vector<const Node*> found;
  for (const Node& node : nodes_)
    if (!node.behind && node.role == role) found.push_back(&node);
  return found;
}

const Node* SemanticTree::at(Point point) const {
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node)
    if (can_be_reached(*node) && node->rect.contains(point)) return &*node;
  return nullptr;
}

const Node* SemanticTree::next(std::string_view from, int step) const {
  std::vector<const Node*> order;
  std::ptrdiff_t here = -1;
  for (const Node& node : nodes_) {
    if (!can_be_reached(node)) continue;
    if (node.id == from) here = static_cast<std::ptrdiff_t>(order.size());
    order.push_back(&node);
  }
  if (order.empty()) return nullptr;
  const auto count = static_cast<std::ptrdiff_t>(order.size());
  if (here < 0) return step > 0 ? order.front() : order.back();
  return order[static_cast<std::size_t>((here + step + count) % count)];
}

const Node* SemanticTree::toward(std::string_view from, int dx, int dy) const {
  const Node* start = by_id(from);
  if (start == nullptr || !can_be_reached(*start)) return next(from, 1);
  const Node* best = nullptr;
  float best_cost = std::numeric_limits<float>::max();
  const Point a = start->rect.center();
  for (const Node& node : nodes_) {
    if (&node == start || !can_be_reached(node)) continue;
    const Point b = node.rect.center();
    const float along = (b.x - a.x) * static_cast<float>(dx) + (b.y - a.y) * static_cast<float>(dy);
    if (along <= 1.0F) continue;
    // Straight ahead is what overlaps sideways; what does not costs more than anything that does.
    const bool ahead = dx != 0 ? node.rect.y < start->rect.bottom() && start->rect.y < node.rect.bottom()
                               : node.rect.x < start->rect.right() && start->rect.x < node.rect.right();
    const float aside = dx != 0 ? std::fabs(b.y - a.y) : std::fabs(b.x - a.x);
    const float cost = along + aside * 0.3F + (ahead ? 0.0F : 1.0e5F);
    if (dx != 0 && !ahead) continue;
    if (cost < best_cost) best = &node, best_cost = cost;
  }
  return best;
}

std::string SemanticTree::dump() const {
  std::string out;
  for (const Node& node : nodes_) {
    if (node.behind) out += "(behind) ";
    out.append(role_name(node.role)).append(" \"").append(node.name.view()).append("\"");
    if (!node.value.empty() && !node.masked) out.append(" = ").append(node.value.view());
    if (node.state.focused) out += " [focused]";
    if (node.state.selected) out += " [selected]";
    if (node.state.disabled) out += " [disabled]";
    if (node.state.error) out += " [error]";
    out += '\n';
  }
  return out;
}

} // namespace walkin::kiosk::ui
