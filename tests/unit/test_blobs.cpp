#include "shared/store/blobs.hpp"
#include "shared/store/named_files.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

using namespace walkin;
namespace fs = std::filesystem;
using base::ErrorCode;
using base::sha256_of;
using store::Blobs;

namespace {

struct Folder {
  Folder() {
    std::string name = "/tmp/walkin-blobs-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

// Fails at the step of this number, or writes only a part of it, as a full disk or a power cut does.
class FailingDisk final : public store::BlobDisk {
public:
  explicit FailingDisk(int step, int error = ENOSPC) : left_(step), error_(error) {}
  void write(const fs::path& file, std::int64_t offset, std::string_view bytes) override {
    if (fails()) {
      BlobDisk::write(file, offset, bytes.substr(0, bytes.size() / 2));
      stop();
    }
    BlobDisk::write(file, offset, bytes);
    if (fails()) stop();
  }
  void sync_folder(const fs::path& folder) override {
    if (fails()) stop();
    BlobDisk::sync_folder(folder);
  }
  void rename(const fs::path& from, const fs::path& to) override {
    if (fails()) stop();
    BlobDisk::rename(from, to);
  }
  bool has_failed() const { return left_ < 0; }

private:
  bool fails() { return left_-- <= 0; }
  [[noreturn]] void stop() const { throw std::system_error(error_, std::generic_category(), "played"); }
  int left_, error_;
};

void overwrite(const fs::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

} // namespace

TEST_CASE("content is found by its hash, in a file for its owner only") {
  Folder folder;
  Blobs blobs(folder.path / "blobs");
  auto put = blobs.put("a picture");
  REQUIRE(put);
  CHECK(*put == sha256_of("a picture"));
  CHECK(blobs.size(*put) == 9);
  CHECK(*blobs.read(*put) == "a picture");
  CHECK(*blobs.read(*put, 2, 4) == "pict");
  CHECK(*blobs.read(*put, 20, 4) == "");
  std::string name = put->str();
  fs::path file = folder.path / "blobs" / name.substr(0, 2) / name.substr(2);
  CHECK(blobs.file(*put) == file);
  struct stat info {};
  REQUIRE(stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(blobs.list().size() == 1);
  CHECK(blobs.parts().empty());
}

TEST_CASE("what is not there is said, and removing it is no fault") {
  Folder folder;
  Blobs blobs(folder.path / "blobs");
  auto sha256 = sha256_of("nothing");
  CHECK_FALSE(blobs.size(sha256));
  CHECK(blobs.read(sha256).error().code == ErrorCode::not_found);
  CHECK(blobs.remove(sha256));
  REQUIRE(blobs.put("nothing"));
  CHECK(blobs.remove(sha256));
  CHECK_FALSE(blobs.size(sha256));
}

TEST_CASE("content that has changed on the disk is found when it is read, and mended when it is put again") {
  Folder folder;
  Blobs blobs(folder.path / "blobs");
  auto put = blobs.put("as it was");
  overwrite(blobs.file(*put), "as it wos");
  CHECK(blobs.read(*put).error().code == ErrorCode::unusable);
  REQUIRE(blobs.put("as it was"));
  CHECK(*blobs.read(*put) == "as it was");
}

TEST_CASE("a part grows at its offset, forgets what was written behind it, and becomes content by its hash") {
  Folder folder;
  Blobs blobs(folder.path / "blobs");
  CHECK_FALSE(blobs.part_size("u1"));
  REQUIRE(blobs.write_part("u1", 0, "hello wor"));
  REQUIRE(blobs.write_part("u1", 5, "!"));
  CHECK(blobs.part_size("u1") == 6);
  REQUIRE(blobs.write_part("u1", 5, " again"));
  CHECK(*blobs.read_part("u1") == "hello again");
  REQUIRE(blobs.keep_part("u1", sha256_of("hello again")));
  CHECK_FALSE(blobs.part_size("u1"));
  CHECK(*blobs.read(sha256_of("hello again")) == "hello again");
}

TEST_CASE("a part with another hash than the one that was named is refused and gone") {
  Folder folder;
  Blobs blobs(folder.path / "blobs");
  REQUIRE(blobs.write_part("u1", 0, "not this"));
  auto refused = blobs.keep_part("u1", sha256_of("but that"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid);
  CHECK(blobs.parts().empty());
  CHECK(blobs.list().empty());
}

TEST_CASE("whichever step of the disk fails, no file stands under a name that its content does not have") {
  for (int step = 0; step < 12; ++step) {
    CAPTURE(step);
    Folder folder;
    FailingDisk disk(step);
    Blobs failing(folder.path / "blobs", disk);
    auto put = failing.put("precious content");
    if (!disk.has_failed()) {
      CHECK(put);
      CHECK(step > 3);
      break;
    }
    REQUIRE_FALSE(put);
    CHECK(put.error().code == ErrorCode::no_space);
    Blobs after(folder.path / "blobs");
    for (const auto& blob : after.list()) CHECK(after.read(blob.sha256));
    REQUIRE(after.put("precious content"));
    CHECK(*after.read(sha256_of("precious content")) == "precious content");
  }
}

TEST_CASE("a folder that cannot be written is said in words") {
  Folder folder;
  overwrite(folder.path / "blobs", "a file where the folder should be");
  auto put = Blobs(folder.path / "blobs").put("x");
  REQUIRE_FALSE(put);
  CHECK_FALSE(put.error().message.empty());
}

TEST_CASE("two that put the same content at once both have it") {
  Folder folder;
  std::string content(300'000, 'x');
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { done += Blobs(folder.path / "blobs").put(content) ? 1 : 0; });
  }
  CHECK(done == 4);
  Blobs blobs(folder.path / "blobs");
  CHECK(blobs.list().size() == 1);
  CHECK(blobs.parts().empty());
  CHECK(blobs.read(sha256_of(content)));
}

TEST_CASE("erased content is removed at once, content without a name only when it has been there for long") {
  Folder folder;
  Blobs blobs(folder.path / "blobs");
  auto erased = *blobs.put("erased"), kept = *blobs.put("kept"), unnamed = *blobs.put("unnamed");
  store::NamedFiles named{.kept = {kept}, .erased = {erased}};
  CHECK(store::remove_unneeded(blobs, named, std::nullopt) == 1);
  CHECK_FALSE(blobs.size(erased));
  CHECK(blobs.size(unnamed));
  CHECK(store::remove_unneeded(blobs, named, base::from_ms(0)) == 0);
  CHECK(store::remove_unneeded(blobs, named, base::from_ms(4'000'000'000'000)) == 1);
  CHECK(blobs.size(kept));
  CHECK_FALSE(blobs.size(unnamed));
}

TEST_CASE("what was left unfinished is removed when it has lain about for long") {
  Folder folder;
  Blobs blobs(folder.path / "blobs");
  constexpr base::Millis k_day = std::chrono::hours(24);
  for (base::Millis later : {2 * k_day, -2 * k_day}) { // or the clock was put back
    auto written = *blobs.put("whole");
    REQUIRE(blobs.write_part("put-1", 0, "half"));
    base::Instant now = blobs.list().front().touched;
    blobs.remove_parts(now, k_day);
    CHECK(blobs.parts().size() == 1);
    blobs.remove_parts(now + later, k_day);
    CHECK(blobs.parts().empty());
    CHECK(blobs.size(written));
  }
}
