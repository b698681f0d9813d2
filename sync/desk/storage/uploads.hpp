// Uploads that are under way or have just ended, in a file of their own: what is lost of it, stations begin
// again.
#pragma once

#include "shared/base/sha256.hpp"
#include "shared/store/database.hpp"

#include <mutex>

namespace walkin::desk {

// Their content is the part of the same name among the blobs until it is whole.
struct StoredUpload {
  std::string id; // 32 hexadecimal digits that nobody can guess
  base::ReplicaId replica;
  base::TicketId ticket;
  base::Sha256 sha256;
  std::int64_t size = 0;
  std::int64_t offset = 0; // bytes that are durable
  std::string metadata;    // as it was sent
  base::Instant expires;
  bool is_done = false; // checked, and among the blobs
};

// Safe to call from any thread; durable on return. Faults of the database are exceptions.
class Uploads {
public:
  // Makes the file where there is none. Errors as of store::Database::open.
  static base::Result<std::unique_ptr<Uploads>> open(const std::filesystem::path& file);

  // Takes the place of the station's earlier uploads of this content to this ticket; returns their ids.
  std::vector<std::string> add(const StoredUpload& upload);
  std::optional<StoredUpload> find(std::string_view id);
  std::int64_t count_unfinished(const base::ReplicaId& replica);
  void set_offset(std::string_view id, std::int64_t offset, base::Instant expires);
  void set_done(std::string_view id);
  void remove(std::string_view id);
  std::vector<std::string> expired(base::Instant now);
  std::vector<std::string> unfinished();

private:
  explicit Uploads(std::unique_ptr<store::Database> db) : db_(std::move(db)) {}
  std::vector<std::string> ids(store::Query query);

  std::mutex mutex_; // guards db_
  std::unique_ptr<store::Database> db_;
};

} // namespace walkin::desk
