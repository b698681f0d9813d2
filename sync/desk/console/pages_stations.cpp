#include "sync/desk/console/console.hpp"
#include "sync/desk/console/words.hpp"
#include "sync/desk/storage/documents.hpp"

#include <fmt/format.h>

namespace walkin::desk {

namespace {

// A station asks at least once a minute when it can; after two it counts as out of touch.
constexpr base::Millis k_online_within = std::chrono::minutes(3);

// "3 requests refused. Last: Today 10:31, malformed"
std::string refused_words(const Refusals::Count& count, Instant now) {
  return fmt::format("{} {} refused. Last: {}, {}", count.requests,
                     count.requests == 1 ? "request" : "requests", words::time(count.last, now),
                     count.last_code);
}

} // namespace

void Console::show_stations(Call& call, int status, std::string_view error, std::string_view code,
                            std::string_view code_kind, std::string_view code_site) {
  Data data = base_data(call, "Stations", "stations");
  Data rows = data_list();
  int enrolled = 0, online = 0;
  for (const Station& station : parts_.accounts.stations()) {
    bool is_online =
        !station.revoked && station.last_contact && call.now - *station.last_contact < k_online_within;
    enrolled += station.revoked ? 0 : 1;
    online += is_online ? 1 : 0;
    Data row;
    row.set("prefix", station.prefix);
    row.set("site", station.site);
    row.set("name", station_name(station));
    row.set("icon", station.kind == StationKind::kiosk ? "i-tablet" : "i-laptop");
    row.set("is_revoked", station.revoked.has_value());
    row.set("is_online", is_online);
    row.set("is_offline", !is_online && !station.revoked);
    row.set("last_contact", station.last_contact ? words::time(*station.last_contact, call.now) : "Never");
    row.set("enrolled", words::time(station.enrolled, call.now));
    row.set("version", station.version);
    auto refused = parts_.refusals ? parts_.refusals->of_station(station.prefix) : std::nullopt;
    row.set("has_refused", refused.has_value());
    row.set("refused", refused ? refused_words(*refused, call.now) : std::string{});
    row.set("was_split", !station.split_from.empty());
    row.set("split_from", station.split_from);
    rows.push_back(row);
  }
  data.set("rows", rows);
  data.set("has_rows", rows.is_non_empty_list());
  data.set("enrolled", std::to_string(enrolled));
  data.set("online", std::to_string(online));
  auto strangers = parts_.refusals ? parts_.refusals->of_strangers() : Refusals::Count{};
  data.set("has_strangers", strangers.requests > 0);
  data.set("strangers", strangers.requests > 0 ? refused_words(strangers, call.now) : std::string{});
  const std::size_t offered = parts_.documents ? parts_.documents->offered().size() : 0;
  data.set("has_offered", offered > 0);
  data.set("offered", std::to_string(offered));
  data.set("has_error", !error.empty());
  data.set("error", std::string(error));
  data.set("has_code", !code.empty());
  data.set("code_left", std::string(code.substr(0, 4)));
  data.set("code_right", std::string(code.size() > 5 ? code.substr(5) : ""));
  data.set("code_kind", std::string(code_kind));
  data.set("code_site", std::string(code_site));
  data.set("site", call.form["site"]);
  data.set("code_until", words::time_of_day(call.now + k_station_code_age_max));
  page(call, status, "stations", data);
}

void Console::stations_page(Call& call) { show_stations(call, 200, "", "", "", ""); }

void Console::make_station_code_for(Call& call) {
  auto kind = parse_station_kind(call.form["kind"]);
  if (!kind) return show_stations(call, 422, "Choose what the station is for.", "", "", "");
  std::string code = make_station_code(parts_.random);
  auto added = parts_.accounts.add_station_code(code_hash(code), *kind, call.form["site"], call.now);
  if (!added) return show_stations(call, 422, added.error().message, "", "", "");
  show_stations(call, 200, "", code, words::station_kind(*kind), call.form["site"]);
}

void Console::revoke_station(Call& call) {
  const std::string& prefix = call.args[0];
  if (call.form["typed"] != prefix)
    return show_stations(
        call, 422, fmt::format("Type {} to revoke this station. Nothing was changed.", prefix), "", "", "");
  auto revoked = parts_.accounts.revoke_station(prefix, call.now);
  if (!revoked) return show_stations(call, 409, revoked.error().message, "", "", "");
  redirect(call, "/console/stations");
}

} // namespace walkin::desk
