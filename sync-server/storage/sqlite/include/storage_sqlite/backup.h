// A backup of a carrier: one SQLite file, the copied database with one table more that holds what lay beside
// it. Files that come from elsewhere are opened without what may lie beside them (a stale -wal or -journal
// never counts), without triggers, views or functions, and are refused unless every table is one of ours.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "carrier/store.h"

namespace sejawat::storage {

using BackupExtras = std::map<std::string, base::Bytes>;  // by name: "server.key", ...

// Adds `extras` to a finished copy. The file is then whole and durable.
base::Status add_extras(const std::string& path, const BackupExtras& extras);
// store_key_wrong: damaged, no backup, or with something in it that is not ours; store_too_new. Checks every
// page and index of the file.
base::Result<BackupExtras> check_artefact(const std::string& path);
// The store in it, to be walked (carrier/audit.h). As look_into_sqlite, but no lock is taken.
base::Result<std::unique_ptr<carrier::CarrierStore>> look_into_artefact(const std::string& path);
// Makes a copy of an artefact ready to be served: without the extras, and with another generation, so that
// no client believes what an earlier one acknowledged.
base::Status make_servable(const std::string& path, const base::GenerationId& fresh);
std::string artefact_uri(const std::string& path);
std::string sqlite_version();

}  // namespace sejawat::storage
