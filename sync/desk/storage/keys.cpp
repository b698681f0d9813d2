#include "sync/desk/storage/keys.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace walkin::desk {

const std::string_view k_keys_sql = R"sql(
CREATE TABLE keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  purpose TEXT NOT NULL,
  public_key BLOB NOT NULL,
  secret_key BLOB NOT NULL,
  created INTEGER NOT NULL,
  retired INTEGER                 -- no longer used for new things; still opens old ones
);
)sql";

namespace {

constexpr std::size_t k_secret_key_bytes = 32;

base::BoxKeys make_keys(KeyPurpose purpose, base::Random& random) {
  switch (purpose) {
  case KeyPurpose::contact: return base::make_box_keys(random);
  case KeyPurpose::receipt:
  case KeyPurpose::link:
  case KeyPurpose::directory: break;
  }
  std::array<std::uint8_t, k_secret_key_bytes> bytes{};
  random.fill(bytes);
  return {{}, {bytes.begin(), bytes.end()}};
}

} // namespace

std::string_view name_of(KeyPurpose purpose) {
  switch (purpose) {
  case KeyPurpose::contact: return "contact";
  case KeyPurpose::receipt: return "receipt";
  case KeyPurpose::link: return "link";
  case KeyPurpose::directory: return "directory";
  }
  return {};
}

std::optional<KeyPurpose> parse_key_purpose(std::string_view name) {
  for (KeyPurpose purpose : k_key_purposes)
    if (name_of(purpose) == name) return purpose;
  return std::nullopt;
}

DeskKey without_secret(DeskKey key) {
  key.secret_key.clear();
  return key;
}

DeskKey Keys::current(KeyPurpose purpose) {
  auto keys = all(purpose);
  if (keys.empty() || keys.front().retired)
    throw std::runtime_error(fmt::format("the desk has no {} key in use", name_of(purpose)));
  return std::move(keys.front());
}

std::vector<DeskKey> Keys::all(KeyPurpose purpose) {
  auto row = db_.query("SELECT id, public_key, secret_key, created, retired FROM keys WHERE purpose = ?1 "
                       "ORDER BY id DESC");
  row.bind(1, name_of(purpose));
  std::vector<DeskKey> out;
  while (row.step()) {
    DeskKey key{row.integer(0), purpose, row.text(1), row.text(2), base::from_ms(row.integer(3)), {}};
    if (!row.is_null(4)) key.retired = base::from_ms(row.integer(4));
    out.push_back(std::move(key));
  }
  return out;
}

void Keys::make_missing(store::Transaction& transaction, base::Instant now, base::Random& random) {
  for (KeyPurpose purpose : k_key_purposes)
    if (all(purpose).empty()) rotate(transaction, purpose, now, random);
}

DeskKey Keys::rotate(store::Transaction&, KeyPurpose purpose, base::Instant now, base::Random& random) {
  db_.query("UPDATE keys SET retired = ?2 WHERE purpose = ?1 AND retired IS NULL")
      .bind(1, name_of(purpose))
      .bind(2, base::to_ms(now))
      .run();
  base::BoxKeys made = make_keys(purpose, random);
  db_.query("INSERT INTO keys (purpose, public_key, secret_key, created) VALUES (?1, ?2, ?3, ?4)")
      .bind(1, name_of(purpose))
      .bind_blob(2, made.public_key)
      .bind_blob(3, made.secret_key)
      .bind(4, base::to_ms(now))
      .run();
  return {db_.last_insert_rowid(), purpose, std::move(made.public_key), std::move(made.secret_key), now, {}};
}

} // namespace walkin::desk
