// Finding answers by words: FTS5 over folded text, and words that are a slip away from what was typed.
#include "shared/base/text.hpp"
#include "shared/protocol/reference_json.hpp"
#include "shared/store/reference.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <set>

namespace walkin::store {

using domain::DocumentKind;
using domain::text_in;

namespace {

constexpr std::size_t k_words_max = 12;      // of a long text, its last ones: what is being written about now
constexpr std::size_t k_word_bytes_max = 40; // longer than words are
constexpr std::size_t k_prefix_letters_min = 4; // shorter words stand for themselves, but for the last one
constexpr std::size_t k_slip_letters_min = 4;
constexpr std::size_t k_near_max = 6;
constexpr std::size_t k_suggest_letters_min = 3;
constexpr std::int64_t k_common_least =
    50; // words in more answers than this, and in a fifth of all, say nothing
constexpr double k_category_weight = 1.5;

bool is_separator(std::string_view character) {
  if (character.size() == 1) {
    const char c = character.front();
    return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
  }
  // Punctuation of Latin-1, dashes, quotation marks and the like.
  return (character.front() == '\xC2') || character.starts_with("\xE2\x80") ||
         character.starts_with("\xE3\x80");
}

// The words of folded text as FTS5 takes them apart, in order.
std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words;
  std::string word;
  auto finish = [&] {
    if (!word.empty() && word.size() <= k_word_bytes_max) words.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < folded.size();) {
    std::size_t length = 1;
    while (i + length < folded.size() && (static_cast<unsigned char>(folded[i + length]) & 0xC0U) == 0x80U)
      ++length;
    const std::string_view character = folded.substr(i, length);
    if (is_separator(character))
      finish();
    else
      word += character;
    i += length;
  }
  finish();
  return words;
}

// Whether one edit (a letter more, less, another, or two neighbours swapped) leads from one to the other;
// with `is_start`, to a beginning of `term`. By bytes: a slip in a letter of two bytes is one edit too.
bool is_one_slip_away(std::string_view typed, std::string_view term, bool is_start) {
  std::size_t same = 0;
  while (same < typed.size() && same < term.size() && typed[same] == term[same]) ++same;
  const std::string_view a = typed.substr(same), b = term.substr(same);
  auto rests_agree = [is_start](std::string_view left, std::string_view right) {
    return is_start ? right.starts_with(left) : left == right;
  };
  if (a.empty()) return is_start || b.size() <= 1;
  if (b.empty()) return a.size() == 1;
  return rests_agree(a.substr(1), b.substr(1)) || rests_agree(a.substr(1), b) ||
         rests_agree(a, b.substr(1)) ||
         (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0] &&
          rests_agree(a.substr(2), b.substr(2)));
}

std::string scope_word(std::string_view kind, std::string_view language) {
  std::string letters;
  std::ranges::copy_if(language, std::back_inserter(letters), [](char c) { return c >= 'a' && c <= 'z'; });
  return fmt::format("walkin{}{}", kind, letters);
}

DocumentKind kind_in(const Query& row) {
  return domain::parse_document_kind(row.text(0)).value_or(DocumentKind::article);
}

Match read_match(const Query& row) {
  Match match;
  match.kind = kind_in(row);
  match.id = row.text(1);
  match.language = row.text(2);
  match.category = domain::parse_category(row.text(3));
  match.title = row.text(4);
  match.summary = row.text(5);
  match.questions = static_cast<int>(row.integer(6));
  return match;
}

struct Searchable {
  std::string id, language, category, title, summary, keywords, body;
  int questions = 0;
};

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, "\n"));
}

Searchable searchable_of(const domain::Article& article) {
  return {article.id,
          article.language,
          std::string(article.category ? name_of(*article.category) : ""),
          article.title,
          article.summary,
          joined(article.keywords) + "\n" + article.product,
          article.summary + "\n" + article.body,
          0};
}

std::vector<Searchable> searchable_of(const domain::Guide& guide) {
  std::vector<Searchable> out;
  for (const auto& [language, title] : guide.title) {
    Searchable entry{guide.id,
                     language,
                     std::string(guide.category ? name_of(*guide.category) : ""),
                     title,
                     "",
                     guide.product,
                     "",
                     guide.questions_max()};
    if (auto keywords = guide.keywords.find(language); keywords != guide.keywords.end())
      entry.keywords += "\n" + joined(keywords->second);
    for (const auto& [name, node] : guide.nodes) {
      entry.body += text_in(node.text, language);
      entry.body += '\n';
    }
    out.push_back(std::move(entry));
  }
  return out;
}

std::vector<Searchable> searchable_of(const domain::Bulletin& bulletin) {
  std::vector<Searchable> out;
  const std::string category(bulletin.categories.size() == 1 ? name_of(bulletin.categories.front()) : "");
  for (const auto& [language, title] : bulletin.title)
    out.push_back(
        {bulletin.id, language, category, title, std::string(text_in(bulletin.body, language)), "",
         fmt::format("{}\n{}", text_in(bulletin.body, language), text_in(bulletin.answer, language)), 0});
  return out;
}

std::vector<Searchable> searchable_of(const domain::Document& document) {
  if (document.kind == name_of(DocumentKind::article)) {
    auto article = protocol::decode_article(document.body);
    return article ? std::vector{searchable_of(*article)} : std::vector<Searchable>{};
  }
  if (document.kind == name_of(DocumentKind::guide)) {
    auto guide = protocol::decode_guide(document.body);
    return guide ? searchable_of(*guide) : std::vector<Searchable>{};
  }
  if (document.kind == name_of(DocumentKind::bulletin)) {
    auto bulletin = protocol::decode_bulletin(document.body);
    return bulletin ? searchable_of(*bulletin) : std::vector<Searchable>{};
  }
  return {};
}

bool by_score(const Match& a, const Match& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; }

} // namespace

void Reference::index(Transaction&, std::int64_t document, const domain::Document& content) {
  for (const Searchable& entry : searchable_of(content)) {
    db_.query("INSERT INTO searchable (document, kind, id, language, category, title, summary, questions) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .bind(1, document)
        .bind(2, content.kind)
        .bind(3, entry.id)
        .bind(4, entry.language)
        .bind(5, entry.category)
        .bind(6, entry.title)
        .bind(7, entry.summary)
        .bind(8, static_cast<std::int64_t>(entry.questions))
        .run();
    db_.query("INSERT INTO answer_words (rowid, scope, title, keywords, body) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, db_.last_insert_rowid())
        .bind(2, scope_word(content.kind, entry.language))
        .bind(3, base::fold(entry.title))
        .bind(4, base::fold(entry.keywords))
        .bind(5, base::fold(entry.body))
        .run();
  }
}

std::int64_t Reference::documents_with(const std::string& term) {
  auto row = db_.query("SELECT doc FROM answer_vocabulary WHERE term = ?1");
  row.bind(1, term);
  return row.step() ? row.integer(0) : 0;
}

bool Reference::begins_a_term(const std::string& start) {
  auto row = db_.query("SELECT 1 FROM answer_vocabulary WHERE term >= ?1 AND term < ?2 LIMIT 1");
  row.bind(1, start).bind(2, start + "\xF4\x8F\xBF\xBF");
  return row.step();
}

std::vector<std::string> Reference::near_terms(const std::string& word) {
  if (vocabulary_.revision != revision()) {
    vocabulary_.terms.clear();
    auto row = db_.query("SELECT term FROM answer_vocabulary");
    while (row.step()) vocabulary_.terms.push_back(row.text(0));
    vocabulary_.revision = revision();
  }
  std::vector<std::string> near;
  for (const std::string& term : vocabulary_.terms) {
    if (term.size() + 1 < word.size() || !is_one_slip_away(word, term, true)) continue;
    near.push_back(term);
  }
  // A whole word that is a slip away is likelier than the beginning of one.
  std::stable_partition(near.begin(), near.end(),
                        [&](const std::string& term) { return is_one_slip_away(word, term, false); });
  if (near.size() > k_near_max) near.resize(k_near_max);
  return near;
}

// Each as FTS5 writes it. Nothing in them is read as its syntax: the words have letters and digits only.
std::vector<std::string> Reference::terms_for(std::string_view typed) {
  std::vector<std::string> words = words_of(base::fold(typed));
  if (words.size() > k_words_max) words.erase(words.begin(), words.end() - k_words_max);
  std::int64_t all = 0;
  if (auto row = db_.query("SELECT count(*) FROM searchable"); row.step()) all = row.integer(0);
  const std::int64_t common = std::max(k_common_least, all / 5);
  std::vector<std::string> telling, usual;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!taken.insert(word).second) continue;
    const bool is_last = i + 1 == words.size();
    const bool is_start = word.size() >= k_prefix_letters_min || (is_last && word.size() > 1);
    const std::string term = fmt::format("\"{}\"{}", word, is_start ? "*" : "");
    const std::int64_t found = documents_with(word);
    if (found > common) {
      usual.push_back(term);
    } else if (found > 0 || (is_start && begins_a_term(word))) {
      telling.push_back(term);
    } else if (word.size() >= k_slip_letters_min) {
      for (const std::string& near : near_terms(word)) telling.push_back(fmt::format("\"{}\"", near));
    }
  }
  return telling.empty() ? usual : telling;
}

std::vector<Match> Reference::find(const SearchFor& search, std::span<const std::string> terms,
                                   std::span<const DocumentKind> kinds, std::string_view language) {
  auto row = db_.query("SELECT s.kind, s.id, s.language, s.category, s.title, s.summary, s.questions, "
                       "bm25(answer_words, 0.0, 10.0, 6.0, 1.0) AS closeness FROM answer_words "
                       "JOIN searchable s ON s.number = answer_words.rowid WHERE answer_words MATCH ?1 "
                       "ORDER BY closeness");
  std::vector<std::string> scopes;
  for (DocumentKind kind : kinds) scopes.push_back(scope_word(name_of(kind), language));
  row.bind(1, fmt::format("scope : ({}) AND {{title keywords body}} : ({})", fmt::join(scopes, " OR "),
                          fmt::join(terms, " OR ")));
  std::map<DocumentKind, std::vector<Match>> found;
  // The category may lift one that is a little less close.
  const std::size_t looked_at = 3 * search.count_max;
  auto is_enough = [&] {
    return std::ranges::all_of(kinds, [&](DocumentKind kind) { return found[kind].size() >= looked_at; });
  };
  while (!is_enough() && row.step()) {
    std::vector<Match>& of_kind = found[kind_in(row)];
    if (of_kind.size() >= looked_at) continue;
    Match match = read_match(row);
    match.score = -row.real(7);
    if (search.category && match.category == search.category) match.score *= k_category_weight;
    of_kind.push_back(std::move(match));
  }
  std::vector<Match> out;
  for (auto& [kind, matches] : found) {
    std::ranges::sort(matches, by_score);
    if (matches.size() > search.count_max) matches.resize(search.count_max);
    std::ranges::move(matches, std::back_inserter(out));
  }
  return out;
}

bool Reference::has_language(std::string_view kind, std::string_view id, std::string_view language) {
  auto row = db_.query("SELECT 1 FROM searchable s JOIN documents d ON d.number = s.document "
                       "WHERE d.kind = ?1 AND d.id = ?2 AND s.language = ?3");
  const bool is_article = kind == name_of(DocumentKind::article);
  row.bind(1, kind)
      .bind(2, is_article ? domain::article_document_id(id, language) : std::string(id))
      .bind(3, language);
  return row.step();
}

// What there is only in English is better than nothing.
std::vector<Match> Reference::find_with_english(const SearchFor& search,
                                                std::span<const DocumentKind> kinds) {
  const std::vector<std::string> terms = terms_for(search.words);
  if (terms.empty()) return {};
  std::vector<Match> out = find(search, terms, kinds, search.language);
  auto count = [&](DocumentKind kind) {
    return static_cast<std::size_t>(std::ranges::count(out, kind, &Match::kind));
  };
  std::vector<DocumentKind> wanting;
  std::ranges::copy_if(kinds, std::back_inserter(wanting),
                       [&](DocumentKind kind) { return count(kind) < search.count_max; });
  if (search.language == "en" || wanting.empty()) return out;
  for (Match& match : find(search, terms, wanting, "en"))
    if (count(match.kind) < search.count_max && !has_language(name_of(match.kind), match.id, search.language))
      out.push_back(std::move(match));
  return out;
}

std::vector<Match> Reference::search(const SearchFor& search) {
  if (!base::is_valid_utf8(search.words)) return {};
  constexpr std::array k_kinds = {DocumentKind::article, DocumentKind::guide};
  std::vector<Match> out = find_with_english(search, k_kinds);
  std::ranges::stable_sort(out, by_score);
  if (out.size() > search.count_max) out.resize(search.count_max);
  return out;
}

std::vector<Match> Reference::suggest(const SearchFor& search, base::Instant now) {
  if (!base::is_valid_utf8(search.words) ||
      base::count_code_points(base::clean(search.words)) < k_suggest_letters_min)
    return {};
  constexpr std::array k_kinds = {DocumentKind::bulletin, DocumentKind::article, DocumentKind::guide};
  const std::vector<Match> found = find_with_english(search, k_kinds);
  std::vector<Match> out;
  for (DocumentKind kind : k_kinds) {
    auto best = std::ranges::find_if(found, [&](const Match& match) {
      if (match.kind != kind) return false;
      if (kind != DocumentKind::bulletin) return true;
      auto held = bulletin(match.id);
      // One that says what it is about is about nothing else; who chose "other" may be mistaken.
      const bool anything = !search.category || search.category == domain::Category::other;
      return held && held->is_open(now) && (anything || held->is_about(*search.category));
    });
    if (best != found.end()) out.push_back(*best);
  }
  return out;
}

std::vector<Match> Reference::browse(std::string_view language, std::optional<domain::Category> category,
                                     std::size_t count_max) {
  auto row = db_.query("SELECT kind, id, language, category, title, summary, questions FROM searchable "
                       "WHERE language = ?1 AND kind IN ('article', 'guide') AND (?2 = '' OR category = ?2) "
                       "ORDER BY title, id LIMIT ?3");
  row.bind(1, language)
      .bind(2, category ? name_of(*category) : std::string_view{})
      .bind(3, static_cast<std::int64_t>(count_max));
  std::vector<Match> out;
  while (row.step()) out.push_back(read_match(row));
  return out;
}

} // namespace walkin::store
