// One file that is a whole server: its database, its key, its address, and what it was made by. Not
// encrypted: what it holds of people is ciphertext, as on the server itself; with the key in it, whoever has
// the file can pretend to be this server. So it is made with mode 0600, and can be made without the key.
#pragma once

#include <string>

#include "base/random.h"
#include "carrier/audit.h"

namespace sejawat::server {

struct BackupInfo {
  carrier::Audit audit;
  bool with_key = false;
  std::string address;  // as last served; may be empty
  std::string version;  // of the program that made it
  std::int64_t made_seconds = 0;
  std::uint64_t bytes = 0;
};

// Beside a running server or without one. The file is verified before it gets its name. already_exists unless
// `replace`; disk_full where a server runs and its disk would keep less than `reserve` bytes (0: nobody
// looks).
base::Result<BackupInfo> create_backup(const std::string& data, const std::string& to, bool with_key,
                                       bool replace, std::uint64_t reserve, base::Random& random);
// Opens it, checks every page, walks every record, segment, chain and digest. store_key_wrong, store_too_new.
base::Result<BackupInfo> verify_backup(const std::string& file);

struct Restored {
  BackupInfo backup;
  base::GenerationId generation;  // the new one
  std::string set_aside;          // folder with what was there before; empty: nothing was
};
// Into `data`, made when missing. What is there is set aside, never overwritten, and only with `replace`
// (already_exists). store_locked: a server runs. While it is not finished, no server starts on the folder.
base::Result<Restored> restore_backup(const std::string& file, const std::string& data, bool replace,
                                      base::Random& random);

}  // namespace sejawat::server
