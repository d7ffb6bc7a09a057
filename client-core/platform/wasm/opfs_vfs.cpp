// SQLite's files in a browser: the origin's private file system (OPFS) through synchronous access handles.
//
// The host opens the handles and hands them over before the core exists (opfs_files.js). A handle is
// exclusive, so one Worker owns the store, there is nothing to lock and no memory to share: SQLite's index of
// its write-ahead log lies on the heap, which it allows under locking_mode=EXCLUSIVE (store/database.cpp sets
// it first). flush() of a handle reaches the disk (Chromium: fdatasync). A file is never removed, only
// emptied: an empty one counts as none.
#include <emscripten.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

extern "C" {
int sejawat_opfs_find(const char* name);
double sejawat_opfs_size(int file);
int sejawat_opfs_read(int file, void* out, int size, double at);
int sejawat_opfs_write(int file, const void* data, int size, double at);
int sejawat_opfs_truncate(int file, double size);
int sejawat_opfs_flush(int file);
}

namespace {

constexpr char kName[] = "sejawat-opfs";
constexpr int kNoRoom = -2;
constexpr int kSector = 4096;

// What SQLite allocates for an open file.
struct Handle {
  sqlite3_file base;
  int file;
};

int file_of(sqlite3_file* file) { return reinterpret_cast<Handle*>(file)->file; }

int code_of(int outcome, int failure) {
  if (outcome >= 0) return SQLITE_OK;
  return outcome == kNoRoom ? SQLITE_FULL : failure;
}

int io_close(sqlite3_file* /*file*/) { return SQLITE_OK; }

int io_read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  const int got = sejawat_opfs_read(file_of(file), out, size, static_cast<double>(at));
  if (got < 0) return SQLITE_IOERR_READ;
  if (got >= size) return SQLITE_OK;
  std::memset(static_cast<std::uint8_t*>(out) + got, 0, static_cast<std::size_t>(size - got));
  return SQLITE_IOERR_SHORT_READ;
}

int io_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  const int put = sejawat_opfs_write(file_of(file), data, size, static_cast<double>(at));
  if (put < 0) return code_of(put, SQLITE_IOERR_WRITE);
  // A handle that takes a part of it has no room for the rest.
  return put == size ? SQLITE_OK : SQLITE_FULL;
}

int io_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return code_of(sejawat_opfs_truncate(file_of(file), static_cast<double>(size)), SQLITE_IOERR_TRUNCATE);
}

int io_sync(sqlite3_file* file, int /*flags*/) {
  return code_of(sejawat_opfs_flush(file_of(file)), SQLITE_IOERR_FSYNC);
}

int io_size(sqlite3_file* file, sqlite3_int64* size) {
  const double found = sejawat_opfs_size(file_of(file));
  if (found < 0) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(found);
  return SQLITE_OK;
}

int io_lock(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }
int io_check_lock(sqlite3_file* /*file*/, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int io_control(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) { return SQLITE_NOTFOUND; }
int io_sector_size(sqlite3_file* /*file*/) { return kSector; }
// Nothing is promised: neither that a write is atomic, nor that its neighbours survive a torn one.
int io_characteristics(sqlite3_file* /*file*/) { return 0; }

constexpr sqlite3_io_methods kMethods = {
    1,       io_close,      io_read,    io_write,       io_truncate,        io_sync, io_size, io_lock,
    io_lock, io_check_lock, io_control, io_sector_size, io_characteristics, nullptr, nullptr, nullptr,
    nullptr, nullptr,       nullptr};

int vfs_open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* handle = reinterpret_cast<Handle*>(file);
  handle->base.pMethods = nullptr;
  // Temporary files have no name; the build keeps them in memory (tools/cmake/dependencies.cmake).
  const int found = name == nullptr ? -1 : sejawat_opfs_find(name);
  if (found < 0) return SQLITE_CANTOPEN;
  handle->file = found;
  handle->base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs* /*vfs*/, const char* name, int /*sync_folder*/) {
  const int file = sejawat_opfs_find(name);
  if (file < 0) return SQLITE_IOERR_DELETE_NOENT;
  const int emptied = sejawat_opfs_truncate(file, 0);
  return code_of(emptied < 0 ? emptied : sejawat_opfs_flush(file), SQLITE_IOERR_DELETE);
}

int vfs_access(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* out) {
  const int file = sejawat_opfs_find(name);
  const double size = file < 0 ? 0 : sejawat_opfs_size(file);
  if (size < 0) return SQLITE_IOERR_ACCESS;
  *out = size > 0 ? 1 : 0;
  return SQLITE_OK;
}

int vfs_full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::strcpy(out, name);
  return SQLITE_OK;
}

int vfs_sleep(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }
// SQLite only asks for the time in SQL functions that the core does not use.
int vfs_time(sqlite3_vfs* /*vfs*/, double* out) {
  *out = 2440587.5 + EM_ASM_DOUBLE({ return Date.now(); }) / 86400000.0;
  return SQLITE_OK;
}
int vfs_randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
  return getentropy(out, static_cast<std::size_t>(size)) == 0 ? size : 0;
}
int vfs_last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) { return 0; }

}  // namespace

extern "C" {

// Makes the host's files SQLite's, under the encrypting layer. Once, before sejawat_open. 0, or SQLite's
// code.
EMSCRIPTEN_KEEPALIVE int sejawat_opfs_install() {
  static sqlite3_vfs vfs = {};
  if (vfs.zName != nullptr) return SQLITE_OK;
  const int ready = sqlite3_initialize();
  if (ready != SQLITE_OK) return ready;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 64;
  vfs.zName = kName;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  vfs.xFullPathname = vfs_full_path;
  vfs.xRandomness = vfs_randomness;
  vfs.xSleep = vfs_sleep;
  vfs.xCurrentTime = vfs_time;
  vfs.xGetLastError = vfs_last_error;
  const int registered = sqlite3_vfs_register(&vfs, 0);
  if (registered != SQLITE_OK) return registered;
  const int made = sqlite3mc_vfs_create(kName, 1);
  // Whatever chance was drawn before came from a layer that has none here: begin anew, from vfs_randomness.
  sqlite3_randomness(0, nullptr);
  return made;
}
}
