#include "backup.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "backup_service.h"
#include "crypto/box.h"
#include "data_folder.h"
#include "platform_posix/files.h"
#include "platform_posix/streams.h"
#include "storage_sqlite/backup.h"
#include "storage_sqlite/sqlite_store.h"

namespace sejawat::server {
namespace {

constexpr std::string_view kFormat = "1";

base::Bytes bytes_of(std::string_view text) { return base::to_bytes(base::as_bytes(text)); }

base::Result<crypto::BoxKey> key_from(base::Bytes secret) {
  if (secret.size() != base::Secret32::kSize)
    return base::error(base::Code::store_key_wrong, "server.key has the wrong length");
  auto key = crypto::BoxKey::from_secret(base::Secret32(secret));
  base::wipe(secret.data(), secret.size());
  return key;
}

base::Result<crypto::BoxKey> key_in(const std::string& data) {
  SJ_TRY(auto secret, platform::read_file(data + "/server.key", base::Secret32::kSize));
  return key_from(std::move(secret));
}

base::Status pour(platform::InputFile& from, platform::NewFile& to) {
  for (;;) {
    SJ_TRY(const auto piece, from.next());
    if (piece.empty()) return {};
    SJ_TRY_STATUS(to.write(piece));
  }
}

// Copies of that size on the disk of a server that runs must not fill it.
base::Status leave_room_for_server(const std::string& copy, const std::string& to, std::uint64_t copies,
                                   std::uint64_t reserve) {
  if (reserve == 0) return {};
  struct stat from {};
  struct stat into {};
  struct statvfs disk {};
  if (::stat(copy.c_str(), &from) != 0 || ::stat(to.c_str(), &into) != 0 || ::statvfs(to.c_str(), &disk) != 0)
    return base::error(base::Code::storage_failed, std::strerror(errno));
  const auto free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (from.st_dev == into.st_dev && free < copies * static_cast<std::uint64_t>(from.st_size) + reserve)
    return base::error(base::Code::disk_full, "the server that runs needs what is left");
  return {};
}

base::Status copy_database(const std::string& data, platform::NewFile& to, std::uint64_t reserve,
                           base::Random& random) {
  const std::string database = data + "/carrier.db";
  auto store = storage::look_into_sqlite(database);
  if (store.ok()) {
    SJ_TRY(auto copy, (*store)->copy_to(to.draft()));
    for (bool whole = false; !whole;) {
      SJ_TRY(whole, copy->step());
    }
    return {};
  }
  if (store.code() != base::Code::store_locked) return std::move(store).error();
  // The server's own copy lies beside ours for a moment. Before it is asked: it would copy all in vain.
  SJ_TRY_STATUS(leave_room_for_server(database, to.draft(), 2, reserve));
  SJ_TRY(const std::string copy, ask_for_copy(data, random));
  base::Status poured = leave_room_for_server(copy, to.draft(), 1, reserve);
  if (poured.ok()) {
    auto file = platform::InputFile::open(copy);
    poured = file.ok() ? pour(**file, to) : base::Status(file.error());
  }
  ::unlink(copy.c_str());
  return poured;
}

struct Opened {
  BackupInfo info;
  storage::BackupExtras extras;
};

base::Result<Opened> open_backup(const std::string& path) {
  Opened opened;
  {
    SJ_TRY(auto file, platform::InputFile::open(path));
    opened.info.bytes = file->size();
  }
  SJ_TRY(opened.extras, storage::check_artefact(path));
  const auto text = [&](const char* name) { return std::string(base::as_text(opened.extras[name])); };
  if (text("format").empty()) return base::error(base::Code::store_key_wrong, "no backup");
  if (text("format") != kFormat) return base::error(base::Code::store_too_new, "backup format");
  SJ_TRY(auto store, storage::look_into_artefact(path));
  SJ_TRY(opened.info.audit, carrier::audit(*store));
  const auto public_key = base::PublicBoxKey::from(opened.extras["server.public"]);
  if (!public_key) return base::error(base::Code::store_key_wrong, "no server's key is named");
  opened.info.with_key = opened.extras.count("server.key") != 0;
  if (opened.info.with_key) {
    SJ_TRY(const auto key, key_from(opened.extras["server.key"]));
    if (!(key.public_key() == *public_key))
      return base::error(base::Code::store_key_wrong, "the key in it is another one's");
  }
  opened.info.address = text("address");
  opened.info.version = text("version");
  const std::string made = text("made");
  opened.info.made_seconds = std::strtoll(made.c_str(), nullptr, 10);
  return opened;
}

const char* const kServerFiles[] = {"carrier.db-wal", "carrier.db-shm", "carrier.db-journal",
                                    "carrier.db",     "server.key",     "address"};

bool something_in(const std::string& data) {
  struct stat entry {};
  for (const char* name : kServerFiles) {
    if (::lstat((data + "/" + name).c_str(), &entry) == 0) return true;
  }
  return false;
}

// Moved, not removed: a restore of the wrong file can be undone.
base::Result<std::string> set_aside(const std::string& data, bool keep_key) {
  if (!something_in(data)) return std::string();
  platform::SystemClock clock;
  const std::string stem = data + "/before-restore-" + std::to_string(clock.now().wall_ms / 1000);
  std::string folder = stem;
  for (int i = 2; ::mkdir(folder.c_str(), 0700) != 0; ++i) {
    if (errno != EEXIST) return base::error(base::Code::storage_failed, std::strerror(errno));
    folder = stem + "-" + std::to_string(i);
  }
  for (const char* name : kServerFiles) {
    if (keep_key && std::strcmp(name, "server.key") == 0) continue;
    if (::rename((data + "/" + name).c_str(), (folder + "/" + name).c_str()) != 0 && errno != ENOENT)
      return base::error(base::Code::storage_failed, std::string(name) + ": " + std::strerror(errno));
  }
  SJ_TRY_STATUS(platform::sync_folder_of(folder + "/x"));
  SJ_TRY_STATUS(platform::sync_folder_of(folder));
  return folder;
}

// A restore by root into the folder of the user whose server it is.
void give_to_owner(const std::string& data, const std::vector<std::string>& paths) {
  struct stat folder {};
  if (::geteuid() != 0 || ::stat(data.c_str(), &folder) != 0) return;
  for (const auto& path : paths) static_cast<void>(!::lchown(path.c_str(), folder.st_uid, folder.st_gid));
}

}  // namespace

base::Result<BackupInfo> create_backup(const std::string& data, const std::string& to, bool with_key,
                                       bool replace, std::uint64_t reserve, base::Random& random) {
  SJ_TRY_STATUS(may_use_data_folder(data));
  if (!platform::file_exists(data + "/carrier.db")) return base::error(base::Code::not_found, data);
  SJ_TRY(const auto key, key_in(data));
  SJ_TRY(auto file, platform::NewFile::create(to, replace));
  SJ_TRY_STATUS(copy_database(data, *file, reserve, random));
  platform::SystemClock clock;
  storage::BackupExtras extras;
  extras["format"] = bytes_of(kFormat);
  extras["version"] = bytes_of(SEJAWAT_VERSION);
  extras["sqlite"] = bytes_of(storage::sqlite_version());
  extras["made"] = bytes_of(std::to_string(clock.now().wall_ms / 1000));
  extras["server.public"] = base::to_bytes(key.public_key().view());
  if (with_key) extras["server.key"] = base::to_bytes(key.secret());
  if (auto address = platform::read_file(data + "/address", 1024); address.ok()) extras["address"] = *address;
  auto added = storage::add_extras(file->draft(), extras);
  if (with_key) base::wipe(extras["server.key"].data(), extras["server.key"].size());
  SJ_TRY_STATUS(std::move(added));
  SJ_TRY(auto opened, open_backup(file->draft()));
  SJ_TRY_STATUS(file->publish());
  return opened.info;
}

base::Result<BackupInfo> verify_backup(const std::string& file) {
  SJ_TRY(auto opened, open_backup(file));
  return opened.info;
}

base::Result<Restored> restore_backup(const std::string& file, const std::string& data, bool replace,
                                      base::Random& random) {
  const std::string marker = data + "/" + std::string(kRestoreMarker);
  SJ_TRY(auto source, platform::InputFile::open(file));
  const bool unfinished = platform::file_exists(marker);
  if (!unfinished) SJ_TRY_STATUS(prepare_data_folder(data));
  if (something_in(data) && !replace)
    return base::error(base::Code::already_exists, data + " holds a server's data");

  // Everything is judged on the bytes that will be used, not on those of a file that may change meanwhile.
  const std::string database = data + "/carrier.db";
  SJ_TRY(auto draft, platform::NewFile::create(database, true));
  SJ_TRY_STATUS(pour(*source, *draft));
  SJ_TRY(auto opened, open_backup(draft->draft()));
  const auto public_key = *base::PublicBoxKey::from(opened.extras["server.public"]);
  if (!opened.info.with_key) {
    auto here = key_in(data);
    if (!here.ok() || !(here->public_key() == public_key))
      return base::error(base::Code::not_found,
                         "this backup holds no key: put server.key into the folder first");
  }
  Restored restored;
  restored.generation = random.id<base::GenerationId>();
  SJ_TRY_STATUS(storage::make_servable(draft->draft(), restored.generation));

  if (!unfinished) SJ_TRY_STATUS(platform::write_new_private_file(marker, {}));
  if (platform::file_exists(database)) {
    auto in_use = storage::look_into_sqlite(database);  // a damaged one may be replaced, one in use never
    if (in_use.code() == base::Code::store_locked) {
      if (!unfinished) ::unlink(marker.c_str());
      return std::move(in_use).error();
    }
  }
  SJ_TRY(restored.set_aside, set_aside(data, !opened.info.with_key));
  if (opened.info.with_key) {
    auto& secret = opened.extras["server.key"];
    auto written = platform::write_new_private_file(data + "/server.key", secret);
    base::wipe(secret.data(), secret.size());
    SJ_TRY_STATUS(std::move(written));
  }
  if (!opened.info.address.empty()) {
    SJ_TRY_STATUS(platform::write_new_private_file(data + "/address", base::as_bytes(opened.info.address)));
  }
  SJ_TRY_STATUS(draft->publish());
  give_to_owner(data, {database, data + "/server.key", data + "/address", restored.set_aside});
  if (::unlink(marker.c_str()) != 0) return base::error(base::Code::storage_failed, std::strerror(errno));
  SJ_TRY_STATUS(platform::sync_folder_of(marker));
  while (!opened.info.address.empty() && opened.info.address.back() == '\n') opened.info.address.pop_back();
  restored.backup = std::move(opened.info);
  return restored;
}

}  // namespace sejawat::server
