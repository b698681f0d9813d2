// What a kiosk's pages ask of the station's store, answered. Belongs to the store worker's thread.
#pragma once

#include "kiosk/app/state.hpp"
#include "shared/base/clock.hpp"
#include "shared/store/reference.hpp"
#include "shared/store/station.hpp"

#include <functional>
#include <optional>

namespace walkin::kiosk {

using LocalClock =
    std::function<i18n::LocalTime(base::Instant)>; // by the time zone of the site or the machine

// A contact within this is one that still holds: a minute between polls, and half of one to which it is
// noted.
inline constexpr base::Millis k_last_contact_recent = std::chrono::seconds(90);

class Answers {
public:
  Answers(store::Station& station, const base::Clock& clock, LocalClock local)
      : station_(station), clock_(clock), local_(std::move(local)) {}

  // Throws what the store throws.
  Intent answer(const LookUpPerson& question);
  Intent answer(const LookUpAsset& question);
  Intent answer(const Suggest& question);
  Intent answer(const LoadAnswer& question);
  Intent answer(const FindTicket& question);
  Intent answer(const SaveReply& reply);
  Intent answer(const CheckPin& question);

private:
  void put_place(TicketInfo& info);
  std::optional<TicketInfo> ticket_info(std::string_view code);

  store::Station& station_;
  const base::Clock& clock_;
  LocalClock local_;
};

// CommonMark taken apart into what a page sets: headings, paragraphs, steps. Emphasis goes, a link leaves its
// words.
std::vector<ArticleText::Part> parts_of_article(std::string_view commonmark);

} // namespace walkin::kiosk
