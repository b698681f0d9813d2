#include "kiosk/app/scan.hpp"

#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"

#include <algorithm>

namespace walkin::kiosk {

std::vector<Typed> ScanFilter::release() {
  std::vector<Typed> out;
  if (!held_.empty()) out.push_back({Typed::Kind::text, std::move(held_)});
  held_ = SecretText();
  characters_ = 0;
  too_long_ = false;
  return out;
}

std::vector<Typed> ScanFilter::text(std::string_view typed, Moment now) {
  std::vector<Typed> out;
  if (is_holding() && now - last_ > k_gap) out = release();
  last_ = now;
  ++characters_;
  if (held_.size() + typed.size() > k_bytes_max) {
    too_long_ = true;
    held_.wipe();
  }
  if (!too_long_) held_.append(typed);
  return out;
}

std::vector<Typed> ScanFilter::enter(Moment now) {
  const bool is_burst = is_holding() && now - last_ <= k_gap && characters_ >= k_characters_min;
  if (is_burst && too_long_) return release();
  std::vector<Typed> out = release();
  if (is_burst && !out.empty())
    out.back().kind = Typed::Kind::scan;
  else
    out.push_back({Typed::Kind::enter, {}});
  return out;
}

std::vector<Typed> ScanFilter::interrupt() { return release(); }

std::vector<Typed> ScanFilter::expire(Moment now) {
  if (!is_holding() || now - last_ <= k_gap) return {};
  return release();
}

std::optional<Moment> ScanFilter::deadline() const {
  if (characters_ == 0) return std::nullopt;
  return last_ + k_gap + std::chrono::milliseconds{1};
}

std::optional<SecretText> cleaned_scan(std::string_view scanned) {
  constexpr std::size_t k_symbology = 3;
  if (scanned.size() > k_symbology && scanned.front() == ']') scanned.remove_prefix(k_symbology);
  SecretText text;
  for (const char& c : scanned)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) text.append({&c, 1});
  const std::string_view all = text.view();
  const auto first = all.find_first_not_of(' ');
  if (first == std::string_view::npos || !base::is_valid_utf8(all)) return std::nullopt;
  return SecretText(all.substr(first, all.find_last_not_of(' ') - first + 1));
}

std::optional<std::string> code_in_scan(std::string_view scanned) {
  // The status page's address is …/t/CODE.TOKEN; some keyboards type its signs wrongly, its path they do not.
  if (const auto path = scanned.rfind("/t/"); path != std::string_view::npos) {
    scanned.remove_prefix(path + 3);
    scanned = scanned.substr(0, scanned.find_first_of(".?#/"));
  }
  constexpr std::size_t k_code_bytes_max = 20;
  if (scanned.size() > k_code_bytes_max) return std::nullopt;
  auto code = domain::parse_ticket_code(scanned);
  return code ? std::optional(std::move(*code)) : std::nullopt;
}

std::vector<std::string> codes_near(std::string_view typed) {
  constexpr std::string_view k_letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::size_t k_plain_max = 14;
  std::string plain;
  for (char c : typed)
    if (c != '-' && c != ' ') plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::vector<std::string> near;
  if (plain.size() < 7 || plain.size() > k_plain_max) return near;
  const auto consider = [&](const std::string& other) {
    auto code = domain::parse_ticket_code(other);
    if (code && std::ranges::find(near, *code) == near.end()) near.push_back(std::move(*code));
  };
  for (std::size_t at = plain.size(); at-- > 0;)
    for (char letter : k_letters) {
      std::string other = plain;
      other[at] = letter;
      if (other != plain) consider(other);
    }
  for (std::size_t at = 0; at + 1 < plain.size(); ++at) {
    std::string other = plain;
    std::swap(other[at], other[at + 1]);
    if (other != plain) consider(other);
  }
  return near;
}

} // namespace walkin::kiosk
