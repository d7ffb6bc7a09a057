// CarrierStore in one SQLite database (WAL, synchronous=FULL). One thread, one connection.
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "carrier/store.h"

namespace sejawat::storage {

// Creates the database when missing. store_locked: another server holds it; store_too_new: left untouched;
// store_key_wrong: it is damaged or no database; disk_full, storage_failed.
base::Result<std::unique_ptr<carrier::CarrierStore>> open_sqlite(const std::string& path,
                                                                 base::Random& random);
// For looking only: creates, migrates and writes nothing. Also version_unsupported, for an older version's.
base::Result<std::unique_ptr<carrier::CarrierStore>> look_into_sqlite(const std::string& path);

}  // namespace sejawat::storage
