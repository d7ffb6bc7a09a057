// What a space shows, as 16 bytes: devices that hold the same ops, keys and fold version get the same
// (docs/PROTOCOL.md, "State hash"). Of values alone, since the end of a forked log may have another name on
// another device. Keyed, so that whoever sees two of them learns nothing of what was written.
#pragma once

#include "base/ids.h"
#include "crypto/hash.h"
#include "fold/object.h"

namespace sejawat::fold {

// Of what `fold` makes of the same ops. A change there is a new version here.
inline constexpr std::uint8_t kFoldVersion = 1;

class StateHash {
 public:
  // `key`: of the space's current epoch. Borrowed for the call.
  StateHash(base::ByteView key, const base::SpaceId& space);
  // Ascending by id, each once.
  void add(const base::ObjectId& object, const ObjectState& state);
  base::Digest finish() { return hasher_.id<base::Digest>(); }  // once

 private:
  crypto::Hasher hasher_;
};

}  // namespace sejawat::fold
