#include "kiosk/site_watch.hpp"

#include "kiosk/png_picture.hpp"

#include <algorithm>
#include <utility>

namespace walkin::kiosk {

namespace {

domain::LocalTime local_minutes(const i18n::LocalTime& time) {
  return domain::LocalTime{std::chrono::local_days{time.date}.time_since_epoch() + time.since_midnight};
}

i18n::LocalTime shown_time(domain::LocalTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day{day}, time - day};
}

} // namespace

void SiteWatch::look(Inbox& inbox) {
  const std::int64_t revision = station_.reference().revision();
  const bool anew = revision_ != revision;
  revision_ = revision;
  if (anew) {
    read_settings(inbox);
    const auto board = station_.reference().queue_board();
    inbox.post(QueueChanged{queue(), board ? board->calls : std::vector<domain::QueueCall>{}});
  }
  tell_opening(inbox);
  tell_bulletins(inbox, anew);
}

void SiteWatch::read_settings(Inbox& inbox) {
  store::Reference& reference = station_.reference();
  const auto before = std::exchange(settings_, reference.settings());
  if (settings_ != before) on_settings_(settings_.value_or(domain::SiteSettings{}));
  SiteInfo site;
  site.has_directory = reference.has_directory();
  site.has_assets = true;
  read_models();
  site.computers = computers_;
  site.handsets = handsets_;
  if (settings_) {
    site.organisation = settings_->organisation;
    site.logo = logo();
    site.idle = settings_->idle_after;
    site.warning = settings_->idle_warning;
    site.number_page = settings_->number_shown;
    site.reduced_motion = settings_->reduced_motion;
    site.has_staff_pin = !settings_->staff_pin_hash.empty();
    site.phone = settings_->phone;
    site.printer = domain::to_text(settings_->printer);
    site.languages.clear();
    for (const std::string& tag : settings_->languages)
      if (const auto language = i18n::parse_language(tag);
          language && std::ranges::find(site.languages, *language) == site.languages.end())
        site.languages.push_back(*language);
    if (!site.languages.empty()) site.language = site.languages.front();
  }
  inbox.post(SiteChanged{std::move(site)});
}

// Counted when documents have come, not at every change of the queue.
void SiteWatch::read_models() {
  constexpr std::size_t k_most = 60;
  store::Reference& reference = station_.reference();
  std::string tag = reference.standing().tag;
  if (models_of_ == tag) return;
  models_of_ = std::move(tag);
  computers_ = reference.usual_models("computer laptop desktop notebook tablet", k_most);
  handsets_ = reference.usual_models("phone", k_most);
}

// Taken apart once, not at every change of the queue.
std::shared_ptr<const Bitmap> SiteWatch::logo() {
  const base::Hash hash = base::hash_of(settings_->logo_png);
  if (logo_hash_ != hash) logo_ = decode_png(settings_->logo_png);
  logo_hash_ = hash;
  return logo_;
}

void SiteWatch::tell_opening(Inbox& inbox) {
  if (!settings_ || settings_->hours.is_unknown()) {
    if (opening_) inbox.post(OpeningChanged{});
    opening_.reset();
    return;
  }
  const auto state = domain::opening_state(settings_->hours, local_minutes(local_(clock_.now())));
  if (opening_ == state) return;
  opening_ = state;
  OpeningInfo info{true, state.is_open, std::nullopt, state.days_ahead};
  if (state.until) info.until = shown_time(*state.until);
  inbox.post(OpeningChanged{info});
}

// They open and end by the clock too.
void SiteWatch::tell_bulletins(Inbox& inbox, bool anew) {
  auto open = station_.reference().open_bulletins(clock_.now());
  std::vector<std::string> ids;
  for (const auto& bulletin : open) ids.push_back(bulletin.id);
  if (!anew && ids == open_) return;
  if (ids.empty() && open_.empty()) return;
  open_ = std::move(ids);
  inbox.post(BulletinsChanged{std::move(open)});
}

std::optional<QueueInfo> SiteWatch::queue() {
  const auto board = station_.reference().queue_board();
  if (!board) return std::nullopt;
  return QueueInfo{static_cast<int>(board->waiting), board->wait()};
}

} // namespace walkin::kiosk
