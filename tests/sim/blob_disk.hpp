// The folder of attachments on a simulated disk: bytes and names that were not synced go with the power.
// Folders are always there.
#pragma once

#include "shared/store/blobs.hpp"
#include "tests/sim/disk.hpp"

namespace walkin::sim {

struct File;

class SimBlobDisk final : public store::BlobDisk {
public:
  // `folder` is the disk's; both must outlive it.
  SimBlobDisk(Disk& disk, std::filesystem::path folder, const base::Clock& clock);

  std::optional<Info> look(const std::filesystem::path& file) const override;
  std::string read(const std::filesystem::path& file, std::int64_t offset, std::size_t count) const override;
  void write(const std::filesystem::path& file, std::int64_t offset, std::string_view bytes) override;
  void touch(const std::filesystem::path& file) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  bool remove(const std::filesystem::path& file) override;
  bool make_folder(const std::filesystem::path&) override { return false; }
  void sync_folder(const std::filesystem::path& folder) override;
  std::vector<std::string> names(const std::filesystem::path& folder) const override;
  std::string fresh_name() override;

private:
  std::string name_of(const std::filesystem::path& path) const;
  File* find(const std::string& name) const;
  bool is_alive() const { return disk_.is_alive(disk_.entered_); }
  // A call that changes the disk; throws where it is not done. `tear`: what is done of it nevertheless.
  void call(const std::function<void()>& tear);
  using Names = std::map<std::string, std::shared_ptr<File>>; // null: nothing by this name
  void change(const Names& names);

  Disk& disk_;
  const std::filesystem::path folder_;
  const base::Clock& clock_;
  int last_name_ = 0;
};

} // namespace walkin::sim
