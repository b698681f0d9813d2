#include "kiosk/store_worker.hpp"

#include "shared/store/database.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace walkin::kiosk {

namespace {

using namespace std::chrono_literals;

// A registration takes a few kilobytes; this leaves room for the log that SQLite writes ahead.
constexpr std::uintmax_t k_free_bytes_min = 8 * 1024 * 1024;

SaveTrouble trouble_of(base::ErrorCode code) {
  if (code == base::ErrorCode::busy) return SaveTrouble::busy;
  if (code == base::ErrorCode::no_space) return SaveTrouble::no_space;
  return SaveTrouble::failed;
}

} // namespace

StoreState state_of_store(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory / "station.db", error)) return StoreState::broken;
  if (::access(directory.c_str(), W_OK | X_OK) != 0 ||
      ::access((directory / "station.db").c_str(), R_OK | W_OK) != 0)
    return StoreState::locked;
  const auto space = std::filesystem::space(directory, error);
  if (!error && space.available < k_free_bytes_min) return StoreState::full;
  return StoreState::fine;
}

base::Result<std::unique_ptr<StoreWorker>> StoreWorker::start(const std::filesystem::path& directory,
                                                              StoreWorkerContext context) {
  auto station = store::Station::open(directory, context.clock, context.random);
  if (!station) return base::forward_error(station);
  const auto& identity = (*station)->identity();
  if (identity.kind != "kiosk" || identity.letter.empty())
    return base::fail(
        base::ErrorCode::not_allowed,
        fmt::format("The station in {} was enrolled for a {}, not for a kiosk. Make a code with "
                    "--kind kiosk at the desk and enrol a new folder with it.",
                    directory.string(), identity.kind.empty() ? "person" : identity.kind),
        directory.string());
  return std::unique_ptr<StoreWorker>(new StoreWorker(directory, std::move(*station), std::move(context)));
}

StoreWorker::StoreWorker(std::filesystem::path directory, std::unique_ptr<store::Station> station,
                         StoreWorkerContext context)
    : directory_(std::move(directory)),
      station_(std::move(station)),
      context_(std::move(context)),
      answers_(std::in_place, *station_, context_.clock, context_.local),
      site_(std::in_place, *station_, context_.clock, context_.local, context_.on_settings) {
  watch();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

namespace {

void wipe_command(Command& command) {
  if (auto* registration = std::get_if<RegisterCommand>(&command)) wipe(registration->registration);
}

} // namespace

StoreWorker::~StoreWorker() {
  thread_.request_stop();
  thread_.join();
  for (auto& command : waiting_) wipe_command(command);
}

// With the lock. Whether the command is to be carried out.
bool StoreWorker::accept(Command& command) {
  if (const auto* wanted = std::get_if<RegisterCommand>(&command)) {
    const auto is_same = [&](const Command& other) {
      const auto* registration = std::get_if<RegisterCommand>(&other);
      return registration != nullptr && registration->request == wanted->request;
    };
    if (saving_ == wanted->request || std::ranges::any_of(waiting_, is_same)) {
      wipe_command(command);
      return true; // answered by the one before
    }
  }
  if (std::holds_alternative<Suggest>(command))
    std::erase_if(waiting_, [](const Command& other) { return std::holds_alternative<Suggest>(other); });
  if (waiting_.size() >= k_waiting_max) return false;
  waiting_.push_back(std::move(command));
  wake_.notify_all();
  return true;
}

void StoreWorker::post(Command command) {
  {
    const std::lock_guard lock(mutex_);
    if (accept(command)) return;
  }
  wipe_command(command);
  if (const auto* registration = std::get_if<RegisterCommand>(&command))
    context_.inbox.post(RegisterFailed{registration->request, SaveTrouble::busy});
}

void StoreWorker::look() {
  const std::lock_guard lock(mutex_);
  looks_ = true;
  wake_.notify_all();
}

bool StoreWorker::is_stuck() const {
  const std::lock_guard lock(mutex_);
  return busy_since_ && std::chrono::steady_clock::now() - *busy_since_ > k_stuck_after;
}

void StoreWorker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<Command> next;
    {
      std::unique_lock lock(mutex_);
      busy_since_.reset();
      wake_.wait_for(lock, stop, context_.watch_every, [this] { return !waiting_.empty() || looks_; });
      if (stop.stop_requested()) return;
      looks_ = false;
      busy_since_ = std::chrono::steady_clock::now();
      if (!waiting_.empty()) {
        next = std::move(waiting_.front());
        waiting_.pop_front();
        if (const auto* registration = std::get_if<RegisterCommand>(&*next)) saving_ = registration->request;
      }
    }
    if (next) carry_out(std::move(*next));
    watch();
  }
}

void StoreWorker::carry_out(Command command) {
  if (auto* registration = std::get_if<RegisterCommand>(&command)) {
    Intent report = save(*registration);
    {
      // Before the report: whoever has read it may send the same visit again and must be answered.
      const std::lock_guard lock(mutex_);
      saving_.reset();
    }
    const bool is_saved = std::holds_alternative<Registered>(report);
    context_.inbox.post(std::move(report));
    if (is_saved) context_.on_saved();
    return;
  }
  try {
    answer(command);
  } catch (const std::exception& fault) {
    // A page waits for no answer for long; the words are about the store, never about what was asked.
    spdlog::error("A question to the store failed: {}", fault.what());
    open_anew();
  }
}

void StoreWorker::answer(const Command& command) {
  std::visit(
      [this](const auto& question) {
        using T = std::decay_t<decltype(question)>;
        if constexpr (std::is_same_v<T, TellService>)
          tell_service();
        else if constexpr (requires { answers_->answer(question); })
          context_.inbox.post(answers_->answer(question));
        if constexpr (std::is_same_v<T, SaveReply>) context_.on_saved();
      },
      command);
}

// After a fault the connection may be in any state; what was committed is in the file.
void StoreWorker::open_anew() {
  auto station = store::Station::open(directory_, context_.clock, context_.random);
  if (!station) return;
  site_.reset();
  answers_.reset();
  station_ = std::move(*station);
  answers_.emplace(*station_, context_.clock, context_.local);
  site_.emplace(*station_, context_.clock, context_.local, context_.on_settings);
}

void StoreWorker::tell_service() {
  const auto status = station_->status();
  ServiceInfo info;
  info.in_sync = status.in_sync;
  info.in_touch = status.last_contact && context_.clock.now() - *status.last_contact < k_last_contact_recent;
  info.outbox = status.outbox;
  info.trouble = status.trouble;
  if (status.last_contact) info.last_contact = context_.local(*status.last_contact);
  std::error_code error;
  const auto space = std::filesystem::space(directory_, error);
  if (!error) info.free_mb = static_cast<std::int64_t>(space.available / (1024 * 1024));
  info.version = context_.version;
  info.station = station_->identity().name;
  info.log = context_.log();
  context_.inbox.post(ServiceChanged{std::move(info)});
}

base::Result<store::Registered> StoreWorker::try_to_save(const RegisterCommand& command) {
  using domain::EventKind;
  domain::Fields beside;
  if (!command.entitlement.empty()) beside.emplace("entitlement", command.entitlement);
  if (!command.person.empty()) beside.emplace("person", std::string(command.person.view()));
  std::vector<domain::EventParts> after;
  if (!command.bulletin.empty())
    after.push_back({EventKind::linked, {{"other", command.bulletin}, {"relation", "bulletin"}}, {}});
  if (!command.trail.empty())
    after.push_back(
        {EventKind::note, {{"visibility", "internal"}}, {{"text", std::string(command.trail.view())}}});
  if (!command.solved_by.empty()) {
    after.push_back({EventKind::resolved, {{"article", command.solved_by}}, {}});
    after.push_back({EventKind::confirmed, {{"solved", true}}, {}});
  }
  try {
    return station_->register_ticket(command.registration, beside, std::move(after));
  } catch (const std::exception& fault) {
    return tl::unexpected(store::to_error(fault));
  }
}

Intent StoreWorker::save(RegisterCommand& command) {
  if (last_saved_ && last_saved_->request == command.request) {
    wipe(command.registration);
    return *last_saved_;
  }
  auto saved = try_to_save(command);
  wipe(command.registration);
  if (!saved) {
    // The message is about the disk or a rule, never about what was entered.
    spdlog::error("A registration could not be saved: {}", saved.error().message);
    return RegisterFailed{command.request, trouble_of(saved.error().code)};
  }
  last_saved_ =
      Registered{command.request, saved->code, saved->queue_number, context_.local(context_.clock.now()), {}};
  try {
    last_saved_->follow_url = station_->reference().status_link(saved->code);
    last_saved_->queue = site_->queue();
  } catch (const std::exception& fault) {
    spdlog::error("The status link could not be made: {}", fault.what()); // the ticket is saved all the same
  }
  return *last_saved_;
}

void StoreWorker::watch() {
  try {
    site_->look(context_.inbox);
  } catch (const std::exception& fault) {
    spdlog::error("What the desk wrote for this site can't be read: {}", fault.what());
    open_anew();
  }
  const StoreState state = state_of_store(directory_);
  if (state == told_) return;
  told_ = state;
  if (state != StoreState::fine)
    spdlog::error("The station in {} can't save now: check its disk and its rights.", directory_.string());
  context_.inbox.post(StoreChanged{state});
}

} // namespace walkin::kiosk
