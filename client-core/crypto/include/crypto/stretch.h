// Argon2id (RFC 9106, version 1.3, one lane): a key out of what a person can remember. Costs time and memory
// on purpose.
#pragma once

#include <array>

#include "base/result.h"
#include "base/secret.h"

namespace sejawat::crypto {

struct StretchCost {
  std::uint32_t memory_kib = 0;
  std::uint32_t passes = 0;
};
inline constexpr StretchCost kStretchLeast{19 * 1024, 2};
inline constexpr StretchCost kStretchMost{256 * 1024, 16};  // what a phone still has

using StretchSalt = std::array<std::uint8_t, 16>;

// invalid_argument: a cost out of these bounds; storage_failed: there is not so much memory now.
base::Result<base::Secret32> stretch(base::ByteView password, const StretchSalt& salt, StretchCost cost);

}  // namespace sejawat::crypto
