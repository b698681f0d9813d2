// Who is served now, and how long the others are to wait. Without a clock or chance of its own.
#pragma once

#include "shared/base/clock.hpp"
#include "shared/base/id.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace walkin::desk {

// So many at once, and then so many a second.
struct Rate {
  double burst = 1, per_second = 1;
};

// Buckets of tokens by key, bounded in memory. Belongs to who holds its lock.
class RateLimit {
public:
  explicit RateLimit(Rate rate) : rate_(rate) {}
  // Takes one; else nothing is taken, and the answer says how long until there is one again.
  std::optional<base::Millis> take(std::string_view key, base::Instant now);
  void give_back(std::string_view key);

private:
  struct Bucket {
    double tokens;
    base::Instant at;
  };
  static constexpr std::size_t k_keys_max = 10'000;
  void forget_full(base::Instant now);
  Rate rate_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

struct AdmissionLimits {
  int exchanges_max = 8;            // worked on at once; more would make people in the console wait
  int exchanges_of_station_max = 4; // of these, a station's own
  int waiting_max = 64;             // for one of these to end; the others are sent away
  base::Millis wait_max{1'500};
  Rate station{300, 50};        // requests of a station
  Rate stranger{30, 0.5};       // requests without a good token, by address
  Rate enrolment{10, 1.0 / 30}; // codes tried in vain, by address
  int retry_after_s_max = 120;
};

// Safe to call from any thread.
class Admission {
public:
  explicit Admission(base::Random& random, AdmissionLimits limits = {});

  // Counts a request; whoever comes too often gets the whole seconds to stay away.
  std::optional<int> count_station(const base::ReplicaId& station, base::Instant now);
  std::optional<int> count_stranger(std::string_view address, base::Instant now);
  std::optional<int> count_enrolment(std::string_view address, base::Instant now);
  void forgive_enrolment(std::string_view address); // its code was good

  // One exchange that is worked on. Must not outlive the Admission.
  class Place {
  public:
    Place(Admission& admission, const base::ReplicaId& station) : admission_(&admission), station_(station) {}
    ~Place() {
      if (admission_) admission_->leave(station_);
    }
    Place(Place&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), station_(other.station_) {}
    Place& operator=(Place&&) = delete;

  private:
    Admission* admission_;
    base::ReplicaId station_;
  };
  // A place, at once or when one gets free before long.
  std::optional<Place> enter(const base::ReplicaId& station);
  bool is_crowded(); // there is no use in waiting
  // For one that found no place: seconds that grow with the number of those who were told so and have not
  // been served since, drawn from around it so that they do not return together.
  int turn_away();
  // How long an exchange took, for the estimate.
  void note_served(base::Millis took);

private:
  void leave(const base::ReplicaId& station);
  int jittered(double seconds);

  const AdmissionLimits limits_;
  base::Random& random_;
  std::mutex mutex_;
  std::condition_variable place_is_free_;
  RateLimit stations_, strangers_, enrolments_;
  std::unordered_map<base::ReplicaId, int> at_work_of_;
  int at_work_ = 0, waiting_ = 0;
  double turned_away_ = 0;   // and not served since
  double exchange_s_ = 0.02; // how long one takes, as of late
};

} // namespace walkin::desk
