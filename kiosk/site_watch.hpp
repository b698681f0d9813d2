// Tells the screen what the desk has written for its site, whenever that or the hour changes it. Belongs to
// the store worker's thread.
#pragma once

#include "kiosk/answers.hpp"
#include "kiosk/inbox.hpp"

namespace walkin::kiosk {

class SiteWatch {
public:
  using OnSettings = std::function<void(const domain::SiteSettings&)>;
  // `on_settings` is told of them before anything that goes by them is told; of the defaults where the desk
  // has sent none any more.
  SiteWatch(store::Station& station, const base::Clock& clock, LocalClock local, OnSettings on_settings)
      : station_(station), clock_(clock), local_(std::move(local)), on_settings_(std::move(on_settings)) {}

  // Posts what is new since the last call. Cheap when nothing is. Throws what the store throws.
  void look(Inbox& inbox);

  // Of the site, for slips and for who prints them.
  const std::optional<domain::SiteSettings>& settings() const { return settings_; }
  std::optional<QueueInfo> queue();

private:
  void read_settings(Inbox& inbox);
  void read_models();
  std::shared_ptr<const Bitmap> logo();
  void tell_opening(Inbox& inbox);
  void tell_bulletins(Inbox& inbox, bool anew);

  store::Station& station_;
  const base::Clock& clock_;
  LocalClock local_;
  OnSettings on_settings_;
  std::optional<domain::SiteSettings> settings_;
  std::shared_ptr<const Bitmap> logo_;
  std::optional<base::Hash> logo_hash_;  // of its bytes
  std::optional<std::string> models_of_; // the documents' tag when they were counted
  std::vector<std::string> computers_, handsets_;
  std::optional<std::int64_t> revision_;
  std::optional<domain::OpeningState> opening_;
  std::vector<std::string> open_; // bulletins, as last told
};

} // namespace walkin::kiosk
