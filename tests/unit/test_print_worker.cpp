#include "kiosk/print_worker.hpp"

#include <condition_variable>
#include <doctest/doctest.h>
#include <filesystem>
#include <mutex>
#include <optional>
#include <unistd.h>

using namespace walkin;
using namespace walkin::kiosk;
using namespace std::chrono_literals;
using PrintWay = domain::Printer::Way;

TEST_CASE("whether a printer is there is known without printing") {
  std::string folder = (std::filesystem::temp_directory_path() / "walkin-printer-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  CHECK(state_of({PrintWay::none, ""}) == PrinterState::none);
  CHECK(state_of({PrintWay::file, folder + "/slips"}) == PrinterState::ready);
  CHECK(std::filesystem::file_size(folder + "/slips") == 0);
  CHECK(state_of({PrintWay::file, folder + "/nowhere/slips"}) == PrinterState::failed);
  CHECK(state_of({PrintWay::device, "/dev/null"}) == PrinterState::ready);
  CHECK(state_of({PrintWay::device, folder + "/no-device"}) == PrinterState::failed);
  CHECK(state_of({PrintWay::cups, "no-queue-of-this-name"}) == PrinterState::failed);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a printer that was unplugged is told as such when it is asked about") {
  std::mutex mutex;
  std::condition_variable woken;
  Inbox inbox{[&] {
    const std::lock_guard lock(mutex);
    woken.notify_all();
  }};
  PrintWorker worker(inbox);
  std::optional<PrinterState> told;
  const auto next = [&] {
    told.reset();
    std::unique_lock lock(mutex);
    REQUIRE(woken.wait_for(lock, 20s, [&] {
      for (const auto& intent : inbox.take())
        if (const auto* printer = std::get_if<PrinterChanged>(&intent)) told = printer->state;
      return told.has_value();
    }));
    return *told;
  };
  domain::SiteSettings settings;
  settings.printer = {PrintWay::device, "/dev/no-printer-of-this-name"};
  worker.use(settings);
  CHECK(next() == PrinterState::ready); // as it is set
  worker.ask();
  CHECK(next() == PrinterState::failed);
}
