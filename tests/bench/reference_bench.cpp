#include "tests/bench/reference_bench.hpp"

#include "shared/protocol/reference_json.hpp"
#include "shared/store/station.hpp"
#include "tests/bench/figures.hpp"
#include "tests/fixtures/world.hpp"

namespace walkin::bench {

namespace {

// A vocabulary as uneven as a language's: a few words stand everywhere, most seldom.
std::string word(fixtures::SeededRandom& random) {
  static const char* k_common[] = {"the",     "printer", "password", "screen", "account", "network", "please",
                                   "restart", "choose",  "computer", "phone",  "page",    "button",  "help"};
  if (random.below(3) == 0) return k_common[random.below(14)];
  static const char* k_syllables[] = {"ba", "ce", "di", "fo", "gu", "la", "me",
                                      "ni", "po", "ru", "sa", "té", "vi"};
  std::string out;
  for (std::size_t i = 0, count = 2 + random.below(3); i < count; ++i) out += k_syllables[random.below(13)];
  return out;
}

std::string words(fixtures::SeededRandom& random, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : " ") + word(random);
  return out;
}

} // namespace

void search_answers(std::size_t articles) {
  fixtures::FakeClock clock;
  fixtures::SeededRandom random(5);
  fixtures::TempDirectory folder;
  store::StationIdentity identity;
  identity.replica = domain::ReplicaId::make(clock.now(), random);
  identity.prefix = "BB", identity.site = "Main", identity.kind = "kiosk", identity.name = "Bench";
  auto station = store::Station::create(folder.path() / "station", identity, clock, random).value();
  std::vector<domain::Document> documents;
  for (std::size_t i = 0; i < articles; ++i) {
    domain::Article article;
    article.id = fmt::format("a{}", i);
    article.language = i % 3 == 0 ? "en" : i % 3 == 1 ? "es" : "nb";
    article.title = words(random, 5);
    article.keywords = {words(random, 2), words(random, 1), words(random, 1)};
    article.body = words(random, 120);
    article.category = static_cast<domain::Category>(random.below(6));
    documents.push_back({"article", domain::article_document_id(article.id, article.language),
                         static_cast<std::int64_t>(i + 1), protocol::encode_body(article), false});
  }
  auto start = SteadyClock::now();
  for (std::size_t at = 0; at < documents.size(); at += 500)
    station->reference().store_page(
        {std::span(documents).subspan(at, std::min<std::size_t>(500, documents.size() - at)), "c"});
  report(fmt::format("store {} articles", articles), fmt::format("{:.0f} ms", ms_since(start)), "-", true);
  Samples typing;
  for (std::size_t customer = 0; customer < 40; ++customer) {
    std::string text = words(random, 3 + random.below(8));
    if (customer % 4 == 0) text += " paswrod bacefo x"; // slips, and what is nowhere
    for (std::size_t length = 3; length <= text.size(); ++length)
      typing.time([&] {
        (void)station->reference().suggest({std::string_view(text).substr(0, length), "es"}, clock.now());
      });
  }
  report(fmt::format("suggest while typing, {} articles", articles), typing.text(), "p99 <= 20 ms",
         typing.quantile(0.99) <= 20);
}

} // namespace walkin::bench
