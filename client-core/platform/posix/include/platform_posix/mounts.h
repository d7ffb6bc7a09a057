// On what kind of file system a folder lies: on a network locks and fsync promise nothing, so databases stay
// off it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace sejawat::platform {

// The name of a network file system by its statfs(2) type and, for FUSE, its type in /proc/self/mountinfo;
// nullptr for a disk of this machine.
const char* network_file_system(std::uint64_t statfs_type, const std::string& mount_type);
// The same for an existing path; empty for a disk of this machine.
base::Result<std::string> network_file_system_of(const std::string& path);

}  // namespace sejawat::platform
