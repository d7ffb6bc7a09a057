// The folder that a server keeps: who may look into it, and on what kind of disk it lies.
#pragma once

#include <string>

#include "base/result.h"
#include "crypto/box.h"

namespace sejawat::server {

// What of the disk a server leaves free, unless told otherwise (`serve --reserve`), and a backup on the same
// disk as well: far more than the requests of one moment and the database's log take.
inline constexpr std::uint64_t kReserveBytes = std::uint64_t{256} << 20;

// Makes the folder when missing (mode 0700). not_permitted: others could write in it or read its key, it is
// somebody else's, or it lies on a network file system, where locks and fsync promise nothing.
base::Status prepare_data_folder(const std::string& path);

// not_permitted: it is there, or something on the way to it, and this user may not use it or a file of the
// server's in it. Anything else is for whoever opens it to say.
base::Status may_use_data_folder(const std::string& path);

// Stands in the folder while a restore is not finished; prepare_data_folder then says `interrupted`.
inline constexpr std::string_view kRestoreMarker = "restore.unfinished";

// The same, for who has the database open by now: a restore that began after the first look finds it in use,
// and one that found it free before was not finished when this looks.
base::Status no_restore_unfinished(const std::string& path);

// The address that the server last announced, for `address`.
base::Status remember_address(const std::string& path, const std::string& url);
// not_found when no server ever ran here. With `named` ("[SCHEME://]HOST:PORT") that instead, with the key
// that is here; without a scheme, with that of the address last announced.
base::Result<std::string> remembered_address(const std::string& path, const std::string& named);

}  // namespace sejawat::server
