// What the desk makes of a request's first bytes.
#include "sync/desk/web/request_head.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace walkin::desk;

namespace {

ReadHead read(const std::string& lines) {
  return read_head("POST /sync/v1/push HTTP/1.1\r\n" + lines + "\r\n");
}

} // namespace

TEST_CASE("a head is complete at its empty line, and says how long the body is and whose it is") {
  const std::string raw = "POST /sync/v1/push HTTP/1.1\r\nHost: desk\r\ncontent-length: 12\r\n\r\n{";
  for (std::size_t size = 0; size < raw.size() - 1; ++size)
    CHECK(read_head(raw.substr(0, size)).state == HeadState::incomplete);
  ReadHead all = read_head(raw);
  REQUIRE(all.state == HeadState::complete);
  CHECK(all.head.bytes == raw.size() - 1);
  CHECK(all.head.body_bytes == 12);
  CHECK(all.head.is_sync);
  CHECK_FALSE(all.head.is_chunked);
  CHECK_FALSE(read_head("GET /console/tickets HTTP/1.1\r\n\r\n").head.is_sync);
}

TEST_CASE("a body without a length is told apart, and one that waits to be asked for") {
  CHECK(read("Transfer-Encoding: Chunked\r\n").head.is_chunked);
  CHECK(read("Expect: 100-continue\r\n").head.waits_for_continue);
}

TEST_CASE("a request whose end two readers could see at two places is refused") {
  for (const char* lines :
       {"Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Content-Length: -1\r\n", "Content-Length: 5, 5\r\n",
        "Content-Length: 0x10\r\n", "Content-Length: \r\n", "Content-Length: 99999999999999999999\r\n",
        "Content-Length : 5\r\n", " Content-Length: 5\r\n", "no colon\r\n", ": no name\r\n",
        "A: b\nContent-Length: 5\r\n", "A: b\rc\r\n"}) {
    CAPTURE(lines);
    CHECK(read(lines).state == HeadState::malformed);
  }
  CHECK(read("Content-Length: 5\r\nContent-Length: 5\r\n").state == HeadState::complete);
  CHECK(read(std::string("A: b") + '\0' + "c\r\n").state == HeadState::malformed);
}

TEST_CASE("what is not HTTP is refused at its first byte, and a wrong request line at its end") {
  CHECK(read_head("\x16\x03\x01").state == HeadState::malformed);
  CHECK(read_head("{\"events\"").state == HeadState::malformed);
  for (const char* line :
       {"GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/2", "GET /a b HTTP/1.1", "GET /\t HTTP/1.1"}) {
    CAPTURE(line);
    CHECK(read_head(std::string(line) + "\r\n\r\n").state == HeadState::malformed);
  }
}

TEST_CASE("a head that does not end is refused at its limit") {
  CHECK(read_head("GET /" + std::string(k_head_bytes_max, 'a')).state == HeadState::too_large);
  std::string lines;
  for (std::size_t i = 0; i <= k_head_lines_max; ++i) lines += "A: b\r\n";
  CHECK(read(lines).state == HeadState::too_large);
  CHECK(read(lines.substr(6)).state == HeadState::complete);
}
