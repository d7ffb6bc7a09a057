// How much of a transfer has really passed, as the system counts it.
#pragma once

#include <cstdint>

namespace sejawat::net {

enum class Way { in, out };

// Bytes that the other side sent and that came, or that it said it has; 0 where the system does not tell.
std::uint64_t bytes_passed(int socket, Way way);

}  // namespace sejawat::net
