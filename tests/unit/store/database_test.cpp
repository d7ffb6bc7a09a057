// What becomes of a transaction that SQLite rolled back by itself, as it does after an I/O error, of a read
// as well.
#include "database.h"

#include <gtest/gtest.h>

#include "store/store.h"

namespace sejawat::store {
namespace {

TEST(Database, NothingMoreIsWrittenInATransactionThatWasRolledBackUnderneath) {
  auto database = std::move(Database::open(":memory:", base::Secret32())).value();
  ASSERT_TRUE(database->execute("CREATE TABLE t(a UNIQUE)").ok());
  ASSERT_TRUE(database->execute("BEGIN IMMEDIATE").ok());
  database->transaction_depth = 1;
  ASSERT_TRUE(database->query("INSERT INTO t VALUES(1)").run().ok());
  EXPECT_FALSE(database->gave_up());
  ASSERT_FALSE(database->execute("INSERT OR ROLLBACK INTO t VALUES(1)").ok());
  EXPECT_TRUE(database->gave_up());
  // Whoever did not look goes on.
  EXPECT_FALSE(database->query("INSERT INTO t VALUES(2)").run().ok());
  EXPECT_FALSE(database->query("SELECT a FROM t").step().ok());
  EXPECT_FALSE(database->execute("INSERT INTO t VALUES(3)").ok());
  EXPECT_FALSE(database->execute("COMMIT").ok());
  database->transaction_depth = 0;
  auto count = database->query("SELECT count(*) FROM t");
  ASSERT_TRUE(count.step().ok());
  EXPECT_EQ(count.i64(0), 0);
}

}  // namespace
}  // namespace sejawat::store
