// walkin-kiosk: the touch station. Wires the store, sync, the state of the screen and the window together.
#include "kiosk/board_loop.hpp"
#include "kiosk/instance_lock.hpp"
#include "kiosk/kiosk_loop.hpp"
#include "kiosk/platform/gallery.hpp"
#include "kiosk/print_worker.hpp"
#include "kiosk/site_clock.hpp"
#include "kiosk/stop_signals.hpp"
#include "kiosk/store_worker.hpp"
#include "shared/base/system.hpp"
#include "sync/http/worker.hpp"

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <string>

namespace {

using namespace walkin;

struct Options {
  std::string station, mode = "kiosk", gallery;
  bool fullscreen = false;
};

int refuse(const base::Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  return 1;
}

i18n::LocalTime machine_time(base::Instant instant) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  const std::chrono::year_month_day date{std::chrono::year{local.tm_year + 1900},
                                         std::chrono::month{static_cast<unsigned>(local.tm_mon + 1)},
                                         std::chrono::day{static_cast<unsigned>(local.tm_mday)}};
  return {date, std::chrono::minutes{local.tm_hour * 60 + local.tm_min}};
}

// The site's language until sites say it themselves: that of the machine's locale.
i18n::Language machine_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value && *value != '\0')
      return i18n::parse_language(value).value_or(i18n::Language::en);
  return i18n::Language::en;
}

base::Result<std::unique_ptr<kiosk::platform::Window>> open_window(const Options& options) {
  kiosk::platform::WindowOptions window;
  window.fullscreen = options.fullscreen;
  if (options.mode == "board") window.width = 1920, window.height = 1080;
  return kiosk::platform::Window::open(window);
}

// For the service page: what the program has written to its log, which holds nothing of any customer.
constexpr std::size_t k_log_lines = 8;
std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt>& recent_log() {
  static std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> sink;
  return sink;
}

std::vector<std::string> last_log_lines() {
  return recent_log() ? recent_log()->last_formatted() : std::vector<std::string>{};
}

int run_gallery(const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.gallery, error);
  if (error)
    return refuse({base::ErrorCode::unusable,
                   fmt::format("The folder {} can't be made: {}.", options.gallery, error.message()),
                   options.gallery});
  const auto drawn = kiosk::platform::write_gallery(options.gallery);
  return drawn ? 0 : refuse(drawn.error());
}

// Each of the two workers calls the other, so one falls silent before either is gone.
struct StopsSync {
  sync::Worker& worker;
  ~StopsSync() { worker.stop(); }
};

int run_kiosk(const Options& options) {
  const base::SystemClock machine_clock;
  kiosk::SiteClock clock(machine_clock, machine_time, base::load_zone);
  const auto local_time = [&clock](base::Instant instant) { return clock.local(instant); };
  base::SystemRandom random;
  std::atomic<bool> has_window = false; // workers start before there is a loop to wake
  const auto wake = [&has_window] {
    if (has_window) kiosk::platform::Window::wake();
  };
  kiosk::StopSignals signals(wake);
  kiosk::Inbox inbox(wake);
  kiosk::PrintWorker printer(inbox);

  // What is made first ends last: workers are gone before the window that they wake.
  std::unique_ptr<kiosk::platform::Window> window;
  std::unique_ptr<sync::Worker> sync_worker;
  const auto on_saved = [&sync_worker] { sync_worker->nudge(); };

  // The station comes before the window: one that can't be used shows nothing half.
  kiosk::StoreWorkerContext context{clock, random, inbox, on_saved, local_time};
  context.on_settings = [&](const domain::SiteSettings& settings) {
    clock.use(settings);
    printer.use(settings);
  };
  context.version = WALKIN_VERSION;
  context.log = last_log_lines;
  const auto store = kiosk::StoreWorker::start(options.station, std::move(context));
  if (!store) return refuse(store.error());
  const auto lock = kiosk::InstanceLock::take(options.station);
  if (!lock) return refuse(lock.error());
  if (kiosk::state_of_store(options.station) == kiosk::StoreState::locked)
    return refuse({base::ErrorCode::no_space,
                   fmt::format("The station in {} can only be read. Give this user the right to write to it.",
                               options.station),
                   options.station});

  const auto on_connection = [&inbox, &local_time, &store = **store](const sync::ConnectionState& state) {
    kiosk::ConnectionChanged changed{state.in_touch, static_cast<std::size_t>(state.outbox)};
    if (state.last_contact) changed.last_contact = local_time(*state.last_contact);
    inbox.post(changed);
    store.look();
  };
  auto sync = sync::Worker::start(options.station, clock, random, on_connection);
  if (!sync) return refuse(sync.error());
  sync_worker = std::move(*sync);
  const StopsSync stops_sync{*sync_worker};

  auto opened = open_window(options);
  if (!opened) return refuse(opened.error());
  window = std::move(*opened);
  has_window = true;

  kiosk::Settings settings;
  settings.language = machine_language();
  if (options.mode == "board") {
    kiosk::BoardLoop board{*window, inbox, [&clock] { return clock.now(); }, local_time,
                           [&signals] { return signals.stopped(); }};
    const auto ended = board.run(machine_language());
    has_window = false;
    return ended ? 0 : refuse(ended.error());
  }
  std::unique_ptr<kiosk::platform::Speech> speech;
  std::string sound = kiosk::platform::Speech::device();
  if (!sound.empty()) speech = kiosk::platform::Speech::start();
  inbox.post(kiosk::SpeechChanged{std::move(sound)});
  const auto carry_out = [&](kiosk::Command command) {
    if (auto* slip = std::get_if<kiosk::PrintSlip>(&command)) return printer.post(std::move(*slip));
    if (std::holds_alternative<kiosk::TellService>(command)) printer.ask();
    (*store)->post(std::move(command));
  };
  const auto closing = [&] {
    if ((*store)->is_stuck()) {
      // Its thread can't be joined. What was committed is on the disk, and whatever started this starts it
      // anew.
      spdlog::critical("The station's store has not answered for a minute: starting anew.");
      spdlog::shutdown();
      std::_Exit(1);
    }
    return signals.stopped();
  };
  kiosk::KioskLoop loop{*window, inbox, carry_out, closing, speech.get()};
  const auto ended = loop.run(settings);
  has_window = false;
  return ended ? 0 : refuse(ended.error());
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("The touch station of the help desk: registers people who walk in.");
  app.set_version_flag("--version", "walkin-kiosk " WALKIN_VERSION);
  auto* station = app.add_option("--station", options.station, "Directory that walkin enroll has made");
  app.add_option("--mode", options.mode, "What it is: kiosk, board (of the waiting room) or technician")
      ->check(CLI::IsMember({"kiosk", "board", "technician"}));
  app.add_flag("--fullscreen", options.fullscreen, "Take the whole screen, without a pointer");
  auto* gallery =
      app.add_option("--gallery", options.gallery, "Only draw pictures of every page into this directory");
  try {
    app.parse(argc, argv);
    if (gallery->empty() && station->empty()) throw CLI::RequiredError("--station");
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  }
  if (options.mode == "technician") {
    fmt::print(stderr, "This version has no screens for technicians. In the field, use the command walkin "
                       "with the same --station.\n");
    return 1;
  }
  return gallery->empty() ? run_kiosk(options) : run_gallery(options);
}

} // namespace

int main(int argc, char** argv) {
  mallopt(M_ARENA_MAX, 1); // its few threads rarely allocate, and an arena for each keeps megabytes

  const auto to_stderr = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  recent_log() = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(k_log_lines);
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("walkin-kiosk", spdlog::sinks_init_list{to_stderr, recent_log()}));
  try {
    return run(argc, argv);
  } catch (const std::exception& fault) {
    fmt::print(stderr, "walkin-kiosk has to stop: {}\n", fault.what());
    return 1;
  }
}
