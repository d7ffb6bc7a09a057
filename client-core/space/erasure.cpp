#include "space/erasure.h"

#include <algorithm>

namespace sejawat::space {

void ErasedOps::add(const ErasedSegment& segment) {
  for (const auto& [first, count] : segment.runs) {
    if (bits_.size() < first + count) bits_.resize(first + count);
    std::fill_n(bits_.begin() + first, count, true);
  }
}

bool ErasedOps::has(std::uint64_t offset) const {
  return offset < bits_.size() && bits_[static_cast<std::size_t>(offset)];
}

bool ErasedOps::all(std::uint64_t op_count) const {
  return op_count <= bits_.size() &&
         std::all_of(bits_.begin(), bits_.begin() + static_cast<std::ptrdiff_t>(op_count),
                     [](bool erased) { return erased; });
}

}  // namespace sejawat::space
