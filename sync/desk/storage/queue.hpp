// The queue at each site's counter, in tickets.db. What happens in it are events of the tickets; the table
// here is a cache of them that is brought up to date whenever it is asked.
#pragma once

#include "shared/base/zone.hpp"
#include "shared/domain/queue.hpp"
#include "sync/desk/storage/documents.hpp"

#include <functional>

namespace walkin::desk {

extern const std::string_view k_queue_sql, k_queue_called_sql;

struct QueueRow {
  domain::QueueEntry entry;
  std::string code; // of its ticket
};

struct QueueStep {
  domain::QueueAction action = domain::QueueAction::call;
  std::string number;  // empty: the next one, for a call; for other actions the one at this counter
  std::string counter; // may be empty
  std::string by;      // who does it
};

// How a site's zone is had: base::load_zone in the program.
using ZoneSource = std::function<base::Result<base::Zone>(std::string_view name)>;

// Safe to call from any thread; a connection of its own. Faults of the database are exceptions.
class Queue {
public:
  // Both must outlive it. Errors as of store::Database::open.
  static base::Result<std::unique_ptr<Queue>> open(const std::filesystem::path& file, DeskLog& log,
                                                   Documents& documents, ZoneSource zones,
                                                   const base::Clock& clock);

  // Of today by the site's clock, in the order they came.
  std::vector<QueueRow> list(std::string_view site);
  // Does it, by domain::apply, and appends the ticket's event. Errors: not_found (nobody waits, no such
  // number today), not_allowed.
  base::Result<QueueRow> act(std::string_view site, const QueueStep& step);
  domain::QueueBoard board(std::string_view site);
  // Called numbers of any site that nobody came for in the site's time become no-shows, as events of the desk
  // ("system"), which can be undone. However many processes ask, each once. How many did.
  std::size_t note_no_shows();
  // How many wait in front of this ticket; none when it does not wait in a queue of today.
  std::optional<std::int64_t> ahead_of(std::string_view site, std::string_view code);

  // Puts the board into a kiosk's reply where it has another.
  void add_board(const SyncPeer& peer, const protocol::PullRequest& request, protocol::PullReply& reply);

private:
  struct CachedBoard {
    base::Instant at;
    domain::QueueBoard board;
    std::string tag;
  };

  Queue(std::unique_ptr<store::Database> db, DeskLog& log, Documents& documents, ZoneSource zones,
        const base::Clock& clock)
      : db_(std::move(db)), log_(log), documents_(documents), zones_(std::move(zones)), clock_(clock) {}
  void refresh();
  void take_registrations(store::Transaction&, std::int64_t after);
  void take_events(store::Transaction&, std::int64_t after);
  std::vector<QueueRow> today(std::string_view site);
  base::Millis no_show_after(std::string_view site);
  base::Zone zone_of(std::string_view site);
  const CachedBoard& cached_board(std::string_view site);
  int median_of_hour(std::string_view site, const base::Zone& zone);

  std::mutex mutex_; // guards all below
  std::unique_ptr<store::Database> db_;
  DeskLog& log_;
  Documents& documents_;
  ZoneSource zones_;
  const base::Clock& clock_;
  std::map<std::string, CachedBoard, std::less<>> boards_;
  std::map<std::string, base::Zone, std::less<>> zones_by_name_;
};

} // namespace walkin::desk
