// A client's store that a newer program wrote: the real program leaves it byte for byte as it is and says so.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/bytes.h"
#include "support/temporary_folder.h"
#include "support/vectors.h"

namespace sejawat {
namespace {

namespace fs = std::filesystem;

class NewerStore : public testing::Test {
 protected:
  // The exit code; both outputs are in `said`.
  int client(const std::string& command) {
    const char* bin = std::getenv("SEJAWAT_BIN");
    EXPECT_NE(bin, nullptr) << "run by ctest";
    const std::string line = std::string(bin == nullptr ? "." : bin) + "/sejawat --lang en --home " +
                             (root / "home").string() + " " + command + " > " + (root / "out").string() +
                             " 2>&1 < /dev/null";
    const int status = std::system(line.c_str());
    said = support::read_file((root / "out").string());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  // Runs SQL on the encrypted store as its owner; what it commits may stay in the write-ahead log.
  void run(const char* sql, bool keep_log) {
    const auto key = support::read_file((root / "home/store.key").string());
    ASSERT_EQ(key.size(), 32U);
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((root / "home/store.db").c_str(), &database), SQLITE_OK);
    const std::string raw = "raw:" + base::to_hex(base::as_bytes(key));
    ASSERT_EQ(sqlite3_key(database, raw.data(), static_cast<int>(raw.size())), SQLITE_OK);
    if (keep_log) sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
  std::string version() {
    std::string value;
    const auto key = support::read_file((root / "home/store.key").string());
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open((root / "home/store.db").c_str(), &database), SQLITE_OK);
    const std::string raw = "raw:" + base::to_hex(base::as_bytes(key));
    EXPECT_EQ(sqlite3_key(database, raw.data(), static_cast<int>(raw.size())), SQLITE_OK);
    const auto take = [](void* to, int, char** row, char**) {
      *static_cast<std::string*>(to) = row[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, "PRAGMA user_version", take, &value, nullptr), SQLITE_OK);
    sqlite3_close(database);
    return value;
  }
  void expect_untouched() {
    const auto before = support::read_file((root / "home/store.db").string());
    const auto log = support::read_file((root / "home/store.db-wal").string());
    for (const char* command :
         {"status", "journal list", "journal add --event pupils x", "sync", "init --name X"}) {
      EXPECT_EQ(client(command), 1) << said;
      EXPECT_NE(said.find("newer version and was left untouched"), std::string::npos) << said;
    }
    EXPECT_EQ(support::read_file((root / "home/store.db").string()), before);
    EXPECT_EQ(support::read_file((root / "home/store.db-wal").string()), log);
  }
  support::TemporaryFolder own_folder;
  fs::path root = own_folder.path();
  std::string said;
};

TEST_F(NewerStore, IsLeftAsItIs) {
  ASSERT_EQ(client("init --name Ani --card-file " + (root / "card").string()), 0) << said;
  const std::string own = version();
  run("PRAGMA user_version = 99", false);
  expect_untouched();
  run(("PRAGMA user_version = " + own).c_str(), false);
  EXPECT_EQ(client("status"), 0) << said;
}

TEST_F(NewerStore, IsLeftAsItIsWhenItsProgramWasKilled) {
  ASSERT_EQ(client("init --name Ani --card-file " + (root / "card").string()), 0) << said;
  run("PRAGMA journal_mode = WAL; PRAGMA user_version = 99", true);
  ASSERT_FALSE(support::read_file((root / "home/store.db-wal").string()).empty());
  expect_untouched();
}

}  // namespace
}  // namespace sejawat
