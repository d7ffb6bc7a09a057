// The virtual disks as SQLite's default file system, under SQLite3 Multiple Ciphers' own layer, so that real
// stores (encrypted ones too) run on them unchanged. Lock files are not SQLite's and stay real.
#pragma once

#include "disk.h"

namespace sejawat::simulation {

// For the whole process, once: from then on SQLite opens files on mounted disks only.
void install_vfs();
// SQLite's own chance (salts of the write-ahead log) starts anew from this seed.
void seed_sqlite(std::uint64_t seed);

// Files "<folder>/<name>" lie on `disk` as long as this lives; all of them must be closed before it goes.
class Mount {
 public:
  Mount(std::string folder, Disk& disk);
  ~Mount();
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

 private:
  std::string folder_;
};

}  // namespace sejawat::simulation
