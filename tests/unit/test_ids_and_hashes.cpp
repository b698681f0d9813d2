#include "shared/base/hash.hpp"
#include "shared/base/id.hpp"
#include "shared/base/seal.hpp"
#include "tests/fixtures/world.hpp"

#include <algorithm>
#include <cctype>
#include <doctest/doctest.h>
#include <set>

using namespace walkin;
using base::Hash;

TEST_CASE("an id has the form of a version 7 UUID as in RFC 9562") {
  fixtures::SeededRandom random(7);
  // The example of RFC 9562, appendix A.6: 2022-02-22 14:22:22 UTC-05:00.
  const base::Instant instant = base::from_ms(0x017f22e279b0);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = base::EventId::make(instant, random).str();
    REQUIRE(text.size() == 36);
    CHECK(text.starts_with("017f22e2-79b0-7"));
    CHECK(std::string("89ab").find(text[19]) != std::string::npos);
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
      CHECK((text[at] == '-') == is_dash);
      CHECK(std::tolower(text[at]) == text[at]);
    }
  }
}

TEST_CASE("ids of one millisecond differ in all their 74 random bits") {
  fixtures::SeededRandom random(7);
  base::Uuid ones{}, zeros{};
  zeros.fill(0xff);
  std::set<base::Uuid> seen;
  for (int i = 0; i < 2000; ++i) {
    const base::Uuid uuid = base::make_uuid_v7(base::from_ms(1), random);
    CHECK(seen.insert(uuid).second);
    for (std::size_t byte = 0; byte < uuid.size(); ++byte) {
      ones[byte] |= uuid[byte];
      zeros[byte] &= uuid[byte];
    }
  }
  const base::Uuid varying{0, 0, 0, 0, 0, 0, 0x0f, 0xff, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  for (std::size_t byte = 0; byte < varying.size(); ++byte)
    CHECK((ones[byte] ^ zeros[byte]) == varying[byte]);
}

TEST_CASE("an id made while the clock stands before 1970 or after 10889 still has version and variant") {
  fixtures::SeededRandom random;
  for (std::int64_t ms : {std::int64_t{-1}, std::int64_t{-62'000'000'000'000}, std::int64_t{1} << 50}) {
    const base::Uuid uuid = base::make_uuid_v7(base::from_ms(ms), random);
    CHECK((uuid[6] >> 4) == 7);
    CHECK((uuid[8] >> 6) == 2);
  }
}

TEST_CASE("an id is read in either case and in no other form") {
  const std::string text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  const auto id = base::EventId::parse(text);
  REQUIRE(id);
  CHECK(id->str() == text);
  CHECK(base::EventId::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F") == id);
  for (const char* wrong : {"", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
                            "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                            "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2_79b0_7cc3_98c4_dc0c0c07398f",
                            "017f22e-279b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c073-8f"})
    CHECK_MESSAGE(!base::EventId::parse(wrong), wrong);
}

TEST_CASE("hexadecimal goes there and back and refuses what is not") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string hex = base::to_hex(base::as_bytes(all));
  std::array<std::uint8_t, 256> out{};
  REQUIRE(base::from_hex(hex, out));
  CHECK(std::ranges::equal(out, base::as_bytes(all)));
  std::array<std::uint8_t, 1> one{};
  for (const char* wrong : {"", "0", "000", "0x", "g0", "0g", " 0", "+1"})
    CHECK_MESSAGE(!base::from_hex(wrong, one), wrong);
}

TEST_CASE("BLAKE2b-256 gives the known digests") {
  // Computed with two other implementations: b2sum -l 256 of GNU coreutils and hashlib of CPython.
  CHECK(base::hash_of("").str() == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(base::hash_of("abc").str() == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  std::string kilobyte, key32, key64;
  for (int i = 0; i < 1024; ++i) kilobyte += static_cast<char>(i % 256);
  for (int i = 0; i < 64; ++i) key64 += static_cast<char>(i);
  key32 = key64.substr(0, 32);
  CHECK(base::hash_of(kilobyte).str() == "f1551feeb252c7e60bb362205bd1ac2f70b145260a91d41e8c5d0a187549a5f2");
  CHECK(base::Hasher(key32).raw("abc").finish().str() ==
        "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
  CHECK(base::Hasher(key64).raw("abc").finish().str() ==
        "dff38c978666dff5631db35ca15535520d134f5c8060ea569c6a178ad393719f");
}

TEST_CASE("a digest does not depend on how its bytes were fed") {
  std::string bytes(1000, 'x');
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 37) {
    base::Hasher hasher;
    hasher.raw(std::string_view(bytes).substr(0, cut)).raw(std::string_view(bytes).substr(cut));
    CHECK(hasher.finish() == base::hash_of(bytes));
  }
}

TEST_CASE("numbers are fed big-endian and texts with their length") {
  CHECK(base::Hasher().u32(0x01020304).finish() == base::hash_of(std::string("\1\2\3\4")));
  CHECK(base::Hasher().u64(0x0102030405060708).finish() == base::hash_of(std::string("\1\2\3\4\5\6\7\10")));
  CHECK(base::Hasher().text("ab").finish() == base::hash_of(std::string("\0\0\0\2ab", 6)));
  CHECK(base::Hasher().text("ab").text("c").finish() != base::Hasher().text("a").text("bc").finish());
}

TEST_CASE("a key of a length that BLAKE2b does not take is a broken invariant") {
  CHECK_THROWS(base::Hasher(std::string(15, 'k')));
  CHECK_THROWS(base::Hasher(std::string(65, 'k')));
}

TEST_CASE("a sum of hashes is the same in every order and forgets what is taken out") {
  fixtures::SeededRandom random(3);
  std::vector<Hash> hashes;
  for (int i = 0; i < 200; ++i) hashes.push_back(base::hash_of(std::to_string(i)));
  base::HashSum forwards, backwards;
  for (const Hash& hash : hashes) forwards.add(hash);
  std::ranges::reverse(hashes);
  for (const Hash& hash : hashes) backwards.add(hash);
  CHECK(forwards.value() == backwards.value());
  CHECK(!forwards.value().is_zero());
  for (const Hash& hash : hashes) {
    const Hash before = forwards.value();
    forwards.add(hash);
    CHECK(forwards.value() != before);
    forwards.remove(hash);
    CHECK(forwards.value() == before);
  }
  for (const Hash& hash : hashes) forwards.remove(hash);
  CHECK(forwards.value().is_zero());
}

TEST_CASE("a sum of hashes carries and borrows over all 256 bits") {
  Hash one, all;
  one.bytes[31] = 1;
  all.bytes.fill(0xff);
  base::HashSum sum;
  sum.add(all);
  sum.add(one);
  CHECK(sum.value().is_zero());
  sum.remove(one);
  CHECK(sum.value() == all);
}

TEST_CASE("a hash is read from its hexadecimal and raw form only") {
  const Hash hash = base::hash_of("x");
  CHECK(Hash::parse(hash.str()) == hash);
  CHECK(Hash::from_raw(hash.raw()) == hash);
  CHECK(!Hash::parse(hash.str().substr(1)));
  CHECK(!Hash::parse(hash.raw()));
  CHECK(!Hash::from_raw(hash.raw() + "x"));
}

TEST_CASE("a sealed box opens for its owner only, unchanged, and looks different each time") {
  fixtures::SeededRandom random(7);
  const base::BoxKeys desk = base::make_box_keys(random), other = base::make_box_keys(random);
  for (std::string plain : {std::string(), std::string("Maria"), std::string(5000, 'm')}) {
    auto sealed = base::seal(plain, desk.public_key, random).value();
    CHECK(sealed.size() == plain.size() + 48);
    CHECK(sealed != base::seal(plain, desk.public_key, random).value());
    CHECK(base::open_seal(sealed, desk) == plain);
    CHECK_FALSE(base::open_seal(sealed, other));
    for (std::size_t at : {std::size_t{0}, std::size_t{40}, sealed.size() - 1}) {
      auto changed = sealed;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      CHECK_FALSE(base::open_seal(changed, desk));
    }
    CHECK_FALSE(base::open_seal(std::string_view(sealed).substr(0, 47), desk));
  }
  CHECK_FALSE(base::seal("Maria", "no key", random));
  CHECK_FALSE(base::seal("Maria", std::string(32, '\0'), random));
}

TEST_CASE("a keyed hash differs by key and is never made without one") {
  const std::string key(32, 'k'), other(32, 'o');
  CHECK(base::keyed_hash(key, "event") != base::keyed_hash(other, "event"));
  CHECK(base::keyed_hash(key, "event") != base::hash_of("event"));
  CHECK_THROWS(base::keyed_hash("", "event"));
}
