// Prints slips on a thread of its own, so that a printer that hangs holds up nothing.
#pragma once

#include "kiosk/app/state.hpp"
#include "kiosk/inbox.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>

namespace walkin::kiosk {

class PrintWorker {
public:
  // Posts PrinterChanged when the site's printer is told, and after each slip.
  explicit PrintWorker(Inbox& inbox);
  ~PrintWorker(); // gives up what waits
  PrintWorker(const PrintWorker&) = delete;
  PrintWorker& operator=(const PrintWorker&) = delete;

  // From any thread.
  void use(const domain::SiteSettings& settings);
  void post(PrintSlip slip);
  // How the printer is now is posted, without anything being printed.
  void ask();

private:
  void run(const std::stop_token& stop);

  static constexpr std::size_t k_waiting_max = 4;

  Inbox& inbox_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  domain::SiteSettings settings_;
  std::deque<PrintSlip> waiting_;
  bool asked_ = false;
  std::jthread thread_; // last: it uses the others
};

// Writes the bytes to the printer; waits a few seconds at most. A printer that tells its state is asked for
// paper first; one that does not is taken at its word.
PrinterState print(const domain::Printer& printer, std::span<const std::uint8_t> bytes);
// How it is now: whether it is there, and has paper where it tells.
PrinterState state_of(const domain::Printer& printer);

} // namespace walkin::kiosk
