// Deliberate faults, each a lie of something that the core or the carrier relies on. They live in the
// simulator's own wrappers, never in the product; a simulator that does not find them proves nothing.
#pragma once

#include <memory>

#include "carrier/store.h"
#include "sync/frame.h"

namespace sejawat::simulation {

enum class Planted : std::uint8_t {
  none,
  device_ignores_sync,       // its disk says "durable" and is not
  server_ignores_sync,       // the same below the server
  server_acks_early,         // replies leave before the commit
  server_drops_segments,     // some are acknowledged and never stored
  server_hides_arrivals,     // some arrivals are served to nobody
  server_praises_refusals,   // what was refused is reported as stored
  server_misjudges_digests,  // some arrivals get a digest that is not theirs
  network_reveals,           // what people wrote can be read on the way
  count_
};
const char* name_of(Planted planted);

// The store, lying as `planted` says (or as it is).
std::unique_ptr<carrier::CarrierStore> plant(Planted planted, std::unique_ptr<carrier::CarrierStore> store);
// What the carrier answers, likewise.
void plant(Planted planted, sync::ServerMessage& reply);

}  // namespace sejawat::simulation
