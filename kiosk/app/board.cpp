#include "kiosk/app/board.hpp"

#include "kiosk/app/wording.hpp"

#include <algorithm>
#include <string>

namespace walkin::kiosk {

namespace {

bool is_late(const BoardState& state, Moment now) {
  return !state.in_touch && now >= state.out_since + k_board_late;
}

// Several take turns, as the clock has it, so that nothing has to be counted.
std::size_t turn_of(Moment now, std::size_t count) {
  const auto turns = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()) / k_board_turn;
  return static_cast<std::size_t>(turns) % count;
}

SecretText closed_greeting(const Words& words, const OpeningInfo& opening) {
  if (!opening.until) return SecretText(words.text("start.when_open"));
  const std::string time = i18n::format_clock(*opening.until);
  return words.fill(opening.days_ahead == 1 ? "hours.opens_tomorrow" : "hours.opens_at", {{"time", time}});
}

BoardView::Call call_view(const Words& words, const domain::QueueCall& call) {
  constexpr std::string_view k_plain = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";
  const std::string_view counter = call.counter;
  const bool is_named = counter.find_first_not_of(k_plain) != std::string_view::npos;
  return {call.number, counter, is_named,
          is_named ? SecretText(counter) : words.fill("board.counter_n", {{"counter", counter}})};
}

} // namespace

void update_board(BoardState& state, Intent intent, Moment now) {
  if (auto* site = std::get_if<SiteChanged>(&intent)) {
    if (site->site.language) state.language = *site->site.language;
  } else if (auto* opening = std::get_if<OpeningChanged>(&intent)) {
    state.opening = opening->opening;
  } else if (auto* queue = std::get_if<QueueChanged>(&intent)) {
    state.queue = queue->queue;
    state.calls = std::move(queue->calls);
  } else if (auto* bulletins = std::get_if<BulletinsChanged>(&intent)) {
    state.bulletins = std::move(bulletins->open);
  } else if (auto* connection = std::get_if<ConnectionChanged>(&intent)) {
    if (state.in_touch && !connection->in_touch) state.out_since = now;
    state.in_touch = connection->in_touch;
  }
}

BoardView make_board(const BoardState& state, const i18n::LocalTime& time, Moment now) {
  const Words words(state.language);
  BoardView view;
  view.title = words.text("board.title");
  view.clock = SecretText(i18n::format_clock(time));
  view.counter_label = words.text("board.counter");
  for (const domain::QueueCall& call : state.calls)
    if (view.calls.size() < domain::k_board_calls_max) view.calls.push_back(call_view(words, call));
  if (view.calls.empty()) {
    const bool is_closed = state.opening.is_known && !state.opening.is_open;
    view.title = words.text("desk.name");
    view.greeting =
        is_closed ? closed_greeting(words, state.opening) : SecretText(words.text("board.welcome"));
  }
  if (state.queue) {
    view.waiting_label = words.text("board.waiting");
    view.waiting = SecretText(std::to_string(state.queue->ahead));
    if (state.queue->wait && state.queue->ahead > 0) {
      const std::string from = std::to_string(state.queue->wait->least_min),
                        to = std::to_string(state.queue->wait->most_min);
      view.wait = state.queue->wait->least_min == 0 ? words.fill("board.wait_most", {{"to", to}})
                                                    : words.fill("board.wait", {{"from", from}, {"to", to}});
    }
  }
  if (is_late(state, now)) {
    view.strip_icon = Icon::cloud_outline_off;
    view.strip = SecretText(words.text("board.late"));
  } else if (!state.bulletins.empty()) {
    const domain::Bulletin& shown = state.bulletins[turn_of(now, state.bulletins.size())];
    view.strip_icon = Icon::bullhorn;
    view.strip = SecretText(domain::text_in(shown.title, i18n::tag_of(state.language)));
  }
  return view;
}

Moment board_deadline(const BoardState& state, Moment now, std::chrono::milliseconds to_next_minute) {
  Moment due = now + std::max(to_next_minute, std::chrono::milliseconds{1});
  if (state.bulletins.size() > 1) {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) %
                       std::chrono::milliseconds(k_board_turn);
    due = std::min(due, now + (std::chrono::milliseconds(k_board_turn) - since));
  }
  if (!state.in_touch && !is_late(state, now)) due = std::min(due, Moment(state.out_since + k_board_late));
  return due;
}

} // namespace walkin::kiosk
