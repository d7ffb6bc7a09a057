// What an operator has to know of a TLS certificate before clients do.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace sejawat::net {

// Seconds since 1970 until which the first certificate of a PEM file is valid. not_found, malformed.
base::Result<std::int64_t> certificate_expires(const std::string& path);

}  // namespace sejawat::net
