#include "shared/domain/ticket_code.hpp"
#include "tests/fixtures/world.hpp"

#include <cctype>
#include <doctest/doctest.h>
#include <set>
#include <vector>

using namespace walkin;
using domain::make_ticket_code;
using domain::parse_ticket_code;

namespace {

constexpr std::string_view k_characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::vector<std::string> prefixes() {
  std::vector<std::string> out{"A", "Z"};
  out.clear();
  for (char a = 'A'; a <= 'Z'; ++a)
    for (char b = 'A'; b <= 'Z'; ++b) out.push_back({a, b});
  for (const char* longer : {"AAA", "LBX", "ZZZ", "QWO", "IOI", "AAAA", "DESK", "ZZZZ", "OIOI"})
    out.emplace_back(longer);
  return out;
}

std::vector<std::string> codes() {
  fixtures::SeededRandom random(5);
  std::vector<std::string> out;
  for (const std::string& prefix : prefixes()) {
    std::vector<std::uint32_t> counters{1, 42, 9999, 10'000, 99'999, 999'999'999};
    for (int i = 0; i < 3; ++i) counters.push_back(static_cast<std::uint32_t>(random.below(1'000'000)));
    for (std::uint32_t counter : counters)
      if (auto code = make_ticket_code(prefix, counter)) out.push_back(*code);
  }
  return out;
}

} // namespace

TEST_CASE("a code is prefix, counter and check character") {
  const auto code = make_ticket_code("LB", 42);
  REQUIRE(code);
  CHECK(code->starts_with("LB-0042-"));
  CHECK(code->size() == 9);
  CHECK(make_ticket_code("LB", 123'456)->starts_with("LB-123456-"));
}

TEST_CASE("the check character is that of ISO/IEC 7064 MOD 37-2") {
  // Its defining property, computed otherwise than in the code: the weighted sum leaves 1.
  for (const std::string& code : codes()) {
    unsigned sum = 0, weight = 1;
    for (auto c = code.rbegin(); c != code.rend(); ++c) {
      if (*c == '-') continue;
      sum = (sum + weight * static_cast<unsigned>(k_characters.find(*c))) % 37;
      weight = weight * 2 % 37;
    }
    CHECK_MESSAGE(sum == 1, code);
  }
}

TEST_CASE("a code is read back as it was given, however it was typed") {
  for (const std::string& code : codes()) {
    std::string lower, bare, spaced;
    for (char c : code) {
      lower += static_cast<char>(std::tolower(c));
      if (c != '-') bare += c;
      spaced += c == '-' ? std::string(" - ") : std::string(1, c);
    }
    for (const std::string& typed : {code, lower, bare, spaced}) {
      const auto parsed = parse_ticket_code(typed);
      REQUIRE_MESSAGE(parsed.has_value(), typed);
      CHECK(*parsed == code);
    }
  }
}

TEST_CASE("every single wrong character in a code is caught") {
  long tried = 0;
  for (const std::string& code : codes()) {
    for (std::size_t at = 0; at < code.size(); ++at) {
      if (code[at] == '-') continue;
      std::string typed = code;
      for (char wrong : k_characters) {
        if (wrong == code[at]) continue;
        typed[at] = wrong;
        ++tried;
        if (auto parsed = parse_ticket_code(typed)) FAIL_CHECK(code << " passed as " << *parsed);
      }
    }
  }
  CHECK(tried > 1'000'000);
}

TEST_CASE("every swap of two neighbours in a code is caught") {
  long tried = 0;
  for (const std::string& code : codes()) {
    std::string bare;
    for (char c : code)
      if (c != '-') bare += c;
    for (std::size_t at = 0; at + 1 < bare.size(); ++at) {
      if (bare[at] == bare[at + 1]) continue;
      std::string typed = bare;
      std::swap(typed[at], typed[at + 1]);
      ++tried;
      if (auto parsed = parse_ticket_code(typed)) FAIL_CHECK(code << " passed as " << *parsed);
    }
  }
  CHECK(tried > 10'000);
}

TEST_CASE("counting leaves out what would need a star and gives every code once") {
  std::set<std::string> given;
  std::uint32_t last = 0, left_out = 0;
  while (last < 20'000) {
    const auto next = domain::next_ticket_code("LB", last);
    REQUIRE(next.counter > last);
    for (std::uint32_t skipped = last + 1; skipped < next.counter; ++skipped) {
      CHECK(!make_ticket_code("LB", skipped));
      ++left_out;
    }
    CHECK(next.code.find('*') == std::string::npos);
    CHECK(given.insert(next.code).second);
    last = next.counter;
  }
  CHECK(left_out > 0);
  CHECK(left_out < 1000); // one in 37
}

TEST_CASE("what is no code is refused in words") {
  const std::string good = *make_ticket_code("LB", 42);
  std::vector<std::string> wrong{"",
                                 "-",
                                 "LB",
                                 "LB-",
                                 "0042",
                                 "LB-0042",
                                 "LB-42-K",
                                 "L-0042-K",
                                 "LBXYZ-0042-K",
                                 "LB-0042-*",
                                 "LB-0042-é",
                                 "日本-0042-K",
                                 "LB-00042-K",
                                 "LB--",
                                 "LB-0042-KK",
                                 "LB\t0042K",
                                 std::string(100'000, 'A'),
                                 std::string(100'000, '1')};
  wrong.push_back(good + '\0');
  wrong.push_back('\0' + good);
  for (const std::string& typed : wrong) {
    const auto parsed = parse_ticket_code(typed);
    REQUIRE_MESSAGE(!parsed.has_value(), typed.substr(0, 40));
    CHECK(parsed.error().code == base::ErrorCode::invalid);
    CHECK(!parsed.error().message.empty());
  }
}

TEST_CASE("a prefix is two to four capital letters") {
  for (const char* good : {"AB", "ABC", "ABCD"}) CHECK(domain::is_station_prefix(good));
  for (const char* wrong : {"", "A", "ABCDE", "ab", "A1", "ÅB", "A B"})
    CHECK_MESSAGE(!domain::is_station_prefix(wrong), wrong);
}
