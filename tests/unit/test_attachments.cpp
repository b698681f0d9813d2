#include "shared/domain/attachment.hpp"
#include "tests/fixtures/ticket_events.hpp"

#include <doctest/doctest.h>

using namespace walkin;
using namespace std::string_view_literals;
using domain::attachment_name;
using domain::media_type_of;

namespace {

std::string little(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// A ZIP file of stored entries.
std::string zip(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string local, central;
  for (const auto& [name, content] : entries) {
    std::string sizes = little(0, 4) + little(static_cast<std::uint32_t>(content.size()), 4) +
                        little(static_cast<std::uint32_t>(content.size()), 4) +
                        little(static_cast<std::uint32_t>(name.size()), 2);
    central += "PK\1\2" + std::string(12, '\0') + sizes + std::string(12, '\0') +
               little(static_cast<std::uint32_t>(local.size()), 4) + name;
    local += "PK\3\4" + std::string(10, '\0') + sizes + little(0, 2) + name + content;
  }
  return local + central + "PK\5\6" + std::string(4, '\0') +
         little(static_cast<std::uint32_t>(entries.size()), 2) +
         little(static_cast<std::uint32_t>(entries.size()), 2) +
         little(static_cast<std::uint32_t>(central.size()), 4) +
         little(static_cast<std::uint32_t>(local.size()), 4) + little(0, 2);
}

std::string type_of(std::string_view content) {
  auto type = media_type_of(content);
  return type ? std::string(*type) : "refused";
}

domain::EventParts named(int number, std::int64_t size = 10) {
  return domain::attachment_parts(base::sha256_of(std::to_string(number)), size, "image/png", "a.png");
}

} // namespace

TEST_CASE("the type of a file is what its bytes say") {
  CHECK(type_of("\x89PNG\r\n\x1a\n....") == "image/png");
  CHECK(type_of("\xff\xd8\xff\xe0....JFIF") == "image/jpeg");
  CHECK(type_of("GIF89a...") == "image/gif");
  CHECK(type_of("RIFF....WEBPVP8 ") == "image/webp");
  CHECK(type_of("RIFF\x01....WAVEfmt ") == "refused");
  CHECK(type_of("\0\0\0\x18"
                "ftypheic\0\0\0\0mif1heic"sv) == "image/heic");
  CHECK(type_of("\0\0\0\x18"
                "ftypisom\0\0\2\0isomiso2"sv) == "video/mp4");
  CHECK(type_of("\0\0\0\x18"
                "ftypqt  \0\0\2\0qt  "sv) == "refused");
  CHECK(type_of("%PDF-1.7\n%\xe2\xe3") == "application/pdf");
  CHECK(type_of("Drucker klemmt \xc3\xa4lter Stau\r\n\tSeite 2") == "text/plain");
  CHECK(type_of("\xef\xbb\xbfwith a mark") == "text/plain");
}

TEST_CASE("programs, other archives, other encodings and what only claims to be something are refused") {
  CHECK(type_of("MZ\x90\0\3"sv) == "refused");
  CHECK(type_of("\x7f"
                "ELF\2\1\1") == "refused");
  CHECK(type_of("Caf\xe9 in Latin-1") == "refused");
  CHECK(type_of("text with\0zero"sv) == "refused");
  CHECK(type_of("Rar!\x1a\7") == "refused");
  auto refused = media_type_of("MZ\x90\0\3"sv);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("PNG") != std::string::npos);
}

TEST_CASE("an archive is an office file by what is in it") {
  CHECK(type_of(zip({{"[Content_Types].xml", "<x/>"}, {"word/document.xml", "<x/>"}}))
            .ends_with("wordprocessingml.document"));
  CHECK(type_of(zip({{"_rels/.rels", "<x/>"}, {"[Content_Types].xml", "<x/>"}, {"xl/workbook.xml", "<x/>"}}))
            .ends_with("sheet"));
  CHECK(type_of(zip({{"[Content_Types].xml", ""}, {"ppt/presentation.xml", ""}})).ends_with("presentation"));
  CHECK(type_of(zip({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", "<x/>"}})) ==
        "application/vnd.oasis.opendocument.text");
  CHECK(type_of(zip({{"mimetype", "application/x-else"}, {"content.xml", "<x/>"}})) == "refused");
  CHECK(type_of(zip({{"virus.exe", "MZ"}})) == "refused");
  CHECK(
      type_of(zip({{"[Content_Types].xml", ""}, {"word/document.xml", ""}, {"word/vbaProject.bin", "x"}})) ==
      "refused");
  CHECK(type_of("PK\3\4 cut off") == "refused");
  std::string cut = zip({{"[Content_Types].xml", ""}, {"word/document.xml", ""}});
  for (std::size_t length = 0; length <= cut.size(); ++length)
    (void)media_type_of(std::string_view(cut).substr(0, length));
}

TEST_CASE("a name is the last part of a path, without what could deceive") {
  CHECK(attachment_name("/home/ana/screen shot.png") == "screen shot.png");
  CHECK(attachment_name("C:\\Users\\ana\\log.txt") == "log.txt");
  CHECK(attachment_name("..") == "file");
  CHECK(attachment_name("") == "file");
  CHECK(attachment_name("a\xff") == "file");
  CHECK(attachment_name("invoice\xe2\x80\xae"
                        "fdp.exe") == "invoicefdp.exe"); // right-to-left override
  CHECK(attachment_name("two\nlines\x01.txt") == "twolines.txt");
  std::string longest = attachment_name(std::string(254, 'a') + "\xc3\xa4.png");
  CHECK(longest == std::string(254, 'a'));
}

TEST_CASE("a file has something in it, and at most 25 MB") {
  CHECK_FALSE(domain::check_attachment_size(0));
  CHECK(domain::check_attachment_size(1));
  CHECK(domain::check_attachment_size(domain::k_attachment_bytes_max));
  auto refused = domain::check_attachment_size(domain::k_attachment_bytes_max + 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("25 MB") != std::string::npos);
}

TEST_CASE("a ticket takes twenty attachments and refuses the next in words") {
  domain::Ticket ticket;
  for (int i = 0; i < 20; ++i) {
    domain::EventParts parts = named(i);
    REQUIRE(domain::check_event(ticket, parts));
    domain::HistoryEntry entry;
    entry.known = parts.kind;
    entry.body = parts.body;
    entry.contact = parts.contact;
    ticket.history.push_back(entry);
  }
  CHECK(domain::attachments_of(ticket).size() == 20);
  CHECK(domain::attachments_of(ticket)[3].name == "a.png");
  auto refused = domain::check_event(ticket, named(20));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("20") != std::string::npos);
  ticket.history.back().took_effect = false; // one that was refused does not count
  CHECK(domain::check_event(ticket, named(20)));
}

TEST_CASE("an event that names no file, or none of a size that there can be, is invalid") {
  domain::Ticket ticket;
  auto wrong = named(1);
  wrong.body["sha256"] = std::string("abc");
  CHECK_FALSE(domain::check_event(ticket, wrong));
  CHECK_FALSE(domain::check_event(ticket, named(1, 0)));
  CHECK_FALSE(domain::check_event(ticket, named(1, domain::k_attachment_bytes_max + 1)));
}

TEST_CASE("SHA-256 is that of FIPS 180-4, also in pieces") {
  CHECK(base::sha256_of("abc").str() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  base::Sha256Hasher hasher;
  hasher.add("a").add("").add("bc");
  CHECK(hasher.finish() == base::sha256_of("abc"));
  CHECK(base::Sha256::parse(base::sha256_of("abc").str()) == base::sha256_of("abc"));
  CHECK_FALSE(base::Sha256::parse("ba78"));
}
