#include "lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sejawat::store {

base::Result<std::unique_ptr<LockFile>> LockFile::take(const std::string& path, int wait_ms) {
#ifdef __EMSCRIPTEN__
  // In a browser the Web Lock and the exclusive OPFS handle own the store.
  static_cast<void>(path);
  static_cast<void>(wait_ms);
  return std::unique_ptr<LockFile>(new LockFile(-1));
#else
  constexpr int kPollMs = 20;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return base::error(errno == ENOSPC ? base::Code::disk_full : base::Code::storage_failed, "lock file");
  }
  std::unique_ptr<LockFile> lock(new LockFile(descriptor));
  for (int waited = 0;; waited += kPollMs) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR) return base::error(base::Code::storage_failed, "lock file");
    if (waited >= wait_ms) return base::error(base::Code::store_locked);
    ::usleep(kPollMs * 1000);
  }
#endif
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sejawat::store
