#include "sync/cli/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace walkin::cli {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::fail;
using domain::Attachment;

namespace {

class OpenFile {
public:
  explicit OpenFile(const fs::path& file)
      : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

private:
  int descriptor_;
};

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

base::Result<std::string> read_file(const fs::path& file) {
  auto cannot = [&](ErrorCode code, std::string why) { return fail(code, std::move(why), file.string()); };
  OpenFile opened(file);
  if (opened.descriptor() < 0)
    return errno == ENOENT ? cannot(ErrorCode::not_found, fmt::format("There is no file {}.", file.string()))
                           : cannot(ErrorCode::unusable, fmt::format("{} cannot be read: {}.", file.string(),
                                                                     std::strerror(errno)));
  struct stat before {
  }, after{};
  if (::fstat(opened.descriptor(), &before) != 0 || !S_ISREG(before.st_mode))
    return cannot(ErrorCode::unusable,
                  fmt::format("{} is not a plain file. Name one file to attach.", file.string()));
  if (auto fits = domain::check_attachment_size(before.st_size); !fits) return base::forward_error(fits);
  std::string content(static_cast<std::size_t>(before.st_size) + 1, '\0'); // one more, to see one that grows
  std::size_t have = 0;
  while (have < content.size()) {
    ssize_t got = ::read(opened.descriptor(), content.data() + have, content.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return cannot(ErrorCode::unusable,
                    fmt::format("{} cannot be read: {}.", file.string(), std::strerror(errno)));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  content.resize(have);
  bool is_as_it_was = ::fstat(opened.descriptor(), &after) == 0 && is_same(before, after) &&
                      have == static_cast<std::size_t>(before.st_size);
  if (!is_as_it_was)
    return cannot(
        ErrorCode::unusable,
        fmt::format("{} was changed while it was read. Close the program that writes it and try again.",
                    file.string()));
  return content;
}

} // namespace

base::Result<domain::Ticket> attach(store::Station& station, store::Blobs& blobs, const domain::TicketId& id,
                                    const fs::path& file, std::string_view by) {
  if (auto allowed = station.check_attach(); !allowed) return base::forward_error(allowed);
  auto content = read_file(file);
  if (!content) return base::forward_error(content);
  auto type = domain::media_type_of(*content);
  if (!type) return base::forward_error(type);
  auto parts = domain::attachment_parts(base::sha256_of(*content), static_cast<std::int64_t>(content->size()),
                                        *type, domain::attachment_name(file.filename().string()));
  if (auto ticket = station.load(id))
    if (auto allowed = domain::check_event(*ticket, parts); !allowed) return base::forward_error(allowed);
  if (auto kept = blobs.put(*content); !kept) return base::forward_error(kept);
  return station.append(id, {std::move(parts)}, by);
}

base::Result<Attachment> find_attachment(const domain::Ticket& ticket, std::string_view name_or_hash) {
  constexpr std::size_t k_digits_min = 8;
  std::vector<Attachment> attachments = domain::attachments_of(ticket);
  for (const Attachment& each : attachments)
    if (name_or_hash.size() >= k_digits_min && each.sha256.str().starts_with(name_or_hash)) return each;
  auto newest = std::find_if(attachments.rbegin(), attachments.rend(),
                             [&](const Attachment& each) { return each.name == name_or_hash; });
  if (newest != attachments.rend()) return *newest;
  std::string names;
  for (const Attachment& each : attachments)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", each.name);
  return fail(ErrorCode::not_found,
              names.empty() ? fmt::format("Nothing is attached to {}.", ticket.code())
                            : fmt::format("{} has no attachment \"{}\". It has: {}.", ticket.code(),
                                          name_or_hash, names),
              std::string(name_or_hash));
}

base::Result<fs::path> fetch(sync::FileLane& lane, const store::Blobs& blobs, const domain::TicketId& ticket,
                             const Attachment& attachment, fs::path file) {
  std::error_code error;
  if (fs::is_directory(file, error)) file /= domain::attachment_name(attachment.name);
  if (auto here = lane.fetch(ticket, attachment.sha256, attachment.size); !here)
    return base::forward_error(here);
  auto content = blobs.read(attachment.sha256);
  if (!content) return base::forward_error(content);
  fs::path unfinished = file.string() + ".part";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  out << *content << std::flush;
  bool is_written = out.good();
  out.close();
  if (is_written) fs::rename(unfinished, file, error);
  if (!is_written || error) {
    std::error_code ignored;
    fs::remove(unfinished, ignored);
    return fail(
        ErrorCode::no_space,
        fmt::format("{} cannot be written. Choose another place with --to, or make room.", file.string()),
        file.string());
  }
  return file;
}

} // namespace walkin::cli
