// Ops that are gone for good (docs/PROTOCOL.md, "Erasure"): what signed records say of it, and what follows
// for whoever holds the sealed bytes. Segments go by a name that no fork changes.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "log/chunk.h"
#include "log/segment.h"

namespace sejawat::space {

struct ErasedSegment {
  log::SegmentName name;
  // First and count, counted from the segment's first op; ascending, and no two touch.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
};
// One record that stands.
struct Erasure {
  base::RecordId record;
  base::PersonId author;
  std::uint32_t reason = 0;
  std::int64_t wall_seconds = 0;  // display only
  std::vector<ErasedSegment> segments;
  std::vector<log::SegmentName> witnesses;
  std::vector<log::ChunkId> chunks;  // ascending
  // Its author was an admin when it was written, and the record is not void: chunks that it names are gone
  // whoever they belong to.
  bool by_admin = false;
};
// What a writer puts into one record at most.
inline constexpr std::size_t kErasedAtOnce = 200;
inline constexpr std::size_t kErasedRunsAtOnce = 1000;
inline constexpr std::size_t kWitnessesAtOnce = 64;
inline constexpr std::size_t kErasedChunksAtOnce = 200;
// A reason: somebody takes back from carriers what they brought there of what another one has erased since.
inline constexpr std::uint32_t kErasedAfterOwner = 4;

// Which ops of one segment are erased, by all records together.
class ErasedOps {
 public:
  void add(const ErasedSegment& segment);
  bool has(std::uint64_t offset) const;
  bool all(std::uint64_t op_count) const;
  bool any() const { return !bits_.empty(); }

 private:
  std::vector<bool> bits_;
};

}  // namespace sejawat::space
