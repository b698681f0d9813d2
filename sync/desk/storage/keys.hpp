// The desk's keys, in tickets.db so that a backup of the tickets can open what was sealed for them.
#pragma once

#include "shared/base/seal.hpp"
#include "shared/store/database.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace walkin::desk {

enum class KeyPurpose : std::uint8_t {
  contact,   // a pair: stations seal contact parts to its public half
  receipt,   // 32 random bytes for a keyed BLAKE2b over what the desk has given out
  link,      // 32 random bytes, from which the keys for links to tickets' pages are made
  directory, // 32 random bytes, from which the secrets of sites are made
};

inline constexpr std::array k_key_purposes{KeyPurpose::contact, KeyPurpose::receipt, KeyPurpose::link,
                                           KeyPurpose::directory};

std::string_view name_of(KeyPurpose purpose);
std::optional<KeyPurpose> parse_key_purpose(std::string_view name);

struct DeskKey {
  std::int64_t id = 0;
  KeyPurpose purpose = KeyPurpose::contact;
  base::Bytes public_key; // empty where the purpose has none
  base::Bytes secret_key;
  base::Instant created;
  std::optional<base::Instant> retired;
};

DeskKey without_secret(DeskKey key);

extern const std::string_view k_keys_sql;

class Keys {
public:
  explicit Keys(store::Database& db) : db_(db) {}

  // The one in use. A desk always has one of each purpose; that it has none is an exception.
  DeskKey current(KeyPurpose purpose);
  // Newest first: retired ones still open and check what was made with them.
  std::vector<DeskKey> all(KeyPurpose purpose);
  // Makes those that this desk does not have yet: it may be of a program that knew fewer purposes.
  void make_missing(store::Transaction&, base::Instant now, base::Random& random);
  // Makes a new key and retires the one before.
  DeskKey rotate(store::Transaction&, KeyPurpose purpose, base::Instant now, base::Random& random);

private:
  store::Database& db_;
};

} // namespace walkin::desk
