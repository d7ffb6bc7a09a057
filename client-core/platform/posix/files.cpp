#include "platform_posix/files.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

namespace sejawat::platform {
namespace {

base::Error failure(const std::string& what) {
  const int number = errno;
  base::Code code = base::Code::storage_failed;
  if (number == ENOSPC || number == EDQUOT) code = base::Code::disk_full;
  if (number == ENOENT) code = base::Code::not_found;
  if (number == EEXIST) code = base::Code::already_exists;
  return base::error(code, what + ": " + std::strerror(number));
}

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
  {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return failure("create file");
    std::size_t written = 0;
    while (written < content.size()) {
      const ssize_t count = ::write(file.get(), content.data() + written, content.size() - written);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        base::Error err = failure("write file");
        ::unlink(path.c_str());
        return err;
      }
      written += static_cast<std::size_t>(count);
    }
    if (::fsync(file.get()) != 0) {
      base::Error err = failure("sync file");
      ::unlink(path.c_str());
      return err;
    }
  }
  const std::filesystem::path parent = std::filesystem::absolute(path).parent_path();
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
