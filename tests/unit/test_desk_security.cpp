#include "sync/desk/security.hpp"
#include "sync/desk/web/form.hpp"
#include "tests/unit/desk_world.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace walkin::desk;
using walkin::test::CountingRandom;

TEST_CASE("a password is kept as Argon2id and only the same one fits it") {
  Passwords passwords(Passwords::Cost::light);
  std::string hash = passwords.hash("correct horse");
  CHECK(hash.starts_with("$argon2id$"));
  CHECK(passwords.verify("correct horse", hash));
  CHECK_FALSE(passwords.verify("correct Horse", hash));
  CHECK_FALSE(passwords.verify("", hash));
  CHECK(passwords.hash("correct horse") != hash);
}

TEST_CASE("nobody's password never fits, not even the one behind the stand-in hash") {
  Passwords passwords(Passwords::Cost::light);
  CHECK_FALSE(passwords.verify("nobody has this password", std::nullopt));
}

TEST_CASE("a password has at least ten characters, counted as a person counts") {
  CHECK_FALSE(check_password_rule("123456789"));
  CHECK(check_password_rule("1234567890"));
  CHECK_FALSE(check_password_rule("ñññññ")); // ten bytes, five characters
  CHECK(check_password_rule("ññññññññññ"));
  CHECK_FALSE(check_password_rule(std::string(k_password_bytes_max + 1, 'a')));
  CHECK_FALSE(check_password_rule("not utf-8 \xff\xfe"));
}

TEST_CASE("a form's token fits its session only, and looks different each time") {
  CountingRandom random;
  std::string session = make_token(random), other = make_token(random);
  std::string first = make_form_token(session, random), second = make_form_token(session, random);
  CHECK(first != second);
  CHECK(is_form_token(first, session));
  CHECK(is_form_token(second, session));
  CHECK_FALSE(is_form_token(first, other));
  CHECK_FALSE(is_form_token("", session));
  CHECK_FALSE(is_form_token(std::string(128, '0'), session));
  first.back() = first.back() == '0' ? '1' : '0';
  CHECK_FALSE(is_form_token(first, session));
}

TEST_CASE("a code is the same however it is typed") {
  CHECK(code_hash("4T7K-9MPW") == code_hash("4t7k 9mpw"));
  CHECK(code_hash("4T7K-9MPW") != code_hash("4T7K-9MPX"));
}

TEST_CASE("codes are two or three groups of letters nobody mixes up") {
  CountingRandom random;
  for (int i = 0; i < 100; ++i) {
    std::string code = make_station_code(random);
    CHECK(code.size() == 9);
    CHECK(code[4] == '-');
    CHECK(code.find_first_of("0O1IL2Z5S8BUV") == std::string::npos);
  }
  CHECK(make_setup_code(random).size() == 14);
}

TEST_CASE("five failed tries have to wait five minutes, and a success forgets them") {
  TryLimit limit(5);
  base::Instant now = base::from_ms(1'000'000);
  for (int left = 5; left > 0; --left) {
    CHECK(limit.left("ana", now) == left);
    limit.failed("ana", now);
  }
  CHECK(limit.left("ana", now) == 0);
  CHECK(limit.left("omar", now) == 5);
  CHECK(limit.left("ana", now + TryLimit::k_window) == 0);
  CHECK(limit.left("ana", now + TryLimit::k_window + base::Millis(1)) == 5);
  limit.failed("ana", now);
  limit.succeeded("ana");
  CHECK(limit.left("ana", now) == 5);
}

TEST_CASE("a flood of names does not free the one that has to wait") {
  TryLimit limit(5);
  base::Instant now = base::from_ms(1'000'000);
  for (int i = 0; i < 5; ++i) limit.failed("ana", now);
  for (int i = 0; i < 12'000; ++i) limit.failed(fmt::format("name {}", i), now);
  CHECK(limit.left("ana", now) == 0);
}

TEST_CASE("a form is decoded as a browser encodes it") {
  auto form = Form::parse("text=a+b%0D%0Ac%26d&empty=&accent=%C3%B1");
  REQUIRE(form);
  CHECK((*form)["text"] == "a b\r\nc&d");
  CHECK(form->has("empty"));
  CHECK((*form)["accent"] == "ñ");
  CHECK((*form)["missing"].empty());
}

TEST_CASE("a form that is not UTF-8, has a field twice or too many fields is refused") {
  CHECK_FALSE(Form::parse("text=%FF%FE"));
  CHECK_FALSE(Form::parse("a=1&a=2"));
  std::string many;
  for (std::size_t i = 0; i <= k_form_fields_max; ++i) many += fmt::format("f{}=1&", i);
  CHECK_FALSE(Form::parse(many));
}

TEST_CASE("what is encoded for an address comes back the same") {
  std::string hostile = "a b&c=d/é?#%\"<>";
  CHECK(decode_component(encode_component(hostile), true) == hostile);
}
