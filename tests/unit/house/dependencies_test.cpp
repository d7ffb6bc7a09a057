// The libraries are the versions and builds that docs/DEPENDENCIES.md promises, natively and in WebAssembly.
#include <gtest/gtest.h>
#include <sodium.h>
#include <sqlite3.h>
#include <zstd.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <set>
#include <string>

namespace {

class Database {
 public:
  explicit Database(const char* path) { EXPECT_EQ(sqlite3_open(path, &db_), SQLITE_OK); }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  int run(const char* sql) { return sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); }
  std::string text(const char* sql) {
    std::string found;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<std::string*>(out) = values[0] == nullptr ? "" : values[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(db_, sql, keep, &found, nullptr), SQLITE_OK) << sqlite3_errmsg(db_);
    return found;
  }

 private:
  sqlite3* db_ = nullptr;
};

TEST(Sqlite, IsTheVersionWithMultipleCiphersThatWeShip) {
  EXPECT_STREQ(sqlite3_libversion(), "3.53.4");
  Database db(":memory:");
  EXPECT_EQ(db.text("SELECT sqlite3mc_version()"), "SQLite3 Multiple Ciphers 2.4.0");
  EXPECT_EQ(db.text("PRAGMA cipher"), "chacha20");
}

TEST(Sqlite, IsHardenedAndHasFullTextSearch) {
  EXPECT_EQ(sqlite3_compileoption_used("OMIT_LOAD_EXTENSION"), 1);
  EXPECT_EQ(sqlite3_compileoption_used("TEMP_STORE=3"), 1);
  EXPECT_EQ(sqlite3_compileoption_used("DQS=0"), 1);
  EXPECT_EQ(sqlite3_compileoption_used("SECURE_DELETE"), 1);
  Database db(":memory:");
  EXPECT_EQ(db.text("PRAGMA secure_delete"), "1");
  EXPECT_EQ(
      db.run(
          "CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('murid mulai bertanya')"),
      SQLITE_OK);
  EXPECT_EQ(db.text("SELECT count(*) FROM words WHERE words MATCH 'bertanya'"), "1");
}

TEST(Sqlite, KeepsNothingReadableInAnEncryptedFile) {
  const char* path = "house_dependencies_test.db";
  std::remove(path);
  {
    Database db(path);
    ASSERT_EQ(db.run("PRAGMA key = 'kunci'"), SQLITE_OK);
    ASSERT_EQ(db.run("CREATE TABLE t(x); INSERT INTO t VALUES ('kenari di jendela')"), SQLITE_OK);
  }
  std::string content;
  std::FILE* file = std::fopen(path, "rb");
  ASSERT_NE(file, nullptr);
  std::array<char, 4096> block;
  std::size_t read = 0;
  while ((read = std::fread(block.data(), 1, block.size(), file)) > 0) content.append(block.data(), read);
  std::fclose(file);
  EXPECT_GE(content.size(), 4096U);
  EXPECT_EQ(content.find("kenari"), std::string::npos);
  EXPECT_EQ(content.find("SQLite format"), std::string::npos);
  {
    Database db(path);
    ASSERT_EQ(db.run("PRAGMA key = 'salah'"), SQLITE_OK);
    EXPECT_EQ(db.run("SELECT * FROM t"), SQLITE_NOTADB);
  }
  std::remove(path);
}

TEST(Zstd, IsTheVersionThatWeShip) { EXPECT_STREQ(ZSTD_versionString(), "1.5.7"); }

TEST(Sodium, IsTheVersionThatWeShip) {
  ASSERT_GE(sodium_init(), 0);
  EXPECT_STREQ(sodium_version_string(), "1.0.18");
}

TEST(Sodium, DrawsFreshBytesEveryTime) {
  ASSERT_GE(sodium_init(), 0);
  std::set<std::string> seen;
  for (int i = 0; i < 3000; ++i) {  // longer than any pool
    std::string bytes(16, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    EXPECT_TRUE(seen.insert(bytes).second) << i;
  }
}

TEST(Json, ReadsVectors) {
  boost::json::error_code failure;
  const boost::json::value value = boost::json::parse(R"({"seed": "00ff", "n": 3})", failure);
  ASSERT_FALSE(failure);
  EXPECT_EQ(value.at("n").to_number<int>(), 3);
  boost::json::parse("{", failure);
  EXPECT_TRUE(failure);
}

}  // namespace
