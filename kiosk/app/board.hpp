// The board of a waiting room: whom is called where, how many wait, what is known to be wrong. Pure; UI
// thread.
//
//   BoardState state;
//   update_board(state, intent, now);           what workers report
//   BoardView view = make_board(state, time, now);
#pragma once

#include "kiosk/app/model.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace walkin::kiosk {

struct BoardState {
  i18n::Language language = i18n::Language::en;
  OpeningInfo opening;
  std::optional<QueueInfo> queue;
  std::vector<domain::QueueCall> calls; // newest first
  std::vector<domain::Bulletin> bulletins;
  bool in_touch = true;
  Moment out_since{};
};

struct BoardView {
  std::string_view title;
  SecretText clock;
  struct Call {
    std::string_view number;
    std::string_view counter; // "2", or a name: "Reception"
    bool is_named = false;    // it has more than capitals and digits
    SecretText at_counter;    // "Counter 2", or the name
  };
  std::string_view counter_label; // over the newest call's counter
  std::vector<Call> calls;        // newest first, three at most
  SecretText greeting;            // in the ticket while no one is called, or closed
  std::string_view waiting_label; // "" leaves the box out
  SecretText waiting, wait;       // "5", "10–20 min"; the second may be ""
  Icon strip_icon = Icon::none;
  SecretText strip; // a known problem, or that numbers may be late; "" draws none
};

inline constexpr std::chrono::seconds k_board_turn{12};
inline constexpr std::chrono::minutes k_board_late{2}; // without contact, then it is said

void update_board(BoardState& state, Intent intent, Moment now);
// `time` is what the clock on the wall shows.
BoardView make_board(const BoardState& state, const i18n::LocalTime& time, Moment now);
// When it will show something else by itself; `to_next_minute` is what is left of the wall clock's minute.
Moment board_deadline(const BoardState& state, Moment now, std::chrono::milliseconds to_next_minute);

} // namespace walkin::kiosk
