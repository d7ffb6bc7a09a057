#include "vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <new>

#include "base/check.h"

namespace sejawat::simulation {
namespace {

constexpr char kName[] = "sejawat-simulation";

std::map<std::string, Disk*>& mounts() {
  static std::map<std::string, Disk*> all;
  return all;
}

std::pair<Disk*, std::string> locate(const char* path) {
  const std::string_view text(path);
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return {nullptr, {}};
  const auto found = mounts().find(std::string(text.substr(0, slash)));
  if (found == mounts().end()) return {nullptr, {}};
  return {found->second, std::string(text.substr(slash + 1))};
}

// What SQLite allocates for an open file.
struct Handle {
  sqlite3_file base;
  Disk* disk;
  std::shared_ptr<DiskFile> file;
};

Handle& handle_of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

int code_of(Disk::Outcome outcome, int failure) {
  switch (outcome) {
    case Disk::Outcome::ok: return SQLITE_OK;
    case Disk::Outcome::short_read: return SQLITE_IOERR_SHORT_READ;
    case Disk::Outcome::full: return SQLITE_FULL;
    case Disk::Outcome::failed: break;
  }
  return failure;
}

int io_close(sqlite3_file* file) {
  handle_of(file).file.~shared_ptr();
  return SQLITE_OK;
}
int io_read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  Handle& handle = handle_of(file);
  return code_of(handle.disk->read(*handle.file, static_cast<std::uint64_t>(offset),
                                   static_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)),
                 SQLITE_IOERR_READ);
}
int io_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  Handle& handle = handle_of(file);
  return code_of(handle.disk->write(*handle.file, static_cast<std::uint64_t>(offset),
                                    {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)}),
                 SQLITE_IOERR_WRITE);
}
int io_truncate(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = handle_of(file);
  return code_of(handle.disk->truncate(*handle.file, static_cast<std::uint64_t>(size)),
                 SQLITE_IOERR_TRUNCATE);
}
int io_sync(sqlite3_file* file, int /*flags*/) {
  Handle& handle = handle_of(file);
  return code_of(handle.disk->sync(*handle.file), SQLITE_IOERR_FSYNC);
}
int io_file_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(handle_of(file).file->seen.size());
  return SQLITE_OK;
}
// One process owns a disk, with one connection: LockFile sees to that, and is real here too.
int io_lock(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }
int io_check_lock(sqlite3_file* /*file*/, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int io_control(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) { return SQLITE_NOTFOUND; }
int io_sector_size(sqlite3_file* /*file*/) { return kSector; }
int io_characteristics(sqlite3_file* /*file*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
int io_shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  Handle& handle = handle_of(file);
  auto& regions = handle.file->shared;
  while (extend != 0 && regions.size() <= static_cast<std::size_t>(region)) {
    regions.push_back(std::make_unique<base::Bytes>(static_cast<std::size_t>(size)));
  }
  const bool there = regions.size() > static_cast<std::size_t>(region);
  *out = there ? regions[static_cast<std::size_t>(region)]->data() : nullptr;
  return SQLITE_OK;
}
int io_shm_lock(sqlite3_file* /*file*/, int /*offset*/, int /*count*/, int /*flags*/) { return SQLITE_OK; }
void io_shm_barrier(sqlite3_file* /*file*/) {}
int io_shm_unmap(sqlite3_file* file, int /*remove*/) {
  handle_of(file).file->shared.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {2,
                                     io_close,
                                     io_read,
                                     io_write,
                                     io_truncate,
                                     io_sync,
                                     io_file_size,
                                     io_lock,
                                     io_lock,
                                     io_check_lock,
                                     io_control,
                                     io_sector_size,
                                     io_characteristics,
                                     io_shm_map,
                                     io_shm_lock,
                                     io_shm_barrier,
                                     io_shm_unmap,
                                     nullptr,
                                     nullptr};

int vfs_open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  Handle& handle = handle_of(file);
  handle.base.pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;  // temporary files: the builds keep them in memory
  const auto [disk, base_name] = locate(name);
  if (disk == nullptr) return SQLITE_CANTOPEN;
  auto found = disk->open(base_name, (flags & SQLITE_OPEN_CREATE) != 0);
  if (found == nullptr) return SQLITE_CANTOPEN;
  handle.disk = disk;
  new (&handle.file) std::shared_ptr<DiskFile>(std::move(found));
  handle.base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}
int vfs_delete(sqlite3_vfs* /*vfs*/, const char* name, int sync_folder) {
  const auto [disk, base_name] = locate(name);
  if (disk == nullptr) return SQLITE_IOERR_DELETE;
  if (!disk->exists(base_name)) return SQLITE_IOERR_DELETE_NOENT;
  return code_of(disk->remove(base_name, sync_folder != 0), SQLITE_IOERR_DELETE);
}
int vfs_access(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* out) {
  const auto [disk, base_name] = locate(name);
  // An empty file counts as none, as on a real system.
  *out = disk != nullptr && disk->exists(base_name) && !disk->open(base_name, false)->seen.empty() ? 1 : 0;
  return SQLITE_OK;
}
int vfs_full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::strcpy(out, name);
  return SQLITE_OK;
}
int vfs_randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
  std::memset(out, 0, static_cast<std::size_t>(size));  // seed_sqlite() decides
  return size;
}
int vfs_sleep(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }
int vfs_time(sqlite3_vfs* /*vfs*/, double* out) {
  *out = 2461368.5;
  return SQLITE_OK;
}
int vfs_last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) { return 0; }

}  // namespace

void install_vfs() {
  static sqlite3_vfs vfs = {};
  if (vfs.zName != nullptr) return;
  SJ_CHECK(sqlite3_initialize() == SQLITE_OK);
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = kName;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  vfs.xFullPathname = vfs_full_path;
  vfs.xRandomness = vfs_randomness;
  vfs.xSleep = vfs_sleep;
  vfs.xCurrentTime = vfs_time;
  vfs.xGetLastError = vfs_last_error;
  SJ_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
  // As sqlite3_initialize() itself puts the encrypting layer over the system's files, and makes it the
  // default.
  SJ_CHECK(sqlite3mc_vfs_create(kName, 1) == SQLITE_OK);
}

void seed_sqlite(std::uint64_t seed) {
  const int folded = static_cast<int>((seed ^ (seed >> 32)) & 0x7fffffff) | 1;
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, folded, nullptr);
}

Mount::Mount(std::string folder, Disk& disk) : folder_(std::move(folder)) {
  install_vfs();
  SJ_CHECK(mounts().emplace(folder_, &disk).second);
}
Mount::~Mount() { mounts().erase(folder_); }

}  // namespace sejawat::simulation
