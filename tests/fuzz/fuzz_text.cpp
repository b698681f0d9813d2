#include "shared/base/text.hpp"
#include "shared/domain/fields.hpp"
#include "tests/fuzz/property.hpp"

#include <cstdint>

using namespace walkin;
using fuzz::must;

namespace {

// RFC 3629 section 4, told otherwise than in the library: by decoding and encoding again.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto at = [&](std::size_t offset) -> std::uint32_t {
      return i + offset < text.size() ? static_cast<std::uint8_t>(text[i + offset]) : 0u;
    };
    std::uint32_t lead = at(0);
    std::size_t length = lead < 0x80         ? 1
                         : (lead >> 5) == 6  ? 2
                         : (lead >> 4) == 14 ? 3
                         : (lead >> 3) == 30 ? 4
                                             : 0;
    if (length == 0) return false;
    std::uint32_t c = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if ((at(k) >> 6) != 2) return false;
      c = (c << 6) | (at(k) & 0x3f);
    }
    constexpr std::uint32_t k_least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < k_least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return false;
    i += length;
  }
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::view(data, size);
  must(base::is_valid_utf8(text) == is_utf8(text), "UTF-8 is what RFC 3629 says");
  for (const char* field : {"contact.email", "contact.phone", "contact.name", "description", "status",
                            "computer.memory_mb", "telephone.voicemail"}) {
    (void)domain::check_text(field, text);
    (void)domain::parse_field_value(field, text);
  }
  if (!is_utf8(text)) return 0;
  std::string cleaned = base::clean(text);
  must(is_utf8(cleaned), "clean text is text");
  must(base::clean(cleaned) == cleaned, "clean text stays");
  must(cleaned.find('\r') == std::string::npos, "clean text has plain line ends");
  must(is_utf8(base::fold(cleaned)), "folded text is text");
  must(base::count_code_points(text) <= text.size(), "a code point has a byte at least");
  for (std::size_t limit : {0u, 1u, 5u, 80u}) {
    std::string cut = base::shorten(text, limit);
    must(is_utf8(cut) && base::count_code_points(cut) <= limit, "shortened text is short");
    must(base::count_code_points(text) > limit || cut == text, "what fits is not cut");
  }
  return 0;
}
