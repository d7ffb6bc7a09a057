// A peer of wire version 1 as it was before there were attachments: it neither says nor reads those
// (docs/PROTOCOL.md, "Versions"); what came later still, it does. Both ends are played so: a server is handed
// what it would have understood, and of a device nothing else is heard and told.
#pragma once

#include "base/ids.h"
#include "sync/frame.h"

namespace sejawat::simulation {

// Whether the program of this device is of then at this moment of the world (milliseconds). Every eighth
// begins with such a one, and is updated on one of the first ten days; its key tells, so that every server
// sees the same.
bool is_older(const base::PublicBoxKey& device, std::int64_t now);

void skip_newer(sync::ClientMessage& message);
void skip_newer(sync::ServerMessage& message);

}  // namespace sejawat::simulation
