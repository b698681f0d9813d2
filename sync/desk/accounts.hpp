// People, sessions and stations: who may use the desk. One of the two halves of what the desk stores; a
// second implementation (another database) has to keep the same promises.
#pragma once

#include "shared/base/hash.hpp"
#include "shared/base/id.hpp"
#include "shared/base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::desk {

using base::Hash;
using base::Instant;
using UserId = base::Id<struct UserTag>;

enum class Role : std::uint8_t { administrator, front_line, specialist, technician, manager };

inline constexpr std::array k_roles{Role::administrator, Role::front_line, Role::specialist, Role::technician,
                                    Role::manager};

std::string_view name_of(Role role); // "front_line"
std::optional<Role> parse_role(std::string_view name);

// A set of roles, for "who may do this".
class Roles {
public:
  constexpr Roles() = default;
  template <class... R>
  constexpr explicit Roles(R... roles) {
    ((bits_ |= 1u << static_cast<unsigned>(roles)), ...);
  }
  static constexpr Roles all() {
    return Roles(Role::administrator, Role::front_line, Role::specialist, Role::technician, Role::manager);
  }
  constexpr bool has(Role role) const { return (bits_ & (1u << static_cast<unsigned>(role))) != 0; }

private:
  unsigned bits_ = 0;
};

struct User {
  UserId id;
  std::string name;      // by which they sign in and are named in events; letters, digits, . _ -
  std::string full_name; // as shown
  Role role = Role::front_line;
  std::string group; // support group, may be empty
  bool disabled = false;
  Instant created;
  std::optional<Instant> last_sign_in = {};
};

struct NewUser {
  std::string name, full_name, group;
  Role role = Role::front_line;
  std::string password_hash;
};

struct Session {
  User user;
  Instant created;
  Instant last_used;
};

enum class StationKind : std::uint8_t { kiosk, technician };
std::string_view name_of(StationKind kind);
std::optional<StationKind> parse_station_kind(std::string_view name);

struct Station {
  base::ReplicaId replica;
  StationKind kind = StationKind::kiosk;
  std::string site = {};
  std::string prefix = {};
  std::string letter = {}; // of a kiosk's queue numbers, its own at its site; "" for a technician
  Instant enrolled;
  std::optional<Instant> last_contact = {};
  std::optional<Instant> revoked = {};
  std::string version = {};    // of its program, as it last said
  std::string split_from = {}; // prefix of the station that this one was a copy of; empty: none
  std::string person = {};     // whose station it is: it holds their tickets too; "" where nobody's
};

// As people call it: "Kiosk A", "Field CH".
std::string station_name(const Station& station);

// How long a session lives without being used, and at most.
inline constexpr base::Millis k_session_idle_max = std::chrono::hours(8);
inline constexpr base::Millis k_session_age_max = std::chrono::hours(24);
inline constexpr base::Millis k_station_code_age_max = std::chrono::minutes(10);
inline constexpr int k_splits_a_day_max = 20; // of one station
inline constexpr base::Millis k_setup_code_age_max = std::chrono::hours(72);

// Who stands behind a request of a station. Safe to call from any thread.
class Peers {
public:
  virtual ~Peers() = default;
  // The station of a bearer token unless it was revoked; notes the contact.
  virtual std::optional<Station> find_station(const Hash& token, Instant now) = 0;
  virtual std::optional<User> find_user(std::string_view name) = 0;
};

// Safe to call from any thread. Secrets come in as hashes only. Faults of the database are exceptions.
class Accounts : public Peers {
public:
  // The desk's own replica, made once, and its prefix.
  virtual base::ReplicaId desk_replica() = 0;

  // Errors: invalid (the name breaks its rule), conflict (the name is taken, compared without case).
  virtual base::Result<User> add_user(const NewUser& user, Instant now) = 0;
  virtual std::optional<std::string> password_hash(const UserId& user) = 0;
  virtual std::vector<User> users() = 0; // by full name
  // Ends their sessions too. Errors: not_found, not_allowed (the last administrator who can sign in).
  virtual base::Status set_disabled(const UserId& user, bool disabled) = 0;

  virtual void add_session(const Hash& token, const UserId& user, Instant now) = 0;
  // Nothing when unknown, too old, idle for too long, or the person is disabled. Marks it as used.
  virtual std::optional<Session> find_session(const Hash& token, Instant now) = 0;
  virtual void end_session(const Hash& token) = 0;

  // The first administrator's one-time sign-in. Taking it makes it unusable; it is only good while there is
  // no administrator.
  virtual void add_setup_code(const Hash& code, Instant now) = 0;
  virtual bool is_setup_code(const Hash& code, Instant now) = 0;
  virtual base::Result<User> use_setup_code(const Hash& code, const NewUser& administrator, Instant now) = 0;

  // `person`: the sign-in name of whom a technician's station is for, if anybody. Errors: invalid, not_found.
  virtual base::Status add_station_code(const Hash& code, StationKind kind, std::string_view site,
                                        Instant now, std::string_view person = {}) = 0;
  // Uses the code up, gives the station a replica id and a prefix never given before and stores its token's
  // hash, all at once. Errors: denied (unknown, used or expired code: the same words for each).
  virtual base::Result<Station> enroll_station(const Hash& code, const Hash& token, Instant now) = 0;
  // A station that was copied, or put back, goes on under a replica id, prefix and letter of its own and the
  // token of this hash. Asked again with the same hash it gets the same answer. Errors: denied (the token is
  // another's), busy (too many such in a day).
  virtual base::Result<Station> split_station(const base::ReplicaId& from, const Hash& token,
                                              Instant now) = 0;
  virtual std::vector<Station> stations() = 0; // by site, then prefix
  virtual base::Status revoke_station(std::string_view prefix, Instant now) = 0;

  virtual base::Status check_integrity() = 0;
};

} // namespace walkin::desk
