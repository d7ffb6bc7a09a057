#include "platform_posix/files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/fakes.h"

namespace sejawat::platform {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  Files() {
    char pattern[] = "/tmp/sejawat-files-XXXXXX";
    SJ_CHECK(::mkdtemp(pattern) != nullptr);
    root = pattern;
  }
  ~Files() override { fs::remove_all(root); }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(root), fs::directory_iterator()));
  }
  fs::path root;
  support::SeededRandom random;
};

TEST_F(Files, APrivateFileIsWrittenOnceForItsUserAloneAndLeavesNothingBeside) {
  const std::string path = (root / "kartu").string();
  ASSERT_TRUE(write_new_private_file(path, base::as_bytes("isi")).ok());
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  EXPECT_EQ(write_new_private_file(path, base::as_bytes("lain")).code(), base::Code::already_exists);
  EXPECT_EQ(base::as_text(*read_file(path, 100)), "isi");
  EXPECT_EQ(write_new_private_file((root / "tiada/kartu").string(), base::as_bytes("x")).code(),
            base::Code::not_found);
  EXPECT_EQ(count(), 1U);
}

TEST_F(Files, AKeyIsMadeOnceAndReadAfterwards) {
  const std::string path = (root / "server.key").string();
  const auto made = load_or_create_key(path, random);
  ASSERT_TRUE(made.ok());
  const auto read = load_or_create_key(path, random);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(base::equal(made->view(), read->view()));
  ASSERT_TRUE(write_new_private_file((root / "short").string(), base::as_bytes("0123")).ok());
  EXPECT_EQ(load_or_create_key((root / "short").string(), random).code(), base::Code::store_key_wrong);
}

}  // namespace
}  // namespace sejawat::platform
