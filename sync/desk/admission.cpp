#include "sync/desk/admission.hpp"

#include <algorithm>
#include <cmath>

namespace walkin::desk {

namespace {

constexpr double k_late_share = 0.05; // of the newest exchange in the running mean

int whole_seconds(base::Millis wait) {
  return static_cast<int>(std::max<std::int64_t>(1, (wait.count() + 999) / 1000));
}

std::optional<int> in_seconds(std::optional<base::Millis> wait) {
  return wait ? std::optional(whole_seconds(*wait)) : std::nullopt;
}

} // namespace

std::optional<base::Millis> RateLimit::take(std::string_view key, base::Instant now) {
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= k_keys_max) forget_full(now);
    found = buckets_.emplace(std::string(key), Bucket{rate_.burst, now}).first;
  }
  Bucket& bucket = found->second;
  const double passed_s = static_cast<double>(std::max<std::int64_t>(0, (now - bucket.at).count())) / 1000;
  bucket.tokens = std::min(rate_.burst, bucket.tokens + passed_s * rate_.per_second);
  bucket.at = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  return base::Millis{static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / rate_.per_second * 1000))};
}

void RateLimit::give_back(std::string_view key) {
  if (auto found = buckets_.find(key); found != buckets_.end())
    found->second.tokens = std::min(rate_.burst, found->second.tokens + 1);
}

// A bucket that has filled again says nothing. Should all be in use, they are forgotten together: better than
// to remember a flood of addresses without end.
void RateLimit::forget_full(base::Instant now) {
  const double fill_s = rate_.burst / rate_.per_second;
  std::erase_if(buckets_, [&](const auto& entry) {
    return static_cast<double>((now - entry.second.at).count()) / 1000 >= fill_s || now < entry.second.at;
  });
  if (buckets_.size() >= k_keys_max) buckets_.clear();
}

Admission::Admission(base::Random& random, AdmissionLimits limits)
    : limits_(limits),
      random_(random),
      stations_(limits.station),
      strangers_(limits.stranger),
      enrolments_(limits.enrolment) {}

std::optional<int> Admission::count_station(const base::ReplicaId& station, base::Instant now) {
  std::lock_guard lock(mutex_);
  return in_seconds(stations_.take(station.str(), now));
}

std::optional<int> Admission::count_stranger(std::string_view address, base::Instant now) {
  std::lock_guard lock(mutex_);
  return in_seconds(strangers_.take(address, now));
}

std::optional<int> Admission::count_enrolment(std::string_view address, base::Instant now) {
  std::lock_guard lock(mutex_);
  return in_seconds(enrolments_.take(address, now));
}

void Admission::forgive_enrolment(std::string_view address) {
  std::lock_guard lock(mutex_);
  enrolments_.give_back(address);
}

std::optional<Admission::Place> Admission::enter(const base::ReplicaId& station) {
  std::unique_lock lock(mutex_);
  auto is_free = [&] {
    auto own = at_work_of_.find(station);
    return at_work_ < limits_.exchanges_max &&
           (own == at_work_of_.end() || own->second < limits_.exchanges_of_station_max);
  };
  if (!is_free()) {
    if (waiting_ >= limits_.waiting_max) return std::nullopt;
    ++waiting_;
    bool got_free = place_is_free_.wait_for(lock, limits_.wait_max, is_free);
    --waiting_;
    if (!got_free) return std::nullopt;
  }
  ++at_work_of_[station];
  ++at_work_;
  return std::optional<Place>(std::in_place, *this, station);
}

void Admission::leave(const base::ReplicaId& station) {
  std::lock_guard lock(mutex_);
  --at_work_;
  if (auto own = at_work_of_.find(station); own != at_work_of_.end() && --own->second == 0)
    at_work_of_.erase(own);
  // All of them: the first may be one whose station has its share.
  place_is_free_.notify_all();
}

bool Admission::is_crowded() {
  std::lock_guard lock(mutex_);
  return at_work_ >= limits_.exchanges_max && waiting_ >= limits_.waiting_max;
}

int Admission::turn_away() {
  std::lock_guard lock(mutex_);
  turned_away_ += 1;
  return jittered(turned_away_ * exchange_s_ / limits_.exchanges_max);
}

void Admission::note_served(base::Millis took) {
  std::lock_guard lock(mutex_);
  turned_away_ = std::max(0.0, turned_away_ - 1);
  exchange_s_ += k_late_share * (static_cast<double>(took.count()) / 1000 - exchange_s_);
}

// Half to one and a half of it, and never at once.
int Admission::jittered(double seconds) {
  const double share = 0.5 + static_cast<double>(random_.next() % 1024) / 1024;
  return static_cast<int>(
      std::clamp(std::ceil(1 + seconds * share), 1.0, static_cast<double>(limits_.retry_after_s_max)));
}

} // namespace walkin::desk
