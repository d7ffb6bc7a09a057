// The few operating-system services a native program of ours needs beside the store.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace sejawat::platform {

class SystemClock final : public base::Clock {
 public:
  base::Now now() override;
};

// Creates the directory (and its parents) with mode 0700 when missing.
base::Status make_private_directory(const std::string& path);
// Reads `path`, or creates it (mode 0600, fsynced, never overwritten) with 32 fresh bytes.
base::Result<base::Secret32> load_or_create_key(const std::string& path, base::Random& random);
// already_exists when the file is there: what it holds is never overwritten. Where the file system can, the
// name appears with the whole content behind it, and a kill leaves none.
base::Status write_new_private_file(const std::string& path, base::ByteView content);
base::Result<base::Bytes> read_file(const std::string& path, std::size_t max_bytes);
bool file_exists(const std::string& path);
// No core dump may hold keys or entries.
void forbid_core_dumps();

}  // namespace sejawat::platform
