// What the files of the store share.
#pragma once

#include "database.h"
#include "journal_table.h"
#include "lock_file.h"
#include "record_table.h"
#include "store/store.h"

namespace sejawat::store {

struct Store::State {
  std::unique_ptr<LockFile> lock;  // goes last: the database is closed by then
  std::unique_ptr<Database> database;
  std::unique_ptr<JournalTable> journal;
  std::unique_ptr<RecordTable> records;
};

// SQLite's integers are signed; positions stay far below the end of either.
inline std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace sejawat::store
