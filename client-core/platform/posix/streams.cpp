#include "platform_posix/streams.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "failure.h"

namespace sejawat::platform {
namespace {

bool there(const std::string& path) {
  struct stat entry {};
  return ::lstat(path.c_str(), &entry) == 0;  // a link that leads nowhere is there as well
}

}  // namespace

base::Status sync_folder_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::absolute(path).parent_path();
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return failure("sync folder");
  base::Status synced;
  if (::fsync(folder) != 0 && errno != EINVAL) synced = failure("sync folder");
  ::close(folder);
  return synced;
}

base::Result<std::unique_ptr<NewFile>> NewFile::create(const std::string& path, bool replace) {
  if (!replace && there(path)) return base::error(base::Code::already_exists, path);
  std::unique_ptr<NewFile> file(new NewFile());
  file->path_ = path;
  file->replace_ = replace;
  file->draft_ = path + ".XXXXXX.part";
  file->fd_ = ::mkostemps(file->draft_.data(), 5, O_CLOEXEC);  // 0600, and never something that is there
  if (file->fd_ < 0) {
    base::Error error = failure("create " + path);
    file->draft_.clear();
    return error;
  }
  return file;
}

NewFile::~NewFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!draft_.empty()) ::unlink(draft_.c_str());
}

base::Status NewFile::write(base::ByteView piece) {
  while (!piece.empty()) {
    const ssize_t count = ::write(fd_, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failure("write " + path_);
    piece = piece.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

base::Status NewFile::publish() {
  if (::fsync(fd_) != 0) return failure("sync " + path_);
  const int closed = ::close(fd_);
  fd_ = -1;
  if (closed != 0) return failure("close " + path_);
  if (!replace_ && ::renameat2(AT_FDCWD, draft_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return failure("name " + path_);
    // A file system that cannot be told so.
    if (there(path_)) return base::error(base::Code::already_exists, path_);
    if (::rename(draft_.c_str(), path_.c_str()) != 0) return failure("name " + path_);
  }
  if (replace_ && ::rename(draft_.c_str(), path_.c_str()) != 0) return failure("name " + path_);
  draft_.clear();
  return sync_folder_of(path_);
}

base::Result<std::unique_ptr<InputFile>> InputFile::open(const std::string& path) {
  std::unique_ptr<InputFile> file(new InputFile());
  // Does not wait for the other end of a pipe.
  file->fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file->fd_ < 0) return failure("open " + path);
  struct stat entry {};
  if (::fstat(file->fd_, &entry) != 0) return failure("open " + path);
  if (!S_ISREG(entry.st_mode)) return base::error(base::Code::invalid_argument, path + ": not a file");
  file->size_ = static_cast<std::uint64_t>(entry.st_size);
  return file;
}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

base::Result<base::ByteView> InputFile::next() {
  block_.resize(64 * 1024);
  for (;;) {
    const ssize_t count = ::read(fd_, block_.data(), block_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read file");
    return base::ByteView(block_).first(static_cast<std::size_t>(count));
  }
}

base::Status InputFile::rewind() {
  if (::lseek(fd_, 0, SEEK_SET) < 0) return failure("read file");
  return {};
}

}  // namespace sejawat::platform
