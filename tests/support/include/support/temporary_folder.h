// A folder of a test's own, gone with all that is in it when the test ends.
#pragma once

#include <filesystem>
#include <random>
#include <string>

#include "base/check.h"

namespace sejawat::support {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::random_device chance;
    path_ = std::filesystem::temp_directory_path() /
            ("sejawat-" + std::to_string(chance()) + std::to_string(chance()));
    SJ_CHECK(std::filesystem::create_directory(path_));  // false where it was there
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sejawat::support
