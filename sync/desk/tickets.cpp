#include "sync/desk/tickets.hpp"

namespace walkin::desk {

std::string_view name_of(View view) {
  switch (view) {
  case View::open: return "open";
  case View::mine: return "mine";
  case View::nobodys: return "nobodys";
  case View::waits_customer: return "waits_customer";
  case View::solved: return "solved";
  case View::closed: return "closed";
  case View::older: return "older";
  }
  return "";
}

std::optional<View> parse_view(std::string_view name) {
  for (View view : k_views)
    if (name_of(view) == name) return view;
  return std::nullopt;
}

} // namespace walkin::desk
