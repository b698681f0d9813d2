// Contact parts that kiosks, and stations that let go of a ticket, have sealed for the desk.
#pragma once

#include "shared/domain/event.hpp"
#include "sync/desk/storage/keys.hpp"

namespace walkin::desk {

class SealedContact {
public:
  explicit SealedContact(store::Database& db) : db_(db) {}

  // Puts plain text in the place of a sealed box, by any of the desk's keys; leaves what is not sealed alone.
  // Errors: unusable (sealed for somebody else, or changed).
  base::Status open(domain::Event& event);

private:
  store::Database& db_;
  std::vector<DeskKey> keys_; // read when they are first needed
};

} // namespace walkin::desk
