// The organisation of a content folder: sample.json.
#include "shared/base/text.hpp"
#include "sync/desk/content.hpp"
#include "sync/desk/site_keys.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace walkin::desk {

using Json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr std::array k_weekdays{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr int k_years_ahead = 2; // that recurring holidays are written out for
constexpr std::string_view k_all_sites = "*";

// What is wrong, with the text that stands at its place in the file.
struct Wrong {
  std::string what, near;
};

std::string text_of(const Json& json, const char* name, const std::string& near) {
  auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  if (!found->is_string()) throw Wrong{fmt::format("{}: it is no text.", name), near};
  return base::clean(found->get_ref<const std::string&>());
}

domain::Localised localised(const Json& json, const char* name, const std::string& near) {
  domain::Localised out;
  auto found = json.find(name);
  if (found == json.end()) return out;
  if (!found->is_object()) throw Wrong{fmt::format("{}: it is no object of languages.", name), near};
  for (const auto& [language, text] : found->items()) {
    if (!text.is_string()) throw Wrong{fmt::format("{}: it is no text in {}.", name, language), near};
    out.emplace(language, text.get<std::string>());
  }
  return out;
}

std::vector<std::string> texts_of(const Json& json, const char* name, const std::string& near) {
  std::vector<std::string> out;
  auto found = json.find(name);
  if (found == json.end()) return out;
  if (!found->is_array()) throw Wrong{fmt::format("{}: it is no list.", name), near};
  for (const Json& item : *found) {
    if (!item.is_string()) throw Wrong{fmt::format("{}: one of it is no text.", name), near};
    out.push_back(item.get<std::string>());
  }
  return out;
}

domain::OpenDay open_day(const Json& spans, const std::string& near) {
  std::string text;
  if (!spans.is_array()) throw Wrong{"hours: a day is a list of {\"from\", \"to\"}.", near};
  for (const Json& span : spans)
    text += fmt::format("{}{}-{}", text.empty() ? "" : ",", text_of(span, "from", near),
                        text_of(span, "to", near));
  auto day = domain::parse_open_day(text);
  if (!day) throw Wrong{day.error().message, near};
  return *day;
}

void read_holidays(const Json& site, base::Instant now, domain::OpeningHours& hours,
                   const std::string& near) {
  auto found = site.find("holidays");
  if (found == site.end()) return;
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  for (const Json& holiday : *found) {
    domain::OpenDay open;
    if (holiday.contains("hours")) open = open_day(holiday["hours"], near);
    std::vector<std::string> dates{text_of(holiday, "date", near)};
    if (const std::string day = text_of(holiday, "month_day", near); !day.empty()) {
      dates.clear();
      for (int year = 0; year <= k_years_ahead; ++year)
        dates.push_back(fmt::format("{}-{}", static_cast<int>(today.year()) + year, day));
    }
    for (const std::string& date : dates) {
      auto day = domain::parse_local_day(date);
      // The 29th of February recurs when it is there.
      if (!day && date.ends_with("-02-29")) continue;
      if (!day) throw Wrong{day.error().message, near};
      hours.exceptions.insert_or_assign(*day, open);
    }
  }
}

// `folder`: where the files are that it names.
domain::SiteSettings read_site(const Json& organisation, const Json& site, base::Instant now,
                               const std::filesystem::path& folder) {
  const std::string name = text_of(site, "name", "sites");
  domain::SiteSettings settings;
  settings.site = name;
  settings.organisation = text_of(organisation, "name", "organisation");
  if (auto zone = text_of(organisation, "time_zone", "organisation"); !zone.empty())
    settings.time_zone = zone;
  if (auto zone = text_of(site, "time_zone", name); !zone.empty()) settings.time_zone = zone;
  if (auto languages = texts_of(organisation, "languages", "organisation"); !languages.empty())
    settings.languages = std::move(languages);
  if (const auto logo = text_of(organisation, "logo", "organisation"); !logo.empty()) {
    auto read = read_logo(folder / std::filesystem::path(logo).filename());
    if (!read) throw Wrong{read.error().message, logo};
    settings.logo_png = std::move(*read);
  }
  if (auto desk = organisation.find("help_desk"); desk != organisation.end())
    settings.phone = text_of(*desk, "extension", "help_desk");
  if (auto hours = site.find("hours"); hours != site.end())
    for (std::size_t day = 0; day < k_weekdays.size(); ++day)
      if (auto spans = hours->find(k_weekdays[day]); spans != hours->end())
        settings.hours.week[day] = open_day(*spans, name);
  read_holidays(site, now, settings.hours, name);
  if (auto checked = domain::check_settings(settings); !checked) throw Wrong{checked.error().message, name};
  return settings;
}

domain::Person read_person(const Json& json) {
  const std::string id = text_of(json, "employee_id", "people");
  if (id.empty()) throw Wrong{"employee_id: it is missing.", text_of(json, "name", "people")};
  auto entitlement = domain::parse_entitlement(text_of(json, "entitlement", id));
  std::string phone = text_of(json, "phone", id);
  if (phone.empty()) phone = text_of(json, "extension", id);
  return {"",
          text_of(json, "name", id),
          id,
          text_of(json, "mail", id),
          phone,
          text_of(json, "language", id),
          entitlement.value_or(domain::Entitlement::unknown)};
}

domain::Asset read_asset(const Json& json) {
  domain::Asset asset;
  asset.tag = text_of(json, "tag", "assets");
  if (domain::normalised_tag(asset.tag).empty()) throw Wrong{"tag: it is missing.", "assets"};
  asset.kind = text_of(json, "kind", asset.tag);
  asset.model = text_of(json, "model", asset.tag);
  asset.os = text_of(json, "os", asset.tag);
  asset.os_version = text_of(json, "os_version", asset.tag);
  asset.serial = text_of(json, "serial", asset.tag);
  if (auto memory = json.find("memory_mb"); memory != json.end() && memory->is_number_integer())
    asset.memory_mb = memory->get<std::int64_t>();
  return asset;
}

domain::Bulletin read_bulletin(const Json& json, base::Instant now) {
  domain::Bulletin bulletin;
  bulletin.id = text_of(json, "id", "bulletins");
  if (!domain::is_document_name(bulletin.id)) throw Wrong{"id: letters a-z, digits and - only.", bulletin.id};
  bulletin.title = localised(json, "title", bulletin.id);
  bulletin.body = localised(json, "body", bulletin.id);
  bulletin.answer = localised(json, "answer", bulletin.id);
  if (domain::text_in(bulletin.title, "en").empty()) throw Wrong{"title: it is missing.", bulletin.id};
  auto from = parse_moment(text_of(json, "from", bulletin.id), now);
  if (!from) throw Wrong{"from: a time (2026-11-22T08:15:00Z) or a duration from now (-PT3H).", bulletin.id};
  bulletin.from = *from;
  if (const std::string text = text_of(json, "until", bulletin.id); !text.empty()) {
    bulletin.until = parse_moment(text, now);
    if (!bulletin.until) throw Wrong{"until: neither a time nor a duration.", bulletin.id};
  }
  bulletin.is_ended = text_of(json, "state", bulletin.id) == "ended";
  if (bulletin.is_ended) bulletin.ended = bulletin.until.value_or(now);
  for (const std::string& name : texts_of(json, "categories", bulletin.id)) {
    auto category = domain::parse_category(name);
    if (!category) throw Wrong{fmt::format("categories: {} is none.", name), bulletin.id};
    bulletin.categories.push_back(*category);
  }
  bulletin.sites = texts_of(json, "sites", bulletin.id);
  if (std::ranges::find(bulletin.sites, k_all_sites) != bulletin.sites.end()) bulletin.sites.clear();
  return bulletin;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || digits > 6) return std::nullopt;
  auto number = base::parse_integer(text.substr(0, digits));
  text.remove_prefix(digits);
  return number;
}

} // namespace

std::optional<base::Millis> parse_duration(std::string_view text) {
  const bool is_past = text.starts_with('-');
  if (is_past) text.remove_prefix(1);
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  base::Millis sum{0};
  bool is_time = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !is_time && text.size() > 1) {
      is_time = true;
      text.remove_prefix(1);
    }
    auto number = take_number(text);
    if (!number || text.empty()) return std::nullopt;
    const char unit = text.front();
    text.remove_prefix(1);
    if (unit == 'D' && !is_time)
      sum += std::chrono::hours(24 * *number);
    else if (unit == 'H' && is_time)
      sum += std::chrono::hours(*number);
    else if (unit == 'M' && is_time)
      sum += std::chrono::minutes(*number);
    else if (unit == 'S' && is_time)
      sum += std::chrono::seconds(*number);
    else
      return std::nullopt;
  }
  return is_past ? -sum : sum;
}

std::optional<base::Instant> parse_moment(std::string_view text, base::Instant now) {
  if (auto duration = parse_duration(text)) return now + *duration;
  // 2026-11-22T08:15:00Z, the seconds may be left out.
  if (!text.ends_with('Z') || text.size() < 17 || text[10] != 'T' || text[13] != ':') return std::nullopt;
  auto day = domain::parse_local_day(text.substr(0, 10));
  auto hour = base::parse_integer(text.substr(11, 2)), minute = base::parse_integer(text.substr(14, 2));
  std::optional<std::int64_t> second = 0;
  if (text.size() == 20 && text[16] == ':')
    second = base::parse_integer(text.substr(17, 2));
  else if (text.size() != 17)
    return std::nullopt;
  if (!day || !hour || !minute || !second || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 ||
      *second < 0 || *second > 59)
    return std::nullopt;
  return base::Instant{day->time_since_epoch()} + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

void read_sample(const std::filesystem::path& file, base::Instant now, Content& content) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string name = file.filename().string();
  auto line_of = [&](std::size_t at) {
    return 1 +
           static_cast<std::size_t>(std::count(
               text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size())), '\n'));
  };
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& broken) {
    content.faults.push_back({name, line_of(broken.byte), "It is no JSON from here on."});
    return;
  }
  // One fault does not hide the next.
  auto each = [&](const char* list, auto read) {
    auto found = json.find(list);
    if (found == json.end()) return;
    for (const Json& item : *found) {
      try {
        read(item);
      } catch (const Wrong& wrong) {
        const auto at = text.find(fmt::format("\"{}\"", wrong.near));
        content.faults.push_back({name, at == std::string::npos ? 1 : line_of(at), wrong.what});
      } catch (const Json::exception&) {
        content.faults.push_back({name, line_of(text.find(fmt::format("\"{}\"", list))),
                                  fmt::format("{}: one of it is not an object as it should be.", list)});
      }
    }
  };
  const Json organisation = json.value("organisation", Json::object());
  each("sites", [&](const Json& item) {
    content.sites.push_back(read_site(organisation, item, now, file.parent_path()));
  });
  each("people", [&](const Json& item) { content.people.push_back(read_person(item)); });
  each("assets", [&](const Json& item) { content.assets.push_back(read_asset(item)); });
  each("bulletins", [&](const Json& item) { content.bulletins.push_back(read_bulletin(item, now)); });
}

} // namespace walkin::desk
