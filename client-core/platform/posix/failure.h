// What the last failed system call means, as one of our codes. Private to the room.
#pragma once

#include <string>

#include "base/result.h"

namespace sejawat::platform {

// Of errno as it stands; `what` names the file, never what is in it.
base::Error failure(const std::string& what);

}  // namespace sejawat::platform
