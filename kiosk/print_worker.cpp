#include "kiosk/print_worker.hpp"

#include "kiosk/app/slip.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <span>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace walkin::kiosk {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr int k_answer_ms_max = 300, k_write_ms_max = 5'000;

class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

private:
  int number_;
};

bool write_all(int to, Bytes bytes) {
  while (!bytes.empty()) {
    pollfd ready{to, POLLOUT, 0};
    if (::poll(&ready, 1, k_write_ms_max) <= 0 || (ready.revents & (POLLERR | POLLHUP)) != 0) return false;
    const ssize_t written = ::write(to, bytes.data(), bytes.size());
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// DLE EOT 4: the paper sensor's state, which a printer answers at once or never.
bool has_no_paper(int device) {
  constexpr std::array<std::uint8_t, 3> k_ask{0x10, 0x04, 0x04};
  if (!write_all(device, k_ask)) return false;
  pollfd ready{device, POLLIN, 0};
  std::uint8_t state = 0;
  return ::poll(&ready, 1, k_answer_ms_max) > 0 && ::read(device, &state, 1) == 1 && is_paper_out(state);
}

// Opened and asked for paper; nothing to write is only asked.
PrinterState print_to_device(const std::string& path, Bytes bytes) {
  const Descriptor device(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (device.get() < 0) return errno == ENOSPC ? PrinterState::no_paper : PrinterState::failed;
  if (has_no_paper(device.get())) return PrinterState::no_paper;
  if (bytes.empty()) return PrinterState::ready;
  return write_all(device.get(), bytes) ? PrinterState::printed : PrinterState::failed;
}

PrinterState print_to_file(const std::string& path, Bytes bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return file.flush() ? PrinterState::printed : PrinterState::failed;
}

// Runs a program of CUPS and feeds it the bytes by a pipe; whether it went well.
bool run_cups(std::vector<std::string> words, Bytes bytes) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  Descriptor from(ends[0]);
  auto to = std::make_unique<Descriptor>(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, from.get(), STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return false;
  const bool written = write_all(to->get(), bytes);
  to.reset();
  int status = 0;
  ::waitpid(child, &status, 0);
  return written && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

PrinterState print(const domain::Printer& printer, Bytes bytes) {
  switch (printer.way) {
  case domain::Printer::Way::none: return PrinterState::none;
  case domain::Printer::Way::device: return print_to_device(printer.target, bytes);
  case domain::Printer::Way::file: return print_to_file(printer.target, bytes);
  case domain::Printer::Way::cups:
    return run_cups({"lp", "-d", printer.target, "-o", "raw"}, bytes) ? PrinterState::printed
                                                                      : PrinterState::failed;
  }
  return PrinterState::none;
}

PrinterState state_of(const domain::Printer& printer) {
  switch (printer.way) {
  case domain::Printer::Way::none: return PrinterState::none;
  case domain::Printer::Way::device: return print_to_device(printer.target, {});
  case domain::Printer::Way::file:
    return std::ofstream(printer.target, std::ios::app) ? PrinterState::ready : PrinterState::failed;
  case domain::Printer::Way::cups:
    return run_cups({"lpstat", "-a", printer.target}, {}) ? PrinterState::ready : PrinterState::failed;
  }
  return PrinterState::none;
}

PrintWorker::PrintWorker(Inbox& inbox)
    : inbox_(inbox), thread_([this](const std::stop_token& stop) { run(stop); }) {}

PrintWorker::~PrintWorker() {
  thread_.request_stop();
  thread_.join();
}

void PrintWorker::use(const domain::SiteSettings& settings) {
  {
    const std::lock_guard lock(mutex_);
    settings_ = settings;
    settings_.logo_png.clear();
  }
  const bool is_there = settings.printer.way != domain::Printer::Way::none;
  inbox_.post(PrinterChanged{is_there ? PrinterState::ready : PrinterState::none});
}

void PrintWorker::post(PrintSlip slip) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= k_waiting_max) return;
  waiting_.push_back(std::move(slip));
  wake_.notify_all();
}

void PrintWorker::ask() {
  const std::lock_guard lock(mutex_);
  asked_ = true;
  wake_.notify_all();
}

void PrintWorker::run(const std::stop_token& stop) {
  ::signal(SIGPIPE, SIG_IGN); // a printer that goes away is an error of writing
  while (!stop.stop_requested()) {
    std::optional<PrintSlip> next;
    domain::SiteSettings settings;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, stop, [this] { return asked_ || !waiting_.empty(); });
      if (stop.stop_requested()) return;
      settings = settings_;
      asked_ = false;
      if (!waiting_.empty()) {
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
    }
    if (!next) {
      inbox_.post(PrinterChanged{state_of(settings.printer)});
      continue;
    }
    const auto& words = i18n::catalogue(next->language);
    const std::string_view tag = i18n::tag_of(next->language);
    const Slip slip{next->language,
                    settings.organisation.empty() ? words.text("desk.name")
                                                  : std::string_view(settings.organisation),
                    next->number,
                    next->code,
                    next->follow_url,
                    next->at,
                    domain::text_in(settings.slip_text, tag)};
    const PrinterState state = print(settings.printer, encode_slip(slip));
    if (state != PrinterState::printed)
      spdlog::warn("A slip could not be printed: check the printer and its paper.");
    inbox_.post(PrinterChanged{state});
  }
}

} // namespace walkin::kiosk
