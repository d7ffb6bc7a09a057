#include "storage_sqlite/sqlite_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "../storage/store_suite.h"
#include "support/temporary_folder.h"
#include "support/vectors.h"

namespace sejawat::storage {
namespace {

namespace fs = std::filesystem;

struct Sqlite {
  Sqlite() = default;
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  std::string path() const { return (folder / "carrier.db").string(); }
  base::Result<std::unique_ptr<carrier::CarrierStore>> open() { return open_sqlite(path(), random); }
  // Everything in the folder, by name.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::directory_iterator(folder)) {
      all[entry.path().filename().string()] = support::read_file(entry.path().string());
    }
    return all;
  }
  support::TemporaryFolder own_folder;
  fs::path folder = own_folder.path();
  support::SeededRandom random{next_seed()};
  static std::uint64_t next_seed() {
    static std::uint64_t seed = 500;
    return ++seed;
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreSuite, Sqlite);

// As long as it stands, nothing can be written to databases, only to the logs beside them.
class FullDisk {
 public:
  FullDisk() : vfs_(*real()) {
    vfs_.zName = "sejawat-full";
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
    full() = true;
  }
  ~FullDisk() {
    sqlite3_vfs_register(real(), 1);
    sqlite3_vfs_unregister(&vfs_);
    full() = false;
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  static bool& full() {
    static bool is_full = false;
    return is_full;
  }

 private:
  // Whatever files are opened by before the first of these; it has more behind its table than this copy.
  static sqlite3_vfs* real() {
    static sqlite3_vfs* const before = sqlite3_vfs_find(nullptr);
    return before;
  }
  static int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out) {
    const int result = real()->xOpen(real(), name, file, flags, out);
    if (result != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return result;
    static sqlite3_io_methods methods;
    real_write() = file->pMethods->xWrite;
    methods = *file->pMethods;
    methods.xWrite = write;
    file->pMethods = &methods;
    return result;
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    return full() ? SQLITE_FULL : real_write()(file, data, size, at);
  }
  static int (*&real_write())(sqlite3_file*, const void*, int, sqlite3_int64) {
    static int (*function)(sqlite3_file*, const void*, int, sqlite3_int64) = nullptr;
    return function;
  }
  sqlite3_vfs vfs_;
};

class SqliteFile : public testing::Test {
 protected:
  void run(const std::string& sql, bool keep_wal = false) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(at.path().c_str(), &database), SQLITE_OK);
    if (keep_wal) sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(database);
  }
  std::string value_of(const char* sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(at.path().c_str(), &database), SQLITE_OK);
    std::string value;
    const auto row = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) = values[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql, row, &value, nullptr), SQLITE_OK);
    sqlite3_close(database);
    return value;
  }
  void make() {
    auto store = at.open();
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->begin().ok());
    carrier::SpaceTip tip{1, Bytes(64, 1), {0, 1, 30}};
    ASSERT_TRUE((*store)->append_record(space, tip, base::Digest{}, Bytes(30, 2)).ok());
    tip = {2, Bytes(64, 1), {200, 1, 30}};
    ASSERT_TRUE(
        (*store)->append_segment(space, tip, base::Digest{}, base::LogId{}, {1, 1, {}}, Bytes(200, 3)).ok());
    ASSERT_TRUE((*store)->commit().ok());
  }
  Sqlite at;
  base::SpaceId space{{7}};
};

// What was replaced lies in the log until that can be written back, also when the program was started anew.
TEST_F(SqliteFile, AStoreOpenedOnAFullDiskHasForgottenNothingYet) {
  make();
  {
    const FullDisk disk;
    {
      auto store = at.open();
      ASSERT_TRUE(store.ok());
      ASSERT_TRUE((*store)->begin().ok());
      const carrier::SpaceTip tip{2, Bytes(64, 1), {100, 1, 30}};
      ASSERT_TRUE((*store)->replace_segment(space, tip, base::LogId{}, 0, Bytes(100, 4)).ok());
      ASSERT_TRUE((*store)->commit().ok());
      EXPECT_FALSE((*store)->forgotten());
    }
    auto store = at.open();
    ASSERT_TRUE(store.ok());
    EXPECT_FALSE((*store)->forgotten());
    FullDisk::full() = false;
    ASSERT_TRUE((*store)->begin().ok());
    ASSERT_TRUE((*store)->commit().ok());
    EXPECT_TRUE((*store)->forgotten());
  }
  EXPECT_TRUE((*at.open())->forgotten());
}

TEST_F(SqliteFile, ANewerStoreStaysAsItIsByteForByte) {
  make();
  run("PRAGMA user_version = 99");
  const auto before = at.files();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(at.open().code(), Code::store_too_new);
  EXPECT_EQ(look_into_sqlite(at.path()).code(), Code::store_too_new);
  EXPECT_EQ(at.files().at("carrier.db"), before.at("carrier.db"));
}

// A newer program was killed: what it committed stands in its write-ahead log only.
TEST_F(SqliteFile, ANewerStoreWithItsLogStaysAsItIsToo) {
  make();
  run("PRAGMA journal_mode = WAL; PRAGMA user_version = 99", true);
  const auto before = at.files();
  ASSERT_FALSE(before.at("carrier.db-wal").empty());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(at.open().code(), Code::store_too_new);
  const auto after = at.files();
  EXPECT_EQ(after.at("carrier.db"), before.at("carrier.db"));
  EXPECT_EQ(after.at("carrier.db-wal"), before.at("carrier.db-wal"));
}

TEST_F(SqliteFile, AStoreOfTheFirstVersionLearnsWhatItsSpacesTakeUp) {
  make();
  run("ALTER TABLE space DROP COLUMN segment_bytes; ALTER TABLE space DROP COLUMN records;"
      "ALTER TABLE space DROP COLUMN record_bytes; ALTER TABLE space DROP COLUMN quarantined_bytes; ALTER "
      "TABLE arrival DROP COLUMN total; ALTER TABLE arrival DROP COLUMN hash; DROP TABLE branch;"
      "DROP TABLE freed; DROP INDEX record;"
      "ALTER TABLE space DROP COLUMN media_bytes; DROP TABLE chunk; DROP TABLE chunk_begun; DROP TABLE "
      "chunk_mark;"
      "PRAGMA user_version = 1");
  EXPECT_EQ(look_into_sqlite(at.path()).code(), Code::version_unsupported);
  auto store = at.open();
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->tip(space).value()->usage, (carrier::Usage{200, 1, 30, 0, 0}));
  EXPECT_EQ((*store)->tip(space).value()->position, 2U);
  EXPECT_EQ((*store)->rest_after(space, 0).value().bytes, 230U);
  EXPECT_EQ((*store)->rest_after(space, 1).value().bytes, 200U);
}

TEST_F(SqliteFile, OfChunksThatCameBeforeNobodyKnowsWhoBroughtThem) {
  make();
  const log::ChunkId chunk{{7}};
  {
    auto store = std::move(at.open()).value();
    ASSERT_TRUE(store->begin().ok());
    ASSERT_TRUE(store->chunks().put_chunk(space, chunk, base::Bytes(9, 1), base::PersonId{{8}}).ok());
    ASSERT_TRUE(store->commit().ok());
  }
  run("DROP TABLE freed; DROP INDEX record; ALTER TABLE chunk DROP COLUMN person; PRAGMA user_version = 7");
  auto store = std::move(at.open()).value();
  EXPECT_EQ(store->chunks().chunk_size(space, chunk).value(), 9U);
  EXPECT_EQ(store->chunks().brought_by(space, chunk).value(), std::nullopt);
}

// One that an older program left, where what was replaced had changed each later arrival's total.
TEST_F(SqliteFile, AStoreFromBeforeFreedBytesStoodApartCountsOnFromWhereItWas) {
  make();
  run("DROP TABLE freed; DROP INDEX record; UPDATE arrival SET bytes = zeroblob(120), total = 150"
      " WHERE position = 2; UPDATE space SET segment_bytes = 120; PRAGMA user_version = 8");
  EXPECT_EQ(look_into_sqlite(at.path()).code(), Code::version_unsupported);
  {
    auto store = std::move(at.open()).value();
    EXPECT_EQ(store->rest_after(space, 0).value().bytes, 150U);
    EXPECT_EQ(store->rest_after(space, 1).value().bytes, 120U);
    ASSERT_TRUE(store->begin().ok());
    carrier::SpaceTip tip{3, Bytes(64, 1), {420, 1, 30}};
    ASSERT_TRUE(
        store->append_segment(space, tip, base::Digest{}, base::LogId{}, {2, 2, {}}, Bytes(300, 5)).ok());
    tip.usage.segment_bytes = 310;
    ASSERT_TRUE(store->replace_segment(space, tip, base::LogId{}, 0, Bytes(10, 6)).ok());
    ASSERT_TRUE(store->commit().ok());
    EXPECT_EQ(store->record_positions(space).value(), std::vector<std::uint64_t>{1});
  }
  auto store = std::move(look_into_sqlite(at.path())).value();
  EXPECT_EQ(store->tip(space).value()->usage, (carrier::Usage{310, 1, 30, 0, 0}));
  EXPECT_EQ(store->rest_after(space, 0).value().bytes, 340U);
  EXPECT_EQ(store->rest_after(space, 1).value().bytes, 310U);
  EXPECT_EQ(store->rest_after(space, 2).value().bytes, 300U);
}

TEST_F(SqliteFile, SumsThatAnOlderProgramGotWrongAreMadeRight) {
  make();
  run("DROP TABLE freed; DROP INDEX record; UPDATE arrival SET total = 7 WHERE position = 1;"
      "UPDATE space SET segment_bytes = 5, records = 9, record_bytes = 0, quarantined_bytes = 80;"
      "PRAGMA user_version = 8");
  auto store = std::move(at.open()).value();
  EXPECT_EQ(store->tip(space).value()->usage, (carrier::Usage{120, 1, 30, 80, 0}));
  EXPECT_EQ(store->rest_after(space, 0).value().bytes, 230U);
  EXPECT_EQ(store->rest_after(space, 1).value().bytes, 200U);
}

// However many came later: a row of the arrival itself, and one of each level of sums.
TEST_F(SqliteFile, ReplacingAnOldSegmentChangesNoLaterArrival) {
  make();
  auto store = std::move(at.open()).value();
  carrier::SpaceTip tip{2, Bytes(64, 1), {200, 1, 30}};
  ASSERT_TRUE(store->begin().ok());
  for (std::uint64_t no = 1; no < 2000; ++no) {
    ++tip.position;
    tip.usage.segment_bytes += 50;
    ASSERT_TRUE(
        store->append_segment(space, tip, base::Digest{}, base::LogId{}, {no + 1, no + 1, {}}, Bytes(50, 1))
            .ok());
  }
  ASSERT_TRUE(store->commit().ok());
  store.reset();
  constexpr char kTotals[] = "SELECT sum(total) FROM arrival";
  const auto before = value_of(kTotals);
  store = std::move(at.open()).value();
  ASSERT_TRUE(store->begin().ok());
  ASSERT_TRUE(store->replace_segment(space, tip, base::LogId{}, 0, Bytes(20, 4)).ok());
  const auto rest = store->rest_after(space, 0);
  EXPECT_EQ(rest->bytes, 30U + 20 + 1999 * 50);
  EXPECT_EQ(store->rest_after(space, 1).value().bytes, 20U + 1999 * 50);
  EXPECT_EQ(store->rest_after(space, 2).value().bytes, 1999U * 50);
  for (const std::uint64_t no : {255U, 600U, 1500U}) {
    ASSERT_TRUE(store->replace_segment(space, tip, base::LogId{}, no, Bytes(70, 4)).ok()) << "back again";
  }
  // Position of a number: two more.
  EXPECT_EQ(store->rest_after(space, 256).value().bytes, (1999U - 254) * 50 + 60);
  EXPECT_EQ(store->rest_after(space, 257).value().bytes, (1999U - 255) * 50 + 40);
  EXPECT_EQ(store->rest_after(space, 602).value().bytes, (1999U - 600) * 50 + 20);
  EXPECT_EQ(store->rest_after(space, 2000).value().bytes, 50U);
  ASSERT_TRUE(store->commit().ok());
  store.reset();
  EXPECT_EQ(value_of(kTotals), before);
  EXPECT_EQ(value_of("SELECT count(*) FROM freed"), "10")
      << "four single ones, the blocks of 256 that they lie in, and one row of each level above";
}

TEST_F(SqliteFile, ADamagedFileIsAnErrorAndIsLeftAlone) {
  make();
  auto bytes = at.files().at("carrier.db");
  const auto put = [&](const std::string& content) {
    std::ofstream(at.path(), std::ios::binary | std::ios::trunc) << content;
  };
  put(std::string(bytes.size(), 'x'));
  EXPECT_EQ(at.open().code(), Code::store_key_wrong);
  EXPECT_EQ(at.files().at("carrier.db"), std::string(bytes.size(), 'x'));
  put("GET / HTTP/1.1");
  EXPECT_EQ(at.open().code(), Code::store_key_wrong);
  auto torn = bytes;  // the page with the table of tables
  std::fill(torn.begin() + 100, torn.begin() + 4096, '\xFF');
  put(torn);
  EXPECT_EQ(at.open().code(), Code::store_key_wrong);
  put(bytes);
  EXPECT_TRUE(at.open().ok());
}

// Whichever page is damaged: an answer or an error, never a crash, and no error is taken for an answer.
TEST_F(SqliteFile, DamageAnywhereIsAnErrorOrHarmless) {
  make();
  const auto bytes = at.files().at("carrier.db");
  support::SeededRandom random(9);
  for (int round = 0; round < 60; ++round) {
    auto torn = bytes;
    const auto from = random.below(torn.size());
    const auto size = 1 + random.below(600);
    for (std::size_t i = from; i < std::min<std::size_t>(torn.size(), from + size); ++i) {
      torn[i] = static_cast<char>(random.next());
    }
    std::error_code ignored;
    fs::remove(at.path() + "-wal", ignored);
    std::ofstream(at.path(), std::ios::binary | std::ios::trunc) << torn;
    auto store = at.open();
    if (!store.ok()) continue;
    static_cast<void>((*store)->tip(space).ok());
    static_cast<void>((*store)->records(space).ok());
    static_cast<void>((*store)->heads(space).ok());
    static_cast<void>((*store)->segment(space, base::LogId{}, 0).ok());
  }
}

TEST_F(SqliteFile, ANameThatCannotBeOpenedIsAnError) {
  EXPECT_EQ(open_sqlite((at.folder / "no" / "such" / "folder.db").string(), at.random).code(),
            Code::storage_failed);
  EXPECT_EQ(look_into_sqlite(at.path()).code(), Code::storage_failed);
  EXPECT_TRUE(at.files().empty()) << "looking makes nothing";
}

TEST_F(SqliteFile, LookingWritesNothingAndWaitsForNoServer) {
  make();
  const auto before = at.files();
  {
    auto store = look_into_sqlite(at.path());
    ASSERT_TRUE(store.ok()) << store.error().detail();
    EXPECT_EQ((*store)->tip(space).value()->position, 2U);
    EXPECT_FALSE((*store)->put_meta("x", Bytes{1}).ok());
    EXPECT_EQ(at.open().code(), Code::store_locked);
  }
  EXPECT_EQ(at.files().at("carrier.db"), before.at("carrier.db"));
  auto serving = at.open();
  ASSERT_TRUE(serving.ok());
  EXPECT_EQ(look_into_sqlite(at.path()).code(), Code::store_locked);
}

}  // namespace
}  // namespace sejawat::storage
