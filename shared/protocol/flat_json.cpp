#include "shared/protocol/flat_json.hpp"

#include "shared/base/text.hpp"

#include <string>

namespace walkin::protocol {

namespace {

class Reader {
public:
  explicit Reader(std::string_view json) : rest_(json) {}

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  bool is_at_end() const { return rest_.empty(); }

  std::optional<std::string> text() {
    if (!take("\"")) return std::nullopt;
    std::string out;
    bool is_ascii = true;
    for (std::size_t from = 0, at = 0; at < rest_.size(); ++at) {
      auto byte = static_cast<unsigned char>(rest_[at]);
      if (byte < ' ') return std::nullopt;
      if (byte >= 0x80) is_ascii = false;
      if (byte != '"' && byte != '\\') continue;
      out.append(rest_, from, at - from);
      if (byte == '"') {
        rest_.remove_prefix(at + 1);
        if (!is_ascii && !base::is_valid_utf8(out)) return std::nullopt;
        return out;
      }
      auto character = at + 1 < rest_.size() ? unescaped(rest_[++at]) : std::nullopt;
      if (!character) return std::nullopt;
      out += *character;
      from = at + 1;
    }
    return std::nullopt;
  }

  std::optional<domain::Value> value() {
    if (rest_.empty()) return std::nullopt;
    switch (rest_.front()) {
    case '"':
      if (auto read = text()) return domain::Value{std::move(*read)};
      return std::nullopt;
    case 't': return take("true") ? std::optional(domain::Value{true}) : std::nullopt;
    case 'f': return take("false") ? std::optional(domain::Value{false}) : std::nullopt;
    case 'n': return take("null") ? std::optional(domain::Value{}) : std::nullopt;
    default: return number();
    }
  }

private:
  static std::optional<char> unescaped(char escape) {
    switch (escape) {
    case '"':
    case '\\':
    case '/': return escape;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return std::nullopt;
    }
  }

  // Without a leading zero, and surely within 64 bits.
  std::optional<domain::Value> number() {
    constexpr std::size_t k_digits_max = 18;
    std::size_t sign = rest_.front() == '-' ? 1 : 0, end = sign;
    while (end < rest_.size() && rest_[end] >= '0' && rest_[end] <= '9') ++end;
    bool is_plain = end > sign && end - sign <= k_digits_max && (rest_[sign] != '0' || end == 1);
    auto read = is_plain ? base::parse_integer(rest_.substr(0, end)) : std::nullopt;
    if (!read) return std::nullopt;
    rest_.remove_prefix(end); // a fraction or an exponent stands where a comma has to, and is refused there
    return domain::Value{*read};
  }

  std::string_view rest_;
};

} // namespace

std::optional<domain::Fields> read_flat_json(std::string_view json, std::size_t fields_max) {
  Reader reader(json);
  domain::Fields fields;
  if (!reader.take("{")) return std::nullopt;
  if (reader.take("}")) return reader.is_at_end() ? std::optional(std::move(fields)) : std::nullopt;
  do {
    auto key = reader.text();
    if (!key || !reader.take(":") || fields.size() == fields_max) return std::nullopt;
    auto value = reader.value();
    if (!value) return std::nullopt;
    const std::size_t before = fields.size();
    // Programs write the keys in order.
    fields.emplace_hint(fields.end(), std::move(*key), std::move(*value));
    if (fields.size() == before) return std::nullopt;
  } while (reader.take(","));
  if (!reader.take("}") || !reader.is_at_end()) return std::nullopt;
  return fields;
}

} // namespace walkin::protocol
