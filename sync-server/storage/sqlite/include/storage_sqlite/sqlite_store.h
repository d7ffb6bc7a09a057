// CarrierStore in one SQLite database (WAL, synchronous=FULL). One thread, one connection.
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "carrier/store.h"

namespace sejawat::storage {

// Creates the database when missing. store_locked: another server holds it; store_too_new: left untouched.
base::Result<std::unique_ptr<carrier::CarrierStore>> open_sqlite(const std::string& path,
                                                                 base::Random& random);

}  // namespace sejawat::storage
