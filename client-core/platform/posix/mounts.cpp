#include "platform_posix/mounts.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace sejawat::platform {
namespace {

struct Kind {
  std::uint64_t type;
  const char* name;
};
// Magic numbers of statfs(2).
constexpr std::array<Kind, 14> kNetwork{{{0x6969, "NFS"},
                                         {0x517B, "SMB"},
                                         {0xFF534D42, "CIFS"},
                                         {0xFE534D42, "SMB2"},
                                         {0x01021997, "9P"},
                                         {0x5346414F, "AFS"},
                                         {0x6B414653, "AFS"},
                                         {0x00C36400, "Ceph"},
                                         {0x73757245, "Coda"},
                                         {0x564C, "NCP"},
                                         {0x01161970, "GFS2"},
                                         {0x7461636F, "OCFS2"},
                                         {0x0BD00BD0, "Lustre"},
                                         {0x47504653, "GPFS"}}};
constexpr std::uint64_t kFuse = 0x65735546;  // says nothing about what lies behind it; its mount type does
constexpr std::array<const char*, 8> kNetworkFuse{"sshfs", "s3fs",   "rclone",    "davfs",
                                                  "ceph",  "gvfsd-", "glusterfs", "curlftpfs"};

// The type of the mount that holds a device, from /proc/self/mountinfo; empty when it is not told.
std::string mount_type_of(dev_t device) {
  const std::string wanted =
      std::to_string(major(device)) + ":" + std::to_string(minor(device));
  std::ifstream mounts("/proc/self/mountinfo");
  std::string line;
  while (std::getline(mounts, line)) {
    std::istringstream fields(line);
    std::string id, parent, numbers, field, type;
    fields >> id >> parent >> numbers;
    if (numbers != wanted) continue;
    while (fields >> field && field != "-") {
    }
    fields >> type;
    return type;
  }
  return {};
}

}  // namespace

const char* network_file_system(std::uint64_t statfs_type, const std::string& mount_type) {
  for (const auto& kind : kNetwork) {
    if (kind.type == (statfs_type & 0xFFFFFFFF)) return kind.name;
  }
  if (statfs_type != kFuse) return nullptr;
  for (const char* name : kNetworkFuse) {
    if (mount_type.find(name) != std::string::npos) return name;
  }
  return nullptr;
}

base::Result<std::string> network_file_system_of(const std::string& path) {
  struct stat entry {};
  struct statfs system {};
  if (::stat(path.c_str(), &entry) != 0 || ::statfs(path.c_str(), &system) != 0) {
    return base::error(base::Code::storage_failed, std::string("statfs: ") + std::strerror(errno));
  }
  const char* name =
      network_file_system(static_cast<std::uint64_t>(system.f_type), mount_type_of(entry.st_dev));
  return std::string(name == nullptr ? "" : name);
}

}  // namespace sejawat::platform
