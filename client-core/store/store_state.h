// What the files of the store share.
#pragma once

#include "attachment_table.h"
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
  std::unique_ptr<AttachmentTable> attachments;
};

}  // namespace sejawat::store
