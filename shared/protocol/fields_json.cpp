#include "shared/protocol/fields_json.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/flat_json.hpp"

#include <fmt/format.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

namespace walkin::protocol {

using base::ErrorCode;
using domain::Fields;
using domain::Value;
using Json = nlohmann::json;

namespace {

constexpr std::size_t k_fields_max = 128;
constexpr std::size_t k_fields_bytes_max = 256 * 1024;
constexpr std::size_t k_registration_bytes_max = 64 * 1024;

// SAX keeps hostile input from building a deep tree: the first nested value ends the parse.
class FlatObject : public nlohmann::json_sax<Json> {
public:
  bool null() override { return set(std::monostate{}); }
  bool boolean(bool yes) override { return set(yes); }
  bool number_integer(std::int64_t number) override { return set(number); }
  bool number_unsigned(std::uint64_t number) override {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return refuse("a number is too large");
    return set(static_cast<std::int64_t>(number));
  }
  bool number_float(double, const std::string&) override { return refuse("numbers must be whole"); }
  bool string(std::string& text) override { return set(std::move(text)); }
  bool binary(binary_t&) override { return refuse("binary values are not allowed"); }
  bool start_object(std::size_t) override { return depth_++ == 0 || refuse("values must not be nested"); }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return refuse("lists are not allowed"); }
  bool end_array() override { return true; }
  bool key(std::string& name) override {
    key_ = std::move(name);
    if (fields_.contains(key_)) return refuse("the key " + key_ + " stands twice");
    return fields_.size() < k_fields_max || refuse(fmt::format("over {} fields", k_fields_max));
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return refuse(fmt::format("no valid JSON at byte {}", position));
  }

  Fields fields_;
  std::string refusal_;

private:
  bool set(Value value) {
    if (depth_ == 0) return refuse("not an object");
    fields_.insert_or_assign(std::move(key_), std::move(value));
    return true;
  }
  bool refuse(std::string why) {
    if (refusal_.empty()) refusal_ = std::move(why);
    return false;
  }

  int depth_ = 0;
  std::string key_;
};

Json to_json(const Value& value) {
  return std::visit(
      [](const auto& v) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>)
          return nullptr;
        else
          return v;
      },
      value);
}

// nlohmann's reader takes a zero byte for the end and would not see what follows it.
bool has_raw_zero(std::string_view json) { return json.find('\0') != std::string_view::npos; }

tl::unexpected<base::Error> wrong(const std::string& field, const std::string& what) {
  return base::fail(ErrorCode::invalid, field + ": " + what, field);
}

// Reads the members of one object into places, refusing what it does not know.
class ObjectReader {
public:
  explicit ObjectReader(std::string path) : path_(std::move(path)) {}

  void text(const char* key, std::string& place) {
    readers_.emplace(key, [&place](const std::string& name, const Json& json) -> base::Status {
      if (!json.is_string()) return wrong(name, "this must be text.");
      place = json.get<std::string>();
      return {};
    });
  }
  template <class Enum>
  void choice(const char* key, std::optional<Enum> (*parse)(std::string_view), Enum& place,
              std::string expected) {
    readers_.emplace(key,
                     [parse, &place, expected](const std::string& name, const Json& json) -> base::Status {
                       auto value = json.is_string() ? parse(json.get<std::string>()) : std::nullopt;
                       if (!value) return wrong(name, "this must be one of " + expected + ".");
                       place = *value;
                       return {};
                     });
  }
  template <class Enum>
  void choice(const char* key, std::optional<Enum> (*parse)(std::string_view), std::optional<Enum>& place,
              std::string expected) {
    readers_.emplace(key,
                     [parse, &place, expected](const std::string& name, const Json& json) -> base::Status {
                       auto value = json.is_string() ? parse(json.get<std::string>()) : std::nullopt;
                       if (!value) return wrong(name, "this must be one of " + expected + ".");
                       place = value;
                       return {};
                     });
  }
  void custom(const char* key, std::function<base::Status(const std::string&, const Json&)> read) {
    readers_.emplace(key, std::move(read));
  }
  void object(const char* key, ObjectReader& inner) {
    readers_.emplace(key, [&inner](const std::string&, const Json& json) { return inner.read(json); });
  }

  base::Status read(const Json& json) {
    if (!json.is_object()) return wrong(path_.empty() ? "registration" : path_, "this must be an object.");
    for (const auto& [key, value] : json.items()) {
      std::string name = path_.empty() ? key : path_ + "." + key;
      auto reader = readers_.find(key);
      if (reader == readers_.end())
        return wrong(base::is_valid_utf8(name) ? base::shorten(name, 80) : "registration",
                     "this key is not known. Known here: " + known_keys() + ".");
      if (value.is_null()) continue;
      if (auto done = reader->second(name, value); !done) return done;
    }
    return {};
  }

private:
  std::string known_keys() const {
    std::string keys;
    for (const auto& [key, reader] : readers_) keys += (keys.empty() ? "" : ", ") + key;
    return keys;
  }

  std::string path_;
  std::map<std::string, std::function<base::Status(const std::string&, const Json&)>> readers_;
};

base::Status read_memory(std::optional<std::int64_t>& place, const std::string& name, const Json& json) {
  if (!json.is_number_integer())
    return wrong(name, "this must be a whole number of megabytes, such as 16384.");
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    return wrong(name, "this number is too large.");
  place = json.get<std::int64_t>();
  if (auto problem = domain::check_memory_mb(*place))
    return base::fail(ErrorCode::invalid, domain::describe(*problem), name);
  return {};
}

base::Status read_voicemail(Value& place, const std::string& name, const Json& json) {
  if (json.is_boolean())
    place = json.get<bool>();
  else if (json.is_string())
    place = json.get<std::string>();
  else
    return wrong(name, "this must be text, true or false.");
  return {};
}

// nlohmann's tree is built only for input of bounded depth.
base::Result<Json> parse_shallow(std::string_view json) {
  constexpr int k_depth_max = 4;
  bool too_deep = false;
  std::vector<std::set<std::string>> keys; // of the objects that are open, from the outermost in
  std::vector<std::string> path;           // their keys that are being read
  std::string twice;
  Json parsed = Json::parse(
      json,
      [&](int depth, Json::parse_event_t event, Json& value) {
        too_deep = too_deep || depth > k_depth_max;
        if (too_deep || !twice.empty()) return false;
        if (event == Json::parse_event_t::object_start) {
          keys.emplace_back();
          path.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
          keys.pop_back();
          path.pop_back();
        } else if (event == Json::parse_event_t::key) {
          path.back() = value.get<std::string>();
          if (!keys.back().insert(path.back()).second) twice = fmt::format("{}", fmt::join(path, "."));
        }
        return true;
      },
      false);
  if (too_deep)
    return wrong("registration", fmt::format("values are nested more than {} deep.", k_depth_max));
  if (!twice.empty()) return wrong(base::shorten(twice, 80), "this key stands twice.");
  if (parsed.is_discarded() || has_raw_zero(json))
    return wrong("registration",
                 base::is_valid_utf8(json) ? "this is not valid JSON." : "this is not valid UTF-8 text.");
  return parsed;
}

} // namespace

std::string encode_fields(const Fields& fields) {
  Json object = Json::object();
  for (const auto& [name, value] : fields) object.emplace(name, to_json(value));
  return object.dump();
}

base::Result<Fields> decode_fields(std::string_view json) {
  if (json.size() > k_fields_bytes_max)
    return wrong("fields", fmt::format("over {} bytes.", k_fields_bytes_max));
  if (auto fields = read_flat_json(json, k_fields_max)) return std::move(*fields);
  FlatObject object;
  if (has_raw_zero(json)) return wrong("fields", "no valid JSON: it holds a zero byte.");
  if (!Json::sax_parse(json, &object)) return wrong("fields", object.refusal_ + ".");
  return std::move(object.fields_);
}

base::Result<domain::Registration> decode_registration(std::string_view json) {
  if (json.size() > k_registration_bytes_max)
    return wrong("registration", fmt::format("at most {} bytes are allowed.", k_registration_bytes_max));
  if (base::is_valid_utf8(json) && base::clean(json).empty())
    return wrong("registration", "nothing was given; one JSON object is expected.");
  auto parsed = parse_shallow(json);
  if (!parsed) return base::forward_error(parsed);

  domain::Registration r;
  ObjectReader contact("contact"), computer("computer"), telephone("telephone"), top("");
  contact.text("name", r.contact.name);
  contact.text("email", r.contact.email);
  contact.text("phone", r.contact.phone);
  contact.text("employee_id", r.contact.employee_id);
  contact.text("preferred", r.contact.preferred);
  contact.text("language", r.contact.language);
  computer.text("asset_tag", r.computer.asset_tag);
  computer.text("os", r.computer.os);
  computer.text("os_version", r.computer.os_version);
  computer.text("model", r.computer.model);
  computer.text("serial", r.computer.serial);
  computer.text("hostname", r.computer.hostname);
  computer.custom("memory_mb", [&r](const std::string& name, const Json& value) {
    return read_memory(r.computer.memory_mb, name, value);
  });
  telephone.text("number", r.telephone.number);
  telephone.text("extension", r.telephone.extension);
  telephone.text("handset", r.telephone.handset);
  telephone.text("carrier", r.telephone.carrier);
  telephone.custom("voicemail", [&r](const std::string& name, const Json& value) {
    return read_voicemail(r.telephone.voicemail, name, value);
  });
  top.object("contact", contact);
  top.object("computer", computer);
  top.object("telephone", telephone);
  top.text("description", r.description);
  top.choice("channel", domain::parse_channel, r.channel, "walk_in, phone, email, field");
  top.choice("category", domain::parse_category, r.category,
             "computer, phone, account, printer, network, other");
  top.choice("nature", domain::parse_nature, r.nature, "question, incident, problem, complaint, work_order");
  top.choice("severity", domain::parse_degree, r.severity, "high, medium, low");
  top.choice("affected", domain::parse_affected, r.affected, "one, team, many");
  top.choice("consequence", domain::parse_degree, r.consequence, "high, medium, low");
  if (auto read = top.read(*parsed); !read) return base::forward_error(read);
  return domain::validated(std::move(r));
}

} // namespace walkin::protocol
