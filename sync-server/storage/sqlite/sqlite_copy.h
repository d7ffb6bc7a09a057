// A copy of an open database beside its use.
#pragma once

#include "carrier/store.h"

struct sqlite3;

namespace sejawat::storage {

base::Code sqlite_code(sqlite3* database, int result);  // of a SQLite result code
// `source` is borrowed and outlives the copy.
base::Result<std::unique_ptr<carrier::CarrierStore::Copy>> start_copy(sqlite3* source,
                                                                      const std::string& path);

}  // namespace sejawat::storage
