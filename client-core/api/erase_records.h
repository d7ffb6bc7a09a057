// From a plan to the records that say so, and to what is written once more before them.
#pragma once

#include "erase_plan.h"

namespace sejawat::api {

// What one record will say, and the ops that are written once more for it; nothing of it is in the store yet.
struct EraseBatch {
  std::vector<space::ErasedSegment> segments;
  std::vector<base::Bytes> witnesses;
  std::size_t bytes = 0;  // of those
  std::size_t runs = 0;
};

enum class Unready : std::uint8_t { fails, is_left_out };  // what cannot be written once more now

// All that may fail for what peers wrote fails here, before anything is stored.
base::Result<std::vector<EraseBatch>> batches_of(Core::State& core, SpaceState& space, const ErasePlan& plan,
                                                 Unready unready);
base::Status carry_out(Core::State& core, SpaceState& space, ErasePlan& plan, std::vector<EraseBatch> batches,
                       std::uint32_t reason);
// What a device does by itself it leaves undone for that.
bool another_time(base::Code code);

}  // namespace sejawat::api
