#include "sync/desk/storage/backup_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace walkin::desk {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::fail;

namespace {

constexpr std::string_view k_magic = "WALKINBK";
constexpr std::uint8_t k_encrypted = 1;
constexpr std::size_t k_chunk_bytes = 1024 * 1024;
constexpr std::size_t k_name_bytes_max = 512;
constexpr std::uint64_t k_memory_bytes_max = 1024ull * 1024 * 1024;
constexpr std::uint64_t k_operations_max = 16;
constexpr std::size_t k_head_bytes =
    8 + 2 + 1 + 8 + 8 + crypto_pwhash_SALTBYTES + crypto_secretstream_xchacha20poly1305_HEADERBYTES;

using Key = std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES>;

unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::uint64_t take(std::string_view& in, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = (value << 8) | static_cast<std::uint8_t>(in[i]);
  in.remove_prefix(bytes);
  return value;
}

base::Status derive(Key& key, std::string_view passphrase, std::string_view salt, std::uint64_t operations,
                    std::uint64_t memory) {
  if (crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), raw(salt), operations,
                    static_cast<std::size_t>(memory), crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(ErrorCode::busy,
                fmt::format("The passphrase needs {} MiB of memory to be worked on, and there is "
                            "not as much free.",
                            memory / (1024 * 1024)));
  return {};
}

tl::unexpected<base::Error> cannot_write(const fs::path& file) {
  int why = errno;
  return fail(
      ErrorCode::no_space,
      fmt::format("{} cannot be written: {}. Choose another place.", file.string(), std::strerror(why)),
      file.string());
}

tl::unexpected<base::Error> cut_off(const fs::path& file) {
  return fail(ErrorCode::unusable,
              fmt::format("{} is cut off: its end is missing. Use another backup.", file.string()),
              file.string());
}

tl::unexpected<base::Error> damaged(const fs::path& file) {
  return fail(ErrorCode::unusable,
              fmt::format("{} is damaged: its checksum does not fit. Use another backup.", file.string()),
              file.string());
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

} // namespace

struct BackupWriter::State {
  fs::path target, part;
  File file;
  bool encrypted = false, done = false;
  std::string head, pending;
  crypto_secretstream_xchacha20poly1305_state stream{};
  base::Hasher hasher;
  bool first_chunk = true;

  base::Status write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) return cannot_write(part);
    return {};
  }
  base::Status flush_chunk(bool is_last) {
    std::string chunk = std::exchange(pending, {});
    if (encrypted) {
      std::string sealed(chunk.size() + crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
      std::string_view along = first_chunk ? std::string_view(head) : std::string_view{};
      crypto_secretstream_xchacha20poly1305_push(
          &stream, raw(sealed), nullptr, raw(std::string_view(chunk)), chunk.size(), raw(along), along.size(),
          is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
      chunk = std::move(sealed);
    }
    first_chunk = false;
    std::string length;
    put(length, chunk.size(), 4);
    if (auto written = write(length); !written) return written;
    return write(chunk);
  }
  base::Status content(std::string_view bytes) {
    hasher.raw(bytes);
    while (!bytes.empty()) {
      std::size_t count = std::min(bytes.size(), k_chunk_bytes - pending.size());
      pending += bytes.substr(0, count);
      bytes.remove_prefix(count);
      if (pending.size() == k_chunk_bytes)
        if (auto written = flush_chunk(false); !written) return written;
    }
    return {};
  }
};

BackupWriter::BackupWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

BackupWriter::~BackupWriter() {
  if (!state_ || state_->done) return;
  state_->file.reset();
  std::error_code ignored;
  fs::remove(state_->part, ignored);
}

base::Result<std::unique_ptr<BackupWriter>> BackupWriter::make(const fs::path& target,
                                                               const std::optional<std::string>& passphrase,
                                                               base::Random& random) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be started");
  std::error_code ignored;
  if (fs::is_directory(target, ignored))
    return fail(ErrorCode::unusable,
                fmt::format("{} is a folder. Name a file in it, such as {}/desk.backup.", target.string(),
                            target.string()),
                target.string());
  std::unique_ptr<BackupWriter> writer(new BackupWriter(std::make_unique<State>()));
  State& state = *writer->state_;
  state.target = target;
  state.part = target.string() + ".part";
  int descriptor = ::open(state.part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0 || ::fchmod(descriptor, 0600) != 0) return cannot_write(state.part);
  state.file.reset(::fdopen(descriptor, "wb"));
  state.encrypted = passphrase.has_value();

  std::string salt(crypto_pwhash_SALTBYTES, '\0');
  std::string stream_head(crypto_secretstream_xchacha20poly1305_HEADERBYTES, '\0');
  std::uint64_t operations = 0, memory = 0;
  if (passphrase) {
    random.fill({raw(salt), salt.size()});
    operations = crypto_pwhash_OPSLIMIT_MODERATE;
    memory = crypto_pwhash_MEMLIMIT_MODERATE;
    Key key{};
    if (auto derived = derive(key, *passphrase, salt, operations, memory); !derived)
      return base::forward_error(derived);
    crypto_secretstream_xchacha20poly1305_init_push(&state.stream, raw(stream_head), key.data());
    sodium_memzero(key.data(), key.size());
  }
  state.head = k_magic;
  put(state.head, k_backup_version, 2);
  put(state.head, passphrase ? k_encrypted : 0, 1);
  put(state.head, operations, 8);
  put(state.head, memory, 8);
  state.head += salt + stream_head;
  state.hasher.raw(state.head);
  if (auto written = state.write(state.head); !written) return base::forward_error(written);
  return writer;
}

base::Status BackupWriter::add(std::string_view name, const fs::path& path) {
  File source(std::fopen(path.c_str(), "rb"));
  std::error_code error;
  std::uint64_t size = fs::file_size(path, error);
  if (!source || error)
    return fail(ErrorCode::unusable, fmt::format("{} cannot be read.", path.string()), path.string());
  std::string head;
  put(head, 1, 1);
  put(head, name.size(), 2);
  head += name;
  put(head, size, 8);
  if (auto written = state_->content(head); !written) return written;
  std::string piece(k_chunk_bytes, '\0');
  while (size > 0) {
    std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, piece.size()));
    if (std::fread(piece.data(), 1, wanted, source.get()) != wanted)
      return fail(ErrorCode::unusable, fmt::format("{} became shorter while it was read.", path.string()),
                  path.string());
    if (auto written = state_->content(std::string_view(piece).substr(0, wanted)); !written) return written;
    size -= wanted;
  }
  return {};
}

base::Status BackupWriter::finish(base::Instant now) {
  std::string end;
  put(end, 0, 1);
  put(end, static_cast<std::uint64_t>(base::to_ms(now)), 8);
  state_->hasher.raw(end);
  // Not through content(): the checksum cannot be over itself. It may take the chunk a little over its size.
  state_->pending += end + state_->hasher.finish().raw();
  if (auto written = state_->flush_chunk(true); !written) return written;
  std::FILE* file = state_->file.get();
  if (std::fflush(file) != 0 || ::fsync(::fileno(file)) != 0) return cannot_write(state_->part);
  state_->file.reset();
  if (std::rename(state_->part.c_str(), state_->target.c_str()) != 0) return cannot_write(state_->target);
  state_->done = true;
  return {};
}

namespace {

// The content of a backup as one stream of bytes, checked and opened on the way.
class ContentReader {
public:
  explicit ContentReader(fs::path path) : path_(std::move(path)) {}

  base::Status open(const std::optional<std::string>& passphrase) {
    file_.reset(std::fopen(path_.c_str(), "rb"));
    if (!file_)
      return fail(ErrorCode::not_found,
                  fmt::format("There is no backup {}, or it cannot be read.", path_.string()),
                  path_.string());
    head_.resize(k_head_bytes);
    head_.resize(std::fread(head_.data(), 1, k_head_bytes, file_.get()));
    if (!head_.starts_with(k_magic))
      return fail(ErrorCode::unusable, fmt::format("{} is no backup of a Walkin desk.", path_.string()),
                  path_.string());
    if (head_.size() < k_magic.size() + 2) return cut_off(path_);
    std::string_view in = std::string_view(head_).substr(k_magic.size());
    std::uint64_t version = take(in, 2);
    if (version > k_backup_version)
      return fail(
          ErrorCode::too_new,
          fmt::format("{} was made by a newer Walkin (format {}, this one reads {}). Restore it with that.",
                      path_.string(), version, k_backup_version),
          path_.string());
    if (head_.size() < k_head_bytes) return cut_off(path_);
    encrypted_ = (take(in, 1) & k_encrypted) != 0;
    std::uint64_t operations = take(in, 8), memory = take(in, 8);
    if (encrypted_ && !passphrase)
      return fail(ErrorCode::denied,
                  fmt::format("{} is encrypted. Give its passphrase with --passphrase-file.", path_.string()),
                  "passphrase-file");
    if (!encrypted_ && passphrase)
      return fail(
          ErrorCode::denied,
          fmt::format("{} is not encrypted, although a passphrase was given. Make sure that it is the file "
                      "you mean, then leave --passphrase-file out.",
                      path_.string()),
          "passphrase-file");
    hasher_.raw(head_);
    if (!encrypted_) return {};
    if (operations < 1 || operations > k_operations_max || memory > k_memory_bytes_max) return damaged(path_);
    Key key{};
    auto derived = derive(key, *passphrase, in.substr(0, crypto_pwhash_SALTBYTES), operations, memory);
    if (!derived) return derived;
    crypto_secretstream_xchacha20poly1305_init_pull(&stream_, raw(in.substr(crypto_pwhash_SALTBYTES)),
                                                    key.data());
    sodium_memzero(key.data(), key.size());
    return {};
  }

  // Exactly so many bytes; the checksum covers them unless they are it.
  base::Result<std::string> read(std::size_t count, bool is_covered = true) {
    while (chunk_.size() - used_ < count)
      if (auto more = next_chunk(); !more) return base::forward_error(more);
    std::string out = chunk_.substr(used_, count);
    used_ += count;
    if (is_covered) hasher_.raw(out);
    return out;
  }

  base::Status finish() {
    base::Hash expected = hasher_.finish();
    auto written = read(expected.bytes.size(), false);
    if (!written) return base::forward_error(written);
    bool is_at_end = used_ == chunk_.size() && std::fgetc(file_.get()) == EOF && (!encrypted_ || final_);
    if (*written != expected.raw() || !is_at_end) return damaged(path_);
    return {};
  }
  const fs::path& path() const { return path_; }

private:
  base::Status next_chunk() {
    if (final_) return damaged(path_);
    std::string length(4, '\0');
    if (std::fread(length.data(), 1, 4, file_.get()) != 4) return cut_off(path_);
    std::string_view in = length;
    std::uint64_t size = take(in, 4);
    if (size > 2 * k_chunk_bytes) return damaged(path_);
    std::string chunk(static_cast<std::size_t>(size), '\0');
    if (std::fread(chunk.data(), 1, chunk.size(), file_.get()) != chunk.size()) return cut_off(path_);
    if (encrypted_) {
      if (chunk.size() < crypto_secretstream_xchacha20poly1305_ABYTES) return damaged(path_);
      std::string opened(chunk.size() - crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
      std::string_view along = first_ ? std::string_view(head_) : std::string_view{};
      unsigned char tag = 0;
      if (crypto_secretstream_xchacha20poly1305_pull(&stream_, raw(opened), nullptr, &tag,
                                                     raw(std::string_view(chunk)), chunk.size(), raw(along),
                                                     along.size()) != 0) {
        if (!first_) return damaged(path_);
        return fail(ErrorCode::denied,
                    fmt::format("The passphrase does not open {}. Try the one that it was made with.",
                                path_.string()),
                    "passphrase-file");
      }
      final_ = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
      chunk = std::move(opened);
    }
    first_ = false;
    chunk_ = chunk_.substr(used_) + chunk;
    used_ = 0;
    return {};
  }

  fs::path path_;
  File file_;
  std::string head_, chunk_;
  std::size_t used_ = 0;
  bool encrypted_ = false, first_ = true, final_ = false;
  crypto_secretstream_xchacha20poly1305_state stream_{};
  base::Hasher hasher_;
};

} // namespace

base::Result<base::Instant> read_backup(const fs::path& file, const std::optional<std::string>& passphrase,
                                        const WritePart& write) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be started");
  ContentReader content(file);
  if (auto opened = content.open(passphrase); !opened) return base::forward_error(opened);
  auto number = [&](std::size_t bytes) -> base::Result<std::uint64_t> {
    auto read = content.read(bytes);
    if (!read) return base::forward_error(read);
    std::string_view in = *read;
    return take(in, bytes);
  };
  for (;;) {
    auto kind = number(1);
    if (!kind) return base::forward_error(kind);
    if (*kind == 0) break;
    auto name_length = number(2);
    if (!name_length) return base::forward_error(name_length);
    if (*kind != 1 || *name_length == 0 || *name_length > k_name_bytes_max) return damaged(file);
    auto name = content.read(static_cast<std::size_t>(*name_length));
    if (!name) return base::forward_error(name);
    auto size = number(8);
    if (!size) return base::forward_error(size);
    BackupPart part{*name, *size};
    std::uint64_t left = *size;
    do {
      auto piece = content.read(static_cast<std::size_t>(std::min<std::uint64_t>(left, k_chunk_bytes)));
      if (!piece) return base::forward_error(piece);
      if (auto written = write(part, *piece); !written) return base::forward_error(written);
      left -= piece->size();
    } while (left > 0);
  }
  auto made = number(8);
  if (!made) return base::forward_error(made);
  if (auto whole = content.finish(); !whole) return base::forward_error(whole);
  return base::from_ms(static_cast<std::int64_t>(*made));
}

} // namespace walkin::desk
