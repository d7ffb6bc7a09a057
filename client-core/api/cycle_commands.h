// One command of the cycle on the core, at once.
#pragma once

#include "cycle_messages.h"

namespace sejawat::api::door {

base::Result<CycleReply> execute_cycle(Core& core, CycleRequest& request);

}  // namespace sejawat::api::door
