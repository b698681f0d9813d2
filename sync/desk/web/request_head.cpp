#include "sync/desk/web/request_head.hpp"

#include <algorithm>
#include <charconv>

namespace walkin::desk {

namespace {

constexpr std::size_t k_length_digits_max = 15;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool has_control_character(std::string_view line) {
  return std::ranges::any_of(line, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

std::optional<std::size_t> length_of(std::string_view digits) {
  std::size_t length = 0;
  if (digits.empty() || digits.size() > k_length_digits_max) return std::nullopt;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return length;
}

// Takes one header line into `head`; false when it cannot stand.
bool take_line(std::string_view line, RequestHead& head, bool& has_length) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || has_control_character(line)) return false;
  std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
  if (!std::ranges::all_of(name, is_name_character)) return false;
  if (equals_ignoring_case(name, "Content-Length")) {
    auto length = length_of(value);
    if (!length || (has_length && *length != head.body_bytes)) return false;
    head.body_bytes = *length;
    has_length = true;
  } else if (equals_ignoring_case(name, "Transfer-Encoding")) {
    if (head.is_chunked || !equals_ignoring_case(value, "chunked")) return false;
    head.is_chunked = true;
  } else if (equals_ignoring_case(name, "Expect")) {
    head.waits_for_continue = true;
  }
  return true;
}

// "POST /sync/v1/push HTTP/1.1"
bool take_request_line(std::string_view line, RequestHead& head) {
  auto first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || first == last || has_control_character(line))
    return false;
  std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.empty() || target.find_first_of(" \t") != std::string_view::npos) return false;
  if (!line.substr(last + 1).starts_with("HTTP/1.")) return false;
  head.is_sync = target.starts_with("/sync/");
  return true;
}

} // namespace

ReadHead read_head(std::string_view received) {
  // A client that speaks TLS, or anything else, to a plain port need not be waited for.
  if (!received.empty() && !is_name_character(received.front())) return {HeadState::malformed};
  auto end = received.substr(0, k_head_bytes_max).find("\r\n\r\n");
  if (end == std::string_view::npos)
    return {received.size() >= k_head_bytes_max ? HeadState::too_large : HeadState::incomplete};

  RequestHead head;
  head.bytes = end + 4;
  std::string_view rest = received.substr(0, end);
  bool has_length = false;
  for (std::size_t number = 0; !rest.empty(); ++number) {
    if (number > k_head_lines_max) return {HeadState::too_large};
    auto line_end = rest.find("\r\n");
    std::string_view line = rest.substr(0, line_end);
    rest = line_end == std::string_view::npos ? std::string_view{} : rest.substr(line_end + 2);
    if (!(number == 0 ? take_request_line(line, head) : take_line(line, head, has_length)))
      return {HeadState::malformed};
  }
  if (head.is_chunked && has_length) return {HeadState::malformed};
  return {HeadState::complete, head};
}

} // namespace walkin::desk
