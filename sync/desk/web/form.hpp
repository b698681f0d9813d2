// What a browser sends with a form or after the ? of an address (WHATWG URL,
// application/x-www-form-urlencoded).
#pragma once

#include "shared/base/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace walkin::desk {

inline constexpr std::size_t k_form_bytes_max = 256 * 1024;
inline constexpr std::size_t k_form_fields_max = 64;

// A file in a form of several parts (RFC 7578).
struct UploadedFile {
  std::string name, content;
  bool is_too_large = false; // the content was dropped
};

class Form {
public:
  Form() = default;

  // Errors: invalid (not decodable, not UTF-8, too many fields, a field twice).
  static base::Result<Form> parse(std::string_view encoded);

  // "" when the field is missing.
  const std::string& operator[](std::string_view field) const;
  bool has(std::string_view field) const { return fields_.find(field) != fields_.end(); }

private:
  std::map<std::string, std::string, std::less<>> fields_;
};

// Percent-encodes all but letters, digits and - . _ ~ for use within an address.
std::string encode_component(std::string_view text);

// Percent-decodes; invalid sequences stay as they are.
std::string decode_component(std::string_view text, bool plus_is_blank);

} // namespace walkin::desk
