#include "sync/http/answer.hpp"

#include "shared/base/hash.hpp"
#include "shared/protocol/version.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace walkin::sync {

using base::ErrorCode;

std::optional<Millis> read_retry_after(std::string_view text) {
  std::int64_t seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || seconds < 0)
    return std::nullopt;
  return Millis{std::min<std::int64_t>(seconds, 86'400) * 1'000};
}

std::string not_a_desk(std::string_view url) {
  return fmt::format(
      "What answers at {} is not a Walkin desk. A sign-in page of this network may be in the way.", url);
}

namespace {

tl::unexpected<Failure> failure(ErrorCode code, std::string message, std::optional<Millis> retry_after = {}) {
  return tl::unexpected(Failure{{code, std::move(message), {}}, retry_after});
}

// What an answer other than 200 means for the station.
tl::unexpected<Failure> refusal(const Answer& answer) {
  auto format = protocol::format_of(answer.content_type).value_or(protocol::Format::json);
  auto error = protocol::decode_error_reply(answer.body, format);
  std::string words =
      error ? error->message : fmt::format("The desk answered with status {}.", answer.status);
  auto retry_after = read_retry_after(answer.retry_after);
  switch (answer.status) {
  case 401:
  case 403: return failure(ErrorCode::denied, words);
  case 404: return failure(ErrorCode::not_found, words);
  case 409:
    return tl::unexpected(
        Failure{{ErrorCode::conflict, words, error ? error->code : std::string{}}, retry_after});
  case 426: return failure(ErrorCode::too_new, words);
  case 429:
  case 503: return failure(ErrorCode::busy, words, retry_after.value_or(Millis{5'000}));
  case 507: return failure(ErrorCode::no_space, words, retry_after);
  default:
    return failure(answer.status >= 500 ? ErrorCode::internal : ErrorCode::invalid, words, retry_after);
  }
}

} // namespace

tl::expected<std::string, Failure> read_answer(Answer answer, std::string_view url) {
  if (!protocol::parse_version_range(answer.version)) return failure(ErrorCode::offline, not_a_desk(url));
  if (!answer.digest.empty() && answer.digest != base::hash_of(answer.body).str())
    return failure(ErrorCode::offline, "The desk's answer was damaged on the way. It will be tried again.");
  if (answer.status != 200) return refusal(answer);
  return std::move(answer.body);
}

} // namespace walkin::sync
