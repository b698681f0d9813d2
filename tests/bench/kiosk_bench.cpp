// walkin-kiosk-bench frames | idle: the processor time that building a frame takes over whole visits, without
// a window; the frames that a kiosk draws in a window while nobody comes. tests/bench/run calls it.
#include "kiosk/app/state.hpp"
#include "kiosk/kiosk_loop.hpp"
#include "kiosk/ui/screens/kiosk.hpp"
#include "tests/bench/figures.hpp"

#include <ctime>
#include <optional>
#include <string_view>
#include <thread>

using namespace walkin;
using namespace walkin::kiosk;
using namespace std::chrono_literals;

namespace {

constexpr int k_visits = 20;
constexpr int k_frames_after_intent = 3; // as the window draws
constexpr double k_frame_ms_max = 2.0;
constexpr std::chrono::seconds k_settle{5}, k_idle{10};

double processor_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

class Visitor {
public:
  Visitor(ui::Ui& screen, bench::Samples& frames) : screen_(screen), frames_(frames) {
    intend(ConnectionChanged{true, 0});
  }
  const AppState& state() const { return state_; }

  void touch(Intent intent) {
    wait(1s);
    intend(Touched{});
    intend(std::move(intent));
    wait(1s);
  }
  void type(std::string_view text) {
    for (const char& letter : text) intend(InsertText{SecretText(std::string_view(&letter, 1))});
  }
  void intend(Intent intent) {
    (void)update(state_, std::move(intent), now_);
    for (int i = 0; i < k_frames_after_intent; ++i) draw();
  }

private:
  void wait(std::chrono::milliseconds time) {
    const Moment end = now_ + time;
    for (auto due = next_deadline(state_, now_); due && *due <= end; due = next_deadline(state_, now_)) {
      now_ = std::max(now_, *due);
      intend(Tick{});
    }
    now_ = end;
  }
  void draw() {
    const double before = processor_ms();
    const Model model = make_model(state_, now_);
    const ui::Look look = ui::look_of(model.text_size, model.high_contrast, ui::k_design_px_per_mm);
    if (!screen_.begin_frame({1080, 1920}, look, now_.time_since_epoch())) std::exit(1);
    Intents unheard;
    ui::draw_kiosk(screen_, model, unheard);
    screen_.end_frame();
    frames_.add(processor_ms() - before);
  }

  ui::Ui& screen_;
  bench::Samples& frames_;
  Moment now_{1h};
  AppState state_ = make_state({}, now_);
};

void walk_through(Visitor& visit) {
  visit.touch(StartVisit{});
  visit.touch(ChooseWay{Way::email});
  visit.type("marta.ruiz@company.example");
  visit.touch(Continue{});
  visit.touch(ChooseCategory{domain::Category::computer});
  visit.touch(FocusField{Field::asset_tag});
  visit.type("PC-20418");
  visit.touch(Continue{});
  visit.touch(Continue{});
  visit.touch(FocusField{Field::words});
  visit.type("It asks for a password.");
  visit.touch(Continue{});
  visit.touch(ChooseSeverity{domain::Degree::medium});
  visit.touch(ChooseAffected{domain::Affected::team});
  visit.touch(Continue{});
  visit.touch(ChooseConsequence{domain::Degree::low});
  visit.touch(Send{});
  visit.intend(Registered{visit.state().request, "LB-0042-K", "A12", {}, ""});
}

int measure_frames() {
  ui::Ui screen;
  {
    bench::Samples unused; // the letters are made with the first frame, which the start's figure holds
    Visitor first(screen, unused);
  }
  bench::Samples frames;
  for (int i = 0; i < k_visits; ++i) {
    Visitor visit(screen, frames);
    walk_through(visit);
  }
  bench::report("walkin-kiosk, building one frame, processor time", frames.text(),
                fmt::format("p99 <= {} ms", k_frame_ms_max), frames.quantile(0.99) <= k_frame_ms_max);
  return 0;
}

// The program's own loop. What a kiosk does at its start is over after `k_settle`; then it stands idle.
int measure_idle() {
  auto window = platform::Window::open({});
  if (!window) {
    fmt::print(stderr, "{}\n", window.error().message);
    return 1;
  }
  Inbox inbox(platform::Window::wake);
  inbox.post(ConnectionChanged{true, 0});
  const auto start = bench::SteadyClock::now();
  std::optional<std::uint64_t> settled;
  KioskLoop loop{**window, inbox, [](const Command&) {},
                 [&] {
                   const auto passed = bench::SteadyClock::now() - start;
                   if (!settled && passed >= k_settle) settled = (*window)->frames_drawn();
                   return passed >= k_settle + k_idle;
                 }};
  const std::jthread alarm([] {
    for (const auto time : {k_settle, k_idle}) {
      std::this_thread::sleep_for(time + 10ms);
      platform::Window::wake();
    }
  });
  if (const auto ended = loop.run({}); !ended) return 1;
  const auto drawn = (*window)->frames_drawn() - settled.value_or(0);
  bench::report("walkin-kiosk, idle for 10 s, frames drawn", fmt::format("{}", drawn), "0", drawn == 0);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "frames") return measure_frames();
  if (what == "idle") return measure_idle();
  fmt::print(stderr, "usage: walkin-kiosk-bench frames | idle\n");
  return 2;
}
