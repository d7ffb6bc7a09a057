#include "storage_sqlite/backup.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "carrier/audit.h"
#include "carrier/carrier.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"
#include "support/temporary_folder.h"
#include "support/vectors.h"

namespace sejawat::storage {
namespace {

namespace fs = std::filesystem;
using base::Code;

// A real carrier with a school, two logs and some segments in a real file.
class BackupTest : public testing::Test {
 protected:
  BackupTest() {
    store = std::move(open_sqlite(path("carrier.db"), random)).value();
    carrier = std::move(carrier::Carrier::open(*store)).value();
    auto secret = carrier->operator_secret(random);
    auto founding = support::message_of({});
    founding.hello->operator_secret = base::to_bytes((*secret)->view());
    log.emplace(school, admin, random);
    founding.spaces.push_back(support::upload(school.id(), school.records()));
    take(founding);
    write(40);
  }
  ~BackupTest() override {
    carrier.reset();
    store.reset();
  }
  void take(const sync::ClientMessage& message) {
    ASSERT_TRUE(store->begin().ok());
    ASSERT_TRUE(carrier->ingest(admin.device(), message, 0).ok());
    ASSERT_TRUE(store->commit().ok());
  }
  void write(int segments) {
    std::vector<base::Bytes> run;
    for (int i = 0; i < segments; ++i) run.push_back(log->write());
    take(support::message_of({support::upload(school.id(), {}, {support::run_of(log->id, run)})}));
    written += static_cast<std::uint64_t>(segments);
  }
  std::string path(const char* name) const { return (folder / name).string(); }
  std::string backup(const char* name = "backup") {
    const std::string file = path(name);
    auto copy = store->copy_to(file);
    EXPECT_TRUE(copy.ok());
    for (;;) {
      auto stepped = (*copy)->step();
      EXPECT_TRUE(stepped.ok());
      if (!stepped.ok() || *stepped) break;
    }
    EXPECT_TRUE(add_extras(file, {{"format", {'1'}}, {"server.key", base::Bytes(32, 7)}}).ok());
    return file;
  }
  static base::Result<carrier::Audit> audit(const std::string& file) {
    SJ_TRY(auto extras, check_artefact(file));
    static_cast<void>(extras);
    SJ_TRY(auto opened, look_into_artefact(file));
    return carrier::audit(*opened);
  }
  static void run(const std::string& file, const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(database);
  }
  // Everything that a server would go on with.
  static std::string content(const std::string& file) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open_v2(artefact_uri(file).c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                              nullptr),
              SQLITE_OK);
    std::string all;
    const auto row = [](void* to, int count, char** values, char**) {
      for (int i = 0; i < count; ++i)
        *static_cast<std::string*>(to) += std::string(values[i] ? values[i] : "-") + "|";
      return 0;
    };
    for (const char* sql :
         {"SELECT name, hex(value) FROM meta", "SELECT name, hex(value) FROM backup",
          "SELECT hex(space), position, is_record, hex(log), no, hex(digest), hex(bytes), total FROM arrival",
          "SELECT hex(id), position, hex(digest) FROM space",
          "SELECT hex(log), count, next_op, hex(hash) FROM log"}) {
      sqlite3_exec(database, sql, row, &all, nullptr);
    }
    sqlite3_close(database);
    return all;
  }

  support::TemporaryFolder own_folder;
  fs::path folder = own_folder.path();
  support::SeededRandom random{77};
  support::Person admin{random};
  support::Community school = support::found_school(admin);
  std::optional<support::Writing> log;
  std::unique_ptr<carrier::CarrierStore> store;
  std::unique_ptr<carrier::Carrier> carrier;
  std::uint64_t written = 0;
};

TEST_F(BackupTest, ACopyMadeBetweenWritesIsWholeAndHoldsAllThatWasCommittedBefore) {
  write(3000);  // more pages than one step copies
  auto copy = store->copy_to(path("backup"));
  ASSERT_TRUE(copy.ok());
  int steps = 0;
  for (;;) {
    auto stepped = (*copy)->step();
    ASSERT_TRUE(stepped.ok());
    if (*stepped) break;
    ++steps;
    if (steps < 4) write(10);
  }
  EXPECT_GT(steps, 3);
  ASSERT_TRUE(add_extras(path("backup"), {}).ok());
  const auto audited = audit(path("backup"));
  ASSERT_TRUE(audited.ok()) << audited.error().detail();
  EXPECT_EQ(audited->segments, written);
  EXPECT_EQ(audited->spaces, 1U);
  EXPECT_EQ(audited->generation, *store->generation());
}

TEST_F(BackupTest, OneThatTheVersionBeforeMadeIsReadAndServed) {
  const log::ChunkId chunk = log::chunk_id(base::Bytes(9, 1));
  ASSERT_TRUE(store->begin().ok());
  ASSERT_TRUE(store->chunks().put_chunk(school.id(), chunk, base::Bytes(9, 1), admin.id()).ok());
  auto tip = **store->tip(school.id());
  tip.usage.media_bytes = 9;
  ASSERT_TRUE(store->chunks().put_usage(school.id(), tip).ok());
  ASSERT_TRUE(store->commit().ok());
  const std::string file = backup();
  run(file,
      "DROP TABLE freed; DROP INDEX record; ALTER TABLE chunk DROP COLUMN person; DROP TABLE chunk_mark;"
      "UPDATE space SET records = records + 1; PRAGMA user_version = 6");
  const auto audited = audit(file);
  ASSERT_TRUE(audited.ok()) << audited.error().detail();
  EXPECT_EQ(audited->chunks, 1U);
  ASSERT_TRUE(make_servable(file, random.id<base::GenerationId>()).ok());
  auto served = open_sqlite(file, random);
  ASSERT_TRUE(served.ok());
  EXPECT_TRUE(carrier::audit(**served).ok()) << "its sums are made anew";
  EXPECT_EQ((*served)->chunks().brought_by(school.id(), chunk).value(), std::nullopt);
  EXPECT_EQ((*served)->chunks().chunk_size(school.id(), chunk).value(), 9U);
  run(backup("older"), "PRAGMA user_version = 5");
  EXPECT_EQ(audit(path("older")).code(), Code::version_unsupported);
}

TEST_F(BackupTest, EveryAlteredByteIsFoundOrChangesNothing) {
  const std::string file = backup();
  ASSERT_TRUE(audit(file).ok());
  const std::string bytes = support::read_file(file);
  const std::string before = content(file);
  int found = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 211) {
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 0x15);
    std::ofstream(path("altered"), std::ios::binary) << altered;
    if (!audit(path("altered")).ok()) {
      ++found;
      continue;
    }
    const std::string after = content(path("altered"));
    if (after == before) continue;
    // The extras are the server's to judge: its key must be the one that is named. What is left are the words
    // of meta, which no client relies on.
    EXPECT_EQ(after.size(), before.size()) << at;
    const std::size_t arrivals = before.find("|", before.find("server.key") + 12);
    EXPECT_EQ(after.substr(arrivals), before.substr(arrivals)) << at;
  }
  EXPECT_GT(found, 10);
}

TEST_F(BackupTest, RowsThatWereMadeConsistentlyWrongAreFound) {
  const auto altered = [&](const char* sql) {
    const std::string file = backup("altered");
    run(file, sql);
    const Code code = audit(file).code();
    fs::remove(file);
    return code;
  };
  EXPECT_EQ(altered("SELECT 1"), Code::ok);
  EXPECT_EQ(altered("DELETE FROM arrival WHERE position = 12"), Code::store_key_wrong);
  EXPECT_EQ(altered("DELETE FROM arrival WHERE position = (SELECT max(position) FROM arrival)"),
            Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE arrival SET digest = zeroblob(16) WHERE position = 9"), Code::store_key_wrong);
  EXPECT_EQ(
      altered("UPDATE arrival SET bytes = (SELECT bytes FROM arrival WHERE position = 8) WHERE position = 9"),
      Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE log SET count = count - 1"), Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE space SET records = records + 1"), Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE space SET record_bytes = record_bytes + 1"), Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE space SET segment_bytes = 0"), Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE space SET quarantined_bytes = 8"), Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE space SET segment_bytes = segment_bytes - 8, quarantined_bytes = 8"), Code::ok)
      << "that part is counted anew at each start";
  EXPECT_EQ(altered("UPDATE arrival SET total = total + 1 WHERE position = 9"), Code::store_key_wrong);
  EXPECT_EQ(altered("INSERT INTO freed SELECT id, 0, 9, 5 FROM space"), Code::store_key_wrong);
  EXPECT_EQ(altered("UPDATE space SET digest = zeroblob(64)"), Code::store_key_wrong);
  EXPECT_EQ(altered("DELETE FROM meta"), Code::storage_failed);
  EXPECT_EQ(altered("CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM arrival; END"),
            Code::store_key_wrong);
  EXPECT_EQ(altered("CREATE VIEW v AS SELECT * FROM meta"), Code::store_key_wrong);
  EXPECT_EQ(altered("CREATE TABLE more(x)"), Code::store_key_wrong);
  EXPECT_EQ(altered("DROP TABLE backup"), Code::store_key_wrong);
  EXPECT_EQ(altered("PRAGMA user_version = 99"), Code::store_too_new);
}

TEST_F(BackupTest, ALogWithTwoEndsIsWalkedAlongBoth) {
  const base::Bytes rival = log->draft();
  write(3);
  take(support::message_of({support::upload(school.id(), {}, {support::run_of(log->id, {rival})})}));
  const std::string file = backup();
  const auto audited = audit(file);
  ASSERT_TRUE(audited.ok()) << audited.error().detail();
  EXPECT_EQ(audited->segments, written + 1);
  for (const char* sql : {"DELETE FROM branch", "UPDATE branch SET first_no = first_no - 1",
                          "UPDATE arrival SET hash = zeroblob(32) WHERE position = 9"}) {
    const std::string altered = backup("altered");
    run(altered, sql);
    EXPECT_EQ(audit(altered).code(), Code::store_key_wrong) << sql;
    fs::remove(altered);
  }
}

TEST_F(BackupTest, AColumnThatIsNotThereIsAnErrorAndNoCrash) {
  const std::string file = backup();
  run(file, "ALTER TABLE space RENAME COLUMN quarantined_bytes TO something");
  EXPECT_FALSE(audit(file).ok());
}

TEST_F(BackupTest, WhatLiesBesideAnArtefactNeverCounts) {
  const std::string file = backup();
  const std::string before = content(file);
  std::ofstream(file + "-wal", std::ios::binary) << std::string(8192, 'x');
  std::ofstream(file + "-journal", std::ios::binary) << support::read_file(file);
  EXPECT_TRUE(audit(file).ok());
  EXPECT_EQ(content(file), before);
  EXPECT_EQ(artefact_uri("/a b?c#%"), "file:/a%20b%3Fc%23%25?immutable=1");
}

TEST_F(BackupTest, MadeServableItHasAnotherGenerationAndNoKeyLeftInIt) {
  const std::string file = backup();
  const auto fresh = random.id<base::GenerationId>();
  EXPECT_NE(support::read_file(file).find(std::string(32, 7)), std::string::npos);
  ASSERT_TRUE(make_servable(file, fresh).ok());
  EXPECT_EQ(support::read_file(file).find(std::string(32, 7)), std::string::npos);
  EXPECT_EQ(check_artefact(file).code(), Code::store_key_wrong);
  auto opened = open_sqlite(file, random);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*(*opened)->generation(), fresh);
  EXPECT_EQ(carrier::audit(**opened)->segments, written);
}

TEST_F(BackupTest, ACopyThatIsDroppedOrHasNoRoomHarmsNothing) {
  {
    auto copy = store->copy_to(path("torn"));
    ASSERT_TRUE((*copy)->step().ok());
  }
  write(5);
  EXPECT_EQ(store->copy_to("/nonexistent/backup").code(), Code::storage_failed);
  EXPECT_TRUE(audit(backup()).ok());
}

}  // namespace
}  // namespace sejawat::storage
