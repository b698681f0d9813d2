// Guides: the rules of their flow charts.
#include "shared/domain/names.hpp"
#include "shared/domain/reference.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::domain {

namespace {

constexpr detail::Names<GuideNode::Type, 3> k_types{{{GuideNode::Type::question, "question"},
                                                     {GuideNode::Type::answer, "answer"},
                                                     {GuideNode::Type::get_help, "get_help"}}};
constexpr detail::Names<GuidePicture, 2> k_pictures{
    {{GuidePicture::printer_light, "printer_light"}, {GuidePicture::printer_tray, "printer_tray"}}};
constexpr std::size_t k_nodes_max = 200;

base::Status wrong(std::string_view node, std::string what) {
  return base::fail(base::ErrorCode::invalid, std::move(what), std::string(node));
}

base::Status check_node(const Guide& guide, const std::string& name, const GuideNode& node) {
  for (const auto& [language, title] : guide.title)
    if (auto text = node.text.find(language); text == node.text.end() || text->second.empty())
      return wrong(name, fmt::format("Node {} has no text in {}.", name, language));
  if (node.type != GuideNode::Type::question) return {};
  for (const auto& [way, next] :
       {std::pair{"yes", &node.yes}, {"no", &node.no}, {"cant_tell", &node.cant_tell}})
    if (!guide.find(*next))
      return wrong(name, next->empty()
                             ? fmt::format("Node {} has an open end: {} leads nowhere.", name, way)
                             : fmt::format("Node {}: {} leads to {}, which is not there.", name, way, *next));
  return {};
}

// Walks every way from a node, deepest first. Each node is taken once, so that a wide guide takes no longer
// than it has nodes.
class Walk {
public:
  explicit Walk(const Guide& guide) : guide_(guide) {}

  // Questions on the longest way from here; nothing where a way comes round to itself.
  std::optional<int> longest_from(const std::string& name) {
    if (auto known = questions_.find(name); known != questions_.end()) return known->second;
    const GuideNode* node = guide_.find(name);
    if (!node) return std::nullopt;
    if (node->type != GuideNode::Type::question) return questions_[name] = 0;
    questions_[name] = std::nullopt; // on the way: to meet it again is a loop
    int longest = 0;
    for (const std::string* next : {&node->yes, &node->no, &node->cant_tell}) {
      auto below = longest_from(*next);
      if (!below) {
        if (looped_.empty()) looped_ = name;
        return std::nullopt;
      }
      longest = std::max(longest, *below + 1);
    }
    return questions_[name] = longest;
  }
  const std::string& looped() const { return looped_; }
  bool reached(const std::string& name) const { return questions_.contains(name); }

private:
  const Guide& guide_;
  std::map<std::string, std::optional<int>, std::less<>> questions_;
  std::string looped_;
};

} // namespace

std::string_view name_of(GuideNode::Type type) { return detail::name_in(k_types, type); }
std::optional<GuideNode::Type> parse_guide_node_type(std::string_view name) {
  return detail::parse_in(k_types, name);
}
std::string_view name_of(GuidePicture picture) { return detail::name_in(k_pictures, picture); }
std::optional<GuidePicture> parse_guide_picture(std::string_view name) {
  return detail::parse_in(k_pictures, name);
}

const GuideNode* Guide::find(std::string_view node) const {
  auto found = nodes.find(node);
  return found == nodes.end() ? nullptr : &found->second;
}

int Guide::questions_max() const { return Walk(*this).longest_from(start).value_or(0); }

base::Status check_guide(const Guide& guide) {
  if (!is_document_name(guide.id)) return wrong("", "A guide's id has letters a-z, digits, - and _ only.");
  if (text_in(guide.title, "en").empty()) return wrong("", "The guide has no title.");
  if (guide.nodes.size() > k_nodes_max)
    return wrong("", fmt::format("A guide has at most {} nodes.", k_nodes_max));
  if (!guide.find(guide.start)) return wrong(guide.start, "The guide starts at a node that is not there.");
  for (const auto& [name, node] : guide.nodes)
    if (auto checked = check_node(guide, name, node); !checked) return checked;
  Walk walk(guide);
  if (!walk.longest_from(guide.start))
    return wrong(walk.looped(),
                 fmt::format("A way through the guide comes back to node {}: it has a loop.", walk.looped()));
  for (const auto& [name, node] : guide.nodes)
    if (!walk.reached(name)) return wrong(name, fmt::format("Node {} cannot be reached.", name));
  return {};
}

} // namespace walkin::domain
