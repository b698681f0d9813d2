// The way through a visit: every change of page is decided here and nowhere else.
#pragma once

#include "kiosk/app/state.hpp"

namespace walkin::kiosk {

enum class Move : std::uint8_t {
  forward,  // the answer is given
  back,     // to the page before, or to the review while changing one answer
  home,     // the visit is over: everything is wiped, and the next customer finds the kiosk as it was
  sent,     // the registration is on its way to the disk
  not_sent, // it could not be saved: the review again, with everything in place
};

// `touched` is when the customer did what turns the page; touches soon after it are its echo.
void navigate(AppState& state, Move move, Moment touched);

// From the review, or when sending finds a problem. Continue then leads back to the review.
void navigate_to_change(AppState& state, PageId page, Moment touched);

// A page of the visit's way, wherever the customer is.
void navigate_to(AppState& state, PageId page, Moment touched);

// Beside the way: Back leads to where it was opened.
void navigate_beside(AppState& state, PageId page, Moment touched);
bool is_beside(PageId page);

// Another question on the same page.
void navigate_within(AppState& state, bool forward, Moment touched);

// What was done, in words; the rest of the visit is wiped.
void navigate_to_thanks(AppState& state, screen::Thanks what, const SecretText& code, Moment now);

// The saved ticket, in the customer's hand. The rest of the visit is wiped: it is no longer needed.
void navigate_to_number(AppState& state, Registered ticket, Moment now);

PageId page_of_part(ReviewPart part);

// Step n of m; {0, m} outside of the steps. The details page is counted until it is known that there is none.
struct Step {
  int number, total;
};
Step step_of(const AppState& state);

} // namespace walkin::kiosk
