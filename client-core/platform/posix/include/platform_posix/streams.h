// Files too large to be held: one that appears whole or not at all, and one that is read in pieces.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace sejawat::platform {

// Written under a name of its own in the same folder (NAME.XXXXXX.part, mode 0600), synced, and given its
// name only by `publish`. Whatever ends the process before leaves nothing under that name.
class NewFile {
 public:
  // already_exists unless `replace`; not_found: no such folder; disk_full, storage_failed.
  static base::Result<std::unique_ptr<NewFile>> create(const std::string& path, bool replace);
  ~NewFile();  // takes back what was not published
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  base::Status write(base::ByteView piece);
  // already_exists: somebody else made it meanwhile, and it was not `replace`.
  base::Status publish();
  // Where it lies until then, for writers that go by name.
  const std::string& draft() const { return draft_; }

 private:
  NewFile() = default;
  int fd_ = -1;
  bool replace_ = false;
  std::string path_, draft_;
};

// A regular file, whatever was put under its name.
class InputFile {
 public:
  // invalid_argument: no regular file.
  static base::Result<std::unique_ptr<InputFile>> open(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  std::uint64_t size() const { return size_; }
  // The next piece, at most 64 KiB; empty at the end.
  base::Result<base::ByteView> next();
  base::Status rewind();

 private:
  InputFile() = default;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  base::Bytes block_;
};

// So that a name that was made, changed or removed in it stays so.
base::Status sync_folder_of(const std::string& path);

}  // namespace sejawat::platform
