#include "sync/desk/console/words.hpp"

#include "shared/base/text.hpp"

#include <array>
#include <ctime>
#include <fmt/format.h>
#include <utility>

namespace walkin::desk::words {

using domain::TicketStatus;
using namespace std::chrono_literals;

namespace {

constexpr std::array k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm local(base::Instant at) {
  auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  std::tm out{};
  localtime_r(&seconds, &out);
  return out;
}

using Pair = std::pair<std::string_view, std::string_view>;

constexpr Pair k_fields[] = {
    {"title", "In short"},
    {"description", "Description"},
    {"status", "Status"},
    {"priority", "Priority"},
    {"category", "About"},
    {"nature", "Nature"},
    {"channel", "Came by"},
    {"severity", "How serious"},
    {"affected", "Affects"},
    {"consequence", "If it waits"},
    {"assignee", "With"},
    {"group", "Group"},
    {"owner", "Owner"},
    {"level", "Level"},
    {"department", "Department"},
    {"contact.name", "Customer"},
    {"contact.email", "Mail"},
    {"contact.phone", "Telephone"},
    {"contact.employee_id", "Staff number"},
    {"contact.preferred", "Answer by"},
    {"contact.language", "Language"},
    {"computer.asset_tag", "Machine"},
    {"computer.os", "System"},
    {"computer.os_version", "Version"},
    {"computer.memory_mb", "Memory"},
    {"computer.model", "Model"},
    {"computer.serial", "Serial number"},
    {"computer.hostname", "Computer name"},
    {"telephone.number", "Number"},
    {"telephone.extension", "Extension"},
    {"telephone.handset", "Handset"},
    {"telephone.carrier", "Carrier"},
    {"telephone.voicemail", "Voicemail"},
    {"site", "Site"},
    {"station", "Station"},
    {"former_code", "Former code"},
    {"queue_number", "Number of the day"},
};

constexpr Pair k_values[] = {
    {"computer", "Computer"},
    {"phone", "Phone"},
    {"account", "Account"},
    {"printer", "Printer"},
    {"network", "Network"},
    {"other", "Other"},
    {"question", "Question"},
    {"incident", "Incident"},
    {"problem", "Problem"},
    {"complaint", "Complaint"},
    {"work_order", "Work order"},
    {"walk_in", "Walk-in"},
    {"email", "Mail"},
    {"field", "Field"},
    {"in_person", "In person"},
    {"high", "High"},
    {"medium", "Medium"},
    {"low", "Low"},
    {"one", "One person"},
    {"team", "A team"},
    {"many", "Many"},
    {"en", "English"},
    {"es", "Spanish"},
    {"nb", "Norwegian"},
};

// The fields whose values come from a fixed list and have words of their own.
bool is_choice(std::string_view field) {
  for (std::string_view name : {"category", "nature", "channel", "severity", "affected", "consequence",
                                "contact.preferred", "contact.language"})
    if (name == field) return true;
  return false;
}

} // namespace

std::string age(base::Instant from, base::Instant now) {
  auto passed = now - from;
  if (passed < 1min) return "now";
  if (passed < 1h) return fmt::format("{} min", passed / 1min);
  if (passed < 24h) return fmt::format("{} h", passed / 1h);
  auto days = passed / 24h;
  if (days < 100) return fmt::format("{} d", days);
  if (days < 730) return fmt::format("{} months", days / 30);
  return fmt::format("{} years", days / 365);
}

int age_blocks(base::Instant from, base::Instant now) {
  auto passed = now - from;
  if (passed <= 24h) return 1;
  if (passed <= 3 * 24h) return 2;
  return passed <= k_older_than ? 3 : 4;
}

std::string time_of_day(base::Instant at) {
  std::tm when = local(at);
  return fmt::format("{:02}:{:02}", when.tm_hour, when.tm_min);
}

std::string time(base::Instant at, base::Instant now) {
  std::tm when = local(at), today = local(now);
  bool same_year = when.tm_year == today.tm_year;
  if (same_year && when.tm_yday == today.tm_yday) return "Today " + time_of_day(at);
  if (at < now && now - at < 6 * 24h)
    return fmt::format("{} {}", k_days[static_cast<std::size_t>(when.tm_wday)], time_of_day(at));
  const char* month = k_months[static_cast<std::size_t>(when.tm_mon)];
  if (same_year) return fmt::format("{} {} {}", when.tm_mday, month, time_of_day(at));
  return fmt::format("{} {} {}", when.tm_mday, month, when.tm_year + 1900);
}

std::string_view status(TicketStatus status) {
  switch (status) {
  case TicketStatus::created: return "New";
  case TicketStatus::in_work: return "In work";
  case TicketStatus::waits_customer: return "Waits, customer";
  case TicketStatus::waits_supplier: return "Waits, supplier";
  case TicketStatus::solved: return "Solved";
  case TicketStatus::closed: return "Closed";
  }
  return "";
}

std::string_view status_icon(TicketStatus status) {
  switch (status) {
  case TicketStatus::created: return "i-circle";
  case TicketStatus::in_work: return "i-play";
  case TicketStatus::waits_customer:
  case TicketStatus::waits_supplier: return "i-pause";
  case TicketStatus::solved: return "i-check";
  case TicketStatus::closed: return "i-lock";
  }
  return "";
}

std::string_view status_action(TicketStatus status) {
  switch (status) {
  case TicketStatus::created: return "New";
  case TicketStatus::in_work: return "Take into work";
  case TicketStatus::waits_customer: return "Wait for the customer";
  case TicketStatus::waits_supplier: return "Wait for a supplier";
  case TicketStatus::solved: return "Solved";
  case TicketStatus::closed: return "Close";
  }
  return "";
}

std::string_view view(View view) {
  switch (view) {
  case View::open: return "All open";
  case View::mine: return "Mine";
  case View::nobodys: return "Nobody’s";
  case View::waits_customer: return "Waits, customer";
  case View::solved: return "Solved";
  case View::closed: return "Closed";
  case View::older: return "Older than 7 days";
  }
  return "";
}

std::string_view role(Role role) {
  switch (role) {
  case Role::administrator: return "Administrator";
  case Role::front_line: return "Front line";
  case Role::specialist: return "Specialist";
  case Role::technician: return "Technician";
  case Role::manager: return "Manager";
  }
  return "";
}

std::string_view station_kind(StationKind kind) {
  switch (kind) {
  case StationKind::kiosk: return "Kiosk";
  case StationKind::technician: return "Technician";
  }
  return "";
}

std::string_view category_icon(std::string_view category) {
  constexpr Pair icons[] = {{"computer", "i-laptop"},
                            {"phone", "i-deskphone"},
                            {"account", "i-key"},
                            {"printer", "i-printer"},
                            {"network", "i-wifi"}};
  for (const auto& [name, icon] : icons)
    if (name == category) return icon;
  return "i-help";
}

std::string field(std::string_view name) {
  for (const auto& [known, label] : k_fields)
    if (known == name) return std::string(label);
  return std::string(name);
}

std::string value(std::string_view field, const domain::Value& value) {
  std::string text = domain::to_text(value);
  if (text.empty()) return "nothing";
  if (field == "status")
    if (auto known = domain::parse_status(text)) return std::string(status(*known));
  if (field == "computer.memory_mb")
    if (const auto* mb = std::get_if<std::int64_t>(&value))
      return *mb % 1024 == 0 ? fmt::format("{} GB", *mb / 1024) : fmt::format("{} MB", *mb);
  if (is_choice(field))
    for (const auto& [known, label] : k_values)
      if (known == text) return std::string(label);
  return text;
}

std::string bytes(std::int64_t count) {
  constexpr std::int64_t k_kilo = 1024, k_mega = 1024 * 1024;
  if (count < k_kilo) return fmt::format("{} bytes", count);
  if (count < k_mega) return fmt::format("{} KB", (count + k_kilo / 2) / k_kilo);
  return fmt::format("{:.1f} MB", static_cast<double>(count) / static_cast<double>(k_mega));
}

std::string minutes(std::int64_t minutes) {
  if (minutes < 60) return fmt::format("{} min", minutes);
  return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60)
                           : fmt::format("{} h {:02}", minutes / 60, minutes % 60);
}

std::string initials(std::string_view name) {
  std::string out;
  bool at_start = true;
  std::string last;
  for (std::size_t i = 0; i < name.size();) {
    std::size_t length = 1;
    while (i + length < name.size() && (static_cast<unsigned char>(name[i + length]) & 0xC0) == 0x80)
      ++length;
    std::string_view character = name.substr(i, length);
    if (at_start && character != " ") (out.empty() ? out : last) = character;
    at_start = character == " " || character == ".";
    i += length;
  }
  out += last;
  return out.empty() ? "?" : out;
}

std::string first_name(std::string_view name) { return std::string(name.substr(0, name.find(' '))); }

std::string thousands(std::int64_t number) {
  std::string digits = std::to_string(number);
  if (number < 10'000) return digits;
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, "\u202f");
  return digits;
}

} // namespace walkin::desk::words
