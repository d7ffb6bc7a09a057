// A walk over all that a carrier keeps, as if it arrived anew: every record is judged, every segment's
// signature and chain checked, every digest and head compared with what is stored.
#pragma once

#include "carrier/store.h"

namespace sejawat::carrier {

struct Audit {
  std::uint64_t spaces = 0;
  std::uint64_t records = 0;
  std::uint64_t segments = 0;
  std::uint64_t chunks = 0;  // of attachments
  base::GenerationId generation;
};

// store_key_wrong, with the place and never a content, at the first thing that does not fit.
base::Result<Audit> audit(CarrierStore& store);

}  // namespace sejawat::carrier
