// One owner of a store at a time. Held as long as the object lives.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace sejawat::store {

class LockFile {
 public:
  // store_locked when another process holds it for longer than `wait_ms`.
  static base::Result<std::unique_ptr<LockFile>> take(const std::string& path, int wait_ms);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace sejawat::store
