// What happens when processes die, disks fill and two programs work on one station.
#include "tests/fixtures/stations.hpp"

#include <csignal>
#include <doctest/doctest.h>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace walkin;
using fixtures::any_registration;
using fixtures::StationOnDisk;
using store::Station;

namespace {

// A child process; ended with its owner at the latest.
class Child {
public:
  template <class Run>
  explicit Child(Run run) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      close(ends[0]);
      int code = 1;
      try {
        code = run(ends[1]);
      } catch (...) {
        code = 2;
      }
      _exit(code);
    }
    close(ends[1]);
    reading_ = ends[0];
  }
  ~Child() {
    if (pid_ > 0) kill_now();
    close(reading_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Reads until `bytes` have come or the child is gone.
  std::string read(std::size_t bytes) const {
    std::string out;
    char buffer[512];
    while (out.size() < bytes) {
      const ssize_t got = ::read(reading_, buffer, std::min(sizeof buffer, bytes - out.size()));
      if (got <= 0) break;
      out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }
  void kill_now() {
    kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

private:
  pid_t pid_ = -1;
  int reading_ = -1;
};

// Registers for ever (or `count` times) and tells each code after it was acknowledged, one a line.
int register_and_tell(const std::filesystem::path& folder, const fixtures::FakeClock& clock,
                      std::uint64_t seed, int told, int count) {
  fixtures::SeededRandom random(seed);
  auto station = Station::open(folder, clock, random);
  if (!station) return 3;
  for (int i = 0; count < 0 || i < count; ++i) {
    auto done = (*station)->register_ticket(any_registration());
    if (!done) return 4;
    const std::string line = done->code + "\n";
    if (write(told, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return 5;
  }
  return 0;
}

std::vector<std::string> whole_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  return lines;
}

} // namespace

TEST_CASE("nothing acknowledged is lost when the process is killed at any instant") {
  StationOnDisk on_disk;
  on_disk.station.reset();
  std::set<std::string> acknowledged;
  for (int round = 0; round < 25; ++round) {
    std::string told;
    {
      Child child([&](int out) {
        return register_and_tell(on_disk.folder(), on_disk.clock, 1000 + static_cast<std::uint64_t>(round),
                                 out, -1);
      });
      told = child.read(1 + on_disk.random.below(400));
      usleep(static_cast<useconds_t>(
          on_disk.random.below(3000))); // where in a registration it dies is left to chance
      child.kill_now();
      told += child.read(1'000'000); // what it had still told before
    }
    for (const std::string& code : whole_lines(told)) CHECK(acknowledged.insert(code).second);
    Station& station = on_disk.reopen();
    const auto checked = station.check();
    REQUIRE_MESSAGE(checked.has_value(), checked.error().message);
    for (const std::string& code : acknowledged) REQUIRE_MESSAGE(station.find_code(code).has_value(), code);
    CHECK(station.status().outbox == static_cast<std::int64_t>(fixtures::rows_of(station).size()));
    on_disk.station.reset();
  }
  CHECK(acknowledged.size() > 100);
}

TEST_CASE("two programs on one station directory give every code and place in the chain once") {
  StationOnDisk on_disk;
  on_disk.station.reset();
  constexpr int k_each = 60;
  std::set<std::string> codes;
  {
    Child one([&](int out) { return register_and_tell(on_disk.folder(), on_disk.clock, 21, out, k_each); });
    Child two([&](int out) { return register_and_tell(on_disk.folder(), on_disk.clock, 22, out, k_each); });
    for (Child* child : {&one, &two}) {
      for (const std::string& code : whole_lines(child->read(1'000'000))) CHECK(codes.insert(code).second);
      CHECK(child->wait() == 0);
    }
  }
  CHECK(codes.size() == 2 * k_each);
  Station& station = on_disk.reopen();
  CHECK(station.status().outbox == 2 * k_each);
  const auto checked = station.check();
  CHECK_MESSAGE(checked.has_value(), checked.error().message);
}

TEST_CASE("what one program changes is seen at once by another that has the station open") {
  StationOnDisk on_disk;
  auto other = Station::open(on_disk.folder(), on_disk.clock, on_disk.random);
  REQUIRE(other);
  for (int i = 0; i < 5; ++i) {
    const auto done = on_disk.station->register_ticket(any_registration());
    CHECK((*other)->find_code(done->code));
    REQUIRE((*other)->append(done->ticket, {fixtures::note_parts("x")}, "ana"));
    CHECK(on_disk.station->load(done->ticket)->history.size() == 2);
  }
  CHECK((*other)->check());
}

TEST_CASE("a disk without room is said in words, loses nothing and goes on when there is room") {
  StationOnDisk on_disk;
  std::vector<std::string> codes;
  for (int i = 0; i < 3; ++i) codes.push_back(on_disk.station->register_ticket(any_registration())->code);
  on_disk.station.reset();
  Child child([&](int) {
    // A limit on the size of files stands for the full disk; the signal would end the process instead.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit no_room{400'000, RLIM_INFINITY}, room{RLIM_INFINITY, RLIM_INFINITY};
    fixtures::SeededRandom random(5);
    auto station = Station::open(on_disk.folder(), on_disk.clock, random);
    if (!station) return 10;
    if (setrlimit(RLIMIT_FSIZE, &no_room) != 0) return 11;
    std::vector<std::string> done = codes;
    bool was_full = false;
    for (int i = 0; i < 2000 && !was_full; ++i) {
      try {
        auto registered = (*station)->register_ticket(any_registration(std::string(4000, 'x')));
        if (!registered) return 12;
        done.push_back(registered->code);
      } catch (const std::exception& caught) {
        if (store::to_error(caught).code != base::ErrorCode::no_space) return 13;
        was_full = true;
      }
    }
    if (!was_full) return 14;
    for (const std::string& code : done)
      if (!(*station)->find_code(code)) return 15;
    if (setrlimit(RLIMIT_FSIZE, &room) != 0) return 16;
    auto after = (*station)->register_ticket(any_registration());
    if (!after) return 17;
    done.push_back(after->code);
    if (!(*station)->check()) return 18;
    for (const std::string& code : done)
      if (!(*station)->find_code(code)) return 19;
    return 0;
  });
  CHECK(child.wait() == 0);
  CHECK(on_disk.reopen().check());
}

TEST_CASE("a station whose folder cannot be written is refused in words") {
  if (geteuid() == 0) return; // nothing is read-only to root
  StationOnDisk on_disk;
  on_disk.station.reset();
  std::filesystem::permissions(on_disk.file(), std::filesystem::perms::owner_read);
  const auto refused = Station::open(on_disk.folder(), on_disk.clock, on_disk.random);
  REQUIRE(!refused);
  CHECK(refused.error().code == base::ErrorCode::no_space);
}
