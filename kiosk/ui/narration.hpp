// What is said of what the screen shows, taken from the semantic tree alone: the whole page when it comes or
// its language changes, then what has the ring, what was chosen or switched, what went wrong, a countdown at
// 20, 10 and 5, and each letter that is typed. What is masked is never said. Pure; UI thread.
#pragma once

#include "kiosk/ui/semantics.hpp"
#include "shared/i18n/catalogue.hpp"

#include <optional>
#include <set>
#include <string>

namespace walkin::kiosk::ui {

class Narrator {
public:
  // After each frame while speech is on. The newest says more than what is still being said: it cuts that
  // off.
  std::optional<SecretText> listen(const SemanticTree& tree, std::string_view focused,
                                   std::uint64_t page_serial, i18n::Language language);
  // Speech was turned off, or the visit is over: the next page is said from its beginning.
  void forget();
  // The page once more.
  void repeat() { is_new_ = true; }

private:
  SecretText whole_page(const SemanticTree& tree) const;
  void say_news(const SemanticTree& tree, SecretText& out);
  void say_typed(const SemanticTree& tree, SecretText& out);
  void say_chosen(const SemanticTree& tree, SecretText& out);

  bool is_new_ = true, in_dialog_ = false;
  i18n::Language language_ = i18n::Language::en;
  std::set<std::string> chosen_; // ids of what is chosen or on
  std::uint64_t page_ = 0;
  std::string focused_, countdown_;
  std::set<std::string> told_; // ids of mistakes and notices on this page
  std::size_t typed_bytes_ = 0;
  std::string typed_into_;
};

// Name, what it is set to, and how it stands: chosen, on or off; nothing of a value that is masked.
SecretText spoken(const Node& node, i18n::Language language);

} // namespace walkin::kiosk::ui
