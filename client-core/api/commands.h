// One command on the core, at once. Nothing here waits.
#pragma once

#include "door_messages.h"

namespace sejawat::api::door {

base::Result<Result> execute(Core& core, SyncDriver& sync, Command& command);

}  // namespace sejawat::api::door
