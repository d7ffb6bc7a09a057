// Ops into a sealed segment and back: encode -> zstd with the shipped dictionary -> pad -> XChaCha20-Poly1305
// -> sign. The server does not link this room.
#pragma once

#include <span>

#include "base/random.h"
#include "log/op.h"
#include "log/segment.h"

namespace sejawat::log {

struct SealContext {
  base::SpaceId space;
  base::LogId log;
  const crypto::SigningKey* log_key = nullptr;  // borrowed
  base::EpochId epoch;
  const base::Secret32* epoch_key = nullptr;  // borrowed
  Head before;
  std::vector<base::HeadTag> frontier;
  // Must list every other log named in a `supersedes`; those that the sealed ops name go into the header.
  std::vector<Dependency> deps;
  std::size_t most = kFreshSegmentMax;  // bytes of a segment that is made, at most that; less for a bad line
};

struct Sealed {
  base::Bytes bytes;    // encode_segment
  Head head;            // after it
  std::size_t ops = 0;  // how many of the given ops went in
};
// Takes as many ops from the front as fit into `most` (at least one; a single larger op gives a
// larger segment, at most kSegmentMax). too_large when the first op alone does not fit; invalid_argument when
// a dot names a log that is not in deps.
base::Result<Sealed> seal_segment(const SealContext& context, std::span<const Op> ops, base::Random& random);

// What the branches that a segment refers to are called here: the one it stands on, and those of its deps in
// their order. After a fork these are not always the names that the author knew.
struct BranchNames {
  base::LogId own;
  std::vector<base::LogId> deps;
};
// `before` is the head this segment continues. cannot_decrypt, malformed (the author made rubbish: flag,
// never stop), dictionary_unknown, too_large. Plaintext is at most 1 MiB, checked before allocation. Dots
// come out by `names`, else by the names in the header.
base::Result<std::vector<Op>> open_segment(const base::SpaceId& space, const base::LogId& log,
                                           const Head& before, const base::Secret32& epoch_key,
                                           const Segment& segment, const BranchNames* names = nullptr);

// Size that a plaintext of `size` bytes is padded to: body sizes (with the 16-byte tag) fall on buckets
// 128,160,192,224,256,320,384,448,512,640,768,896, then Padme.
std::size_t padded_size(std::size_t size);

// One op as stored in the client's own database: canonical, self-contained (dots with full branch ids).
base::Bytes encode_op(const Op& op);
base::Result<Op> decode_op(base::ByteView bytes);

base::EpochId epoch_id(const base::SpaceId& space, const base::Secret32& epoch_key);

}  // namespace sejawat::log
