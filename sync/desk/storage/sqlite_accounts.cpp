#include "sync/desk/storage/sqlite_accounts.hpp"

#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"
#include "sync/desk/storage/prefix_choice.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>

namespace walkin::desk {

using base::ErrorCode;
using base::fail;
using base::to_ms;

namespace {

constexpr std::string_view k_version_1 = R"sql(
CREATE TABLE desk (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  replica BLOB NOT NULL,
  prefix TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0  -- how often it was restored from a backup
);
CREATE TABLE users (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  full_name TEXT NOT NULL,
  role TEXT NOT NULL,
  support_group TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  last_sign_in INTEGER
) WITHOUT ROWID;
CREATE TABLE sessions (
  token BLOB PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE TABLE setup_codes (
  code BLOB PRIMARY KEY,
  created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE station_codes (
  code BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  site TEXT NOT NULL,
  person TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE prefixes (
  prefix TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE stations (
  replica BLOB PRIMARY KEY,
  token BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  site TEXT NOT NULL,
  prefix TEXT NOT NULL UNIQUE REFERENCES prefixes (prefix),
  letter TEXT NOT NULL,
  enrolled INTEGER NOT NULL,
  last_contact INTEGER,
  revoked INTEGER,
  version TEXT NOT NULL DEFAULT '',
  split_from TEXT NOT NULL DEFAULT '',  -- prefix of the station that it was a copy of
  person TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
)sql";

constexpr store::Migration k_migrations[] = {{k_version_1}};
constexpr store::Schema k_schema{0x574b4143, "help desk", k_migrations}; // "WKAC"

constexpr std::string_view k_user_columns =
    "id, name, full_name, role, support_group, disabled, created, last_sign_in";
constexpr std::string_view k_station_columns =
    "replica, kind, site, prefix, letter, enrolled, last_contact, revoked, version, split_from, person";
// A page that renews itself would otherwise write the same row every few seconds.
constexpr base::Millis k_touch_interval = std::chrono::minutes(1);
constexpr std::size_t k_name_characters_max = 64;
constexpr std::size_t k_full_name_characters_max = 120;

std::optional<Instant> instant_or_none(const store::Query& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return base::from_ms(query.integer(column));
}

User read_user(const store::Query& row) {
  return {.id = row.id<UserId>(0),
          .name = row.text(1),
          .full_name = row.text(2),
          .role = parse_role(row.text(3)).value_or(Role::front_line),
          .group = row.text(4),
          .disabled = row.integer(5) != 0,
          .created = base::from_ms(row.integer(6)),
          .last_sign_in = instant_or_none(row, 7)};
}

Station read_station(const store::Query& row) {
  return {.replica = row.id<base::ReplicaId>(0),
          .kind = parse_station_kind(row.text(1)).value_or(StationKind::kiosk),
          .site = row.text(2),
          .prefix = row.text(3),
          .letter = row.text(4),
          .enrolled = base::from_ms(row.integer(5)),
          .last_contact = instant_or_none(row, 6),
          .revoked = instant_or_none(row, 7),
          .version = row.text(8),
          .split_from = row.text(9),
          .person = row.text(10)};
}

base::Status check_new_user(const NewUser& user) {
  bool name_fits = !user.name.empty() && user.name.size() <= k_name_characters_max &&
                   std::ranges::all_of(user.name, [](char c) {
                     return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '.' || c == '_' || c == '-' || c == '@';
                   });
  if (!name_fits)
    return fail(ErrorCode::invalid,
                fmt::format("A sign-in name has 1 to {} letters a-z, digits, dots, dashes or @, such as "
                            "ana.ruiz.",
                            k_name_characters_max),
                "name");
  for (const auto& [field, text] : {std::pair("full_name", &user.full_name), {"group", &user.group}}) {
    if (!base::is_valid_utf8(*text) || base::find_forbidden(*text, false))
      return fail(ErrorCode::invalid, "There are characters in it that cannot be shown.", field);
    if (base::count_code_points(*text) > k_full_name_characters_max)
      return fail(ErrorCode::invalid, fmt::format("At most {} characters.", k_full_name_characters_max),
                  field);
  }
  return {};
}

class SqliteAccounts final : public Accounts {
public:
  SqliteAccounts(std::unique_ptr<store::Database> db, base::Random& random)
      : db_(std::move(db)), random_(random) {}

  void make_desk(Instant now) {
    store::Transaction transaction(*db_);
    auto desk = db_->query("SELECT replica FROM desk");
    if (!desk.step()) {
      db_->query("INSERT INTO desk (one, replica, prefix) VALUES (1, ?, ?)")
          .bind(1, base::ReplicaId::make(now, random_))
          .bind(2, k_desk_prefix)
          .run();
      db_->query("INSERT INTO prefixes (prefix) VALUES (?)").bind(1, k_desk_prefix).run();
    }
    transaction.commit();
  }

  base::ReplicaId desk_replica() override {
    std::scoped_lock lock(mutex_);
    auto row = db_->query("SELECT replica FROM desk");
    row.step();
    return row.id<base::ReplicaId>(0);
  }

  base::Result<User> add_user(const NewUser& user, Instant now) override {
    std::scoped_lock lock(mutex_);
    store::Transaction transaction(*db_);
    auto added = insert_user(user, now);
    if (added) transaction.commit();
    return added;
  }

  std::optional<User> find_user(std::string_view name) override {
    std::scoped_lock lock(mutex_);
    if (!base::is_valid_utf8(name)) return std::nullopt;
    auto row = db_->query(fmt::format("SELECT {} FROM users WHERE name_folded = ?", k_user_columns));
    if (!row.bind(1, base::fold(name)).step()) return std::nullopt;
    return read_user(row);
  }

  std::optional<std::string> password_hash(const UserId& user) override {
    std::scoped_lock lock(mutex_);
    auto row = db_->query("SELECT password_hash FROM users WHERE id = ? AND disabled = 0");
    if (!row.bind(1, user).step()) return std::nullopt;
    return row.text(0);
  }

  std::vector<User> users() override {
    std::scoped_lock lock(mutex_);
    std::vector<User> all;
    auto row = db_->query(fmt::format("SELECT {} FROM users", k_user_columns));
    while (row.step()) all.push_back(read_user(row));
    std::ranges::sort(all, {}, [](const User& user) { return base::fold(user.full_name); });
    return all;
  }

  base::Status set_disabled(const UserId& user, bool disabled) override {
    std::scoped_lock lock(mutex_);
    store::Transaction transaction(*db_);
    db_->query("UPDATE users SET disabled = ? WHERE id = ?").bind(1, disabled ? 1 : 0).bind(2, user).run();
    if (db_->changed_rows() == 0) return fail(ErrorCode::not_found, "There is no such person.");
    if (!has_administrator())
      return fail(ErrorCode::not_allowed,
                  "This is the last administrator who can sign in. Make another one first.");
    if (disabled) db_->query("DELETE FROM sessions WHERE user_id = ?").bind(1, user).run();
    transaction.commit();
    return {};
  }

  void add_session(const Hash& token, const UserId& user, Instant now) override {
    std::scoped_lock lock(mutex_);
    store::Transaction transaction(*db_);
    db_->query("DELETE FROM sessions WHERE created < ? OR last_used < ?")
        .bind(1, to_ms(now - k_session_age_max))
        .bind(2, to_ms(now - k_session_idle_max))
        .run();
    db_->query("INSERT INTO sessions (token, user_id, created, last_used) VALUES (?, ?, ?, ?)")
        .bind_blob(1, token.raw())
        .bind(2, user)
        .bind(3, to_ms(now))
        .bind(4, to_ms(now))
        .run();
    db_->query("UPDATE users SET last_sign_in = ? WHERE id = ?").bind(1, to_ms(now)).bind(2, user).run();
    transaction.commit();
  }

  std::optional<Session> find_session(const Hash& token, Instant now) override {
    std::scoped_lock lock(mutex_);
    Session session;
    {
      auto row = db_->query(
          "SELECT u.id, name, full_name, role, support_group, disabled, u.created, last_sign_in, s.created, "
          "s.last_used FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token = ?");
      if (!row.bind_blob(1, token.raw()).step()) return std::nullopt;
      session = {read_user(row), base::from_ms(row.integer(8)), base::from_ms(row.integer(9))};
    }
    if (session.user.disabled || now - session.created > k_session_age_max ||
        now - session.last_used > k_session_idle_max)
      return std::nullopt;
    if (now - session.last_used > k_touch_interval)
      db_->query("UPDATE sessions SET last_used = ? WHERE token = ?")
          .bind(1, to_ms(now))
          .bind_blob(2, token.raw())
          .run();
    return session;
  }

  void end_session(const Hash& token) override {
    std::scoped_lock lock(mutex_);
    db_->query("DELETE FROM sessions WHERE token = ?").bind_blob(1, token.raw()).run();
  }

  void add_setup_code(const Hash& code, Instant now) override {
    std::scoped_lock lock(mutex_);
    store::Transaction transaction(*db_);
    db_->query("DELETE FROM setup_codes").run();
    db_->query("INSERT INTO setup_codes (code, created) VALUES (?, ?)")
        .bind_blob(1, code.raw())
        .bind(2, to_ms(now))
        .run();
    transaction.commit();
  }

  bool is_setup_code(const Hash& code, Instant now) override {
    std::scoped_lock lock(mutex_);
    return setup_code_holds(code, now);
  }

  base::Result<User> use_setup_code(const Hash& code, const NewUser& administrator, Instant now) override {
    std::scoped_lock lock(mutex_);
    store::Transaction transaction(*db_);
    if (!setup_code_holds(code, now))
      return fail(ErrorCode::denied, "This sign-in link was used already or is too old.", "code");
    auto added = insert_user(administrator, now);
    if (!added) return added;
    db_->query("DELETE FROM setup_codes").run();
    transaction.commit();
    return added;
  }

  base::Status add_station_code(const Hash& code, StationKind kind, std::string_view site, Instant now,
                                std::string_view person) override {
    if (auto fits = check_station_person(kind, person); !fits) return fits;
    std::scoped_lock lock(mutex_);
    if (!base::is_valid_utf8(site) || base::find_forbidden(site, false) || base::clean(site).empty() ||
        base::count_code_points(site) > k_name_characters_max)
      return fail(
          ErrorCode::invalid,
          fmt::format("A site has a name of 1 to {} characters, such as City Hall.", k_name_characters_max),
          "site");
    store::Transaction transaction(*db_);
    db_->query("DELETE FROM station_codes WHERE created < ?")
        .bind(1, to_ms(now - k_station_code_age_max))
        .run();
    db_->query("INSERT INTO station_codes (code, kind, site, created, person) VALUES (?, ?, ?, ?, ?)")
        .bind_blob(1, code.raw())
        .bind(2, name_of(kind))
        .bind(3, base::clean(site))
        .bind(4, to_ms(now))
        .bind(5, person)
        .run();
    transaction.commit();
    return {};
  }

  base::Status check_station_person(StationKind kind, std::string_view person) {
    if (person.empty()) return {};
    if (kind == StationKind::kiosk)
      return fail(ErrorCode::invalid, "A kiosk is nobody's own: leave --person out.", "person");
    if (auto user = find_user(person); !user || user->disabled)
      return fail(
          ErrorCode::not_found,
          fmt::format("There is nobody of the name {} who signs in here. Add them under People, or with "
                      "walkin-desk user add.",
                      person),
          "person");
    return {};
  }

  base::Result<Station> enroll_station(const Hash& code, const Hash& token, Instant now) override {
    std::scoped_lock lock(mutex_);
    store::Transaction transaction(*db_);
    Station station{.replica = base::ReplicaId::make(now, random_), .enrolled = now, .last_contact = now};
    {
      auto row = db_->query("SELECT kind, site, created, person FROM station_codes WHERE code = ?");
      bool known = row.bind_blob(1, code.raw()).step();
      if (!known || now - base::from_ms(row.integer(2)) > k_station_code_age_max)
        return fail(ErrorCode::denied,
                    "This code is not known, was used already or is older than 10 minutes. Make a new one at "
                    "the desk under Stations.",
                    "code");
      station.kind = parse_station_kind(row.text(0)).value_or(StationKind::kiosk);
      station.site = row.text(1);
      station.person = row.text(3);
    }
    db_->query("DELETE FROM station_codes WHERE code = ?").bind_blob(1, code.raw()).run();
    insert_station(station, token);
    transaction.commit();
    return station;
  }

  base::Result<Station> split_station(const base::ReplicaId& from, const Hash& token, Instant now) override {
    std::scoped_lock lock(mutex_);
    store::Transaction transaction(*db_);
    Station origin;
    {
      auto row = db_->query(fmt::format("SELECT {} FROM stations WHERE replica = ?", k_station_columns));
      if (!row.bind(1, from).step())
        return fail(ErrorCode::denied, "The desk does not know this station. Enrol it again.");
      origin = read_station(row);
    }
    {
      auto row = db_->query(fmt::format("SELECT {} FROM stations WHERE token = ?", k_station_columns));
      if (row.bind_blob(1, token.raw()).step()) {
        Station before = read_station(row);
        if (before.split_from == origin.prefix && !before.revoked) return before;
        return fail(ErrorCode::denied, "This key belongs to another station.", "key");
      }
      auto today = db_->query("SELECT count(*) FROM stations WHERE split_from = ? AND enrolled > ?");
      today.bind(1, origin.prefix).bind(2, to_ms(now - std::chrono::hours(24))).step();
      if (today.integer(0) >= k_splits_a_day_max)
        return fail(ErrorCode::busy,
                    fmt::format("{} was copied more than {} times within a day. Look at this station's disk.",
                                station_name(origin), k_splits_a_day_max));
    }
    Station station{.replica = base::ReplicaId::make(now, random_),
                    .kind = origin.kind,
                    .site = origin.site,
                    .enrolled = now,
                    .last_contact = now,
                    .version = origin.version,
                    .split_from = origin.prefix,
                    .person = origin.person};
    insert_station(station, token);
    transaction.commit();
    return station;
  }

  std::optional<Station> find_station(const Hash& token, Instant now) override {
    std::scoped_lock lock(mutex_);
    Station station;
    {
      auto row = db_->query(fmt::format("SELECT {} FROM stations WHERE token = ?", k_station_columns));
      if (!row.bind_blob(1, token.raw()).step()) return std::nullopt;
      station = read_station(row);
    }
    if (station.revoked) return std::nullopt;
    if (!station.last_contact || now - *station.last_contact > k_touch_interval)
      db_->query("UPDATE stations SET last_contact = ? WHERE replica = ?")
          .bind(1, to_ms(now))
          .bind(2, station.replica)
          .run();
    return station;
  }

  std::vector<Station> stations() override {
    std::scoped_lock lock(mutex_);
    std::vector<Station> all;
    auto row = db_->query(fmt::format("SELECT {} FROM stations", k_station_columns));
    while (row.step()) all.push_back(read_station(row));
    std::ranges::sort(all, {}, [](const Station& s) { return std::pair(base::fold(s.site), s.prefix); });
    return all;
  }

  base::Status revoke_station(std::string_view prefix, Instant now) override {
    std::scoped_lock lock(mutex_);
    db_->query("UPDATE stations SET revoked = ? WHERE prefix = ? AND revoked IS NULL")
        .bind(1, to_ms(now))
        .bind(2, prefix)
        .run();
    if (db_->changed_rows() == 0)
      return fail(ErrorCode::not_found, "There is no such station in use.", "prefix");
    return {};
  }

  base::Status check_integrity() override {
    std::scoped_lock lock(mutex_);
    return db_->check_integrity();
  }

private:
  // Gives it a prefix and a letter that nobody has.
  void insert_station(Station& station, const Hash& token) {
    auto is_taken = [this](const std::string& prefix) {
      return db_->query("SELECT 1 FROM prefixes WHERE prefix = ?").bind(1, prefix).step();
    };
    auto desk = db_->query("SELECT generation FROM desk");
    std::int64_t generation = desk.step() ? desk.integer(0) : 0;
    station.prefix =
        generation == 0 ? choose_prefix(station.site, is_taken) : fresh_prefix(generation, random_, is_taken);
    if (station.kind == StationKind::kiosk)
      station.letter = choose_letter([&](const std::string& letter) {
        auto taken = db_->query("SELECT 1 FROM stations WHERE site = ? AND letter = ?");
        return taken.bind(1, station.site).bind(2, letter).step();
      });
    db_->query("INSERT INTO prefixes (prefix) VALUES (?)").bind(1, station.prefix).run();
    db_->query("INSERT INTO stations (replica, token, kind, site, prefix, enrolled, last_contact, letter, "
               "split_from, person) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(1, station.replica)
        .bind_blob(2, token.raw())
        .bind(3, name_of(station.kind))
        .bind(4, station.site)
        .bind(5, station.prefix)
        .bind(6, to_ms(station.enrolled))
        .bind(7, to_ms(station.enrolled))
        .bind(8, station.letter)
        .bind(9, station.split_from)
        .bind(10, station.person)
        .run();
  }

  base::Result<User> insert_user(const NewUser& given, Instant now) {
    if (auto fits = check_new_user(given); !fits) return base::forward_error(fits);
    {
      auto taken = db_->query("SELECT 1 FROM users WHERE name_folded = ?");
      if (taken.bind(1, base::fold(given.name)).step())
        return fail(ErrorCode::conflict, fmt::format("The name {} is taken. Choose another one.", given.name),
                    "name");
    }
    User user{.id = UserId::make(now, random_),
              .name = given.name,
              .full_name = base::clean(given.full_name),
              .role = given.role,
              .group = base::clean(given.group),
              .created = now};
    if (user.full_name.empty()) user.full_name = user.name;
    db_->query("INSERT INTO users (id, name, name_folded, full_name, role, support_group, password_hash, "
               "created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(1, user.id)
        .bind(2, user.name)
        .bind(3, base::fold(user.name))
        .bind(4, user.full_name)
        .bind(5, name_of(user.role))
        .bind(6, user.group)
        .bind(7, given.password_hash)
        .bind(8, to_ms(now))
        .run();
    return user;
  }

  bool has_administrator() {
    auto row = db_->query("SELECT 1 FROM users WHERE role = 'administrator' AND disabled = 0");
    return row.step();
  }

  bool setup_code_holds(const Hash& code, Instant now) {
    auto row = db_->query("SELECT created FROM setup_codes WHERE code = ?");
    return row.bind_blob(1, code.raw()).step() &&
           now - base::from_ms(row.integer(0)) <= k_setup_code_age_max && !has_administrator();
  }

  std::mutex mutex_;
  std::unique_ptr<store::Database> db_;
  base::Random& random_;
};

} // namespace

base::Result<std::unique_ptr<Accounts>> open_sqlite_accounts(const std::filesystem::path& file,
                                                             store::Access access, base::Random& random,
                                                             Instant now) {
  auto db = store::Database::open(file, k_schema, access);
  if (!db) return base::forward_error(db);
  auto accounts = std::make_unique<SqliteAccounts>(std::move(*db), random);
  if (access == store::Access::create) accounts->make_desk(now);
  return accounts;
}

} // namespace walkin::desk
