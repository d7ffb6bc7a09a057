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

TEST_F(StoreFile, AnEntryThatIsRewrittenIsFoundByItsNewWordsOnly) {
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok());
  JournalRow first;
  first.object = base::ObjectId{{1}};
  first.date = "2026-11-24";
  first.text = "membaca puisi";
  JournalRow second = first;
  second.object = base::ObjectId{{2}};
  second.text = "menghitung puisi";
  ASSERT_TRUE((*store)->journal().put(first).ok());
  ASSERT_TRUE((*store)->journal().put(second).ok());
  first.text = "menggambar peta";
  first.date = "2026-11-25";
  first.trashed = true;
  ASSERT_TRUE((*store)->journal().put(first).ok());
  first.trashed = false;
  ASSERT_TRUE((*store)->journal().put(first).ok());
  const auto hits = [&](const char* words) { return (*store)->journal().search(words, 10).value().size(); };
  EXPECT_EQ(hits("membaca"), 0U);
  EXPECT_EQ(hits("puisi"), 1U);
  EXPECT_EQ(hits("peta"), 1U);
  EXPECT_EQ((*store)->journal().count().value(), 2U);
  const auto kept = (*store)->journal().get(first.object).value();
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->date, "2026-11-25");
  EXPECT_EQ(kept->object, first.object);
}

TEST_F(StoreFile, SegmentsThatWaitAreFoundInTheOrderOfTheirLogs) {
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok());
  const base::SpaceId space{{1}};
  for (std::uint8_t log = 3; log > 0; --log) {
    for (std::uint64_t no = 0; no < 4; ++no) {
      StoredSegment segment;
      segment.log = base::LogId{{log}};
      segment.segment_no = no;
      segment.op_count = 1;
      segment.bytes = {log, static_cast<std::uint8_t>(no)};
      const auto state = no % 2 == 0 ? SegmentState::applied : SegmentState::waiting_key;
      ASSERT_TRUE((*store)->put_segment(space, segment, state).ok());
    }
    ASSERT_TRUE((*store)->put_head(space, base::LogId{{log}}, {4, 4, {}}).ok());
  }
  const auto waiting = (*store)->segments_in_state(space, SegmentState::waiting_key, 100).value();
  ASSERT_EQ(waiting.size(), 6U);
  EXPECT_EQ(waiting[0].bytes, (base::Bytes{1, 1}));
  EXPECT_EQ(waiting[5].bytes, (base::Bytes{3, 3}));
  EXPECT_EQ((*store)->segments_in_state(space, SegmentState::waiting_key, 2).value().size(), 2U);
  EXPECT_TRUE((*store)->segments_in_state(space, SegmentState::waiting_deps, 100).value().empty());
  ASSERT_TRUE((*store)->set_segment_state(space, base::LogId{{1}}, 1, SegmentState::quarantined).ok());
  EXPECT_EQ((*store)->logs_in_state(space, SegmentState::quarantined).value(),
            std::vector<base::LogId>{base::LogId{{1}}});
  EXPECT_EQ((*store)->heads(space).value().size(), 3U);
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
