#include "sync/desk/storage/prefix_choice.hpp"

#include "shared/base/text.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

namespace walkin::desk {

namespace {

// The site's words in capital letters A-Z without accents.
std::vector<std::string> letters_of(std::string_view site) {
  std::vector<std::string> words(1);
  for (char c : base::fold(site)) {
    if (c >= 'a' && c <= 'z')
      words.back() += static_cast<char>(c - 'a' + 'A');
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::optional<std::string> first_free(std::size_t letters,
                                      const std::function<bool(const std::string&)>& is_taken) {
  std::string prefix(letters, 'A');
  for (;;) {
    if (!is_taken(prefix)) return prefix;
    std::size_t place = letters;
    while (place > 0 && prefix[place - 1] == 'Z') prefix[--place] = 'A';
    if (place == 0) return std::nullopt;
    ++prefix[place - 1];
  }
}

} // namespace

std::string choose_prefix(std::string_view site, const std::function<bool(const std::string&)>& is_taken) {
  std::vector<std::string> words = letters_of(site);
  std::vector<std::string> wanted;
  if (words.size() >= 2) wanted.push_back({words[0][0], words[1][0]});
  std::string all;
  for (const std::string& word : words) all += word;
  for (std::size_t i = 1; i < all.size(); ++i) wanted.push_back({all[0], all[i]});
  for (const std::string& prefix : wanted)
    if (!is_taken(prefix)) return prefix;
  for (std::size_t letters : {2u, 3u, 4u})
    if (auto prefix = first_free(letters, is_taken)) return *prefix;
  throw std::runtime_error("every station prefix has been given out");
}

std::string fresh_prefix(std::int64_t generation, base::Random& random,
                         const std::function<bool(const std::string&)>& is_taken) {
  constexpr std::int64_t k_letters = 26;
  constexpr std::size_t k_fresh_prefix_letters = 4;
  for (;;) {
    std::string prefix(1, static_cast<char>('A' + (generation - 1) % k_letters));
    while (prefix.size() < k_fresh_prefix_letters)
      prefix += static_cast<char>('A' + static_cast<char>(random.next() % k_letters));
    if (!is_taken(prefix)) return prefix;
  }
}

std::string choose_letter(const std::function<bool(const std::string&)>& is_taken) {
  constexpr std::string_view k_letters = "ABCDEFGHJLMNPRSTUVWXYZ";
  for (char letter : k_letters)
    if (std::string one(1, letter); !is_taken(one)) return one;
  for (char first : k_letters)
    for (char second : k_letters)
      if (std::string two{first, second}; !is_taken(two)) return two;
  throw std::runtime_error("a site has more kiosks than there are letters");
}

} // namespace walkin::desk
