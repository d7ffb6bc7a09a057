// How much a message of api.proto would make the parser allocate, told from its bytes alone.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace sejawat::api::door {

// malformed when the wire format is broken, too_large when more than `most` fields stand in the parts that
// can repeat messages.
base::Status check_fields(base::ByteView request, std::size_t most);

}  // namespace sejawat::api::door
