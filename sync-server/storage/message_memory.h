// What a decoded message takes in memory, which is several times what it took on the line where it is made of
// thousands of tiny parts.
#pragma once

#include "sync/frame.h"

namespace sejawat::storage {

std::size_t memory_of(const sync::ClientMessage& message);

}  // namespace sejawat::storage
