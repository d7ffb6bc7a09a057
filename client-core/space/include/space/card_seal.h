// A secret that the recovery card opens: the way back to a store whose app lock (PIN) was forgotten. It is
// made out to the identity's box key, which members know; to open it takes the seed, which stands on paper
// alone.
#pragma once

#include "space/identity.h"

namespace sejawat::space {

inline constexpr std::size_t kCardSealSize = 80;  // an ephemeral X25519 key, a box (PROTOCOL, "The app lock")

base::Result<base::Bytes> seal_for_card(const base::Secret32& secret, const base::PublicBoxKey& identity_box,
                                        base::Random& random);
// cannot_decrypt: another person's card, or altered bytes; malformed: another size.
base::Result<base::Secret32> open_with_card(const RecoveryCard& card, base::ByteView sealed);

}  // namespace sejawat::space
