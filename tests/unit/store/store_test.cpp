#include "store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
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
      segment.first_op = no * 10;
      segment.op_count = 10;
      segment.hash = base::Hash32{{log, static_cast<std::uint8_t>(no)}};
      segment.bytes = base::Bytes(100 * log, log);
      const auto state = no % 2 == 0 ? SegmentState::applied : SegmentState::waiting_key;
      ASSERT_TRUE((*store)->put_segment(space, segment, state).ok());
    }
    ASSERT_TRUE((*store)->put_head(space, base::LogId{{log}}, {4, 4, {}}).ok());
  }
  const auto hash = [](std::uint8_t log, std::uint8_t no) { return base::Hash32{{log, no}}; };
  const auto waiting = (*store)->places_in_state(space, SegmentState::waiting_key).value();
  ASSERT_EQ(waiting.size(), 6U);
  EXPECT_EQ(waiting[0].hash, hash(1, 1));
  EXPECT_EQ(waiting[5].hash, hash(3, 3));
  EXPECT_EQ((*store)->places_in_state(space, SegmentState::waiting_key, 2).value().size(), 2U);
  const auto from = [&](std::uint8_t log, std::uint64_t no) {
    return (*store)->places_in_state(space, SegmentState::waiting_key, 2, {base::LogId{{log}}, no}).value();
  };
  ASSERT_EQ(from(1, 2).size(), 2U);
  EXPECT_EQ(from(1, 2)[0].hash, hash(1, 3));
  EXPECT_EQ(from(1, 2)[1].hash, hash(2, 1));
  EXPECT_EQ(from(3, 3).size(), 1U);
  EXPECT_TRUE(from(3, 4).empty());
  EXPECT_TRUE((*store)->places_in_state(space, SegmentState::waiting_deps).value().empty());
  const auto logs = (*store)->waiting_logs(space, SegmentState::waiting_key).value();
  ASSERT_EQ(logs.size(), 3U);
  EXPECT_EQ(logs[1].log, base::LogId{{2}});
  EXPECT_EQ(logs[1].first_segment, 1U);
  EXPECT_EQ(logs[1].segments, 2U);
  EXPECT_EQ(logs[1].ops, 20U);
  EXPECT_EQ(logs[1].bytes, 400U);
  const auto state_of = [&](std::uint8_t log, std::uint64_t position) {
    return (*store)->state_of_op(space, base::LogId{{log}}, position).value();
  };
  for (std::uint64_t position = 0; position < 40; ++position) {
    EXPECT_EQ(state_of(2, position),
              position / 10 % 2 == 0 ? SegmentState::applied : SegmentState::waiting_key)
        << position;
  }
  EXPECT_FALSE(state_of(2, 40));
  EXPECT_FALSE(state_of(9, 0));
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

TEST_F(StoreFile, AStoreOfTheFirstVersionIsBroughtUpToDateWithAllItHolds) {
  const base::SpaceId space{{1}};
  const base::LogId log{{2}};
  {
    auto store = Store::open(path(), key_of(1), 0);
    ASSERT_TRUE(store.ok());
    for (std::uint64_t no = 0; no < 3; ++no) {
      const StoredSegment segment{log, no, no, 1, base::Hash32{}, base::Bytes(20, 7)};
      ASSERT_TRUE((*store)->put_segment(space, segment, SegmentState::unreadable).ok());
    }
    ASSERT_TRUE((*store)->put_setting("name", base::as_bytes("Bu Ani")).ok());
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
  const std::string key = "raw:" + base::to_hex(key_of(1).view());
  ASSERT_EQ(sqlite3_key(database, key.data(), static_cast<int>(key.size())), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database,
                         "DROP TABLE chunk_owner; DROP TABLE attachment; DROP TABLE chunk; DROP TABLE "
                         "chunk_wanted; DROP TABLE chunk_at;"
                         "DROP TABLE branch; DROP INDEX segment_waiting; CREATE INDEX segment_waiting ON"
                         " segment(space, state) WHERE state IN (1, 2, 4); PRAGMA user_version = 1",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  auto store = Store::open(path(), key_of(1), 0);
  ASSERT_TRUE(store.ok()) << store.error().detail();
  EXPECT_EQ((*store)->places_in_state(space, SegmentState::unreadable).value().size(), 3U);
  EXPECT_TRUE((*store)->branches(space).value().empty());
  EXPECT_TRUE((*store)->setting("name").value().has_value());
  ASSERT_TRUE((*store)->put_branch(space, {base::LogId{{3}}, log, log, 1, 1}).ok());
  EXPECT_EQ((*store)->branches(space).value().size(), 1U);
}

TEST_F(StoreFile, AStoreOfTheThirdVersionLearnsWhoseItsChunksAre) {
  const base::SpaceId space{{1}};
  const log::ChunkId known{{2}};
  const log::ChunkId orphan{{3}};
  const base::PublicBoxKey carrier{{4}};
  AttachmentRow row;
  row.space = space;
  row.object = base::ObjectId{{5}};
  row.owner = base::PersonId{{6}};
  {
    auto store = std::move(Store::open(path(), key_of(1), 0)).value();
    ASSERT_TRUE(store->attachments().put(row).ok());
    for (const auto& chunk : {known, orphan}) {
      const base::ObjectId of = chunk == known ? row.object : base::ObjectId{{9}};
      ASSERT_TRUE(store->attachments().put_chunk(space, chunk, of, row.owner, base::Bytes(9, 1), true).ok());
      ASSERT_TRUE(store->attachments().set_held(carrier, space, chunk, 9, true, true).ok());
    }
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
  const std::string key = "raw:" + base::to_hex(key_of(1).view());
  ASSERT_EQ(sqlite3_key(database, key.data(), static_cast<int>(key.size())), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(
                database,
                "DROP TABLE chunk_owner; ALTER TABLE chunk_at DROP COLUMN brought; PRAGMA user_version = 3",
                nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  auto store = std::move(Store::open(path(), key_of(1), 0)).value();
  auto& rows = store->attachments();
  const auto all = rows.chunks_of(space).value();
  ASSERT_EQ(all.size(), 2U);
  for (const auto& one : all) {
    EXPECT_EQ(one.owner, one.chunk == known ? std::optional(row.owner) : std::nullopt);
    EXPECT_TRUE(rows.at(carrier, space, one.chunk).value().whole);
  }
  // What this device brought stays known beyond the chunk.
  ASSERT_TRUE(rows.set_held(carrier, space, known, 9, true, true).ok());
  ASSERT_TRUE(rows.set_held(carrier, space, known, 9, true, false).ok());
  EXPECT_TRUE(rows.brought_and_erased(space).value().empty());
  ASSERT_TRUE(rows.erase_chunk(space, known).ok());
  ASSERT_TRUE(rows.erase_chunk(space, orphan).ok());
  EXPECT_FALSE(rows.has_chunk(space, known).value());
  EXPECT_EQ(rows.brought_and_erased(space).value(), std::vector<log::ChunkId>{known});
  ASSERT_TRUE(rows.forget_brought(space, known).ok());
  EXPECT_TRUE(rows.brought_and_erased(space).value().empty());
}

// What stood after a fork goes by another name, and everything that spoke of it does too.
TEST_F(StoreFile, PartingABranchMovesItsSegmentsOpsAcksAndBranches) {
  const base::SpaceId space{{1}};
  const base::LogId log{{2}};
  const base::LogId child{{3}};
  const base::ObjectId object{{4}};
  const base::PublicBoxKey near{{5}};
  const base::PublicBoxKey far{{6}};
  auto store = std::move(Store::open(path(), key_of(1), 0)).value();
  for (std::uint64_t no = 0; no < 5; ++no) {
    const StoredSegment segment{
        log, no, no * 2, 2, base::Hash32{{static_cast<std::uint8_t>(no)}}, base::Bytes(20, 7)};
    ASSERT_TRUE(store->put_segment(space, segment, SegmentState::applied).ok());
    ASSERT_TRUE(store->put_op(space, object, {{log, no * 2}, base::Bytes(5, 1)}, true).ok());
  }
  ASSERT_TRUE(store->put_head(space, log, {5, 10, base::Hash32{{4}}}).ok());
  ASSERT_TRUE(store->put_branch(space, {child, log, log, 5, 10}).ok());
  ASSERT_TRUE(store->ack_segments(near, space, log, 4).ok());
  ASSERT_TRUE(store->ack_segments(far, space, log, 2).ok());
  const BranchRow to{base::LogId{{9}}, log, log, 3, 6};
  ASSERT_TRUE(store->part_at(space, to, {3, 6, base::Hash32{{2}}}, {5, 10, base::Hash32{{4}}}).ok());
  EXPECT_EQ(store->head(space, log).value()->count, 3U);
  EXPECT_EQ(store->head(space, to.name).value()->count, 5U);
  EXPECT_FALSE(store->segment(space, log, 3).value().has_value());
  EXPECT_TRUE(store->segment(space, log, 2).value().has_value());
  EXPECT_TRUE(store->segment(space, to.name, 4).value().has_value());
  EXPECT_EQ(store->objects_from(space, to.name, 0).value().size(), 1U);
  EXPECT_EQ(store->objects_from(space, log, 6).value().size(), 0U);
  EXPECT_EQ(store->acked_segments(near, space, log).value(), 3U);
  EXPECT_EQ(store->acked_segments(near, space, to.name).value(), 4U);
  EXPECT_EQ(store->acked_segments(far, space, log).value(), 2U);
  EXPECT_EQ(store->acked_segments(far, space, to.name).value(), 0U);
  const auto branches = store->branches(space).value();
  ASSERT_EQ(branches.size(), 2U);
  for (const auto& branch : branches) {
    EXPECT_EQ(branch.parent, branch.name == child ? to.name : log);
  }
}

}  // namespace
}  // namespace sejawat::store
