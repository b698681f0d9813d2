#include "kiosk/kiosk_loop.hpp"

#include "kiosk/app/scan.hpp"
#include "kiosk/ui/corner_hold.hpp"
#include "kiosk/ui/narration.hpp"
#include "kiosk/ui/screens/kiosk.hpp"

#include <algorithm>
#include <chrono>

namespace walkin::kiosk {

namespace {

Moment now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now());
}

// What update() is called with, from whichever side it came.
class Turn {
public:
  Turn(KioskLoop& loop, ui::Ui& screen, const Settings& settings)
      : loop_(loop), screen_(screen), state_(make_state(settings, now())) {}

  bool update() {
    bool happened = false;
    const auto due = next_deadline(state_, now());
    if (due && *due <= now()) happened = take(Tick{});
    if (pass_on(scans_.expire(now()))) happened = true;
    if (corner_.complete(now().time_since_epoch())) happened = take(StaffGesture{});
    // What is found while a finger is down is shown when it is up: nothing moves away under it.
    if (!screen_.is_touched() && found_) happened = take(*std::exchange(found_, {}));
    for (auto& intent : loop_.inbox.take()) {
      if (auto* found = std::get_if<Suggested>(&intent); found != nullptr && screen_.is_touched())
        found_ = std::move(*found);
      else
        happened = take(std::move(intent));
    }
    for (auto& intent : touched_.take()) happened = take(std::move(intent));
    return happened;
  }

  ui::Look look() const {
    return ui::look_of(state_.text_size, state_.high_contrast, loop_.window.px_per_mm());
  }

  // A burst of keys is a scan, all else goes on to the screen.
  bool input(ui::InputEvent event) {
    using Kind = ui::InputEvent::Kind;
    if (event.kind == Kind::text) {
      const bool passed = pass_on(scans_.text(event.text, now()));
      wipe(event.text);
      return passed;
    }
    if (event.kind == Kind::key && event.key == ui::Key::enter && !event.repeated)
      return pass_on(scans_.enter(now()));
    // How the keys work, then the page: whoever asks for help can't see it.
    if (event.kind == Kind::key && event.key == ui::Key::help) {
      narrator_.repeat();
      says_help_ = true;
    }
    pass_on(scans_.interrupt());
    corner_.take(event, loop_.window.px_per_mm(), now().time_since_epoch());
    screen_.post(std::move(event));
    return true;
  }

  void draw(ui::Ui& ui) {
    // What the last customer typed must not stay behind in the screen's own memory either.
    if (is_over_) ui.forget();
    is_over_ = false;
    ui::draw_kiosk(ui, make_model(state_, now()), touched_);
  }

  // After the frame: what it shows is said.
  void speak() {
    if (loop_.speech == nullptr) return;
    if (!state_.speech) {
      if (was_speaking_) {
        loop_.speech->hush();
        narrator_.forget();
      }
      was_speaking_ = false;
      return;
    }
    was_speaking_ = true;
    auto words = narrator_.listen(screen_.tree(), screen_.focused(), state_.page_serial, state_.language);
    if (!words) return;
    if (std::exchange(says_help_, false)) {
      SecretText with_help(i18n::catalogue(state_.language).text("keypad.help"));
      with_help.append("\n");
      with_help.append(*words);
      words = std::move(with_help);
    }
    loop_.speech->say(std::move(*words), state_.language, state_.volume);
  }

  std::optional<ui::Time> sleep() const {
    if (!touched_.empty()) return ui::Time{0};
    std::optional<Moment> due = next_deadline(state_, now());
    const auto consider = [&](std::optional<Moment> other) {
      if (other) due = due ? std::min(*due, *other) : *other;
    };
    consider(scans_.deadline());
    if (const auto hold = corner_.due()) consider(Moment{*hold});
    if (!due) return std::nullopt;
    return std::max(*due - now(), ui::Time{0});
  }

  bool restarts() const { return restarts_; }

private:
  bool pass_on(std::vector<Typed> typed) {
    using Kind = ui::InputEvent::Kind;
    for (Typed& one : typed) {
      switch (one.kind) {
      case Typed::Kind::text:
        screen_.post({Kind::text, {}, ui::Key::tab, std::string(one.text.view())});
        break;
      case Typed::Kind::enter: screen_.post({Kind::key, {}, ui::Key::enter}); break;
      case Typed::Kind::scan:
        if (const auto clean = cleaned_scan(one.text))
          screen_.post({Kind::scan, {}, ui::Key::tab, std::string(clean->view())});
        break;
      }
    }
    return !typed.empty();
  }

  bool take(Intent intent) {
    const PageId before = page_of(state_);
    for (auto& command : kiosk::update(state_, std::move(intent), now())) {
      if (std::holds_alternative<Restart>(command))
        restarts_ = true;
      else
        loop_.carry_out(std::move(command));
    }
    const PageId after = page_of(state_);
    const bool ends = after == PageId::start || after == PageId::number || after == PageId::thanks;
    if (after != before && ends) is_over_ = true;
    return true;
  }

  KioskLoop& loop_;
  ui::Ui& screen_;
  AppState state_;
  Intents touched_;
  ScanFilter scans_;
  ui::CornerHold corner_;
  ui::Narrator narrator_;
  std::optional<Suggested> found_;
  bool is_over_ = false, was_speaking_ = false, restarts_ = false, says_help_ = false;
};

} // namespace

base::Status KioskLoop::run(const Settings& settings) {
  ui::Ui ui;
  Turn turn(*this, ui, settings);
  platform::Window::Program program;
  program.update = [&] { return turn.update(); };
  program.look = [&] { return turn.look(); };
  program.draw = [&](ui::Ui& screen) { turn.draw(screen); };
  program.drawn = [&] { turn.speak(); };
  program.input = [&](ui::Ui&, ui::InputEvent event) { return turn.input(std::move(event)); };
  program.sleep = [&] { return turn.sleep(); };
  program.closing = [&] { return turn.restarts() || closing(); };
  return window.run(ui, program);
}

} // namespace walkin::kiosk
