#include "shared/protocol/reference_json.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/document_codec.hpp"

namespace walkin::protocol {

using namespace codec;
using namespace domain;
using base::Result;

namespace {

constexpr std::size_t k_languages_max = 20;
constexpr std::size_t k_keywords_max = 100;
constexpr std::size_t k_list_max = 1000;
constexpr std::size_t k_text_bytes_max = 256 * 1024;
constexpr std::array k_weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

template <class Message, class Read>
Result<Message> decode_body(std::string_view body, Read read) {
  if (body.size() > k_document_body_bytes_max)
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("body: at most {} KiB.", k_document_body_bytes_max / 1024), "body");
  return decode_with<Message>(body, Format::json, read);
}

const Json& object_of(const Json& object, const char* name) {
  const Json& found = member(object, name);
  if (!found.is_object()) throw Malformed{name, "it is no object"};
  return found;
}

Localised read_localised(const Json& object, const char* name) {
  Localised out;
  if (optional_member(object, name) == nullptr) return out;
  const Json& texts = object_of(object, name);
  if (texts.size() > k_languages_max) throw Malformed{name, "it has too many languages"};
  for (const auto& [language, text] : texts.items())
    out.emplace(language, read_text(text, name, k_text_bytes_max));
  return out;
}

// A list of texts, or one text with commas, as people write it in a file.
std::vector<std::string> read_words(const Json& json, const char* name) {
  std::vector<std::string> out;
  if (json.is_array()) {
    if (json.size() > k_keywords_max) throw Malformed{name, "there are too many"};
    for (const Json& word : json) out.push_back(read_text(word, name, k_short_text_bytes_max));
    return out;
  }
  const std::string text = read_text(json, name, k_short_text_bytes_max);
  for (std::size_t start = 0; start <= text.size();) {
    auto end = std::min(text.find(',', start), text.size());
    std::string word = base::clean(std::string_view(text).substr(start, end - start));
    if (!word.empty()) out.push_back(std::move(word));
    start = end + 1;
  }
  return out;
}

std::optional<Category> read_category(const Json& object) {
  std::string name = optional_text_of(object, "category");
  if (name.empty()) return std::nullopt;
  auto category = parse_category(name);
  if (!category) throw Malformed{"category", "it is no known one"};
  return category;
}

void put_category(Json& json, const std::optional<Category>& category) {
  if (category) json["category"] = name_of(*category);
}

void put(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}
void put(Json& json, const char* name, const Localised& text) {
  if (!text.empty()) json[name] = text;
}

std::optional<std::chrono::local_days> read_day(const Json& object, const char* name) {
  std::string text = optional_text_of(object, name);
  if (text.empty()) return std::nullopt;
  auto day = parse_local_day(text);
  if (!day) throw Malformed{name, day.error().message};
  return *day;
}

std::optional<base::Instant> read_instant(const Json& object, const char* name) {
  if (optional_member(object, name) == nullptr) return std::nullopt;
  return instant_of(object, name);
}

OpenDay read_open_day(const Json& json, const char* name) {
  auto day = parse_open_day(read_text(json, name, k_short_text_bytes_max));
  if (!day) throw Malformed{name, day.error().message};
  return *day;
}

OpeningHours read_hours(const Json& object) {
  OpeningHours hours;
  if (optional_member(object, "hours") != nullptr) {
    const Json& week = object_of(object, "hours");
    for (std::size_t day = 0; day < k_weekdays.size(); ++day)
      if (const Json* text = optional_member(week, k_weekdays[day]))
        hours.week[day] = read_open_day(*text, "hours");
  }
  if (optional_member(object, "exceptions") != nullptr) {
    const Json& days = object_of(object, "exceptions");
    if (days.size() > k_list_max) throw Malformed{"exceptions", "there are too many"};
    for (const auto& [name, text] : days.items()) {
      auto day = parse_local_day(name);
      if (!day) throw Malformed{"exceptions", day.error().message};
      hours.exceptions.emplace(*day, read_open_day(text, "exceptions"));
    }
  }
  return hours;
}

GuideNode read_node(const Json& json) {
  GuideNode node;
  auto type = parse_guide_node_type(text_of(json, "type"));
  if (!type) throw Malformed{"type", "it is none of question, answer, get_help"};
  node.type = *type;
  node.text = read_localised(json, "text");
  node.help = read_localised(json, "help");
  node.yes = optional_text_of(json, "yes", k_document_id_bytes_max);
  node.no = optional_text_of(json, "no", k_document_id_bytes_max);
  node.cant_tell = optional_text_of(json, "cant_tell", k_document_id_bytes_max);
  node.article = optional_text_of(json, "article", k_document_id_bytes_max);
  node.picture = optional_text_of(json, "picture", k_document_id_bytes_max);
  return node;
}

Guide read_guide(const Json& json) {
  Guide guide;
  guide.id = text_of(json, "id", k_document_id_bytes_max);
  guide.category = read_category(json);
  guide.product = optional_text_of(json, "product");
  guide.title = read_localised(json, "title");
  if (optional_member(json, "keywords") != nullptr)
    for (const auto& [language, words] : object_of(json, "keywords").items())
      guide.keywords.emplace(language, read_words(words, "keywords"));
  guide.start = text_of(json, "start", k_document_id_bytes_max);
  const Json& nodes = object_of(json, "nodes");
  if (nodes.size() > k_list_max) throw Malformed{"nodes", "there are too many"};
  for (const auto& [name, node] : nodes.items()) {
    if (!node.is_object()) throw Malformed{name, "it is no object"};
    guide.nodes.emplace(name, read_node(node));
  }
  if (auto checked = check_guide(guide); !checked)
    throw Malformed{checked.error().context.empty() ? "guide" : checked.error().context,
                    checked.error().message};
  return guide;
}

SiteSettings read_settings(const Json& json) {
  SiteSettings settings;
  settings.site = text_of(json, "site");
  settings.organisation = optional_text_of(json, "organisation");
  if (optional_member(json, "logo") != nullptr) {
    auto logo = base::from_base64(text_of(json, "logo", 2 * k_logo_bytes_max));
    if (!logo) throw Malformed{"logo", "it is not in Base64"};
    settings.logo_png = *logo;
  }
  if (const Json* languages = optional_member(json, "languages"))
    settings.languages = read_words(*languages, "languages");
  settings.hours = read_hours(json);
  settings.time_zone = optional_text_of(json, "time_zone");
  settings.slip_text = read_localised(json, "slip_text");
  if (optional_member(json, "printer") != nullptr) {
    auto printer = parse_printer(text_of(json, "printer"));
    if (!printer) throw Malformed{"printer", printer.error().message};
    settings.printer = *printer;
  }
  settings.staff_pin_hash = optional_text_of(json, "staff_pin_hash");
  settings.public_address = optional_text_of(json, "public_address");
  settings.phone = optional_text_of(json, "phone");
  auto seconds = [&json](const char* name, std::chrono::seconds& out) {
    if (optional_member(json, name) != nullptr) out = std::chrono::seconds{integer_of(json, name, 0, 86'400)};
  };
  seconds("idle_after_s", settings.idle_after);
  seconds("idle_warning_s", settings.idle_warning);
  seconds("number_shown_s", settings.number_shown);
  settings.reduced_motion = bool_of(json, "reduced_motion");
  auto number = [&json](const char* name, int& out) {
    if (optional_member(json, name) != nullptr) out = static_cast<int>(integer_of(json, name, 0, 36'500));
  };
  number("link_days", settings.link_days);
  number("keep_days", settings.keep_days);
  number("no_show_min", settings.no_show_min);
  if (auto checked = check_settings(settings); !checked)
    throw Malformed{checked.error().context, checked.error().message};
  return settings;
}

} // namespace

std::string encode_body(const Article& a) {
  Json json = {{"id", a.id},
               {"language", a.language},
               {"title", a.title},
               {"body", a.body},
               {"audience", name_of(a.audience)}};
  put(json, "summary", a.summary);
  put(json, "product", a.product);
  put(json, "author", a.author);
  put_category(json, a.category);
  if (!a.keywords.empty()) json["keywords"] = a.keywords;
  if (!a.groups.empty()) json["groups"] = a.groups;
  if (a.reviewed) json["reviewed"] = to_text(*a.reviewed);
  if (a.review_by) json["review_by"] = to_text(*a.review_by);
  return json.dump();
}

std::string encode_body(const Guide& g) {
  Json json = {{"id", g.id}, {"title", g.title}, {"start", g.start}, {"nodes", Json::object()}};
  put(json, "product", g.product);
  put_category(json, g.category);
  if (!g.keywords.empty()) json["keywords"] = g.keywords;
  for (const auto& [name, node] : g.nodes) {
    Json item = {{"type", name_of(node.type)}, {"text", node.text}};
    put(item, "help", node.help);
    put(item, "yes", node.yes);
    put(item, "no", node.no);
    put(item, "cant_tell", node.cant_tell);
    put(item, "article", node.article);
    put(item, "picture", node.picture);
    json["nodes"][name] = std::move(item);
  }
  return json.dump();
}

std::string encode_body(const Bulletin& b) {
  Json json = {{"id", b.id}, {"title", b.title}, {"from", base::to_ms(b.from)}};
  put(json, "body", b.body);
  put(json, "answer", b.answer);
  if (b.until) json["until"] = base::to_ms(*b.until);
  for (Category category : b.categories) json["categories"].push_back(name_of(category));
  if (!b.sites.empty()) json["sites"] = b.sites;
  if (b.is_ended) json["is_ended"] = true;
  if (b.ended) json["ended"] = base::to_ms(*b.ended);
  return json.dump();
}

std::string encode_body(const SiteSettings& s) {
  Json json = {{"site", s.site},
               {"languages", s.languages},
               {"printer", to_text(s.printer)},
               {"idle_after_s", s.idle_after.count()},
               {"idle_warning_s", s.idle_warning.count()},
               {"number_shown_s", s.number_shown.count()},
               {"link_days", s.link_days},
               {"keep_days", s.keep_days},
               {"no_show_min", s.no_show_min}};
  put(json, "organisation", s.organisation);
  put(json, "time_zone", s.time_zone);
  put(json, "logo", base::to_base64(s.logo_png));
  put(json, "slip_text", s.slip_text);
  put(json, "staff_pin_hash", s.staff_pin_hash);
  put(json, "public_address", s.public_address);
  put(json, "phone", s.phone);
  if (s.reduced_motion) json["reduced_motion"] = true;
  for (std::size_t day = 0; day < k_weekdays.size(); ++day)
    if (!s.hours.week[day].empty()) json["hours"][k_weekdays[day]] = to_text(s.hours.week[day]);
  for (const auto& [day, open] : s.hours.exceptions)
    json["exceptions"][to_text(day)] = open.empty() ? "closed" : to_text(open);
  return json.dump();
}

std::string encode_body(const Asset& a) {
  Json json = {{"tag", a.tag}};
  put(json, "kind", a.kind);
  put(json, "model", a.model);
  put(json, "os", a.os);
  put(json, "os_version", a.os_version);
  put(json, "serial", a.serial);
  if (a.memory_mb) json["memory_mb"] = *a.memory_mb;
  return json.dump();
}

std::string encode_body(const DirectoryEntry& e) {
  Json json = {{"key", e.key.str()},
               {"masked_name", e.masked_name},
               {"entitlement", name_of(e.entitlement)},
               {"person", e.person}};
  put(json, "language", e.language);
  put(json, "masked_email", e.masked_email);
  put(json, "masked_phone", e.masked_phone);
  return json.dump();
}

Result<Article> decode_article(std::string_view body) {
  return decode_body<Article>(body, [](const Json& json) {
    Article article;
    article.id = text_of(json, "id", k_document_id_bytes_max);
    article.language = text_of(json, "language", 16);
    article.title = text_of(json, "title");
    article.summary = optional_text_of(json, "summary");
    article.body = text_of(json, "body", k_text_bytes_max);
    if (const Json* words = optional_member(json, "keywords"))
      article.keywords = read_words(*words, "keywords");
    if (const Json* groups = optional_member(json, "groups")) article.groups = read_words(*groups, "groups");
    article.category = read_category(json);
    article.product = optional_text_of(json, "product");
    auto audience = parse_audience(text_of(json, "audience"));
    if (!audience) throw Malformed{"audience", "it is neither public nor internal"};
    article.audience = *audience;
    article.author = optional_text_of(json, "author");
    article.reviewed = read_day(json, "reviewed");
    article.review_by = read_day(json, "review_by");
    if (auto checked = check_article(article); !checked)
      throw Malformed{checked.error().context, checked.error().message};
    return article;
  });
}

Result<Guide> decode_guide(std::string_view body) { return decode_body<Guide>(body, read_guide); }

Result<Bulletin> decode_bulletin(std::string_view body) {
  return decode_body<Bulletin>(body, [](const Json& json) {
    Bulletin bulletin;
    bulletin.id = text_of(json, "id", k_document_id_bytes_max);
    bulletin.title = read_localised(json, "title");
    bulletin.body = read_localised(json, "body");
    bulletin.answer = read_localised(json, "answer");
    bulletin.from = instant_of(json, "from");
    bulletin.until = read_instant(json, "until");
    if (optional_member(json, "categories") != nullptr)
      for (const Json& name : list_of(json, "categories", k_list_max)) {
        auto category = parse_category(read_text(name, "categories", 64));
        if (!category) throw Malformed{"categories", "one is no known category"};
        bulletin.categories.push_back(*category);
      }
    if (optional_member(json, "sites") != nullptr)
      for (const Json& site : list_of(json, "sites", k_list_max))
        bulletin.sites.push_back(read_text(site, "sites", k_short_text_bytes_max));
    bulletin.is_ended = bool_of(json, "is_ended");
    bulletin.ended = read_instant(json, "ended");
    return bulletin;
  });
}

Result<SiteSettings> decode_settings(std::string_view body) {
  return decode_body<SiteSettings>(body, read_settings);
}

Result<Asset> decode_asset(std::string_view body) {
  return decode_body<Asset>(body, [](const Json& json) {
    Asset asset{text_of(json, "tag", k_document_id_bytes_max),
                optional_text_of(json, "kind"),
                optional_text_of(json, "model"),
                optional_text_of(json, "os"),
                optional_text_of(json, "os_version"),
                optional_text_of(json, "serial"),
                {}};
    if (optional_member(json, "memory_mb") != nullptr)
      asset.memory_mb = integer_of(json, "memory_mb", 1, std::int64_t{1} << 26);
    return asset;
  });
}

Result<DirectoryEntry> decode_directory_entry(std::string_view body) {
  return decode_body<DirectoryEntry>(body, [](const Json& json) {
    DirectoryEntry entry;
    entry.key = read_hash(member(json, "key"), "key");
    entry.masked_name = text_of(json, "masked_name");
    entry.language = optional_text_of(json, "language", 16);
    auto entitlement = parse_entitlement(text_of(json, "entitlement"));
    if (!entitlement) throw Malformed{"entitlement", "it is no known one"};
    entry.entitlement = *entitlement;
    entry.person = text_of(json, "person", k_document_id_bytes_max);
    entry.masked_email = optional_text_of(json, "masked_email");
    entry.masked_phone = optional_text_of(json, "masked_phone");
    return entry;
  });
}

std::string encode_body(const QueueBoard& board) { return write_board(board).dump(); }

Result<QueueBoard> decode_queue_board(std::string_view body) {
  return decode_body<QueueBoard>(body, [](const Json& json) { return read_board(json); });
}

} // namespace walkin::protocol
