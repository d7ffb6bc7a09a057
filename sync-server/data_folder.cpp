#include "data_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "listen_address.h"
#include "platform_posix/files.h"
#include "platform_posix/mounts.h"
#include "space/identity.h"

namespace sejawat::server {
namespace {

constexpr std::size_t kMaxUrl = 512;

base::Status may(const std::string& path, int what) {
  if (::access(path.c_str(), what) == 0 || (errno != EACCES && errno != EPERM)) return {};
  return base::error(base::Code::not_permitted, path + ": " + std::strerror(errno) +
                                                    "; run this as the user of the service, or as root");
}

}  // namespace

base::Status may_use_data_folder(const std::string& path) {
  SJ_TRY_STATUS(may(path, R_OK | W_OK | X_OK));
  SJ_TRY_STATUS(may(path + "/server.key", R_OK));
  return may(path + "/carrier.db", R_OK | W_OK);
}

base::Status prepare_data_folder(const std::string& path) {
  SJ_TRY_STATUS(may_use_data_folder(path));
  SJ_TRY_STATUS(platform::make_private_directory(path));
  struct stat folder {};
  if (::stat(path.c_str(), &folder) != 0) {
    return base::error(base::Code::storage_failed, std::string("data folder: ") + std::strerror(errno));
  }
  SJ_TRY(const std::string network, platform::network_file_system_of(path));
  if (!network.empty()) {
    return base::error(base::Code::not_permitted,
                       "it lies on a network file system (" + network + "); use a local disk");
  }
  if (::geteuid() != 0 && folder.st_uid != ::geteuid()) {
    return base::error(base::Code::not_permitted, "it belongs to another user");
  }
  if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return base::error(base::Code::not_permitted, "others may write in it: chmod go-w");
  }
  struct stat key {};
  if (::stat((path + "/server.key").c_str(), &key) == 0 && (key.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return base::error(base::Code::not_permitted, "others may read server.key: chmod 600");
  }
  return no_restore_unfinished(path);
}

base::Status no_restore_unfinished(const std::string& path) {
  if (platform::file_exists(path + "/" + std::string(kRestoreMarker))) {
    return base::error(base::Code::interrupted, "a restore of a backup was not finished: repeat it");
  }
  return {};
}

base::Status remember_address(const std::string& path, const std::string& url) {
  const std::string file = path + "/address";
  const std::string fresh = file + ".new";
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  SJ_TRY_STATUS(platform::write_new_private_file(fresh, base::as_bytes(url + "\n")));
  if (std::rename(fresh.c_str(), file.c_str()) != 0) {
    return base::error(base::Code::storage_failed, "address file");
  }
  return {};
}

base::Result<std::string> remembered_address(const std::string& path, const std::string& named) {
  auto secret = platform::read_file(path + "/server.key", base::Secret32::kSize);
  if (!secret.ok()) return std::move(secret).error();
  if (secret->size() != base::Secret32::kSize) return base::error(base::Code::store_key_wrong, "server.key");
  const auto key = crypto::BoxKey::from_secret(base::Secret32(*secret));
  base::wipe(secret->data(), secret->size());
  std::string url;
  auto text = platform::read_file(path + "/address", kMaxUrl);
  if (text.ok()) url = std::string(base::as_text(*text));
  while (!url.empty() && url.back() == '\n') url.pop_back();
  if (!named.empty()) {
    const auto [tls, host_port] = split_scheme(named);
    const bool as_last = split_scheme(url).tls.value_or(false);
    url = (tls.value_or(as_last) ? "sejawats://" : "sejawat://") + host_port + "/#" +
          base::to_base64url(key.public_key().view());
  } else if (!text.ok()) {
    return std::move(text).error();
  }
  SJ_TRY(auto address, space::CarrierAddress::parse(url));
  if (!(address.key == key.public_key())) {
    return base::error(base::Code::store_key_wrong, "the address file names another key");
  }
  return address.url();
}

}  // namespace sejawat::server
