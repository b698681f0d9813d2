// The desk and the stations of a simulated world: real stores and engines on simulated disks, started and
// ended as processes are.
#pragma once

#include "sync/desk/storage/desk_log.hpp"
#include "sync/http/answer.hpp"
#include "sync/http/runner.hpp"
#include "sync/http/upload.hpp"
#include "tests/sim/blob_disk.hpp"
#include "tests/sim/desk_files.hpp"
#include "tests/sim/oracle.hpp"

#include <filesystem>
#include <memory>
#include <set>

namespace walkin::sim {

// A folder with empty files where programs look whether a file is there; their bytes are on the disks.
class Places {
public:
  Places();
  ~Places();
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;
  std::filesystem::path folder_of(int who) const; // a station, or k_desk

  // Files as they are when they are new.
  const Bytes& new_station() const { return new_station_; }
  const Bytes& new_desk() const { return new_desk_; }
  const Bytes& new_uploads() const { return new_uploads_; }
  const std::string& desk_key() const { return desk_key_; } // to which kiosks seal
  const domain::ReplicaId& desk_replica() const { return desk_replica_; }
  const std::string& desk_epoch() const { return desk_epoch_; }

private:
  std::filesystem::path root_;
  Bytes new_station_, new_desk_, new_uploads_;
  domain::ReplicaId desk_replica_;
  std::string desk_epoch_;
  std::string desk_key_;
};

inline constexpr const char* k_station_file = "station.db";
inline constexpr const char* k_desk_file = "tickets.db";
inline constexpr const char* k_uploads_file = "uploads.db";
inline constexpr const char* k_desk_prefix = "HD";

// How a piece of work ended. `failed` is told to the person; `died` tells nobody anything.
enum class Ended { done, failed, died, down };

// A machine with one program on it that matters.
class Machine {
public:
  Machine(const Places& places, int who, const TrueTime& time, base::Random& random, std::uint64_t seed);
  virtual ~Machine() = default;

  int who;
  SimClock clock;
  Disk disk;
  std::string trouble; // why the last start or piece of work did not go well

  // Runs `work` in this machine's program, starting it if need be. Violations pass through.
  template <class Work>
  Ended run(Work&& work) {
    if (!is_up() && !start()) return Ended::down;
    disk.enter(process_);
    Ended ended = Ended::done;
    try {
      work();
    } catch (const std::exception& fault) {
      ended = Ended::failed;
      trouble = store::to_error(fault).message;
    }
    if (disk.is_alive(process_)) return ended;
    stop();
    return Ended::died;
  }
  bool is_alive() const { return disk.is_alive(process_); }
  void die(Death how); // now
  void stop();         // drops the program's objects, in order or because it is dead
  bool start();
  virtual bool is_up() const = 0;
  void repair(); // of the disk
  bool is_in_trouble() const { return disk.is_full || disk.is_read_only || disk.is_locked; }

protected:
  virtual bool open() = 0; // the program's objects; false and `trouble` when they cannot be had
  virtual void drop() = 0;
  base::Random& random_;
  std::filesystem::path folder_;
  int process_ = 0;
  bool may_be_kept_out_ = false;
};

class DeskMachine final : public Machine {
public:
  // `has_files`: whether anybody in this world attaches any.
  DeskMachine(const Places& places, const TrueTime& time, base::Random& random, std::uint64_t seed,
              bool has_files);
  ~DeskMachine() override;
  bool is_up() const override { return log != nullptr; }
  bool is_alone() const { return !may_be_kept_out_; } // and not a second one beside another
  std::unique_ptr<desk::DeskLog> log;
  std::unique_ptr<DeskFilesEnd> files; // none in a second process beside the one that serves
  const domain::ReplicaId& replica() const { return replica_; }
  // As restoring a backup leaves it: this disk, a new epoch, a new replica. It is down then.
  void put_back(const std::map<std::string, Bytes>& backup, const domain::ReplicaId& replica);
  std::vector<Fact> read_facts(); // in the order of the feed

  // Works in a second process on the same files, while the first is in the middle of something.
  template <class Work>
  Ended beside(Work&& work) {
    int first = process_;
    auto first_log = std::move(log);
    auto first_files = std::move(files);
    may_be_kept_out_ = true; // by what the first is in the middle of
    Ended ended = run(std::forward<Work>(work));
    stop();
    may_be_kept_out_ = false;
    log = std::move(first_log);
    files = std::move(first_files);
    process_ = first;
    disk.enter(first);
    return ended;
  }

  // What the desk sends back; nothing when it died of it, or was down. `sent` are the bytes of a request to
  // /sync/v1/PATH.
  struct Request {
    desk::SyncPeer peer;
    std::string path, bytes;
    protocol::Format format;
  };
  std::optional<sync::Answer> serve(const Request& request);
  std::optional<sync::FileReply> serve(const FileOnWay& sent);
  static sync::Answer success(std::string body, protocol::Format format);
  static sync::Answer refusal(int status, const char* code, std::string message, protocol::Format format);
  // For each push that was worked on: what was asked and what was said.
  std::function<void(const Request&, const protocol::DecodedPush&, const protocol::PushReply&)> on_push;

protected:
  bool open() override;
  void drop() override {
    files.reset();
    log.reset();
  }

private:
  sync::Answer answer(const Request& request);
  const Places& places_;
  const bool has_files_;
  SimBlobDisk blob_disk_;
  domain::ReplicaId replica_;
  int restored_ = 0; // times
};

class StationMachine final : public Machine {
public:
  // The links outlive it.
  StationMachine(const Places& places, int who, const store::StationIdentity& identity, sync::Link& link,
                 sync::FileLink& file_link, const sync::Tuning& tuning, const TrueTime& time,
                 base::Random& random, std::uint64_t seed);
  ~StationMachine() override;
  bool is_up() const override { return station != nullptr; }
  store::StationIdentity identity;
  std::unique_ptr<store::Station> station;
  std::unique_ptr<sync::Runner> runner;
  std::unique_ptr<sync::FileLane> lane;
  store::Blobs blobs;
  bool was_harmed = false;            // rows of it are not what they were
  std::map<std::string, Bytes> image; // of its disk at some time; empty: none
  std::size_t deeds_at_image = 0;
  bool may_repeat_codes = false;       // put back or copied: it cannot know which were given out
  std::optional<int> copied_from = {}; // another station
  std::size_t deeds_at_copy = 0;

  // Changes an event that still waits into what another program would have written: the newest one of
  // `ticket`, told in `which` before anything is changed.
  enum class Rewrite { newer_kind, poison };
  void rewrite_newest(const domain::TicketId& ticket, Rewrite how, domain::EventId& which);
  // Deletes or changes the row of an event that the desk has, at a kiosk that of a public status; false when
  // there is none to harm.
  bool harm_row(Dice& dice);
  // Makes the file one of the schema's step before the newest; the program that opens it next is newer.
  void age_file();
  std::vector<Fact> read_facts(); // of its file
  // Tickets of which a row was harmed. One that leaves the station's scopes before the repair stays harmed.
  std::set<domain::TicketId> harmed;
  // Works in another process on the same files, while this one has them open.
  template <class Work>
  Ended run_second(Work&& work) {
    int first = process_;
    int second = disk.start_process();
    Ended ended = Ended::done;
    {
      auto other = store::Station::open(folder_, clock, random_);
      try {
        if (other) work(**other);
      } catch (const std::exception& fault) {
        ended = Ended::failed;
        trouble = store::to_error(fault).message;
      }
      if (!other) ended = Ended::down;
    }
    if (!disk.is_alive(second))
      ended = Ended::died;
    else
      disk.kill(second);
    disk.bury();
    if (!disk.is_alive(first)) stop();
    return ended;
  }

protected:
  bool open() override;
  void drop() override;

private:
  bool harm_status(Dice& dice);
  SimBlobDisk blob_disk_;
  sync::Link& link_;
  sync::FileLink& file_link_;
  sync::Tuning tuning_;
  bool is_rewritten_ = false; // and not yet projected
};

// Every event of a file, in the order in which it was written.
std::vector<store::StoredEvent> read_events(const std::filesystem::path& file);
Fact to_fact(store::StoredEvent stored);

} // namespace walkin::sim
