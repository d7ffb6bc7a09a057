// Ops into the store. The caller holds a transaction.
#pragma once

#include <functional>
#include <vector>

#include "fold/object.h"
#include "store/store.h"

namespace sejawat::fold {

// A hostile author may claim any Lamport number. One op moves the clock of those who read it by so much at
// most: it would take them more ops than there can be to use the numbers up. So whoever saw an op of a
// greater number than their own has a number above this.
inline constexpr std::uint64_t kMostAtOnce = std::uint64_t{1} << 24;

struct Touched {
  base::SpaceId space;
  base::ObjectId object;
  std::uint32_t type = 0;  // as the op says; 0: look it up
  friend bool operator==(const Touched&, const Touched&) = default;
  friend bool operator<(const Touched& a, const Touched& b) {
    if (!(a.space == b.space)) return a.space < b.space;
    return a.object == b.object ? a.type < b.type : a.object < b.object;
  }
};

// Turns stored bytes into ops; injected, because the codec lives in log_seal, which this room does not know.
using OpDecoder = std::function<base::Result<log::Op>(base::ByteView)>;
using OpEncoder = std::function<base::Bytes(const log::Op&)>;
struct OpCodec {
  OpEncoder encode;
  OpDecoder decode;
};

// A local change: next position of `own_log`, lamport above everything seen in the space. Durable with the
// caller's transaction. Where a write or trash supersedes more than one op may name, others follow it that
// supersede the rest, in the same cells and without values; the dot is that of the first, which says
// everything. too_large when what it says exceeds kMaxOpBytes.
base::Result<log::Dot> write_local(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                                   const base::LogId& own_log, log::Op op, std::int64_t wall_ms);
// Ops of a verified and opened segment.
base::Result<std::vector<Touched>> apply_remote(store::Store& store, const OpCodec& codec,
                                                const base::SpaceId& space, const base::LogId& branch,
                                                std::uint64_t first_position,
                                                const std::vector<log::Op>& ops);
// The same for one segment of many; the caller raises the space's lamport by the highest seen, once after
// all.
struct AppliedRemote {
  std::vector<Touched> touched;
  std::uint64_t lamport = 0;
};
// `erased`, by the op's place in the segment: it keeps its place and nothing else.
using IsErased = std::function<bool(std::uint64_t)>;
base::Status apply_remote(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                          const base::LogId& branch, std::uint64_t first_position,
                          const std::vector<log::Op>& ops, AppliedRemote& applied,
                          const IsErased& erased = {});
base::Result<ObjectState> state_of(store::Store& store, const OpCodec& codec, const base::SpaceId& space,
                                   const base::ObjectId& object);

}  // namespace sejawat::fold
