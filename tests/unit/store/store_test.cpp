#include "store/store.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace sejawat::store {
namespace {

base::Secret32 key_of(std::uint8_t byte) { return base::Secret32(base::Bytes(32, byte)); }

class StoreFile : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/sejawat-store-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    for (const char* name : {"/s.db", "/s.db-wal", "/s.db-shm", "/s.db-journal", "/s.db.lock"}) {
      ::unlink((folder_ + name).c_str());
    }
    ::rmdir(folder_.c_str());
  }
  std::string path() const { return folder_ + "/s.db"; }
  std::string bytes(const std::string& suffix = "") const {
    std::ifstream file(path() + suffix, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string folder_;
};

TEST_F(StoreFile, OpensAgainWithItsKeyAndNotWithAnother) {
  {
    auto store = Store::open(path(), key_of(1), 0);
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->put_setting("name", base::as_bytes("Bu Ani")).ok());
  }
  const std::string before = bytes();
  EXPECT_EQ(Store::open(path(), key_of(2), 0).code(), base::Code::store_key_wrong);
  EXPECT_EQ(bytes(), before);
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok());
  auto name = (*store)->setting("name");
  ASSERT_TRUE(name.ok() && name->has_value());
  EXPECT_EQ(base::as_text(**name), "Bu Ani");
}

TEST_F(StoreFile, HoldsNothingReadable) {
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok());
  JournalRow row;
  row.date = "2026-11-24";
  row.text = "kalimat yang tidak boleh terbaca";
  ASSERT_TRUE((*store)->journal().put(row).ok());
  EXPECT_EQ(bytes().find("kalimat"), std::string::npos);
  EXPECT_EQ(bytes("-wal").find("kalimat"), std::string::npos);
}

TEST_F(StoreFile, WhatIsNotCommittedIsNotThere) {
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok());
  {
    Store::Transaction transaction(**store);
    ASSERT_TRUE(transaction.begin().ok());
    ASSERT_TRUE((*store)->put_setting("a", base::as_bytes("1")).ok());
  }
  auto value = (*store)->setting("a");
  ASSERT_TRUE(value.ok());
  EXPECT_FALSE(value->has_value());
}

TEST_F(StoreFile, ASearchTakesWordsNeverSyntax) {
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok());
  JournalRow row;
  row.date = "2026-11-24";
  row.text = "membaca puisi di kelas";
  ASSERT_TRUE((*store)->journal().put(row).ok());
  for (const char* words : {"puisi", "kelas memb", "PUISI"}) {
    auto found = (*store)->journal().search(words, 10);
    ASSERT_TRUE(found.ok()) << words;
    EXPECT_EQ(found->size(), 1U) << words;
  }
  for (const char* words : {"\"", "* OR", "puisi\" OR \"x", "text:puisi", "NEAR(", "", "tidakada"}) {
    auto found = (*store)->journal().search(words, 10);
    ASSERT_TRUE(found.ok()) << words;
    EXPECT_TRUE(found->empty()) << words;
  }
}

#ifndef __EMSCRIPTEN__
TEST_F(StoreFile, HasOneOwnerAtATime) {
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(Store::open(path(), key_of(1), 50).code(), base::Code::store_locked);
}
#endif

}  // namespace
}  // namespace sejawat::store
