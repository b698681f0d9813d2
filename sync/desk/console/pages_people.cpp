#include "sync/desk/console/console.hpp"
#include "sync/desk/console/words.hpp"

namespace walkin::desk {

void Console::show_people(Call& call, int status, std::string_view error) {
  Data data = base_data(call, "People", "people");
  Data rows = data_list();
  for (const User& user : parts_.accounts.users()) {
    Data row;
    row.set("name", user.name);
    row.set("full_name", user.full_name);
    row.set("initials", words::initials(user.full_name));
    row.set("role", std::string(words::role(user.role)));
    row.set("group", user.group);
    row.set("has_group", !user.group.empty());
    row.set("is_disabled", user.disabled);
    row.set("is_me", user.id == call.user().id);
    row.set("last_sign_in", user.last_sign_in ? words::time(*user.last_sign_in, call.now) : "Never");
    row.set("address", "/console/people/" + encode_component(user.name));
    rows.push_back(row);
  }
  data.set("rows", rows);
  Data roles = data_list();
  for (Role role : k_roles) {
    Data each;
    each.set("value", std::string(name_of(role)));
    each.set("label", std::string(words::role(role)));
    // Nobody becomes an administrator by leaving the choice as it stands.
    bool is_default = !call.form.has("role") && role == Role::front_line;
    each.set("chosen", is_default || call.form["role"] == name_of(role));
    roles.push_back(each);
  }
  data.set("roles", roles);
  data.set("has_error", !error.empty());
  data.set("error", std::string(error));
  for (const char* field : {"name", "full_name", "group"})
    data.set(std::string("new_") + field, call.form[field]);
  page(call, status, "people", data);
}

void Console::people_page(Call& call) { show_people(call, 200, ""); }

void Console::add_person(Call& call) {
  auto role = parse_role(call.form["role"]);
  if (!role) return show_people(call, 422, "Choose a role.");
  if (auto fits = check_password_rule(call.form["password"]); !fits)
    return show_people(call, 422, fits.error().message);
  auto added = parts_.accounts.add_user({.name = call.form["name"],
                                         .full_name = call.form["full_name"],
                                         .group = call.form["group"],
                                         .role = *role,
                                         .password_hash = parts_.passwords.hash(call.form["password"])},
                                        call.now);
  if (!added) return show_people(call, 422, added.error().message);
  redirect(call, "/console/people");
}

void Console::change_person(Call& call) {
  auto user = parts_.accounts.find_user(call.args[0]);
  if (!user) return show_people(call, 404, "There is no such person.");
  if (user->id == call.user().id) return show_people(call, 422, "You cannot lock yourself out.");
  auto changed = parts_.accounts.set_disabled(user->id, call.form["disabled"] == "yes");
  if (!changed) return show_people(call, 409, changed.error().message);
  redirect(call, "/console/people");
}

} // namespace walkin::desk
