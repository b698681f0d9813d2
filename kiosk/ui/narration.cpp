#include "kiosk/ui/narration.hpp"

#include <algorithm>

namespace walkin::kiosk::ui {

namespace {

constexpr std::string_view k_pause = ".\n";

bool is_countdown(const Node& node) { return node.id == "dialog/seconds" || node.id == "clears"; }

bool is_mistake(const Node& node) { return node.id.ends_with("/what") || node.id.ends_with("/mend"); }

void append(SecretText& out, std::string_view words) {
  if (words.empty()) return;
  if (!out.empty()) out.append(k_pause);
  out.append(words);
}

bool can_be_chosen(const Node& node) {
  return node.role == Role::choice || node.role == Role::chip || node.role == Role::toggle;
}

const Node* typed_into(const SemanticTree& tree) {
  for (const Node& node : tree.nodes())
    if (node.role == Role::field && node.state.selected && !node.behind) return &node;
  return nullptr;
}

} // namespace

SecretText spoken(const Node& node, i18n::Language language) {
  SecretText out(node.name);
  if (!node.value.empty() && !node.masked && node.value.view() != node.name.view()) {
    out.append(", ");
    out.append(node.value);
  }
  const i18n::Catalogue& words = i18n::catalogue(language);
  if (node.role == Role::toggle) {
    out.append(", ");
    out.append(words.text(node.state.selected ? "speech.on" : "speech.off"));
  } else if (can_be_chosen(node) && node.state.selected) {
    out.append(", ");
    out.append(words.text("speech.chosen"));
  }
  return out;
}

void Narrator::forget() {
  is_new_ = true;
  in_dialog_ = false;
  focused_.clear();
  countdown_.clear();
  told_.clear();
  typed_into_.clear();
}

SecretText Narrator::whole_page(const SemanticTree& tree) const {
  SecretText out;
  for (const Node& node : tree.nodes())
    if (!node.behind && !node.masked && !is_interactive(node.role) && node.role != Role::image &&
        node.role != Role::dialog && !is_countdown(node))
      append(out, node.name);
  return out;
}

void Narrator::say_news(const SemanticTree& tree, SecretText& out) {
  for (const Node& node : tree.nodes()) {
    if (node.behind) continue;
    if (node.id == "dialog/seconds" && node.name.view() != countdown_) {
      countdown_ = node.name.view();
      if (countdown_ == "20" || countdown_ == "10" || countdown_ == "5") append(out, node.name);
    }
    const bool is_news = is_mistake(node) || node.role == Role::notice;
    if (is_news && told_.insert(node.id).second) append(out, node.name);
  }
  // A mistake that was mended and is made again is told again.
  std::erase_if(told_, [&](const std::string& id) { return tree.by_id(id) == nullptr; });
}

void Narrator::say_typed(const SemanticTree& tree, SecretText& out) {
  const Node* field = typed_into(tree);
  const std::string id = field == nullptr ? std::string() : field->id;
  const std::size_t bytes = field == nullptr || field->masked ? 0 : field->value.size();
  if (id == typed_into_ && bytes > typed_bytes_ && bytes - typed_bytes_ <= 4)
    append(out, field->value.view().substr(typed_bytes_));
  if (id != typed_into_ && field != nullptr) append(out, spoken(*field, language_));
  typed_into_ = id;
  typed_bytes_ = bytes;
}

// By a finger as by keypad. One that gives way to another goes without saying.
void Narrator::say_chosen(const SemanticTree& tree, SecretText& out) {
  const Node* gone = nullptr;
  bool any = false;
  // What is not shown while a field has the keyboard stays as it was.
  for (const Node& node : tree.nodes()) {
    if (node.behind || !can_be_chosen(node)) continue;
    if (node.state.selected && chosen_.insert(node.id).second) {
      append(out, spoken(node, language_));
      any = true;
    } else if (!node.state.selected && chosen_.erase(node.id) > 0) {
      gone = &node;
    }
  }
  if (any || gone == nullptr) return;
  SecretText words = spoken(*gone, language_);
  if (gone->role != Role::toggle) {
    words.append(", ");
    words.append(i18n::catalogue(language_).text("speech.not_chosen"));
  }
  append(out, words);
}

std::optional<SecretText> Narrator::listen(const SemanticTree& tree, std::string_view focused,
                                           std::uint64_t page_serial, i18n::Language language) {
  const bool has_dialog =
      std::ranges::any_of(tree.nodes(), [](const Node& node) { return node.role == Role::dialog; });
  SecretText out;
  if (is_new_ || page_serial != page_ || has_dialog != in_dialog_ || language != language_) {
    page_ = page_serial;
    language_ = language;
    is_new_ = false;
    in_dialog_ = has_dialog;
    told_.clear();
    typed_into_.clear();
    typed_bytes_ = 0;
    chosen_.clear();
    out = whole_page(tree);
    SecretText told;
    say_news(tree, told); // part of the page
    say_chosen(tree, told);
  } else {
    say_news(tree, out);
    if (focused == focused_) say_chosen(tree, out);
  }
  say_typed(tree, out);
  if (focused != focused_) {
    focused_ = focused;
    if (const Node* node = tree.by_id(focused); node != nullptr && !focused.empty())
      append(out, spoken(*node, language_));
  }
  if (out.empty()) return std::nullopt;
  return out;
}

} // namespace walkin::kiosk::ui
