// The words that sample tickets are made of.
#pragma once

#include "shared/domain/registration.hpp"
#include "sync/desk/accounts.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace walkin::desk {

struct Staff {
  std::string_view name, full_name, group;
  Role role;
};

inline constexpr std::array k_staff{
    Staff{"ana.ruiz", "Ana Ruiz", "Level 1", Role::front_line},
    Staff{"ingrid.solheim", "Ingrid Solheim", "Field", Role::technician},
    Staff{"omar.haddad", "Omar Haddad", "Level 2", Role::specialist},
    Staff{"nadia.osei", "Nadia Osei", "Level 2", Role::specialist},
    Staff{"per.lunde", "Per Lunde", "Field", Role::technician},
    Staff{"diego.vargas", "Diego Vargas", "Level 3", Role::specialist},
};

inline constexpr std::array<std::string_view, 4> k_sites{"City Hall", "Library", "Harbour School",
                                                         "Town Museum"};
inline constexpr std::array<const char*, 4> k_models{"Latitude 5440", "ThinkPad T14", "EliteBook 840",
                                                     "OptiPlex 7010"};

struct Story {
  domain::Category category;
  domain::Nature nature;
  std::string_view words, fix;
};

struct Tongue {
  std::string_view language, phone;
  std::vector<std::string_view> given_names, family_names;
  std::vector<Story> stories;
  std::vector<std::string_view> notes;
  std::string_view question, answer;
};

extern const std::vector<Tongue> k_tongues;

} // namespace walkin::desk
