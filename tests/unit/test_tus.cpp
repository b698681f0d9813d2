#include "shared/protocol/tus.hpp"

#include <doctest/doctest.h>

using namespace walkin::protocol;

TEST_CASE("the metadata of an upload is pairs of a key and a value in Base64") {
  auto read = parse_upload_metadata("filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential");
  REQUIRE(read);
  CHECK(*read == UploadMetadata{{"filename", "world_domination_plan.pdf"}, {"is_confidential", ""}});
  CHECK(format_upload_metadata(*read) == "filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential");
  CHECK(parse_upload_metadata("")->empty());
  CHECK(parse_upload_metadata("a YQ==, b Yg==")->size() == 2);
}

TEST_CASE("metadata that is not so is refused") {
  for (const char* wrong :
       {",", "a YQ==,", "a YQ", "a Y===", "a YR==", "a YQ==,a Yg==", " ,x", "\xc3\xa4 YQ==", "a !!!!"})
    CHECK_FALSE_MESSAGE(parse_upload_metadata(wrong), wrong);
  CHECK_FALSE(parse_upload_metadata("k " + std::string(k_metadata_bytes_max, 'A')));
  std::string many;
  for (int i = 0; i < 17; ++i) many += (i ? ",k" : "k") + std::to_string(i);
  CHECK_FALSE(parse_upload_metadata(many));
}

TEST_CASE("a checksum is an algorithm and a digest of its length") {
  auto read = parse_upload_checksum("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
  REQUIRE(read);
  CHECK(read->algorithm == ChecksumAlgorithm::sha1);
  CHECK(read->digest.size() == 20);
  CHECK(format_upload_checksum(*read) == "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
  CHECK(parse_upload_checksum("sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
  for (const char* wrong :
       {"", "sha1", "sha1 ", "md5 XUFAKrxLKna5cZ2REBfFkg==", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
        "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0", "SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="})
    CHECK_FALSE_MESSAGE(parse_upload_checksum(wrong), wrong);
}

TEST_CASE("lengths and offsets are digits and nothing else") {
  CHECK(parse_upload_number("0") == 0);
  CHECK(parse_upload_number("26214400") == 26214400);
  for (const char* wrong :
       {"", "-1", "+1", "1 ", " 1", "0x10", "1e3", "9007199254740992", "99999999999999999999"})
    CHECK_FALSE_MESSAGE(parse_upload_number(wrong), wrong);
}

TEST_CASE("a range is cut to what there is") {
  auto part = [](const char* header) {
    RangeAnswer answer = read_range(header, 100);
    REQUIRE(answer.verdict == RangeVerdict::part);
    return answer.range;
  };
  CHECK(part("bytes=0-0") == ByteRange{0, 0});
  CHECK(part("bytes=10-19") == ByteRange{10, 19});
  CHECK(part("bytes=90-") == ByteRange{90, 99});
  CHECK(part("bytes=90-500") == ByteRange{90, 99});
  CHECK(part("bytes=-1") == ByteRange{99, 99});
  CHECK(part("bytes=-500") == ByteRange{0, 99});
  for (const char* none : {"bytes=100-", "bytes=100-200", "bytes=-0"})
    CHECK(read_range(none, 100).verdict == RangeVerdict::unsatisfiable);
  CHECK(read_range("bytes=0-", 0).verdict == RangeVerdict::unsatisfiable);
  for (const char* whole :
       {"", "bytes=", "bytes=5", "bytes=5-4", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=--1"})
    CHECK(read_range(whole, 100).verdict == RangeVerdict::whole);
}
