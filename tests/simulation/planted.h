// Deliberate faults; a simulator that does not find them proves nothing. The first few are lies of something
// that the core or the carrier relies on and live in the simulator's own wrappers; the others stand in copies
// of the product's own sources that only the simulator links (base/planted.h).
#pragma once

#include <memory>
#include <vector>

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
  of_product,                // and one for each base::Planted
};
std::vector<Planted> all_planted();
const char* name_of(Planted planted);
// For as long as it lives the product has this fault, if it is one of the product's.
class Planting {
 public:
  explicit Planting(Planted planted);
  ~Planting();
  Planting(const Planting&) = delete;
  Planting& operator=(const Planting&) = delete;
};

// The store, lying as `planted` says (or as it is).
std::unique_ptr<carrier::CarrierStore> plant(Planted planted, std::unique_ptr<carrier::CarrierStore> store);
// What the carrier answers, likewise.
void plant(Planted planted, sync::ServerMessage& reply);

}  // namespace sejawat::simulation
