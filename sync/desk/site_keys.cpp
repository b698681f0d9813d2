#include "sync/desk/site_keys.hpp"

#include "shared/base/text.hpp"

#include <array>
#include <fmt/format.h>
#include <fstream>

namespace walkin::desk {

using base::ErrorCode;
using domain::SiteSettings;

namespace {

constexpr std::array k_weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

base::Status wrong(std::string_view key, std::string_view what) {
  return base::fail(ErrorCode::invalid, fmt::format("{}: {}.", key, what), std::string(key));
}

base::Status set_day(SiteSettings& settings, std::string_view key, std::string_view value) {
  auto open = domain::parse_open_day(value);
  if (!open) return base::forward_error(open);
  const std::string_view name = key.substr(key.find('.') + 1);
  if (key.starts_with("hours.")) {
    for (std::size_t day = 0; day < k_weekdays.size(); ++day)
      if (name == k_weekdays[day]) {
        settings.hours.week[day] = std::move(*open);
        return {};
      }
    return wrong(key, "the days are mon, tue, wed, thu, fri, sat, sun");
  }
  auto day = domain::parse_local_day(name);
  if (!day) return base::forward_error(day);
  if (value.empty())
    settings.hours.exceptions.erase(*day);
  else
    settings.hours.exceptions.insert_or_assign(*day, std::move(*open));
  return {};
}

base::Status set_languages(SiteSettings& settings, std::string_view value) {
  settings.languages.clear();
  for (std::size_t start = 0; start <= value.size();) {
    const auto end = std::min(value.find(',', start), value.size());
    if (end > start) settings.languages.push_back(base::clean(value.substr(start, end - start)));
    start = end + 1;
  }
  return {};
}

base::Status set_logo(SiteSettings& settings, std::string_view value) {
  settings.logo_png.clear();
  if (value.empty()) return {};
  auto read = read_logo(std::filesystem::path(value));
  if (!read) return base::forward_error(read);
  settings.logo_png = std::move(*read);
  return {};
}

base::Status set_number(SiteSettings& settings, std::string_view key, std::string_view value) {
  auto number = base::parse_integer(value);
  if (!number || *number < 0 || *number > 1'000'000) return wrong(key, "a whole number");
  const std::chrono::seconds seconds{*number};
  if (key == "idle_after_s") settings.idle_after = seconds;
  if (key == "idle_warning_s") settings.idle_warning = seconds;
  if (key == "number_shown_s") settings.number_shown = seconds;
  if (key == "link_days") settings.link_days = static_cast<int>(*number);
  if (key == "no_show_min") settings.no_show_min = static_cast<int>(*number);
  if (key == "keep_days") settings.keep_days = static_cast<int>(*number);
  return {};
}

base::Status set_one(SiteSettings& settings, std::string_view key, std::string_view value) {
  if (key.starts_with("hours.") || key.starts_with("day.")) return set_day(settings, key, value);
  if (key.starts_with("slip_text.")) {
    settings.slip_text.insert_or_assign(std::string(key.substr(key.find('.') + 1)), std::string(value));
    return {};
  }
  if (key == "languages") return set_languages(settings, value);
  if (key == "logo") return set_logo(settings, value);
  if (key == "printer") {
    auto printer = domain::parse_printer(value);
    if (!printer) return base::forward_error(printer);
    settings.printer = *printer;
    return {};
  }
  if (key == "reduced_motion") {
    if (value != "yes" && value != "no") return wrong(key, "yes or no");
    settings.reduced_motion = value == "yes";
    return {};
  }
  for (auto [name, text] : {std::pair{"organisation", &settings.organisation},
                            {"phone", &settings.phone},
                            {"public_address", &settings.public_address},
                            {"time_zone", &settings.time_zone}})
    if (key == name) {
      *text = value;
      return {};
    }
  for (std::string_view name :
       {"idle_after_s", "idle_warning_s", "number_shown_s", "link_days", "keep_days", "no_show_min"})
    if (key == name) return set_number(settings, key, value);
  return wrong(key, "there is no such setting");
}

} // namespace

base::Result<std::string> read_logo(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(domain::k_logo_bytes_max + 1, '\0'); // one more: too long is seen, and no more is read
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.empty())
    return base::fail(ErrorCode::invalid, fmt::format("logo: {} cannot be read.", file.string()), "logo");
  if (auto checked = domain::check_logo(bytes); !checked) return base::forward_error(checked);
  return bytes;
}

std::string_view site_keys_help() {
  return "organisation=TEXT        on the first page and the slip\n"
         "phone=TEXT               of the desk, for who gets no further\n"
         "languages=en,es,nb       offered, the first is the one a kiosk rests in\n"
         "time_zone=Europe/Oslo    of the opening hours, the queue's day and the slips\n"
         "hours.mon=08:00-12:00,13:00-16:00   a weekday's hours; empty: closed\n"
         "day.2026-12-24=closed    a day that differs; empty: it does not\n"
         "public_address=https://help.example.org   of the desk, for links to tickets\n"
         "link_days=30             that a link works after its ticket was closed\n"
         "no_show_min=3            after which a called number that nobody came for is a no-show\n"
         "keep_days=30             that stations keep what left them: longer than between two backups\n"
         "printer=none|device:/dev/usb/lp0|file:PATH|cups:QUEUE\n"
         "slip_text.en=TEXT        the last lines of the slip, in a language\n"
         "logo=FILE.png            at most 64 KiB, 16 to 1024 pixels a side; empty: the name in letters\n"
         "idle_after_s=60 idle_warning_s=20 number_shown_s=40\n"
         "reduced_motion=yes|no\n";
}

base::Status set_site_key(SiteSettings& settings, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return base::fail(ErrorCode::invalid, fmt::format("{} is not KEY=VALUE.", assignment), "key");
  SiteSettings changed = settings;
  if (auto set = set_one(changed, assignment.substr(0, equals), assignment.substr(equals + 1)); !set)
    return set;
  if (auto checked = domain::check_settings(changed); !checked) return checked;
  settings = std::move(changed);
  return {};
}

} // namespace walkin::desk
