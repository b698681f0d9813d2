#include "sync/desk/web/form.hpp"

#include "shared/base/text.hpp"

#include <fmt/format.h>

namespace walkin::desk {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

} // namespace

std::string decode_component(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
               hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string encode_component(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                 c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

base::Result<Form> Form::parse(std::string_view encoded) {
  auto refuse = [](std::string message) { return base::fail(base::ErrorCode::invalid, std::move(message)); };
  Form form;
  while (!encoded.empty()) {
    auto end = encoded.find('&');
    std::string_view pair = encoded.substr(0, end);
    encoded = end == std::string_view::npos ? std::string_view{} : encoded.substr(end + 1);
    if (pair.empty()) continue;
    auto equals = pair.find('=');
    std::string name = decode_component(pair.substr(0, equals), true);
    std::string value =
        equals == std::string_view::npos ? std::string{} : decode_component(pair.substr(equals + 1), true);
    if (!base::is_valid_utf8(name) || !base::is_valid_utf8(value))
      return refuse("The form has characters that cannot be read. Send it as UTF-8.");
    if (!form.fields_.emplace(std::move(name), std::move(value)).second)
      return refuse("The form has a field twice.");
    if (form.fields_.size() > k_form_fields_max)
      return refuse(fmt::format("The form has more than {} fields.", k_form_fields_max));
  }
  return form;
}

const std::string& Form::operator[](std::string_view field) const {
  static const std::string k_empty;
  auto found = fields_.find(field);
  return found == fields_.end() ? k_empty : found->second;
}

} // namespace walkin::desk
