#include "sync/desk/accounts.hpp"

namespace walkin::desk {

std::string_view name_of(Role role) {
  switch (role) {
  case Role::administrator: return "administrator";
  case Role::front_line: return "front_line";
  case Role::specialist: return "specialist";
  case Role::technician: return "technician";
  case Role::manager: return "manager";
  }
  return "";
}

std::optional<Role> parse_role(std::string_view name) {
  for (Role role : k_roles)
    if (name_of(role) == name) return role;
  return std::nullopt;
}

std::string_view name_of(StationKind kind) {
  switch (kind) {
  case StationKind::kiosk: return "kiosk";
  case StationKind::technician: return "technician";
  }
  return "";
}

std::optional<StationKind> parse_station_kind(std::string_view name) {
  for (StationKind kind : {StationKind::kiosk, StationKind::technician})
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

std::string station_name(const Station& station) {
  switch (station.kind) {
  case StationKind::kiosk: return "Kiosk " + station.letter;
  case StationKind::technician: return "Field " + station.prefix;
  }
  return {};
}

} // namespace walkin::desk
