#include "failure.h"

#include <cerrno>
#include <cstring>

namespace sejawat::platform {

base::Error failure(const std::string& what) {
  const int number = errno;
  base::Code code = base::Code::storage_failed;
  if (number == ENOSPC || number == EDQUOT) code = base::Code::disk_full;
  if (number == ENOENT) code = base::Code::not_found;
  if (number == EEXIST) code = base::Code::already_exists;
  return base::error(code, what + ": " + std::strerror(number));
}

}  // namespace sejawat::platform
