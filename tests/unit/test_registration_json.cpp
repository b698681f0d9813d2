#include "shared/base/text.hpp"
#include "shared/protocol/fields_json.hpp"

#include <doctest/doctest.h>
#include <limits>

using namespace walkin;
using protocol::decode_fields;
using protocol::decode_registration;

namespace {

// Refused with a message of reasonable length in valid UTF-8, about `field`.
void check_refused(std::string_view json, std::string_view field) {
  const auto refused = decode_registration(json);
  REQUIRE_MESSAGE(!refused.has_value(), json.substr(0, 200));
  CHECK_MESSAGE(refused.error().code == base::ErrorCode::invalid, json.substr(0, 200));
  CHECK_MESSAGE(refused.error().context == field, json.substr(0, 200));
  CHECK(!refused.error().message.empty());
  CHECK(refused.error().message.size() < 400);
  CHECK(base::is_valid_utf8(refused.error().message));
}

} // namespace

TEST_CASE("a registration with every key is read") {
  const auto r = decode_registration(R"({
    "contact": {"name": "María", "email": "m@company.org", "phone": "555 0100", "employee_id": "E1",
                "preferred": "phone", "language": "es"},
    "channel": "phone", "category": "computer", "nature": "incident", "description": "Black\nscreen",
    "severity": "high", "affected": "team", "consequence": "low",
    "computer": {"asset_tag": "PC-1", "os": "Debian", "os_version": "12", "memory_mb": 16384, "model": "X1",
                 "serial": "S1", "hostname": "pc1.company.org"},
    "telephone": {"number": "555 0199", "extension": "12", "handset": "H", "carrier": "C", "voicemail": true}})");
  REQUIRE(r);
  CHECK(r->contact.name == "María");
  CHECK(r->contact.preferred == "phone");
  CHECK(r->channel == domain::Channel::phone);
  CHECK(r->category == domain::Category::computer);
  CHECK(r->nature == domain::Nature::incident);
  CHECK(r->description == "Black\nscreen");
  CHECK(r->severity == domain::Degree::high);
  CHECK(r->affected == domain::Affected::team);
  CHECK(r->consequence == domain::Degree::low);
  CHECK(r->computer.memory_mb == 16384);
  CHECK(r->computer.hostname == "pc1.company.org");
  CHECK(r->telephone.extension == "12");
  CHECK(r->telephone.voicemail == domain::Value{true});
}

TEST_CASE("what is not given, or null, is left open") {
  const auto r = decode_registration(
      R"({"contact": {"email": "m@company.org", "name": null}, "computer": null, "severity": null})");
  REQUIRE(r);
  CHECK(r->channel == domain::Channel::walk_in);
  CHECK(!r->category);
  CHECK(!r->severity);
  CHECK(!r->computer.memory_mb);
  CHECK(r->contact.name.empty());
}

TEST_CASE("a key that is not known is refused by name") {
  check_refused(R"({"contact": {"email": "m@company.org"}, "colour": "red"})", "colour");
  check_refused(R"({"contact": {"email": "m@company.org", "mail": "x"}})", "contact.mail");
  check_refused(R"({"contact": {"email": "m@company.org"}, "colour": null})", "colour");
  const auto refused = decode_registration("{\"" + std::string(10'000, 'k') + "\": 1}");
  REQUIRE(!refused);
  CHECK(refused.error().message.size() < 400);
}

TEST_CASE("a value of the wrong type is refused by name") {
  const std::string contact = R"("contact": {"email": "m@company.org"}, )";
  for (const auto& [json, field] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"("description": 5)", "description"},
           {R"("description": ["x"])", "description"},
           {R"("category": "Computer")", "category"},
           {R"("category": 1)", "category"},
           {R"("severity": "urgent")", "severity"},
           {R"("computer": "X1")", "computer"},
           {R"("computer": [])", "computer"},
           {R"("computer": {"memory_mb": "16384"})", "computer.memory_mb"},
           {R"("computer": {"memory_mb": 16384.5})", "computer.memory_mb"},
           {R"("computer": {"memory_mb": 1e4})", "computer.memory_mb"},
           {R"("computer": {"memory_mb": -1})", "computer.memory_mb"},
           {R"("computer": {"memory_mb": 0})", "computer.memory_mb"},
           {R"("computer": {"memory_mb": 18446744073709551615})", "computer.memory_mb"},
           {R"("computer": {"memory_mb": 9223372036854775807})", "computer.memory_mb"},
           {R"("computer": {"memory_mb": 184467440737095516160})", "computer.memory_mb"},
           {R"("telephone": {"voicemail": 3})", "telephone.voicemail"},
           {R"("telephone": {"voicemail": {}})", "telephone.voicemail"}})
    check_refused("{" + contact + json + "}", field);
  check_refused(R"({"contact": []})", "contact");
  for (const char* json : {"[]", "null", "5", "\"x\"", "true"}) check_refused(json, "registration");
}

TEST_CASE("a broken rule is refused by the name of its field") {
  check_refused(R"({"contact": {"email": "maria@company"}})", "contact.email");
  check_refused(R"({"contact": {"email": "m@company.org", "name": "a\u0000b"}})", "contact.name");
  check_refused(R"({"contact": {"email": "m@company.org", "name": "\u202eevil"}})", "contact.name");
  check_refused(R"({"contact": {"name": "Maria"}})", "contact");
  check_refused("{}", "contact");
}

TEST_CASE("a key that stands twice is refused instead of guessing which one was meant") {
  check_refused(R"({"contact": {"email": "a@company.org", "email": "b@company.org"}})", "contact.email");
  check_refused(R"({"contact": {"email": "a@company.org"}, "contact": {"email": "b@company.org"}})",
                "contact");
  check_refused(R"({"description": "a", "contact": {"email": "a@company.org"}, "description": "b"})",
                "description");
}

TEST_CASE("what is no JSON, or more than one, is refused") {
  for (const char* json :
       {"", " ", "{", "}", "{\"contact\":", "{\"contact\"}", "{'contact': {}}", "{} {}", "{}x", "{\"a\": 01}",
        "{\"description\": \"\\ud800\"}", "nul", "// x\n{}", "{\"contact\": {},}"})
    check_refused(json, "registration");
  check_refused(std::string_view("{}\0", 3), "registration");
  check_refused("\xef\xbb\xbf[]", "registration");
}

TEST_CASE("text that is not UTF-8 is refused as such") {
  check_refused("{\"description\": \"Se\xf1ora\"}", "registration");
  check_refused("{\"\xff\": 1}", "registration");
  CHECK(decode_registration("{\"description\": \"Se\xf1ora\"}").error().message.find("UTF-8") !=
        std::string::npos);
}

TEST_CASE("huge and deep input is refused at once") {
  check_refused(std::string(64 * 1024, '['), "registration");
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  check_refused(objects, "registration");
  check_refused(R"({"contact": {"name": [[[[[1]]]]]}})", "registration");
  check_refused("{\"description\": \"" + std::string(200'000, 'x') + "\"}", "registration");
  check_refused("{\"description\": \"" + std::string(5'000, 'x') +
                    "\", \"contact\": {\"email\": \"a@company.org\"}}",
                "description");
}

TEST_CASE("the limit of size is in the refusal and what is just under it is read") {
  std::string json = R"({"contact": {"email": "m@company.org"}})";
  const std::string most = json + std::string(64 * 1024 - json.size(), ' ');
  CHECK(decode_registration(most));
  const auto refused = decode_registration(most + " ");
  REQUIRE(!refused);
  CHECK(refused.error().message.find("65536") != std::string::npos);
}

TEST_CASE("fields go to JSON and back unchanged, keys in byte order") {
  const domain::Fields fields{{"b", std::string("x\"\\\n\u00f1\U0001F600")},
                              {"a", std::int64_t{-5}},
                              {"A", true},
                              {"c", std::monostate{}},
                              {"m", std::numeric_limits<std::int64_t>::max()},
                              {"n", std::numeric_limits<std::int64_t>::min()}};
  const std::string json = protocol::encode_fields(fields);
  CHECK(json.starts_with(R"({"A":true,"a":-5,"b":"x\"\\\n)"));
  const auto back = decode_fields(json);
  REQUIRE(back);
  CHECK(*back == fields);
  CHECK(protocol::encode_fields(*back) == json);
  CHECK(protocol::encode_fields({}) == "{}");
  CHECK(decode_fields("{}")->empty());
}

TEST_CASE("a body holds null, yes or no, whole numbers and text, and nothing else") {
  for (const char* json :
       {"", "null", "5", "[]", "[{}]", "{\"a\": {}}", "{\"a\": []}", "{\"a\": 1.5}", "{\"a\": 1e3}",
        "{\"a\": 1.0}", "{\"a\": 9223372036854775808}", "{\"a\": 18446744073709551616}",
        "{\"a\": 1, \"a\": 2}", "{\"a\": 1} {}", "{\"a\": NaN}", "{\"a\"", "{\"a\": \"\xff\"}",
        "{\"\xff\": 1}", "{\"a\": \"\\ud800\"}"}) {
    const auto refused = decode_fields(json);
    REQUIRE_MESSAGE(!refused.has_value(), json);
    CHECK(refused.error().code == base::ErrorCode::invalid);
    CHECK(base::is_valid_utf8(refused.error().message));
    CHECK(refused.error().message.size() < 300);
  }
}

TEST_CASE("a body has at most 128 fields and 256 KiB") {
  auto with_fields = [](int count) {
    std::string json = "{";
    for (int i = 0; i < count; ++i) json += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
    return json + "}";
  };
  CHECK(decode_fields(with_fields(128)));
  CHECK(!decode_fields(with_fields(129)));
  CHECK(decode_fields("{\"a\":\"" + std::string(256 * 1024 - 8, 'x') + "\"}"));
  CHECK(!decode_fields("{\"a\":\"" + std::string(256 * 1024 - 7, 'x') + "\"}"));
  CHECK(!decode_fields("{\"a\":" + std::string(200'000, '[')));
}

TEST_CASE("fields are read alike whether they are written as our programs do or otherwise") {
  for (const std::string text : {R"({})",
                                 R"({"a":1,"b":true,"c":false,"d":null,"e":"x"})",
                                 R"({"b":1,"a":2})",
                                 R"({"a":"\"\\\/\b\f\n\r\t"})",
                                 R"({"a":"Señora \u00f1 😀"})",
                                 R"({"a":-5,"b":0,"c":-0,"d":00})",
                                 R"({"a":1.5})",
                                 R"({"a":1e3})",
                                 R"({"a":01})",
                                 R"({"a":-})",
                                 R"({"a":999999999999999999,"b":-999999999999999999})",
                                 R"({"a":9223372036854775807})",
                                 R"({"a":9223372036854775808})",
                                 R"({"a":1,"a":1})",
                                 R"({"a":1,})",
                                 R"({"a":1}x)",
                                 R"({"a" :1})",
                                 R"({"a":[]})",
                                 R"({"a":{}})",
                                 R"({"a":tru})",
                                 R"({"a":"x)",
                                 R"({"a")",
                                 R"({a:1})",
                                 "{\"a\":\"\xff\"}",
                                 "{\"a\":\"\x01\"}",
                                 "{\"\xff\":1}",
                                 "",
                                 "{",
                                 "[]"}) {
    const auto quick = decode_fields(text), thorough = decode_fields(" " + text);
    CHECK_MESSAGE(quick.has_value() == thorough.has_value(), text);
    if (quick && thorough) CHECK_MESSAGE(*quick == *thorough, text);
  }
}
