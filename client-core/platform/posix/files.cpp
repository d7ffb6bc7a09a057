#include "platform_posix/files.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "failure.h"

namespace sejawat::platform {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

base::Status write_all(int file, base::ByteView content) {
  std::size_t written = 0;
  while (written < content.size()) {
    const ssize_t count = ::write(file, content.data() + written, content.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failure("write file");
    written += static_cast<std::size_t>(count);
  }
  if (::fsync(file) != 0) return failure("sync file");
  return {};
}

// A file that gets its name when it is whole and on the disk: a kill on the way leaves nothing, and above all
// no empty key that nothing ever starts with again. `written` stays false where the file system has no such
// files.
base::Status write_nameless(const std::filesystem::path& parent, const std::string& path,
                            base::ByteView content, bool& written) {
  const Descriptor file(::open(parent.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (file.get() < 0) return {};
  SJ_TRY_STATUS(write_all(file.get(), content));
  const std::string nameless = "/proc/self/fd/" + std::to_string(file.get());
  if (::linkat(AT_FDCWD, nameless.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return failure("create file");
    return {};  // no /proc, no links: in place, then
  }
  written = true;
  return {};
}

base::Status write_in_place(const std::string& path, base::ByteView content) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) return failure("create file");
  auto done = write_all(file.get(), content);
  if (!done.ok()) ::unlink(path.c_str());
  return done;
}

}  // namespace

base::Now SystemClock::now() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return {duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(),
          duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

base::Status make_private_directory(const std::string& path) {
  std::error_code code;
  const std::filesystem::path directory(path);
  if (std::filesystem::is_directory(directory, code)) return {};
  if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path(), code);
  if (::mkdir(path.c_str(), 0700) != 0) return failure("create directory");
  return {};
}

base::Status write_new_private_file(const std::string& path, base::ByteView content) {
  const std::filesystem::path parent = std::filesystem::absolute(path).parent_path();
  bool written = false;
  SJ_TRY_STATUS(write_nameless(parent, path, content, written));
  if (!written) SJ_TRY_STATUS(write_in_place(path, content));
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return failure("sync directory");
  return {};
}

base::Result<base::Bytes> read_file(const std::string& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return failure("open file");
  base::Bytes content;
  std::uint8_t block[8192];
  for (;;) {
    const ssize_t count = ::read(file.get(), block, sizeof(block));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read file");
    if (count == 0) break;
    if (content.size() + static_cast<std::size_t>(count) > max_bytes) {
      return base::error(base::Code::too_large, "file is larger than expected");
    }
    content.insert(content.end(), block, block + count);
  }
  base::wipe(block, sizeof(block));
  return content;
}

base::Result<base::Secret32> load_or_create_key(const std::string& path, base::Random& random) {
  auto existing = read_file(path, base::Secret32::kSize);
  if (existing.ok()) {
    if (existing->size() != base::Secret32::kSize) {
      return base::error(base::Code::store_key_wrong, "key file has the wrong length");
    }
    base::Secret32 key(*existing);
    base::wipe(existing->data(), existing->size());
    return key;
  }
  if (existing.code() != base::Code::not_found) return std::move(existing).error();
  base::Secret32 key = base::Secret32::random(random);
  SJ_TRY_STATUS(write_new_private_file(path, key.view()));
  return key;
}

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace sejawat::platform
