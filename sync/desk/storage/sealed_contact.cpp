#include "sync/desk/storage/sealed_contact.hpp"

namespace walkin::desk {

base::Status SealedContact::open(domain::Event& event) {
  if (event.contact_state != domain::ContactState::sealed) return {};
  if (keys_.empty()) keys_ = Keys(db_).all(KeyPurpose::contact);
  for (const DeskKey& key : keys_)
    if (auto plain = base::open_seal(event.contact, {key.public_key, key.secret_key})) {
      event.contact = std::move(*plain);
      event.contact_state = domain::ContactState::plain;
      return {};
    }
  return base::fail(base::ErrorCode::unusable,
                    "The contact part is sealed for a key that this desk does not have, or was changed.");
}

} // namespace walkin::desk
